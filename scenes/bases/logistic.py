"""What the film of a line through a sigmoid is made of: points, two layers as plots and as a diagram, a crowd."""

import numpy as np
from manim import Animation

from learning.data import truth_of
from learning.history import History
from scenes.bases.learning import LearningFilm
from scenes.bases.net import END, FLOOR, WIDE
from scenes.drawing import Rectangle
from scenes.figures import logistic as figures
from scenes.figures.curve import most_missed
from scenes.film import LEFT, RIGHT
from scenes.material import fine
from scenes.material import logistic as material
from scenes.material import net as net_material
from scenes.panels.axes import padded
from scenes.panels.chain import Chain
from scenes.panels.data_plot import DataPlot
from scenes.panels.readout import Column, Readout
from scenes.panels.small_plots import SmallPlot, SmallPlots
from scenes.parameters import LogisticParameters
from scenes.theme import TIMING

ROW = (LEFT, FLOOR, RIGHT, 0.8)
DIAGRAM = (LEFT, 1.3, RIGHT, 2.2)
PLACES = (-6.2, -4.0, -1.9, 0.45, 2.6)
NAMES = ("$x$", "$l_1$", "$u$", "$a_1$", "$v$")
WHOLE = ('$upright("net") = a_1 compose l_1$', "$= #estimate[$hat(y)$]$")
LEARNING = (LEFT, FLOOR, 2.5, 1.9)
LOSS = (2.7, FLOOR, END, 1.9)
SIGMOID = '$upright("sigmoid")(u) = display(1/(1 + e^(-u)))$'
CURVE = '$#estimate[$hat(y)$] = upright("sigmoid")(hat(w)_0 + hat(w)_1 x)$'
EARLY = 100
"""The film pauses after so many epochs, and looks."""


class LogisticFilm(LearningFilm):
    """The panels of the film.

    Attributes:
        few_run, run: the histories of the 13 points, of which nothing is learned, and of the crowd.
        few, crowd: their plots. stages: u over x, v over u, v over x; the last gives way to the crowd.
        line: what the best straight line says at the points of the crowd.
        own: what keys end with that speak of data whose truth nobody knows.
        hand: weights that are moved by hand. ending: what the run has come to, as captions call it.
    """

    parameters: LogisticParameters
    ending: str

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.few_run, self.run = self.histories["few"], self.histories["run"]
        self.hand = material.sweep(self.parameters.start)
        self.line = material.straight(self.run)
        self.own = "" if self.run.truth else "_own"
        self.few, self.crowd = self.plot_of(self.few_run), self.plot_of(self.run, self.line.min(), self.line.max())
        self.few.picked = most_missed(self.few_run)
        at = material.layers(fine(self.run), self.hand.weights)
        self.stages = self._stages(at)
        self.diagram = Chain(DIAGRAM, self.look, PLACES, NAMES, WHOLE, at.numbers, (2, 4, 4))
        self.weights = self._weights(4.0, 1.4, 2.5, np.arange(len(self.hand.weights)), self.hand.weights)
        self.readout = self._weights(LEFT, 2.2, 9.0, self.run.epoch, self.run.params, self.run.loss)
        self.change = net_material.change(self.run)
        last = self.parameters.epochs
        self.pauses = (EARLY, last) if last > EARLY else (last,)
        self.figures = {
            **figures.of_points(self.few_run),
            **figures.of_model(self.run),
            **figures.of_training(self.run),
            **figures.of_epoch(self.run, last),
        }
        named = (self.markup("train.level"), "")
        self.curve = self.curve_of(self.run, LOSS, material.least_loss(self.run), said=named)

    def plot_of(self, run: History, *also: float, frame: Rectangle = WIDE) -> DataPlot:
        """Zeros and ones, a curve of probability, and the one that they come from."""
        truth, between = truth_of(run.experiment, run.x), material.truth_between(run)
        plot = self.data_plot(frame, run, truth, also, curve=between)
        plot.axes = 1.0
        return plot

    def _stages(self, at: material.Layers) -> SmallPlots:
        """The two layers and what they make together, in every state of the sweep."""
        x, u = padded(at.x[0], at.x[-1]), material.reach_of_u(at.u[0])
        v, color = padded(0.0, 1.0), self.theme.estimate
        plots = (
            SmallPlot(at.line, x, u, ("$x$", "$u$"), color),
            SmallPlot(at.bent, u, v, ("$u$", "$v$"), color, ground=material.sigmoid_over(u)),
            SmallPlot(at.whole, x, v, ("$x$", "$v$"), color),
        )
        return SmallPlots(ROW, self.look, plots, len(plots))

    def _weights(
        self,
        left: float,
        line: float,
        width: float,
        epochs: np.ndarray,
        weights: np.ndarray,
        loss: np.ndarray | None = None,
    ) -> Readout:
        """The two weights (T, 2), after epoch and loss where these are recorded; nothing of it is shown yet."""
        words, theme = self.look.captions, self.theme
        columns = [
            Column(name, weight, theme.estimate, 3 if loss is not None else 2)
            for name, weight in zip(("$hat(w)_0$", "$hat(w)_1$"), weights.T, strict=True)
        ]
        if loss is not None:
            epoch = Column(words.text("readout.epoch"), epochs, theme.text, 0)
            columns = [epoch, Column(words.text("readout.loss"), loss, theme.loss, 4), *columns]
        return Readout(left, line, width, self.look, epochs, columns)

    def by_hand(self, state: int) -> None:
        """Move the weights on to a state of the sweep."""
        self.proceed(state, np.full(state - round(self.epoch), 1.5 / material.LEG))
        self.until_read()

    def show_line(self) -> None:
        """Let the crowd's plot show the best straight line."""
        self.crowd.follow(np.zeros(1), self.line[None])
        self.add(self.crowd)

    def among_points(self) -> list[Animation]:
        """The last of the small plots gives way to the crowd; from here on the clock counts states of the sweep."""
        self.crowd.follow(self.weights.epochs, material.layers(self.run.seen_x.astype(float), self.hand.weights).v)
        self.restart(self.crowd, self.stages, self.weights)
        self.crowd.frame = self.stages.cell(2)
        self.add(self.weights)
        two = np.array([1, 1, 0])
        gone = self.stages.to(shown=two, grown=two, probes=np.zeros(3), run_time=TIMING.quick)
        return [gone, self.diagram.to(told=np.zeros(3)), self.crowd.to(opacity=1)]

    def look_at(self, epoch: int) -> None:
        """Make the run's last epoch, or one on the way, the one that is spoken of; begin where nothing is learned."""
        self.figures |= figures.of_epoch(self.run, epoch)
        self.ending = material.outcome(self.run) if epoch == self.pauses[-1] else "early"
        if epoch == self.pauses[0]:
            self._begin()

    def _begin(self) -> None:
        """Small plots and weights by hand give way to the run: its points, its loss, its numbers."""
        gone = self.away(self.stages, self.diagram, self.weights)
        self.play(gone, self.crowd.to(frame=LEARNING, run_time=TIMING.move))
        self.crowd.follow(self.run.epoch, self.run.yhat)
        self.restart(self.crowd, self.curve, self.readout)
        self.add(self.curve, self.readout)
        self.play(self.curve.to(axes=1, curve=1), self.reveal(self.readout))
