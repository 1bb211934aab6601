"""Matrices as blocks of numbers, all to one scale, that glide from one arrangement to the next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle, Stamp, mix
from scenes.look import Look
from scenes.markup import Words
from scenes.theme import SIZES

WHOLE = 5
"""So many rows or columns are shown in full; of more the first three, an ellipsis and the last."""
HEIGHT = 0.46
AIR = 0.24
"""What a cell has around its number, in scene units."""
NUMBER = 0.27
"""The em of the numbers in the cells, in scene units."""
CORNER = 0.09
TINT = {"dark": 0.16, "light": 0.06}
"""The share of its colour that a block is filled with: as much as leaves its numbers their contrast."""
LEVEL = 0.3
"""What rises or sinks less than this, in scene units, goes straight."""
DOT, BETWEEN_DOTS = 0.028, 0.11


def slots(count: int) -> list[int | None]:
    """The rows (or columns) that are drawn of so many; None stands for the ellipsis."""
    return [*range(count)] if count <= WHOLE else [0, 1, 2, None, count - 1]


@dataclass(frozen=True, eq=False)
class Block:
    """A matrix of numbers.

    Attributes:
        key: a block of the same key in the next arrangement is the same block, and glides there.
        color: of its frame and ground.
        numbers: (R, C) what stands in each cell, as words.
        names: (R, C) what each number is called: one of the same name in the next arrangement is the same number.
        colors: (C,) of the numbers, column by column.
    """

    key: str
    color: str
    numbers: np.ndarray
    names: np.ndarray
    colors: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.numbers.shape[0], self.numbers.shape[1]

    def turned(self) -> "Block":
        """The same block with rows and columns changed; a block of many columns has one colour."""
        colors = np.repeat(self.colors[:1], self.shape[0])
        return replace(self, numbers=self.numbers.T, names=self.names.T, colors=colors)

    def size(self, cell: float) -> tuple[float, float]:
        """Width and height in scene units, for cells of that width."""
        rows, columns = (len(slots(count)) for count in self.shape)
        return columns * cell, rows * HEIGHT


@dataclass(frozen=True, eq=False)
class Placed:
    """A block with its lower left corner (x, y); `opacity` 0 where it waits to come out."""

    block: Block
    x: float
    y: float
    opacity: float = 1.0


@dataclass(frozen=True)
class Sign:
    """A piece of text: its markup, and where its middle stands."""

    key: str
    markup: str
    x: float
    y: float
    size: float = SIZES.label
    color: str | None = None
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class Stroke:
    """A polyline (n, 2): a bracket between sizes, or the frame of a cell that is empty."""

    key: str
    points: np.ndarray
    color: str
    dashed: bool = False
    opacity: float = 1.0


@dataclass(frozen=True)
class Arrangement:
    """What is seen at one time."""

    blocks: tuple[Placed, ...]
    signs: tuple[Sign, ...] = ()
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: words, or the dots of an ellipsis: "down" or "across". Its middle is (x, y).

    `block` is the key of the block that it is in.
    """

    x: float
    y: float
    content: Words
    color: str
    opacity: float
    block: str


class Seen(Protocol):
    """Anything that may be seen more or less."""

    @property
    def opacity(self) -> float:
        """0 … 1."""


DOWN, ACROSS = Words("⋮", "⋮"), Words("⋯", "⋯")


class Blocks(Drawing):
    """Arrangements of blocks, one after the other.

    Args:
        arrangements: blocks, numbers, signs and strokes that keep their name glide from one to the next; others fade.
        cell: the width of a cell, in scene units, see `width_for`.

    Attributes that a film moves:
        stage: which arrangement is seen, 0 … n - 1; between two whole numbers one turns into the next.
    """

    def __init__(self, frame: Rectangle, look: Look, arrangements: Sequence[Arrangement], cell: float) -> None:
        super().__init__(frame)
        self.look, self.theme = look, look.theme
        self.arrangements, self.cell = tuple(arrangements), cell
        self.stage = 0.0
        self._stamps: dict[tuple[str, float, str], Stamp] = {}
        self._cells = [dict(cells_of(one, cell)) for one in self.arrangements]
        self._signs = [{sign.key: sign for sign in one.signs} for one in self.arrangements]
        self._strokes = [{stroke.key: stroke for stroke in one.strokes} for one in self.arrangements]
        self._blocks = [{placed.block.key: placed for placed in one.blocks} for one in self.arrangements]

    def number(self, name: str) -> Cell | None:
        """The cell that a number is in now, None where there is none; as it will be once half the way is done."""
        return self._cells[round(self.stage)].get(name)

    def rectangle(self, key: str) -> np.ndarray:
        """left, bottom, right, top of a block as it stands now; it is in this arrangement and the next."""
        before, after, share = self._between()
        return self._edges(self._blocks[before][key], self._blocks[after][key], share)

    def _between(self) -> tuple[int, int, float]:
        before = int(np.clip(np.floor(self.stage), 0, len(self.arrangements) - 1))
        return before, min(before + 1, len(self.arrangements) - 1), self.stage - before

    def _edges(self, first: Placed, second: Placed, share: float) -> np.ndarray:
        """left, bottom, right, top on the way from one place to another."""
        (wide, high), (wider, higher) = first.block.size(self.cell), second.block.size(self.cell)
        across, up = course(second.y + higher / 2 - first.y - high / 2, share)
        x, y = first.x + across * (second.x - first.x), first.y + up * (second.y - first.y)
        return np.array([x, y, x + wide + across * (wider - wide), y + high + up * (higher - high)])

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        before, after, share = self._between()
        for first, second, seen in _pairs(self._blocks[before], self._blocks[after], share):
            color = mix(first.block.color, second.block.color, share)
            self._draw_block(brush, self._edges(first, second, share), color, seen)
        for one, other, seen in _pairs(self._strokes[before], self._strokes[after], share):
            points, dash = one.points + share * (other.points - one.points), (0.1, 0.09) if one.dashed else ()
            brush.line(points, mix(one.color, other.color, share), 0.03, seen * self.opacity, dash)
        for cell, next_cell, seen in _pairs(self._cells[before], self._cells[after], share):
            x, y = self._place(cell, next_cell, self._rise(before, after, next_cell.block), share)
            for content, color, part in _turning(cell.content, cell.color, next_cell.content, next_cell.color, share):
                self._draw_content(brush, x, y, content, color, part * seen * self.opacity)
        for sign, next_sign, seen in _pairs(self._signs[before], self._signs[after], share):
            x, y = self._place(sign, next_sign, None, share)
            self._draw_sign(brush, x, y, sign, next_sign, share, seen * self.opacity)

    def _rise(self, before: int, after: int, key: str) -> float | None:
        """How far a block's middle rises from one arrangement to the next, where it is in both."""
        sides = [arranged.get(key) for arranged in (self._blocks[before], self._blocks[after])]
        heights = [side.y + side.block.size(self.cell)[1] / 2 for side in sides if side is not None]
        return heights[1] - heights[0] if len(heights) == 2 else None

    def _place(self, one: "Cell | Sign", other: "Cell | Sign", rise: float | None, share: float) -> tuple[float, float]:
        across, up = course(other.y - one.y if rise is None else rise, share)
        return one.x + across * (other.x - one.x), one.y + up * (other.y - one.y)

    def _draw_sign(
        self, brush: Brush, x: float, y: float, sign: Sign, after: Sign, share: float, opacity: float
    ) -> None:
        colors = [one.color or self.theme.text for one in (sign, after)]
        for markup, color, part in _turning(sign.markup, colors[0], after.markup, colors[1], share):
            size = sign.size if markup == sign.markup else after.size
            self._stamp(markup, size, color).put(brush, x, y, part * opacity)

    def _draw_block(self, brush: Brush, edges: np.ndarray, color: str, seen: float) -> None:
        ground = mix(self.theme.background, color, TINT[self.theme.name])
        _round(brush, edges)
        brush.color(ground, seen * self.opacity)
        brush.context.fill()
        _round(brush, edges)
        brush.stroke(color, 0.03, seen * self.opacity)

    def _draw_content(self, brush: Brush, x: float, y: float, content: Words, color: str, opacity: float) -> None:
        if content in (DOWN, ACROSS):
            step = np.array([0.0, BETWEEN_DOTS]) if content == DOWN else np.array([BETWEEN_DOTS, 0.0])
            brush.dots(np.array([x, y]) + step * np.arange(-1, 2)[:, None], DOT, color, opacity)
            return
        self._stamp(content.typeset, NUMBER, color).put(brush, x, y, opacity)

    def _stamp(self, markup: str, size: float, color: str) -> Stamp:
        key = markup, size, color
        if key not in self._stamps:
            self._stamps[key] = self.look.stamp(markup, size, color)
        return self._stamps[key]


def width_for(look: Look, blocks: Sequence[Block]) -> float:
    """The width of a cell that holds every number that is drawn of these blocks, in scene units."""
    drawn = {words for block in blocks for _, _, words in _drawn(block)}
    return max(look.stamp(words, NUMBER).width for words in drawn if words not in (DOWN, ACROSS)) + AIR


def cells_of(arrangement: Arrangement, cell: float) -> Iterator[tuple[str, Cell]]:
    """The cells that are drawn of an arrangement, by the names of their numbers."""
    for placed in arrangement.blocks:
        block = placed.block
        rows, columns = (slots(count) for count in block.shape)
        top = placed.y + len(rows) * HEIGHT
        for i, j, words in _drawn(block):
            x, y = placed.x + (j + 0.5) * cell, top - (i + 0.5) * HEIGHT
            column = columns[j] if columns[j] is not None else 0
            name = (
                f"{block.names[rows[i] or 0, column]} dots" if words in (DOWN, ACROSS) else block.names[rows[i], column]
            )
            yield str(name), Cell(x, y, words, str(block.colors[column]), placed.opacity, block.key)


def around_cell(cell: Cell, width: float) -> np.ndarray:
    """A closed frame (5, 2) just within a cell of that width."""
    half = np.array([width / 2 - 0.06, HEIGHT / 2 - 0.06])
    return np.array([cell.x, cell.y]) + half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])


def _drawn(block: Block) -> Iterator[tuple[int, int, Words]]:
    """Row and column of each cell drawn, counted in slots, and what it holds."""
    rows, columns = (slots(count) for count in block.shape)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if row is None or column is None:
                yield i, j, DOWN if row is None else ACROSS
            else:
                yield i, j, block.numbers[row, column]


T = TypeVar("T", bound=Seen)
W = TypeVar("W")


def _pairs(first: Mapping[str, T], second: Mapping[str, T], share: float) -> Iterator[tuple[T, T, float]]:
    """What is in either of two arrangements: as it was, as it will be, and how much it is seen."""
    for key in {**first, **second}:
        one, other = first.get(key), second.get(key)
        if one is not None and other is not None:
            coming = min(1.0, 3 * share) if other.opacity > one.opacity else max(0.0, 3 * share - 2)
            yield one, other, one.opacity + coming * (other.opacity - one.opacity)
        elif one is not None:
            yield one, one, one.opacity * max(0.0, 1 - 2 * share)
        elif other is not None:
            yield other, other, other.opacity * max(0.0, 2 * share - 1)


def _turning(before: W, color: str, after: W, next_color: str, share: float) -> list[tuple[W, str, float]]:
    """A text with its colour and how much it is seen; where it changes, the old one goes before the new one comes."""
    if before == after:
        return [(before, mix(color, next_color, share), 1.0)]
    return [(before, color, max(0.0, 1 - 2 * share)), (after, next_color, max(0.0, 2 * share - 1))]


def course(rise: float, share: float) -> tuple[float, float]:
    """How far a thing has come across, and up, after a share of its way.

    What rises goes up first, what sinks goes across first, so that nothing goes through what stands beside it.
    """
    if abs(rise) < LEVEL:
        return share, share
    late, soon = share**3, 1 - (1 - share) ** 3
    return (late, soon) if rise > 0 else (soon, late)


def _round(brush: Brush, edges: np.ndarray) -> None:
    """Append a rectangle with round corners to the path."""
    left, bottom, right, top = edges
    corners = ((right, top, 0.0), (left, top, 0.5), (left, bottom, 1.0), (right, bottom, 1.5))
    inward = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * CORNER
    brush.context.new_sub_path()
    for (x, y, turn), (dx, dy) in zip(corners, inward, strict=True):
        brush.context.arc(x + dx, y + dy, CORNER, np.pi * turn, np.pi * (turn + 0.5))
    brush.context.close_path()
