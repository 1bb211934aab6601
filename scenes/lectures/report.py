"""What a build prints: what would be done and why, and what has been done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from scenes.measures import cells, padded

if TYPE_CHECKING:
    from scenes.lectures.plan import Step

Ending = Literal["rendered", "from cache", "unchanged", "failed"]
FIRST_COLUMN = max(map(len, get_args(Ending))) + 1
GAP = "   "


@dataclass(frozen=True)
class Outcome:
    """What has become of a film.

    Attributes:
        name: the film's name in the lecture.
        path: where it is, or should be.
        ending: how it has come to be there, if it is.
        seconds: how long that took.
        reason: why it failed, in one line; otherwise empty.
        trace: where it failed, in many lines; may be empty.
    """

    name: str
    path: Path
    ending: Ending
    seconds: float = 0.0
    reason: str = ""
    trace: str = ""


def planned(steps: Sequence[Step]) -> str:
    """Return a line for each film: what would be done, name, reasons; and how many there are of each kind."""
    width = max(cells(step.film.name) for step in steps)
    lines = [
        f"{step.action:<{FIRST_COLUMN}}{padded(step.film.name, width)}{GAP}{'; '.join(step.reasons)}".rstrip()
        for step in steps
    ]
    counts = {action: sum(step.action == action for step in steps) for action in ("render", "from cache", "unchanged")}
    said = ", ".join(
        f"{count} {'to render' if action == 'render' else action}" for action, count in counts.items() if count
    )
    return "\n".join([*lines, f"{_films(len(steps))}: {said}"])


def leftovers(paths: Sequence[Path]) -> str:
    """Name films that a lecture no longer has; nothing where there are none."""
    return "".join(f"no longer in the lecture: {path}\n" for path in paths)


def summary(outcomes: Sequence[Outcome], films: int, seconds: float) -> str:
    """Return a line for each film that something has become of, and the totals.

    Args:
        outcomes: in the order of the lecture.
        films: how many the lecture has.
        seconds: how long the build took.
    """
    there = [outcome for outcome in outcomes if outcome.ending != "failed"]
    name = max((cells(outcome.name) for outcome in there), default=0)
    time = max((len(_time(outcome)) for outcome in there), default=0)
    lines = [_failure(outcome) if outcome.reason else _success(outcome, name, time) for outcome in outcomes]
    return "\n".join([*lines, _totals(outcomes, films, seconds)])


def _success(outcome: Outcome, name: int, time: int) -> str:
    columns = [f"{outcome.ending:<{FIRST_COLUMN}}{padded(outcome.name, name)}", f"{_time(outcome):>{time}}"]
    return GAP.join([*filter(None, columns), str(outcome.path)])


def _failure(outcome: Outcome) -> str:
    return f"{outcome.ending:<{FIRST_COLUMN}}{outcome.name}: {outcome.reason}"


def _time(outcome: Outcome) -> str:
    return "" if outcome.ending == "unchanged" else f"{outcome.seconds:.1f} s"


def _totals(outcomes: Sequence[Outcome], films: int, seconds: float) -> str:
    """Write e.g. `4 films: 1 rendered, 2 unchanged, 1 failed in 21.6 s`."""
    counts = {ending: sum(outcome.ending == ending for outcome in outcomes) for ending in get_args(Ending)}
    counts["not finished"] = films - len(outcomes)
    said = ", ".join(f"{count} {ending}" for ending, count in counts.items() if count)
    return f"{_films(films)}: {said}; {seconds:.1f} s"


def _films(count: int) -> str:
    return f"{count} film" if count == 1 else f"{count} films"
