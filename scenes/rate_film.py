"""Films of runs that differ in their learning rate: surface, map, losses, the cut, the line of α, and the numbers."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from learning.history import History
from scenes import material, rate_figures, rate_material
from scenes.captions import SYMBOLS
from scenes.drawing import Tween
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.markup import Words, verbatim
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
RACE = (-0.35, BOTTOM + 0.55, RIGHT, 1.7)
NUMBERS = 1.95
"""Height of the recorded numbers' baseline."""
SMALL_MAP = (LEFT, -1.35, -1.9, 2.85)
BESIDE = (-1.85, -1.35, RIGHT, 2.6)
PARABOLA = (*BESIDE[:2], RIGHT - 0.35, BESIDE[3])
STRIP = (LEFT, BOTTOM + 0.48, RIGHT, -1.48)


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
        self._readout: Readout | None = None
        self.runs = list(self.histories.values())
        self.best = material.minimum(self.runs[0])
        self.fates = [rate_material.fate(run, self.best.loss) for run in self.runs]
        self.epochs = int(self.runs[0].epoch[-1])
        self.figures = rate_figures.of_rates(self.runs, self.best)
        self.figures["after"] = verbatim(self.text("parts.after_one" if self.epochs == 1 else "parts.after"))

    # Panels

    @cached_property
    def terrain(self) -> Terrain:
        """The surface around the run with the smallest rate."""
        return material.terrain(self.runs[0])

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
        curves = [Curve(run.epoch, run.loss, shortest(run.experiment.lr), rate_figures.row(run)) for run in self.runs]
        heads: list[Words | str] = [SYMBOLS["alpha"], verbatim(self.text("parts.ends")), words.text("readout.loss")]
        names = (words.text("axes.epoch"), words.text("axes.loss"))
        race = LossRace(RACE, self.look, curves, names, heads=heads)
        race.span = race.span_of([0])
        return race

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
        return CrossSection(PARABOLA, self.look, self.cut.distance, self.cut.loss, hops, names)

    @cached_property
    def line(self) -> RateLine:
        """All rates on a line, and the critical one."""
        critical = self.look.captions.typeset(f"{self.film_name}.parts.critical", **self.figures)
        words = (critical, verbatim(self.text("parts.closer")), verbatim(self.text("parts.farther")))
        rates, factors = [run.experiment.lr for run in self.runs], [rate_figures.factor(run) for run in self.runs]
        heads = (SYMBOLS["alpha"], '$1 - alpha thin lambda_"max"$')
        return RateLine(STRIP, self.look, rates, self.cut.critical, words, factors, heads)

    def read(self, run: int) -> Readout:
        """Put the numbers of a run on the screen."""
        self._readout = self._readout_of(self.runs[run])
        self.add(self._readout)
        return self._readout

    def read_nothing(self) -> None:
        """Take the numbers away."""
        if self._readout is not None:
            self.remove(self._readout)
            self._readout = None

    def _readout_of(self, run: History) -> Readout:
        """Both weights, the loss, the epoch of one run."""
        theme, words = self.theme, self.look.captions
        columns = [
            Column(SYMBOLS["w0hat"], run.column("w0"), theme.estimate, 3),
            Column(SYMBOLS["w1hat"], run.column("w1"), theme.estimate, 3),
            Column(words.text("readout.loss"), run.loss, theme.loss, 2),
            Column(words.text("readout.epoch"), run.epoch, theme.text, 0),
        ]
        readout = Readout(RACE[0] + 0.3, NUMBERS, RIGHT - RACE[0] - 0.3, self.look, run.epoch, columns)
        readout.opacity, readout.shown = 0.0, np.ones(len(columns))
        return readout

    # Moves

    def overhead(self) -> dict[str, object]:
        """Where the surface has to stand so that its floor, seen from above, is the map."""
        ground, inner = self.ground, self.map.inner()
        before = ground.elevation, ground.frame
        ground.elevation = 90.0
        seen = ground.view()
        ground.elevation, ground.frame = before
        aside = (inner[:2] + inner[2:]) / 2 - np.array(seen.centre)
        return {
            "elevation": 90,
            "azimuth": 360 * round(ground.azimuth / 360),
            "frame": ground.frame + np.tile(aside, 2),
            "zoom": (inner[2] - inner[0]) / 2 / seen.scale,
        }

    def only(self, runs: Sequence[int]) -> np.ndarray:
        """1 for these runs, 0 for the others, (R,)."""
        return np.isin(np.arange(len(self.runs)), list(runs)).astype(float)

    def make_room(self, runs: Sequence[int], alone: bool = False) -> list[Tween]:
        """Bring runs to the front of map and race, at their start; the axis of losses makes room.

        Args:
            runs: which. Those before them stay, more quietly.
            alone: whether the axis fits these runs alone, so that small changes show; the others wait outside.
        """
        past, present = self.race.strength * 0 if self.race.axes == 0 else self._seen, self.only(runs)
        self._seen = np.maximum(past, present)
        for panel in (self.map, self.race):
            panel.running = panel.bright = present
            panel.epochs = np.where(self._seen > 0, panel.epochs, 0.0)
        self.map.strength, self.map.names = self._seen, np.zeros(len(self.runs))
        self.race.strength = present if alone else self._seen
        among = runs if alone else [int(run) for run in np.flatnonzero(self._seen)]
        return [self.race.to(axes=1, low=np.zeros(len(self.runs)), span=self.race.span_of(among, whole=not alone))]

    def let_run(self, runs: Sequence[int], question: str, seconds: float, alone: bool = False) -> None:
        """Let runs go through their epochs, on the map, among the losses and, of a single one, in numbers at once."""
        said = self.say(question)
        if not self.race.axes:  # the first ones: the first steps give way, and the map goes aside
            self.play(said, self.map.to(frame=MAP, strength=self.only([]), names=self.only([])))
            said = []
        room = self.make_room(runs, alone)
        self.read_nothing()
        numbers = [self.read(runs[0])] if len(runs) == 1 else []
        self.add(self.race)
        self.restart(self.map, self.race, *numbers)
        self.play(said, room, [shown.to(opacity=1, run_time=TIMING.quick) for shown in numbers])
        self.advance(self.epochs, 1.0, seconds)

    def name_ends(self, runs: Sequence[int], said: str) -> None:
        """Say what became of runs, and name their curves at their ends."""
        self.play(self.say(said), self.race.to(names=np.maximum(self.race.names, self.only(runs))))

    def jump(self, place: int, run: int) -> None:
        """The first jumps of one run across the parabola."""
        cut, above = self.parabola, self.map
        self.tell(run)
        cut.running = cut.strength = cut.bright = np.eye(len(cut.hops))[place]
        above.running = above.strength = above.bright = self.only([run])
        self.restart(cut, above)
        self.play(self.say(f"why.{self.way(run)}"))
        self.advance(int(cut.hops[place].epoch[-1]), 0.9, 2.8)
        self.hold(TIMING.hold)

    def tell(self, run: int) -> dict[str, Words]:
        """The figures of one run, for what is said next."""
        before = self.runs[run - 1] if run else None
        self.figures |= rate_figures.of_run(self.runs[run], self.best, before, self.map.leaves_at(run))
        return self.figures

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
