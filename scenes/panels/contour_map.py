"""The loss over two weights seen from straight above: lines of equal loss, and the ways of any number of runs."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Literal

import cairo
import contourpy
import numpy as np

from scenes.captions import SYMBOLS
from scenes.drawing import Brush, Rectangle, Stamp, hexadecimal
from scenes.look import Look
from scenes.panels.axes import ABOVE, BELOW, LEFT, RIGHT, Axes
from scenes.panels.clipping import clipped_parts, inside
from scenes.panels.labels import Table, spread
from scenes.panels.runs import Runs, Walk
from scenes.panels.terrain import Terrain
from scenes.theme import SIZES

LEVELS, MOST = 9, 30
"""Lines of equal loss up to the terrain's ceiling, and in all; beyond the ceiling they go on equally far apart."""
WHOLE_ROWS, LATER_ROWS = 300, 500
"""Of a long run, so many states from its beginning are drawn one by one, and so many of the rest."""
APART = 0.012
"""Share of the window between two recorded states from which on they are drawn as two dots."""
PATH, DOT, BALL, STAR, MARK = 0.045, 0.048, 0.115, 0.28, 0.13
"""The star is so much larger than the ball that its points are seen behind a ball at the minimum."""
BACK, AGAIN = 0.09, 0.014
"""A step back to within this share of the window of where the run was two states ago, and the width of its line."""
THIN = 0.025
"""Width of the way of a restless run."""
FOOT, ALONG, NEAR = 0.065, 0.08, 100.0
"""Radius of the foot of the perpendicular, width of the bar from the star to it; how far off a ball may be to have one.
"""
QUIET = 0.6
"""How wide the path of a run is that is past, for one that is present."""
AWAY = 0.012
"""Width of steps that only cross the map, from outside to outside: a run that has left it must not cover it."""
TINT = 0.35
"""How strongly the heights colour the map."""
NAME_GAP, NAME_ROW = 0.24, 0.27
OUTSIDE = 0.2
"""Scene units from the map's top to the names of runs that left there."""
BESIDE = ((0.3, 0.0), (0.5, 0.0), (0.75, 0.0), (0.3, 0.28), (0.3, -0.28))
"""Where a name may stand beside the arrow of a run that left the map: so far aside, and so far up."""
LEADER = 0.1
"""A name that had to move farther than this from its ball has a line to it."""


class ContourMap(Runs):
    """A map of the loss.

    Args:
        terrain: the loss over the window, with its minimum and ceiling.
        walks: the runs.
        colors: of each run; where training is, for all of them, where None.
        spacing: levels equally high apart, or equally far in powers of ten above the minimum.
        square: whether the map is a square, as a surface's floor is, or fills its frame.
        cut: (2, 2) two points of the map between which a line can be drawn, or None.
        restless: runs that turn back at almost every step: all of their steps are drawn alike, as thin lines.
        counted: key of the caption that says when a run left the map, with a `number`.

    Attributes that a film moves, each 0 … 1 (and those of `Runs`):
        axes, contours, star, start: opacities of the scales, of the lines and tints, of the minimum and of the start.
        start_name: opacity of the word at the start. line: how much of the cut is drawn, from its middle.
        foot: how far the perpendicular from each bright ball to the cut has come; at its foot the part along the cut.
        leaves: opacity of the marks where runs leave the map, with their names.
        leave_epochs: opacity of the epochs in which the bright ones of them do. dots: of the states of bright runs.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        terrain: Terrain,
        walks: Sequence[Walk],
        *,
        colors: Sequence[str] | None = None,
        spacing: Literal["even", "log"] = "even",
        square: bool = True,
        cut: np.ndarray | None = None,
        restless: Sequence[int] = (),
        counted: str = "map.epoch",
    ) -> None:
        super().__init__(frame, look.theme, colors or [look.theme.position] * len(walks))
        self.look, self.terrain, self.walks, self.square, self.cut = look, terrain, tuple(walks), square, cut
        self.counted, self.restless = counted, frozenset(restless)
        self._named = [{look.theme.position: look.theme.position_text}.get(color, color) for color in self.colors]
        self.levels = levels(terrain, LEVELS, spacing)
        self.axes = self.contours = self.star = self.start = self.start_name = self.line = self.foot = 0.0
        self.leaves = self.leave_epochs = self.dots = 1.0
        window = [(float(w[0]), float(w[-1])) for w in (terrain.w0, terrain.w1)]
        self._axes = Axes(look, window[0], window[1], (SYMBOLS["w0"], SYMBOLS["w1"]))
        self._axes.left = max([LEFT, *[number.width + 0.2 for number in self._axes.y_ticks[1]]])
        self._drawn = [_worth_drawing(walk) for walk in self.walks]
        self._dotted = [_apart(self._scaled(params)) for _, params in self._drawn]
        turning = [_back_again(self._scaled(params)) for _, params in self._drawn]
        self._turning = [steps & (run not in self.restless) for run, steps in enumerate(turning)]
        self.left_at = [self._leaves(walk) for walk in self.walks]

    # Places

    def outer(self) -> np.ndarray:
        """The part of the frame that map and scales take: all of it, or what a square needs, at its left."""
        left, bottom, right, top = self.frame
        if not self.square:
            return self.frame
        side = min(right - left - self._axes.left - RIGHT, top - bottom - BELOW - ABOVE)
        middle = (bottom + BELOW + top - ABOVE) / 2
        wide = self._axes.left + side + RIGHT
        return np.array([left, middle - side / 2 - BELOW, left + wide, middle + side / 2 + ABOVE])

    def inner(self) -> np.ndarray:
        """The map's own rectangle, without its scales."""
        return self._axes.inner(self.outer())

    def place(self, params: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of weights (n, 2)."""
        return self._axes.place(self.outer(), params[:, 0], params[:, 1])

    def position(self, run: int) -> np.ndarray:
        """Scene coordinates (2,) of a run at its epoch: on the straight step between two recorded states."""
        walk = self.walks[run]
        weights = [np.interp(self.epochs[run], walk.epoch, walk.params[:, axis]) for axis in (0, 1)]
        return self.place(np.array([weights], float))[0]

    def leaves_at(self, run: int) -> int | None:
        """The first recorded epoch in which a run is outside of the map, or None."""
        row = self.left_at[run]
        return None if row is None else int(self.walks[run].epoch[row])

    def _leaves(self, walk: Walk) -> int | None:
        off = np.flatnonzero(~_within(self._scaled(walk.params)))
        return int(off[0]) if len(off) else None

    def _scaled(self, params: np.ndarray) -> np.ndarray:
        """Weights (n, 2) in shares of the window, 0 … 1 within."""
        low = np.array([self._axes.x[0], self._axes.y[0]])
        high = np.array([self._axes.x[1], self._axes.y[1]])
        return np.asarray((params.astype(float) - low) / (high - low))

    # Drawing

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.outer(), self.axes * self.opacity)
        left, bottom, right, top = self.inner()
        brush.context.save()
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        self._draw_contours(brush)
        self._draw_cut(brush)
        for run in self.order():
            self._draw_path(brush, run)
        for run in self.order():
            self._draw_dots(brush, run)
        feet = [run for run in self.order() if self.bright[run] > 0]
        for run in feet:
            self._draw_perpendicular(brush, run)
        brush.context.restore()
        self._draw_star(brush)
        for run in feet:
            self._draw_foot(brush, run)
        for run in self.order():
            self._draw_ball(brush, run)
        self._draw_words(brush)

    @cached_property
    def _bands(self) -> list[tuple[str, list[np.ndarray]]]:
        """Colour and outlines, in weights, of the ground between two levels."""
        ramp = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in self.theme.height])
        edges = np.array([float(self.terrain.loss.min()), *self.levels, float(self.terrain.loss.max()) * 1.001])
        shares = np.minimum(np.arange(len(edges) - 1) / LEVELS, 1) * (len(ramp) - 1)
        fills = [hexadecimal(np.array([np.interp(s, range(len(ramp)), c) for c in ramp.T])) for s in shares]
        found = [self._outlines(low, high) for low, high in pairwise(edges)]
        return list(zip(fills, found, strict=True))

    def _outlines(self, low: float, high: float) -> list[np.ndarray]:
        if not high > low:
            return []
        polygons, offsets = self._contourer.filled(low, high)[:2]
        return [
            np.asarray(points)[start:end, ::-1]
            for points, ends in zip(polygons, offsets, strict=True)
            for start, end in pairwise(np.asarray(ends).tolist())
        ]

    @cached_property
    def _contourer(self) -> contourpy.ContourGenerator:
        t = self.terrain
        return contourpy.contour_generator(t.w1, t.w0, np.nan_to_num(t.loss, nan=1e300, posinf=1e300))

    @cached_property
    def _lines(self) -> list[np.ndarray]:
        """Lines of equal loss, in weights, (n, 2) each."""
        return [np.asarray(line)[:, ::-1] for level in self.levels for line in self._contourer.lines(level)]

    def _draw_contours(self, brush: Brush) -> None:
        strength = self.contours * self.opacity
        if strength <= 0:
            return
        for color, outlines in self._bands:
            for outline in outlines:
                brush.path(self.place(outline))
                brush.context.close_path()
            brush.color(color, TINT * strength)
            brush.context.set_fill_rule(cairo.FILL_RULE_EVEN_ODD)
            brush.context.fill()
        brush.context.set_fill_rule(cairo.FILL_RULE_WINDING)
        for line in self._lines:
            brush.path(self.place(line))
        brush.stroke(self.theme.muted, 0.018, 0.8 * strength)

    def _draw_cut(self, brush: Brush) -> None:
        if self.cut is None or self.line <= 0:
            return
        ends = self.place(self.cut)
        middle = ends.mean(axis=0)
        brush.line(middle + self.line * (ends - middle), self.theme.text, 0.03, 0.9 * self.opacity, dash=(0.14, 0.1))

    def _draw_path(self, brush: Brush, run: int) -> None:
        """The way so far."""
        strength, points = float(self.strength[run]) * self.opacity, self.path(run)
        color, edge, bright = self.color_of(run), self.theme.position_edge, float(self.bright[run])
        again = self._turning[run][: len(points) - 1]
        whole, parts = self._split(points, again)
        brush.segments(whole, color, AWAY, 0.2 * strength)
        width = (THIN if run in self.restless else PATH) * (QUIET + (1 - QUIET) * bright)
        brush.segments(parts, edge, width + 0.025, 0.6 * strength)
        brush.segments(parts, color, width, strength)
        brush.segments(self._split(points, ~again)[1], color, AGAIN, 0.8 * strength)

    def _draw_dots(self, brush: Brush, run: int) -> None:
        """The recorded states of a bright run that stand apart from those before."""
        bright, edge = float(self.bright[run]), self.theme.position_edge
        strength, points, color = float(self.strength[run]) * self.opacity, self.path(run), self.color_of(run)
        dots = points[:-1][self._dotted[run][: len(points) - 1]]
        dots = dots[inside(dots, self.inner())]
        brush.dots(dots, DOT + 0.018, edge, strength * bright * self.dots)
        brush.dots(dots, DOT, color, strength * bright * self.dots)

    def _split(self, points: np.ndarray, without: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The steps of a path within the map that only cross it, and those that begin or end in it; without some."""
        ends = np.stack([points[:-1], points[1:]], axis=1)[~without]
        parts, near = clipped_parts(ends, self.inner())
        return parts[~near], parts[near]

    def path(self, run: int) -> np.ndarray:
        """Scene coordinates (n, 2) of a run's recorded states so far, and of where it is."""
        epochs, params = self._drawn[run]
        past = self.place(params[epochs <= self.epochs[run]])
        return np.vstack([past, self.position(run)])

    def _draw_star(self, brush: Brush) -> None:
        place = self.place(np.array([self.terrain.minimum[:2]]))[0]
        strength = self.star * self.opacity
        brush.star(place, STAR * self.star, self.theme.minimum, self.theme.background, strength)

    def _draw_ball(self, brush: Brush, run: int) -> None:
        here, strength = self.position(run), float(self.strength[run] * self.bright[run]) * self.opacity
        if strength > 0 and inside(here[None], self.inner())[0]:
            brush.dots(here[None], self.ball * BALL, self.colors[run], strength)
            brush.ring(here, self.ball * BALL, self.theme.position_edge, 0.03, strength)

    # The part of a way along the cut

    def foot_of(self, run: int) -> np.ndarray | None:
        """Scene coordinates (2,) of the foot of the perpendicular from a run to the cut; None where none can be seen.

        On a map whose scales differ it would not look perpendicular: a film that shows it has a square window.
        """
        if self.cut is None or self.foot <= 0 or not np.abs(self.position(run)).max() < NEAR:
            return None
        start, end = self.place(self.cut)
        way = (end - start) / np.hypot(*(end - start))
        return np.asarray(start + ((self.position(run) - start) @ way) * way)

    def _draw_perpendicular(self, brush: Brush, run: int) -> None:
        """From the ball to its foot, a right angle there, and a bar from the star to the foot."""
        foot, ball, strength = self.foot_of(run), self.position(run), self._foot_strength(run)
        if foot is None or strength <= 0:
            return
        star = self.place(np.array([self.terrain.minimum[:2]]))[0]
        arrived = float(np.clip(3 * self.foot - 2, 0, 1))
        brush.line(np.array([ball, ball + min(1.0, 1.5 * self.foot) * (foot - ball)]), self.theme.text, 0.025, strength)
        brush.line(np.array([star, star + arrived * (foot - star)]), self.theme.text, ALONG, strength)
        along, up = _unit(star - foot), _unit(ball - foot)
        if np.hypot(*(ball - foot)) > 0.4 and np.hypot(*(star - foot)) > 0.2:
            corner = foot + 0.14 * np.array([along, along + up, up])
            brush.line(corner, self.theme.text, 0.02, strength * arrived)

    def _draw_foot(self, brush: Brush, run: int) -> None:
        foot, strength = self.foot_of(run), self._foot_strength(run) * float(np.clip(3 * self.foot - 2, 0, 1))
        if foot is None or strength <= 0 or not inside(foot[None], self.inner())[0]:
            return
        brush.dots(foot[None], FOOT, self.theme.position, strength)
        brush.ring(foot, FOOT, self.theme.position_edge, 0.02, strength)
        star = self.place(np.array([self.terrain.minimum[:2]]))[0]
        if np.hypot(*(foot - star)) > 0.2:
            away = _unit(foot - self.position(run))
            middle = (star + foot) / 2 + 0.25 * away
            self._part_name.put(brush, middle[0], middle[1], strength, halo=self.theme.background)

    def _foot_strength(self, run: int) -> float:
        return float(self.strength[run] * self.bright[run]) * self.opacity

    @cached_property
    def _part_name(self) -> Stamp:
        return self.look.stamp("$d$", SIZES.label, self.theme.text)

    # Words

    def _draw_words(self, brush: Brush) -> None:
        """The start, marks of runs that left, names of runs; none upon another."""
        inner = self.inner()
        table = Table(float(inner[1]), float(inner[3]))
        for run in self.order():
            self._draw_mark(brush, run, table)
        self._draw_start(brush, table)
        heights = self.name_heights()
        for run in self.order():
            self._draw_name(brush, run, heights[run], table)
        self._name_marks(brush, table)

    @cached_property
    def _start_word(self) -> Stamp:
        return self.look.stamp(self.look.captions.typeset("surface.start"), SIZES.tick, self.theme.position_text)

    def _draw_start(self, brush: Brush, table: Table) -> None:
        strength = self.start * self.opacity
        if strength <= 0 or not self.walks:
            return
        spot = self.place(self.walks[0].params[:1].astype(float))[0]
        brush.dots(spot[None], DOT + 0.035, self.theme.position_edge, strength)
        brush.dots(spot[None], DOT + 0.015, self.theme.position, strength)
        table.take(spot - DOT, spot + DOT)
        away = np.sign(spot[1] - self.place(np.array([self.terrain.minimum[:2]]))[0, 1]) or 1.0
        self._put(brush, self._start_word, spot[0], spot[1] + 0.32 * away, table, self.start_name * strength, 0.5)

    def _draw_mark(self, brush: Brush, run: int, table: Table) -> None:
        """An arrowhead where the run crossed the border."""
        where = self.crossing(run)
        strength = float(self.strength[run]) * self.leaves * self.opacity
        if where is None or strength <= 0:
            return
        spot, way = where
        side = np.array([-way[1], way[0]])
        tip = np.array([spot, spot - MARK * (2 * way - side), spot - MARK * (2 * way + side)])
        brush.line(tip[[0, 1, 2, 0]], self.theme.position_edge, 0.03, strength)
        brush.polygon(tip, self.color_of(run), strength)
        table.take(tip.min(axis=0), tip.max(axis=0))

    def _name_marks(self, brush: Brush, table: Table) -> None:
        """Names of runs that left: above the map, where they left through its top and have room there; else in it."""
        left, _, right, top = self.inner()
        spots = {run: where[0] for run in self.order() if (where := self.crossing(run)) is not None}
        above = [run for run, spot in spots.items() if spot[1] > top - 1e-6]
        sizes = np.array([self._mark_width(run, self._epoch_share(run)) + 0.15 for run in above])
        if sizes.sum() > right - left - 0.2:
            above = []
        middles = spread(np.array([spots[run][0] for run in above]), sizes[: len(above)], left + 0.2, right)
        for run, middle in zip(above, middles, strict=True):
            start = float(middle) - self._mark_width(run, self._epoch_share(run)) / 2
            self._put_mark(brush, run, start, top + OUTSIDE)
        for run, spot in spots.items():
            if run not in above:
                self._name_inside(brush, run, spot, table)

    def _name_inside(self, brush: Brush, run: int, spot: np.ndarray, table: Table) -> None:
        """Beside its arrow, on the side where it fits; always on the same one, whether the epoch shows or not."""
        left, _, right, _ = self.inner()
        widest, width = self._mark_width(run, 1.0), self._mark_width(run, self._epoch_share(run))
        on_the_right = bool(spot[0] + 0.3 + widest < right)
        gap, y = self._clear_of_way(run, spot, widest, on_the_right)
        start = float(np.clip(spot[0] + (gap if on_the_right else -gap - width), left + 0.05, right - 0.05 - width))
        epoch = self._epoch_stamps[run]
        if float(self.strength[run]) * self.leaves * self.opacity > 0.01:
            self._put_mark(brush, run, start, table.place(start, y, width, epoch.high - epoch.low))

    def _clear_of_way(self, run: int, spot: np.ndarray, width: float, on_the_right: bool) -> tuple[float, float]:
        """How far beside its arrow a name begins, and its height: as near as may be without the way running through."""
        _, bottom, _, top = self.inner()
        where = self.crossing(run)
        way = spot - np.linspace(0, 3, 91)[:, None] * (where[1] if where is not None else np.zeros(2))
        places = [(gap, float(np.clip(spot[1] + up, bottom + 0.25, top - 0.25))) for gap, up in BESIDE]
        for gap, y in places:
            left = spot[0] + (gap if on_the_right else -gap - width)
            box = np.array([left - 0.08, y - 0.18, left + width + 0.08, y + 0.18])
            if not inside(way, box).any():
                return gap, y
        return places[0]

    def _epoch_share(self, run: int) -> float:
        return float(self.bright[run]) * self.leave_epochs

    def _mark_width(self, run: int, share: float) -> float:
        """What the name of a run that left takes, with a share of its epoch."""
        name = self._name_stamps[run].width
        return name + share * ((0.15 if name else 0.0) + self._epoch_stamps[run].width)

    def _put_mark(self, brush: Brush, run: int, start: float, y: float) -> None:
        name, epoch = self._name_stamps[run], self._epoch_stamps[run]
        strength = float(self.strength[run]) * self.leaves * self.opacity
        name.put(brush, start, y, strength, 0.0, halo=self.theme.background)
        after = start + name.width + (0.15 if name.width else 0.0)
        epoch.put(brush, after, y, strength * self._epoch_share(run), 0.0, halo=self.theme.background)

    @cached_property
    def _epoch_stamps(self) -> dict[int, Stamp]:
        """For each run that leaves, the epoch."""
        left = {run: self.leaves_at(run) for run in range(len(self.walks))}
        said = {
            run: self.look.captions.typeset(self.counted, number=f"{epoch:,}")
            for run, epoch in left.items()
            if epoch is not None
        }
        return {run: self.look.stamp(words, SIZES.tick, self._named[run]) for run, words in said.items()}

    def crossing(self, run: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Where a run first left the map, (2,), and which way, (2,) of length 1; None while it has not."""
        row, walk = self.left_at[run], self.walks[run]
        if row is None or not row:
            return None
        before, after = self._scaled(walk.params[row - 1 : row + 1])
        share = _exit_share(before, after)
        epoch = walk.epoch[row - 1] + share * (walk.epoch[row] - walk.epoch[row - 1])
        if not np.isfinite(after).all() or self.epochs[run] < epoch:
            return None
        inner = self.inner()
        spot = inner[:2] + (before + share * (after - before)) * (inner[2:] - inner[:2])
        way = (after - before) * (inner[2:] - inner[:2])
        return spot, way / np.hypot(*way)

    @cached_property
    def _name_stamps(self) -> list[Stamp]:
        return [
            self.look.stamp(walk.name, SIZES.tick, color) for walk, color in zip(self.walks, self._named, strict=True)
        ]

    def name_heights(self) -> np.ndarray:
        """Height (R,) of each ball's name: as near to the ball as can be, in the order of the balls."""
        _, bottom, _, top = self.inner()
        places = np.array([self.position(run) for run in range(len(self.walks))])
        shown = self.names * self.strength * inside(places, self.inner())
        wanted = np.clip(np.nan_to_num(places[:, 1]), bottom, top)
        return spread(wanted, NAME_ROW * shown, bottom + 0.05, top - 0.05)

    def _draw_name(self, brush: Brush, run: int, height: float, table: Table) -> None:
        """Beside the ball; where that is taken, above or below, with a line to it."""
        strength, here = float(self.names[run] * self.strength[run]) * self.opacity, self.position(run)
        if strength <= 0 or not self.walks[run].name or not inside(here[None], self.inner())[0]:
            return
        at = self._put(brush, self._name_stamps[run], here[0] + NAME_GAP, height, table, strength, 0.0)
        way = np.array([here[0] + NAME_GAP - 0.04, at]) - here
        if abs(way[1]) > LEADER and np.hypot(*way) > BALL:
            brush.line(here + np.array([BALL / np.hypot(*way) * way, way]), self.theme.position_text, 0.018, strength)

    def _put(
        self, brush: Brush, stamp: Stamp, x: float, y: float, table: Table, strength: float, anchor: float
    ) -> float:
        """Put a text where no other is, within the map; returns the height of its middle."""
        left, _, right, _ = self.inner()
        start = float(np.clip(x - anchor * stamp.width, left + 0.05, right - 0.05 - stamp.width))
        middle = table.place(start, y, stamp.width, stamp.high - stamp.low) if strength > 0.01 else y
        stamp.put(brush, start, middle, strength, 0.0, halo=self.theme.background)
        return middle


def levels(terrain: Terrain, count: int, spacing: Literal["even", "log"]) -> np.ndarray:
    """Losses at which lines are drawn: so many (count) from the minimum to the ceiling, and on as far as the map goes.

    Even ones are equally high apart; logarithmic ones, above the minimum, equally far in powers of ten.
    """
    lowest, shares = terrain.minimum[2], (np.arange(MOST) + 0.5) / count
    rise = terrain.ceiling - lowest
    every = lowest + rise * (shares if spacing == "even" else 10 ** (4 * (shares - 1)))
    return np.asarray(every[every < float(np.nanmax(terrain.loss))])


def _worth_drawing(walk: Walk) -> tuple[np.ndarray, np.ndarray]:
    """Epochs (n,) and weights (n, 2) of the states that are drawn: all of a short run, finite ones only."""
    finite = np.isfinite(walk.params).all(axis=1)
    end = len(finite) if finite.all() else int(np.argmin(finite))
    later = np.linspace(WHOLE_ROWS, max(end - 1, WHOLE_ROWS), LATER_ROWS).astype(int)
    rows = np.unique(np.append(np.arange(min(end, WHOLE_ROWS)), later[later < end]))
    return walk.epoch[rows].astype(float), walk.params[rows].astype(float)


def _within(shares: np.ndarray) -> np.ndarray:
    return np.asarray(((shares >= -1e-6) & (shares <= 1 + 1e-6)).all(axis=-1))


def _exit_share(before: np.ndarray, after: np.ndarray) -> float:
    """The share of a step, in shares of the window, after which it leaves the window."""
    way = after - before
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(way > 0, (1 - before) / way, np.where(way < 0, -before / way, np.inf))
    return float(np.clip(np.nanmin(shares), 0, 1))


def _apart(shares: np.ndarray) -> np.ndarray:
    """Which states (n, 2), in shares of the window, lie apart from all before that do: (n,)."""
    kept: list[int] = []
    for row, place in enumerate(shares):
        if (np.abs(place - 0.5) < 1).all() and not (np.abs(shares[kept] - place).max(axis=1) < APART).any():
            kept.append(row)
    return np.isin(np.arange(len(shares)), kept)


def _back_again(shares: np.ndarray) -> np.ndarray:
    """Which steps of a path (n, 2), in shares of the window, turn back to about where they came from: (n,).

    Across a valley a run that zigzags draws nearly the same line again and again: together they would be a lump.
    """
    steps = np.diff(shares, axis=0)
    back = (steps[1:] * steps[:-1]).sum(axis=1) < 0
    near = np.hypot(*(shares[2:] - shares[:-2]).T) < BACK
    return np.append(False, np.append(back & near, False))[: len(shares)]


def _unit(way: np.ndarray) -> np.ndarray:
    return np.asarray(way / max(float(np.hypot(*way)), 1e-9))
