"""How long, how large, how wide: measures in the words that people read."""

from __future__ import annotations

import unicodedata


def clock(seconds: float) -> str:
    """Write e.g. `1:15`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def duration(seconds: float) -> str:
    """Write e.g. `1:15 min`."""
    return f"{clock(seconds)} min"


def size(count: float) -> str:
    """Write a number of bytes, e.g. `2.2 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            break
        count /= 1000
    return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes: Hangul takes two each."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, width: int) -> str:
    """Fill a text up to a width in cells of a terminal."""
    return text + " " * (width - cells(text))
