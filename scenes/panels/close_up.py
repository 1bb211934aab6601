"""A data plot whose y axis closes in on a part: points that leave the window leave the picture."""

from typing import Any

import numpy as np

from scenes.drawing import Brush, Rectangle
from scenes.look import Look
from scenes.panels.axes import Axes
from scenes.panels.data_plot import DataPlot
from scenes.theme import SIZES


class ClosingAxes(Axes):
    """Axes that may show less of y. Between the two ranges their numbers give way to one another."""

    def close_in(self, wide: Axes, close: Axes, near: float) -> None:
        """Show the range on the way from a wide one to a close one; evenly, so that each moment enlarges as much."""
        (low, high), (lower, upper) = wide.y, close.y
        size = (high - low) ** (1 - near) * (upper - lower) ** near
        share = (high - low - size) / ((high - low - upper + lower) or 1.0)
        self.y = low + share * (lower - low), low + share * (lower - low) + size
        self.ends = ((wide, 1 - 2 * near), (close, 2 * near - 1))

    def draw_y_ticks(self, brush: Brush, frame: np.ndarray, opacity: float) -> None:
        """Numbers of the range that is nearer, as far as they are within the plot."""
        for axes, seen in self.ends:
            ticks, numbers = axes.y_ticks
            kept = [k for k, tick in enumerate(ticks) if self.y[0] <= tick <= self.y[1]]
            if seen > 0:
                some = [ticks[k] for k in kept], [numbers[k] for k in kept]
                self.put_y_ticks(brush, frame, some, min(1.0, seen) * opacity)


class CloseUp(DataPlot):
    """A data plot that can close in on a part of its y axis.

    Args:
        close: the range of y that is seen when it has closed in; all else as for `DataPlot`.
        said: markup that tells then that not all is seen, above the plot at its right; or nothing.

    Attributes that a film moves, besides those of `DataPlot`:
        near: 0 … 1, how far it has closed in.
    """

    def __init__(
        self, frame: Rectangle, look: Look, *data: Any, close: tuple[float, float], said: str = "", **options: Any
    ) -> None:
        super().__init__(frame, look, *data, **options)
        self._said = look.stamp(said, SIZES.tick, self.theme.muted) if said else None
        whole = self._axes
        self._wide, self._close = whole, Axes(look, whole.x, close, whole.names, left=whole.left)
        self._axes: ClosingAxes = ClosingAxes(look, whole.x, whole.y, whole.names, left=whole.left)
        self.near = 0.0

    @property
    def near(self) -> float:
        """How far it has closed in, 0 … 1."""
        return self._near

    @near.setter
    def near(self, near: float) -> None:
        self._near = near
        self._axes.close_in(self._wide, self._close, near)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        if self._said is not None:
            _, _, right, top = self.inner()
            self._said.put(brush, right, top + 0.2, self.near * self.opacity, anchor=1.0)
        super().draw(brush)
