"""What the two numbers of a line are upon a plot: its height at x = 0, and its rise for one step to the right."""

import numpy as np

from scenes.drawing import Brush, Drawing
from scenes.look import Look
from scenes.numbers import fixed
from scenes.panels.data_plot import DataPlot
from scenes.panels.numerals import Numerals
from scenes.panels.recorded import blend, reached
from scenes.theme import SIZES

DECIMALS = 4
WIDTH = 0.05
BESIDE = 0.22
"""From the end of a mark to the middle of its number, in scene units."""
BELOW = 0.3
"""How far beside the line the slope stands, in scene units."""
ARROWS = 3
HALF = 0.45
"""What half a number takes, in scene units."""


class LineMarks(Drawing):
    """Marks of the line that a plot shows: its intercept and slope, and how far another line is shifted.

    Args:
        plot: the data plot with the line.
        intercepts, slopes: (T,) of the lines that the plot shows, as recorded.

    Attributes that a film moves, each 0 … 1:
        level: an arrow at x = 0 from zero to the line, with the intercept. wedge: one to the right, and the slope.
        gap: the line before this one, and arrows from it, with the difference of the intercepts.
        sources: (2, 2) where the two numbers come from on their way to these marks, in scene units.
    """

    def __init__(self, look: Look, plot: DataPlot, intercepts: np.ndarray, slopes: np.ndarray) -> None:
        super().__init__(tuple(plot.frame))
        self.theme, self.plot = look.theme, plot
        self.intercepts, self.slopes = np.asarray(intercepts, float), np.asarray(slopes, float)
        self.level = self.wedge = self.gap = 0.0
        self.sources: np.ndarray | None = None
        self._numerals = Numerals(look, SIZES.tick)
        self._one = look.stamp("1", SIZES.tick, look.theme.text)

    def line(self, epoch: float) -> np.ndarray:
        """Intercept and slope (2,) of the line of an epoch."""
        both = np.stack([self.intercepts, self.slopes], axis=1)
        return blend(np.arange(len(both)), both, epoch)

    def arrow(self) -> np.ndarray:
        """Foot and tip (2, 2) of the intercept's arrow."""
        return self._places((0.0, 0.0), (0.0, float(self.line(self.epoch)[0])))

    def steps(self) -> np.ndarray:
        """Start, corner and end (3, 2) of one step to the right, all upon the line but the corner."""
        intercept, slope = self.line(self.epoch)
        start = self._step_from()
        low, high = intercept + slope * start, intercept + slope * (start + 1)
        return self._places((start, low), (start + 1, low), (start + 1, high))

    def _step_from(self) -> float:
        """Where the step begins: as far to the right as leaves room for its number."""
        low, high = self.plot.span()
        left, _, right, _ = self.plot.inner()
        return high - 1 - (HALF + 0.1) * (high - low) / float(right - left)

    def shifts(self) -> np.ndarray:
        """Arrows (n, 2, 2) from the line before to the present one."""
        now, before = self.line(self.epoch), self.line(max(np.ceil(self.epoch) - 1, 0.0))
        xs = self.plot.x[-1] * np.arange(1, ARROWS + 1) / (ARROWS + 1)
        ends = [(x, line[0] + line[1] * x) for x in xs for line in (before, now)]
        return self._places(*ends).reshape(-1, 2, 2)

    def _places(self, *points: tuple[float, float]) -> np.ndarray:
        x, y = np.array(points, float).T
        return self.plot.place(x, y)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        row = reached(np.arange(len(self.slopes)), self.epoch)
        self._draw_level(brush, row, self.level * self.opacity)
        self._draw_step(brush, row, self.wedge * self.opacity)
        self._draw_gap(brush, row, self.gap * self.opacity)

    def _draw_level(self, brush: Brush, row: int, opacity: float) -> None:
        if opacity <= 0:
            return
        foot, tip = self.arrow()
        left, bottom, right, top = self.plot.inner()
        brush.line(np.array([[foot[0], bottom], [foot[0], top]]), self.theme.muted, 0.015, 0.7 * opacity)
        brush.line(np.array([[left, foot[1]], [right, foot[1]]]), self.theme.muted, 0.015, 0.7 * opacity)
        brush.arrow(foot, tip, self.theme.estimate, WIDTH, self.theme.background, opacity)
        self._put(brush, self.intercepts[row], self._on_the_way(0, self._beside_arrow(foot, tip), self.level))

    def _beside_arrow(self, foot: np.ndarray, tip: np.ndarray) -> np.ndarray:
        """Where the line is not: beyond the foot if it leads on as the arrow does, otherwise beyond the tip."""
        intercept, slope = self.line(self.epoch)
        up = 1.0 if intercept > 0 else -1.0
        end, away = (foot, -up) if intercept * slope > 0 else (tip, up)
        return np.asarray(end + np.array([HALF + 0.12, away * BESIDE]))

    def _draw_step(self, brush: Brush, row: int, opacity: float) -> None:
        if opacity <= 0:
            return
        start, corner, end = self.steps()
        brush.line(np.array([start, corner]), self.theme.text, 0.03, opacity)
        brush.arrow(corner, end, self.theme.estimate, WIDTH, self.theme.background, opacity)
        down = 1 if end[1] <= corner[1] else -1
        middle = (start + corner) / 2 + np.array([0.0, down * BESIDE])
        self._one.put(brush, float(middle[0]), float(middle[1]), opacity, halo=self.theme.background)
        self._put(brush, self.slopes[row], self._on_the_way(1, end - np.array([HALF, down * BELOW]), self.wedge))

    def _on_the_way(self, number: int, place: np.ndarray, share: float) -> np.ndarray:
        """From where a number comes to its place."""
        return place if self.sources is None else self.sources[number] + share * (place - self.sources[number])

    def _draw_gap(self, brush: Brush, row: int, opacity: float) -> None:
        if opacity <= 0:
            return
        ends, before = self.shifts(), max(row - 1, 0)
        x = self.plot.x[[0, -1]]
        ghost = self.plot.place(x, self.intercepts[before] + self.slopes[before] * x)
        brush.line(ghost, self.theme.estimate, 0.045, 0.45 * opacity)
        for foot, tip in ends:
            brush.arrow(foot, tip, self.theme.estimate, WIDTH, self.theme.background, opacity)
        moved = float(self.intercepts[row] - self.intercepts[before])
        up, aside = np.sign(moved), -np.sign(moved * self.slopes[row])
        self._put(brush, moved, ends[1, 1] + np.array([aside * (HALF - 0.1), up * BESIDE]), opacity)

    def _put(self, brush: Brush, value: float, at: np.ndarray, opacity: float = 1.0) -> None:
        """A number upon a halo."""
        stamp = self._numerals.stamp(fixed(float(value), DECIMALS), self.theme.estimate)
        stamp.put(brush, float(at[0]), float(at[1]), opacity * self.opacity, halo=self.theme.background)
