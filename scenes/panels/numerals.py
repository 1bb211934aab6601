"""Numbers that change from frame to frame: put together from glyphs that are set once."""

from collections import OrderedDict

import numpy as np

from scenes.drawing import Stamp
from scenes.look import Look
from scenes.markup import Words, escape

_GLYPHS = set("0123456789.,\N{MINUS SIGN}")
_KEPT = 512


class Numerals:
    """Stamps of numbers in one size; figures are equally wide, so that a changing number does not jump."""

    def __init__(self, look: Look, size: float) -> None:
        self._look, self._size = look, size
        self._stamps: OrderedDict[tuple[str, str], Stamp] = OrderedDict()

    def stamp(self, number: Words, color: str) -> Stamp:
        """A number in a colour."""
        key = number.plain, color
        if key not in self._stamps:
            self._stamps[key] = self._compose(number, color)
            if len(self._stamps) > _KEPT:
                self._stamps.popitem(last=False)
        return self._stamps[key]

    def _compose(self, number: Words, color: str) -> Stamp:
        if not set(number.plain) <= _GLYPHS:
            return self._look.stamp(number, self._size, color)
        glyphs = [self._look.stamp(escape(glyph), self._size, color) for glyph in number.plain]
        starts = np.cumsum([0.0, *(glyph.width for glyph in glyphs)])
        placed = [
            points + np.array([start, 0.0, 0.0])
            for glyph, start in zip(glyphs, starts, strict=False)
            for _, points in glyph.parts
        ]
        return Stamp([(color, np.concatenate(placed))], float(starts[-1]))
