"""One linear layer bends: give it x, x² and x³ as columns. And the homework: ten times the learning rate."""

import numpy as np

from scenes.bases.polynomial import MATRIX, SUM, PolynomialFilm
from scenes.material import net as net_material
from scenes.parameters import PolynomialParameters
from scenes.theme import TIMING


class Polynomial(PolynomialFilm):
    """Eight beats from a line that cannot bend to a rate that is too large."""

    film_name = "polynomial"
    parameters: PolynomialParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        for beat in (self.straight, self.columns, self.add_up, self.train, self.truth if self.known else self.best):
            self.beat(beat)
        for beat in (self.homework_rate, self.steep, self.critical):
            self.beat(beat)

    def straight(self) -> None:
        """The points, and the best that one column can do."""
        self.add(self.title(), self.plot)
        self.play(self.say("straight.ask"), self.plot.to(points_shown=1, run_time=TIMING.caption))
        self.tell("straight.line", self.plot.to(estimate=1), seconds=TIMING.key, less=TIMING.hold)

    def columns(self) -> None:
        """The trick: three columns, each a curve of its own."""
        self.play(self.say("columns.trick"), self.show_formula(MATRIX), self.aside())
        for count in (1, 2, 3):
            self.play(self.pieces.to(columns=[0, 1, 0], rows=np.arange(4) < count, run_time=0.8))
        self.until_read(TIMING.key)
        self.play(self.say("columns.layer"), self.diagram.to(nodes=1), self.pieces.to(rows=np.ones(4)))
        self.play(self.diagram.to(edges=1, numbers=1))
        self.until_read(TIMING.key, less=TIMING.hold)

    def add_up(self) -> None:
        """The first weights: every curve weighted, all of them added up."""
        self.take()
        self.tell("add_up.weigh", self.show_formula(SUM), self.pieces.to(columns=[0, 1, 1]))
        self.add(self.heap)
        for joined in range(1, 5):
            self.play(self.heap.to(joined=joined, run_time=1.4 - 0.15 * joined))
        self.tell("add_up.sum", self.heap.to(bands=0), seconds=TIMING.key, less=TIMING.hold)

    def train(self) -> str:
        """All epochs: weights, curve and loss in step."""
        self.tell("train.say" if self.known else "train.say_own", self.open_stage(), self.away(self.pieces, self.heap))
        self.let_run(net_material.change(self.run))
        return self.tell_end("train")

    def truth(self) -> str:
        """The polynomial that the points come from, beside what was learned."""
        self.play(self.say("truth.dashed"), self.plot.to(truth=1, run_time=TIMING.caption))
        return self.tell_end("truth", TIMING.key)

    def best(self) -> str:
        """Where nobody knows that: the cubic of least loss beside what was learned."""
        self.play(self.say("best.dashed"), self.plot.to(truth=1, run_time=TIMING.caption))
        return self.tell_end("best", TIMING.key)

    def homework_rate(self) -> str:
        """The same layer from the same start with the homework's rate."""
        self.tell("homework_rate.ask", self.change_run(self.homework), self.show_rate(), seconds=TIMING.key)
        self.let_run(net_material.change(self.homework))
        return self.tell_end("homework_rate", TIMING.key)

    def steep(self) -> None:
        """What the columns hold, and which weight the loss feels most."""
        self.families = columns, bowls = self.steep_panels()
        self.play(self.say("steep.ask"), self.clear_for(columns), self.drop_formula())
        self.grow(columns)
        self.play(self.say("steep.move"), self.clear_for(bowls))
        self.grow(bowls, star=1)
        self.tell("steep.say", self.single_out(), seconds=TIMING.key, less=TIMING.hold)

    def critical(self) -> str:
        """Both rates, and the one that must not be passed."""
        self.tell("critical.say", self.show_rates(), seconds=TIMING.key)
        self.play(self.say(f"critical.{self.sides}"), self.line.to(factors=1))
        self.tell_square()
        self.until_read(TIMING.key, less=TIMING.hold)
        return f"note_{self.sides}"
