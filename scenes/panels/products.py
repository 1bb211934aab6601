"""Where the blocks of X · weightᵀ + bias = ŷ stand: in a row, or with the weight lying upon the columns of X."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from scenes.drawing import Rectangle
from scenes.look import Look
from scenes.panels.blocks import HEIGHT, Arrangement, Block, Placed, Sign, Stroke, slots

OPERATOR = 0.4
"""The em of an operator."""
GAP = 0.5
"""What an operator takes between two blocks, in scene units."""
LID = 0.09
"""Between the weight and the columns that it lies upon."""
NAME, SHAPE = 0.3, 0.66
"""How far below the blocks their names and their shapes stand."""
ABOVE = HEIGHT + 0.26
"""From the foot of the block that lies on top to its shape."""
AGAIN = " again"
LINK, VERDICT = 0.9, 1.1
"""How far below the blocks the line between two sizes runs, and what stands under it."""

Verdict = Literal["fit", "misfit"]


@dataclass(frozen=True, eq=False)
class Product:
    """What a layer makes of its input.

    Attributes:
        given: the input, (N, I). weight: (O, I) as torch keeps it. bias, made: (1, O) and (N, O), or None.
        names: markup for each block, by its key.
    """

    given: Block
    weight: Block
    bias: Block | None = None
    made: Block | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def after(self) -> list[tuple[str, Block]]:
        """What follows the product, each with the sign before it."""
        follows = (("$+$", self.bias), ("$=$", self.made))
        return [(sign, block) for sign, block in follows if block is not None]


@dataclass(frozen=True, eq=False)
class Workbench:
    """Puts products into the middle of a frame.

    Attributes:
        cell: the width of a cell. lift: how far above the frame's middle the blocks' middle is.
    """

    look: Look
    cell: float
    frame: Rectangle
    lift: float = 0.0

    @property
    def middle(self) -> float:
        """The height of the blocks' middle."""
        return (self.frame[1] + self.frame[3]) / 2 + self.lift

    def in_a_row(self, product: Product, verdict: Verdict | None = None) -> Arrangement:
        """X · weightᵀ + bias = ŷ; where asked, the two sizes that must agree are compared."""
        parts = [("", product.given), ("$bold(dot)$", product.weight.turned()), *product.after]
        blocks, signs = self._line(parts)
        foot = min(placed.y for placed in blocks)
        words = [sign for placed in blocks for sign in self._label(product, placed, foot, verdict, standing=True)]
        ends = [next(word for word in words if word.key == key) for key in ("input columns", "weight in")]
        strokes, says = self._link(ends, foot, verdict) if verdict else ((), ())
        return Arrangement(tuple(blocks), (*signs, *words, *says), strokes)

    def upon(self, product: Product, *, row: int | None = None) -> Arrangement:
        """The weight lies upon X, each number above the column that it multiplies; columns without one are marked.

        Where the two do not fit, the weight's shape is that of torch's message: its rows are compared with the columns.

        Args:
            product: what is shown.
            row: of the input, if one shall be framed together with what is made of it.
        """
        blocks, signs = self._line([("", product.given), *product.after])
        given, foot = blocks[0], min(placed.y for placed in blocks)
        lid = self._lid(given, product.weight)
        fits = product.given.shape[1] == product.weight.shape[1]
        verdict: Verdict | None = None if fits else "misfit"
        words = [sign for placed in blocks for sign in self._label(product, placed, foot, verdict)]
        words += self._label(product, lid, foot, verdict, standing=not fits, above=True)
        frames = [] if row is None else self._row_frames(blocks, row)
        missing = () if fits else self._missing(product, given, lid.y)
        return Arrangement((*blocks, lid), (*signs, *words, *missing), tuple(frames))

    def both_ways(self, first: Product, second: Product) -> Arrangement:
        """The first as `upon` shows it, and to the right of what is made of it, the second's X with its weight.

        The second's blocks and numbers are named with "again" after their names.
        """
        other = again(second.given)
        blocks, signs = self._line([("", first.given), *first.after, ("$=$", other)])
        foot = min(placed.y for placed in blocks)
        lids = [self._lid(blocks[0], first.weight), self._lid(blocks[-1], again(second.weight))]
        words = [sign for placed in blocks[:-1] for sign in self._label(first, placed, foot)]
        words += self._label(first, lids[0], foot, above=True) + self._label(second, lids[1], foot, above=True)
        return Arrangement((*blocks, *lids), (*signs, *words, *self._label(second, blocks[-1], foot)))

    def _lid(self, given: Placed, weight: Block) -> Placed:
        """The weight where it lies upon the columns of the input."""
        return Placed(weight, given.x, given.y + given.block.size(self.cell)[1] + LID)

    def _line(self, parts: list[tuple[str, Block]]) -> tuple[list[Placed], list[Sign]]:
        """Blocks from left to right, all around the middle, with a sign before each but the first."""
        sizes = [block.size(self.cell) for _, block in parts]
        x = (self.frame[0] + self.frame[2] - sum(w for w, _ in sizes) - GAP * (len(parts) - 1)) / 2
        blocks, signs = [], []
        for (sign, block), (width, height) in zip(parts, sizes, strict=True):
            if sign:
                signs.append(Sign(f"before {block.key}", sign, x + GAP / 2, self.middle, OPERATOR))
                x += GAP
            blocks.append(Placed(block, x, self.middle - height / 2))
            x += width
        return blocks, signs

    def _label(
        self, product: Product, placed: Placed, foot: float, verdict: Verdict | None = None, *,
        standing: bool = False, above: bool = False,
    ) -> list[Sign]:  # fmt: skip
        """Name and shape of a block, below the lowest one's foot or above the block; inner sizes take a colour."""
        block, key = placed.block, placed.block.key
        middle = placed.x + block.size(self.cell)[0] / 2
        stands = standing and key == "weight"
        name, shape = (foot - NAME, foot - SHAPE) if not above else (placed.y + ABOVE + SHAPE - NAME, placed.y + ABOVE)
        markup = product.names["weight standing" if stands else key.removesuffix(AGAIN)]
        return [
            Sign(f"{key} name", markup, middle, name),
            *self._shape(block.turned() if stands and above else block, middle, shape, verdict, stands),
        ]

    def _shape(self, block: Block, middle: float, y: float, verdict: Verdict | None, stands: bool) -> list[Sign]:
        """100 × 2 in three pieces, so that each size can be spoken of."""
        theme, inner = self.look.theme, ("input columns", "weight in")
        names = ("out", "in") if block.key.startswith("weight") else ("rows", "columns")
        keys = [f"{block.key} {name}" for name in (names[::-1] if stands else names)]
        lit = {"fit": theme.text, "misfit": theme.loss}.get(verdict or "", theme.muted)
        texts = [str(block.shape[0]), "×", str(block.shape[1])]
        if block.key == "bias":  # torch keeps it as a row of numbers, without a second dimension
            return [Sign("bias columns", texts[2], middle, y, color=theme.muted)]
        widths = [self.look.stamp(text).width for text in texts]
        x, signs = middle - sum(widths) / 2, []
        for key, text, width in zip((keys[0], f"{block.key} times", keys[1]), texts, widths, strict=True):
            signs.append(Sign(key, text, x + width / 2, y, color=lit if key in inner else theme.muted))
            x += width
        return signs

    def _link(self, ends: list[Sign], foot: float, verdict: Verdict) -> tuple[tuple[Stroke, ...], tuple[Sign, ...]]:
        """A line from one size to the other, and whether they are equal."""
        color = self.look.theme.text if verdict == "fit" else self.look.theme.loss
        (left, right), low, high = (end.x for end in ends), foot - LINK - 0.06, foot - LINK + 0.06
        points = np.array([[left, high], [left, low], [right, low], [right, high]])
        equal = "$=$" if verdict == "fit" else "$eq.not$"
        sign = Sign("verdict", equal, (left + right) / 2, foot - VERDICT - 0.09, color=color)
        return (Stroke("link", points, color),), (sign,)

    def _missing(self, product: Product, given: Placed, y: float) -> tuple[Sign, ...]:
        """A question mark above each column of the input that has no weight, and dots where there are more of them."""
        color, columns = self.look.theme.loss, slots(product.given.shape[1])
        places = range(len(slots(product.weight.shape[1])), len(columns))
        marks = ["?" if columns[j] is not None else "$dots.c$" for j in places]
        at = [given.x + (j + 0.5) * self.cell for j in places]
        named = zip(places, marks, at, strict=True)
        return tuple(Sign(f"no weight {j}", mark, x, y + HEIGHT / 2, OPERATOR, color) for j, mark, x in named)

    def _row_frames(self, blocks: list[Placed], row: int) -> list[Stroke]:
        """Frames around a row of the first block and of the last."""
        ends = {"input row": blocks[0], "output row": blocks[-1]}
        color, strokes = self.look.theme.text, []
        for key, placed in ends.items():
            width, height = placed.block.size(self.cell)
            points = _around(placed.x, placed.y + height - (row + 1) * HEIGHT, width, HEIGHT, -0.045)
            strokes.append(Stroke(key, points, color))
        return strokes


def again(block: Block) -> Block:
    """The same block under other names, to stand beside the first."""
    names = np.array([[f"{name}{AGAIN}" for name in row] for row in block.names])
    return replace(block, key=f"{block.key}{AGAIN}", names=names)


def _around(x: float, y: float, width: float, height: float, room: float) -> np.ndarray:
    """A closed rectangle (5, 2) with some room around it."""
    left, bottom, right, top = x - room, y - room, x + width + room, y + height + room
    return np.array([[left, bottom], [right, bottom], [right, top], [left, top], [left, bottom]])
