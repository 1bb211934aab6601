"""Films of runs that differ in their learning rate: surface, map, losses, the cut, the line of α, and the numbers."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from manim import Animation

from learning.history import History
from scenes import material
from scenes.captions import SYMBOLS
from scenes.drawing import Tween
from scenes.figures import rate as rate_figures
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.markup import Words, verbatim
from scenes.material import rate as rate_material
from scenes.numbers import shortest
from scenes.panels.contour_map import ContourMap
from scenes.panels.cross_section import CrossSection
from scenes.panels.loss_race import Curve, LossRace
from scenes.panels.loss_surface import LossSurface
from scenes.panels.rate_line import RateLine
from scenes.panels.readout import Column, Readout
from scenes.panels.terrain import Terrain
from scenes.theme import TIMING

STAGE = (-5.2, BOTTOM + 0.5, 5.2, 2.4)
MAP_ALONE = (-3.3, BOTTOM + 0.55, 2.8, 2.85)
MAP = (LEFT, BOTTOM + 0.55, -0.6, 2.85)
RACE = (-0.35, BOTTOM + 0.55, RIGHT, 1.45)
NUMBERS = 1.65
"""Height of the recorded numbers' baseline."""
SMALL_MAP = (LEFT, -1.2, -2.7, 2.85)
BESIDE = (-2.75, -1.2, RIGHT, 2.6)
CUT = (-0.35, BOTTOM + 0.55, RIGHT - 0.35, 2.1)
SMALL_CUT = (BESIDE[0], -1.05, RIGHT - 0.35, 2.2)
STRIP = (LEFT, BOTTOM + 0.48, RIGHT, -1.3)
NAMED = 3
"""So many balls at a time are named while they run."""


class RateFilm(Film):
    """A film of runs with the same start and other learning rates.

    Attributes:
        runs: their histories, the smallest rate first. best: the least-squares line. fates: what became of each.
        epochs: how many updates each has.
    """

    runs: list[History]
    best: material.Minimum
    fates: list[rate_material.Fate]
    epochs: int

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self._seen = np.zeros(len(self.histories))
        self.runs = list(self.histories.values())
        self.best = material.minimum(self.runs[0])
        self.fates = [rate_material.fate(run, self.best.loss) for run in self.runs]
        self.epochs = int(self.runs[0].epoch[-1])
        self.figures = rate_figures.of_rates(self.runs, self.best)
        one = "_one" if self.epochs == 1 else ""
        self.figures |= {part: verbatim(self.text(f"parts.{part}{one}")) for part in ("after", "steps")}

    @cached_property
    def passages(self) -> list[list[int]]:
        """The runs that are shown at a time."""
        return rate_material.passages(self.fates)

    @property
    def pace(self) -> float:
        """The share of its time that a passage may take: less than 1 where there are many."""
        return float(min(1.0, (rate_material.MOST / len(self.passages)) ** 2))

    # Panels

    @cached_property
    def terrain(self) -> Terrain:
        """The surface around the run with the smallest rate."""
        return rate_material.terrain(self.runs[0])

    @cached_property
    def ground(self) -> LossSurface:
        """The surface with a ball at the start, seen so that the start lies at the back."""
        route = material.route(self.runs[0], self.terrain)
        surface = LossSurface(STAGE, self.look, self.terrain, route, loss_name=self.look.captions.text("axes.loss"))
        places = [np.array(weights) for weights in (self.runs[0].params[0], self.best.weights)]
        start, low = (self.terrain.model(place, 0.0)[:2] for place in places)
        surface.azimuth = material.azimuth_facing(start, low)
        return surface

    @cached_property
    def map(self) -> ContourMap:
        """The surface from above, with all paths."""
        walks = [rate_material.walk(run) for run in self.runs]
        return ContourMap(MAP_ALONE, self.look, self.terrain, walks, cut=self.cut.ends)

    @cached_property
    def race(self) -> LossRace:
        """All losses on one axis."""
        words = self.look.captions
        curves = [
            Curve(run.epoch, run.loss, shortest(run.experiment.lr), (*rate_figures.end_of(run), self.prospect(run)))
            for run in self.runs
        ]
        told = (verbatim(self.text("parts.ends")), words.text("readout.loss"))
        heads: list[Words | str] = [SYMBOLS["alpha"], *told, Words("", "")]
        names = (words.text("axes.epoch"), words.text("axes.loss"))
        race = LossRace(RACE, self.look, curves, names, heads=heads)
        race.span = race.span_of([0])
        return race

    def prospect(self, run: History) -> Words:
        """What more time makes of a run: beyond the critical rate it goes on without end."""
        return Words("→ ∞", "$-> oo$") if run.experiment.lr > self.cut.critical else Words("", "")

    @cached_property
    def shown_in_cut(self) -> list[int]:
        """Runs whose jumps are shown: one below the critical rate, one beyond it, as far as there are such."""
        return [run for run in rate_material.examples(self.runs) if run is not None]

    @cached_property
    def cut(self) -> rate_material.Cut:
        """The surface cut along its steepest direction."""
        return rate_material.cut(self.terrain, [self.runs[run] for run in self.shown_in_cut])

    @cached_property
    def parabola(self) -> CrossSection:
        """The cut, with the jumps of the runs that are shown in it."""
        shown = [self.runs[run] for run in self.shown_in_cut]
        hops = [rate_material.hops(run, self.cut) for run in shown]
        distance = self.look.captions.typeset(f"{self.film_name}.parts.distance", **self.figures)
        names = (distance, self.look.captions.text("axes.loss"))
        return CrossSection(CUT, self.look, self.cut.distance, self.cut.loss, hops, names)

    @cached_property
    def line(self) -> RateLine:
        """All rates on a line, and the critical one."""
        critical = self.look.captions.typeset(f"{self.film_name}.parts.critical", **self.figures)
        words = (critical, verbatim(self.text("parts.closer")), verbatim(self.text("parts.farther")))
        rates, factors = [run.experiment.lr for run in self.runs], [rate_figures.factor(run) for run in self.runs]
        heads = (SYMBOLS["alpha"], '$1 - alpha thin lambda_"max"$')
        return RateLine(STRIP, self.look, rates, self.cut.critical, words, factors, heads)

    @cached_property
    def readout(self) -> Readout:
        """The recorded numbers of one run at a time; as wide as any of them needs, so that none moves its place."""
        theme, words = self.theme, self.look.captions
        every = [np.concatenate(values) for values in zip(*map(self.read, self.runs), strict=True)]
        columns = [
            Column(SYMBOLS["w0hat"], every[0], theme.estimate, 3),
            Column(SYMBOLS["w1hat"], every[1], theme.estimate, 3),
            Column(words.text("readout.loss"), every[2], theme.loss, 2),
            Column(words.text("readout.epoch"), every[3], theme.text, 0),
        ]
        readout = Readout(RACE[0] + 0.3, NUMBERS, RIGHT - RACE[0] - 0.3, self.look, every[3], columns)
        readout.opacity, readout.shown = 0.0, np.ones(len(columns))
        return readout

    def read(self, run: History) -> list[np.ndarray]:
        """Both weights, the loss and the epoch of a run, (T,) each."""
        return [run.column("w0"), run.column("w1"), run.loss, run.epoch]

    # Moves

    def overhead(self) -> dict[str, object]:
        """Where the surface has to stand so that its floor, seen from above, is the map."""
        return self.ground.onto(self.map.inner())

    def only(self, runs: Sequence[int]) -> np.ndarray:
        """1 for these runs, 0 for the others, (R,)."""
        return np.isin(np.arange(len(self.runs)), list(runs)).astype(float)

    def make_room(self, runs: Sequence[int], alone: bool = False) -> list[Tween]:
        """Bring runs to the front of map and race, at their start; the axis of losses makes room.

        Args:
            runs: which. Those before them stay, more quietly.
            alone: whether the axis fits these runs alone, so that small changes show; others may lie beyond it.
        """
        present, before = self.only(runs), self._seen
        self._seen = np.maximum(before, present)
        for panel in (self.map, self.race):
            panel.running, panel.bright = present, np.where(before > 0, panel.bright, 0.0)
            panel.epochs = np.where(before > 0, panel.epochs, 0.0)
        among = runs if alone else [int(run) for run in np.flatnonzero(self._seen)]
        span = self.race.span_of(among, whole=not alone)
        if not self.race.axes:
            self.race.span = span
        names, seen = present * (1 < len(runs) <= NAMED), self._seen
        return [
            self.map.to(bright=present, strength=seen, names=names, run_time=TIMING.quick),
            self.race.to(axes=1, bright=present, strength=seen, low=0 * present, span=span, run_time=0.8),
        ]

    def let_run(self, runs: Sequence[int], question: str, seconds: float, alone: bool = False) -> None:
        """Let runs go through their epochs, on the map, among the losses and, of a single one, in numbers at once."""
        said = self.say(question)
        if not self.race.axes:  # the first ones: the first steps give way, and the map goes aside
            nothing = self.only([])
            self.play(said, self.map.to(frame=MAP, strength=nothing, names=nothing, run_time=0.8))
            said, self.map.bright = [], nothing
        room = self.make_room(runs, alone)
        self.dissolve(self.readout)
        numbers = self.look_up(runs)
        self.add(self.race, self.readout)
        self.restart(self.map, self.race, self.readout)
        self.play(said, room, self.readout.to(opacity=numbers, run_time=TIMING.quick))
        self.hold(self.pace * TIMING.move)
        self.advance(self.epochs, 1.0, self.pace * seconds)

    def look_up(self, runs: Sequence[int]) -> float:
        """Let the recorded numbers be those of a run; returns how strongly they show: not at all for several runs."""
        self.readout.opacity = 0.0  # those of the run before go with its caption
        if len(runs) == 1:
            (run,) = runs
            self.readout.follow(self.runs[run].epoch, self.read(self.runs[run]))
        return float(len(runs) == 1)

    def name_ends(self, runs: Sequence[int], said: str, low: np.ndarray) -> None:
        """Say what became of runs, name their curves at their ends, and mark the lowest losses of some (R,)."""
        names = np.maximum(self.race.names, self.only(runs))
        self.play(self.say(said), self.race.to(names=names, low=low, run_time=TIMING.quick))

    def take_runs_away(self) -> list[Animation]:
        """Let all runs, their losses and their numbers fade."""
        nothing = self.only([])
        quiet = self.map.to(strength=nothing, leaves=0, names=nothing, run_time=TIMING.quick)
        return [*self.away(self.race, self.readout), quiet]

    def give_way(self) -> list[Tween]:
        """Map and cut move up, to make room for the line of α."""
        moves = [(self.map, SMALL_MAP), (self.parabola, SMALL_CUT)]
        return [panel.to(frame=frame, run_time=TIMING.move) for panel, frame in moves]

    def take_cut_away(self) -> list[Animation]:
        """Let the cut fade, and on the map what belongs to it."""
        return [
            *self.away(self.parabola),
            self.map.to(strength=self.only([]), foot=0, line=0, run_time=TIMING.quick),
        ]

    def all_at_their_ends(self) -> list[Tween]:
        """Every run where it ended: on the map, and among the losses, with what more time makes of it."""
        self.remove(self.race, self.readout, self.parabola)
        every, race, above = np.ones(len(self.runs)), self.race, self.map
        race.frame, race.details, race.strength, race.names, race.low = np.array(BESIDE), 1.0, every, every, 0 * every
        race.span, race.ball = race.span_of(range(len(self.runs))), 0.7
        race.ends = float(self.fates.count("lost") <= 3)
        above.epochs = race.epochs = self.epochs * every
        above.bright, above.leave_epochs, above.dots, above.ball = every, 0.0, 0.0, 0.6
        self.add(race)
        return [race.to(opacity=1, bright=every), above.to(strength=every, leaves=1)]

    def stand_at_start(self, place: int, run: int) -> list[Tween]:
        """Put a run back to its start, on the map and, where it is there, in the cut, and let its ball appear."""
        cut, above = self.parabola, self.map
        above.running = above.bright = self.only([run])
        cut.running = cut.bright = np.eye(len(cut.hops))[place]
        self.restart(cut, above)
        shown = [above.to(strength=above.bright, foot=1)]
        return [*shown, cut.to(strength=cut.bright, foot=1)] if cut.axes else shown

    def jump(self, place: int, run: int) -> None:
        """The first jumps of one run across the parabola, and of its foot on the map."""
        cut, above = self.parabola, self.map
        self.quote(run)
        said = self.say(f"why.{self.way(run)}")
        if place:
            quick = {"foot": 0, "run_time": TIMING.quick}
            self.play(said, above.to(strength=0 * above.strength, **quick), cut.to(strength=0 * cut.strength, **quick))
            said = []
        self.play(said, self.stand_at_start(place, run))
        self.advance(int(cut.hops[place].epoch[-1]), 0.9, 2.7)
        self.hold(TIMING.quick)

    def quote(self, run: int) -> dict[str, Words]:
        """The figures of one run, for what is said next."""
        before = self.runs[run - 1] if run else None
        self.figures |= rate_figures.of_run(self.runs[run], self.best, before)
        return self.figures

    def quote_group(self, runs: Sequence[int]) -> None:
        """The figures of several runs, for what is said next."""
        self.figures |= rate_figures.of_group([self.runs[run] for run in runs], self.best)
        part = "parts.two" if len(runs) == 2 else "parts.range"
        self.figures["rates"] = Words(
            self.text(part), self.look.captions.typeset(f"{self.film_name}.{part}", **self.figures)
        )

    def way(self, run: int) -> str:
        """How a run's distance along the cut changes: closer from one side, closer from both, or farther."""
        factor = rate_material.factor(self.runs[run])
        return "farther" if factor < -1 else "over" if factor < 0 else "closer"

    @property
    def sides(self) -> str:
        """On which sides of the critical rate the runs lie."""
        beyond = [run.experiment.lr > self.cut.critical for run in self.runs]
        one = "_one" if len(beyond) == 1 else ""
        return "beyond" + one if all(beyond) else "both" if any(beyond) else "below" + one
