"""The loss over two weights, as a surface with its floor, its minimum, and a training run upon it.

The panel carries its own view, so that two of them can stand side by side in a plain two-dimensional scene. All that
a film moves is an attribute: the view, how much of each part is there, and the epoch.
"""

from dataclasses import dataclass
from functools import cached_property

import contourpy
import numpy as np

from scenes.captions import SYMBOLS
from scenes.drawing import Brush, Drawing, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import pair
from scenes.panels import mesh, view
from scenes.panels.floor import Floor, scale
from scenes.panels.skin import Skin
from scenes.panels.view import Pad, View
from scenes.theme import SIZES

BOX_HEIGHT = 1.1
"""Height of the highest loss shown, where the floor is 2 wide."""
HEADROOM = 0.2
ARROW_REACH = 0.85
ARROW_TOP = BOX_HEIGHT + 0.32
"""The gradient's arrow has this length in model units and rises to this top at most; its parts keep proportion."""
BEHIND_GLASS = 0.65
LEVELS = 9
LINE_EVERY = 4
APART = 0.09
"""Scene units between two recorded states from which on they are drawn as two dots."""
LABEL_GAP = 0.42
RADIUS = 0.115
STAR = 0.23
ARROW_WIDTH = 0.05


@dataclass(frozen=True, eq=False)
class Terrain:
    """The loss over a window: what `learning.landscape` computed.

    Attributes:
        w0 (M,), w1 (K,): ascending weights.
        loss: (M, K), loss[i, j] at (w0[i], w1[j]).
        minimum: (w0, w1, loss) of the lowest point.
        ceiling: the loss at which the surface is cut.
    """

    w0: np.ndarray
    w1: np.ndarray
    loss: np.ndarray
    minimum: tuple[float, float, float]
    ceiling: float


@dataclass(frozen=True, eq=False)
class Route:
    """A training run over the terrain: the states that were recorded, and points between them for drawing.

    Attributes:
        epoch (S,), params (S, 2), loss (S,): along the straight steps, dense.
        recorded: (T,) the epochs that were recorded.
        grads: (T, 2) the gradient at each of those.
    """

    epoch: np.ndarray
    params: np.ndarray
    loss: np.ndarray
    recorded: np.ndarray
    grads: np.ndarray


class LossSurface(Drawing):
    """The surface, its floor and a ball on it.

    Attributes that a film moves, each 0 … 1 unless stated:
        azimuth, elevation: degrees. zoom: 1 fits the frame however the box is turned.
        floor: grid and scales of the two weights. upright: the scale of the loss.
        wire: how far the grid has spread from the ball. skin, contours: opacities of faces and of lines of equal loss.
        star, ball, path, labels: opacities; the labels name the start and the lowest point on the map.
        lift: share of its height that the ball has risen. stem: the line below it.
        partial0, partial1, gradient, step: how far each arrow has grown.
        arrow_epoch: the epoch whose gradient and step the arrows show.
    """

    def __init__(self, frame: Rectangle, look: Look, terrain: Terrain, route: Route, *, loss_name: Words | str) -> None:
        super().__init__(frame)
        self.look, self.theme = look, look.theme
        self.terrain, self.route = terrain, route
        self.azimuth, self.elevation, self.zoom = -30.0, 28.0, 1.0
        self.floor = self.upright = self.wire = self.skin = self.contours = 0.0
        self.star = self.ball = self.path = self.stem = self.labels = 0.0
        self.partial0 = self.partial1 = self.gradient = self.step = 0.0
        self.lift = 1.0
        self.arrow_epoch = 0.0
        self._base = self._lowest_shown()
        self._floor = self._make_floor(loss_name)
        self._pad = Pad(sides=max(0.35, self._floor.widest() - 0.05), below=0.6, above=0.1)

    # What the model coordinates are

    def _lowest_shown(self) -> float:
        """The loss at the floor: zero, or a little below the minimum where zero is far away."""
        lowest, ceiling = self.terrain.minimum[2], self.terrain.ceiling
        return 0.0 if 0 <= lowest < 0.3 * ceiling else lowest - 0.15 * (ceiling - lowest)

    def model(self, params: np.ndarray, loss: np.ndarray) -> np.ndarray:
        """Model coordinates (..., 3) of weights (..., 2) and their loss (...)."""
        flat = [
            2 * (params[..., i] - w[0]) / (w[-1] - w[0]) - 1 for i, w in enumerate((self.terrain.w0, self.terrain.w1))
        ]
        return np.stack([*flat, self.height_of(loss)], axis=-1)

    def height_of(self, loss: np.ndarray | float) -> np.ndarray:
        """Model height of a loss."""
        return np.asarray((loss - self._base) / (self.terrain.ceiling - self._base) * BOX_HEIGHT)

    def view(self) -> View:
        """The present view."""
        return view.fit(self.frame, self.azimuth, self.elevation, self.zoom, BOX_HEIGHT + HEADROOM, self._pad)

    def scene_point(self, params: np.ndarray, loss: np.ndarray) -> np.ndarray:
        """Scene coordinates (..., 2) of weights (..., 2) at a loss (...), in the present view."""
        return self.view().project(self.model(np.asarray(params, float), np.asarray(loss, float)))

    # What does not change

    def _make_floor(self, loss_name: Words | str) -> Floor:
        t, base = self.terrain, self._base
        names = [SYMBOLS[name] for name in ("w0", "w1")]
        first, second = (
            scale(self.look, name, w[0], w[-1], (-1, 1)) for name, w in zip(names, (t.w0, t.w1), strict=True)
        )
        upright = scale(self.look, loss_name, base, t.ceiling, (0, BOX_HEIGHT), about=3)
        return Floor(self.look, first, second, upright, BOX_HEIGHT)

    @cached_property
    def _skin(self) -> Skin:
        heights = self.height_of(self.terrain.loss)
        return Skin(mesh.build(heights, BOX_HEIGHT, LINE_EVERY), self.theme)

    @cached_property
    def _wires(self) -> list[np.ndarray]:
        """The drawn grid lines as polylines (n, 3), cut at the ceiling, from one side to the other."""
        t = self.terrain
        points = self.model(np.stack(np.meshgrid(t.w0, t.w1, indexing="ij"), axis=-1), t.loss)
        lines = [*points[::LINE_EVERY], *points.transpose(1, 0, 2)[::LINE_EVERY]]
        return [piece for line in lines for piece in _inside(line, BOX_HEIGHT)]

    @cached_property
    def _levels(self) -> list[np.ndarray]:
        """Lines of equal loss as polylines (n, 3), each as much higher as the last: they crowd where it is steep."""
        t = self.terrain
        generator = contourpy.contour_generator(t.w1, t.w0, t.loss)
        lowest = t.minimum[2]
        shares = np.arange(1, LEVELS + 1) / LEVELS - 0.5 / LEVELS
        found = [
            (level, np.asarray(line))
            for level in lowest + shares * (t.ceiling - lowest)
            for line in generator.lines(level)
        ]
        return [self.model(line[:, ::-1], np.full(len(line), level)) for level, line in found]

    # Where the run is

    def position(self, epoch: float) -> np.ndarray:
        """Weights and loss (3,) at a fractional epoch; nan once the run is no longer finite."""
        r = self.route
        if epoch > r.epoch[-1]:
            return np.full(3, np.nan)
        values = (*r.params.T, r.loss)
        return np.array([np.interp(epoch, r.epoch, value) for value in values])

    def on_map(self, params: np.ndarray, loss: np.ndarray) -> np.ndarray:
        """Which points (...) lie within the window and not above the ceiling."""
        model = self.model(params, loss)
        return np.all(np.abs(model[..., :2]) <= 1 + 1e-6, axis=-1) & (model[..., 2] <= BOX_HEIGHT + HEADROOM)

    def leaves_at(self) -> int | None:
        """The first recorded epoch whose state lies off the map, or None."""
        r = self.route
        known = np.isin(r.epoch, r.recorded)
        off = ~self.on_map(r.params[known], r.loss[known])
        if off.any():
            return int(r.epoch[known][off][0])
        beyond = r.recorded[r.recorded > r.epoch[-1]]
        return int(beyond[0]) if len(beyond) else None

    # Drawing, from what lies behind to what stands in front

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        seen = self.view()
        self._floor.draw_grid(brush, seen, self.floor * self.opacity)
        self._draw_wire(brush, seen)
        if self.skin > 0:
            self._skin.paint(brush, seen, self.skin * self.opacity, facing=True)
        self._draw_contours(brush, seen)
        self._draw_run(brush, seen)
        if self.skin > 0:
            self._skin.paint(brush, seen, self.skin * self.opacity, facing=False)
            with brush.faded(BEHIND_GLASS, self._extent(seen)):
                self._draw_run(brush, seen)
        self._draw_labels(brush, seen)
        self._draw_arrows(brush, seen)
        self._floor.draw_scales(brush, seen, self.floor * self.opacity)
        self._floor.draw_upright(brush, seen, self.upright * self.opacity)

    def _extent(self, seen: View) -> np.ndarray:
        """The corners of the box that the run stays in, (8, 2), on the screen."""
        return seen.project(np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (0, BOX_HEIGHT + HEADROOM)]))

    def _draw_wire(self, brush: Brush, seen: View) -> None:
        """The grid, as far as it has spread from the ball."""
        strength = 0.55 * (1 - self.skin) * self.opacity
        if self.wire <= 0 or strength < 0.01:
            return
        here = self.position(self.epoch)
        origin = self.model(here[:2], here[2])[:2] if np.isfinite(here).all() else np.zeros(2)
        reach = self.wire * float(np.hypot(*(1 + np.abs(origin))))
        for line in self._wires:
            for piece in _runs(line, np.hypot(*(line[:, :2] - origin).T) <= reach):
                brush.path(seen.project(piece))
        brush.stroke(self.theme.muted, 0.014, strength)

    def _draw_contours(self, brush: Brush, seen: View) -> None:
        if self.contours <= 0:
            return
        for line in self._levels:
            brush.path(seen.project(line))
        brush.stroke(self.theme.muted, 0.018, 0.8 * self.contours * self.opacity)

    def _draw_run(self, brush: Brush, seen: View) -> None:
        """Star, path and ball; once more, faintly, upon the glass of a near wall, so that nothing is lost behind it."""
        t, strength = self.terrain, self.opacity
        lowest = seen.project(self.model(np.array(t.minimum[:2]), np.array(t.minimum[2])))
        self._draw_path(brush, seen, self.path * strength)
        brush.star(lowest, STAR * self.star, self.theme.minimum, self.theme.background, self.star * strength)
        self._draw_ball(brush, seen, self.ball * strength)

    def _draw_path(self, brush: Brush, seen: View, strength: float) -> None:
        """The way so far, with a dot at each recorded state that stands apart from the one before."""
        r, theme = self.route, self.theme
        past = r.epoch <= self.epoch
        here = self.position(self.epoch)
        params = np.vstack([r.params[past], here[:2]])
        loss = np.append(r.loss[past], here[2])
        shown = np.isfinite(loss) & self.on_map(params, loss)
        points = seen.project(self.model(params, loss))
        for piece in _runs(points, shown):
            brush.line(piece, theme.position_edge, 0.075, 0.6 * strength)
            brush.line(piece, theme.position, 0.05, strength)
        states = np.append(np.isin(r.epoch[past], r.recorded), False)
        dots = _apart(points[states & shown], APART)
        brush.dots(dots, 0.068, theme.position_edge, strength)
        brush.dots(dots, 0.05, theme.position, strength)

    def _draw_ball(self, brush: Brush, seen: View, strength: float) -> None:
        here = self.position(self.epoch)
        if strength <= 0 or not np.isfinite(here).all() or not self.on_map(here[:2], here[2]):
            return
        spot = self.model(here[:2], here[2])
        ball, foot = seen.project(np.array([spot * [1, 1, self.lift], spot * [1, 1, 0]]))
        if self.stem > 0:
            brush.line(
                np.array([foot, ball]),
                self.theme.position,
                0.03,
                0.8 * self.stem * strength,
                dash=(0.09, 0.07),
            )
            brush.dots(foot[None], 0.07, self.theme.position, self.stem * strength)
        brush.dots(ball[None], RADIUS, self.theme.position, strength)
        brush.ring(ball, RADIUS, self.theme.position_edge, 0.03, strength)

    def _draw_labels(self, brush: Brush, seen: View) -> None:
        """Names beside the start and the lowest point, each on the side away from the other."""
        if self.labels <= 0:
            return
        t, first = self.terrain, self.position(0.0)
        places = seen.project(self.model(np.array([first[:2], t.minimum[:2]]), np.array([first[2], t.minimum[2]])))
        away = np.sign(places[0, 1] - places[1, 1]) or 1.0
        for place, name, side in zip(places, self._name_stamps, (away, -away), strict=True):
            name.put(
                brush, place[0], place[1] + side * LABEL_GAP, self.labels * self.opacity, halo=self.theme.background
            )

    @cached_property
    def _name_stamps(self) -> tuple[Stamp, Stamp]:
        captions, theme = self.look.captions, self.theme
        start = self.look.stamp(captions.typeset("surface.start"), SIZES.tick, theme.position_text)
        lowest = self.look.stamp(pair(self.terrain.minimum[:2], 3), SIZES.tick, theme.minimum)
        return start, lowest

    def _draw_arrows(self, brush: Brush, seen: View) -> None:
        """The gradient and its parts in the tangent plane; the step from this state to the next."""
        if max(self.partial0, self.partial1, self.gradient, self.step) <= 0:
            return
        at = self.position(self.arrow_epoch)
        colors = (self.theme.partial0, self.theme.partial1, self.theme.gradient)
        grown = (self.partial0, self.partial1, self.gradient)
        start = self.model(at[:2], at[2])
        for tangent, color, share in zip(self.tangents(), colors, grown, strict=True):
            tail, tip = seen.project(np.array([start, start + share * tangent]))
            brush.arrow(tail, tip, color, ARROW_WIDTH, min(1.0, 4 * share) * self.opacity)
        ahead = self.position(self.arrow_epoch + 1)
        if self.step > 0 and np.isfinite(ahead).all():
            there = start + self.step * (self.model(ahead[:2], ahead[2]) - start)
            tail, tip = seen.project(np.array([start, there]))
            brush.arrow(tail, tip, self.theme.gradient, ARROW_WIDTH, self.opacity)

    def tangents(self) -> np.ndarray:
        """Arrows (3, 3) in model coordinates that touch the surface: along w0, along w1, and their sum.

        Seen from above the sum is parallel to the recorded gradient (g0, g1) in units of the weights; each arrow rises
        by its slope, so that all three lie in the tangent plane.
        """
        r = self.route
        g0, g1 = r.grads[np.searchsorted(r.recorded, self.arrow_epoch)].astype(float)
        t = self.terrain
        wide0, wide1 = 2 / (t.w0[-1] - t.w0[0]), 2 / (t.w1[-1] - t.w1[0])
        high = BOX_HEIGHT / (t.ceiling - self._base)
        arrows = np.array([[g0 * wide0, 0, g0**2 * high], [0, g1 * wide1, g1**2 * high]])
        arrows = np.vstack([arrows, arrows.sum(axis=0)])
        length = float(np.linalg.norm(arrows[2]))
        if not (np.isfinite(length) and length > 0):
            return np.zeros((3, 3))
        room = max(ARROW_TOP - float(self.height_of(self.position(self.arrow_epoch)[2])), 0.1)
        return arrows * min(ARROW_REACH / length, room / max(arrows[2, 2], 1e-12))


def _inside(line: np.ndarray, ceiling: float) -> list[np.ndarray]:
    """The pieces of a polyline (n, 3) that lie below the ceiling, ending just at it."""
    below = line[:, 2] <= ceiling
    change = np.flatnonzero(below[1:] != below[:-1])
    share = (ceiling - line[change, 2]) / (line[change + 1, 2] - line[change, 2])
    met = line[change] + share[:, None] * (line[change + 1] - line[change])
    points = np.insert(line, change + 1, met, axis=0)
    keep = np.insert(below, change + 1, True)
    return _runs(points, keep)


def _runs(points: np.ndarray, keep: np.ndarray) -> list[np.ndarray]:
    """The unbroken stretches of points (n, d) that are kept, two points at least."""
    index = np.flatnonzero(keep)
    parts = np.split(index, np.flatnonzero(np.diff(index) > 1) + 1)
    return [points[part] for part in parts if len(part) > 1]


def _apart(points: np.ndarray, distance: float) -> np.ndarray:
    """Those of the points (n, 2) that lie so far from the one before; where steps are shorter, only the line tells."""
    gaps = np.hypot(*np.diff(points, axis=0).T) if len(points) > 1 else np.empty(0)
    return points[np.append(True, gaps >= distance)[: len(points)]]
