"""The part of a data plot in which no node is active, shaded; and what each point adds to a gradient."""

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import Axes
from scenes.panels.data_plot import DataPlot
from scenes.panels.recorded import reached
from scenes.panels.strips import VEIL, strips
from scenes.theme import SIZES


class Uncovered(Drawing):
    """Shades, behind a data plot, where no node is active in the state shown.

    Args:
        plot: over the same points; epochs: (T,) as recorded.
        mask: (T, N) whether no node is active for a point, in the order of x.

    Attributes that a film moves:
        shade: 0 … 1.
    """

    def __init__(self, look: Look, plot: DataPlot, epochs: np.ndarray, mask: np.ndarray) -> None:
        super().__init__((*plot.frame,))
        self.theme, self.plot, self.epochs, self.mask = look.theme, plot, epochs, mask
        self.shade = 0.0

    def strips(self) -> list[tuple[float, float]]:
        """From where to where, in x, at the present epoch."""
        return strips(self.plot.x, self.mask[reached(self.epochs, self.epoch)])

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        left, bottom, right, top = self.plot.inner()
        for ends in self.strips():
            across = np.clip(self.plot.place(np.nan_to_num(np.array(ends), posinf=1e9, neginf=-1e9), np.zeros(2))[:, 0],
                             left, right)  # fmt: skip
            corners = np.array([[across[0], bottom], [across[1], bottom], [across[1], top], [across[0], top]])
            brush.polygon(corners, self.theme.muted, VEIL * self.shade * self.opacity)


class PointShares(Drawing):
    """Upon each point's place a bar, up or down, of what the point adds to a gradient; where that is nothing, a dot.

    Args:
        x: (N,) ascending; shares: (N,) of either sign.
        span: the range of x shown, that of the data plot above it.
        name: of what is shown.

    Attributes that a film moves, each 0 … 1:
        axes: opacity. grown: how far the bars have grown.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        x: np.ndarray,
        shares: np.ndarray,
        span: tuple[float, float],
        name: Words | str,
    ) -> None:
        super().__init__(frame)
        self.theme, self.x, self.shares = look.theme, x, np.where(np.isfinite(shares), shares, 0.0)
        self.axes = self.grown = 0.0
        top = 1.15 * float(np.abs(self.shares).max(initial=0.0)) or 1.0
        self._axes = Axes(look, span, (-top, top), ("$x$", ""))
        self._name = look.stamp(name, SIZES.label, self.theme.gradient)

    def tops(self) -> np.ndarray:
        """Scene coordinates (N, 2) of the far ends of the bars, full grown."""
        return self._axes.place(self.frame, self.x, self.shares)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        shown = self.axes * self.opacity
        self._axes.draw(brush, self.frame, shown)
        left, _, right, top = self._axes.inner(self.frame)
        self._name.put(brush, left + 0.12, top + 0.16, shown, anchor=0.0)
        feet, tops = self._axes.place(self.frame, self.x, np.zeros(len(self.x))), self.tops()
        brush.line(np.array([[left, feet[0, 1]], [right, feet[0, 1]]]), self.theme.muted, 0.016, 0.6 * shown)
        some = self.shares != 0
        grown = np.stack([feet, feet + self.grown * (tops - feet)], axis=1)
        brush.segments(grown[some], self.theme.gradient, 0.04, shown * (self.grown > 0))
        brush.dots(feet[~some], 0.032, self.theme.gradient, shown * self.grown)
