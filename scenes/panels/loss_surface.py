"""The loss over two weights, as a surface with its floor, its minimum, and a training run upon it.

The panel carries its own view, so that two of them can stand side by side in a plain two-dimensional scene. All that
a film moves is an attribute: the view, how much of each part is there, and the epoch.
"""

from functools import cached_property

import numpy as np

from scenes.captions import SYMBOLS
from scenes.drawing import Brush, Drawing, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import pair
from scenes.panels import mesh, view
from scenes.panels.floor import Floor, scale
from scenes.panels.skin import Skin
from scenes.panels.terrain import BOX_HEIGHT, HEADROOM, Route, Terrain, leaves_at, stretches, tangents
from scenes.panels.view import Pad, View
from scenes.theme import SIZES

GRID_LINES = 8
LEVELS = 9
BEHIND_GLASS = 0.7
"""How strongly a ball or a path behind a near wall is seen."""
APART = 0.06
"""Scene units between two recorded states from which on they are drawn as two dots."""
CLOSE = 0.02
"""Scene units between two points of a path that are worth drawing."""
BALL, STAR, ARROW, LABEL_GAP = 0.115, 0.23, 0.05, 0.42


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
        self._last_view: View | None = None
        self._floor = self._make_floor(loss_name)
        self._pad = Pad(sides=max(0.35, self._floor.widest() - 0.05), below=0.6, above=0.1)

    def view(self) -> View:
        """The present view."""
        return view.fit(self.frame, self.azimuth, self.elevation, self.zoom, BOX_HEIGHT + HEADROOM, self._pad)

    def leaves_at(self) -> int | None:
        """The first recorded epoch whose state lies off the map, or None."""
        return leaves_at(self.terrain, self.route)

    # What does not change

    def _make_floor(self, loss_name: Words | str) -> Floor:
        t = self.terrain
        first = scale(self.look, SYMBOLS["w0"], t.w0[0], t.w0[-1], (-1, 1))
        second = scale(self.look, SYMBOLS["w1"], t.w1[0], t.w1[-1], (-1, 1))
        upright = scale(self.look, loss_name, t.base, t.ceiling, (0, BOX_HEIGHT), about=3)
        return Floor(self.look, first, second, upright, BOX_HEIGHT)

    @cached_property
    def _fine_skin(self) -> Skin:
        return self._make_skin(every=1)

    @cached_property
    def _coarse_skin(self) -> Skin:
        return self._make_skin(every=2)

    def _make_skin(self, every: int) -> Skin:
        heights = self.terrain.grid[::every, ::every, 2]
        return Skin(mesh.build(heights, BOX_HEIGHT, max(1, (len(heights) - 1) // GRID_LINES)), self.theme)

    def _skin_for(self, seen: View) -> Skin:
        """Fine where the view rests, as then it is painted once for many frames; coarse while it moves."""
        rests = self._last_view in (None, seen)
        self._last_view = seen
        return self._fine_skin if rests else self._coarse_skin

    @cached_property
    def _wires(self) -> list[np.ndarray]:
        return self.terrain.wires(max(1, (len(self.terrain.w0) - 1) // GRID_LINES))

    @cached_property
    def _contours(self) -> list[np.ndarray]:
        return self.terrain.contours(LEVELS)

    @cached_property
    def _names(self) -> tuple[Stamp, Stamp]:
        start = self.look.captions.typeset("surface.start")
        lowest = pair(self.terrain.minimum[:2], 3)
        return (
            self.look.stamp(start, SIZES.tick, self.theme.position_text),
            self.look.stamp(lowest, SIZES.tick, self.theme.minimum),
        )

    # Drawing, from what lies behind to what stands in front

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        seen = self.view()
        skin = self._skin_for(seen)
        self._floor.draw_grid(brush, seen, self.floor * self.opacity)
        self._draw_wire(brush, seen)
        skin.paint(brush, seen, self.skin * self.opacity, facing=True)
        self._draw_contours(brush, seen)
        run = brush.group(self._extent(seen), lambda: self._draw_run(brush, seen))
        brush.lay(run)
        if skin.paint(brush, seen, self.skin * self.opacity, facing=False):
            brush.lay(run, BEHIND_GLASS)  # once more upon the glass, so that nothing is lost behind it
        self._draw_labels(brush, seen)
        self._draw_arrows(brush, seen)
        self._floor.draw_scales(brush, seen, self.floor * self.opacity)
        self._floor.draw_upright(brush, seen, self.upright * self.opacity)

    def _extent(self, seen: View) -> np.ndarray:
        """Points (n, 2) on the screen that span the run so far, its foot and the lowest point."""
        params, loss, _ = self.route.until(self.epoch)
        on = self.terrain.on_map(params, loss)
        run = self.terrain.model(
            np.vstack([params[on], self.terrain.minimum[:2]]), np.append(loss[on], self.terrain.base)
        )
        return seen.project(np.vstack([run, run * [1, 1, 0]]))

    def _draw_wire(self, brush: Brush, seen: View) -> None:
        """The grid, as far as it has spread from the ball."""
        strength = 0.55 * (1 - self.skin) * self.opacity
        if self.wire <= 0 or strength < 0.01:
            return
        here = self.route.position(self.epoch)
        origin = np.nan_to_num(self.terrain.model(here[:2], here[2])[:2])
        reach = self.wire * float(np.hypot(*(1 + np.abs(origin))))
        for line in self._wires:
            for piece in stretches(line, np.hypot(*(line[:, :2] - origin).T) <= reach):
                brush.path(seen.project(piece))
        brush.stroke(self.theme.muted, 0.014, strength)

    def _draw_contours(self, brush: Brush, seen: View) -> None:
        if self.contours <= 0:
            return
        for line in self._contours:
            brush.path(seen.project(line))
        brush.stroke(self.theme.muted, 0.018, 0.8 * self.contours * self.opacity)

    def _draw_run(self, brush: Brush, seen: View) -> None:
        """Path, star and ball."""
        lowest = np.array(self.terrain.minimum)
        star = seen.project(self.terrain.model(lowest[:2], lowest[2]))
        self._draw_path(brush, seen, self.path * self.opacity)
        brush.star(star, STAR * self.star, self.theme.minimum, self.theme.background, self.star * self.opacity)
        self._draw_ball(brush, seen, self.ball * self.opacity)

    def _draw_path(self, brush: Brush, seen: View, strength: float) -> None:
        """The way so far, with a dot at each recorded state that stands apart from the one before."""
        params, loss, states = self.route.until(self.epoch)
        shown = self.terrain.on_map(params, loss)
        points = seen.project(self.terrain.model(params, loss))
        for piece in stretches(points, shown):
            piece = _thinned(piece)
            brush.line(piece, self.theme.position_edge, 0.075, 0.6 * strength)
            brush.line(piece, self.theme.position, 0.05, strength)
        dots = _apart(points[states & shown], APART)
        brush.dots(dots, 0.068, self.theme.position_edge, strength)
        brush.dots(dots, 0.05, self.theme.position, strength)

    def _draw_ball(self, brush: Brush, seen: View, strength: float) -> None:
        here, color = self.route.position(self.epoch), self.theme.position
        if strength <= 0 or not self.terrain.on_map(here[:2], here[2]):
            return
        spot = self.terrain.model(here[:2], here[2])
        ball, foot = seen.project(np.array([spot * [1, 1, self.lift], spot * [1, 1, 0]]))
        brush.line(np.array([foot, ball]), color, 0.03, 0.8 * self.stem * strength, dash=(0.09, 0.07))
        brush.dots(foot[None], 0.07, color, self.stem * strength)
        brush.dots(ball[None], BALL, color, strength)
        brush.ring(ball, BALL, self.theme.position_edge, 0.03, strength)

    def _draw_labels(self, brush: Brush, seen: View) -> None:
        """Names beside the start and the lowest point, each on the side away from the other."""
        if self.labels <= 0:
            return
        both = np.array([self.route.position(0.0), self.terrain.minimum])
        places = seen.project(self.terrain.model(both[:, :2], both[:, 2]))
        away = np.sign(places[0, 1] - places[1, 1]) or 1.0
        strength, halo = self.labels * self.opacity, self.theme.background
        for (x, y), name, side in zip(places, self._names, (away, -away), strict=True):
            name.put(brush, x, y + side * LABEL_GAP, strength, halo=halo)

    def _draw_arrows(self, brush: Brush, seen: View) -> None:
        """The gradient and its parts in the tangent plane; the step from this state to the next."""
        if max(self.partial0, self.partial1, self.gradient, self.step) <= 0:
            return
        here, ahead = (self.route.position(self.arrow_epoch + later) for later in (0, 1))
        start = self.terrain.model(here[:2], here[2])
        step = np.nan_to_num(self.terrain.model(ahead[:2], ahead[2]) - start)
        theme = self.theme
        colors = (theme.partial0, theme.partial1, theme.gradient, theme.gradient)
        grown = (self.partial0, self.partial1, self.gradient, self.step)
        arrows = np.vstack([tangents(self.terrain, self.route, self.arrow_epoch), step])
        tips = []
        for arrow, color, share in zip(arrows, colors, grown, strict=True):
            tail, tip = seen.project(np.array([start, start + share * arrow]))
            brush.arrow(tail, tip, color, ARROW, theme.background, min(1.0, 4 * share) * self.opacity)
            tips.append((tip, np.sign(tip[0] - tail[0])))
        self._name_arrows(brush, tips[:3], grown[:3])

    def _name_arrows(self, brush: Brush, tips: list[tuple[np.ndarray, float]], grown: tuple[float, ...]) -> None:
        """Names beside the tips of arrows that have grown: the gradient's first; a part's gives way to it."""
        placed: list[tuple[np.ndarray, float]] = []
        for index in (2, 0, 1):
            (tip, aside), name = tips[index], self._slope_names[index]
            strength = float(np.clip(3 * grown[index] - 2, 0, 1)) * self.opacity
            left = tip[0] + 0.08 * aside - (0.5 - 0.5 * aside) * name.width
            box = np.array([left, tip[1] + 0.16 - 0.15, left + name.width, tip[1] + 0.16 + 0.15])
            for other, visible in placed:
                strength *= 1 - visible if _overlap(box, other) else 1
            name.put(brush, left, tip[1] + 0.16, strength, 0.0, self.theme.background)
            placed.append((box, strength))

    @cached_property
    def _slope_names(self) -> tuple[Stamp, Stamp, Stamp]:
        """What the three arrows are, in their colours."""
        theme, gradient = self.theme, self.look.captions.typeset("surface.gradient")
        return (
            self.look.stamp(SYMBOLS["w0slope"], SIZES.tick, theme.partial0),
            self.look.stamp(SYMBOLS["w1slope"], SIZES.tick, theme.partial1),
            self.look.stamp(gradient, SIZES.tick, theme.gradient),
        )


def _overlap(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two rectangles (left, bottom, right, top) share more than an edge."""
    return bool((first[:2] < second[2:]).all() and (second[:2] < first[2:]).all())


def _apart(points: np.ndarray, distance: float) -> np.ndarray:
    """Those of the points (n, 2) that lie so far from the one before; where steps are shorter, only the line tells."""
    gaps = np.hypot(*np.diff(points, axis=0).T) if len(points) > 1 else np.empty(0)
    return points[np.append(True, gaps >= distance)[: len(points)]]


def _thinned(line: np.ndarray) -> np.ndarray:
    """A polyline (n, 2) without the points that no eye would miss: one in every so many scene units is kept."""
    walked = np.append(0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
    _, first = np.unique((walked / CLOSE).astype(int), return_index=True)
    return line[np.append(first, len(line) - 1)]
