"""Gradient descent on the loss surface: a line learns its two weights."""

from functools import cached_property

import numpy as np
from manim import linear

from scenes import figures, material
from scenes.captions import SYMBOLS
from scenes.catalogue import DescentParameters
from scenes.drawing import Tween
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_curve import LossCurve
from scenes.panels.loss_surface import LossSurface
from scenes.panels.readout import Column, Readout
from scenes.theme import TIMING

PLOT = (LEFT, BOTTOM + 0.55, -0.5, 1.9)
PLOT_ABOVE = (LEFT, -0.62, -0.5, 1.9)
CURVE_BELOW = (LEFT, BOTTOM + 0.55, -0.5, -0.62)
SURFACE = (-0.1, BOTTOM + 0.5, RIGHT, 2.75)
SWING = 50.0

RULE = '$display(hat(w) <- hat(w) - alpha thin #gradient[$(partial thin upright("loss"))/(partial w)$])$'
SQUARES = "sum_(i=1)^n (#data[$y_i$] - #estimate[$hat(y)_i$])^2"
LOSS_FORMULA = {
    "sse": f'$#loss[$upright("loss")$] = display({SQUARES})$',
    "mse": f'$#loss[$upright("loss")$] = display(1/n {SQUARES})$',
}


class Descent(Film):
    """Eight beats from the data to the learned line."""

    film_name = "descent"
    parameters: DescentParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.data)
        self.beat(self.guess)
        self.beat(self.wrong)
        self.beat(self.surface)
        self.beat(self.slope)
        if self.epochs > 0:
            self.beat(self.step)
        if self.epochs > 1:
            self.beat(self.repeat)
        self.beat(self.learned)

    def data(self) -> None:
        """The points appear."""
        self.add(self.plot)
        self.play(self.show_title(), Tween(self.plot, axes=1, run_time=TIMING.move))
        self.play(
            *self.say("data.ask", points=self.word("data.points")),
            Tween(self.plot, points_shown=1, run_time=2),
        )
        self.hold(TIMING.think)

    def guess(self) -> None:
        """A first line, drawn anywhere."""
        self.add(self.readout)
        self.play(*self.say("guess.say"), Tween(self.plot, estimate=1, run_time=TIMING.slow))
        self.play(Tween(self.readout, shown=[1, 1, 1, 0]))
        self.hold(TIMING.think)

    def wrong(self) -> str:
        """Residuals, their squares, one number."""
        mean = self.parameters.loss == "mse"
        self.play(
            *self.say("wrong.ask", miss=self.word("wrong.miss")),
            Tween(self.plot, residuals=1, run_time=TIMING.slow),
        )
        self.hold(TIMING.think)
        self.play(*self.say("wrong.square"), Tween(self.plot, squares=1, run_time=TIMING.slow))
        self.hold(TIMING.hold)
        self.play(
            *self.say("wrong.mean" if mean else "wrong.sum"),
            *self.show_formula(LOSS_FORMULA[self.parameters.loss]),
        )
        self.play(Tween(self.readout, shown=[1, 1, 1, 1]), Tween(self.plot, squares=0, run_time=TIMING.move))
        self.hold(TIMING.read)
        return "note_mean" if mean else "note"

    def surface(self) -> None:
        """The floor of weights, one height above it, then all heights."""
        floor = self.ground
        floor.azimuth = self.azimuth + SWING
        self.add(floor)
        floor.ball, floor.lift = 0.0, 0.0
        self.play(
            *self.say("surface.floor", floor=self.word("surface.floor_word")),
            Tween(floor, floor=1, run_time=TIMING.slow),
        )
        self.play(Tween(floor, ball=1, run_time=TIMING.quick))
        self.hold(TIMING.hold)
        self.play(
            *self.say("surface.height", height=self.word("surface.height_word")),
            Tween(floor, lift=1, stem=1, upright=1, run_time=TIMING.slow),
        )
        self.hold(TIMING.hold)
        self.play(
            *self.say("surface.all"),
            Tween(self.plot, residuals=0),
            Tween(floor, wire=1, azimuth=self.azimuth, run_time=3.5),
        )
        self.play(Tween(floor, skin=1, stem=0.0, run_time=TIMING.slow))
        self.play(*self.say("surface.star", star=self.word("surface.star_word")), Tween(floor, star=1))
        self.hold(TIMING.think)

    def slope(self) -> str:
        """Two slopes, merged into the gradient."""
        floor = self.ground
        self.play(*self.say("slope.ask"), *self.drop_formula())
        self.hold(TIMING.think)
        if not np.any(self.run.grads[0]):
            self.play(*self.say("slope.flat"))
            return "note"
        self.play(*self.say("slope.first"), Tween(floor, partial0=1, run_time=TIMING.move))
        self.hold(TIMING.hold)
        self.play(*self.say("slope.second"), Tween(floor, partial1=1, run_time=TIMING.move))
        self.hold(TIMING.hold)
        self.play(
            *self.say("slope.both", gradient=self.word("slope.gradient")),
            Tween(floor, gradient=1, run_time=TIMING.move),
        )
        self.hold(TIMING.read)
        return "note"

    def step(self) -> None:
        """Minus α times the gradient; ball and line move together."""
        floor, plain = self.ground, self.parameters.optimizer.lower() == "sgd"
        self.play(
            *self.say("step.rule" if plain else "step.rule_other", gradient=self.word("slope.gradient")),
            *(self.show_formula(RULE) if plain else []),
            Tween(floor, partial0=0, partial1=0, run_time=TIMING.quick),
        )
        self.play(Tween(floor, gradient=0.0, step=1, run_time=TIMING.slow))
        self.hold(TIMING.hold)
        floor.path = 1.0
        self.advance(1, first=TIMING.slow, total=TIMING.slow)
        before, after = self.run.loss[:2]
        self.play(
            *self.say("step.say_up" if after > before else "step.say" if after < before else "step.say_same")
        )
        self.play(Tween(floor, step=0, run_time=TIMING.quick))
        self.hold(TIMING.hold)

    def repeat(self) -> str:
        """All other epochs, the loss curve in sync."""
        self.add(self.curve)
        self.play(
            *self.say("repeat.say" if self.epochs > 2 else "repeat.say_one"),
            Tween(self.plot, frame=PLOT_ABOVE, run_time=TIMING.move),
            Tween(self.curve, axes=1, curve=1, run_time=TIMING.move),
        )
        self.advance(self.epochs, first=1.1, total=8.0)
        self.hold(TIMING.hold)
        if self.off_map is None:
            return "note"
        self.play(*self.say("repeat.off"))
        self.hold(TIMING.hold)
        return "note_off"

    def learned(self) -> None:
        """The result beside the truth; the surface from overhead."""
        flat = round(self.azimuth / 360) * 360
        self.play(
            *self.say(f"learned.{self.ending}"),
            *self.drop_formula(),
            Tween(self.plot, frame=PLOT, run_time=TIMING.move),
            Tween(self.curve, opacity=0, run_time=TIMING.quick),
            Tween(self.ground, partial0=0, partial1=0, gradient=0, run_time=TIMING.quick),
        )
        self.play(Tween(self.plot, truth=1, run_time=TIMING.slow))
        self.hold(TIMING.read)
        self.play(
            Tween(self.ground, elevation=90, azimuth=flat, zoom=1.28, upright=0, run_time=3),
            Tween(self.ground, skin=0.35, contours=1, wire=0, rate_func=linear, run_time=3),
        )
        self.hold(TIMING.think)

    # What the beats show

    def prepare(self) -> None:
        """Panels and figures, from the history."""
        self.run = self.histories["run"]
        self.epochs = int(self.run.epoch[-1])
        self.best = material.minimum(self.run)
        self.clock(self.plot, self.ground, self.curve, self.readout)
        self.off_map = self.ground.leaves_at()
        self.figures = figures.of_line(self.run, self.best, self.off_map)

    @cached_property
    def plot(self) -> DataPlot:
        """Data and line."""
        run = self.run
        truth = run.truth
        line = None if truth is None else truth[0] + truth[1] * run.x
        return DataPlot(PLOT, self.look, run.x, run.y, run.epoch, run.yhat, line)

    @cached_property
    def ground(self) -> LossSurface:
        """The surface with its ball, seen so that the start lies at the back."""
        loss = self.look.captions.text("axes.loss")
        surface = LossSurface(
            SURFACE, self.look, material.terrain(self.run), material.route(self.run), loss_name=loss
        )
        start, low = (
            surface.model(np.array(w), np.array(0.0))[:2] for w in (self.run.params[0], self.best.weights)
        )
        self.azimuth = surface.azimuth = material.azimuth_facing(start, low)
        return surface

    @cached_property
    def curve(self) -> LossCurve:
        """The loss of each epoch."""
        names = (self.look.captions.text("axes.epoch"), self.look.captions.text("axes.loss"))
        return LossCurve(CURVE_BELOW, self.look, self.run.epoch, self.run.loss, names)

    @cached_property
    def readout(self) -> Readout:
        """Epoch, weights and loss."""
        run, theme, words = self.run, self.theme, self.look.captions
        columns = [
            Column(words.text("readout.epoch"), run.epoch, theme.text, 0),
            Column(SYMBOLS["w0hat"], run.column("w0"), theme.estimate, 3),
            Column(SYMBOLS["w1hat"], run.column("w1"), theme.estimate, 3),
            Column(words.text("readout.loss"), run.loss, theme.loss, 2),
        ]
        return Readout(LEFT, 2.2, 6.4, self.look, run.epoch, columns)

    @property
    def ending(self) -> str:
        """Which sentence closes the film."""
        what = material.outcome(self.run)
        if what == "learned":
            return "truth" if self.run.truth else "least"
        return "short_one" if what == "short" and self.epochs == 1 else what
