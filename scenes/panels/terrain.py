"""The geometry of a loss surface and of a run upon it: from weights and losses to model coordinates.

Model coordinates: the window of the two weights is the square [-1, 1] x [-1, 1], the loss runs from 0 at the floor to
BOX_HEIGHT at the ceiling.
"""

from dataclasses import dataclass
from functools import cached_property

import contourpy
import numpy as np

BOX_HEIGHT = 1.1
"""Height of the highest loss shown, where the floor is 2 wide."""
HEADROOM = 0.2
"""A run may rise so far above the ceiling before it is off the map."""
ARROW_REACH, ARROW_TOP = 0.85, BOX_HEIGHT + 0.32
"""The gradient's arrow has this length in model units and rises to this top at most; its parts keep proportion."""


@dataclass(frozen=True, eq=False)
class Terrain:
    """The loss over a window: what `learning.landscape` computed.

    Attributes:
        w0 (M,), w1 (K,): ascending weights.
        loss: (M, K), loss[i, j] at (w0[i], w1[j]).
        minimum: (w0, w1, loss) of the lowest point.
        ceiling: the loss at which the surface is cut.
        steepness: (M, K) the size of the gradient at each point, or None where no film asks for it.
        depth: the least loss that is shown besides the surface, where a run goes below it.
    """

    w0: np.ndarray
    w1: np.ndarray
    loss: np.ndarray
    minimum: tuple[float, float, float]
    ceiling: float
    steepness: np.ndarray | None = None
    depth: float = np.inf

    @cached_property
    def base(self) -> float:
        """The loss at the floor: zero, or a little below all that is shown where zero is far away."""
        lowest = min(self.minimum[2], self.depth)
        return 0.0 if 0 <= lowest < 0.3 * self.ceiling else lowest - 0.15 * (self.ceiling - lowest)

    @cached_property
    def units(self) -> np.ndarray:
        """Model lengths (3,) of one unit of w0, of w1 and of the loss."""
        spans = np.array([self.w0[-1] - self.w0[0], self.w1[-1] - self.w1[0], self.ceiling - self.base])
        return np.array([2.0, 2.0, BOX_HEIGHT]) / spans

    def model(self, params: np.ndarray, loss: np.ndarray | float) -> np.ndarray:
        """Model coordinates (..., 3) of weights (..., 2) and their loss (...)."""
        origin = np.array([self.w0[0], self.w1[0], self.base])
        points = np.concatenate([params, np.asarray(loss, float)[..., None]], axis=-1)
        return (points - origin) * self.units - np.array([1.0, 1.0, 0.0])

    def on_map(self, params: np.ndarray, loss: np.ndarray | float) -> np.ndarray:
        """Which points (...) lie within the window and not far above the ceiling; what is no number does not."""
        model = self.model(params, loss)
        return np.all(np.abs(model[..., :2]) <= 1 + 1e-6, axis=-1) & (model[..., 2] <= BOX_HEIGHT + HEADROOM)

    @cached_property
    def grid(self) -> np.ndarray:
        """Model coordinates (M, K, 3) of the whole surface."""
        return self.model(np.stack(np.meshgrid(self.w0, self.w1, indexing="ij"), axis=-1), self.loss)

    def wires(self, every: int) -> list[np.ndarray]:
        """Every so many-th line of the grid as polylines (n, 3), cut at the ceiling."""
        lines = [*self.grid[::every], *self.grid.transpose(1, 0, 2)[::every]]
        return [piece for line in lines for piece in _below(line, BOX_HEIGHT)]

    def contours(self, count: int) -> list[np.ndarray]:
        """Lines of equal loss as polylines (n, 3), equally high apart: they crowd where it is steep."""
        generator = contourpy.contour_generator(self.w1, self.w0, self.loss)
        lowest = self.minimum[2]
        levels = lowest + (np.arange(count) + 0.5) / count * (self.ceiling - lowest)
        found = [(level, np.asarray(line)) for level in levels for line in generator.lines(level)]
        return [self.model(line[:, ::-1], np.full(len(line), level)) for level, line in found]


@dataclass(frozen=True, eq=False)
class Route:
    """A training run over the terrain: the states that were recorded, and points between them for drawing.

    Attributes:
        epoch (S,), params (S, 2), loss (S,): along the straight steps, dense, as far as they are finite.
        recorded: (T,) the epochs that were recorded.
        grads: (T, 2) the gradient at each of those.
    """

    epoch: np.ndarray
    params: np.ndarray
    loss: np.ndarray
    recorded: np.ndarray
    grads: np.ndarray

    def position(self, epoch: float) -> np.ndarray:
        """Weights and loss (3,) at a fractional epoch; nan once the run is no longer finite."""
        if epoch > self.epoch[-1]:
            return np.full(3, np.nan)
        return np.array([np.interp(epoch, self.epoch, value) for value in (*self.params.T, self.loss)])

    @cached_property
    def is_state(self) -> np.ndarray:
        """Which of the dense points (S,) were recorded."""
        return np.isin(self.epoch, self.recorded)


def leaves_at(terrain: Terrain, route: Route) -> int | None:
    """The first recorded epoch whose state lies off the map, or None."""
    states = route.is_state
    off = ~terrain.on_map(route.params[states], route.loss[states])
    if off.any():
        return int(route.epoch[states][off][0])
    beyond = route.recorded[route.recorded > route.epoch[-1]]
    return int(beyond[0]) if len(beyond) else None


def tangents(terrain: Terrain, route: Route, epoch: float) -> np.ndarray:
    """Arrows (3, 3) in model coordinates that touch the surface: along w0, along w1, and their sum.

    Seen from above the sum is parallel to the recorded gradient (g0, g1) in units of the weights. Each arrow rises by
    its slope, as far as it goes: (g0, 0, g0²), (0, g1, g1²) and their sum all lie in the tangent plane.
    """
    g0, g1 = route.grads[np.searchsorted(route.recorded, epoch)].astype(float)
    parts = np.array([[g0, 0, g0**2], [0, g1, g1**2]]) * terrain.units
    arrows = np.vstack([parts, parts.sum(axis=0)])
    length = float(np.linalg.norm(arrows[2]))
    if not (np.isfinite(length) and length > 0):
        return np.zeros((3, 3))
    here = route.position(epoch)
    room = max(ARROW_TOP - float(terrain.model(here[:2], here[2])[2]), 0.1)
    return arrows * min(ARROW_REACH / length, room / max(arrows[2, 2], 1e-12))


def _below(line: np.ndarray, ceiling: float) -> list[np.ndarray]:
    """The pieces of a polyline (n, 3) that lie below the ceiling, ending just at it."""
    below = line[:, 2] <= ceiling
    change = np.flatnonzero(below[1:] != below[:-1])
    share = (ceiling - line[change, 2]) / (line[change + 1, 2] - line[change, 2])
    met = line[change] + share[:, None] * (line[change + 1] - line[change])
    return stretches(np.insert(line, change + 1, met, axis=0), np.insert(below, change + 1, True))


def stretches(points: np.ndarray, keep: np.ndarray) -> list[np.ndarray]:
    """The unbroken stretches of points (n, d) that are kept, two points at least."""
    index = np.flatnonzero(keep)
    parts = np.split(index, np.flatnonzero(np.diff(index) > 1) + 1)
    return [points[part] for part in parts if len(part) > 1]
