"""The learning rate: one surface, one start, many α; where each ends, and why some run away."""

from collections.abc import Sequence

import numpy as np
from manim import smooth

from scenes.bases.rate import RateFilm
from scenes.parameters import LearningRateParameters
from scenes.theme import TIMING

RULE = '$display(hat(w) <- hat(w) - alpha thin #gradient[$(partial thin upright("loss"))/(partial w)$])$'
SHRINK = '$d <- d - alpha thin lambda_"max" thin d = (1 - alpha thin lambda_"max") thin d$'
LONG = 2.6
"""Seconds for two short sentences, or one with a number that is needed later."""
FIRST, OTHERS, SLOW_TURN = 2.4, 1.6, 3.2
"""Seconds in which the first run, each other one, and one that falls and then rises, go through their epochs."""


class LearningRate(RateFilm):
    """A question, each run, the reason, and all of them side by side."""

    film_name = "learning-rate"
    parameters: LearningRateParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.question)
        self.beat(self.first_steps)
        for runs in self.passages:
            self.beat(self.run if len(runs) == 1 else self.group, runs)
        self.beat(self.why)
        self.beat(self.critical)
        self.beat(self.compare)

    def question(self) -> None:
        """The slope says which way; how far is up to us."""
        ground = self.ground
        ground.floor = ground.upright = ground.skin = ground.star = ground.ball = 1.0
        self.add(self.title(), ground)
        self.play(self.say("question.way"), self.show_formula(RULE), ground.to(gradient=1, run_time=TIMING.move))
        self.hold(TIMING.think)
        self.play(self.say("question.far"))
        self.hold(LONG)
        self.play(
            self.say("question.map"),
            ground.to(run_time=2.0, skin=0.35, contours=1, upright=0, gradient=0, **self.overhead()),
            ground.to(run_time=2.0, floor=0, rate_func=lambda share: smooth(max(0.0, 2.5 * share - 1.5))),
        )
        self.add(self.map)
        self.play(ground.to(opacity=0), self.map.to(axes=1, contours=1, star=1, start=1, start_name=1))
        self.remove(ground)

    def first_steps(self) -> str:
        """One slope, as many first steps as there are rates."""
        self.dissolve()
        every = np.ones(len(self.runs))
        self.map.strength = every
        self.restart(self.map)
        self.play(self.say("first_steps.ask" if len(self.runs) > 1 else "first_steps.ask_one"))
        self.hold(TIMING.think)
        self.advance(1, TIMING.slow, TIMING.slow)
        self.play(
            self.map.to(names=every), self.say("first_steps.say" if len(self.runs) > 1 else "first_steps.say_one")
        )
        self.hold(TIMING.hold)
        return "note" if len(self.runs) > 1 else "note_one"

    def run(self, runs: Sequence[int]) -> str:
        """One run: its path and its loss in sync, and where it ends."""
        (run,) = runs
        self.quote(run)
        fate, first = self.fates[run], not self.race.axes
        slowly = fate == "turns" and self.fates.index(fate) == run
        seconds = FIRST if first else SLOW_TURN if slowly else OTHERS
        self.let_run(runs, "run.first" if first else "run.go", seconds, alone=slowly)
        low = self.only(runs) * (fate == "turns")
        self.name_ends(runs, f"run.{fate}", low)
        self.hold(self.pace * (TIMING.read if slowly else TIMING.hold))
        return f"note_{fate}"

    def group(self, runs: Sequence[int]) -> str:
        """Several runs with the same fate at a time."""
        fate = self.fates[runs[0]]
        self.quote_group(runs)
        self.let_run(runs, "group.go" if self.race.axes else "group.first", FIRST)
        alike = fate == "arrives" and self.figures["soon"] == self.figures["late"]
        self.name_ends(runs, "group.alike" if alike else f"group.{fate}", self.only([]))
        self.hold(self.pace * TIMING.hold)
        return f"note_{fate}"

    def why(self) -> str:
        """Along one line the surface is a parabola, and a step multiplies the part of the distance along it."""
        cut, above, run = self.parabola, self.map, self.shown_in_cut[0]
        self.play(self.say("why.ask"), self.take_runs_away(), above.to(line=1, run_time=TIMING.slow))
        self.hold(TIMING.think)
        self.play(self.say("why.foot"), self.stand_at_start(0, run))
        self.hold(TIMING.read)
        self.add(cut)
        self.play(self.say("why.cut"), cut.to(axes=1, ground=1, star=1, run_time=TIMING.slow))
        self.play(cut.to(strength=cut.bright, foot=1, run_time=TIMING.quick))
        self.hold(TIMING.read)
        self.play(self.say("why.rule"), self.show_formula(SHRINK))
        self.hold(LONG)
        for place, each in enumerate(self.shown_in_cut):
            self.jump(place, each)
        return "note"

    def critical(self) -> str:
        """Where the factor passes -1, on a line of α, and on which side each run lies."""
        line, runs = self.line, len(self.runs)
        self.add(line)
        self.play(self.say("critical.border"), self.give_way())
        self.hold(TIMING.read)
        self.play(
            self.say("critical.line"),
            line.to(axes=1, critical_mark=1, dots=np.ones(runs), factors=1, run_time=TIMING.slow),
        )
        self.hold(TIMING.hold)
        return f"note_{self.sides}"

    def compare(self) -> str:
        """All runs side by side: paths, losses, and on which side of the critical rate each lies."""
        self.play(self.say(f"compare.{self.sides}"), self.take_cut_away(), self.drop_formula())
        self.play(self.all_at_their_ends(), self.line.to(factors=0))
        self.hold(TIMING.read)
        return f"note_{self.sides}"
