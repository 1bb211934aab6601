"""What the colours of a surface stand for: a bar with powers of ten."""

import math

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle, hexadecimal
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import power_of_ten
from scenes.panels.skin import scale_colors
from scenes.theme import SIZES

STRIPS = 120


class ColorBar(Drawing):
    """A horizontal bar in the colours of the slope, its numbers below and its name above.

    Args:
        frame: the bar with its texts.
        sizes: the least and the largest size of the gradient that it shows, both powers of ten.
        name: what the colours stand for.
    """

    def __init__(self, frame: Rectangle, look: Look, sizes: tuple[float, float], name: str | Words) -> None:
        super().__init__(frame)
        low, high = (round(math.log10(size)) for size in sizes)
        every = max(1, math.ceil((high - low) / 5))
        self.decades = np.arange(low, high + 1, every)
        self._places = (self.decades - low) / max(high - low, 1)
        self._numbers = [look.stamp(power_of_ten(int(k)), SIZES.tick, look.theme.muted) for k in self.decades]
        self._name = look.stamp(name, SIZES.label, look.theme.gradient)
        self._colors = [hexadecimal(color) for color in scale_colors(look.theme.slope, np.linspace(0, 1, STRIPS))]

    def draw(self, brush: Brush) -> None:
        """Draw the bar."""
        left, bottom, right, top = self.frame
        low, high = bottom + 0.36, top - 0.38
        edges = np.linspace(left, right, STRIPS + 1)
        for color, start, end in zip(self._colors, edges, edges[1:], strict=False):
            corners = np.array([[start, low], [end + 0.01, low], [end + 0.01, high], [start, high]])
            brush.polygon(corners, color, self.opacity)
        for place, number in zip(self._places, self._numbers, strict=True):
            number.put(brush, left + place * (right - left), bottom + 0.13, self.opacity)
        self._name.put(brush, (left + right) / 2, top - 0.14, self.opacity)
