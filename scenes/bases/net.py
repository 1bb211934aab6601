"""Films about small ReLU nets: their diagrams, their pieces, their data and their losses."""

import numpy as np

from learning.data import truth_of
from learning.history import History
from scenes.bases.learning import LearningFilm
from scenes.captions import SYMBOLS
from scenes.drawing import Rectangle
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.markup import Words
from scenes.material import net as net_material
from scenes.panels.data_plot import DataPlot
from scenes.panels.network import Layer, Network
from scenes.panels.node_pieces import NodePieces
from scenes.panels.readout import Column, Readout

FLOOR = BOTTOM + 0.55
"""Where the caption's room ends."""

END = RIGHT - 0.25
WIDE = (LEFT, FLOOR, RIGHT, 1.9)
DIAGRAM = (LEFT, FLOOR + 0.1, -2.85, 1.6)
TILES = (-2.65, FLOOR + 0.1, 1.35, 1.6)
PLOT = (1.5, -0.75, END, 2.6)
PLOT_TALL = (1.5, FLOOR, END, 2.6)
BELOW = (1.5, FLOOR, END, -0.8)
"""Diagram, small plots and data from left to right; something below the data, or they as high as all of it."""

HEADS = ("$u$", "$v$", "$w' v$")
LONG_HEADS = ("$u = w x$", "$v = max(0, u)$", "$w' v$")
ONE_PITCH = 2.9
"""A single node's plots may be so large."""

FULL = 4.0
"""In a plot less high than this the points are smaller."""

NUMBERED = 9
"""Up to so many nodes bear their numbers."""


class NetFilm(LearningFilm):
    """A film of ReLU nets without bias upon one data set; what it is made of, for any run."""

    def plot_of(self, run: History, frame: Rectangle, *others: History) -> DataPlot:
        """Data, the run's ŷ, and the line that the data came from; with room for what it and others end with."""
        ends = net_material.ends((run, *others))
        truth = truth_of(run.experiment, run.x)
        plot = DataPlot(frame, self.look, run.x, run.y, run.epoch, run.yhat, truth, ends, full=FULL)
        plot.axes = 1.0
        return plot

    def network_of(self, run: History, frame: Rectangle, out: Words = SYMBOLS["yhat"]) -> Network:
        """The diagram with the weights of every epoch; `out` is what the nodes add up to."""
        first, second = net_material.wiring(run)
        count = first.shape[2]
        hidden = tuple(str(node + 1) for node in range(count)) if count <= NUMBERED else ()
        layers = (Layer(1, ("$x$",)), Layer(count, hidden), Layer(1, (out,)))
        return Network(frame, self.look, layers, run.epoch, (first, second))

    def pieces_of(self, run: History, frame: Rectangle, *others: History) -> NodePieces:
        """The small plots of every node, to a scale that suits other runs too; larger ones of a single node."""
        pieces = net_material.pieces(run, *others)
        if frame[2] - frame[0] < 6:
            return NodePieces(frame, self.look, pieces, HEADS)
        return NodePieces(frame, self.look, pieces, LONG_HEADS, ONE_PITCH)

    def readout_of(
        self, run: History, left: float = LEFT, width: float = 6.0, weights: bool = False, color: str | None = None
    ) -> Readout:
        """Epoch and loss, and if asked the two weights of a net that has no more; nothing of it is shown yet."""
        words, theme = self.look.captions, self.theme
        columns = [
            Column(words.text("readout.epoch"), run.epoch, theme.text, 0),
            Column(words.text("readout.loss"), run.loss, color or theme.loss, 4),
        ]
        if weights:
            columns += [
                Column(name, weight[:, 0], theme.text, 3)
                for name, weight in zip(("$w$", "$w'$"), net_material.weights(run), strict=True)
            ]
        readout = Readout(left, 2.2, width, self.look, run.epoch, columns)
        readout.shown = np.zeros(len(columns))
        return readout
