"""The same net from other starting weights gets stuck: why, since when, and how often that happens."""

import numpy as np
from manim import FadeIn

from scenes.bases.net import DIAGRAM, PLOT, PLOT_TALL, TILES
from scenes.bases.stuck import StuckFilm
from scenes.material import net as net_material
from scenes.pacing import durations, pacing
from scenes.parameters import StuckParameters
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
        """The same data, the same net, other starting weights."""
        sides, differ = (self.this, self.that), self.parameters.seed != self.parameters.other_seed
        panels = [panel for side in sides for panel in side.panels]
        self.restart(*panels)
        self.add(self.title(), *panels)
        self.play(self.say("two_seeds.same"), *(side.plot.to(points_shown=1, run_time=1.5) for side in sides))
        self.play(*(side.diagram.to(nodes=1) for side in sides))
        self.until_read()
        names = [FadeIn(side.name) for side in sides]
        self.play(self.say("two_seeds.first" if differ else "two_seeds.first_same"), names)
        self.play(*(side.diagram.to(edges=1, numbers=1) for side in sides))
        self.until_read()
        drawn = [side.plot.to(estimate=1) for side in sides]
        self.play(self.say("two_seeds.ask"), drawn, self.reveal(*(side.readout for side in sides)))
        self.until_read(TIMING.key, less=TIMING.hold)

    def train(self) -> None:
        """Both train, side by side, under one clock."""
        self.play(self.say("train.say"))
        self.learn(self.parameters.epochs, 7.5, net_material.change(self.run, self.other))
        for name, run in (("other", self.other), ("this", self.run)):
            self.tell(f"train.{name}_{self.ending_of(run)}", less=TIMING.hold * (name == "this"))

    def autopsy(self) -> str:
        """Where is no node active, and what do the points add to the gradient?"""
        this, self.pieces = self.this, self.pieces_of(self.run, TILES)
        self.shade, self.pull = self.shade_panel(), self.pull_panel()
        self.play(self.say("autopsy.ask"), self.that.leave())
        self.play(this.diagram.to(frame=DIAGRAM), this.plot.to(frame=PLOT_TALL), run_time=1.5)
        self.clock(self.pieces, self.shade)
        self.add(self.pieces)
        self.bring_to_back(self.shade)
        self.play(self.pieces.to(columns=np.ones(3), asleep=1))
        self.play(self.say(f"autopsy.{self.looks}"))
        if self.covered == "lost":
            self.until_read(less=TIMING.hold)
            return "note_lost"
        self.until_read(TIMING.key)
        self.feel()
        return f"note_{self.felt}" if self.felt != "define" else "note"

    def feel(self) -> None:
        """Points that no node covers add nothing to the gradient; the others may cancel."""
        self.tell(f"autopsy.dark_{self.covered}", self.shade.to(shade=1))
        self.add(self.pull)
        every = "_all" if self.felt == "both" else ""
        self.play(self.say(f"autopsy.pull{every}"), self.this.plot.to(frame=PLOT))
        self.play(self.pull.to(axes=1, run_time=TIMING.quick))
        self.play(self.pull.to(grown=1))
        self.until_read(TIMING.key)
        for key in self.sums:
            self.tell(f"autopsy.{key}", seconds=TIMING.key, less=TIMING.hold * (key == self.sums[-1]))

    def final(self) -> str:
        """Back to the start: when did the last node change its side?"""
        self.traces, turn = self.traces_panel(), self.turning.epoch
        self.play(self.say("final.replay"), self.pull.to(opacity=0, run_time=TIMING.quick))
        self.play(self.back_to(0), self.this.plot.to(frame=PLOT), run_time=TIMING.quick)
        self.clock(self.traces)
        self.add(self.traces)
        self.play(self.traces.to(axes=1, lines=1))
        self.learn(turn - 1 if turn else self.turning.window, 4.5, net_material.turned(self.run))
        if turn:
            turned = f"turned_{self.covered}" if self.covered in ("right", "left") else "turned"
            self.proceed(turn, np.array([TIMING.slow]), self.say(f"final.{turned}"), self.traces.to(mark=1))
            self.until_read(TIMING.key)
        self.play(self.say("final.lost" if self.covered == "lost" else "final.stay" if turn else "final.never"))
        self.learn(int(self.run.epoch[-1]), 1.8, net_material.turned(self.run))
        return self.final_note

    def many(self) -> str:
        """Many starting weights: how often does it happen?"""
        self.tell_tries()
        tries, panels = self.tries[0], (self.pieces, self.shade, self.traces)
        self.heaps, self.tally = self.heaps_panel(tries), self.tally_panel(tries)
        away = [panel.to(opacity=0, run_time=TIMING.quick) for panel in panels]
        self.tell("many.ask")
        self.play(self.say("many.dots"), self.this.leave(), away)
        self.dissolve()
        self.add(self.heaps, self.tally)
        self.play(self.heaps.to(axes=1, run_time=TIMING.quick))
        runs = len(tries.losses)
        seconds = durations(runs, 0.5, 4.2)
        pace = pacing(seconds)
        self.play(self.heaps.to(count=runs), self.tally.to(epoch=runs), rate_func=pace, run_time=seconds.sum())
        self.play(self.say("many.lost" if tries.lost else "many.result"), self.heaps.to(rings=1))
        self.until_read(less=TIMING.hold * (tries.lost > 0 or tries.size == 1))
        return "note_lost" if tries.lost else self.starts()

    def starts(self) -> str:
        """What the signs of the starting weights decide, and what training still changes."""
        tries = self.tries[0]
        if tries.size > 1 and tries.one_sign.any():
            caught = bool((~tries.one_sign & tries.stuck).any())
            self.tell("many.start", seconds=TIMING.key, less=TIMING.hold * (not caught))
            if caught:
                self.tell(f"many.{self.turned_too}", less=TIMING.hold)
        return "note"

    def shares(self) -> str:
        """The share that got stuck, for each size, and why."""
        bars, groups = self.bars_panel(), np.arange(len(self.tries))
        gone = [panel.to(opacity=0, run_time=TIMING.quick) for panel in (self.heaps, self.tally)]
        self.play(self.say("shares.ask" if len(groups) > 1 else "shares.ask_one"), gone)
        self.add(bars)
        self.play(bars.to(axes=1))
        self.until_read()
        self.play(self.say("shares.measure"))
        for group in groups:
            self.play(bars.to(grown=groups <= group, run_time=TIMING.quick))
        self.until_read()
        trend = net_material.trend(self.tries)
        self.tell(f"shares.{trend}")
        self.play(self.say(f"shares.{self.expected}"), bars.to(expectation=1))
        self.until_read(TIMING.key, less=TIMING.hold * (self.reason is None))
        if self.reason is not None:
            self.tell(f"shares.{self.reason}", seconds=TIMING.key, less=TIMING.hold)
        return f"note_{trend}" if trend in ("falls", "rises") else "note"
