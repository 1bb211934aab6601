"""Films about a line that learns: its data, its surface, its loss curve and its numbers, from one history."""

from functools import cached_property

import numpy as np

from learning.history import History
from scenes import material
from scenes.captions import SYMBOLS
from scenes.figures import line as figures
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_curve import LossCurve
from scenes.panels.loss_surface import LossSurface
from scenes.panels.readout import Column, Readout

WIDE = (LEFT, BOTTOM + 0.55, RIGHT, 1.9)
PLOT = (LEFT, BOTTOM + 0.55, -0.5, 1.9)
CURVE_BELOW = (LEFT, BOTTOM + 0.55, -0.5, -0.85)
SURFACE = (-0.1, BOTTOM + 0.5, RIGHT, 2.75)

SQUARES = "sum_(i=1)^n (#data[$y_i$] - #estimate[$hat(y)_i$])^2"
LOSS_FORMULA = {
    "sse": f'$#loss[$upright("loss")$] = display({SQUARES})$',
    "mse": f'$#loss[$upright("loss")$] = display(1/n {SQUARES})$',
}


class LineFilm(Film):
    """A film of one run of the line model.

    Attributes:
        run: its history. epochs: how many updates it has. best: the least-squares line.
        off_map: the epoch in which it leaves the surface shown, or None.
        azimuth: the view of the surface in which the start lies at the back.
    """

    run: History
    epochs: int
    best: material.Minimum
    off_map: int | None
    azimuth: float

    def prepare(self) -> None:
        """Make panels and figures from the history."""
        self.run = self.histories["run"]
        self.epochs = int(self.run.epoch[-1])
        self.best = material.minimum(self.run)
        self.clock(self.plot, self.ground, self.curve, self.readout)
        self.off_map = self.ground.leaves_at()
        self.figures = figures.of_line(self.run, self.best, self.off_map)

    @cached_property
    def plot(self) -> DataPlot:
        """Data and line."""
        run, truth = self.run, self.run.truth
        line = None if truth is None else truth[0] + truth[1] * run.x
        plot = self.data_plot(WIDE, run, line)
        plot.axes = 1.0
        return plot

    @cached_property
    def ground(self) -> LossSurface:
        """The surface with its ball, seen so that the start lies at the back."""
        loss = self.look.captions.text("axes.loss")
        terrain = material.terrain(self.run)
        route = material.route(self.run, terrain)
        surface = LossSurface(SURFACE, self.look, terrain, route, loss_name=loss)
        start, low = (terrain.model(np.array(w), 0.0)[:2] for w in (self.run.params[0], self.best.weights))
        self.azimuth = surface.azimuth = material.azimuth_facing(start, low)
        return surface

    @cached_property
    def curve(self) -> LossCurve:
        """The loss of each epoch."""
        names = (self.look.captions.text("axes.epoch"), self.look.captions.text("axes.loss"))
        return LossCurve(CURVE_BELOW, self.look, self.run.epoch, self.run.loss, names)

    @cached_property
    def readout(self) -> Readout:
        """Both weights, the loss, the epoch."""
        run, theme, words = self.run, self.theme, self.look.captions
        columns = [
            Column(SYMBOLS["w0hat"], run.column("w0"), theme.estimate, 3),
            Column(SYMBOLS["w1hat"], run.column("w1"), theme.estimate, 3),
            Column(words.text("readout.loss"), run.loss, theme.loss, 2),
            Column(words.text("readout.epoch"), run.epoch, theme.text, 0),
        ]
        return Readout(LEFT, 2.2, 6.4, self.look, run.epoch, columns)

    def way_up(self, weight: int) -> str:
        """Whether the loss falls or rises with a weight, at the start."""
        return "falls" if self.run.grads[0, weight] < 0 else "rises"

    @property
    def first_step(self) -> str:
        """Which sentence tells of the first update."""
        before, after = self.run.loss[:2]
        return "say" if after < before else "say_same" if after == before else "say_up"

    @property
    def ending(self) -> str:
        """Which sentence closes the film."""
        what = material.outcome(self.run)
        if what == "learned":
            return "truth" if self.run.truth else "least"
        if what == "turned" and self.run.experiment.optimizer != "SGD":
            return "turned_other"
        return "short_one" if what == "short" and self.epochs == 1 else what
