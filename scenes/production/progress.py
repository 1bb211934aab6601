"""Progress of long work, on standard error: a bar on a terminal, a plain line elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Report = Callable[[str, float, float], None]
"""Called with what is going on ("training", "drawing"), how much is done and how much there is."""


@contextmanager
def reporter() -> Iterator[Report]:
    """Give a function that is called with what is going on, how much is done, and how much there is."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    bars = _Bars()
    try:
        yield bars
    finally:
        bars.stop()


class _Lines:
    """Says once what is going on."""

    def __init__(self) -> None:
        self._said: set[str] = set()

    def __call__(self, what: str, done: float, total: float) -> None:
        del done, total
        if what not in self._said:
            self._said.add(what)
            click.echo(f"lossreel: {what} …", err=True)


class _Bars:
    """One bar for each kind of work; rich is loaded when there is something to show."""

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}

    def __call__(self, what: str, done: float, total: float) -> None:
        progress = self._progress or self._start()
        if what not in self._bars:
            self._bars[what] = progress.add_task(what, total=total)
        progress.update(self._bars[what], completed=min(done, total), total=total)

    def _start(self) -> Progress:
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(stderr=True), transient=True)
        self._progress.start()
        return self._progress

    def stop(self) -> None:
        """Take the bars away."""
        if self._progress:
            self._progress.stop()
