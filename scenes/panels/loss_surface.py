"""The loss over two weights, as a surface with its floor, its minimum, and a training run upon it.

The panel carries its own view, so that two of them can stand side by side in a plain two-dimensional scene. All that
a film moves is an attribute: the view, how much of each part is there, and the epoch.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

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
from scenes.panels.trail import BEHIND_HILL, Trail
from scenes.panels.view import Pad, View
from scenes.theme import SIZES

GRID_LINES = 8
LEVELS = 9
BEHIND_GLASS = 0.7
"""How strongly a ball or a path behind a near wall is seen."""
KEPT = 0.7
"""Size of the path of a run that has ended, beside that of the one under the clock."""
STAR, ARROW, LABEL_GAP = 0.23, 0.05, 0.42


class LossSurface(Drawing):
    """The surface, its floor and a ball on it.

    Attributes that a film moves, each 0 … 1 unless stated:
        azimuth, elevation: degrees. zoom: 1 fits the frame however the box is turned.
        rise: by which heights are multiplied, those of the upright scale excepted; for surfaces without hills.
        floor: grid and scales of the two weights. upright: the scale of the loss.
        wire: how far the grid has spread from the ball. skin, contours: opacities of faces and of lines of equal loss.
        star, ball, path, labels: opacities; the labels name the start and the lowest point on the map.
        marks: opacity of the epoch in which a run has left the map, where it left.
        lift: share of its height that the ball has risen. stem: the line below it.
        tint: whether the colours stand for height (0) or for the size of the gradient (1).
        partial0, partial1, gradient, step: how far each arrow has grown.
        arrow_epoch: the epoch whose gradient and step the arrows show.

    Of several runs one is under the clock, `run`; those in `kept` are drawn to their ends, more quietly.

    Args:
        terrain: the surface.
        routes: one run, or several, upon it.
        loss_name: what the upright scale measures.
        slopes: the least and the largest size of the gradient that the colours tell apart, where they shall.
    """

    star_size = STAR
    axis_names: tuple[str | Words, str | Words] = (SYMBOLS["w0"], SYMBOLS["w1"])

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        terrain: Terrain,
        routes: Route | Sequence[Route],
        *,
        loss_name: Words | str,
        slopes: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(frame)
        self.look, self.theme = look, look.theme
        self.terrain = terrain
        self.routes = (routes,) if isinstance(routes, Route) else tuple(routes)
        self.run, self.kept = 0, frozenset[int]()
        self.slopes, self.tint = slopes, 0.0
        self.azimuth, self.elevation, self.zoom, self.rise = -30.0, 28.0, 1.0, 1.0
        self.floor = self.upright = self.wire = self.skin = self.contours = 0.0
        self.star = self.ball = self.path = self.stem = self.labels = 0.0
        self.partial0 = self.partial1 = self.gradient = self.step = 0.0
        self.lift, self.marks = 1.0, 0.0
        self.arrow_epoch = 0.0
        self._last_view: tuple[View, float] | None = None
        self._epoch_names: dict[int, Stamp] = {}
        self._trails = tuple(Trail(terrain, route, self.theme) for route in self.routes)
        self._floor = self._make_floor(loss_name)
        sides = max(0.35, self._floor.widest() - 0.05, self._floor.upright.name.width - 0.1)
        self._pad = Pad(sides=sides, below=0.6, above=0.1)

    @property
    def route(self) -> Route:
        """The run under the clock."""
        return self.routes[self.run]

    def follow(self, run: int) -> None:
        """Put another run under the clock, at its start; the one before is kept as it ended."""
        self.kept = (self.kept | {self.run}) - {run}
        self.run, self.epoch, self.arrow_epoch = run, 0.0, 0.0

    def view(self) -> View:
        """The present view."""
        fitted = view.fit(self.frame, self.azimuth, self.elevation, self.zoom, BOX_HEIGHT + HEADROOM, self._pad)
        return replace(fitted, rise=self.rise)

    def onto(self, rectangle: np.ndarray) -> dict[str, Any]:
        """What to move so that the floor, seen from overhead, is this square: left, bottom, right, top."""
        above = view.fit(self.frame, 0.0, 90.0, 1.0, BOX_HEIGHT + HEADROOM, self._pad)
        aside = (rectangle[:2] + rectangle[2:]) / 2 - np.array(above.centre)
        north, zoom = 360 * round(self.azimuth / 360), (rectangle[2] - rectangle[0]) / 2 / above.scale
        return {"elevation": 90, "azimuth": north, "frame": self.frame + np.tile(aside, 2), "zoom": zoom}

    def as_map(self, frame: Rectangle) -> dict[str, Any]:
        """What to move so that the surface is seen from overhead, with its scales, as large as the frame allows."""
        left, bottom, right, top = frame
        beside, below, above = self._floor.widest() + 0.55, 0.75, 0.25
        side = min(right - left - beside, top - bottom - below - above)
        scale = view.fit(np.array(frame), 0.0, 90.0, 1.0, BOX_HEIGHT + HEADROOM, self._pad).scale
        shift = np.array([beside, below - above + self._pad.above - self._pad.below] * 2) / 2
        north = 360 * round(self.azimuth / 360)
        moved = np.array(frame) + shift
        return {"elevation": 90, "azimuth": north, "zoom": side / (2 * scale), "frame": moved, "upright": 0}

    def leaves_at(self) -> int | None:
        """The first recorded epoch whose state lies off the map, or None."""
        return leaves_at(self.terrain, self.route)

    # What does not change

    def _make_floor(self, loss_name: Words | str) -> Floor:
        t = self.terrain
        first = scale(self.look, self.axis_names[0], t.w0[0], t.w0[-1], (-1, 1))
        second = scale(self.look, self.axis_names[1], t.w1[0], t.w1[-1], (-1, 1))
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
        built = mesh.build(heights, BOX_HEIGHT, max(1, (len(heights) - 1) // GRID_LINES))
        return Skin(built, self.theme, self._slope_shares(built, every))

    def _slope_shares(self, built: mesh.Mesh, every: int) -> np.ndarray | None:
        """The size of the gradient at each face, (F,), as a share 0 … 1 of the range shown, in powers of ten."""
        if self.terrain.steepness is None or self.slopes is None:
            return None
        at = self.terrain.steepness[::every, ::every]
        corners = np.stack([at[:-1, :-1], at[1:, :-1], at[1:, 1:], at[:-1, 1:]])
        sizes = corners.mean(axis=0)[built.rows, built.columns]
        low, high = np.log10(self.slopes)
        return np.clip((np.log10(np.maximum(sizes, 1e-300)) - low) / (high - low), 0, 1)

    def _skin_for(self, seen: View) -> Skin:
        """Fine where the picture rests, as then it is painted once for many frames; coarse while it moves."""
        rests = self._last_view in (None, (seen, self.tint))
        self._last_view = seen, self.tint
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
        skin.paint(brush, seen, self.skin * self.opacity, facing=True, tint=self.tint)
        self._draw_contours(brush, seen)
        run = brush.group(self._extent(seen), lambda: self._draw_run(brush, seen))
        brush.lay(run)
        if skin.paint(brush, seen, self.skin * self.opacity, facing=False, tint=self.tint):
            brush.lay(run, BEHIND_GLASS)  # once more upon the glass, so that nothing is lost behind it
        self._draw_labels(brush, seen)
        self._draw_leaving(brush, seen)
        self._draw_arrows(brush, seen)
        self._floor.draw_scales(brush, seen, self.floor * self.opacity)
        self._floor.draw_upright(brush, replace(seen, rise=1.0), self.upright * self.opacity)

    def glance(self) -> None:
        """Take note of the view, as drawing does."""
        self._last_view = self.view(), self.tint

    def _extent(self, seen: View) -> np.ndarray:
        """Points (n, 2) on the screen that span the runs so far, their feet and the lowest point."""
        lowest = self.terrain.model(np.array(self.terrain.minimum[:2]), self.terrain.base)
        ways = [self._trails[self.run].extent(self.epoch), *(self._trails[run].extent(np.inf) for run in self.kept)]
        spanned = np.vstack([lowest, *ways])
        return seen.project(np.vstack([spanned, spanned * [1, 1, 0]]))

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
        """Star, paths and balls."""
        self._draw_star(brush, seen)
        for run in sorted(self.kept):
            self._draw_kept(brush, seen, self._trails[run])
        trail = self._trails[self.run]
        trail.draw_path(brush, seen, self.epoch, 1.0, self.path * self.opacity, self._faint)
        self._draw_ball(brush, seen, trail)

    def _draw_star(self, brush: Brush, seen: View) -> None:
        """The lowest point, where the window holds it."""
        lowest = np.array(self.terrain.minimum)
        if self.terrain.on_map(lowest[:2], lowest[2]):
            star = seen.project(self.terrain.model(lowest[:2], lowest[2]))
            brush.star(
                star, self.star_size * self.star, self.theme.minimum, self.theme.background, self.star * self.opacity
            )

    def _draw_kept(self, brush: Brush, seen: View, trail: Trail) -> None:
        """A run that has ended: its path, thinner, and a small ball where it stopped."""
        end, strength = trail.route.epoch[-1], self.path * self.opacity
        trail.draw_path(brush, seen, end, KEPT, strength, self._faint)
        place = trail.place(end)
        if place is not None:
            trail.draw_ball(brush, seen.project(place), KEPT, strength * self._clarity(trail, seen, place))

    def _draw_ball(self, brush: Brush, seen: View, trail: Trail) -> None:
        spot, color = trail.place(self.epoch), self.theme.position
        if self.ball <= 0 or spot is None:
            return
        strength = self.ball * self.opacity * self._clarity(trail, seen, spot)
        ball, foot = seen.project(np.array([spot * [1, 1, self.lift], spot * [1, 1, 0]]))
        brush.line(np.array([foot, ball]), color, 0.03, 0.8 * self.stem * strength, dash=(0.09, 0.07))
        brush.dots(foot[None], 0.07, color, self.stem * strength)
        trail.draw_ball(brush, ball, 1.0, strength)

    def _clarity(self, trail: Trail, seen: View, place: np.ndarray) -> float:
        """How strongly a ball is drawn: fully, or faintly where a hill stands before it."""
        return self._faint if trail.is_behind(seen, place) else 1.0

    @property
    def _faint(self) -> float:
        """How strongly what a hill hides is drawn: fully as long as there is no skin."""
        return 1 - self.skin * (1 - BEHIND_HILL)

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

    def _draw_leaving(self, brush: Brush, seen: View) -> None:
        """Where the run under the clock has left the map: in which epoch, beside the last point that it had there."""
        left = self._trails[self.run].leaving() if self.marks > 0 else None
        if left is None or self.epoch < left[0]:
            return
        if self.run not in self._epoch_names:
            said = self.look.captions.typeset("map.epoch", number=f"{left[0]:,}")
            self._epoch_names[self.run] = self.look.stamp(said, SIZES.tick, self.theme.position_text)
        name, (x, y) = self._epoch_names[self.run], seen.project(left[1])
        inward = np.sign(seen.centre[0] - x) or 1.0
        beside = np.array([x + inward * (0.14 + name.width / 2), y - np.sign(y - seen.centre[1]) * 0.22])
        x, y = self._floor.above_numbers(seen, beside, name)
        name.put(brush, x, y, self.marks * self.opacity, halo=self.theme.background)

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
