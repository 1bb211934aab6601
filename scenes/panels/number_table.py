"""A table of numbers that fills row by row."""

from collections.abc import Mapping, Sequence

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.theme import SIZES

GAP = 0.5
"""Between two columns, in scene units."""
PITCH = 0.56
"""From one row to the next, at most."""
TIGHT = 0.46
"""Rows closer to each other than this are set smaller."""
SMALLEST = 0.66
"""A table that is too large shrinks to this share of its size, not below."""


class NumberTable(Drawing):
    """Rows of numbers, right-aligned in columns, under heads with a rule.

    Args:
        heads: of the columns. rows: as many texts each.
        colors: of the columns. tints: colours of whole rows, by their numbers.
        ruled: rows that a thin rule stands above.

    Attributes that a film moves:
        heads: opacity, 0 … 1. shown: (rows,) opacity of each. mark: opacity of a frame around row number `marked`, and
        the next ones where it holds `many`.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        heads: Sequence[Words | str],
        rows: Sequence[Sequence[Words | str]],
        colors: Sequence[str],
        tints: Mapping[int, str] | None = None,
        ruled: Sequence[int] = (),
    ) -> None:
        super().__init__(frame)
        self.look, self.theme, self.rows, self.ruled = look, look.theme, tuple(rows), tuple(ruled)
        self.heads, self.shown, self.mark, self.marked = 0.0, np.zeros(len(rows)), 0.0, 0
        self.many = 1
        self._texts, tints = heads, tints or {}
        self._colors = [[tints.get(number, color) for color in colors] for number in range(len(rows))]
        self._heads, self._cells, self._widths = self._set(1.0)
        room = float(self.frame[2] - self.frame[0]) - GAP * (len(heads) - 1)
        share = min(room / float(self._widths.sum()), self.pitch / TIGHT)
        if share < 1:
            self._heads, self._cells, self._widths = self._set(max(SMALLEST, share))

    def _set(self, share: float) -> tuple[list[Stamp], list[list[Stamp]], np.ndarray]:
        """Everything set at a share of its size, and the width of each column."""
        heads = [self.look.stamp(head, SIZES.label * max(share, 0.8), self.theme.muted) for head in self._texts]
        cells = [
            [self.look.stamp(text, SIZES.readout * share, color) for text, color in zip(row, colors, strict=True)]
            for row, colors in zip(self.rows, self._colors, strict=True)
        ]
        widths = [max(stamp.width for stamp in column) for column in zip(heads, *cells, strict=True)]
        return heads, cells, np.array(widths)

    @property
    def pitch(self) -> float:
        """From one row to the next."""
        return min(PITCH, float(self.frame[3] - self.frame[1]) / (len(self.rows) + 1.2))

    def rights(self) -> np.ndarray:
        """Where the columns end, (columns,): the table stands in the middle of its frame."""
        ends = np.cumsum(self._widths + GAP) - GAP
        return np.asarray((self.frame[0] + self.frame[2] - ends[-1]) / 2 + ends)

    def baseline(self, row: int) -> float:
        """Of a row; -1 for the heads."""
        return float(self.frame[3]) - 0.35 - self.pitch * (row + 1) - (0.14 if row >= 0 else 0.0)

    def text(self, row: int, column: int) -> str:
        """What a cell says."""
        cell = self.rows[row][column]
        return cell.plain if isinstance(cell, Words) else cell

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        rights = self.rights()
        self._draw_row(brush, self._heads, self.baseline(-1), self.heads)
        for row, cells in enumerate(self._cells):
            self._draw_row(brush, cells, self.baseline(row), float(self.shown[row]))
        for row in (0, *self.ruled):
            y = self.baseline(row) + (0.66 * self.pitch if row else 0.85 * self.pitch)
            strength = self.heads if row == 0 else float(self.shown[row])
            ends = np.array([[rights[0] - self._widths[0], y], [rights[-1], y]])
            brush.line(ends, self.theme.muted, 0.018, 0.8 * strength * self.opacity)
        self._draw_mark(brush, rights)

    def _draw_mark(self, brush: Brush, rights: np.ndarray) -> None:
        left, right, middle = rights[0] - self._widths[0] - 0.15, rights[-1] + 0.15, self.baseline(self.marked) + 0.11
        low, high = middle - (self.many - 0.55) * self.pitch, middle + 0.45 * self.pitch
        corners = np.array([[left, low], [right, low], [right, high], [left, high], [left, low]])
        brush.line(corners, self.theme.position, 0.035, self.mark * self.opacity)

    def _draw_row(self, brush: Brush, cells: Sequence[Stamp], baseline: float, opacity: float) -> None:
        for stamp, right in zip(cells, self.rights(), strict=True):
            stamp.put(brush, right, baseline + (stamp.low + stamp.high) / 2, opacity * self.opacity, anchor=1.0)
