"""Films that check a gradient: a slice of the loss that is zoomed into, a table of slopes, their errors."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from manim import Animation

from scenes.captions import SYMBOLS
from scenes.figures import count
from scenes.figures import gradient_check as figures
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.markup import Words
from scenes.material import gradient_check as made
from scenes.numbers import LARGE, power_of_ten, scientific, shortest
from scenes.panels.error_plot import ErrorPlot
from scenes.panels.number_table import NumberTable
from scenes.panels.zoomed_slice import ZoomedSlice

VIEW = (LEFT, BOTTOM + 0.5, 0.45, 2.75)
TABLE = (0.85, BOTTOM + 0.55, RIGHT - 0.2, 2.55)
ERRORS = (LEFT, BOTTOM + 0.55, 0.35, 2.55)

CALL = '$#raw("loss.backward()")$'
FORMULA = '$display((partial thin #loss[$upright("loss")$]) / (partial w)) = -2 X^top y + 2 X^top X thin hat(w)$'
QUOTIENT = '$display((#loss[$upright("loss")(w + h)$] - #loss[$upright("loss")(w)$]) / h)$'

GIVEN = 2
"""So many rows of the table stand above those of the distances: autograd and formula."""
FIRST, SLOWEST, TOTAL = 2.2, 1.4, 6.0
"""Seconds that the first approach takes, each other one at most, and all others of a beat together."""


class GradientCheckFilm(Film):
    """A film of one gradient and of losses around it.

    Attributes:
        check: the three ways to it. best: the row of the distance whose slope along the first weight is least off.
    """

    check: made.Check
    best: int

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.check = made.check(self.histories)
        self.best = self.check.best[0]
        self.figures = figures.of_check(self.histories["here"], self.check)
        self.view.row = 0.0

    # Panels

    @cached_property
    def view(self) -> ZoomedSlice:
        """The slice along the first weight, as near as the distances go."""
        check = self.check
        return ZoomedSlice(
            VIEW,
            self.look,
            made.slice_of(check),
            place=_both(SYMBOLS["w0"], " = ", self.figures["p0"]),
            loss_name=self.look.captions.text("axes.loss"),
            level=self.figures["loss0"],
            losses=[figures.exact(float(loss), check.step) for loss in check.losses[:, 0]],
            marks=self.distances,
            zooms=[self.zoom(row) for row in range(len(check.distances))],
        )

    @property
    def distances(self) -> list[Words]:
        """Each h, as it was given."""
        return [_both(Words("h", "$h$"), " = ", shortest(float(h))) for h in self.check.distances]

    def zoom(self, row: int) -> str:
        """How near a row is, beside the first."""
        factor = float(self.check.distances[0] / self.check.distances[row])
        power = round(float(np.log10(factor)))
        whole = power_of_ten(power) if np.isclose(factor, 10.0**power) else scientific(factor, 2)
        words = count(round(factor)) if factor < LARGE else whole
        return self.look.captions.typeset(f"{self.film_name}.parts.zoom", factor=words)

    @cached_property
    def table(self) -> NumberTable:
        """The two slopes, three ways: autograd, the formula, and each distance."""
        check, theme = self.check, self.theme
        given: list[tuple[Words | str, ...]] = [
            (self.text(f"parts.{way}"), *map(figures.slope, both)) for way, both in self.ways
        ]
        rows = [
            (name, *map(figures.slope, both))
            for name, both in zip(self.distances, check.differences.tolist(), strict=True)
        ]
        heads = ("", SYMBOLS["w0slope"], SYMBOLS["w1slope"])
        colors = (theme.text, theme.partial0, theme.partial1)
        table = NumberTable(TABLE, self.look, heads, [*given, *rows], colors, ruled=(GIVEN,))
        table.marked, table.many = GIVEN + min(check.best), 1 + max(check.best) - min(check.best)
        return table

    @property
    def ways(self) -> list[tuple[str, list[float]]]:
        """The slopes that stand above the distances."""
        return [("autograd", self.check.autograd.tolist()), ("formula", self.check.formula.tolist())]

    @cached_property
    def errors(self) -> ErrorPlot:
        """How far the slopes of each distance are off."""
        check, theme = self.check, self.theme
        arms = {"rounds": self.best < len(check.distances) - 1, "bends": self.best > 0}
        reasons = [self.text(f"parts.{reason}") if there else "" for reason, there in arms.items()]
        return ErrorPlot(
            ERRORS,
            self.look,
            check.distances,
            check.errors,
            ("$h$", self.text("parts.error")),
            (theme.partial0, theme.partial1),
            (SYMBOLS["w0slope"], SYMBOLS["w1slope"]),
            (reasons[0], reasons[1]),
        )

    # Moves

    def rows(self, until: int) -> np.ndarray:
        """Opacities of the table's rows: those above, and so many distances, (rows,)."""
        return (np.arange(len(self.table.shown)) < GIVEN + until).astype(float)

    def fill(self, until: int, **pace: Any) -> Animation:
        """The table gains rows, up to so many distances."""
        return self.table.to(shown=self.rows(until), **pace)

    def approach(self, rows: Sequence[int]) -> None:
        """From distance to distance, the first time slowly: the view comes nearer, and the table fills."""
        even = float(min(SLOWEST, TOTAL / max(len(rows), 1)))
        for row in rows:
            seconds = FIRST if row == rows[0] else even
            self.figures |= figures.of_row(self.check, row)
            late = self.fill(row + 1, run_time=seconds, rate_func=lambda share: max(0.0, 4 * share - 3))
            self.play(self.view.to(row=row, run_time=seconds), late)

    @property
    def nearer(self) -> range:
        """The distances up to the best one, after the first."""
        return range(1, self.best + 1)

    @property
    def too_near(self) -> range:
        """The distances after the best one."""
        return range(self.best + 1, len(self.check.distances))

    # What is said

    @property
    def agreement(self) -> str:
        """Whether autograd and formula agree."""
        return "agree" if self.check.agree else "differ"

    @property
    def meeting(self) -> str:
        """Whether the slopes by differences come close to the formula's."""
        return "meet" if self.check.meets else "miss"

    @property
    def worth(self) -> str:
        """What the whole check has shown."""
        if not self.check.agree:
            return "differ"
        return "far" if not self.check.meets else "between" if self.arms == "both" else "right"

    @property
    def proven(self) -> str:
        """Which sentence says so: where not one distance is the best for both slopes, a check names two."""
        return "between_two" if self.worth == "between" and self.table.many > 1 else self.worth

    @property
    def gap(self) -> str:
        """Which sentence tells how float32 shows at the smallest distance."""
        last = len(self.check.distances) - 1
        return "rungs" if self.check.told_apart(last) else "digits"

    @property
    def apart(self) -> str:
        """Which sentence tells how far the losses of the smallest distance are apart, or that the weight stays."""
        steps = float(self.check.steps[-1])
        if steps == 0 and self.check.moved[-1, 0] == 0:
            return "still"
        return "lost" if not np.isfinite(steps) else "equal" if steps == 0 else "one" if steps == 1 else "few"

    @property
    def arms(self) -> str:
        """Which sides of the best distance there are."""
        return (
            "both" if self.nearer and self.too_near else "large" if self.nearer else "small" if self.too_near else "one"
        )


def _both(first: Words, between: str, second: Words) -> Words:
    return Words(*(one + between + other for one, other in zip(first, second, strict=True)))
