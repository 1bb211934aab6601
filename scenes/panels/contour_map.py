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
from scenes.panels.clipping import clipped, inside
from scenes.panels.labels import Table
from scenes.panels.runs import Runs, Walk
from scenes.panels.terrain import Terrain
from scenes.theme import SIZES

LEVELS, MOST = 9, 30
"""Lines of equal loss up to the terrain's ceiling, and in all; beyond the ceiling they go on equally far apart."""
WHOLE_ROWS, LATER_ROWS = 300, 500
"""Of a long run, so many states from its beginning are drawn one by one, and so many of the rest."""
APART = 0.06
"""Scene units between two recorded states from which on they are drawn as two dots."""
PATH, DOT, BALL, STAR, MARK = 0.045, 0.048, 0.115, 0.2, 0.13
QUIET = 0.6
"""How wide the path of a run is that is past, for one that is present."""
AWAY = 0.012
"""Width of steps that only cross the map, from outside to outside: a run that has left it must not cover it."""
TINT = 0.35
"""How strongly the heights colour the map."""
NAME_GAP = 0.2


class ContourMap(Runs):
    """A map of the loss.

    Args:
        terrain: the loss over the window, with its minimum and ceiling.
        walks: the runs.
        colors: of each run; where training is, for all of them, where None.
        spacing: levels equally high apart, or equally far in powers of ten above the minimum.
        square: whether the map is a square, as a surface's floor is, or fills its frame.
        cut: (2, 2) two points of the map between which a line can be drawn, or None.

    Attributes that a film moves, each 0 … 1 (and those of `Runs`):
        axes, contours, star, start: opacities of the scales, of the lines and tints, of the minimum and of the start.
        start_name: opacity of the word at the start. line: how much of the cut is drawn, from its middle.
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
    ) -> None:
        super().__init__(frame, look.theme, colors or [look.theme.position] * len(walks))
        self.look, self.terrain, self.walks, self.square, self.cut = look, terrain, tuple(walks), square, cut
        self.levels = levels(terrain, LEVELS, spacing)
        self.axes = self.contours = self.star = self.start = self.start_name = self.line = 0.0
        self.leaves = self.leave_epochs = self.dots = 1.0
        window = [(float(w[0]), float(w[-1])) for w in (terrain.w0, terrain.w1)]
        self._axes = Axes(look, window[0], window[1], (SYMBOLS["w0"], SYMBOLS["w1"]))
        self._axes.left = max([LEFT, *[number.width + 0.2 for number in self._axes.y_ticks[1]]])
        self._drawn = [_worth_drawing(walk) for walk in self.walks]
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
        brush.context.restore()
        self._draw_star(brush)
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
        """The way so far; a bright one has a dot at each recorded state that stands apart from the one before."""
        strength, points = float(self.strength[run]) * self.opacity, self.path(run)
        color, edge, bright = self.color_of(run), self.theme.position_edge, float(self.bright[run])
        parts, near = clipped(points, self.inner())
        brush.segments(parts[~near], color, AWAY, 0.2 * strength)
        width = PATH * (QUIET + (1 - QUIET) * bright)
        brush.segments(parts[near], edge, width + 0.025, 0.6 * strength)
        brush.segments(parts[near], color, width, strength)
        dots = _apart(points[:-1][inside(points[:-1], self.inner())])
        brush.dots(dots, DOT + 0.018, edge, strength * bright * self.dots)
        brush.dots(dots, DOT, color, strength * bright * self.dots)

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

    # Words

    def _draw_words(self, brush: Brush) -> None:
        """The start, marks of runs that left, names of runs; none upon another."""
        inner = self.inner()
        table = Table(float(inner[1]), float(inner[3]))
        for run in self.order():
            self._draw_mark(brush, run, table)
        self._draw_start(brush, table)
        for run in self.order():
            self._name_mark(brush, run, table)
        for run in self.order():
            self._draw_name(brush, run, table)

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

    def _name_mark(self, brush: Brush, run: int, table: Table) -> None:
        """The name of a run that left, and, while it is a bright one, the epoch: on the outer side, where it fits."""
        where = self.crossing(run)
        strength = float(self.strength[run]) * self.leaves * self.opacity
        if where is None or strength <= 0.01:
            return
        at = where[0] - [0, 0.25 * where[1][1]]
        name, epoch = self._name_stamps[run], self._epoch_stamps[run]
        share = float(self.bright[run]) * self.leave_epochs
        gap = 0.15 if name.width else 0.0
        width = name.width + share * (gap + epoch.width)
        left, _, right, _ = self.inner()
        aside = (at[0] + 0.25, at[0] - 0.25 - width)
        fits = [x for x in aside[:: 1 if 2 * at[0] > left + right else -1] if left < x < right - width]
        start = float(np.clip(fits[0] if fits else at[0], left + 0.05, right - 0.05 - width))
        middle = table.place(start, float(at[1]), width, epoch.high - epoch.low)
        name.put(brush, start, middle, strength, 0.0, halo=self.theme.background)
        epoch.put(brush, start + name.width + gap, middle, strength * share, 0.0, halo=self.theme.background)

    @cached_property
    def _epoch_stamps(self) -> dict[int, Stamp]:
        """For each run that leaves, the epoch."""
        left = {run: self.leaves_at(run) for run in range(len(self.walks))}
        said = {
            run: self.look.captions.typeset("map.epoch", number=f"{epoch:,}")
            for run, epoch in left.items()
            if epoch is not None
        }
        return {run: self.look.stamp(words, SIZES.tick, self.theme.position_text) for run, words in said.items()}

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
        return [self.look.stamp(walk.name, SIZES.tick, self.theme.position_text) for walk in self.walks]

    def _draw_name(self, brush: Brush, run: int, table: Table) -> None:
        strength, here = float(self.names[run] * self.strength[run]) * self.opacity, self.position(run)
        if strength > 0 and self.walks[run].name and inside(here[None], self.inner())[0]:
            self._put(brush, self._name_stamps[run], here[0] + NAME_GAP, here[1], table, strength, 0.0)

    def _put(
        self, brush: Brush, stamp: Stamp, x: float, y: float, table: Table, strength: float, anchor: float
    ) -> None:
        """Put a text where no other is, within the map."""
        left, _, right, _ = self.inner()
        start = float(np.clip(x - anchor * stamp.width, left + 0.05, right - 0.05 - stamp.width))
        if strength > 0.01:
            middle = table.place(start, y, stamp.width, stamp.high - stamp.low)
            stamp.put(brush, start, middle, strength, 0.0, halo=self.theme.background)


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


def _apart(points: np.ndarray) -> np.ndarray:
    """Those of the points (n, 2) that lie apart from the one before; where steps are shorter, only the line tells."""
    gaps = np.hypot(*np.diff(points, axis=0).T) if len(points) > 1 else np.empty(0)
    return points[np.append(True, gaps >= APART)[: len(points)]]
