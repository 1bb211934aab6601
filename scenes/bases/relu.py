"""What the film of bending nodes is made of: a straight line, one node and a net, one after the other on one plot."""

import numpy as np

from learning.history import History
from scenes.bases.net import BELOW, DIAGRAM, FLOOR, TILES, WIDE, NetFilm
from scenes.drawing import Drawing
from scenes.figures import net as net_figures
from scenes.figures import one_or_many
from scenes.film import LEFT, RIGHT
from scenes.material import net as net_material
from scenes.panels.network import NUMBERED
from scenes.panels.readout import Column, Readout
from scenes.parameters import ReluNodesParameters

ONE_TILES = (LEFT, FLOOR, 0.55, 1.75)
ONE_PIECE = "w' v"
ONE_PLOT = (0.7, FLOOR, RIGHT, 2.6)


class ReluFilm(NetFilm):
    """The panels of the film.

    Attributes:
        straight, one, run: the histories of the line, of a single node, and of the net.
        frozen: the row at which the net is taken apart. who: which of its nodes does what there.
        many: which sentence speaks of so many nodes.
    """

    parameters: ReluNodesParameters

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.many = one_or_many(self.parameters.nodes)
        self.straight, self.one, self.run = (self.histories[label] for label in ("line", "one", "net"))
        self.plot = self.plot_of(self.straight, WIDE, self.one, self.run)
        self.diagram = self.network_of(self.run, DIAGRAM)
        self.one_pieces = self.pieces_of(self.one, ONE_TILES, self.run)
        alike = (self.one,) if self.parameters.nodes <= NUMBERED else ()  # the pieces of many nodes are smaller
        self.pieces = self.pieces_of(self.run, TILES, *alike)
        self.curve = self.curve_of(self.run, BELOW)
        self.frozen = net_material.frozen_row(self.run)
        self.who = net_material.halves(self.run, self.frozen)
        self.figures = {
            **net_figures.of_training(self.run),
            **net_figures.of_line(self.straight),
            **net_figures.of_one(self.one),
            **net_figures.of_halves(self.run, self.who, self.parameters.slopes),
        }

    def take(self, run: History, *panels: Drawing) -> None:
        """Let the plot, a readout and other panels show another run, from its start."""
        self.plot.follow(run.epoch, run.yhat)
        self.readout = self.readout_of(run, weights=run is self.one)
        self.restart(self.plot, self.readout, *panels)
        self.add(self.readout, *panels)

    def score_panel(self) -> Readout:
        """The losses of line, node and net, as they ended or, of the net, as it was frozen."""
        losses = {"line": self.straight.loss[-1:], "one": self.one.loss[-1:]}
        if self.parameters.nodes > 1:
            losses["net"] = self.run.loss[[self.frozen]]
        columns = [Column(self.text(f"scores.{key}"), loss, self.theme.loss, 4) for key, loss in losses.items()]
        scores = Readout(LEFT, 2.2, 8.0, self.look, np.zeros(1), columns)
        scores.shown = np.zeros(len(columns))
        return scores

    @property
    def sum_of_pieces(self) -> str:
        """The formula of ŷ, with as many pieces as the net has nodes."""
        last = self.parameters.nodes
        pieces = [f"w'_{node} v_{node}" for node in range(1, last + 1)]
        if last > 3:
            pieces[2:-1] = ["dots.c"]
        return f"$#estimate[$hat(y)$] = {' + '.join(pieces) if last > 1 else ONE_PIECE}$"
