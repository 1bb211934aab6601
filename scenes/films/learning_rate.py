"""The learning rate: one surface, one start, many α; where each ends, and why some run away."""

from collections.abc import Sequence

import numpy as np

from scenes import rate_figures, rate_material
from scenes.catalogue import LearningRateParameters
from scenes.rate_film import BESIDE, SMALL_MAP, RateFilm
from scenes.theme import TIMING

RULE = '$display(hat(w) <- hat(w) - alpha thin #gradient[$(partial thin upright("loss"))/(partial w)$])$'
SHRINK = '$d <- (1 - alpha thin lambda_"max") thin d$'
FIRST, OTHERS, SLOW_TURN = 3.6, 2.2, 3.6
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
        for runs in rate_material.passages(self.fates):
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
        self.hold(TIMING.hold)
        self.play(self.say("question.far"))
        self.hold(TIMING.read)
        self.play(
            self.say("question.map"),
            ground.to(run_time=2.6, skin=0.35, contours=1, upright=0, gradient=0, **self.overhead()),
        )
        self.add(self.map)
        self.play(ground.to(opacity=0), self.map.to(axes=1, contours=1, star=1, start=1, start_name=1))
        self.remove(ground)

    def first_steps(self) -> str:
        """One slope, as many first steps as there are rates."""
        every = np.ones(len(self.runs))
        self.map.strength = every
        self.restart(self.map)
        self.play(self.say("first_steps.ask" if len(self.runs) > 1 else "first_steps.ask_one"))
        self.hold(TIMING.think)
        self.advance(1, TIMING.slow, TIMING.slow)
        self.play(
            self.map.to(names=every), self.say("first_steps.say" if len(self.runs) > 1 else "first_steps.say_one")
        )
        self.hold(TIMING.read)
        return "note" if len(self.runs) > 1 else "note_one"

    def run(self, runs: Sequence[int]) -> str:
        """One run: its path and its loss in sync, and where it ends."""
        (run,) = runs
        self.tell(run)
        fate, first = self.fates[run], not self.race.axes
        slowly = fate == "turns" and self.fates.index(fate) == run
        seconds = FIRST if first else SLOW_TURN if slowly else OTHERS
        self.let_run(runs, "run.first" if first else "run.go", seconds, alone=slowly)
        if slowly:
            self.play(self.say("run.low"), self.race.to(low=self.only(runs)))
            self.hold(TIMING.think)
        self.name_ends(runs, f"run.{fate}")
        self.hold(TIMING.quick)
        return f"note_{fate}"

    def group(self, runs: Sequence[int]) -> str:
        """Several runs with the same fate at a time."""
        fate = self.fates[runs[0]]
        self.figures |= rate_figures.of_group([self.runs[run] for run in runs])
        self.let_run(runs, "group.go", FIRST)
        self.name_ends(runs, f"group.{fate}")
        self.hold(TIMING.hold)
        return f"note_{fate}"

    def why(self) -> str:
        """In one direction the surface is a parabola, and a step multiplies the distance from its lowest point."""
        cut = self.parabola
        self.read_nothing()
        away = self.race.to(opacity=0, run_time=TIMING.quick)
        quiet = self.map.to(strength=0.2 * np.ones(len(self.runs)), bright=self.only([]), leaves=0)
        self.play(self.say("why.ask"), away, quiet, self.map.to(frame=SMALL_MAP, line=1, run_time=TIMING.slow))
        self.remove(self.race)
        self.add(cut)
        self.play(self.say("why.cut"), cut.to(axes=1, ground=1, star=1, run_time=TIMING.slow))
        self.play(self.say("why.rule"), self.show_formula(SHRINK))
        self.hold(TIMING.read)
        for place, run in enumerate(self.shown_in_cut):
            self.jump(place, run)
        return "note"

    def critical(self) -> str:
        """On a line of α: where the factor passes -1, and on which side each run lies."""
        line, runs = self.line, len(self.runs)
        self.add(line)
        self.play(self.say("critical.line"), line.to(axes=1, critical_mark=1, run_time=TIMING.move))
        self.hold(TIMING.hold)
        self.play(self.say(f"critical.{self.sides}"), line.to(dots=np.ones(runs), factors=1, run_time=TIMING.move))
        self.hold(TIMING.read)
        return f"note_{self.sides}"

    def compare(self) -> str:
        """All runs side by side: paths, losses, rates, and where each ends."""
        every, race = np.ones(len(self.runs)), self.race
        self.play(self.say(f"compare.{self.sides}"), self.parabola.to(opacity=0, run_time=TIMING.quick))
        self.remove(self.parabola)
        race.frame, race.details, race.strength, race.names, race.low = np.array(BESIDE), 1.0, every, every, 0 * every
        race.span = race.span_of(range(len(self.runs)))
        self.add(race)
        self.map.epochs = race.epochs = self.epochs * every
        race.ball, race.ends = 0.7, float(self.fates.count("lost") <= 3)
        self.play(
            race.to(opacity=1, bright=every),
            self.map.to(line=0, strength=every, bright=every, leaves=1, leave_epochs=0, dots=0, ball=0.6),
        )
        self.hold(TIMING.read)
        return f"note_{self.sides}"
