"""What a film tells of itself: its sections, and what its caption line said. Imports nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Beat:
    """One section of a film; times in seconds from its beginning."""

    key: str
    title: str
    note: str
    start: float
    end: float


@dataclass(frozen=True)
class Subtitle:
    """What the caption line said, and when; times in seconds."""

    start: float
    end: float
    text: str
