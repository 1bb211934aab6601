"""Numbers of the epoch that is shown: the recorded ones, right-aligned in columns of fixed width."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenes.drawing import Brush, Drawing, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed
from scenes.panels.recorded import reached
from scenes.theme import SIZES

GAP = 0.42
LABEL_RISE = 0.45
SMALLEST = 0.66
"""Numbers too long for the row shrink to this share of their size, not below: they must be read from afar."""


@dataclass(frozen=True, eq=False)
class Column:
    """One number.

    Attributes:
        label: what stands above it.
        values: (T,) as recorded.
        color: of the numbers.
        decimals: after the point.
        write: how a value becomes a number, from it and the decimals.
    """

    label: Words | str
    values: np.ndarray
    color: str
    decimals: int = 2
    write: Callable[[float, int], Words] = fixed

    def words(self, row: int) -> Words:
        """The number of a row."""
        return self.write(float(self.values[row]), self.decimals)


class Readout(Drawing):
    """A row of numbers with labels above. Between two recorded epochs it shows the one that was last reached.

    Args:
        left, baseline, width: where the row stands; in the middle of that width if it is `centred`.
        epochs: (T,) the recorded ones. columns: what is shown.

    Attributes that a film moves:
        shown: (columns,) opacity of each, 0 … 1.
    """

    def __init__(
        self,
        left: float,
        baseline: float,
        width: float,
        look: Look,
        epochs: np.ndarray,
        columns: Sequence[Column],
        *,
        centred: bool = False,
    ) -> None:
        super().__init__((left, baseline - 0.1, left + width, baseline + LABEL_RISE + 0.25))
        self.look, self.epochs, self.columns = look, epochs, columns
        self.baseline = baseline
        self.shown = np.zeros(len(columns))
        self.size = SIZES.readout
        self._measure(width)
        if centred:
            self.rights += (self.frame[2] - self.rights[-1]) / 2

    def follow(self, epochs: np.ndarray, values: Sequence[np.ndarray]) -> None:
        """Show another run, from its start: epochs (T,) and what each column says in it, (T,) each."""
        self.epochs, self.epoch = epochs, 0.0
        self.columns = [replace(column, values=new) for column, new in zip(self.columns, values, strict=True)]

    def _measure(self, width: float) -> None:
        """Columns as wide as their widest number; all a little smaller where the row would be too long."""
        self.labels = [self.look.stamp(c.label, SIZES.label, self.look.theme.muted) for c in self.columns]
        names = np.array([label.width for label in self.labels])
        numbers = np.array(
            [max(self._stamp(column, row).width for row in self._widest_rows(column)) for column in self.columns]
        )
        room = width - GAP * (len(self.columns) - 1)
        shrink = next(
            s for s in np.linspace(1, SMALLEST, 21) if np.maximum(names, s * numbers).sum() <= room or s == SMALLEST
        )
        self.size *= shrink
        widths = np.maximum(names, shrink * numbers)
        self.rights = np.cumsum(widths + GAP) - GAP + self.frame[0]

    def _widest_rows(self, column: Column) -> list[int]:
        """Rows that may be the widest: the longest plain numbers and the longest powers of ten."""
        texts = [column.words(row).plain for row in range(len(column.values))]
        powers = [i for i, text in enumerate(texts) if "×" in text]
        others = [i for i, text in enumerate(texts) if "×" not in text]
        return [i for rows in (powers, others) for i in sorted(rows, key=lambda i: len(texts[i]))[-3:]]

    def row(self) -> int:
        """The recorded row that the present epoch shows: the last one reached, or reached but for a hair."""
        return reached(self.epochs, self.epoch)

    def text(self, column: int) -> str:
        """What a column says now."""
        chosen = self.columns[column]
        return chosen.words(self.row()).plain

    def _stamp(self, column: Column, row: int) -> Stamp:
        return self.look.stamp(column.words(row), self.size, column.color)

    def draw(self, brush: Brush) -> None:
        """Draw the present numbers."""
        row = self.row()
        for column, label, right, shown in zip(self.columns, self.labels, self.rights, self.shown, strict=True):
            label.put(
                brush,
                right,
                self.baseline + LABEL_RISE + (label.low + label.high) / 2,
                shown * self.opacity,
                1.0,
            )
            number = self._stamp(column, row)
            middle = self.baseline + (number.low + number.high) / 2
            number.put(brush, right, middle, shown * self.opacity, anchor=1.0)
