"""Films of the same runs with two losses: their formulas above two columns, and the reason why one stands still."""

from collections.abc import Sequence
from functools import cached_property

from scenes.bases.curve import EPOCH, TWO, CurveFilm
from scenes.drawing import Rectangle
from scenes.figures import curve as figures
from scenes.look import Ink
from scenes.theme import SIZES

LOSSES = ("mse", "bce")
MISS = "#data[$y_i$] - #estimate[$hat(y)_i$]"
FORMULAS = {
    "mse": f'$upright("MSE") = 1/n sum_(i=1)^n ({MISS})^2$',
    "bce": '$upright("BCE") = -1/n sum_(i=1)^n (#data[$y_i$] log #estimate[$hat(y)_i$] '
    "+ (1 - #data[$y_i$]) log (1 - #estimate[$hat(y)_i$]))$",
}
SLOPES = {
    "mse": '$upright("MSE") quad display((partial thin upright("loss")_i) / (partial u_i) = '
    f"-2 thin #loss[$({MISS})$] thin #gradient[$hat(y)_i (1 - hat(y)_i)$])$",
    "bce": f'$upright("BCE") quad display((partial thin upright("loss")_i) / (partial u_i) = -#loss[$({MISS})$])$',
}
CURVE = '$#estimate[$hat(y)$] = upright("sigmoid")(u), quad u = hat(w)_0 + hat(w)_1 x$'
HEADINGS, HEADING_LINE = (-3.4, 3.4), 2.35
REASON = -0.1


class TwoLosses(CurveFilm):
    """MSE on the left, BCE on the right.

    Attributes:
        reason: the lines of the argument that stand on the screen.
    """

    reason: list[Ink]

    def prepare_losses(self, starts: Sequence[tuple[float, float]], window: Rectangle) -> None:
        """Make the panels of both losses."""
        self.starts, self.reason = starts, []
        ways = [[self.histories[f"{loss} {i}"] for i in range(len(starts))] for loss in LOSSES]
        self.prepare(ways, TWO, EPOCH, window)
        self.figures = figures.of_two_losses(*self.sides)

    @cached_property
    def headings(self) -> list[Ink]:
        """The two losses, above their columns."""
        return [self.heading(FORMULAS[loss], x) for loss, x in zip(LOSSES, HEADINGS, strict=True)]

    def heading(self, formula: str, x: float) -> Ink:
        """A formula above a column."""
        return self.look.ink(formula, SIZES.label).stand(x, HEADING_LINE, "center")

    def reasons(self) -> dict[str, list[Ink]]:
        """For each step of the argument a formula, and below it the same with the point's numbers."""
        lines = (
            ("curve", CURVE, "why.miss"),
            ("mse", SLOPES["mse"], "why.mse_push"),
            ("bce", SLOPES["bce"], "why.bce_push"),
        )
        found = {}
        for (key, formula, numbers), top in zip(lines, (1.75, -0.25, -2.0), strict=True):
            above, below = self.look.ink(formula, SIZES.formula), self.ink(numbers, SIZES.formula)
            found[key] = [above.stand(REASON, top), below.stand(REASON, top - 0.75)]
        return found
