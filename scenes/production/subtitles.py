"""Caption files: SubRip and WebVTT, in cues that fit the foot of a picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from math import inf
from typing import NamedTuple, Protocol

LINES = 2
"""Of a cue, at most."""
LINE = 42
"""Characters of a line, at most."""
NARROW_LINE = 20
"""The same in languages whose letters are twice as wide; Latin letters in such a text count as one, too."""
NARROW = ("ko", "ja", "zh")

END, PAUSE = tuple(".;:!?…。！？；："), tuple(",–)、）」』")
OPERATORS = frozenset("=+−×·/≈<>")

BREAKS = re.compile(r"(?<= )|(?<=[\u3040-\u30ff\u3400-\u9fff、。！？；：」』）])(?=[\u3041-\u30fa\u3400-\u9fff「『（])")
"""A line may end after a space; Japanese and Chinese have none, there it may end between two letters."""


class Subtitle(Protocol):
    """What the caption line said, from when to when, in seconds."""

    @property
    def start(self) -> float:
        """Seconds since the film began."""

    @property
    def end(self) -> float:
        """Seconds since the film began."""

    @property
    def text(self) -> str:
        """Plain text."""


class Cue(NamedTuple):
    """A part of a caption that is seen at one time.

    Attributes:
        start: milliseconds since the film began.
        end: the same.
        lines: one or two.
    """

    start: int
    end: int
    lines: tuple[str, ...]


def srt(subtitles: Iterable[Subtitle], language: str = "en") -> str:
    """Write SubRip: numbered, times with a comma."""
    shown = enumerate(cues(subtitles, language), start=1)
    return "\n".join(f"{number}\n{_times(cue, ',')}\n{_text(cue)}\n" for number, cue in shown)


def vtt(subtitles: Iterable[Subtitle], language: str = "en") -> str:
    """Write WebVTT: a heading, times with a point, `&` and `<` escaped."""
    shown = (f"{_times(cue, '.')}\n{_escape(_text(cue))}\n" for cue in cues(subtitles, language))
    return "\n".join(["WEBVTT\n", *shown])


def cues(subtitles: Iterable[Subtitle], language: str = "en") -> list[Cue]:
    """Cut captions into cues of at most two lines; one that goes on in the next section is one.

    Args:
        subtitles: in order, none before the end of the one before.
        language: its tag; says how long a line may be.
    """
    longest = NARROW_LINE if language.partition("-")[0] in NARROW else LINE
    return [cue for said in _joined(subtitles) for cue in _cues(*said, longest)]


def _joined(subtitles: Iterable[Subtitle]) -> list[tuple[int, int, str]]:
    """Start and end in milliseconds, and text, of captions; of equal ones without a pause between them, of all."""
    joined: list[tuple[int, int, str]] = []
    for subtitle in subtitles:
        start, end, text = _milliseconds(subtitle.start), _milliseconds(subtitle.end), subtitle.text
        if joined and joined[-1][1:] == (start, text):
            start = joined.pop()[0]
        joined.append((start, end, text))
    return joined


def _cues(start: int, end: int, text: str, longest: int) -> Iterator[Cue]:
    """Cut a caption; its parts share its time as they share its length."""
    parts = lines_of(text, longest)
    lengths = [sum(map(len, lines)) for lines in parts]
    ends = [start + (end - start) * sum(lengths[:count]) // max(sum(lengths), 1) for count in range(len(parts) + 1)]
    yield from map(Cue, ends, ends[1:], parts)


def lines_of(text: str, longest: int) -> list[tuple[str, ...]]:
    """Cut a text into lines, at most two for each cue, of about the same length, that end well where they can.

    Args:
        text: all white space in it counts as one space.
        longest: so many characters fit into a line.
    """
    pieces = _pieces(" ".join(text.split()), longest)
    parts = _divided(pieces, -(-_least(pieces, longest) // LINES), longest, LINES)
    return [tuple(_text_of(line) for line in _divided(part, _least(part, longest), longest, 1)) for part in parts]


class Piece(NamedTuple):
    """What stays together in a line, mostly a word.

    Attributes:
        text: with the space that follows.
        cost: of ending a line after it.
    """

    text: str
    cost: float


def _pieces(text: str, longest: int) -> list[Piece]:
    """Cut a text where a line may end; a word that is longer than a line, wherever that is full."""
    words = list(filter(None, BREAKS.split(text)))
    pieces, depth = [], 0
    for word, following in pairwise([*words, ""]):
        depth += word.count("(") - word.count(")")
        cuts = [word[begin : begin + longest] for begin in range(0, len(word.rstrip()), longest)]
        pieces += [Piece(cut, _cost(word.strip(), following.strip(), depth)) for cut in cuts]
    return pieces


def _cost(word: str, following: str, depth: int) -> float:
    """What it costs to end a line between two words: nothing after a sentence, much within a formula.

    In squares of the part of its length by which a line is too long or too short.
    """
    if depth > 0 or word in OPERATORS or following in OPERATORS:
        return 1.5
    if not following or word.endswith(END):
        return 0.0
    return 0.05 if word.endswith(PAUSE) else 0.4 if word[-1].isdigit() else 0.15


def _least(pieces: Sequence[Piece], longest: int) -> int:
    """How many lines some pieces need at least."""
    lines, line = 0, ""
    for piece in pieces:
        if not lines or len((line + piece.text).rstrip()) > longest:
            lines, line = lines + 1, ""
        line += piece.text
    return lines


def _divided(pieces: Sequence[Piece], count: int, longest: int, lines: int) -> list[Sequence[Piece]]:
    """Divide pieces into so many parts of so many lines each, in the best way that there is."""
    ideal = sum(len(piece.text) for piece in pieces) / max(count, 1)

    @cache
    def best(begin: int, rest: int) -> tuple[float, tuple[int, ...]]:
        """The least that the pieces from one on cost in so many parts, and where these end."""
        if rest == 0:
            return (0.0 if begin == len(pieces) else inf), ()
        found: tuple[float, tuple[int, ...]] = inf, ()
        for end in range(begin + 1, len(pieces) + 1):
            part = pieces[begin:end]
            if _least(part, longest) > lines:
                break
            after, ends = best(end, rest - 1)
            cost = (len(_text_of(part)) / ideal - 1) ** 2 + (part[-1].cost if rest > 1 else 0)
            found = min(found, (after + cost, (end, *ends)))
        return found

    ends = best(0, count)[1]
    return [pieces[begin:end] for begin, end in pairwise((0, *ends))]


def _text_of(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces).strip()


def _text(cue: Cue) -> str:
    return "\n".join(cue.lines)


def _times(cue: Cue, point: str) -> str:
    return f"{_time(cue.start, point)} --> {_time(cue.end, point)}"


def _milliseconds(seconds: float) -> int:
    """Whole ones that have passed: so the last cue ends before the film does."""
    return int(seconds * 1000 + 1e-6)


def _time(milliseconds: int, point: str) -> str:
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    whole, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02d}:{minutes:02d}:{whole:02d}{point}{milliseconds:03d}"


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
