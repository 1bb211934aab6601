"""Sections of a film, and what each reads: so that those before a change need not be drawn again.

A film is a program whose inputs are words, parameters and runs, and it draws nothing by chance. Up to the first reading
of an input that has another value now, it does what it did before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALL_RUNS = "all runs"
"""Reading which runs there are, and in which order."""

MISSING = "no "
"""Before the name of an input: reading that there is none."""


class Unlike(Exception):  # noqa: N818 (nobody's error: the film is made anew)
    """An earlier film is not what it was said to be: nothing of it can be used."""


@dataclass(frozen=True)
class Section:
    """A stretch of a film that is encoded on its own.

    Attributes:
        key: of its beat; empty for what precedes the first beat.
        frames: how many it has.
        reads: the inputs that are first read here, sorted: `caption KEY`, `parameter NAME`, `run LABEL` …
    """

    key: str
    frames: int
    reads: tuple[str, ...]


def unchanged(sections: Sequence[Section], before: Mapping[str, str], now: Mapping[str, str]) -> int:
    """Return how many leading sections read nothing that differs.

    Args:
        sections: of an earlier film.
        before: the inputs' values when it was made, by name; an input that is not there counts as differing.
        now: their values now.
    """
    changed = (any(not _is_same(name, before, now) for name in section.reads) for section in sections)
    return next((number for number, differs in enumerate(changed) if differs), len(sections))


def _is_same(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    if name == ALL_RUNS:
        return _runs(before) == _runs(now)
    if name.startswith(MISSING):
        return not any(name.removeprefix(MISSING) in inputs for inputs in (before, now))
    return name in before and before[name] == now.get(name)


def _runs(inputs: Mapping[str, str]) -> list[str]:
    return [name for name in inputs if name.startswith("run ")]


class Record:
    """What a film reads, section by section, while it is made.

    Args:
        earlier: the leading sections of an earlier film that read nothing that differs now.
    """

    def __init__(self, earlier: Sequence[Section] = ()) -> None:
        self._earlier = earlier
        self._done: list[Section] = []
        self._key, self._begin = "", 0
        self._known: set[str] = set()
        self._new: set[str] = set()

    @property
    def is_known(self) -> bool:
        """Whether the present section is as it was in the earlier film, and need not be drawn."""
        return len(self._done) < len(self._earlier)

    def note(self, name: str) -> None:
        """Take down that an input is read."""
        if name not in self._known:
            self._new.add(name)

    def turn(self, key: str, frames: int) -> None:
        """Begin another section after so many frames of the film.

        Raises:
            Unlike: the one that ends is not as it was in the earlier film.
        """
        self._end(frames)
        self._key, self._begin = key, frames

    def close(self, frames: int) -> tuple[Section, ...]:
        """End the last section, and return all.

        Raises:
            Unlike: the film has fewer sections than were said to be known, or the last is another.
        """
        self._end(frames)
        if self.is_known:
            raise Unlike(f"the film ends before section {self._earlier[len(self._done)].key}")
        return tuple(self._done)

    def _end(self, frames: int) -> None:
        section = Section(self._key, frames - self._begin, tuple(sorted(self._new)))
        if self.is_known:
            section = _checked(section, self._earlier[len(self._done)])
        self._done.append(section)
        self._known.update(section.reads)
        self._new = set()


def _checked(now: Section, before: Section) -> Section:
    """The earlier section, if it is the same; what only drawing reads stands in that one alone."""
    if (now.key, now.frames) != (before.key, before.frames) or not {*now.reads} <= {*before.reads}:
        raise Unlike(f"section {now.key} is another")
    return before
