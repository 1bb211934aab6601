"""A loss surface over two directions of many weights, and a run that is near it: above or below, not upon it."""

from dataclasses import replace

import numpy as np

from scenes.drawing import Brush, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.loss_surface import LossSurface
from scenes.panels.sight import height_at
from scenes.panels.terrain import BOX_HEIGHT, Route, Terrain
from scenes.panels.trail import BALL, Trail
from scenes.panels.view import View
from scenes.theme import SIZES, Theme

FOOT = 0.06
"""Radius of the end of the gap on the surface, in scene units."""

GAP_SHARE, LARGEST = 0.4, 60.0
"""In the lens the gap takes this share of its height, but nothing is enlarged more than so many times."""


class Above(Trail):
    """The way of a run of which the surface hides no more than if it were upon it.

    Args:
        below: (S,) the loss of the surface under each point of the route.
    """

    def __init__(self, terrain: Terrain, route: Route, theme: Theme, below: np.ndarray) -> None:
        self._surface = Route(route.epoch, route.params, below, route.recorded, route.grads)
        super().__init__(terrain, route, theme)

    def foot(self, epoch: float) -> np.ndarray:
        """The model point (3,) of the surface above or below the ball."""
        here = self._surface.position(epoch)
        return self.terrain.model(here[:2], here[2])

    def _hidden(self, points: np.ndarray, view: View) -> np.ndarray:
        surface = height_at(points[:, :2], self.terrain.grid[..., 2], BOX_HEIGHT)
        return super()._hidden(np.column_stack([points[:, :2], np.fmax(points[:, 2], surface)]), view)


class PlaneSurface(LossSurface):
    """A surface over a plane of the weights, with a run at its recorded losses.

    Args:
        below: (S,) the loss of the surface under each point of the route.
        names: of the two directions.

    Attributes that a film moves, each 0 … 1 (and those of `LossSurface`):
        gap: opacity of the line from the ball to the surface.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        terrain: Terrain,
        route: Route,
        below: np.ndarray,
        *,
        names: tuple[str | Words, str | Words],
        loss_name: Words | str,
    ) -> None:
        self.axis_names = names
        super().__init__(frame, look, terrain, route, loss_name=loss_name)
        self.gap, self.below = 0.0, below
        self._above = Above(terrain, route, self.theme, below)
        self._trails = (self._above,)

    def _extent(self, seen: View) -> np.ndarray:
        foot = np.nan_to_num(self._above.foot(self.epoch))
        return np.vstack([super()._extent(seen), seen.project(foot[None])])

    def _draw_ball(self, brush: Brush, seen: View, trail: Trail) -> None:
        spot = trail.place(self.epoch)
        if self.gap > 0 and spot is not None:
            ends = seen.project(np.array([self._above.foot(self.epoch), spot]))
            brush.line(ends, self.theme.background, 0.1, 0.6 * self.gap * self.opacity)
            brush.line(ends, self.theme.loss, 0.06, self.gap * self.opacity)
            brush.dots(ends[:1], FOOT, self.theme.loss, self.gap * self.opacity)
        super()._draw_ball(brush, seen, trail)


class Lens(PlaneSurface):
    """A round window upon the ball and the surface, so near that the gap between them has a size.

    Args:
        whole: the surface that it is a part of; what it shows of view and epoch this shows, too.
        losses: what stands beside the surface and beside the ball.

    Attributes that a film moves, each 0 … 1 (and those of `PlaneSurface`):
        grown: how large the window is, and how far it has come from the ball to its place.
    """

    def __init__(self, frame: Rectangle, whole: PlaneSurface, losses: tuple[Words, Words]) -> None:
        names, theirs = whole.axis_names, whole.below
        super().__init__(frame, whole.look, whole.terrain, whole.route, theirs, names=names, loss_name="")
        self.whole, self.grown = whole, 0.0
        self.ball = self.path = self.skin = self.gap = 1.0
        colors = self.theme.text, self.theme.position_text
        self._losses = [self.look.stamp(loss, SIZES.label, color) for loss, color in zip(losses, colors, strict=True)]

    @property
    def middle(self) -> np.ndarray:
        """The middle of the window, (2,)."""
        left, bottom, right, top = self.frame
        here = self.whole.view().project(self._spots()[1])
        return np.asarray(here + self.grown * (np.array([(left + right) / 2, (bottom + top) / 2]) - here))

    @property
    def radius(self) -> float:
        """Of the window."""
        left, bottom, right, top = self.frame
        return float(self.grown * min(right - left, top - bottom) / 2)

    def view(self) -> View:
        """The view of the whole, so much larger that the gap takes a good part of the window."""
        self.epoch = self.whole.epoch
        seen = self.whole.view()
        ends = self._spots()
        length = float(np.hypot(*np.diff(seen.project(ends), axis=0)[0]))
        near = replace(seen, scale=seen.scale * float(np.clip(self._reach / max(length, 1e-9), 1.0, LARGEST)))
        aside = self.middle - near.project(ends).mean(axis=0)
        return replace(near, centre=(near.centre[0] + float(aside[0]), near.centre[1] + float(aside[1])))

    def draw(self, brush: Brush) -> None:
        """Draw what lies in the window, upon everything else."""
        if self.grown <= 0:
            return
        middle, start = self.middle, self.whole.view().project(self._spots()[1])
        way = (middle - start) / max(float(np.hypot(*(middle - start))), 1e-9)
        brush.line(np.array([start + BALL * way, middle]), self.theme.faint, 0.03, self.grown * self.opacity)
        brush.dots(middle[None], self.radius, self.theme.background, self.opacity)
        brush.context.save()
        brush.context.arc(float(middle[0]), float(middle[1]), self.radius, 0, 2 * np.pi)
        brush.context.clip()
        super().draw(brush)
        arrived = float(np.clip(4 * self.grown - 3, 0, 1)) * self.opacity
        for (x, y), loss in zip(self.view().project(self._spots()), self._losses, strict=True):
            loss.put(brush, x + 0.25, y, arrived, anchor=0.0, halo=self.theme.background)
        brush.context.restore()
        brush.ring(middle, self.radius, self.theme.muted, 0.04, self.opacity)

    @property
    def _reach(self) -> float:
        return GAP_SHARE * float(self.frame[3] - self.frame[1])

    def _spots(self) -> np.ndarray:
        """Model points (2, 3): the surface below or above the ball, and the ball."""
        here = self.route.position(self.whole.epoch)
        return np.nan_to_num(np.array([self._above.foot(self.whole.epoch), self.terrain.model(here[:2], here[2])]))
