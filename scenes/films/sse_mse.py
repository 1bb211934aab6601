"""Sum or mean: the same surface n times as high, the same slope n times as steep, and a rate that makes up for it."""

from manim import FadeIn

from scenes.bases.sse_mse import LARGE, RULE, SMALL, SseMseFilm
from scenes.parameters import SseMseParameters
from scenes.theme import TIMING


class SseMse(SseMseFilm):
    """Eight beats from two numbers for one line to the rate that belongs to each."""

    film_name = "sse-mse"
    parameters: SseMseParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.question)
        self.beat(self.scale)
        self.beat(self.slope)
        self.beat(self.step)
        self.beat(self.train)
        self.beat(self.one_path)
        self.beat(self.wrong_rate)
        self.beat(self.message)

    def question(self) -> None:
        """One line, the same misses, two numbers."""
        self.add(self.title(), self.plot)
        self.play(self.say("question.line"), self.plot.to(points_shown=1, estimate=1, run_time=TIMING.slow))
        self.play(self.plot.to(residuals=1))
        for key, formula, result in zip(("sum", "mean"), self.sums, self.results, strict=True):
            self.tell(f"question.{key}", FadeIn(formula), FadeIn(result))
        self.tell("question.ask", seconds=TIMING.key, less=TIMING.hold)

    def scale(self) -> None:
        """To one scale the mean is flat; drawn n times as high it is the same surface."""
        self.play(self.away(self.plot, *self.results))
        self.tell("scale.floor", self.head(), self.set_up(LARGE))
        self.tell(f"scale.{self.lower}", self.turn(), seconds=TIMING.key)
        self.play(self.say("scale.rise"), self.surfaces[1].to(rise=1, run_time=2.4))
        self.tell(None, self.surfaces[1].to(upright=1), self.both(star=1), less=TIMING.hold)

    def slope(self) -> None:
        """The same start: the loss and the slope are n times as large."""
        self.restart(*self.surfaces, self.ledger, self.clocks)
        self.tell("slope.start", self.move_to(SMALL), self.enter(1), self.both(ball=1))
        self.tell("slope.slope", self.enter(2), self.rise(), seconds=TIMING.key)
        self.tell("slope.ask", seconds=TIMING.key, less=TIMING.hold)

    def step(self) -> str:
        """The rate times the slope: the step."""
        self.tell("step.rates", self.enter(3))
        self.tell(f"step.{self.first_step}", self.enter(4), self.both(gradient=0, step=1), seconds=TIMING.key)
        self.play(self.say("step.move"), self.clocks.to(shown=[1]), self.both(path=1, run_time=TIMING.quick))
        self.advance(1, TIMING.slow, TIMING.slow, *self.both(step=0, run_time=TIMING.slow))
        self.until_read(less=TIMING.hold)
        return f"note_{self.first_step}"

    def train(self) -> str:
        """All other epochs under one clock."""
        self.play(self.say("train.say" if self.epochs > 1 else "train.one"))
        self.advance(self.epochs, 0.9, 6.5)
        self.until_read()
        self.tell(f"train.{self.ends}", seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.ends}"

    def one_path(self) -> str:
        """From above, one upon the other; and the two losses."""
        self.tell("one_path.lay", self.away(self.ledger, self.clocks, *self.sums), self.merge())
        self.tell(f"one_path.{self.alike}", self.hand_over(), seconds=TIMING.key)
        self.play(self.say(f"one_path.{self.curves}"), self.begin_race())
        self.advance(self.epochs, 0.1, 2.0)
        self.until_read(less=TIMING.hold)
        return f"note_{self.alike}"

    def wrong_rate(self) -> str:
        """The mean's rate with the sum."""
        self.tell("wrong_rate.ask", self.send(), seconds=TIMING.key)
        self.advance(1, TIMING.slow, TIMING.slow)
        self.tell(f"wrong_rate.{self.wrong_step}")
        self.advance(self.epochs, 0.6, 3.0)
        self.tell(f"wrong_rate.{self.wrong_end}", self.name_all(), seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.wrong_end}"

    def message(self) -> None:
        """The rate belongs to its loss."""
        self.tell("message.critical", self.race.to(bright=[1, 1, 1]), seconds=TIMING.key)
        self.tell("message.rule", self.show_formula(RULE), self.away(self.clocks), seconds=TIMING.key, less=TIMING.hold)
