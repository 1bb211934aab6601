"""A line through a sigmoid: zeros and ones, a probability, two layers, two weights, and learning them."""

import numpy as np

from scenes.bases.logistic import CURVE, SIGMOID, LogisticFilm
from scenes.material.logistic import leaves
from scenes.parameters import LogisticParameters
from scenes.theme import TIMING


class Logistic(LogisticFilm):
    """From 13 points to a net that says how probable a 1 is."""

    film_name = "logistic"
    parameters: LogisticParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        for beat in (self.points, self.crowds, self.layers, self.net, self.steepen, self.shift):
            self.beat(beat)
        for epoch in self.pauses:
            self.beat(self.train, epoch)

    def points(self) -> None:
        """Zeros and ones, the curve that they come from, and a point that chance has put elsewhere."""
        self.add(self.title(), self.few)
        self.tell("points.ask", self.few.to(points_shown=1, run_time=TIMING.slow), seconds=TIMING.key)
        self.tell("points.truth", self.few.to(truth=1, run_time=TIMING.slow))
        self.tell("points.chance", self.few.to(pick=1), seconds=TIMING.key, less=TIMING.hold)

    def crowds(self) -> str:
        """Many points; the best straight line among them; the curve that they come from."""
        self.play(self.away(self.few))
        self.dissolve()
        self.show_line()
        away = "" if leaves(self.line) else "_within"
        self.tell(f"crowds.ask{self.own}", self.crowd.to(points_shown=1, run_time=TIMING.slow))
        self.tell(f"crowds.line{away}", self.crowd.to(estimate=1, run_time=TIMING.move), seconds=TIMING.key)
        self.tell(f"crowds.truth{self.own}", self.crowd.to(truth=1, run_time=TIMING.slow), less=TIMING.hold)
        return f"note{self.own}{away}"

    def layers(self) -> None:
        """A line, a sigmoid, and both together; one x is followed through all of them."""
        self.play(self.away(self.crowd))
        self.add(self.stages, self.diagram)
        for key, stage in (("line", 0), ("bend", 1), ("whole", 2)):
            shown, parts = np.arange(3) <= stage, np.arange(5) <= 2 * stage + 2
            formula = self.show_formula(SIGMOID) if stage == 1 else []
            self.play(self.say(f"layers.{key}"), formula, self.diagram.to(parts=parts), self.stages.to(shown=shown))
            self.play(self.stages.to(grown=shown, run_time=TIMING.move))
            self.until_read()
        self.play(self.say("layers.walk"), self.diagram.to(told=np.ones(3)), self.stages.to(probes=np.ones(3)))
        self.play(*(panel.to(probe=1, run_time=4.0) for panel in (self.stages, self.diagram)))

    def net(self) -> str:
        """Both layers become one function; its first curve among the points."""
        self.tell("net.say", self.show_formula(CURVE), self.diagram.to(wrapped=1, run_time=TIMING.move))
        self.tell("net.first", self.among_points(), seconds=TIMING.key, less=TIMING.hold)
        return f"note{self.own}"

    def steepen(self) -> None:
        """The slope: steeper, then falling."""
        self.tell("steepen.ask", self.reveal(self.weights))
        self.play(self.say("steepen.say"))
        self.by_hand(self.hand.steep)

    def shift(self) -> None:
        """The intercept: to one side, to the other; then back to the first curve."""
        self.tell("shift.ask")
        for key, state in (("say", self.hand.aside), ("back", len(self.hand.weights) - 1)):
            self.play(self.say(f"shift.{key}"))
            self.by_hand(state)

    def train(self, epoch: int) -> str:
        """Up to an epoch: curve, loss and weights in step."""
        self.look_at(epoch)
        self.play(self.say("train.go" if epoch == self.pauses[0] else "train.on"))
        self.learn(epoch, 4.0, self.change)
        told = f"{self.ending}{self.own if self.ending in ('early', 'there') else ''}"
        self.play(self.say(f"train.{told}"), self.curve.to(level=epoch == self.pauses[-1]))
        self.until_read(TIMING.key, less=TIMING.hold)
        return f"note_{self.ending if self.ending == 'early' else told}"
