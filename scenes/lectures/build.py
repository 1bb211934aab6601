"""A lecture, built: what is in place stays, what is in the cache is put in place, the rest is made.

Loads neither manim nor torch: films are made in processes of their own.
"""

from __future__ import annotations

import re
import time
import traceback
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from learning.errors import InputError
from scenes.complaints import in_one_line
from scenes.lectures.plan import Step, left_over, plan
from scenes.lectures.report import Ending, Outcome, leftovers, summary
from scenes.production.render import take_from_cache
from scenes.workers.events import Done, Event, Failed
from scenes.workers.jobs import Job

if TYPE_CHECKING:
    from scenes.lectures.lecture import Lecture
    from scenes.workers.executors import Executor

USUAL_NAME = "lecture.toml"
HAS_FILMS = re.compile(r"^\s*\[\[\s*[\"']?film[\"']?\s*\]\]", re.MULTILINE)


def lecture_here(command: str) -> Path:
    """Return the lecture file that is meant when none is named.

    Args:
        command: the one that asks, for the next step.

    Raises:
        InputError: there is no lecture.toml; names the lectures that there are.
    """
    if Path(USUAL_NAME).exists():
        return Path(USUAL_NAME)
    others = sorted(path.name for path in Path().glob("*.toml") if path.is_file() and _has_films(path))
    named = " or ".join(others)
    step = f"lossreel {command} {named}" if others else f"write one, or name one: lossreel {command} LECTURE.toml"
    raise InputError(f"no {USUAL_NAME} is here; {step}")


def _has_films(path: Path) -> bool:
    try:
        return bool(HAS_FILMS.search(path.read_text(encoding="utf-8", errors="replace")))
    except OSError:
        return False


def build(lecture: Lecture, executor: Executor, *, force: bool = False, debug: bool = False) -> bool:
    """Build a lecture and print what has become of its films, also after an interrupt.

    Args:
        lecture: what to build.
        executor: who makes the films that are neither in place nor in the cache.
        force: make all films anew.
        debug: print where a film has failed.

    Returns:
        Whether all films are there.

    Raises:
        InputError: a data file cannot be read; nothing has been done.
    """
    begin = time.perf_counter()
    work = Build(plan(lecture, force=force), force=force)
    try:
        work.run(executor)
    finally:
        outcomes = work.outcomes
        for trace in (outcome.trace for outcome in outcomes if debug and outcome.trace):
            click.echo(trace, err=True)
        click.echo(summary(outcomes, len(lecture.films), time.perf_counter() - begin))
    click.echo(leftovers(left_over(lecture)), nl=False)
    return not any(outcome.ending == "failed" for outcome in outcomes)


class Build:
    """One go at the films of a lecture; it may be interrupted at any time."""

    def __init__(self, steps: Sequence[Step], *, force: bool = False) -> None:
        self._steps = steps
        self._force = force
        self._outcomes: dict[int, Outcome] = {}

    @property
    def outcomes(self) -> list[Outcome]:
        """What has become of films so far, in the order of the lecture."""
        return [self._outcomes[number] for number in sorted(self._outcomes)]

    def run(self, executor: Executor) -> None:
        """Do what is planned; a film that fails is an outcome, too."""
        for number, step in enumerate(self._steps):
            if step.action == "unchanged":
                self._end(number, "unchanged")
            elif step.action == "from cache":
                self._fetch(number)
        missing = [number for number in range(len(self._steps)) if number not in self._outcomes]
        if missing:
            self._make(missing, executor)

    def _fetch(self, number: int) -> None:
        """Put a film in place that is in the cache; if it is there no longer, it will be made."""
        begin = time.perf_counter()
        try:
            if take_from_cache(self._steps[number].film.order):
                self._end(number, "from cache", seconds=time.perf_counter() - begin)
        except Exception as error:  # whatever it is, the other films do not mind
            self._end(number, "failed", reason=in_one_line(error), trace=traceback.format_exc())

    def _make(self, missing: Sequence[int], executor: Executor) -> None:
        from scenes.lectures.board import board

        films = [self._steps[number].film for number in missing]
        jobs = [Job.of(film.order, force=self._force) for film in films]
        lengths = {film.name: film.order.entry.seconds for film in films}
        with board(lengths) as show, closing(executor.run(jobs)) as events:
            for which, event in events:
                self._hear(missing[which], event)
                show(films[which].name, event)

    def _hear(self, number: int, event: Event) -> None:
        if isinstance(event, Done):
            self._end(number, "rendered" if event.fresh else "from cache", seconds=event.seconds)
        elif isinstance(event, Failed):
            self._end(number, "failed", reason=event.message, trace=event.trace)

    def _end(self, number: int, ending: Ending, *, seconds: float = 0.0, reason: str = "", trace: str = "") -> None:
        film = self._steps[number].film
        self._outcomes[number] = Outcome(film.name, film.order.target, ending, seconds, reason, trace)
