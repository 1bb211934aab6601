"""Shares of runs as bars side by side, with what was to be expected as a dashed line across each."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.theme import SIZES

FOOT, HEAD = 0.75, 1.45
"""Room below for the bars' names, above for their numbers and the legend, in scene units."""


class ShareBars(Drawing):
    """A bar for each group, from nothing to the whole.

    Args:
        shares: (G,) measured, 0 … 1. expected: (G,) to compare with.
        names: below the bars. counts: above them.
        legend: of the bars, of the dashes, and the name of the axis.

    Attributes that a film moves:
        axes: opacity. grown: (G,) how far each bar has grown, 0 … 1. expectation: opacity.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        shares: np.ndarray,
        expected: np.ndarray,
        names: Sequence[Words],
        counts: Sequence[Words],
        legend: tuple[str | Words, str | Words, str | Words],
    ) -> None:
        super().__init__(frame)
        self.theme, self.shares, self.expected = look.theme, shares, expected
        self.axes = self.expectation = 0.0
        self.grown = np.zeros(len(shares))
        self.most = max(float(np.max([*shares, *expected])), 0.05)
        self._names = [look.stamp(name, SIZES.label, self.theme.text) for name in names]
        self._counts = [look.stamp(count, SIZES.label, self.theme.loss) for count in counts]
        colors = (self.theme.loss, self.theme.text, self.theme.muted)
        self._legend = [look.stamp(text, SIZES.label, color) for text, color in zip(legend, colors, strict=True)]

    def bar(self, group: int) -> np.ndarray:
        """left, bottom, right, top of a bar, full grown."""
        left, bottom, right, _ = self.frame
        pitch = (right - left) / len(self.shares)
        middle, half = left + (group + 0.5) * pitch, min(0.26 * pitch, 0.8)
        return np.array([middle - half, bottom + FOOT, middle + half, self.level(self.shares[group])])

    def level(self, share: float) -> float:
        """Where a share lies."""
        floor = self.frame[1] + FOOT
        return float(floor + share / self.most * (self.frame[3] - HEAD - floor))

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        left, bottom, right, _ = self.frame
        floor = np.array([[left, bottom + FOOT], [right, bottom + FOOT]])
        brush.line(floor, self.theme.muted, 0.02, self.axes * self.opacity)
        for group, name in enumerate(self._names):
            name.put(brush, float(self.bar(group)[[0, 2]].mean()), bottom + FOOT - 0.24, self.axes * self.opacity)
            self._draw_bar(brush, group, float(self.grown[group]))
        self._draw_legend(brush)

    def _draw_legend(self, brush: Brush) -> None:
        """What bars and dashes are, at the top right, and what the bars stand for, below them."""
        left, bottom, right, top = self.frame
        bars, dashes, axis = self._legend
        start = right - max(bars.width, dashes.width)
        for row, (text, opacity) in enumerate(((bars, self.axes), (dashes, self.expectation))):
            y, color = top - 0.15 - 0.5 * row, (self.theme.loss, self.theme.text)[row]
            mark = np.array([[start - 0.75, y], [start - 0.2, y]])
            width, dash = ((0.2, ()), (0.045, (0.12, 0.1)))[row]
            brush.line(mark, color, width, opacity * self.opacity, dash)
            text.put(brush, start, y, opacity * self.opacity, anchor=0.0)
        axis.put(brush, (left + right) / 2, bottom + 0.12, self.axes * self.opacity)

    def _draw_bar(self, brush: Brush, group: int, grown: float) -> None:
        left, bottom, right, full = self.bar(group)
        top = bottom + grown * (full - bottom)
        corners = np.array([[left, bottom], [right, bottom], [right, top], [left, top]])
        brush.polygon(corners, self.theme.loss, 0.85 * self.opacity * (grown > 0))
        level = self.level(float(self.expected[group]))
        reach = np.array([[left - 0.15, level], [right + 0.15, level]])
        brush.line(reach, self.theme.text, 0.045, self.expectation * self.opacity, (0.12, 0.1))
        high = top + self.expectation * (max(top, level) - top)
        arrived = float(np.clip((grown - 0.8) / 0.2, 0, 1))
        self._counts[group].put(brush, (left + right) / 2, high + 0.24, arrived * self.opacity)
