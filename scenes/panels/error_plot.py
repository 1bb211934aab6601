"""Errors of estimates against the distance over which they were made, both in powers of ten."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import Axes
from scenes.theme import SIZES

DOT, RING = 0.075, 0.17
ASIDE = 0.6
"""So many powers of ten are free beside the smallest and the largest distance."""
HEADROOM = 0.25
"""So many powers of ten are free above the largest error."""
TALLEST = 12.0
"""So many powers of ten the errors span at most; smaller ones lie on the axis."""


class ErrorPlot(Drawing):
    """A line with dots for each quantity, drawn from the largest distance on.

    Args:
        distances: (H,) descending. errors: (H, K) at least zero; what is no number is left out.
        names: of the two axes. colors: of the K quantities. labels: of them, beside their last dots.
        reasons: what stands in the lower corners, left and right, below the arms that rise there.

    Attributes that a film moves, each 0 … 1:
        axes: opacity. share: how much of the lines is drawn, from the right. best: opacity of rings around the least
        errors. told: opacity of the reasons.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        distances: np.ndarray,
        errors: np.ndarray,
        names: tuple[Words | str, Words | str],
        colors: Sequence[str],
        labels: Sequence[Words | str],
        reasons: tuple[Words | str, Words | str],
    ) -> None:
        super().__init__(frame)
        self.theme, self.colors = look.theme, tuple(colors)
        self.axes = self.share = self.best = self.told = 0.0
        self.powers = np.log10(distances)
        known = errors[np.isfinite(errors) & (errors > 0)]
        high = float(np.ceil(np.log10(known.max(initial=1e-30)) + 0.1)) if len(known) else 1.0
        least = float(np.floor(np.log10(known.min(initial=1e300)) - 0.1)) if len(known) else 0.0
        low = max(min(least, high - 1), high - TALLEST)
        self.errors = np.where(np.isfinite(errors), np.maximum(errors, 10.0**low), np.nan)
        ends = float(self.powers.min()) - ASIDE, float(self.powers.max()) + ASIDE
        span = 10.0**low, 10.0 ** (high + HEADROOM)
        self._axes = Axes(look, ends, span, (names[0], ""), logarithmic=True, whole=True, powers=True)
        self._upward = look.stamp(names[1], SIZES.label, look.theme.muted)
        self._labels = [look.stamp(label, SIZES.label, color) for label, color in zip(labels, colors, strict=True)]
        self._reasons = [look.stamp(reason, SIZES.tick, look.theme.text) for reason in reasons]

    def place(self, rows: np.ndarray, quantity: int) -> np.ndarray:
        """Scene coordinates (n, 2) of rows (n,), with fractions, of a quantity: straight between two of them."""
        every = np.arange(len(self.powers))
        up = np.interp(rows, every, np.log10(self.errors[:, quantity]))
        return self._axes.place(self.frame, np.interp(rows, every, self.powers), 10.0**up)

    def least(self, quantity: int) -> int | None:
        """The row with the least error of a quantity; None where no error is a number."""
        column = self.errors[:, quantity]
        return int(np.nanargmin(column)) if np.isfinite(column).any() else None

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.frame, self.axes * self.opacity)
        last = self.share * (len(self.powers) - 1)
        for quantity, color in enumerate(self.colors):
            rows = np.append(np.arange(int(last) + 1), last)
            rows = rows[np.isfinite(np.interp(rows, np.arange(len(self.errors)), self.errors[:, quantity]))]
            if self.share <= 0 or not len(rows):
                continue
            points = self.place(rows, quantity)
            brush.line(points, color, 0.05, self.opacity)
            brush.dots(points[rows == np.floor(rows)], DOT, color, self.opacity)
            self._draw_best(brush, quantity)
        self._draw_words(brush)

    def _draw_best(self, brush: Brush, quantity: int) -> None:
        row = self.least(quantity)
        if row is not None:
            brush.ring(
                self.place(np.array([float(row)]), quantity)[0], RING, self.theme.text, 0.04, self.best * self.opacity
            )

    def _draw_words(self, brush: Brush) -> None:
        left, bottom, right, top = self._axes.inner(self.frame)
        middle = max(left - 0.15, float(self.frame[0]) + self._upward.width / 2)
        self._upward.put(brush, middle, top + 0.2, self.axes * self.opacity)
        x = right
        for label in reversed(self._labels):  # a legend above the plot, at its right end
            label.put(brush, x, top + 0.2, self.axes * self.opacity, anchor=1.0)
            x -= label.width + 0.35
        for reason, side, end in zip(self._reasons, (0.0, 1.0), (left + 0.15, right - 0.1), strict=True):
            if reason.parts:
                reason.put(brush, end, bottom + 0.25, self.told * self.opacity, side, halo=self.theme.background)
