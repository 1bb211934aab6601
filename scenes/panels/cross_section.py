"""A cut through the loss along one direction: a parabola for a line's squares, and how runs jump across it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import Axes, padded
from scenes.panels.clipping import clipped, inside
from scenes.panels.runs import Runs

BALL, DOT, STAR = 0.115, 0.06, 0.28
ALONG = 0.08
"""Width of the bar along the axis, the same as that on the map."""


@dataclass(frozen=True, eq=False)
class Hops:
    """A run as the cut sees it.

    Attributes:
        epoch (T,): recorded epochs.
        distance (T,): from the minimum along the cut, in units of the weights.
        loss (T,): of the cut at that distance.
    """

    epoch: np.ndarray
    distance: np.ndarray
    loss: np.ndarray


class CrossSection(Runs):
    """The loss along a direction through the minimum.

    Args:
        distance (M,), loss (M,): the cut.
        hops: the runs, in the same units.
        names: of the two axes.
        floor: the loss at which the axis begins; a little below the lowest where None.
        centre: the distance from which the cut is drawn to both sides.

    Attributes that a film moves, each 0 … 1 (and those of `Runs`):
        axes, star: opacities. ground: how much of the cut is drawn, from its centre outwards.
        foot: opacity of the bar on the axis, from the minimum to below each bright ball, and of the line down to it.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        distance: np.ndarray,
        loss: np.ndarray,
        hops: Sequence[Hops],
        names: tuple[Words | str, Words | str],
        *,
        floor: float | None = None,
        centre: float = 0.0,
    ) -> None:
        super().__init__(frame, look.theme, [look.theme.position] * len(hops))
        self.distance, self.loss, self.hops, self.centre = distance, loss, tuple(hops), centre
        self.axes = self.star = self.ground = self.foot = 0.0
        low, high = padded(float(loss.min()), float(loss.max()), 0.04)
        low = low if floor is None else floor
        self._axes = Axes(look, (float(distance[0]), float(distance[-1])), (low, high), names)

    def place(self, distance: np.ndarray, loss: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2)."""
        return self._axes.place(self.frame, distance, loss)

    def position(self, run: int) -> np.ndarray:
        """Scene coordinates (2,) of a run: on the straight jump between two recorded states."""
        hop, now = self.hops[run], self.epochs[run]
        both = [np.array([np.interp(now, hop.epoch, values)]) for values in (hop.distance, hop.loss)]
        return self.place(both[0], both[1])[0]

    def path(self, run: int) -> np.ndarray:
        """Scene coordinates (n, 2) of the jumps so far, and of where the run is."""
        hop = self.hops[run]
        past = hop.epoch <= self.epochs[run]
        return np.vstack([self.place(hop.distance[past], hop.loss[past]), self.position(run)])

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.frame, self.axes * self.opacity)
        inner = self._axes.inner(self.frame)
        shown = np.abs(self.distance - self.centre) <= self.ground * float(np.abs(self.distance - self.centre).max())
        brush.line(self.place(self.distance[shown], self.loss[shown]), self.theme.height[3], 0.06, self.opacity)
        for run in self.order():
            self._draw_part(brush, run, inner)
        lowest = int(np.argmin(self.loss))
        star = self.place(self.distance[lowest : lowest + 1], self.loss[lowest : lowest + 1])[0]
        brush.star(star, STAR * self.star, self.theme.minimum, self.theme.background, self.star * self.opacity)
        for run in self.order():
            self._draw_run(brush, run, inner)

    def _draw_part(self, brush: Brush, run: int, inner: np.ndarray) -> None:
        """How far a ball is from the minimum, on the axis below it."""
        here, strength = self.position(run), float(self.strength[run] * self.bright[run]) * self.foot * self.opacity
        if strength <= 0 or not inside(here[None], inner)[0]:
            return
        middle = float(self.place(np.zeros(1), np.zeros(1))[0, 0])
        bottom = float(inner[1])
        brush.line(np.array([here, [here[0], bottom]]), self.theme.text, 0.025, strength, dash=(0.09, 0.07))
        brush.line(np.array([[middle, bottom], [here[0], bottom]]), self.theme.text, ALONG, strength)

    def _draw_run(self, brush: Brush, run: int, inner: np.ndarray) -> None:
        strength, points, color = float(self.strength[run]) * self.opacity, self.path(run), self.color_of(run)
        brush.segments(clipped(points, inner)[0], color, 0.035, 0.85 * strength)
        within = inside(points, inner)
        brush.dots(points[:-1][within[:-1]], DOT, color, strength)
        if within[-1]:
            brush.dots(points[-1:], BALL, self.theme.position, strength * float(self.bright[run]))
            brush.ring(points[-1], BALL, self.theme.position_edge, 0.03, strength * float(self.bright[run]))
