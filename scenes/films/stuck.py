"""The same net from other first weights gets stuck: why, since when, and how often that happens."""

import numpy as np
from manim import FadeIn

from scenes import net_material
from scenes.catalogue import StuckParameters
from scenes.net_film import DIAGRAM, PLOT, TILES
from scenes.pacing import durations, pacing
from scenes.stuck_film import StuckFilm
from scenes.theme import TIMING


class Stuck(StuckFilm):
    """Six beats from two nets side by side to how often a net gets stuck."""

    film_name = "stuck"
    parameters: StuckParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.two_seeds)
        self.beat(self.train)
        self.beat(self.autopsy)
        self.beat(self.final)
        self.beat(self.many)
        self.beat(self.shares)

    def two_seeds(self) -> None:
        """The same data, the same net, two first weights."""
        sides, differ = (self.this, self.that), self.parameters.seed != self.parameters.other_seed
        panels = [panel for side in sides for panel in side.panels]
        self.restart(*panels)
        self.add(self.title(), *panels)
        self.play(self.say("two_seeds.same"), *(side.plot.to(points_shown=1, run_time=1.5) for side in sides))
        self.play(*(side.diagram.to(nodes=1) for side in sides))
        self.hold(TIMING.quick)
        names = [FadeIn(side.name) for side in sides]
        self.play(self.say("two_seeds.first" if differ else "two_seeds.first_same"), names)
        self.play(*(side.diagram.to(edges=1, numbers=1) for side in sides))
        self.play(*(side.plot.to(estimate=1) for side in sides), *(side.tell() for side in sides))
        self.play(self.say("two_seeds.ask"))
        self.hold(TIMING.think)

    def train(self) -> None:
        """Both learn, side by side."""
        self.play(self.say("train.say"))
        self.advance(self.parameters.epochs, 0.8, 8.0)
        for name, run in (("other", self.other), ("this", self.run)):
            self.play(self.say(f"train.{name}_{self.ending_of(run)}"))
            self.hold(TIMING.read)

    def autopsy(self) -> str:
        """Where is no node active, and what do the points there add to the gradient?"""
        this, self.pieces = self.this, self.pieces_of(self.run, TILES)
        self.shade, self.pull = self.shade_panel(), self.pull_panel()
        self.play(self.say("autopsy.ask"), self.that.leave())
        self.play(this.diagram.to(frame=DIAGRAM), this.plot.to(frame=PLOT))
        self.clock(self.pieces, self.shade)
        self.add(self.pieces)
        self.bring_to_back(self.shade)
        self.play(self.pieces.to(columns=[1, 1, 1], asleep=1))
        self.hold(TIMING.hold)
        self.play(self.say(f"autopsy.{self.covered}"))
        self.hold(TIMING.think)
        if self.covered != "lost":
            self.feel()
        return f"note_{self.covered}" if self.covered in ("both", "lost") else "note"

    def feel(self) -> None:
        """Points that no node covers add nothing to the gradient."""
        self.play(self.say(f"autopsy.dark_{self.covered}"), self.shade.to(shade=1))
        self.hold(TIMING.think)
        self.add(self.pull)
        some = bool((self.pull.shares == 0).any())
        self.play(self.say("autopsy.pull" if some else "autopsy.pull_all"), self.pull.to(axes=1))
        self.play(self.pull.to(grown=1, run_time=TIMING.slow))
        self.hold(TIMING.think)

    def final(self) -> str:
        """Back to the start: when did the last node change its side?"""
        self.traces, lost = self.traces_panel(), self.covered == "lost"
        self.play(self.say("final.replay"), self.pull.to(opacity=0, run_time=TIMING.quick))
        self.play(self.back_to(0), run_time=TIMING.quick)
        self.clock(self.traces)
        self.add(self.traces)
        self.play(self.traces.to(axes=1, lines=1))
        self.advance(self.turning.window, 0.3, 7.0)
        if not lost:
            never = self.turning.node is None
            self.play(self.say("final.never" if never else "final.turned"), self.traces.to(mark=1))
            self.hold(TIMING.read)
        self.play(self.back_to(self.run.epoch[-1]), self.say("final.lost" if lost else "final.moved"))
        self.hold(TIMING.think)
        return "note_lost" if lost else "note" if self.ending_of(self.run) == "still" else "note_free"

    def many(self) -> str:
        """Many first weights: how often does it happen?"""
        tries, panels = self.tries[0], (self.pieces, self.shade, self.traces)
        self.swarm, self.tally = self.swarm_panel(tries), self.tally_panel(tries)
        self.play(self.say("many.ask"))
        self.hold(TIMING.think)
        self.play(self.this.leave(), *(panel.to(opacity=0) for panel in panels), run_time=TIMING.quick)
        self.add(self.swarm, self.tally)
        self.play(self.say("many.dots"), self.swarm.to(axes=1))
        runs = len(tries.losses)
        seconds = durations(runs, 0.6, 6.0)
        self.play(
            self.swarm.to(count=runs), self.tally.to(epoch=runs), rate_func=pacing(seconds), run_time=seconds.sum()
        )
        self.play(self.say("many.lost" if tries.lost else "many.result"))
        self.hold(TIMING.read)
        return "note_lost" if tries.lost else "note"

    def shares(self) -> str:
        """The share that got stuck, for each size."""
        bars, groups = self.bars_panel(), np.arange(len(self.tries))
        self.play(self.say("shares.ask" if len(groups) > 1 else "shares.ask_one"))
        self.hold(TIMING.think)
        self.play(self.swarm.to(opacity=0), self.tally.to(opacity=0), run_time=TIMING.quick)
        self.add(bars)
        self.play(bars.to(axes=1))
        for group in groups:
            self.play(bars.to(grown=groups <= group, run_time=TIMING.quick))
        self.hold(TIMING.hold)
        self.play(self.say("shares.expected"), bars.to(expectation=1))
        self.hold(TIMING.read)
        trend = net_material.trend(self.tries)
        self.play(self.say(f"shares.{trend}"))
        self.hold(TIMING.read)
        return f"note_{trend}" if trend in ("falls", "rises") else "note"
