"""A loss surface with a slice along each weight through a start, and with all its runs at once."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.loss_surface import KEPT, LossSurface
from scenes.panels.terrain import Route, Terrain
from scenes.panels.view import View

STAR = 0.34
"""The points of the star are seen behind the balls that come to lie upon it."""
CURTAIN = 0.16
"""How strongly the upright plane of a slice is tinted, from the floor to the surface."""


class SlicedSurface(LossSurface):
    """A surface that shows how each weight alone moves the loss.

    Args:
        slices: (M, 3) each: weights and loss along the first weight, and along the second, through the start.

    Attributes that a film moves, each 0 … 1 (and those of `LossSurface`):
        slice0, slice1: how much of each slice is drawn, from the start outwards. curtains: opacity of their planes.
        others: how far the other runs' balls and paths have come in; they are at the same epoch.
    """

    star_size = STAR

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        terrain: Terrain,
        routes: Sequence[Route],
        slices: Sequence[np.ndarray],
        *,
        loss_name: Words | str,
    ) -> None:
        super().__init__(frame, look, terrain, routes, loss_name=loss_name)
        self.slice0 = self.slice1 = self.others = 0.0
        self.curtains = 1.0
        self._slices = [terrain.model(each[:, :2], each[:, 2]) for each in slices]

    def slice_points(self, axis: int) -> np.ndarray:
        """Model points (n, 3) of a slice as far as it is drawn."""
        points, share = self._slices[axis], (self.slice0, self.slice1)[axis]
        start = self.terrain.model(self.routes[0].params[0], self.routes[0].loss[0])
        away = np.abs(points[:, axis] - start[axis])
        return points[away <= share * float(away.max())]

    def _extent(self, seen: View) -> np.ndarray:
        ways = [trail.extent(self.epoch) for trail in self._trails if self.others > 0]
        own = [self.slice_points(axis) for axis in (0, 1) if (self.slice0, self.slice1)[axis] > 0]
        more = np.vstack([np.zeros((0, 3)), *own, *ways])
        return np.vstack([super()._extent(seen), seen.project(np.vstack([more, more * [1, 1, 0]]))])

    def _draw_run(self, brush: Brush, seen: View) -> None:
        """Slices, star, and all paths and balls."""
        for axis, share in enumerate((self.slice0, self.slice1)):
            if share > 0:
                self._draw_slice(brush, seen, axis)
        super()._draw_run(brush, seen)
        for trail in self._trails[1:] if self.others > 0 else []:
            strength, place = self.others * self.opacity, trail.place(self.epoch)
            trail.draw_path(brush, seen, self.epoch, KEPT, strength, self._faint)
            if place is not None:
                trail.draw_ball(brush, seen.project(place), 1.0, strength * self._clarity(trail, seen, place))

    def _draw_slice(self, brush: Brush, seen: View, axis: int) -> None:
        color = (self.theme.partial0, self.theme.partial1)[axis]
        points = self.slice_points(axis)
        if len(points) < 2:
            return
        line, floor = seen.project(points), seen.project(points * [1, 1, 0])
        brush.polygon(np.vstack([line, floor[::-1]]), color, CURTAIN * self.curtains * self.opacity)
        brush.line(floor, color, 0.02, 0.6 * self.curtains * self.opacity)
        brush.line(line, color, 0.055, self.opacity)
