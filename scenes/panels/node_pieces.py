"""What each node of a hidden layer makes of x: its u, its v and its weighted v, as rows of small plots."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import round_ticks, tick
from scenes.panels.network import hue
from scenes.panels.recorded import between
from scenes.panels.rows import PITCH, centres, pitch
from scenes.panels.strips import VEIL, strips
from scenes.theme import SIZES

U, V, WEIGHTED = 0, 1, 2
"""The columns: pre-activation, activation, and the activation times the weight that it leaves with."""

GAP = 0.16
"""Between columns, in scene units."""

FILLED = 0.86
"""Share of a row's height that its plots take."""

FULL = 0.46
"""Share of a plot's height from zero, in its middle, to the largest size drawn."""

TICKS = 4
"""About so many numbers tell the scale of a row."""

BESIDE = 0.45
"""Room for these numbers to the right of the last column; the grid's frame includes it."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """The pieces of a net with H hidden nodes, at N places, over T recorded states.

    Attributes:
        x: (N,) ascending.
        epochs: (T,) as recorded.
        at_row: gives (3, N, H) of a recorded state: pre-activations, activations, weighted activations.
        count: H.
        reach: the largest size drawn: all small plots have one scale.
    """

    x: np.ndarray
    epochs: np.ndarray
    at_row: Callable[[int], np.ndarray]
    count: int
    reach: float

    def at(self, epoch: float) -> np.ndarray:
        """The pieces (3, N, H) at a (fractional) epoch; a straight blend between two recorded states."""
        row, after, share = between(self.epochs, epoch)
        here = self.at_row(row)
        return here if share <= 0 else (1 - share) * here + share * self.at_row(after)


class NodePieces(Drawing):
    """A grid: a row for each node, columns u, v, weighted v, all to one scale, which ticks beside each row tell.

    Args:
        heads: of the three columns, markup.
        most: from one row to the next at most.
        first: the first column that there is; those before it take no room.

    Attributes that a film moves, each 0 … 1:
        columns: (3,) opacities. rows: (H,) opacities.
        asleep: how strongly the part is veiled in which a node is not active, u <= 0.
        lent: (H,) how far the weighted piece of a node has gone elsewhere: only a trace of it is left behind.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        pieces: Pieces,
        heads: tuple[str | Words, str | Words, str | Words],
        most: float = PITCH,
        first: int = U,
    ) -> None:
        super().__init__(frame)
        self.theme, self.pieces, self.most, self.first = look.theme, pieces, most, first
        self.columns, self.rows, self.lent = np.zeros(3), np.ones(pieces.count), np.zeros(pieces.count)
        self.asleep = 0.0
        self._heads = [look.stamp(head, SIZES.label, look.theme.muted) for head in heads]
        self.ticks = [value for value in round_ticks(-pieces.reach, pieces.reach, TICKS) if value]
        step = self.ticks[-1] if self.ticks else 1.0
        self._numbers = [look.stamp(tick(value, step), SIZES.tick, look.theme.muted) for value in self.ticks]
        self._memory: tuple[float, np.ndarray] | None = None

    def now(self) -> np.ndarray:
        """The pieces (3, N, H) of the present epoch."""
        if self._memory is None or self._memory[0] != self.epoch:
            self._memory = (self.epoch, self.pieces.at(self.epoch))
        return self._memory[1]

    def pitch(self) -> float:
        """From one row to the next."""
        return pitch(self.frame, self.pieces.count, self.most)

    def tile(self, column: int, row: int) -> np.ndarray:
        """left, bottom, right, top of a small plot."""
        left, _, right, _ = self.frame
        width = (right - BESIDE - left - (2 - self.first) * GAP) / (3 - self.first)
        half = FILLED * self.pitch() / 2
        middle = centres(self.frame, self.pieces.count, self.most)[row]
        start = left + (column - self.first) * (width + GAP)
        return np.array([start, middle - half, start + width, middle + half])

    def place(self, column: int, row: int, x: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2) of what a node makes of x; zero lies in the middle."""
        left, bottom, right, top = self.tile(column, row)
        across = self._across(left, right, np.asarray(x))
        up = FULL * (top - bottom) * np.asarray(values) / self.pieces.reach
        return np.stack([across, (bottom + top) / 2 + up], axis=1)

    def _across(self, left: float, right: float, x: np.ndarray) -> np.ndarray:
        """Where x lies between two sides of a small plot, with a little room at either."""
        low, high = self.pieces.x[0], self.pieces.x[-1]
        return np.asarray(left + (right - left) * (0.05 + 0.9 * (x - low) / (high - low)))

    def curve(self, column: int, row: int) -> np.ndarray:
        """Scene coordinates (N, 2) of a piece at the present epoch."""
        return self.place(column, row, self.pieces.x, self.now()[column, :, row])

    def hue_of(self, column: int, row: int) -> str:
        """The hue of the weight that made a piece; v, which is cut and not weighted, has none."""
        values = self.now()[column, :, row]
        if column == V or not np.isfinite(values).all():
            return self.theme.text
        if column == U:
            return hue(self.theme, float(values[-1] - values[0]))
        most = np.argmax(np.abs(values))
        return hue(self.theme, float(values[most] * np.sign(self.now()[V, most, row])))

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        top = centres(self.frame, self.pieces.count, self.most)[0] + self.pitch() / 2
        for column, head in enumerate(self._heads):
            shown = self.columns[column] * self.opacity
            if shown <= 0:
                continue
            left, _, right, _ = self.tile(column, 0)
            head.put(brush, (left + right) / 2, top + 0.16, shown)
            for row in range(self.pieces.count):
                self._draw_tile(brush, column, row, shown * self.rows[row])
        last = int(np.flatnonzero(self.columns > 0)[-1]) if (self.columns > 0).any() else 0
        for row in range(self.pieces.count):
            self._draw_ticks(brush, last, row, self.columns[last] * self.opacity * self.rows[row])

    def _draw_ticks(self, brush: Brush, column: int, row: int, opacity: float) -> None:
        """Beside the last plot of a row, where there is room for them."""
        right = float(self.tile(column, row)[2])
        levels = self.place(column, row, np.zeros(len(self.ticks)), np.array(self.ticks))[:, 1]
        for level in levels:
            brush.line(np.array([[right, level], [right + 0.07, level]]), self.theme.muted, 0.02, opacity)
        if len(levels) and np.diff(levels).min(initial=np.inf) > 1.5 * SIZES.tick:
            for number, level in zip(self._numbers, levels, strict=True):
                if number.width <= BESIDE - 0.1:
                    number.put(brush, right + 0.12, level, opacity, anchor=0.0)

    def _draw_tile(self, brush: Brush, column: int, row: int, opacity: float) -> None:
        left, bottom, right, top = self.tile(column, row)
        box = np.array([[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]])
        brush.context.save()
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        self._draw_asleep(brush, row, (left, bottom, right, top), opacity * self.asleep)
        self._draw_zero(brush, column, row, opacity)
        curve = self.curve(column, row)
        if np.isfinite(curve).all():
            strength = opacity * (1 - 0.8 * self.lent[row] * (column == WEIGHTED))
            brush.line(np.clip(curve, -1e4, 1e4), self.hue_of(column, row), self._thickness(), strength)
        brush.context.restore()
        brush.line(box, self.theme.faint, 0.014, opacity)

    def _thickness(self) -> float:
        return float(np.clip(0.05 * self.pitch(), 0.032, 0.06))

    def _draw_zero(self, brush: Brush, column: int, row: int, opacity: float) -> None:
        """Thin lines where x is zero and where the value is."""
        left, bottom, right, top = self.tile(column, row)
        level = (bottom + top) / 2
        brush.line(np.array([[left, level], [right, level]]), self.theme.faint, 0.016, opacity)
        middle = float(self.place(column, row, np.zeros(1), np.zeros(1))[0, 0])
        brush.line(np.array([[middle, bottom], [middle, top]]), self.theme.faint, 0.016, opacity)

    def _draw_asleep(self, brush: Brush, row: int, tile: tuple[float, ...], opacity: float) -> None:
        """A veil where the node is not active."""
        left, bottom, right, top = tile
        for ends in strips(self.pieces.x, self.now()[U, :, row] <= 0) if opacity > 0 else []:
            start, end = np.clip(self._across(left, right, np.clip(ends, -1e9, 1e9)), left, right)
            corners = np.array([[start, bottom], [end, bottom], [end, top], [start, top]])
            brush.polygon(corners, self.theme.muted, VEIL * opacity)
