"""How the movement of a run divides up among directions at right angles to each other, as bars."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle, mix
from scenes.look import Look
from scenes.markup import Words
from scenes.theme import SIZES

FOOT, HEAD = 0.95, 0.5
"""Room below for the bars' names, above for their numbers, in scene units."""

SLIVER = 0.03
"""A bar is at least so high, in scene units, where its share is not zero …"""

ZERO = 1e-9
"""… but for rounding."""


class MovementBars(Drawing):
    """A bar for each direction.

    Args:
        shares: (K,) 0 … 1. numbers: above the bars. names: below them.
        name: of all that the bars stand for.

    Attributes that a film moves, each 0 … 1:
        axes: opacity. grown: (K,) how far each bar has grown. lit: how far the first two stand out from the others.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        shares: np.ndarray,
        numbers: Sequence[Words | str],
        names: Sequence[Words | str],
        name: Words | str,
    ) -> None:
        super().__init__(frame)
        self.theme, self.shares = look.theme, np.asarray(shares, float)
        self.axes = self.lit = 0.0
        self.grown = np.zeros(len(self.shares))
        self._numbers = [look.stamp(number, SIZES.label, self.theme.text) for number in numbers]
        self._names = [look.stamp(text, SIZES.label, self.theme.muted) for text in names]
        self._name = look.stamp(name, SIZES.label, self.theme.muted)

    def bar(self, place: int) -> np.ndarray:
        """left, bottom, right, top of a bar, full grown."""
        left, bottom, right, top = self.frame
        pitch = (right - left) / len(self.shares)
        middle, half, floor = left + (place + 0.5) * pitch, min(0.32 * pitch, 0.6), bottom + FOOT
        share = float(self.shares[place])
        high = max(share * (top - HEAD - floor), SLIVER * (share > ZERO))
        return np.array([middle - half, floor, middle + half, floor + high])

    def color_of(self, place: int) -> str:
        """The first two are where training is going; the others give way to them."""
        return self.theme.position if place < 2 else mix(self.theme.position, self.theme.faint, self.lit)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        left, bottom, right, _ = self.frame
        line = np.array([[left, bottom + FOOT], [right, bottom + FOOT]])
        brush.line(line, self.theme.muted, 0.02, self.axes * self.opacity)
        self._name.put(brush, (left + right) / 2, bottom + 0.15, self.axes * self.opacity)
        for place in range(len(self.shares)):
            self._draw_bar(brush, place)

    def _draw_bar(self, brush: Brush, place: int) -> None:
        left, bottom, right, full = self.bar(place)
        grown = float(self.grown[place])
        top = bottom + grown * (full - bottom)
        corners = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
        brush.polygon(corners, self.color_of(place), self.opacity * (grown > 0))
        middle, arrived = (left + right) / 2, float(np.clip((grown - 0.8) / 0.2, 0, 1))
        self._numbers[place].put(brush, middle, top + 0.26, arrived * self.opacity)
        self._names[place].put(brush, middle, bottom - 0.26, self.axes * self.opacity)
