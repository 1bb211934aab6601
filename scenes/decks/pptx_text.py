"""Words on PowerPoint's slides: what XML cannot hold, what a language is called there, and how large they may be."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import dropwhile

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
PICTURES = 0x2400
"""Unicode draws what has no look of its own from here on: ␛ for an escape."""

LINE_ENDS = re.compile("\r\n|\r|\u2028|\u2029|\x85")

REGIONS = {"en": "US", "ko": "KR", "ja": "JP", "zh": "CN", "cs": "CZ", "da": "DK", "el": "GR", "sv": "SE", "uk": "UA"}
ITSELF = {"de", "es", "fi", "fr", "hu", "it", "nl", "pl", "pt", "ro", "ru", "tr"}
"""Languages whose region is written like them: `de-DE`."""

NARROW = 0.55
"""How wide a letter is on average, in ems; one of East Asia is an em wide."""
LEADING = 1.25
"""How far two lines of text are apart, in ems: a little more than the fonts ask for."""


def legal(text: str) -> str:
    """Return a text as XML can hold it: line ends are newlines, control characters are drawn."""
    return FORBIDDEN.sub(_drawn, LINE_ENDS.sub("\n", text))


def _drawn(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code == 0x7F:
        return "␡"
    return chr(PICTURES + code) if code < ord(" ") else "\N{REPLACEMENT CHARACTER}"


def culture(tag: str) -> str:
    """Return what PowerPoint calls a language, which is with a region: `ko-KR` for `ko`; unknown ones as they are."""
    primary = tag.lower()
    region = primary.upper() if primary in ITSELF else REGIONS.get(primary)
    return f"{primary}-{region}" if region else tag


def fitting(paragraphs: Sequence[str], width: float, height: float, sizes: Sequence[int], apart: float = 0.0) -> int:
    """Return the first size at which paragraphs fit into a box, the last one where none does.

    Letters are counted, not measured: the font on the lecturer's machine may be another one.

    Args:
        paragraphs: a newline in one begins a new line.
        width: of the box, points.
        height: of the box, points.
        sizes: of the type, points, the best first.
        apart: between two paragraphs, ems.
    """
    return next(dropwhile(lambda size: _height(paragraphs, width, size, apart) > height, sizes), sizes[-1])


def _height(paragraphs: Sequence[str], width: float, size: int, apart: float) -> float:
    lines = sum(max(1, -(-_ems(line) * size // width)) for text in paragraphs for line in text.split("\n"))
    return (lines * LEADING + (len(paragraphs) - 1) * apart) * size


def _ems(text: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else NARROW for letter in text)
