"""What a line into a sigmoid cannot say: a probability that rises, then falls, needs a broken line before it."""

from scenes.bases.logistic import SIGMOID
from scenes.bases.logistic_limit import LogisticLimitFilm
from scenes.material import net as net_material
from scenes.parameters import LogisticLimitParameters
from scenes.theme import TIMING


class LogisticLimit(LogisticLimitFilm):
    """A single sigmoid at its limit, the reason, and ReLU nodes before it."""

    film_name = "logistic-limit"
    parameters: LogisticLimitParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        for beat in (self.data, self.one, self.billion, self.straight, self.broken, self.nodes, self.train, self.after):
            self.beat(beat)

    def data(self) -> None:
        """Zeros and ones whose probability rises, then falls."""
        self.add(self.title(), self.plot)
        self.tell("data.ask", self.plot.to(points_shown=1, run_time=TIMING.slow), seconds=TIMING.key)
        self.tell("data.truth", self.plot.to(truth=1, run_time=TIMING.slow), seconds=TIMING.key, less=TIMING.hold)

    def one(self) -> str:
        """A single sigmoid learns them, as far as it can."""
        self.play(self.say("one.go"))
        self.learn_one()
        self.learn(self.parameters.epochs, 4.0, net_material.change(self.single))
        self.tell(f"one.{self.shape}", less=TIMING.hold)
        return "note_lost" if self.shape == "lost" else "note"

    def billion(self) -> str:
        """The least loss of any single sigmoid, and that of the probability itself."""
        self.tell("billion.ask")
        self.tell(f"billion.{self.near}", self.curve.to(level=1, run_time=TIMING.slow), seconds=TIMING.key)
        self.tell("billion.truth", self.curve.to(truth_level=1, run_time=TIMING.slow), less=TIMING.hold)
        return f"note_{self.near}"

    def straight(self) -> None:
        """Straight lines, and what the sigmoid makes of them."""
        self.clear_for(self.four)
        self.tell("straight.u", self.show_u(0, 1))
        self.play(self.say("straight.order"), self.show_formula(SIGMOID))
        self.press(0, 1)
        self.until_read(TIMING.key, less=TIMING.hold)

    def broken(self) -> None:
        """Broken lines, and what the sigmoid makes of them."""
        self.tell("broken.ask")
        self.play(self.say("broken.u"), self.show_u(2, 3))
        self.press(2, 3)
        self.until_read()
        self.tell("broken.end", less=TIMING.hold)

    def nodes(self) -> None:
        """ReLU nodes before the sigmoid, with their first weights."""
        self.take_net()
        self.tell(f"nodes.{self.many}", self.plot.to(opacity=1), self.diagram.to(nodes=1, edges=1, numbers=1))
        self.play(self.say("nodes.u"), self.logit.to(shown=[1], grown=[1]))
        self.play(self.plot.to(estimate=1), self.reveal(self.readout))
        self.until_read(less=TIMING.hold)

    def train(self) -> str:
        """All epochs: weights, u, probability and loss in step."""
        self.play(self.say("train.say"), self.curve.to(axes=1, curve=1, level=1))
        self.learn(self.parameters.net_epochs, 7.0, net_material.change(self.net_run))
        self.tell(f"train.{self.ending}", seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.noted}"

    def after(self) -> str:
        """What bending gained, in one picture."""
        self.explain_chance()
        self.tell(f"after.{self.lesson}", self.tall(), self.reveal(self.scores()), seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.lesson}"
