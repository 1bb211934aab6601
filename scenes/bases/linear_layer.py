"""What the film of torch.nn.Linear is made of: its layers as blocks of numbers, and as lines upon a plot."""

from dataclasses import replace
from typing import Any

import numpy as np

from learning.history import History
from scenes.drawing import Rectangle, Tween
from scenes.figures import linear_layer as figures
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.look import Look
from scenes.markup import Words
from scenes.material import linear_layer as material
from scenes.panels.blocks import Arrangement, Block, Blocks, Placed, Sign, Stroke, around_cell, cells_of, width_for
from scenes.panels.close_up import CloseUp
from scenes.panels.data_plot import DataPlot
from scenes.panels.line_marks import LineMarks
from scenes.panels.products import GAP, Product, Workbench
from scenes.parameters import LinearLayerParameters
from scenes.theme import SIZES, TIMING

FLOOR = BOTTOM + 0.55
TABLE: Rectangle = (LEFT, FLOOR, 1.0, 2.5)
WIDE: Rectangle = (LEFT, FLOOR, RIGHT, 2.5)
PLOT: Rectangle = (1.25, FLOOR, RIGHT, 2.6)
MESSAGE, SUM = FLOOR + 0.25, FLOOR + 0.25

ONE_COLUMN, TWO_COLUMNS = "#data[$x$]", "$X = [thin 1 #h(0.5em) #data[$x$]thin]$"
CLOSED, OPEN, SHAPES, FIT, UPON, ROW, COLUMNS, COLUMNS_UPON = range(8)
TOO_WIDE, TOO_WIDE_SIZES, TOO_WIDE_UPON, STANDING, FLAT, FLAT_UPON = range(8, 14)
FORGOTTEN, FORGOTTEN_UPON, TOGETHER = range(14, 17)
"""The arrangements of the layers' blocks, in the order of the film."""

FORGOT = "torch.nn.Linear(2, 1)  # bias=False?"
"""The layer of whose bias nobody thought, with what is missing."""


def code(text: str) -> str:
    """Markup of a line of Python."""
    return f'#raw("{text}")'


class LinearLayerFilm(Film):
    """The panels of the film.

    Attributes:
        layer, columns, unwanted: the layers as torch makes them. first, ways: the homework's, before and after.
        plot, marks, blocks: the layers' lines and their numbers. solved, solution: the homework's.
        beside: where the homework's plot stands beside both ways.
    """

    parameters: LinearLayerParameters

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        runs = self.histories
        self.layer, self.columns, self.unwanted = (runs[label] for label in ("layer", "columns", "forgotten"))
        self.first, self.ways = runs["homework"], (runs["with bias"], runs["without bias"])
        self.figures = {
            **figures.of_layer(self.layer),
            **figures.of_columns(self.columns),
            **figures.of_forgotten(self.unwanted),
            "inside": figures.inside(self.layer, material.close([self.layer, self.columns, self.unwanted])),
            **figures.of_refusals(self.layer),
            **figures.of_homework(self.first, self.ways, self.parameters.line),
        }
        self._draw_lines()
        self.blocks = self.layers = self._blocks_of_layers()
        self.solution = self._blocks_of_homework()
        self.solved.opacity = self.solution.opacity = 0.0

    def _draw_lines(self) -> None:
        """The plots: of the layers upon their data, and of the homework."""
        runs, run = [self.layer, self.columns, self.unwanted], self.layer
        said, close = np.stack([each.yhat[0] for each in runs]), material.close(runs)
        zoomed = self.markup("box.zoomed")
        self.plot = CloseUp(PLOT, self.look, run.x, run.y, np.arange(3), said, close=close, said=zoomed, slim=True)
        self.marks = LineMarks(self.look, self.plot, *np.array([material.line(each) for each in runs]).T)
        wanted = material.asked(self.first, self.parameters.line)
        solved = np.stack([each.yhat[0] for each in (self.first, *self.ways)])
        self.solved = DataPlot(PLOT, self.look, self.first.x, wanted, np.arange(3), solved, wanted, upon=True)
        self.plot.axes = self.solved.axes = 1.0
        self.clock(self.plot, self.marks)

    def come_to_the_line(self, **marks: float) -> Tween:
        """Numbers go from their cells to their marks upon the line."""
        cells = [self.blocks.number(name) for name in ("w0", "w1")]
        self.marks.sources = np.array([[cell.x, cell.y] for cell in cells if cell is not None])
        return self.marks.to(run_time=TIMING.slow, **marks)

    def take_homework(self) -> Tween:
        """Put the homework's panels in the place of the layers'; they appear."""
        self.blocks = self.solution
        self.restart(self.solved)
        self.add(self.solved, self.blocks)
        return self.solved.to(opacity=1, points_shown=1, truth=1, estimate=1, residuals=1, run_time=TIMING.slow)

    def arrange(self, key: str, stage: int, *others: Any, epoch: int | None = None, last: bool = False) -> None:
        """Say something and bring the blocks into the next arrangement; the line, too, where it is another epoch's."""
        blocks = self.blocks.to(stage=stage, run_time=TIMING.slow)
        if epoch is None:
            self.play(self.say(key), blocks, *others)
        else:
            self.proceed(epoch, np.array([TIMING.slow]), self.say(key), blocks, *others)
        self.until_read(TIMING.key, less=TIMING.hold * last)

    # Blocks

    def product(self, run: History) -> Product:
        """What a layer makes of its input."""
        bias, wide = material.bias(run), material.inputs(run)
        held = ["w1"] if wide == 1 else ["w0", "w1"]
        extra = None if bias is None else self._estimate("bias", bias, ["w0" if wide == 1 else "extra"])
        made = self._estimate("output", run.yhat[0][:, None], [f"made {row}" for row in range(len(run.x))])
        weight = self._estimate("weight", material.weight(run), held)
        names = {
            "input": (ONE_COLUMN, TWO_COLUMNS)[wide - 1], "weight": code("weight"),
            "weight standing": code("weight.T"), "bias": code("bias"), "output": "$#estimate[$hat(y)$]$",
        }  # fmt: skip
        return Product(self._given(run), weight, extra, made, names)

    def misfit(self, given: Block, name: str) -> Product:
        """An input that Linear(1, 1) does not take, with the names that torch's message has for the two."""
        named = self.product(self.layer)
        names = {
            **named.names,
            "input": f"{code('mat1')} $=$ {name}",
            "weight standing": code("mat2 = weight.T"),
        }
        return Product(given, named.weight, names=names)

    def _given(self, run: History) -> Block:
        """The input: x as a column, or X = [1 x]."""
        values, theme = material.matrix(run), self.theme
        shown, skip = figures.all_written(values), 2 - values.shape[1]
        if not skip:
            shown[:, 0] = [Words("1", "1")] * len(values)
        names = np.array([[f"one {row}", f"x {row}"][skip:] for row in range(len(values))])
        return Block("input", theme.data, shown, names, np.array([theme.text, theme.data])[skip:])

    def _estimate(self, key: str, values: np.ndarray, names: list[str]) -> Block:
        color = self.theme.estimate
        named = np.array(names).reshape(values.shape)
        return Block(key, color, figures.all_written(values), named, np.repeat(color, values.shape[1]))

    def settings(self, way: int) -> str:
        """Markup of the homework's weights, as torch writes them: with bias (1), or without (2)."""
        intercept, slope = (float(f"{value:.6g}") for value in self.parameters.line)
        line = code((f"weight = [[{slope}]]  bias = [{intercept}]", f"weight = [[{intercept}, {slope}]]")[way - 1])
        room = RIGHT - LEFT - self.title().advance - 0.5
        return f"#text(size: {min(1.0, room / self.look.stamp(line, SIZES.formula).width)}em)[{line}]"

    def _blocks_of_layers(self) -> Blocks:
        """All that happens to the layers' blocks, in the order of the constants above."""
        layer, columns, forgotten = (self.product(run) for run in (self.layer, self.columns, self.unwanted))
        cell = _widest(self.look, layer, columns, forgotten)
        table, wide = Workbench(self.look, cell, TABLE), Workbench(self.look, cell, WIDE, 0.15)
        too_wide = self.misfit(columns.given, "$X$")
        flat_row = wide.in_a_row(self.misfit(layer.given.turned(), ONE_COLUMN), "misfit")
        standing = replace(layer, bias=None, made=None)
        return Blocks(WIDE, self.look, [
            self._box(layer, opened=False), self._box(layer, opened=True),
            table.in_a_row(layer), table.in_a_row(layer, "fit"), table.upon(layer), table.upon(layer, row=0),
            table.in_a_row(columns, "fit"), table.upon(columns, row=0),
            wide.in_a_row(too_wide), wide.in_a_row(too_wide, "misfit"), self._message(wide.upon(too_wide), "message"),
            wide.in_a_row(standing), flat_row, self._message(flat_row, "message_flat"),
            table.in_a_row(forgotten, "fit"),
            self._sum(table.upon(forgotten), cell, seen=False), self._sum(table.upon(forgotten), cell, seen=True),
        ], cell)  # fmt: skip

    def _blocks_of_homework(self) -> Blocks:
        """The layer as it is made, with the weights that are asked for, and the other way."""
        first, bias, ones = (self.product(run) for run in (self.first, *self.ways))
        cell = _widest(self.look, first, bias, ones)
        table = Workbench(self.look, cell, TABLE)
        width = 5 * cell + 3 * GAP
        both = Workbench(self.look, cell, (LEFT, FLOOR, LEFT + width, TABLE[3])).both_ways(bias, ones)
        self.beside = (max(LEFT + width + 0.25, PLOT[0]), *PLOT[1:])
        return Blocks(TABLE, self.look, [table.upon(first), _about_to_copy(table.upon(bias)), both], cell)

    def _box(self, layer: Product, *, opened: bool) -> Arrangement:
        """The layer as a box between x and the estimate; its two numbers wait within, or are seen."""
        assert layer.bias is not None
        x, y = (TABLE[0] + TABLE[2]) / 2, (TABLE[1] + TABLE[3]) / 2
        half, high = (1.9, 1.25) if opened else (1.5, 0.6)
        wide, far = layer.weight.size(width_for(self.look, [layer.weight, layer.bias]))[0], 0.85 if opened else 0.0
        placed = [
            Placed(block, x + side * far - wide / 2, y - 0.75, float(opened))
            for block, side in ((layer.weight, -1), (layer.bias, 1))
        ]
        names = [
            Sign(f"{block.key} name", code(block.key), x + side * far, y + 0.1, opacity=float(opened))
            for block, side in ((layer.weight, -1), (layer.bias, 1))
        ]
        around = [
            Sign("box", code("Linear(1, 1)"), x, y + (0.8 if opened else 0.0), SIZES.formula),
            Sign("in", "$#data[$x$] quad arrow.r.long$", x - half - 0.75, y, SIZES.formula),
            Sign("out", "$arrow.r.long quad #estimate[$hat(y)$]$", x + half + 0.75, y, SIZES.formula),
        ]
        frame = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * (half, high) + (x, y)
        return Arrangement(tuple(placed), (*names, *around), (Stroke("box", frame, self.theme.text),))

    def _sum(self, upon: Arrangement, cell: float, *, seen: bool) -> Arrangement:
        """The two numbers that stand for one intercept, framed and, where they are seen, added up below."""
        cells = dict(cells_of(upon, cell))
        parts = [self.figures[name].typeset for name in ("first", "sum_sign", "extra_term", "sum_equal", "both")]
        widths = [self.look.stamp(part, SIZES.readout).width + 0.12 for part in parts]
        middles = np.cumsum(widths) - np.array(widths) / 2 + (TABLE[0] + TABLE[2] - sum(widths)) / 2
        signs = []
        for key, part, x in zip(("w0", "plus", "extra", "equal", "both"), parts, middles, strict=True):
            start = (x, SUM) if seen or key not in cells else (cells[key].x, cells[key].y)
            color = self.theme.estimate if key in ("w0", "extra", "both") else self.theme.text
            signs.append(Sign(f"sum {key}", part, float(start[0]), start[1], SIZES.readout, color, float(seen)))
        frames = [Stroke(f"around {key}", around_cell(cells[key], cell), self.theme.text, opacity=float(seen))
                  for key in ("w0", "extra")]  # fmt: skip
        return replace(upon, signs=(*upon.signs, *signs), strokes=(*upon.strokes, *frames))

    def _message(self, arrangement: Arrangement, figure: str) -> Arrangement:
        """What torch says, below the blocks."""
        text = code(f"RuntimeError: {self.figures[figure].plain}")
        says = Sign("message", text, (WIDE[0] + WIDE[2]) / 2, MESSAGE, SIZES.readout, self.theme.loss)
        return replace(arrangement, signs=(*arrangement.signs, says))


def _about_to_copy(upon: Arrangement) -> Arrangement:
    """Weight and bias, unseen, where they are: from there they go to the other way's weight."""
    names = {"bias": "w0 again", "weight": "w1 again"}
    copies = [
        replace(placed, block=replace(placed.block, key=f"from {key}", names=np.array([[names[key]]])), opacity=0.0)
        for placed in upon.blocks
        if (key := placed.block.key) in names
    ]
    return replace(upon, blocks=(*upon.blocks, *copies))


def _widest(look: Look, *products: Product) -> float:
    """The width of a cell that holds every number of these."""
    blocks = [block for each in products for block in (each.given, each.weight, each.bias, each.made)]
    return width_for(look, [block for block in blocks if block is not None])
