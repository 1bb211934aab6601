"""How a build is going, on standard error: bars on a terminal, lines elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import click

from scenes.measures import cells, padded
from scenes.workers.events import Begun, Done, Event, Failed, Progress
from scenes.workers.interrupts import held_back

Show = Callable[[str, Event], None]
"""Called with the name of a film and what is heard of it."""
REDRAWN = 5
"""Times a second that the bars are drawn."""
LONGEST_WORK = len("  training")


@contextmanager
def board(films: Mapping[str, float]) -> Iterator[Show]:
    """Give a function that shows what is heard of films.

    Args:
        films: how long each film that is to be made will be, in seconds, by name.
    """
    if not sys.stderr.isatty():
        yield Lines(len(films))
        return
    bars = Bars(films)
    try:
        yield bars
    finally:
        bars.stop()


class Lines:
    """A line when a film is begun, and one when it has ended."""

    def __init__(self, films: int) -> None:
        self._films = films
        self._ended = 0

    def __call__(self, name: str, event: Event) -> None:
        """Say what is heard of a film."""
        if isinstance(event, Begun):
            click.echo(f"lossreel: {name} …", err=True)
        elif isinstance(event, Done | Failed):
            self._ended += 1
            click.echo(f"lossreel: {self._ended} of {self._films}: {name} {_ending(event)}", err=True)


def _ending(event: Done | Failed) -> str:
    if isinstance(event, Failed):
        return f"failed: {event.message}"
    return f"rendered in {event.seconds:.1f} s" if event.fresh else "from cache"


class Bars:
    """A bar for each film that is being made, and one for the whole: seconds of film."""

    def __init__(self, films: Mapping[str, float]) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Rich

        text = TextColumn("{task.description}", markup=False)
        columns = (text, BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._films = films
        self._done = dict.fromkeys(films, 0.0)
        self._ended = 0
        self._rich = Rich(*columns, console=Console(stderr=True), transient=True, refresh_per_second=REDRAWN)
        self._width = max(map(cells, films)) + LONGEST_WORK
        self._bars = {
            name: self._rich.add_task(self._said(f"{name}  starting"), total=None, visible=False) for name in films
        }
        self._whole = self._rich.add_task("", total=sum(films.values()))
        self._show_whole()
        with held_back():
            self._rich.start()

    def __call__(self, name: str, event: Event) -> None:
        """Move the bars."""
        if isinstance(event, Begun):
            self._rich.update(self._bars[name], visible=True)
        elif isinstance(event, Progress):
            self._move(name, event)
        else:
            self._end(name, event)

    def _said(self, text: str) -> str:
        """Fill a text, so that the bars stand below each other whatever is said beside them."""
        return padded(text, self._width)

    def _move(self, name: str, event: Progress) -> None:
        done = min(event.done, event.total)
        said = self._said(f"{name}  {event.what}")
        self._rich.update(self._bars[name], description=said, completed=done, total=event.total)
        if event.what == "drawing" and event.total:
            self._done[name] = self._films[name] * done / event.total
        self._show_whole()

    def _end(self, name: str, event: Done | Failed) -> None:
        self._rich.update(self._bars[name], visible=False)
        self._done[name] = self._films[name]
        self._ended += 1
        self._show_whole()
        if isinstance(event, Failed):
            said = f"lossreel: {name} {_ending(event)}"
            self._rich.console.print(said, markup=False, highlight=False, soft_wrap=True)

    def _show_whole(self) -> None:
        said = self._said(f"all: {self._ended} of {len(self._films)}")
        self._rich.update(self._whole, description=said, completed=sum(self._done.values()))

    def stop(self) -> None:
        """Take the bars away."""
        self._rich.stop()
