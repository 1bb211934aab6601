"""A film of a line that learns from all its points a step, or from a few: data, map, losses by looks, last lines."""

from functools import cached_property

import numpy as np
from manim import Animation

from learning import data
from learning.history import History
from scenes import material
from scenes.captions import SYMBOLS
from scenes.figures import stochastic as figures
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.look import Ink
from scenes.markup import Words
from scenes.material import stochastic as step_material
from scenes.panels.contour_map import ContourMap
from scenes.panels.data_plot import DataPlot
from scenes.panels.fan import Fan
from scenes.panels.loss_curve import LossCurve
from scenes.panels.loss_race import Curve, LossRace
from scenes.panels.readout import Column, Readout
from scenes.panels.runs import Walk
from scenes.panels.terrain import Terrain
from scenes.theme import SIZES, TIMING

WIDE, TALL = (LEFT, BOTTOM + 0.55, RIGHT, 1.9), (LEFT, BOTTOM + 0.55, RIGHT, 2.75)
HALF = (LEFT, BOTTOM + 0.55, -0.4, 1.9)
OTHER_HALF = (0.0, BOTTOM + 0.55, RIGHT - 0.35, 1.9)
HEADING = 2.15
STILL = 1e-4
"""A number that falls by a smaller share is not said to fall."""
FEW, ALL = 0, 1
"""Which run is which, on the map and among the losses: that with all points lies upon the other."""


class StochasticFilm(Film):
    """One run with all the data a step, and two that are compared: all of it, and a few points.

    Attributes:
        first: the run that the film begins with. every, few: those that are compared.
        best: the least-squares line. spent: what these two came to with the same number of looks.
    """

    first: History
    every: History
    few: History
    best: material.Minimum
    spent: step_material.Budget

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.first, self.every, self.few = (self.histories[label] for label in ("all", "smooth", "nervous"))
        self.best, self.spent = material.minimum(self.first), step_material.budget(self.few, self.every)
        self.figures = figures.of_training(self.first, self.best) | figures.of_steps(self.every, self.few)
        self.figures |= figures.of_budget(self.every, self.few)
        self.figures["few"] = self._words("parts.few" if self.figures["batch"].plain != "1" else "parts.one")
        self.figures["every"] = self._words("parts.all")
        self.figures["who"] = self._who()
        self.clock(self.plot, self.curve, self.readout)

    def _words(self, key: str) -> Words:
        return Words(self.text(key), self.markup(key))

    # Panels

    @cached_property
    def plot(self) -> DataPlot:
        """Data and line."""
        return self.plot_of(self.first, WIDE)

    def plot_of(self, run: History, frame: tuple[float, float, float, float]) -> DataPlot:
        """Data, and the line of a run."""
        truth = data.truth_of(run.experiment, run.x)
        plot = self.data_plot(frame, run, truth)
        plot.axes = 1.0
        return plot

    @cached_property
    def curve(self) -> LossCurve:
        """The loss of the first run."""
        names = (self.look.captions.text("axes.epoch"), self.look.captions.text("axes.loss"))
        return LossCurve(OTHER_HALF, self.look, self.first.epoch, self.first.loss, names)

    @cached_property
    def readout(self) -> Readout:
        """Both weights, the loss and the epoch of the first run."""
        run, theme, words = self.first, self.theme, self.look.captions
        columns = [
            Column(SYMBOLS["w0hat"], run.column("w0"), theme.estimate, 4),
            Column(SYMBOLS["w1hat"], run.column("w1"), theme.estimate, 4),
            Column(words.text("readout.loss"), run.loss, theme.loss, 2),
            Column(words.text("readout.epoch"), run.epoch, theme.text, 0),
        ]
        return Readout(LEFT, 2.2, 6.4, self.look, run.epoch, columns)

    @cached_property
    def steps(self) -> Readout:
        """How many updates each of the two runs has made, and its loss; the shorter one stays as it ended."""
        theme, most = self.theme, max(len(self.every), len(self.few))
        columns = []
        for run, name in ((self.every, "all"), (self.few, "few")):
            rows = np.minimum(np.arange(most), len(run) - 1)
            columns.append(Column(self.text(f"parts.steps_{name}"), rows, theme.text, 0))
            columns.append(Column(self.text("parts.loss"), run.loss[rows], theme.loss, 2))
        return Readout(LEFT, 2.2, 10.0, self.look, np.arange(most), columns)

    @cached_property
    def looked(self) -> Readout:
        """How many points were looked at, and how many updates each of the two runs made with them."""
        counts, theme = np.arange(self.spent.points + 1), self.theme
        made = [np.searchsorted(step_material.looks(run), counts, side="right") - 1 for run in (self.every, self.few)]
        columns = [
            Column(self.text("parts.looks"), counts, theme.text, 0),
            Column(self.text("parts.steps_all"), made[0], theme.text, 0),
            Column(self.text("parts.steps_few"), made[1], theme.text, 0),
        ]
        return Readout(LEFT, 2.2, 10.0, self.look, counts, columns)

    @cached_property
    def ground(self) -> Terrain:
        """The loss over the weights of both runs."""
        return step_material.ground(self.few, self.every)

    @cached_property
    def map(self) -> ContourMap:
        """Both ways, counted in updates."""
        return self._map_of([step_material.updates(run) for run in (self.few, self.every)], "update")

    @cached_property
    def spent_map(self) -> ContourMap:
        """Both ways, counted in points that were looked at."""
        above = self._map_of([step_material.looks(run) for run in (self.few, self.every)], "look")
        above.axes = above.contours = above.star = above.start = 1.0
        above.names = above.strength = np.ones(2)
        return above

    def _map_of(self, counts: list[np.ndarray], counted: str) -> ContourMap:
        names, runs = [self.figures["few"], self.figures["every"]], (self.few, self.every)
        walks = [Walk(at, run.params, name) for at, run, name in zip(counts, runs, names, strict=True)]
        colors, key = [self.theme.position, self.theme.text], f"{self.film_name}.parts.{counted}"
        found = ContourMap(
            HALF, self.look, self.ground, walks, colors=colors, spacing="log", square=False, counted=key, restless=[FEW]
        )
        found.dots = 0.0
        return found

    @cached_property
    def race(self) -> LossRace:
        """The losses of both runs against the points that were looked at."""
        rows = slice(self.spent.few + 1), slice(self.spent.every + 1)
        names = [self.figures["few"], self.figures["every"]]
        curves = [
            Curve(step_material.looks(run)[part], run.loss[part], name)
            for run, part, name in zip((self.few, self.every), rows, names, strict=True)
        ]
        axes = (self.text("parts.looks"), self.look.captions.text("axes.loss"))
        counted, colors = f"{self.film_name}.parts.look", [self.theme.position_text, self.theme.text]
        upward = self.markup("parts.upward")
        race = LossRace(OTHER_HALF, self.look, curves, axes, colors=colors, counted=counted, upward=upward)
        race.span = race.span_of(range(2), whole=False)
        return race

    @cached_property
    def ends(self) -> list[DataPlot]:
        """The data twice: for the last lines of all points a step, and of a few."""
        plots = [self.plot_of(run, frame) for run, frame in ((self.every, HALF), (self.few, OTHER_HALF))]
        for plot in plots:
            plot.points_shown, plot.opacity = 1.0, 0.0
        return plots

    @cached_property
    def fans(self) -> list[Fan]:
        """The lines of the last third of each run."""
        pairs = zip(self.ends, (self.every, self.few), strict=True)
        return [Fan(self.look, plot, run.seen_x, run.yhat[step_material.last(run)]) for plot, run in pairs]

    @cached_property
    def headings(self) -> list[Ink]:
        """What the two plots show."""
        keys, room = ("rest.head_all", "rest.head_few"), HALF[2] - HALF[0] - 0.95
        widest = max(self.ink(key, SIZES.readout).advance for key in keys)
        inks = [self.ink(key, SIZES.readout * min(1.0, room / widest)) for key in keys]
        return [ink.stand(frame[0] + 0.95, HEADING) for ink, frame in zip(inks, (HALF, OTHER_HALF), strict=True)]

    # Moves

    def go_back(self, run: History, **targets: float) -> list[Animation]:
        """The plot shows another run from its first line, with other things upon it."""
        self.dissolve()
        self.plot.follow(step_material.updates(run), run.yhat)
        self.plot.pick_from(run.batch)
        self.restart(self.plot)
        return [self.plot.to(run_time=TIMING.quick, **targets)]

    def begin_paths(self) -> list[Animation]:
        """Map and plot side by side, both runs at their start."""
        self.map.names = self.map.strength = np.zeros(2)
        moves = self.go_back(self.few, residuals=0, pick=0, ghost=0)
        self.restart(self.plot, self.map, self.steps)
        shown = self.map.to(axes=1, contours=1, star=1, start=1, start_name=1)
        return [*moves, self.plot.to(frame=OTHER_HALF), shown]

    def name_paths(self) -> list[Animation]:
        """Both balls, with their names, and the counter."""
        balls = self.map.to(strength=np.ones(2), names=np.ones(2), start_name=0, run_time=TIMING.quick)
        return [balls, self.steps.to(shown=np.ones(4), run_time=TIMING.quick)]

    def begin_race(self) -> list[Animation]:
        """Both runs once more from their start, now counted in looks."""
        self.dissolve(self.map, self.spent_map, self.race)
        self.remove(self.map)
        self.race.strength = self.race.names = np.ones(2)
        self.restart(self.spent_map, self.race, self.looked)
        self.add(self.spent_map, self.race)
        return [self.race.to(axes=1), *self.away(self.plot, self.steps), self.looked.to(shown=np.ones(3))]

    # What was recorded

    @property
    def learned(self) -> str:
        """What became of the first run."""
        outcome = material.outcome(self.first)
        return "gone" if outcome == "lost" else outcome

    def way(self, before: float, after: float) -> str:
        """Whether a number falls; what is no number any more does not."""
        return "falls" if after < (1 - STILL) * before else "rises"

    @property
    def restless(self) -> str:
        """Whether the loss rises more often with few points a step than with all of them."""
        shares = [step_material.rises(run) / (len(run) - 1) for run in (self.few, self.every)]
        return "nervous" if shares[0] > shares[1] else "even"

    @property
    def ahead(self) -> str:
        """Whose loss is lower after the same number of looks."""
        few, every = self.few.loss[self.spent.few], self.every.loss[self.spent.every]
        if not np.isfinite([few, every]).all():
            return "lost"
        return "few" if few < every else "all"

    @property
    def trembles(self) -> str:
        """Who comes to rest: a line may be lost, gone or under way; or its loss still goes up and down in the end."""
        fates = [step_material.fate(run, self.best.loss) for run in (self.few, self.every)]
        worst = next((fate for fate in ("lost", "away", "under_way") if fate in fates), None)
        if worst is not None:
            return worst
        few, every = (np.ptp(step_material.loss_range(run)) for run in (self.few, self.every))
        rises = (np.diff(self.few.loss[step_material.last(self.few)]) > 0).any()
        return "trembles" if few > every and rises else "calm"

    @property
    def moral(self) -> str:
        """What the key of the last sentence ends with where all points together lose the line, or few are as calm."""
        if step_material.fate(self.every, self.best.loss) in ("lost", "away"):
            return "_astray"
        return "_calm" if self.trembles == "calm" else ""

    def _who(self) -> Words:
        """With which steps a line is lost, or else ran away: one kind, or both."""
        fates = {
            key: step_material.fate(run, self.best.loss) for key, run in (("every", self.every), ("few", self.few))
        }
        named = [key for key in fates if fates[key] == self.trembles]
        return self._words("parts.both") if len(named) != 1 else self.figures[named[0]]
