"""Optimizers side by side: the same surface, the same starts, another step."""

import itertools
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from manim import FadeIn, FadeOut, Mobject

from scenes import optimizer_figures as figures
from scenes.catalogue import OptimizersParameters
from scenes.curve_film import CurveFilm, Place, slopes
from scenes.drawing import Rectangle
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.look import Ink
from scenes.panels.loss_race import Curve, LossRace
from scenes.theme import SIZES, TIMING

RULES = {
    "plain": "$w <- w - alpha thin #gradient[$g$]$",
    "momentum": "$display(b <- 0.9 thin b + #gradient[$g$] #h(1.5em) w <- w - alpha thin b)$",
    "rmsprop": "$display(v <- beta v + (1 - beta) #gradient[$g$]^2 #h(1.5em) "
    "w <- w - alpha thin #gradient[$g$] / (sqrt(v) + epsilon))$",
    "adam": "$display(m <- beta_1 m + (1 - beta_1) #gradient[$g$] #h(1em) "
    "v <- beta_2 v + (1 - beta_2) #gradient[$g$]^2 #h(1em) w <- w - alpha thin hat(m) / (sqrt(hat(v)) + epsilon))$",
}
TWO = (
    Place((-4.15, -2.0, 0.1, 2.1), (LEFT, -1.1, -4.25, 1.9), (-4.1, -2.8, 3.1), (LEFT, -2.1, 2.4)),
    Place((-0.1, -2.0, 4.15, 2.1), (4.1, -1.1, RIGHT, 1.9), (0.95, -2.8, 3.1), (4.3, -2.1, 2.4)),
)
EPOCH = (RIGHT - 1.1, 2.88, 1.1)
HEADING_LINE = 2.25
RULE_LINE = 1.75
SWING = 40.0
CHART = (LEFT, BOTTOM + 0.55, RIGHT, 1.3)


class Optimizers(CurveFilm):
    """The starts once more, the step explained, where it goes too far, all paths from above."""

    film_name = "optimizers"
    parameters: OptimizersParameters
    explanation: list[Mobject]

    def construct(self) -> None:
        """The storyboard."""
        self.starts, asked = self.parameters.starts, list(dict.fromkeys(self.parameters.optimizers))
        ways = [[self.histories[f"{name} {i}"] for i in range(len(self.starts))] for name in asked]
        self.names = figures.names_of(asked, [runs[0] for runs in ways])
        self.prepare(ways, places(len(ways)), EPOCH, self.parameters.window)
        self.figures = figures.of_film(self.sides, self.names)
        self.flattest = figures.flattest_start(ways[0])
        self.beat(self.question)
        for start in range(len(self.starts)):
            self.beat(self.learn, start)
        self.beat(self.step)
        self.beat(self.too_far)
        self.beat(self.above)

    @cached_property
    def headings(self) -> list[Ink]:
        """The names of the optimizers, above their columns."""
        return [
            self.look.ink(name, SIZES.title).stand((left + right) / 2, HEADING_LINE, "center")
            for name, (left, _, right, _) in zip(self.names, columns(len(self.names)), strict=True)
        ]

    def headings_to(self, frames: Sequence[Rectangle]) -> list[Any]:
        """Move the names above the middles of these frames."""
        return [
            heading.animate.stand((left + right) / 2, HEADING_LINE, "center")
            for heading, (left, _, right, _) in zip(self.headings, frames, strict=True)
        ]

    def question(self) -> None:
        """The same surface for everyone."""
        for side, frame in zip(self.sides, columns(len(self.sides)), strict=True):
            side.surface.frame, side.surface.azimuth = frame, self.azimuth + SWING
        self.add(self.title(), *(side.surface for side in self.sides))
        self.play(self.say("question.surface"), self.both(floor=1, upright=1, wire=1, run_time=TIMING.slow))
        self.play(self.both(skin=1, star=1, azimuth=self.azimuth, run_time=3))
        self.hold(TIMING.hold)
        self.play(self.say("question.ask"), *(FadeIn(heading, run_time=TIMING.move) for heading in self.headings))
        self.hold(TIMING.think)

    def learn(self, start: int) -> str:
        """From one start, with every optimizer, in sync."""
        self.figures |= figures.of_start(start, self.sides, self.names)
        if start == 0:
            frames = [place.surface for place in places(len(self.sides))]
            self.play(self.move_to(frames), self.headings_to(frames))
        resting = figures.resting_of(start, self.sides)
        outcome = "moved" if not resting else "rest" if len(resting) < len(self.sides) else "none"
        self.descend(start, "learn.ask", 4.5 if self.calm else 2.5)
        self.play(self.say(f"learn.{outcome}"), self.show_rest() if resting else [])
        self.hold(TIMING.think if self.calm else TIMING.quick)
        return f"note_{outcome}"

    def step(self) -> str:
        """What the step is made of where the gradient is smallest, and how long it is in every epoch."""
        runs = [side.runs[self.flattest] for side in self.sides]
        chosen = figures.explained(runs)
        kind = figures.kind_of(runs[chosen])
        self.figures |= figures.of_start(self.flattest, self.sides, self.names)
        self.figures |= figures.of_step(runs[chosen], self.names[chosen])
        headings = [FadeOut(heading, run_time=TIMING.quick) for heading in self.headings]
        self.play(self.say("step.ask"), headings, self.both(opacity=0, run_time=TIMING.quick), self.hide_numbers())
        self.hold(TIMING.hold)
        rule = self.look.ink(RULES[kind], SIZES.formula).stand(0, RULE_LINE, "center") if kind in RULES else None
        self.play(self.say(f"step.{kind}"), [FadeIn(rule)] if rule else [])
        self.hold(TIMING.read)
        if kind in ("adam", "rmsprop"):
            self.play(self.say(f"step.{kind}_numbers"))
            self.hold(TIMING.read)
        self.compare_steps()
        self.explanation = [self.race, *([rule] if rule else [])]
        return f"note_{kind}"

    def compare_steps(self) -> None:
        """The sizes of gradients and steps, epoch by epoch."""
        self.add(self.race)
        self.restart(self.race)
        self.play(self.say("step.compare"), self.race.to(axes=1, run_time=TIMING.quick))
        self.race.strength = self.race.names = np.ones(len(self.race.curves))
        self.advance(self.parameters.epochs, 0.6, 4.0)
        self.hold(TIMING.think)

    @cached_property
    def race(self) -> LossRace:
        """How long each optimizer's steps are, from the start with the smallest gradient."""
        words, theme = self.look.captions, self.theme
        runs = [side.runs[self.flattest] for side in self.sides]
        lengths = [
            Curve(run.epoch[:-1], figures.step_sizes(run), self.text("step.of").replace("…", name))
            for run, name in zip(runs, self.names, strict=True)
        ]
        first = runs[figures.explained(runs)]
        gradient = Curve(first.epoch, slopes(first), self.text("step.gradient"))
        names = (words.text("axes.epoch"), self.text("step.length"))
        colors = [theme.position_text] * len(lengths) + [theme.gradient]
        return LossRace(CHART, self.look, [*lengths, gradient], names, colors=colors)

    def too_far(self) -> str:
        """An average remembers: some runs pass the minimum and come back."""
        outcome, over = figures.of_overshoot(self.sides, self.names, self.flattest)
        self.figures |= figures.of_start(self.flattest, self.sides, self.names) | over
        self.play(*(FadeOut(part, run_time=TIMING.quick) for part in self.explanation))
        self.begin(self.flattest)
        headings = [FadeIn(heading, run_time=TIMING.quick) for heading in self.headings]
        self.play(self.say("too_far.ask"), headings, self.both(opacity=1, run_time=TIMING.quick), self.show_numbers())
        self.advance(self.parameters.epochs, 0.3, 4.0)
        self.play(self.say(f"too_far.{outcome}"))
        self.hold(TIMING.read)
        return f"note_{outcome}"

    def above(self) -> None:
        """All paths on the map, in the colours of the gradient."""
        frames = columns(len(self.sides))
        self.play(self.say("above.map"), self.hide_numbers(), self.headings_to(frames))
        self.play(self.to_maps(frames, tint=1, contours=1, run_time=2.6))
        self.hold(TIMING.think)
        self.play(self.say("above.end"))
        self.hold(TIMING.read)


def columns(count: int) -> list[Rectangle]:
    """Frames of so many surfaces that have the picture to themselves."""
    edges = np.linspace(LEFT, RIGHT, count + 1)
    return [(float(left), -2.9, float(right), 2.1) for left, right in itertools.pairwise(edges)]


def places(count: int) -> tuple[Place, ...]:
    """Where the panels of so many optimizers stand: two with their data beside them, more in narrow columns."""
    if count == 2:
        return TWO
    if count == 1:
        return (Place((-0.5, -2.0, RIGHT, 2.1), (LEFT, -1.6, -0.9, 1.9), (1.6, -2.8, 3.1), (LEFT, -2.8, 2.4)),)
    return tuple(
        Place((left, -1.45, right, 2.1), None, (left + 0.1, -2.85, right - left - 0.4), (left + 0.1, -1.95, 2.4))
        for left, _, right, _ in columns(count)
    )
