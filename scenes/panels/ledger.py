"""Two columns of recorded numbers, what one is beside the other between them, a row for each quantity."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle, Stamp
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed
from scenes.panels.numerals import Numerals
from scenes.panels.recorded import reached
from scenes.theme import SIZES

SIZE, SMALLEST = 0.32, 0.26
"""Of the numbers; where they are too long for their columns all become smaller, not below."""
ENDS = (0.425, 0.9)
"""Shares of the width at which the two columns of numbers end; between them stands the comparison."""
NAMES = 0.17
"""Share of the width that the names of the rows take."""
SAMPLES = 200
"""So many states are measured for the width of the numbers, besides the first ones."""


@dataclass(frozen=True, eq=False)
class Row:
    """A quantity.

    Attributes:
        name: what stands before it.
        values: of the two columns, (T,) each, or (T, 2) where it has two parts.
        color: of the numbers.
        between: the comparison in a recorded state.
        decimals: after the point, in the left column. more: so many more in the right one.
        write: how a value becomes a number, from it and the decimals.
    """

    name: Words | str
    values: tuple[np.ndarray, np.ndarray]
    color: str
    between: Callable[[int], Words]
    decimals: int = 2
    write: Callable[[float, int], Words] = fixed
    more: int = 0

    def parts(self, column: int, row: int) -> list[Words]:
        """The numbers of a column in a recorded state: one or two."""
        decimals = self.decimals + column * self.more
        return [self.write(float(value), decimals) for value in np.atleast_1d(self.values[column][row])]


class Ledger(Drawing):
    """Rows of numbers of two runs at one epoch, right-aligned, so that digits do not jump.

    Args:
        epochs: (T,) those of both runs. rows: from top to bottom.

    Attributes that a film moves:
        shown: (rows,) opacity of each. compared: (rows,) opacity of each one's comparison.
    """

    def __init__(self, frame: Rectangle, look: Look, epochs: np.ndarray, rows: Sequence[Row]) -> None:
        super().__init__(frame)
        self.look, self.epochs, self.rows = look, epochs, tuple(rows)
        self.shown, self.compared = np.zeros(len(self.rows)), np.zeros(len(self.rows))
        self._names = [look.stamp(row.name, SIZES.label, look.theme.muted) for row in self.rows]
        first, later = np.arange(min(len(epochs), SAMPLES)), np.linspace(0, len(epochs) - 1, SAMPLES).astype(int)
        self._measured = np.unique([*first, *later]).tolist()
        self._numerals = Numerals(look, SIZE)
        cells = [(row, column) for row in self.rows for column in (0, 1)]
        widest = max(sum(self._slots(*cell)) + self._extra(cell[0]) for cell in cells)
        self.size = float(np.clip(SIZE * self._room() / widest, SMALLEST, SIZE))
        self._numerals = Numerals(look, self.size)
        self._widths = [(self._slots(row, 0), self._slots(row, 1)) for row in self.rows]
        self._marks = {mark: look.stamp(mark, self.size, look.theme.muted) for mark in "(,)"}

    def _room(self) -> float:
        return float((self.frame[2] - self.frame[0]) * (ENDS[0] - NAMES))

    def _extra(self, row: Row) -> float:
        """What brackets, comma and spaces take."""
        return 2.0 * SIZE if row.values[0].ndim > 1 else 0.0

    def _slots(self, row: Row, column: int) -> list[float]:
        """Widths of the parts of a cell: the widest number of each that is ever shown."""
        states = [row.parts(column, k) for k in self._measured]
        return [max(self._stamp(words, row).width for words in _longest(many)) for many in zip(*states, strict=True)]

    def _stamp(self, words: Words, row: Row) -> Stamp:
        return self._numerals.stamp(words, row.color)

    def row(self) -> int:
        """The recorded state that the present epoch shows."""
        return reached(self.epochs, self.epoch)

    def text(self, row: int, column: int) -> str:
        """What stands in a row and a column now."""
        parts = [words.plain for words in self.rows[row].parts(column, self.row())]
        return parts[0] if len(parts) == 1 else f"({', '.join(parts)})"

    def comparison(self, row: int) -> str:
        """What stands between the two columns now."""
        return self.rows[row].between(self.row()).plain

    def level(self, row: int) -> float:
        """Of the middle of a row."""
        _, bottom, _, top = self.frame
        return float(top - (row + 0.5) * (top - bottom) / len(self.rows))

    def draw(self, brush: Brush) -> None:
        """Draw the present numbers."""
        left, _, right, _ = self.frame
        ends = [float(left + share * (right - left)) for share in ENDS]
        middle = (ends[0] + ends[1] - self._room()) / 2
        for number, row in enumerate(self.rows):
            base, shown = self.level(number) - 0.36 * self.size, float(self.shown[number]) * self.opacity
            if shown <= 0:
                continue
            name = self._names[number]
            name.put(brush, left, base + (name.low + name.high) / 2, shown, 0.0)
            for column, end in enumerate(ends):
                self._draw_cell(brush, number, column, end, base, shown)
            said = self.look.stamp(row.between(self.row()), self.size, self.look.theme.text)
            middle_line = base + (said.low + said.high) / 2
            said.put(brush, middle, middle_line, shown * float(self.compared[number]))

    def _draw_cell(self, brush: Brush, number: int, column: int, end: float, base: float, shown: float) -> None:
        """One or two numbers, the last one's right end at `end`, on a baseline."""
        row, widths = self.rows[number], self._widths[number][column]
        stamps = [self._stamp(words, row) for words in row.parts(column, self.row())]
        if len(stamps) == 1:
            self._put(brush, stamps[0], end, base, shown)
            return
        comma = end - 0.16 * self.size - widths[1] - 0.35 * self.size
        self._put(brush, stamps[0], comma - 0.05 * self.size, base, shown)
        self._put(brush, stamps[1], end - 0.16 * self.size, base, shown)
        opening = comma - 0.05 * self.size - stamps[0].width - 0.12 * self.size
        for mark, right in (("(", opening), (",", comma + 0.2 * self.size), (")", end + 0.2 * self.size)):
            self._put(brush, self._marks[mark], right, base, shown)

    def _put(self, brush: Brush, stamp: Stamp, right: float, base: float, shown: float) -> None:
        stamp.put(brush, right, base + (stamp.low + stamp.high) / 2, shown, 1.0)


def _longest(words: Sequence[Words], most: int = 4) -> list[Words]:
    """Those that may be the widest: the longest plain numbers and the longest powers of ten."""
    powers = {word for word in words if "×" in word.plain}
    both = [sorted(some, key=lambda word: len(word.plain))[-most:] for some in (powers, set(words) - powers)]
    return [word for some in both for word in some]
