"""Optimizers side by side: the same surface, the same starts, another step."""

import numpy as np
from manim import FadeIn, Mobject

from scenes.bases.optimizer import OptimizerFilm, columns, places
from scenes.figures import optimizer as figures
from scenes.parameters import OptimizersParameters
from scenes.theme import TIMING

SWING = 40.0


class Optimizers(OptimizerFilm):
    """A plateau, the starts once more, the step explained, and where it goes too far."""

    film_name = "optimizers"
    parameters: OptimizersParameters

    def construct(self) -> None:
        """The storyboard."""
        self.starts = self.parameters.starts
        self.prepare_optimizers(self.parameters.optimizers, self.parameters.window)
        self.beat(self.question)
        for start in range(len(self.starts)):
            self.beat(self.learn, start)
        self.beat(self.step)
        self.beat(self.lengths)
        self.beat(self.too_far)

    def question(self) -> None:
        """The same surface for everyone, and where it is flat."""
        for side, frame in zip(self.sides, columns(len(self.sides)), strict=True):
            side.surface.frame, side.surface.azimuth = frame, self.azimuth + SWING
        self.add(self.title(), *(side.surface for side in self.sides))
        self.play(self.say("question.surface"), self.both(floor=1, upright=1, wire=1, run_time=TIMING.slow))
        self.play(self.both(skin=1, star=1, azimuth=self.azimuth, run_time=3))
        self.play(self.say("question.flat"), self.both(tint=1, run_time=TIMING.slow))
        self.hold(TIMING.think)
        headings = [FadeIn(heading, run_time=TIMING.move) for heading in self.headings]
        self.play(self.say("question.ask"), headings)
        self.hold(TIMING.think)

    def learn(self, start: int) -> str:
        """From one start, with every optimizer, in sync."""
        self.figures |= figures.of_start(start, self.sides, self.names)
        if start == 0:
            frames = [place.surface for place in places(len(self.sides))]
            self.play(self.move_to(frames), self.headings_to(frames))
        resting = figures.resting_of(start, self.sides)
        outcome = "moved" if not resting else "rest" if len(resting) < len(self.sides) else "none"
        self.descend(start, "learn.ask", 4.5 if self.calm else 2.5, rest=bool(resting))
        self.play(self.say(f"learn.{outcome}"))
        self.hold(TIMING.think if self.calm else TIMING.quick)
        return f"note_{outcome}"

    def step(self) -> str:
        """What the first step is made of where the gradient is smallest: plain descent, and another beside it."""
        run = self.sides[self.explained].runs[self.flattest]
        kind = figures.kind_of(run)
        self.figures |= figures.of_start(self.flattest, self.sides, self.names)
        self.figures |= figures.of_step(run, self.names[self.explained])
        self.play(
            self.say("step.ask"),
            self.away(*self.headings),
            self.both(opacity=0, run_time=TIMING.quick),
            self.hide_numbers(),
        )
        self.hold(TIMING.hold)
        self.explanation: list[Mobject] = []
        for column, said in zip(self.arithmetic(), ("plain", kind), strict=False):
            self.play(self.say(f"step.{said}"), *(FadeIn(line) for line in column[:-2]))
            self.hold(TIMING.think)
            self.play(*(FadeIn(line) for line in column[-2:]))
            self.hold(TIMING.read)
            self.explanation += column
        return f"note_{kind}"

    def lengths(self) -> None:
        """How long the steps are in every epoch, and how large the gradient."""
        self.play(self.away(*self.explanation))
        self.add(self.race)
        self.restart(self.race)
        self.play(self.say("lengths.say"), self.race.to(axes=1, run_time=TIMING.quick))
        self.dissolve(self.race)
        self.race.strength = self.race.names = np.ones(len(self.race.curves))
        self.advance(self.parameters.epochs, 0.1, 4.0)
        self.hold(TIMING.think)

    def too_far(self) -> str:
        """Seen from above, in the colours of the gradient: does a run pass the minimum? Then all paths."""
        outcome, over, peak = figures.of_overshoot(self.sides, self.names, self.flattest)
        self.figures |= figures.of_start(self.flattest, self.sides, self.names) | over
        self.play(self.race.to(opacity=0, run_time=TIMING.quick))
        frames = columns(len(self.sides))
        self.play(self.to_maps(frames, tint=1, contours=1, run_time=0.1))
        self.put_headings(frames)
        self.begin(self.flattest)
        self.play(self.say("too_far.ask"), *(FadeIn(heading) for heading in self.headings), self.both(opacity=1))
        self.hold(TIMING.think)
        self.add(self.epochs)
        self.play(self.epochs.to(shown=[1], run_time=TIMING.quick))
        self.advance(peak, 0.1, 3.0)
        self.play(self.say(f"too_far.{outcome}"))
        self.hold(TIMING.read)
        if peak < self.parameters.epochs:
            self.play(self.say("too_far.on"))
        self.advance(self.parameters.epochs, 0.1, 2.5)
        self.play(self.say("too_far.end"))
        self.hold(TIMING.read)
        if figures.walks_on(self.sides, self.flattest, self.explained):
            self.play(self.say("too_far.moral"))
            self.hold(TIMING.think)
        return f"note_{outcome}"
