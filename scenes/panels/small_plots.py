"""Small plots in rows, whose curves belong together: what one function after another makes of the same x."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import Axes

GAP = 0.12
"""Between two plots, in scene units."""


@dataclass(frozen=True, eq=False)
class SmallPlot:
    """One of the plots. Point n of every plot belongs to the same x.

    Attributes:
        at: gives the points (N, 2) of the curve at a (fractional) epoch.
        x, y: the ranges shown.
        names: of the two axes.
        color: of the curve.
        ground: (G, 2) a thin curve upon which the other lies, or None.
        truth: (G, 2) what the curve should be, dashed, or None.
        source: the plot from whose points these come flying, or None.
        every: one in so many points bears a dot, the first and the last among them.
    """

    at: Callable[[float], np.ndarray]
    x: tuple[float, float]
    y: tuple[float, float]
    names: tuple[str | Words, str | Words]
    color: str
    ground: np.ndarray | None = None
    truth: np.ndarray | None = None
    source: int | None = None
    every: int = 1


class SmallPlots(Drawing):
    """A grid of plots, row by row.

    Args:
        plots: K of them. columns: how many stand side by side.

    Attributes that a film moves, each 0 … 1:
        shown, grown, marks: (K,) opacity of the axes, how much of the curve is drawn from the left, opacity of the
            dots upon it.
        truths: (K,) opacity of what the curve should be.
        flown: (K,) how far the dots have come from those of the plot that they start from.
        probe: where on the curves, from the first point to the last, a ball stands. probes: (K,) its opacity.
    """

    def __init__(self, frame: Rectangle, look: Look, plots: Sequence[SmallPlot], columns: int) -> None:
        super().__init__(frame)
        self.theme, self.plots, self.columns = look.theme, tuple(plots), columns
        self.shown, self.grown, self.marks, self.probes = (np.zeros(len(plots)) for _ in range(4))
        self.flown, self.truths, self.probe = np.ones(len(plots)), np.zeros(len(plots)), 0.0
        self._axes = [Axes(look, plot.x, plot.y, plot.names) for plot in plots]

    def cell(self, number: int) -> np.ndarray:
        """left, bottom, right, top of a plot with its axes."""
        rows = -(-len(self.plots) // self.columns)
        left, bottom, right, top = self.frame
        width, height = (right - left + GAP) / self.columns, (top - bottom + GAP) / rows
        row, column = divmod(number, self.columns)
        start, high = left + column * width, top - row * height
        return np.array([start, high - height + GAP, start + width - GAP, high])

    def inner(self, number: int) -> np.ndarray:
        """left, bottom, right, top of a plot between its axes."""
        return self._axes[number].inner(self.cell(number))

    def place(self, number: int, points: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of points (n, 2) of a plot."""
        return self._axes[number].place(self.cell(number), points[:, 0], points[:, 1])

    def curve(self, number: int) -> np.ndarray:
        """Scene coordinates (N, 2) of these, on their way here where they come from another plot."""
        here, source = self.place(number, self.plots[number].at(self.epoch)), self.plots[number].source
        if source is None or self.flown[number] >= 1:
            return here
        there = self.place(source, self.plots[source].at(self.epoch))
        return np.asarray(there + self.flown[number] * (here - there))

    def ball(self, number: int) -> np.ndarray:
        """Scene coordinates (2,) of the ball upon a plot's curve."""
        curve = self.curve(number)
        at = self.probe * (len(curve) - 1)
        return np.array([np.interp(at, np.arange(len(curve)), column) for column in curve.T])

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        for number in range(len(self.plots)):
            self._draw_ground(brush, number, self.shown[number] * self.opacity)
        for number, plot in enumerate(self.plots):
            self._draw_curve(brush, number)
            if plot.truth is not None:
                line, shown = self.place(number, plot.truth), self.truths[number] * self.opacity
                brush.line(line, self.theme.truth, 0.045, shown, dash=(0.16, 0.14))

    def _draw_ground(self, brush: Brush, number: int, opacity: float) -> None:
        """Axes, a thin line at zero, and the curve that stays."""
        if opacity <= 0:
            return
        self._axes[number].draw(brush, self.cell(number), opacity)
        left, bottom, right, top = self.inner(number)
        _, level = self.place(number, np.zeros((1, 2)))[0]
        if bottom < level < top:
            brush.line(np.array([[left, level], [right, level]]), self.theme.faint, 0.016, opacity)
        ground = self.plots[number].ground
        if ground is not None:
            brush.line(self.place(number, ground), self.theme.muted, 0.03, 0.8 * opacity)

    def _draw_curve(self, brush: Brush, number: int) -> None:
        """The curve and its dots, cut off at the axes unless they fly; then the ball."""
        curve, color = self.curve(number), self.plots[number].color
        if not np.isfinite(curve).all():
            return
        curve = np.clip(curve, -1e4, 1e4)  # Cairo counts no farther
        left, bottom, right, top = self.inner(number) + np.array([-0.12, -0.12, 0.12, 0.12])
        brush.context.save()
        if self.flown[number] >= 1:
            brush.context.rectangle(left, bottom, right - left, top - bottom)
            brush.context.clip()
        few = curve[: 1 + round(self.grown[number] * (len(curve) - 1))]
        brush.line(few, color, 0.06, self.opacity * (self.grown[number] > 0))
        brush.dots(curve[:: self.plots[number].every], 0.08, color, self.marks[number] * self.opacity)
        brush.context.restore()
        self._draw_ball(brush, number, self.probes[number] * self.opacity)

    def _draw_ball(self, brush: Brush, number: int, opacity: float) -> None:
        """The ball with thin lines to both axes: what goes in, and what comes out."""
        left, bottom, right, top = self.inner(number)
        x, y = ball = self.ball(number)
        if opacity <= 0 or not (np.isfinite(ball).all() and left - 0.1 <= x <= right + 0.1 and bottom <= y <= top):
            return
        for end in ((x, bottom), (left, y)):
            line = np.array([end, ball])
            brush.line(line, self.theme.position_text, 0.025, 0.9 * opacity, dash=(0.08, 0.07))
        brush.dots(ball[None], 0.13, self.theme.position_edge, opacity)
        brush.dots(ball[None], 0.105, self.theme.position, opacity)
