"""Films of several optimizers on one surface: their columns, their names, and their steps side by side."""

import itertools
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from scenes.bases.curve import EPOCH, TWO, CurveFilm, Place, slopes
from scenes.drawing import Rectangle
from scenes.figures import optimizer as figures
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.look import Ink
from scenes.panels.loss_race import Curve, LossRace
from scenes.theme import SIZES

HEADING_LINE, RULE_LINE, AVERAGES_LINE, NUMBERS_LINE, RESULT_LINE = 2.25, 1.35, 0.2, -0.95, -2.15
CHART = (LEFT, BOTTOM + 0.55, RIGHT, 2.4)
PLAIN = "$w <- w - alpha thin #gradient[$g$]$"
RULES = {
    "momentum": "$w <- w - alpha thin b$",
    "rmsprop": "$display(w <- w - alpha thin #gradient[$g$] / (sqrt(v) + epsilon))$",
    "adam": "$display(w <- w - alpha thin hat(m) / (sqrt(hat(v)) + epsilon))$",
}
AVERAGES = {
    "momentum": "$b <- 0.9 thin b + #gradient[$g$]$",
    "rmsprop": "$v <- beta thin v + (1 - beta) thin #gradient[$g$]^2$",
    "adam": "$m <- beta_1 m + (1 - beta_1) thin #gradient[$g$] #h(1.2em) "
    "v <- beta_2 v + (1 - beta_2) thin #gradient[$g$]^2$",
}
"""What each kind of optimizer keeps from step to step, and how it steps; the formulas of torch.optim."""

ROOM = 0.22
"""What numbers and lines at the border of a surface may reach beyond its frame."""


class OptimizerFilm(CurveFilm):
    """Several optimizers from the same starts.

    Attributes:
        names: what they are called. flattest: the start with the smallest gradient. explained: whose step is told.
    """

    names: list[str]
    flattest: int
    explained: int

    def prepare_optimizers(self, asked: Sequence[str], window: Rectangle) -> None:
        """Make the panels of each optimizer."""
        ways = [[self.histories[f"{name} {i}"] for i in range(len(self.starts))] for name in asked]
        self.names = figures.names_of(asked, [runs[0] for runs in ways])
        self.prepare(ways, places(len(ways)), EPOCH, window)
        self.flattest = figures.flattest_start(ways[0])
        self.explained = figures.explained([runs[self.flattest] for runs in ways])
        self.figures = figures.of_film(self.sides, self.names)

    @cached_property
    def headings(self) -> list[Ink]:
        """The names of the optimizers, above their columns."""
        return [
            self.look.ink(name, SIZES.title).stand(middle(frame), HEADING_LINE, "center")
            for name, frame in zip(self.names, columns(len(self.names)), strict=True)
        ]

    def headings_to(self, frames: Sequence[Rectangle]) -> list[Any]:
        """Move the names above the middles of these frames."""
        pairs = zip(self.headings, frames, strict=True)
        return [heading.animate.stand(middle(frame), HEADING_LINE, "center") for heading, frame in pairs]

    def put_headings(self, frames: Sequence[Rectangle]) -> None:
        """Let the names stand above these frames when they come back."""
        for heading, frame in zip(self.headings, frames, strict=True):
            heading.stand(middle(frame), HEADING_LINE, "center")

    def arithmetic(self) -> list[list[Ink]]:
        """The first step from the flattest start, line by line: SGD's, and beside it that of the optimizer explained.

        Each column is a name, rules where they are known, the same with numbers, and the step.
        """
        kind, told = figures.kind_of(self.sides[self.explained].runs[self.flattest]), self.figures
        alone = kind == "plain"
        (plain, *_), other = columns(1 if alone else 2), columns(2)[1]
        sizes = SIZES.title, SIZES.formula, SIZES.label
        first = [
            (self.look.ink(self.text("step.plain_name"), sizes[0]), HEADING_LINE),
            (self.look.ink(PLAIN, sizes[1]), RULE_LINE),
            (self.look.ink(f"$-alpha dot (#gradient[{told['g'].typeset}])$", sizes[1]), NUMBERS_LINE),
            (self.ink("step.plain_result", sizes[1]), RESULT_LINE),
        ]
        second = [(self.look.ink(self.names[self.explained], sizes[0]), HEADING_LINE)]
        if kind in AVERAGES:
            second.append((self.look.ink(RULES[kind], sizes[1]), RULE_LINE))
            second.append((self.look.ink(AVERAGES[kind], sizes[2]), AVERAGES_LINE))
            second.append((self.look.ink(self._quotient(kind), sizes[1]), NUMBERS_LINE))
        second.append((self.ink("step.result", sizes[1]), RESULT_LINE))
        columns_ = [(first, plain)] if alone else [(first, plain), (second, other)]
        return [[line.stand(middle(frame), y, "center") for line, y in lines] for lines, frame in columns_]

    def _quotient(self, kind: str) -> str:
        """The numbers of the first step in the places of the rule's letters."""
        told = self.figures
        if kind == "momentum":
            return f"$-alpha dot (#gradient[{told['g'].typeset}])$"
        return f"$display(-alpha dot #gradient[{told['m'].typeset}] / #[{told['root'].typeset}])$"

    @cached_property
    def race(self) -> LossRace:
        """How long each optimizer's steps are, from the start with the smallest gradient."""
        runs = [side.runs[self.flattest] for side in self.sides]
        words = [self.look.captions.text(f"{self.film_name}.step.of", name=name) for name in self.names]
        lengths = [Curve(run.epoch[:-1], figures.step_sizes(run), said) for run, said in zip(runs, words, strict=True)]
        first = runs[self.explained]
        gradient = Curve(first.epoch[:-1], slopes(first)[:-1], self.text("step.gradient"))
        names = (self.look.captions.text("axes.epoch"), self.text("step.length"))
        colors = [self.theme.muted] * len(lengths) + [self.theme.gradient]
        colors[self.explained] = self.theme.position_text
        return LossRace(CHART, self.look, [*lengths, gradient], names, colors=colors)


def middle(frame: Rectangle) -> float:
    """The x of the middle of a frame."""
    return (frame[0] + frame[2]) / 2


def columns(count: int) -> list[Rectangle]:
    """Frames of so many surfaces that have the picture to themselves."""
    edges, room = np.linspace(LEFT, RIGHT, count + 1), ROOM if count > 2 else 0.0
    return [(float(left + room), -2.9, float(right - room), 2.1) for left, right in itertools.pairwise(edges)]


def places(count: int) -> tuple[Place, ...]:
    """Where the panels of so many optimizers stand: two with their data beside them, more in narrow columns."""
    if count == 2:
        return TWO
    if count == 1:
        return (Place((-0.5, -2.0, RIGHT, 2.1), (LEFT, -1.6, -0.9, 1.9), (1.3, -2.8, 3.6), (LEFT, -2.8, 2.4)),)
    return tuple(
        Place((left, -1.45, right, 2.1), None, (left + 0.05, -2.85, right - left - 0.1), (left + 0.1, -1.95, 2.4))
        for left, _, right, _ in columns(count)
    )
