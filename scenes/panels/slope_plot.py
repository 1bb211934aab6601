"""A curve of the loss over one weight, with balls on it: the tangent at each, and the step that its slope asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scenes.drawing import Brush, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import LEFT
from scenes.panels.clipping import clipped, inside
from scenes.panels.cross_section import BALL, DOT, STAR, CrossSection, Hops
from scenes.panels.recorded import between
from scenes.theme import SIZES

TANGENT = 1.9
"""Half the length of a tangent, in scene units."""
WAY = 0.85
"""Length of an arrow that only says which way."""
RISE = 0.2
"""So far above the axis of the weight lies the arrow of a step."""
FAR = 40.0
"""An arrow that goes farther than so many scene units ends there, out of sight."""
HAIR = 1e-6
"""A step counts as just made as long as the next one is not so far on its way, in epochs."""
GHOSTS = 12
"""So many tangents of earlier states are kept."""
TINT = 0.16
"""How strongly the ground of a slice is tinted."""
FLAT = 1e-5
"""A slope no larger than this is zero but for rounding: no arrow says which way."""
DRAWN = 241
"""So many points of a curve are drawn at most."""
BESIDE = 1.5
"""So much of the frame's width no legend takes, in scene units."""
PITCH = 0.36
"""From one epoch in which a ball left to the next, in scene units."""


@dataclass(frozen=True, eq=False)
class Roll(Hops):
    """A run of one weight.

    Attributes:
        slope (T,): of the loss at each recorded weight; `distance` is the weight itself.
    """

    slope: np.ndarray


class SlopePlot(CrossSection):
    """The loss over one weight. A ball moves along the curve, its tangent with it, its step upon the axis.

    Args:
        weight (M,), loss (M,): the curve, ascending in the weight.
        rolls: the runs.
        names: of the two axes.
        color: of tangents and steps, and of the ground below the curve, which it then tints; the gradient's where
            None, and no tint.
        legends: what may stand above the plot, at its right end, in that colour.

    Attributes that a film moves, each 0 … 1 (and those of `CrossSection`):
        tangent: how far tangents have grown, at the balls of bright runs. ghosts: opacity of those at earlier states.
        drop: opacity of the line from a ball down to its weight.
        way: how far the arrow has grown that points downhill. stride: how far it has taken the length of the step.
        leaves: opacity of the epochs in which balls have left the plot. told: (L,) opacity of each legend.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        weight: np.ndarray,
        loss: np.ndarray,
        rolls: Sequence[Roll],
        names: tuple[Words | str, Words | str],
        color: str | None = None,
        legends: Sequence[Words] = (),
    ) -> None:
        super().__init__(frame, look, weight, loss, rolls, names, floor=0.0, centre=float(rolls[0].distance[0]))
        self.look, self.rolls, self.hue = look, tuple(rolls), color or look.theme.gradient
        self.tint = TINT if color else 0.0
        self.tangent = self.ghosts = self.drop = self.way = self.stride = 0.0
        self.leaves, self.told = 1.0, np.zeros(len(legends))
        self._legends = [self._legend(words) for words in legends]
        self._axes.left = max([LEFT, *[number.width + 0.2 for number in self._axes.y_ticks[1]]])

    # Where everything is

    def now(self, run: int) -> tuple[float, float, float]:
        """Weight, loss and slope of a run at its epoch: recorded ones, and between two of them those of the curve."""
        roll = self.rolls[run]
        row, after, share = between(roll.epoch, float(self.epochs[run]))
        if share <= 0:
            return float(roll.distance[row]), float(roll.loss[row]), float(roll.slope[row])
        with np.errstate(all="ignore"):
            weight, slope = (
                float((1 - share) * float(kept[row]) + share * float(kept[after]))
                for kept in (roll.distance, roll.slope)
            )
        return weight, float(np.interp(weight, self.distance, self.loss, np.inf, np.inf)), slope

    def position(self, run: int) -> np.ndarray:
        """Scene coordinates (2,) of a ball, on the curve."""
        weight, loss, _ = self.now(run)
        return self.place(np.array([weight]), np.array([loss]))[0]

    def visited(self, run: int) -> np.ndarray:
        """Scene coordinates (n, 2) of the recorded states before the present one that lie in the plot."""
        roll = self.rolls[run]
        past = roll.epoch <= self.epochs[run]
        points = self.place(roll.distance[past], roll.loss[past])
        return points[inside(points, self._axes.inner(self.frame))]

    def path(self, run: int) -> np.ndarray:
        """Scene coordinates (n, 2) of the part of the curve that a ball has passed."""
        roll, here = self.rolls[run], self.now(run)[0]
        seen = np.append(roll.distance[roll.epoch <= self.epochs[run]].astype(float), here)
        known = np.nan_to_num(seen, nan=seen[0], posinf=self.distance[-1], neginf=self.distance[0])
        low, high = np.clip([known.min(), known.max()], self.distance[0], self.distance[-1])
        within = (low < self.distance) & (self.distance < high)
        weight = np.concatenate([[low], self.distance[within], [high]])
        return self.place(weight, np.interp(weight, self.distance, self.loss))[_few(len(weight))]

    def tangent_at(self, weight: float, loss: float, slope: float) -> np.ndarray:
        """Scene coordinates (2, 2) of the ends of a tangent, as long as it has grown."""
        ends = self.place(np.array([weight, weight + 1.0]), np.array([loss, loss + slope]))
        along = (ends[1] - ends[0]) / np.hypot(*(ends[1] - ends[0]))
        return np.asarray(ends[0] + self.tangent * TANGENT * np.array([-along, along]))

    def arrow(self, run: int) -> np.ndarray | None:
        """Scene coordinates (2, 2) of the step that is being made, or was just made; None where there is none."""
        roll, now = self.rolls[run], float(self.epochs[run])
        row, after, _ = between(roll.epoch, max(min(now, float(roll.epoch[-1])) - HAIR, 0.0))
        slope, foot = float(roll.slope[row]), self._foot(float(roll.distance[row]))
        if after == row or not np.isfinite(foot).all() or not FLAT < abs(slope) < np.inf:
            return None
        with np.errstate(all="ignore"):
            step = self._foot(float(roll.distance[after]))[0] - foot[0]
        far = -np.sign(slope) * FAR
        stride = float(np.clip(step, -FAR, FAR)) if np.isfinite(step) else far
        length = (1 - self.stride) * -np.sign(slope) * WAY + self.stride * stride
        return np.array([foot, foot + np.array([self.way * length, 0.0])])

    def _foot(self, weight: float) -> np.ndarray:
        bottom = float(self._axes.inner(self.frame)[1])
        return np.array([self.place(np.array([weight]), np.zeros(1))[0, 0], bottom + RISE])

    def leaves_at(self, run: int) -> int | None:
        """The first recorded epoch in which a ball is outside of the plot, or None."""
        weight = self.rolls[run].distance
        within = (self.distance[0] <= weight) & (weight <= self.distance[-1])
        return None if within.all() else int(self.rolls[run].epoch[np.argmin(within)])

    # Drawing

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.frame, self.axes * self.opacity)
        inner = self._axes.inner(self.frame)
        self._draw_curve(brush)
        self._draw_star(brush)
        for run in self.order():
            self._draw_slope(brush, run, inner)
        for run in self.order():
            self._draw_run(brush, run, inner)
        self._draw_leaving(brush, inner)
        for legend, told in zip(self._legends, self.told, strict=True):
            legend.put(brush, inner[2], inner[3] + 0.2, float(told) * self.opacity, anchor=1.0)

    def _legend(self, words: Words) -> Stamp:
        """A legend, smaller where it would touch the name of the axis."""
        stamp, room = self.look.stamp(words, SIZES.label, self.hue), float(self.frame[2] - self.frame[0]) - BESIDE
        return stamp if stamp.width <= room else self.look.stamp(words, SIZES.label * room / stamp.width, self.hue)

    def _draw_curve(self, brush: Brush) -> None:
        """As far as it has spread from its centre, with the ground below it where that is tinted."""
        away = np.abs(self.distance - self.centre)
        shown = np.flatnonzero(away <= self.ground * float(away.max()))
        if len(shown) < 2:
            return
        line = self.place(self.distance[shown], self.loss[shown])[_few(len(shown))]
        floor = line[[-1, 0]] * [1, 0] + [0, self._axes.inner(self.frame)[1]]
        brush.polygon(np.vstack([line, floor]), self.hue, self.tint * self.opacity)
        brush.line(line, self.theme.height[3], 0.06, self.opacity)

    def _draw_star(self, brush: Brush) -> None:
        lowest = int(np.argmin(self.loss))
        star = self.place(self.distance[lowest : lowest + 1], self.loss[lowest : lowest + 1])[0]
        brush.star(star, STAR * self.star, self.theme.minimum, self.theme.background, self.star * self.opacity)

    def _draw_slope(self, brush: Brush, run: int, inner: np.ndarray) -> None:
        """Tangents, the line down to the weight, and the arrow on its axis: of a bright run, within the plot."""
        strength = float(self.strength[run] * self.bright[run]) * self.opacity
        here = self.position(run)
        for state in self._past(run):
            part = clipped(self.tangent_at(*state), inner)[0]
            brush.segments(part, self.hue, 0.02, 0.4 * self.ghosts * strength)
        if inside(here[None], inner)[0]:
            ends = np.array([here, [here[0], inner[1]]])
            brush.line(ends, self.theme.text, 0.025, 0.7 * self.drop * strength, dash=(0.09, 0.07))
            brush.segments(clipped(self.tangent_at(*self.now(run)), inner)[0], self.hue, 0.055, strength)
        self._draw_arrow(brush, run, inner, strength)

    def _past(self, run: int) -> list[tuple[float, float, float]]:
        """Weight, loss and slope of the first states that the ball has left behind, those in the plot."""
        roll = self.rolls[run]
        rows = np.flatnonzero(roll.epoch < self.epochs[run])[:GHOSTS]
        within = inside(self.place(roll.distance[rows], roll.loss[rows]), self._axes.inner(self.frame))
        return [
            (float(roll.distance[row]), float(roll.loss[row]), float(roll.slope[row])) for row in rows[within].tolist()
        ]

    def _draw_arrow(self, brush: Brush, run: int, inner: np.ndarray, strength: float) -> None:
        arrow = self.arrow(run) if self.way > 0 else None
        if arrow is None or not inner[0] - 1e-6 <= arrow[0, 0] <= inner[2] + 1e-6:
            return
        left, bottom, right, top = inner
        brush.context.save()
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        brush.arrow(arrow[0], arrow[1], self.hue, 0.075, self.theme.background, min(1.0, 4 * self.way) * strength)
        brush.context.restore()

    def _draw_run(self, brush: Brush, run: int, inner: np.ndarray) -> None:
        strength, color = float(self.strength[run]) * self.opacity, self.color_of(run)
        brush.line(self.path(run), color, 0.05, 0.85 * strength)
        brush.dots(self.visited(run), DOT, color, strength)
        here = self.position(run)
        if inside(here[None], inner)[0]:
            brush.dots(here[None], BALL, color, strength)
            brush.ring(here, BALL, self.theme.position_edge, 0.03, strength)

    def _draw_leaving(self, brush: Brush, inner: np.ndarray) -> None:
        """The epochs in which balls have left, one below the other on the side on which they did."""
        taken = {-1.0: 0, 1.0: 0}
        for run, name in self._leave_names.items():
            epoch = self.leaves_at(run)
            if epoch is None or self.epochs[run] < epoch or self.strength[run] <= 0:
                continue
            side = self._side(run)
            x = inner[2] - 0.2 if side > 0 else inner[0] + 0.2
            y = inner[3] - 0.5 * (inner[3] - inner[1]) - PITCH * taken[side]
            strength = self.leaves * float(self.strength[run]) * self.opacity
            name.put(brush, x, y, strength, 0.5 + 0.5 * side, halo=self.theme.background)
            taken[side] += 1

    def _side(self, run: int) -> float:
        """Whether a ball left to the left, -1, or to the right, 1."""
        row = int(np.searchsorted(self.rolls[run].epoch, self.leaves_at(run) or 0))
        before, after = self.rolls[run].distance[max(row - 1, 0)], self.rolls[run].distance[row]
        return -1.0 if after < before else 1.0

    @cached_property
    def _leave_names(self) -> dict[int, Stamp]:
        left = {run: self.leaves_at(run) for run in range(len(self.rolls))}
        said = {
            run: self.look.captions.typeset("map.epoch", number=f"{epoch:,}")
            for run, epoch in left.items()
            if epoch is not None
        }
        return {run: self.look.stamp(words, SIZES.label, self.theme.position_text) for run, words in said.items()}


def _few(count: int) -> np.ndarray:
    """Indices of so many points that are drawn, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, DRAWN)).round().astype(int))
