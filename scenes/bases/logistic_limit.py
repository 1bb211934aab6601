"""What the film of one sigmoid's limit is made of: a crowd, its losses, four u, and nodes before the sigmoid."""

from collections.abc import Callable, Iterable

import numpy as np
from manim import Animation

from learning.data import truth_of
from learning.history import History
from scenes.bases.logistic import LEARNING, LOSS
from scenes.bases.net import DIAGRAM, END, FLOOR, WIDE, NetFilm
from scenes.drawing import Drawing
from scenes.figures import logistic_limit as figures
from scenes.figures import one_or_many
from scenes.figures.logistic import SYMBOLS
from scenes.film import LEFT, RIGHT
from scenes.material import logistic_limit as material
from scenes.material.logistic import least_loss
from scenes.panels.axes import padded
from scenes.panels.data_plot import DataPlot
from scenes.panels.readout import Column, Readout
from scenes.panels.small_plots import SmallPlot, SmallPlots
from scenes.parameters import LogisticLimitParameters
from scenes.theme import TIMING

GRID = (LEFT, FLOOR, RIGHT, 2.5)
LOGIT = (-2.75, -0.85, 2.0, 2.7)
PLOT = (2.0, -0.85, END, 2.7)
BELOW = (-2.75, FLOOR, END, -0.85)
COLUMNS = len(material.FOUR)
AFTER = '$#estimate[$hat(y)$] = upright("sigmoid")(u)$'


class LogisticLimitFilm(NetFilm):
    """The panels of the film.

    Attributes:
        single, net_run: the histories of the single sigmoid, and of the net.
        least: the least loss of any single sigmoid. below: whether the net's loss ends below that of the truth.
        plot, curve, readout: the points, the losses, the numbers of the one that is shown.
        four: small plots, four u above, their sigmoids below. logit: u of the net. diagram: the net.
        many: which sentence speaks of so many nodes.
    """

    parameters: LogisticLimitParameters

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.many = one_or_many(self.parameters.nodes)
        self.single, self.net_run = self.histories["sigmoid"], self.histories["net"]
        self.least = least_loss(self.single)
        self.plot = self._crowd(self.single)
        self.readout = self.readout_of(self.single)
        self.four, self.logit = self._grid(), self._logit(self.net_run)
        self.diagram = self.network_of(self.net_run, DIAGRAM, SYMBOLS["u"])
        self.shape = material.shape(self.single)
        self.near = "near" if material.is_near(self.single) else "far"
        self.ending = material.ending(self.net_run, self.single)
        self.lesson = "single" if self.many == "one" and self.ending != "lost" else self.ending
        self.below = material.is_below_truth(self.net_run)
        self.noted = "below" if self.below and self.ending == "peak" else self.ending
        self.figures = {
            **figures.of_data(self.single),
            **figures.of_single(self.single),
            **figures.of_net(self.net_run),
        }
        named = (self.markup("billion.level"), self.markup("billion.truth_level"))
        self.curve = self.curve_of(self.single, LOSS, self.least, truth=material.loss_of_truth(self.single), said=named)

    def _crowd(self, run: History) -> DataPlot:
        plot = DataPlot(WIDE, self.look, run.x, run.y, run.epoch, run.yhat, truth_of(run.experiment, run.x))
        plot.axes = 1.0
        return plot

    def _grid(self) -> SmallPlots:
        """Four u in a row, their sigmoids below: seven values each, as in the notes."""
        x, reach, color = padded(-1.0, 1.0), (-7.0, 7.0), self.theme.estimate
        above, below = [], []
        for number in range(COLUMNS):
            u, v = material.four(number)
            name = f"u_{number + 1}"
            above.append(SmallPlot(_always(u), x, reach, ("$x$", f"${name}$"), color, every=material.BETWEEN))
            names = ("$x$", f'$upright("sigmoid")({name})$')
            below.append(
                SmallPlot(_always(v), x, padded(0.0, 1.0), names, color, source=number, every=material.BETWEEN)
            )
        grid = SmallPlots(GRID, self.look, (*above, *below), COLUMNS)
        grid.flown = np.array([1.0] * COLUMNS + [0.0] * COLUMNS)
        return grid

    def _logit(self, run: History) -> SmallPlots:
        """What the net hands to its sigmoid."""
        x = (float(run.x.min()), float(run.x.max()))
        span = material.span_of_logit(run)
        truth, color = material.true_logit(run), self.theme.estimate
        plot = SmallPlot(material.logit_of(run), padded(*x), span, ("$x$", "$u$"), color, truth=truth)
        return SmallPlots(LOGIT, self.look, (plot,), 1)

    def learn_one(self) -> None:
        """The single sigmoid comes under the clock."""
        self.play(self.plot.to(frame=LEARNING))
        self.add(self.curve, self.readout)
        self.restart(self.plot, self.curve, self.readout)
        self.play(self.plot.to(estimate=1), self.curve.to(axes=1, curve=1), self.reveal(self.readout))

    def clear_for(self, *panels: Drawing) -> None:
        """The run gives way to other panels."""
        self.play(self.away(self.plot, self.curve, self.readout))
        self.add(*panels)

    def show_u(self, *columns: int) -> list[Animation]:
        """Some of the four u appear, with their seven values."""
        return [self.four.to(**{name: self._with(name, columns) for name in ("shown", "grown", "marks")})]

    def press(self, *columns: int) -> None:
        """Their values come down to the plots below: each u becomes its sigmoid."""
        below = [column + COLUMNS for column in columns]
        self.four.marks = self._with("marks", below)
        self.play(self.four.to(shown=self._with("shown", below)))
        self.play(self.four.to(flown=self._with("flown", below), run_time=TIMING.slow))
        self.play(self.four.to(grown=self._with("grown", below)))

    def _with(self, attribute: str, numbers: Iterable[int]) -> np.ndarray:
        values: np.ndarray = getattr(self.four, attribute).copy()
        values[list(numbers)] = 1.0
        return values

    def take_net(self) -> None:
        """The net comes under the clock, at its first weights: diagram, u, points, losses, numbers."""
        self.play(self.away(self.four), self.show_formula(AFTER))
        run = self.net_run
        self.plot.follow(run.epoch, run.yhat)
        self.plot.frame, self.plot.estimate = PLOT, 0.0
        named = (self.markup("billion.level"), "")
        self.curve, self.readout = self.curve_of(run, BELOW, self.least, said=named), self.readout_of(run)
        self.add(self.diagram, self.logit, self.curve, self.readout)
        self.restart(self.diagram, self.logit, self.plot, self.curve, self.readout)

    def explain_chance(self) -> None:
        """Say how the net's loss can be below that of the truth, where it is."""
        if self.below:
            self.tell("after.below")

    def scores(self) -> Readout:
        """The losses as they ended: of the best single sigmoid, and of the net."""
        losses = {"single": self.least, "net": float(self.net_run.loss[-1])}
        columns = [
            Column(self.text(f"scores.{key}"), np.array([loss]), self.theme.loss, 4) for key, loss in losses.items()
        ]
        scores = Readout(LEFT, 2.2, LOGIT[0] - LEFT, self.look, np.zeros(1), columns)
        self.add(scores)
        return scores

    def tall(self) -> list[Animation]:
        """Both plots take the room of the losses; the u behind the data appears."""
        taller = [panel.to(frame=(panel.frame[0], FLOOR, *panel.frame[2:])) for panel in (self.logit, self.plot)]
        return [*self.away(self.curve, self.readout), *taller, self.logit.to(truths=[1])]


def _always(curve: np.ndarray) -> Callable[[float], np.ndarray]:
    return lambda _: curve
