"""Gradient descent on the loss surface: a line learns its two weights."""

from manim import linear

from scenes.bases.line import LOSS_FORMULA, PLOT, LineFilm
from scenes.parameters import DescentParameters
from scenes.theme import TIMING

LINE = "$#estimate[$hat(y)$] = #estimate[$hat(w)_0$] + #estimate[$hat(w)_1$] thin x$"
RULE = '$display(hat(w) <- hat(w) - alpha thin #gradient[$(partial thin upright("loss"))/(partial w)$])$'
PLOT_ABOVE = (PLOT[0], -0.8, *PLOT[2:])
SWING = 30.0


class Descent(LineFilm):
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
        self.add(self.title(), self.plot)
        self.play(self.say("data.ask"), self.plot.to(points_shown=1, run_time=2))
        self.hold(TIMING.think)

    def guess(self) -> None:
        """A first line, drawn anywhere."""
        self.add(self.readout)
        self.play(self.show_formula(LINE), self.say("guess.say"), self.plot.to(estimate=1, run_time=TIMING.slow))
        self.play(self.readout.to(shown=[1, 1, 0, 0]))
        self.hold(TIMING.think)

    def wrong(self) -> str:
        """Residuals, their squares, one number."""
        mean = self.parameters.loss == "mse"
        self.play(self.say("wrong.ask"), self.plot.to(residuals=1, run_time=TIMING.slow))
        self.hold(TIMING.think)
        self.play(self.say("wrong.square"), self.plot.to(examples=1, run_time=TIMING.move))
        self.hold(TIMING.hold)
        self.play(self.plot.to(squares=1, run_time=TIMING.move))
        self.play(
            self.say("wrong.mean" if mean else "wrong.sum"), self.show_formula(LOSS_FORMULA[self.parameters.loss])
        )
        self.play(self.readout.to(shown=[1, 1, 1, 0]), self.plot.to(examples=0, squares=0, run_time=TIMING.move))
        self.hold(TIMING.read)
        return "note_mean" if mean else "note"

    def surface(self) -> None:
        """The floor of weights, one height above it, then all heights."""
        ground = self.ground
        ground.azimuth, ground.lift = self.azimuth + (SWING if self.azimuth % 90 < 45 else -SWING), 0.0
        self.play(self.plot.to(frame=PLOT, residuals=0, run_time=TIMING.move), self.drop_formula())
        self.add(ground)
        self.play(self.say("surface.floor"), ground.to(floor=1, run_time=TIMING.move))
        self.play(ground.to(ball=1, run_time=TIMING.quick))
        self.hold(TIMING.hold)
        self.play(self.say("surface.height"), ground.to(lift=1, stem=1, upright=1, run_time=TIMING.slow))
        self.hold(TIMING.hold)
        self.play(self.say("surface.all"), ground.to(wire=1, azimuth=self.azimuth, run_time=3))
        self.play(ground.to(skin=1, stem=0, run_time=TIMING.slow))
        self.play(self.say("surface.star"), ground.to(star=1))
        self.hold(TIMING.think)

    def slope(self) -> None:
        """Two slopes, merged into the gradient."""
        self.play(self.say("slope.ask"))
        self.hold(TIMING.think)
        if not self.run.grads[0].any():
            self.play(self.say("slope.flat"))
            return
        self.play(self.say(f"slope.first_{self.way_up(0)}"), self.ground.to(partial0=1))
        self.hold(TIMING.think)
        self.play(self.say(f"slope.second_{self.way_up(1)}"), self.ground.to(partial1=1))
        self.hold(TIMING.think)
        self.play(self.say("slope.both"), self.ground.to(gradient=1))
        self.hold(TIMING.think)

    def step(self) -> None:
        """Minus α times the gradient; ball and line move together."""
        ground, plain = self.ground, self.run.experiment.optimizer == "SGD"
        self.play(self.say("step.rule" if plain else "step.rule_other"), ground.to(partial0=0, partial1=0))
        self.play(self.show_formula(RULE) if plain else [], ground.to(gradient=0, step=1, run_time=TIMING.slow))
        for weight in ("first", "second") if plain else ():
            self.play(self.say(f"step.{weight}"))
            self.hold(TIMING.think)
        ground.path = 1.0
        self.play(self.say("step.move"), self.readout.to(shown=[1, 1, 1, 1], run_time=TIMING.quick))
        self.advance(1, TIMING.slow, TIMING.slow, ground.to(step=0, run_time=TIMING.slow))
        self.play(self.say(f"step.{self.first_step}"))
        self.hold(TIMING.hold)

    def repeat(self) -> str:
        """All other epochs, the loss curve in sync."""
        self.add(self.curve)
        self.play(
            self.say("repeat.say" if self.epochs > 2 else "repeat.say_one"),
            self.plot.to(frame=PLOT_ABOVE, residuals=1, run_time=TIMING.move),
            self.curve.to(axes=1, curve=1, run_time=TIMING.move),
        )
        self.advance(self.epochs, 1.3, 8.0)
        self.hold(TIMING.hold)
        if self.off_map is None:
            return "note"
        self.play(self.say("repeat.off"))
        self.hold(TIMING.hold)
        return "note_off"

    def learned(self) -> str:
        """The surface from overhead; the result beside the truth."""
        ground, north = self.ground, 360 * round(self.azimuth / 360)
        self.play(
            self.say("learned.map" if self.epochs else "learned.map_still"),
            ground.to(elevation=90, azimuth=north, zoom=1.28, upright=0, run_time=2.6),
            ground.to(partial0=0, partial1=0, gradient=0, run_time=TIMING.quick),
            ground.to(skin=0.35, contours=1, wire=0, labels=1, rate_func=linear, run_time=2.6),
        )
        self.hold(TIMING.read)
        self.play(self.curve.to(opacity=0, run_time=TIMING.quick))
        self.play(self.plot.to(frame=PLOT, residuals=0, run_time=TIMING.move))
        self.play(self.say(f"learned.{self.ending}"), self.plot.to(truth=1, run_time=TIMING.slow))
        self.hold(TIMING.read)
        return f"note_{self.ending}" if self.ending.startswith("turned") else "note"
