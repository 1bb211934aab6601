"""Is backward() right? The gradient at one point three ways, and how near two points may come to each other."""

from scenes.bases.gradient_check import CALL, FORMULA, QUOTIENT, GradientCheckFilm
from scenes.parameters import GradientCheckParameters
from scenes.theme import TIMING


class GradientCheck(GradientCheckFilm):
    """Autograd, the formula, and two losses a small distance apart."""

    film_name = "gradient-check"
    parameters: GradientCheckParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.question)
        self.beat(self.formula)
        self.beat(self.secant)
        if self.nearer:
            self.beat(self.shrink)
        if self.too_near:
            self.beat(self.too_small)
        self.beat(self.error)
        self.beat(self.verdict)

    def question(self) -> None:
        """Two numbers that backward() says."""
        view, table = self.view, self.table
        self.add(self.title(), view, table)
        self.tell("question.slice", view.to(axes=1, curve=1, ball=1, run_time=TIMING.slow))
        self.play(self.say("question.says"), self.show_formula(CALL), table.to(heads=1, shown=self.rows(-1)))
        self.play(view.to(tangent=1))
        self.until_read(TIMING.key)
        self.tell("question.ask")

    def formula(self) -> str:
        """The same by the formula."""
        self.tell("formula.say", self.show_formula(FORMULA))
        self.tell(f"formula.{self.agreement}", self.fill(0))
        return f"note_{self.agreement}"

    def secant(self) -> str:
        """The loss at two points, and the line through them."""
        self.tell("secant.ask", self.show_formula(QUOTIENT), self.view.to(second=1, digits=1, run_time=TIMING.move))
        self.play(self.say("secant.say"), self.view.to(rise=1, run_time=TIMING.move))
        self.play(self.view.to(secant=1), self.fill(1))
        self.until_read(TIMING.key)
        return "note_rounded" if self.check.rounded else "note"

    def shrink(self) -> str:
        """Nearer and nearer: the secant turns into the tangent."""
        self.tell("shrink.ask")
        self.approach(self.nearer)
        self.tell(f"shrink.{self.meeting}")
        return f"note_{self.meeting}"

    def too_small(self) -> str:
        """Nearer still: float32 cannot tell the losses apart."""
        self.tell("too_small.ask")
        self.approach(self.too_near)
        self.tell(f"too_small.{self.gap}", self.view.to(ladder=1))
        self.tell(f"too_small.{self.apart}", seconds=TIMING.key)
        return f"note_{self.apart}"

    def error(self) -> str:
        """All errors against h."""
        self.play(self.away(self.view), self.drop_formula())
        self.remove(self.view)
        self.add(self.errors)
        self.play(self.say("error.say"), self.errors.to(axes=1, run_time=TIMING.quick))
        self.play(self.errors.to(share=1, run_time=2.4))
        self.until_read()
        self.tell(f"error.{self.arms}", self.errors.to(best=1, told=1), seconds=TIMING.key)
        return f"note_{self.arms}"

    def verdict(self) -> str:
        """What the check is worth."""
        self.tell(f"verdict.{self.proven}", self.table.to(mark=1), seconds=TIMING.key)
        return f"note_{self.worth}"
