"""Several curves in one plot, each with its name where it leaves the plot on its right side."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import Axes
from scenes.panels.clipping import clipped
from scenes.panels.labels import spread
from scenes.theme import SIZES

ASIDE, LINE, STAR = 0.85, 0.36, 0.26
"""Room for names beside the plot, the height of one, and the star's radius, in scene units."""


class Family(Drawing):
    """Curves over one range.

    Args:
        x: (M,) ascending, around zero. values: (K, M). span: the values shown; what lies beyond leaves the plot.
        curves: their names. names: of the two axes. color: of all of them.

    Attributes that a film moves:
        axes: opacity. star: of the mark at the lowest value of all.
        grown: (K,) how far each is drawn from zero outwards, 0 … 1. bright: (K,) opacity of each.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        x: np.ndarray,
        values: np.ndarray,
        span: tuple[float, float],
        curves: Sequence[str | Words],
        names: tuple[str | Words, str | Words],
        color: str,
    ) -> None:
        super().__init__(frame)
        self.theme, self.x, self.values, self.hue = look.theme, x, values, color
        self.axes = self.star = 0.0
        self.grown, self.bright = np.zeros(len(values)), np.ones(len(values))
        self._axes = Axes(look, (float(x[0]), float(x[-1])), span, names)
        self._curves = [look.stamp(name, SIZES.label, look.theme.text) for name in curves]

    @property
    def box(self) -> np.ndarray:
        """What axes and curves take of the frame; names stand to the right of it."""
        return self.frame - np.array([0, 0, ASIDE, 0])

    def inner(self) -> np.ndarray:
        """left, bottom, right, top of the plot between its axes."""
        return self._axes.inner(self.box)

    def place(self, x: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2)."""
        return self._axes.place(self.box, x, values)

    def curve(self, number: int) -> np.ndarray:
        """Scene coordinates (n, 2) of a curve as far as it is drawn."""
        shown = np.abs(self.x) <= self.grown[number] * np.abs(self.x).max()
        return self.place(self.x[shown], self.values[number][shown])

    def ends(self) -> np.ndarray:
        """Where each curve leaves the plot on its right side, (K, 2)."""
        _, bottom, _, top = self.inner()
        lines = [self.place(self.x, values) for values in self.values]
        over = [np.flatnonzero(((line[:, 1] >= top) | (line[:, 1] <= bottom)) & (self.x > 0)) for line in lines]
        return np.array([line[out[0]] if len(out) else line[-1] for line, out in zip(lines, over, strict=True)])

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.box, self.axes * self.opacity)
        for number, bright in enumerate(self.bright):
            parts = clipped(self.curve(number), self.inner())[0]
            brush.segments(parts, self.hue, 0.06, float(bright) * self.opacity)
        at = int(np.argmin(self.values.min(axis=0)))
        lowest = self.place(self.x[[at]], self.values[:, [at]].min(axis=0))[0]
        brush.star(lowest, STAR * self.star, self.theme.minimum, self.theme.background, self.star * self.opacity)
        self._draw_names(brush)

    def _draw_names(self, brush: Brush) -> None:
        _, bottom, right, top = self.inner()
        ends = np.clip(self.ends(), [-np.inf, bottom], [np.inf, top])
        levels = spread(ends[:, 1], np.full(len(ends), LINE), bottom - LINE / 2, top + LINE / 2)
        for number, ((x, y), level) in enumerate(zip(ends, levels, strict=True)):
            strength = float(self.bright[number] * np.clip(5 * self.grown[number] - 4, 0, 1)) * self.opacity
            elbow = np.array([[x + 0.06, y], [max(x + 0.06, right + 0.04), y], [right + 0.24, level]])
            brush.line(elbow, self.theme.faint, 0.015, strength)
            self._curves[number].put(brush, right + 0.32, level, strength, anchor=0.0)
