"""A film of the sum and the mean of the same squares: two surfaces, a ledger of both runs, and one map for all."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from manim import Animation, FadeIn

from learning.history import History
from scenes import material
from scenes.captions import SYMBOLS
from scenes.drawing import Rectangle, Tween
from scenes.figures import sse_mse as figures
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.look import Ink
from scenes.markup import Words
from scenes.material import sse_mse as both_material
from scenes.numbers import shortest
from scenes.panels.contour_map import ContourMap
from scenes.panels.data_plot import DataPlot
from scenes.panels.ledger import Ledger, Row
from scenes.panels.loss_race import Curve, LossRace
from scenes.panels.loss_surface import LossSurface
from scenes.panels.readout import Column, Readout
from scenes.panels.runs import Walk
from scenes.panels.terrain import Terrain
from scenes.theme import SIZES, TIMING

PLOT = (LEFT, BOTTOM + 0.55, 0.6, 2.6)
LARGE = ((-6.3, -3.05, 0.0, 2.1), (0.4, -3.05, RIGHT, 2.1))
SMALL = ((-4.6, -0.8, 0.1, 2.62), (0.1, -0.8, 4.8, 2.62))
LEDGER = (LEFT, -3.0, RIGHT, -0.86)
MAP = (LEFT, BOTTOM + 0.55, -0.8, 2.85)
RACE = (-0.5, BOTTOM + 0.55, RIGHT, 2.35)
SWING = 35.0
FLAT = 20
"""A surface so many times lower than another is almost flat beside it."""
SQUARES = "sum_(i=1)^n (#data[$y_i$] - #estimate[$hat(y)_i$])^2"
SUMS = (f"$display({SQUARES})$", f"$display(1/n {SQUARES})$")
HEADING = 1.9
RULE = '$n alpha dot display(1/n) #gradient[$upright("slope")$] = alpha dot #gradient[$upright("slope")$]$'
OWN_SCALES = (RIGHT - 1.5, 3.3)


class SseMseFilm(Film):
    """The sum of squares on the left, their mean on the right.

    Attributes:
        total, mean, wrong: the runs; wrong is the sum with the mean's rate. best: the least-squares line.
        n: points. epochs: updates of each run. same: whether one rate is n times the other.
        azimuth: the view in which the start lies at the back.
    """

    total: History
    mean: History
    wrong: History
    best: material.Minimum
    n: int
    epochs: int
    same: bool
    azimuth: float

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.total, self.mean, self.wrong = (self.histories[label] for label in ("sum", "mean", "wrong"))
        self.best, self.n = material.minimum(self.total), len(self.total.x)
        self.epochs = int(self.total.epoch[-1])
        self.same = both_material.same_rates(self.total, self.mean)
        self.figures = figures.of_both(self.total, self.mean, self.best)
        self.figures |= figures.of_wrong(self.wrong)

    # Panels

    @cached_property
    def plot(self) -> DataPlot:
        """Data and line, with its misses."""
        plot = self.data_plot(PLOT, self.total)
        plot.axes = 1.0
        return plot

    @cached_property
    def grounds(self) -> tuple[Terrain, Terrain]:
        """Both surfaces over one window."""
        return both_material.grounds(self.total, self.mean)

    @cached_property
    def surfaces(self) -> list[LossSurface]:
        """Both, seen so that the start lies at the back; the mean to the scale of the sum."""
        loss, runs = self.look.captions.text("axes.loss"), (self.total, self.mean)
        found = [
            LossSurface(frame, self.look, ground, material.route(run, ground), loss_name=loss)
            for run, ground, frame in zip(runs, self.grounds, LARGE, strict=True)
        ]
        start, low = (self.grounds[0].model(np.array(w), 0.0)[:2] for w in (self.total.params[0], self.best.weights))
        for surface in found:
            surface.azimuth, surface.marks = material.azimuth_facing(start, low), 1.0
        found[1].rise = 1 / self.n
        return found

    @cached_property
    def sums(self) -> list[Ink]:
        """The two formulas, beside the data."""
        inks = [self.look.ink(source, SIZES.formula) for source in SUMS]
        return [ink.stand(1.0, level) for ink, level in zip(inks, (1.05, -0.85), strict=True)]

    @cached_property
    def results(self) -> list[Ink]:
        """What each comes to, beside its formula."""
        ends = [1.0 + ink.advance + 0.15 for ink in self.sums]
        numbers = [self.look.ink(f"$=$ #loss[{self.figures[name].typeset}]", SIZES.title) for name in ("sum0", "mean0")]
        return [ink.stand(x, level) for ink, x, level in zip(numbers, ends, (1.05, -0.85), strict=True)]

    @cached_property
    def ledger(self) -> Ledger:
        """Weights, loss, slope, rate and step of both runs."""
        one, other, theme = self.total, self.mean, self.theme
        ratio, loss = both_material.ratio_of, self.look.captions.text("axes.loss")
        rates = np.full(len(one), one.experiment.lr), np.full(len(other), other.experiment.lr)
        steps = one.experiment.lr * one.grads.astype(float), other.experiment.lr * other.grads.astype(float)
        of_slope, of_step = zip(*(both_material.decimals(run, one) for run in (one, other)), strict=True)
        more = of_slope[1] - of_slope[0]
        rows = [
            Row(self.markup("ledger.weights"), (one.params, other.params), theme.estimate, self._distance(), 4),
            Row(loss, (one.loss, other.loss), theme.loss, ratio(one.loss, other.loss), more=more),
            self._row("slope", (one.grads, other.grads), theme.gradient, of_slope),
            Row(SYMBOLS["alpha"], rates, theme.text, ratio(*rates), write=lambda rate, _: shortest(rate)),
            self._row("step", steps, theme.position_text, of_step),
        ]
        return Ledger(LEDGER, self.look, one.epoch, rows)

    def _row(self, name: str, values: tuple[np.ndarray, np.ndarray], color: str, decimals: Sequence[int]) -> Row:
        """Two directions (T, 2), compared by their lengths."""
        left, right = (both_material.size(each) for each in values)
        ratio = both_material.ratio_of(left, right, both_material.FADED * float(left[0]))
        return Row(self.markup(f"ledger.{name}"), values, color, ratio, decimals[0], more=decimals[1] - decimals[0])

    def _distance(self) -> Callable[[int], Words]:
        def word(number: Words) -> Words:
            key = f"{self.film_name}.ledger.apart"
            captions = self.look.captions
            return Words(captions.text(key, number=number), captions.typeset(key, number=number))

        return both_material.distance_of(self.total, self.mean, word)

    @cached_property
    def own_scales(self) -> Ink:
        """Says that each surface is drawn to a scale of its own, and its slope with it; left of the clock."""
        return self.ink("parts.own_scales", SIZES.label).stand(*OWN_SCALES, "right")

    @cached_property
    def clocks(self) -> Readout:
        """The epoch that everything shows, at the top right."""
        column = Column(self.look.captions.text("readout.epoch"), self.total.epoch, self.theme.text, 0)
        return Readout(RIGHT - 1.1, 2.88, 1.1, self.look, self.total.epoch, [column])

    @cached_property
    def names(self) -> list[Words]:
        """What the three runs are called among the losses."""
        keys = [f"{self.film_name}.parts.{part}" for part in ("sum", "mean", "wrong")]
        captions = self.look.captions
        return [Words(captions.text(key, **self.figures), captions.typeset(key, **self.figures)) for key in keys]

    @cached_property
    def map(self) -> ContourMap:
        """The sum's surface from above, with the three ways."""
        runs = (self.total, self.mean, self.wrong)
        walks = [Walk(run.epoch, run.params) for run in runs]
        return ContourMap(MAP, self.look, self.grounds[0], walks)

    @cached_property
    def race(self) -> LossRace:
        """The three losses on one axis."""
        runs, words = (self.total, self.mean, self.wrong), self.look.captions
        curves = [Curve(run.epoch, run.loss, name) for run, name in zip(runs, self.names, strict=True)]
        race = LossRace(RACE, self.look, curves, (words.text("axes.epoch"), words.text("axes.loss")))
        race.span = race.span_of([0, 1])
        return race

    # Moves

    def both(self, *, run_time: float = TIMING.move, **targets: Any) -> list[Animation]:
        """Move attributes of both surfaces alike."""
        return [surface.to(run_time=run_time, **targets) for surface in self.surfaces]

    def move_to(self, frames: Sequence[Rectangle]) -> list[Animation]:
        """Move the surfaces to other frames."""
        return [surface.to(frame=frame) for surface, frame in zip(self.surfaces, frames, strict=True)]

    def set_up(self, frames: Sequence[Rectangle]) -> list[Animation]:
        """The floors of both surfaces in these frames, seen from the side, and the sum's scale."""
        self.azimuth = self.surfaces[0].azimuth
        for surface, frame in zip(self.surfaces, frames, strict=True):
            surface.frame, surface.azimuth = np.array(frame), self.azimuth + SWING
        return [*self.both(floor=1), self.surfaces[0].to(upright=1)]

    def turn(self) -> list[Animation]:
        """The surfaces appear while they turn to where the start lies at the back."""
        return self.both(wire=1, skin=1, azimuth=self.azimuth, run_time=2.6)

    def head(self) -> list[Any]:
        """The formulas go to the outer edges, above what they belong to."""
        left, right = self.sums
        return [left.animate.stand(LEFT, HEADING), right.animate.stand(RIGHT, HEADING, "right")]

    def enter(self, row: int) -> Tween:
        """The next row of the ledger appears, with its comparison."""
        upto = (np.arange(len(self.ledger.rows)) <= row).astype(float)
        return self.ledger.to(shown=upto, compared=upto, run_time=TIMING.quick)

    def rise(self) -> list[Animation]:
        """The gradient at each ball, as long as its surface's scale makes it."""
        return [*self.both(gradient=1), FadeIn(self.own_scales)]

    def merge(self) -> list[Animation]:
        """Both surfaces turn until they are seen from overhead, and come to lie upon each other, where the map is."""
        to = {"skin": 0.35, "contours": 1, "upright": 0, "floor": 0, "marks": 0, "wire": 0, "run_time": 2.6}
        laid = [surface.to(**to, **surface.onto(self.map.inner())) for surface in self.surfaces]
        return [*self.away(self.own_scales), *laid]

    def hand_over(self) -> list[Animation]:
        """The map takes the place of the surfaces, with both ways to their ends."""
        self.map.running, self.map.epochs = self.only(2), self.epochs * self.only(0, 1)
        self.map.strength = self.map.bright = self.only(0, 1)
        self.bring_to_back(self.map)
        return [self.map.to(axes=1, contours=1, star=1), *self.both(opacity=0)]

    def begin_race(self) -> Tween:
        """The losses of the first two runs, from their start."""
        self.dissolve(self.race)
        self.remove(*self.surfaces)
        self.race.running = self.race.strength = self.race.names = self.only(0, 1)
        self.add(self.race)
        self.restart(self.race)
        return self.race.to(axes=1, run_time=TIMING.quick)

    def send(self) -> list[Animation]:
        """The sum with the mean's rate comes to its start; the other two stay, more quietly."""
        present, every = self.only(2), np.ones(3)
        for panel in (self.map, self.race):
            panel.running = present
        self.clocks.opacity = 0.0
        self.restart(self.map, self.race, self.clocks)
        self.add(self.clocks)
        race = self.race.to(span=self.race.span_of(range(3)), bright=present, strength=every, run_time=TIMING.move)
        return [race, self.map.to(bright=present, strength=every), self.clocks.to(opacity=1, run_time=TIMING.quick)]

    def name_all(self) -> Tween:
        """The name of the third curve, at its end."""
        return self.race.to(names=np.ones(3), run_time=TIMING.quick)

    def only(self, *runs: int) -> np.ndarray:
        """1 for these runs, 0 for the others, (3,)."""
        return np.isin(np.arange(3), runs).astype(float)

    # What was recorded

    @property
    def lower(self) -> str:
        """What the mean's surface looks like beside the sum's."""
        return "flat" if self.n >= FLAT else "lower"

    @property
    def alike(self) -> str:
        """How near the weights of the two runs stay."""
        if not self.same:
            return "differ"
        return "rounding" if both_material.only_rounding(self.total, self.mean, self.best) else "drift"

    @property
    def ends(self) -> str:
        """Whether both runs end, as written, in the same place."""
        if not np.isfinite([self.total.loss[-1], self.mean.loss[-1]]).any():
            return "ends_lost"
        return "ends" if self.figures["sum_ends"] == self.figures["mean_ends"] else "ends_apart"

    @property
    def curves(self) -> str:
        """Whether the two losses keep their ratio."""
        if not both_material.parallel(self.total, self.mean):
            return "not_parallel"
        broken = self.total.first_broken is not None or self.mean.first_broken is not None
        return "parallel_lost" if broken else "parallel"

    @property
    def first_step(self) -> str:
        """Which of the first two steps is longer."""
        if self.same:
            return "same"
        return "longer" if self.mean.experiment.lr > self.n * self.total.experiment.lr else "shorter"

    @property
    def wrong_step(self) -> str:
        """What the first step of the sum with the mean's rate does to the loss."""
        first, second = (float(loss) for loss in self.wrong.loss[:2])
        if not np.isfinite(second):
            return "lost"
        return "up" if second > first else "down"

    @property
    def wrong_end(self) -> str:
        """What becomes of it."""
        outcome = material.outcome(self.wrong)
        return "gone" if outcome == "lost" else outcome
