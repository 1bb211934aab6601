"""Many runs as dots, heaped in columns by what became of them."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed
from scenes.panels.numerals import Numerals
from scenes.theme import SIZES

FOOT, HEAD = 0.95, 0.95
"""Room for a column's two names below, for its number and the legend above, in scene units."""

WIDEST_GAP = 0.33
"""From dot to dot at most."""


class Outcomes(Drawing):
    """A column of dots for each outcome, with names below and the number of its dots above.

    Args:
        columns: (R,) which column each run belongs to, in the order of the runs.
        names: two lines below each column. marked: which columns are drawn in the colour of misses.
        ringed: runs that stand out. legend: what the rings are, or nothing.

    Attributes that a film moves:
        axes: opacity. count: how many runs have been drawn, 0 … R; between whole numbers one falls into place.
        rings: opacity.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        columns: np.ndarray,
        names: Sequence[tuple[str | Words, str | Words]],
        marked: Sequence[bool],
        ringed: Sequence[int] = (),
        legend: str | Words = "",
    ) -> None:
        super().__init__(frame)
        self.theme, self.columns, self.marked = look.theme, np.asarray(columns), tuple(marked)
        self.axes = self.count = self.rings = 0.0
        self.ringed = tuple(ringed)
        colors = [look.theme.loss if red else look.theme.text for red in marked]
        firsts = [look.stamp(first, SIZES.label, color) for (first, _), color in zip(names, colors, strict=True)]
        if max(stamp.width for stamp in firsts) > 0.96 * (frame[2] - frame[0]) / len(names):
            firsts = [look.stamp(first, SIZES.tick, color) for (first, _), color in zip(names, colors, strict=True)]
        seconds = [look.stamp(second, SIZES.tick, look.theme.muted) for _, second in names]
        self._names = list(zip(firsts, seconds, strict=True))
        self._numerals = Numerals(look, SIZES.readout)
        self._legend = look.stamp(legend, SIZES.label) if legend and self.ringed else None

    def middle(self, column: int) -> float:
        """Where a column's middle is."""
        left, _, right, _ = self.frame
        return float(left + (column + 0.5) * (right - left) / len(self._names))

    def hue_of(self, column: int) -> str:
        """That of its dots."""
        return self.theme.loss if self.marked[column] else self.theme.text

    @cached_property
    def rank(self) -> np.ndarray:
        """How many runs of its column come before each, (R,)."""
        return np.array([np.count_nonzero(self.columns[:i] == column) for i, column in enumerate(self.columns)])

    @cached_property
    def across(self) -> tuple[int, float]:
        """Dots in a row, a multiple of ten where so many fit, and the distance from dot to dot."""
        left, bottom, right, top = self.frame
        width, height = 0.86 * (right - left) / len(self._names), top - HEAD - bottom - FOOT - 0.1
        most = int(np.bincount(self.columns).max())
        gap = min(WIDEST_GAP, float(np.sqrt(0.85 * width * height / most)))
        across = max(1, int(width / gap))
        across = across - across % 10 if across > 10 else across
        return across, min(gap, height / -(-most // across))

    @cached_property
    def places(self) -> np.ndarray:
        """Where each dot lies in the end, (R, 2)."""
        across, gap = self.across
        row, column = self.rank // across, self.rank % across
        middles = np.array([self.middle(column) for column in range(len(self._names))])
        x = middles[self.columns] + (column - (across - 1) / 2) * gap
        return np.stack([x, self.frame[1] + FOOT + 0.1 + (row + 0.5) * gap], axis=1)

    def tally(self, column: int) -> int:
        """How many dots lie in a column now."""
        return int(np.count_nonzero(self.columns[: int(self.count)] == column))

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._draw_floor(brush, self.axes * self.opacity)
        places, (_, gap), done = self.places, self.across, int(self.count)
        for column in range(len(self._names)):
            here = places[:done][self.columns[:done] == column]
            brush.dots(here, 0.4 * gap, self.hue_of(column), self.opacity)
            self._draw_number(brush, column, here, self.axes * self.opacity)
        if done < len(places) and self.count > done:
            start, share = float(self.frame[3]) - 0.5, self.count - done
            falling = np.array([[places[done, 0], start + share**2 * (places[done, 1] - start)]])
            brush.dots(falling, 0.4 * gap, self.hue_of(self.columns[done]), self.opacity)
        self._draw_rings(brush, done)

    def _draw_number(self, brush: Brush, column: int, here: np.ndarray, opacity: float) -> None:
        top, x = float(self.frame[1]) + FOOT, self.middle(column)
        if len(here):
            top, x = here[:, 1].max(), (here[:, 0].min() + here[:, 0].max()) / 2
        number = self._numerals.stamp(fixed(self.tally(column), 0), self.hue_of(column))
        number.put(brush, float(x), float(top) + 0.35, opacity)

    def _draw_rings(self, brush: Brush, done: int) -> None:
        _, _, right, top = self.frame
        shown = self.rings * self.opacity
        for run in self.ringed:
            if run < done:
                brush.ring(self.places[run], 0.62 * self.across[1], self.theme.position, 0.05, shown)
        if self._legend is not None:
            self._legend.put(brush, right, top - 0.2, shown, anchor=1.0)
            brush.ring(np.array([right - self._legend.width - 0.3, top - 0.2]), 0.14, self.theme.position, 0.05, shown)

    def _draw_floor(self, brush: Brush, opacity: float) -> None:
        left, bottom, right, _ = self.frame
        brush.line(np.array([[left, bottom + FOOT], [right, bottom + FOOT]]), self.theme.muted, 0.02, opacity)
        for column, (first, second) in enumerate(self._names):
            for stamp, foot in ((first, 0.38), (second, 0.74)):  # on a baseline
                level = bottom + FOOT - foot + (stamp.low + stamp.high) / 2
                stamp.put(brush, self.middle(column), level, opacity)
