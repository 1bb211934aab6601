"""What is heard of a film while another process makes it, as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Begun:
    """The film is being made.

    Attributes:
        mark: the word in the names of the private folders of the process that makes it.
    """

    mark: str


@dataclass(frozen=True)
class Progress:
    """How far it is.

    Attributes:
        what: "training" or "drawing".
        done: how much of it is done.
        total: how much there is, in the same unit.
    """

    what: str
    done: float
    total: float


@dataclass(frozen=True)
class Done:
    """The film is in place.

    Attributes:
        fresh: False if it came from the cache.
        seconds: how long that took, the start of the process included.
    """

    fresh: bool
    seconds: float


@dataclass(frozen=True)
class Failed:
    """There will be no film.

    Attributes:
        message: why, in one line.
        status: 2 for what the user gave, 1 for what went wrong on the way.
        trace: where, in many lines; may be empty.
    """

    message: str
    status: int = 1
    trace: str = ""


Event = Begun | Progress | Done | Failed
Events = Generator[tuple[int, Event], None, None]
"""Which job, and what is heard of it; closing it stops everything."""

KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in (Begun, Progress, Done, Failed)}


def to_line(event: Event) -> str:
    """Write an event as one line of ASCII, without its end."""
    return json.dumps({"event": type(event).__name__, **asdict(event)})


def from_line(line: str | bytes) -> Event | None:
    """Read an event; None where the line is not whole, because its process has been killed."""
    try:
        told = json.loads(line)
        return KINDS[told.pop("event")](**told)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
