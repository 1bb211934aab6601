"""A slice of the loss near one point, seen from closer and closer: two points h apart, their secant, the tangent.

The picture shows offsets from the point. From row to row the view comes nearer, so that the two points of a row always
stand equally far apart; what lies between two neighbouring float32 numbers is seen as a gap between rungs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.clipping import clipped, inside
from scenes.panels.labels import spread
from scenes.theme import SIZES

BEFORE, AFTER = 0.45, 1.5
"""The view reaches so many times h to the left of the point, and to its right."""
EARLY, LATE, AIR = -0.12, 1.05, 0.22
"""Upwards it holds the slice between these shares of h, with so much air above and below."""
SIDES, FOOT, HEAD = 0.15, 1.0, 0.62
"""Room right of the plot, below it for h, above it for names, in scene units."""
BALL, DOT = 0.115, 0.085
RUNG, CLEAR = 0.05, 0.12
"""Rungs of float32 come in from this distance on, in scene units, and are fully there at that one."""
POINTS = 161


@dataclass(frozen=True, eq=False)
class Slice:
    """The loss along one weight near a point, and what was recorded there.

    Attributes:
        level: the recorded loss at the point.
        slope, bend: of the slice: the loss is level + slope d + bend d² at a distance d.
        claimed: the slope to be checked.
        distances: (H,) descending. losses: (H,) recorded at each.
        step: from one float32 number to the next, at the level.
    """

    level: float
    slope: float
    bend: float
    claimed: float
    distances: np.ndarray
    losses: np.ndarray
    step: float


class ZoomedSlice(Drawing):
    """Two points on a slice, as near as the row says.

    Args:
        cut: the slice.
        place: what stands below the point. loss_name: above the axis.
        level: the loss at the point, in words. losses: those at the distances. marks: what stands below each h.
        zooms: how near each row is.

    Attributes that a film moves, each 0 … 1 unless stated:
        row: which distance is looked at, 0 … H - 1; between whole numbers the view is on its way.
        axes, curve, ball: opacities. tangent: how far it has grown from the point to both sides.
        second: opacity of the second point of the row, with h. digits: of both losses. rise: how far it has grown.
        secant: how far it has grown from the first point on. ladder: opacity of the rungs, once they can be told apart.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        cut: Slice,
        *,
        place: Words | str,
        loss_name: Words | str,
        level: Words | str,
        losses: Sequence[Words | str],
        marks: Sequence[Words | str],
        zooms: Sequence[Words | str],
    ) -> None:
        super().__init__(frame)
        self.theme, self.cut = look.theme, cut
        self.row = self.axes = self.curve = self.ball = self.tangent = 0.0
        self.second = self.digits = self.rise = self.secant = self.ladder = 0.0
        theme = look.theme
        self._place, self._name = (look.stamp(text, SIZES.label, theme.muted) for text in (place, loss_name))
        self._level = look.stamp(level, SIZES.label, theme.loss)
        self._losses = [look.stamp(text, SIZES.label, theme.loss) for text in losses]
        self._marks = [look.stamp(text, SIZES.label, theme.text) for text in marks]
        self._zooms = [look.stamp(text, SIZES.label, theme.muted) for text in zooms]
        self._left = max(stamp.width for stamp in (self._level, *self._losses)) + 0.3

    # Places

    def inner(self) -> np.ndarray:
        """The plot's own rectangle."""
        return np.asarray(self.frame + np.array([self._left, FOOT, -SIDES, -HEAD]))

    @property
    def near(self) -> float:
        """The distance h that the view is made for."""
        powers = np.log10(self.cut.distances)
        return float(10.0 ** np.interp(self.row, np.arange(len(powers)), powers))

    @property
    def span(self) -> tuple[float, float]:
        """The changes of the loss that the view holds, from and to."""
        changes = self.bent(self.near * np.append(np.linspace(EARLY, LATE, POINTS), 0.0))
        low, high = float(changes.min()), float(changes.max())
        air = AIR * (high - low)
        return (low - air, high + air) if np.isfinite(air) and air > 0 else (-1.0, 1.0)

    def bent(self, distance: np.ndarray) -> np.ndarray:
        """How the loss of the slice changes over distances (n,) from the point."""
        return np.asarray(self.cut.slope * distance + self.cut.bend * distance**2)

    def place(self, distance: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of distances from the point (n,) and changes of the loss (n,)."""
        left, bottom, right, top = self.inner()
        low, high = self.span
        across = (np.asarray(distance, float) / self.near + BEFORE) / (BEFORE + AFTER)
        up = (np.asarray(change, float) - low) / (high - low)
        return np.stack([left + across * (right - left), bottom + up * (top - bottom)], axis=-1)

    def line(self, slope: float, reach: float) -> np.ndarray:
        """Scene coordinates (2, 2) of a straight line through the point, to both sides as far as it has grown."""
        ends = reach * self.near * np.array([-2 * BEFORE, 2 * AFTER])
        return self.place(ends, slope * ends)

    def point(self, row: int) -> np.ndarray:
        """Scene coordinates (2,) of the recorded point of a row."""
        change = self.cut.losses[row] - self.cut.level
        return self.place(self.cut.distances[row : row + 1], np.array([change]))[0]

    def rungs(self) -> np.ndarray:
        """Heights (n,) of the float32 numbers in view; none where they are too close to be told apart."""
        _, bottom, _, top = self.inner()
        gap = self._rung_gap()
        if not gap > RUNG:
            return np.empty(0)
        origin = float(self.place(np.zeros(1), np.zeros(1))[0, 1])
        first, last = int(np.ceil((bottom - origin) / gap)), int(np.floor((top - origin) / gap))
        return origin + gap * np.arange(first, last + 1)

    def _rung_gap(self) -> float:
        ends = self.place(np.zeros(2), np.array([0.0, self.cut.step]))
        return float(ends[1, 1] - ends[0, 1])

    # Drawing

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        inner, shown = self.inner(), self.opacity
        left, bottom, right, top = inner
        brush.line(np.array([[left, top], [left, bottom], [right, bottom]]), self.theme.muted, 0.02, self.axes * shown)
        self._name.put(brush, left - 0.15, top + 0.24, self.axes * shown)
        self._draw_rungs(brush, inner)
        distance = self.near * np.linspace(-BEFORE, AFTER, POINTS)
        bent = self.place(distance, self.bent(distance))
        brush.segments(clipped(bent, inner)[0], self.theme.height[3], 0.07, self.curve * shown)
        self._draw_tangent(brush)
        for row in self._present():
            self._draw_row(brush, row)
        self._draw_origin(brush, inner)
        self._draw_levels(brush, inner)

    def _present(self) -> list[int]:
        """The row that is looked at, and the one that it gives way to."""
        rows = np.arange(len(self.cut.distances))
        return [int(row) for row in rows[np.abs(rows - self.row) < 1]]

    def _share(self, row: int) -> float:
        """How much a row is the one looked at: sharply, so that never two are read."""
        return float(np.clip(1 - 2.2 * abs(row - self.row), 0, 1))

    def _draw_tangent(self, brush: Brush) -> None:
        if self.tangent > 0 and np.isfinite(self.cut.claimed):
            line = clipped(self.line(self.cut.claimed, self.tangent), self.inner())[0]
            brush.segments(line, self.theme.partial0, 0.05, self.opacity)

    def _draw_secant(self, brush: Brush, slope: float, share: float) -> None:
        if self.secant > 0 and np.isfinite(slope):
            for part in clipped(self.line(slope, self.secant), self.inner())[0]:
                brush.line(part, self.theme.text, 0.04, share * self.opacity, dash=(0.2, 0.12))

    def _draw_row(self, brush: Brush, row: int) -> None:
        """Secant, the second point with its rise, and h below it."""
        share, at, inner = self._share(row), self.point(row), self.inner()
        rises = (self.cut.losses[row] - self.cut.level) / self.cut.distances[row]
        self._draw_secant(brush, float(rises), share)
        shown = self.second * self.opacity
        if not np.isfinite(at).all():
            return
        origin = self.place(np.zeros(1), np.zeros(1))[0]
        corner = np.array([at[0], origin[1]])
        brush.line(np.array([origin, corner]), self.theme.muted, 0.025, share * shown * self.rise, dash=(0.09, 0.07))
        upright = np.array([corner, corner + self.rise * (at - corner)])
        brush.segments(clipped(upright, inner)[0], self.theme.loss, 0.05, share * self.opacity * float(self.rise > 0))
        if inside(at[None], inner)[0]:
            brush.dots(at[None], DOT, self.theme.position, shown * max(share, 0.25))
            brush.ring(at, DOT, self.theme.position_edge, 0.025, shown * max(share, 0.25))
        self._draw_h(brush, row, share * shown)

    def _draw_h(self, brush: Brush, row: int, strength: float) -> None:
        """A bracket from the first point to the second."""
        bottom = float(self.inner()[1])
        (x0, _), (x1, _) = self.place(np.array([0.0, self.cut.distances[row]]), np.zeros(2))
        y = bottom - 0.52
        ends = np.array([[[x0, y], [x1, y]], [[x0, y - 0.08], [x0, y + 0.08]], [[x1, y - 0.08], [x1, y + 0.08]]])
        brush.segments(ends, self.theme.text, 0.03, strength)
        self._marks[row].put(brush, (x0 + x1) / 2, y - 0.27, strength)
        zoom = self._zooms[row]
        zoom.put(brush, float(self.inner()[2]), float(self.inner()[3]) + 0.24, strength, anchor=1.0)

    def _draw_origin(self, brush: Brush, inner: np.ndarray) -> None:
        here, strength = self.place(np.zeros(1), np.zeros(1))[0], self.ball * self.opacity
        brush.line(np.array([[here[0], inner[1]], [here[0], inner[1] - 0.07]]), self.theme.muted, 0.02, strength)
        self._place.put(brush, here[0], inner[1] - 0.25, strength)
        brush.dots(here[None], BALL, self.theme.position, strength)
        brush.ring(here, BALL, self.theme.position_edge, 0.03, strength)

    def _draw_levels(self, brush: Brush, inner: np.ndarray) -> None:
        """Both losses, to their last digit, at the axis; apart from each other even where they are the same."""
        left, bottom, _, top = inner
        here = float(self.place(np.zeros(1), np.zeros(1))[0, 1])
        rows = [row for row in self._present() if self._share(row) > 0]
        heights = [here, *[float(np.clip(np.nan_to_num(self.point(row)[1], nan=here), bottom, top)) for row in rows]]
        away = -1e-3 if self.cut.slope < 0 else 1e-3
        wanted = np.array([height + away * number for number, height in enumerate(heights)])
        places = spread(wanted, np.full(len(wanted), 0.34), bottom, top)
        stamps = [(self._level, 1.0), *[(self._losses[row], self._share(row)) for row in rows]]
        for (stamp, share), height, level in zip(stamps, places, heights, strict=True):
            self._draw_level(brush, stamp, left, float(height), level, share * self.digits * self.opacity)

    def _draw_level(
        self, brush: Brush, stamp: Stamp, left: float, height: float, level: float, strength: float
    ) -> None:
        stamp.put(brush, left - 0.2, height, strength, anchor=1.0)
        brush.line(np.array([[left - 0.14, height], [left, level]]), self.theme.loss, 0.02, strength)

    def _draw_rungs(self, brush: Brush, inner: np.ndarray) -> None:
        """The numbers that float32 has, as lines across the plot."""
        heights = self.rungs()
        if self.ladder <= 0 or not len(heights):
            return
        strength = self.ladder * float(np.clip((self._rung_gap() - RUNG) / (CLEAR - RUNG), 0, 1)) * self.opacity
        ends = np.array([[[inner[0], y], [inner[2], y]] for y in heights])
        brush.segments(ends, self.theme.loss, 0.018, 0.55 * strength)
