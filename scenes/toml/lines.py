"""Where in a TOML text something stands. The parser tells no lines, so it is asked about parts of the text.

Lines are counted from 1. A key is the way to a value: ("film", 2, "lr") is the learning rate of the third film.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Key = tuple[str | int, ...]

_MAY_BEGIN = re.compile(r"[ \t]*(?:$|#|\[.*\][ \t]*(?:#.*)?$|[\w\"'-].*=)")
_MAY_END = re.compile(r"[\]}]|\"\"\"|'''")


@dataclass(frozen=True)
class Statement:
    """One statement of a text, or a line without any.

    Attributes:
        first: its first line.
        last: its last line; another one only where a text or an array goes over several.
        says: what it says where it stands alone.
    """

    first: int
    last: int
    says: dict[str, Any]


def line_of(text: str, key: Key) -> int:
    """Return the line in which a key is written: that of its statement, or of its element of a long array.

    Args:
        text: valid TOML.
        key: a key that is in it; what the text does not have is sought as its last line.
    """
    lines = _lines(text)
    found = list(statements(text))
    place = bisect_left(found, True, key=lambda one: _has(_parse(lines[: one.last]), key))
    statement = found[min(place, len(found) - 1)]
    return _element(lines, statement, key)


def header_lines(text: str, name: str) -> list[int]:
    """Return the line of each ``[[name]]``, in order; `text` is valid TOML."""
    lines = _lines(text)
    return [
        one.first for one in statements(text) if one.says == {name: [{}]} and lines[one.first - 1].lstrip()[0] == "["
    ]


def unfinished(text: str) -> int | None:
    """Return the first line of the statement in whose middle a text ends, None if it does not."""
    last = max((one.last for one in statements(text)), default=0)
    return last + 1 if last < len(_lines(text)) else None


def statements(text: str) -> Iterator[Statement]:
    """Take a text apart, up to the first statement that is not valid by itself."""
    lines = _lines(text)
    first = 0
    for last in range(len(lines)):
        says = _parse(lines[first : last + 1]) if _may_be_whole(lines, first, last) else None
        if says is not None:
            yield Statement(first + 1, last + 1, says)
            first = last + 1


def _may_be_whole(lines: Sequence[str], first: int, last: int) -> bool:
    """Spare the parser most of the lines inside of long arrays and texts; never a statement's last line."""
    if first == last:
        return True
    follower = lines[last + 1] if last + 1 < len(lines) else ""
    return bool(_MAY_END.search(lines[last]) and _MAY_BEGIN.match(follower))


def _element(lines: Sequence[str], statement: Statement, key: Key) -> int:
    """Return the line in which the key's element of an array begins; the statement's first where it is no array."""
    if not _is_array(statement.says):
        return statement.first
    ends = range(statement.first, statement.last)
    place = bisect_left(ends, True, key=lambda end: _has(_closed(lines, statement.first, end)[1], key))
    return _closed(lines, statement.first, statement.first + place - 1)[0] + 1


def _is_array(says: Any) -> bool:
    while isinstance(says, dict) and len(says) == 1:
        (says,) = says.values()
    return isinstance(says, list)


def _closed(lines: Sequence[str], first: int, end: int) -> tuple[int, dict[str, Any] | None]:
    """Read a text whose array, begun in line `first`, ends with the last element that is whole by line `end`.

    Returns:
        The line in which that element ends, `first - 1` if there is none, and what the text says then.
    """
    for last in range(end, first - 1, -1):
        says = _parse([*lines[:last], "]"])
        if says is not None:
            return last, says
    return first - 1, None


def _lines(text: str) -> list[str]:
    """Only these are ends of lines in TOML."""
    return text.replace("\r\n", "\n").split("\n")


def _parse(lines: Sequence[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None


def _has(value: Any, key: Key) -> bool:
    for part in key:
        if isinstance(part, int):
            if not isinstance(value, list) or part >= len(value):
                return False
        elif not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True
