"""A data plot whose y axis closes in on a part: points that leave the window leave the picture."""

from typing import Any

from scenes.drawing import Brush, Rectangle
from scenes.look import Look
from scenes.panels.axes import ClosesIn, ClosingAxes
from scenes.panels.data_plot import DataPlot
from scenes.theme import SIZES


class CloseUp(ClosesIn, DataPlot):
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
        self._axes: ClosingAxes = ClosingAxes(self._axes, close)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        if self._said is not None:
            _, _, right, top = self.inner()
            self._said.put(brush, right, top + 0.2, self.near * self.opacity, anchor=1.0)
        super().draw(brush)
