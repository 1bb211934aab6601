"""Films about slopes: the loss over one weight with its tangents, then over two with a slice along each."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from manim import Animation

from learning.history import History
from scenes import material
from scenes.captions import SYMBOLS
from scenes.figures import count, one_or_many
from scenes.figures import tangent as figures
from scenes.film import BOTTOM, LEFT, RIGHT, Film
from scenes.markup import Words
from scenes.material import tangent as made
from scenes.numbers import fixed, pair
from scenes.panels.contour_map import ContourMap
from scenes.panels.number_table import NumberTable
from scenes.panels.readout import Column, Readout
from scenes.panels.runs import Walk
from scenes.panels.sliced_surface import SlicedSurface
from scenes.panels.slope_plot import FLAT, SlopePlot
from scenes.panels.terrain import Terrain
from scenes.theme import TIMING

CURVE = (LEFT, BOTTOM + 0.55, RIGHT, 1.95)
NUMBERS = (LEFT, 2.2, 7.0)
SIDE = (LEFT + 0.25, BOTTOM + 0.5, 0.4, 2.75)
STAGE = (-5.2, BOTTOM + 0.5, 5.2, 2.75)
RIGHT_HALF = (0.6, BOTTOM + 0.55, RIGHT, 2.4)
UPPER = (0.6, -0.15, RIGHT, 2.65)
LOWER = (0.6, BOTTOM + 0.55, RIGHT, -0.4)
MAP = (LEFT, BOTTOM + 0.55, -0.7, 2.85)
TABLE = (-0.5, -2.9, RIGHT, 2.0)
EPOCH = (LEFT, 2.2, 1.4)

PARABOLA = '$#loss[$upright("loss")$] = w^2 - 2 w + 3$'
RULE = '$w <- w - alpha dot #gradient[$upright("slope")$]$'


class TangentFilm(Film):
    """A film of runs of one weight, and of two.

    Attributes:
        one: the runs of one weight. two: those of two weights.
        best: the least-squares line.
    """

    one: list[History]
    two: list[History]
    best: material.Minimum

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.one = [run for label, run in self.histories.items() if label.startswith("one")]
        self.two = [run for label, run in self.histories.items() if label.startswith("two")]
        self.best = material.minimum(self.two[0])
        self.figures = figures.of_weights(self.one) | figures.of_weight(self.one[0])
        self.figures |= figures.of_plane(self.two, self.best)
        if len(self.one) > 1:
            self.figures |= figures.of_weight(self.one[self.facing], "other_")
        self.restart(self.curve, self.readout)

    # One weight

    @cached_property
    def curve(self) -> SlopePlot:
        """The loss over one weight, with all its runs; the first one moves."""
        names = ("$w$", self.look.captions.text("axes.loss"))
        curve = SlopePlot(CURVE, self.look, *made.parabola(self.one), [made.roll(run) for run in self.one], names)
        curve.running = curve.bright = self.only(0)
        curve.centre = float(self.one[0].y.mean())
        return curve

    @cached_property
    def readout(self) -> Readout:
        """Weight, slope, step and epoch of one run; wide enough for all."""
        theme, words = self.theme, self.look.captions
        every = [np.concatenate(values) for values in zip(*map(self.read, self.one), strict=True)]
        columns = [
            Column("$w$", every[0], theme.estimate, 3),
            Column(self.text("parts.slope"), every[1], theme.gradient, 3),
            Column(self.text("parts.step"), every[2], theme.gradient, 3),
            Column(words.text("readout.epoch"), every[3], theme.text, 0),
        ]
        readout = Readout(*NUMBERS, self.look, every[3], columns)
        readout.follow(self.one[0].epoch, self.read(self.one[0]))
        return readout

    def read(self, run: History) -> list[np.ndarray]:
        """What the readout says of a run, (T,) each."""
        return [run.params[:, 0], run.grads[:, 0], made.steps(run), run.epoch]

    def only(self, *runs: int) -> np.ndarray:
        """1 for these runs of one weight, 0 for all others, (R,)."""
        return np.isin(np.arange(len(self.one)), runs).astype(float)

    @property
    def facing(self) -> int:
        """The run that is shown second: one from the other side of the lowest point, where there is one."""
        sides = [np.sign(float(run.grads[0, 0])) for run in self.one]
        return next((run for run in range(1, len(sides)) if sides[run] * sides[0] < 0), 1)

    def turn_to(self, *runs: int) -> list[Animation]:
        """Put other runs of one weight under the clock, at their starts; those before keep quiet where they are."""
        self.dissolve()
        curve, first = self.curve, self.one[runs[0]]
        curve.running = self.only(*runs)
        self.readout.follow(first.epoch, self.read(first))
        self.restart(curve, self.readout)
        curve.tangent, curve.stride, curve.way = 0.0, 1.0, 0.0
        self.readout.shown = np.array([1.0, 0.0, 0.0, 0.0])  # what comes now can be predicted
        shown = np.maximum(curve.strength, curve.running)
        return [curve.to(bright=curve.running, strength=shown, run_time=TIMING.quick)]

    def sign(self, run: int) -> str:
        """Which way the slope of a run's start points: down to the right, down to the left, or nowhere."""
        slope = float(self.one[run].grads[0, 0])
        return "flat" if abs(slope) <= FLAT else "right" if slope < 0 else "left"

    @property
    def first_step(self) -> str:
        """Which sentence tells of the first update of one weight."""
        before, after = self.one[0].loss[:2]
        return "down" if after < before else "same" if after == before else "up"

    @property
    def turned(self) -> str:
        """Which sentence compares the second run with the first: the other sign, the same, or none."""
        both = [self.sign(0), self.sign(self.facing)]
        return "flat" if "flat" in both else "same" if both[0] == both[1] else "turned"

    @property
    def settled(self) -> str:
        """Which sentence tells where the runs of one weight end."""
        if not all(np.isfinite(run.params).all() for run in self.one):
            return "lost"
        if all(made.close(run) for run in self.one):
            return "close"
        return "under_way" if all(map(made.fallen, self.one)) else "away"

    @property
    def later(self) -> list[Callable[[], str | None]]:
        """The beats of one weight after its first step: its other steps, and other balls, as far as there are any."""
        again = [self.again] if len(self.one[0].epoch) > 2 else []
        return [*again, *([self.sides] if len(self.one) > 1 else [])]

    def again(self) -> None:
        """A beat of the film."""
        raise NotImplementedError

    def sides(self) -> str:
        """A beat of the film."""
        raise NotImplementedError

    def turn_to_others(self) -> list[Animation]:
        """All balls but the first move from now on."""
        others = range(1, len(self.one))
        self.curve.running = self.only(*others)
        return [self.curve.to(strength=np.ones(len(self.one)), bright=self.curve.running, stride=1)]

    def go_on(self, said: str, *runs: int) -> None:
        """Let these balls go to their ends, the first steps slowly, and say what became of them."""
        last, beat = int(self.one[0].epoch[-1]), "again" if runs == (0,) else "sides"
        slowly = min(last, 4 if beat == "again" else 2)
        self.advance(slowly, 1.0, 3.0, self.readout.to(shown=np.ones(4), run_time=TIMING.quick))
        self.play(self.say(f"{beat}.{said}"))
        self.advance(last, 0.5, 2.4)
        self.until_read()

    def leaving(self) -> bool:
        """Whether the first ball leaves the plot; the figure `off` is the epoch in which it does."""
        off = self.curve.leaves_at(0)
        self.figures["off"] = count(off or 0)
        return off is not None

    # Two weights

    @cached_property
    def terrain(self) -> Terrain:
        """The loss over both weights, around all starts."""
        return made.terrain(self.two)

    @cached_property
    def ground(self) -> SlicedSurface:
        """The surface with all runs and two slices, seen so that the first start lies at the back."""
        routes = [material.route(run, self.terrain) for run in self.two]
        slices = [made.slice_along(self.two[0], self.terrain, axis) for axis in (0, 1)]
        loss = self.look.captions.text("axes.loss")
        ground = SlicedSurface(STAGE, self.look, self.terrain, routes, slices, loss_name=loss)
        start, low = (self.terrain.model(np.array(w), 0.0)[:2] for w in (self.two[0].params[0], self.best.weights))
        ground.azimuth = material.azimuth_facing(start, low)
        return ground

    @cached_property
    def plots(self) -> list[SlopePlot]:
        """The loss along each weight alone, with the tangent and the step there."""
        loss, theme = self.look.captions.text("axes.loss"), self.theme
        plots = []
        for axis, (name, color) in enumerate(((SYMBOLS["w0"], theme.partial0), (SYMBOLS["w1"], theme.partial1))):
            points = made.slice_along(self.two[0], self.terrain, axis)
            roll = made.one_step(self.two[0], axis)
            frame = (RIGHT_HALF, LOWER)[axis]
            both = (name, loss)
            plot = SlopePlot(frame, self.look, points[:, axis], points[:, 2], [roll], both, color, self.said_of(axis))
            plot.strength, plot.opacity = np.ones(1), 0.0
            plots.append(plot)
        return plots

    def said_of(self, axis: int) -> list[Words]:
        """What stands above a slice: its slope, then the step that it gives."""
        name, slope = (SYMBOLS["w0slope"], SYMBOLS["w1slope"])[axis], self.figures[f"g{axis}"]
        return [
            Words(*(f"{one} = {other}" for one, other in zip(name, slope, strict=True))),
            self.figures[f"own{axis}"],
        ]

    @cached_property
    def map(self) -> ContourMap:
        """The surface from above, with all paths."""
        walks = [Walk(run.epoch, run.params) for run in self.two]
        above = ContourMap(MAP, self.look, self.terrain, walks)
        above.epochs = np.full(len(walks), float(self.two[0].epoch[-1]))
        above.strength, above.opacity = np.ones(len(walks)), 0.0
        above.axes = above.contours = above.star = 1.0
        return above

    @cached_property
    def epochs(self) -> Readout:
        """The epoch of the runs of two weights."""
        run = self.two[0]
        return Readout(
            *EPOCH,
            self.look,
            run.epoch,
            [Column(self.look.captions.text("readout.epoch"), run.epoch, self.theme.text, 0)],
        )

    @cached_property
    def ends(self) -> NumberTable:
        """Where each run began and where it ended; below them the lowest point."""
        theme, words = self.theme, self.look.captions
        rows = [
            (pair(tuple(run.params[0].tolist())), pair(tuple(run.params[-1].tolist()), 3), fixed(float(run.loss[-1])))
            for run in self.two
        ]
        last = (self.text("parts.lowest"), self.figures["least"], self.figures["lowest"])
        heads = (self.text("parts.start"), self.text("parts.end"), words.text("readout.loss"))
        colors = (theme.position_text, theme.estimate, theme.loss)
        number = len(rows)
        return NumberTable(TABLE, self.look, heads, [*rows, last], colors, {number: theme.minimum}, ruled=(number,))

    def arrive(self) -> list[Animation]:
        """One weight gives way to two: a floor, the surface upon it, and the ball."""
        ground = self.ground
        ground.azimuth += 30.0
        self.restart(ground, self.epochs)
        self.remove(self.curve, self.readout)
        self.add(ground, self.epochs)
        return [
            ground.to(floor=1, upright=1, wire=1, skin=1, azimuth=ground.azimuth - 30.0, run_time=2.4),
            ground.to(ball=1, run_time=2.4, rate_func=lambda share: max(0.0, 3 * share - 2)),
        ]

    def cut_along(self, axis: int) -> list[Animation]:
        """A slice spreads from the ball, on the surface and beside it; the one before moves up."""
        plot = self.plots[axis]
        plot.axes = 1.0
        self.add(plot)
        moves: list[Animation] = [plot.to(opacity=1, ground=1, run_time=TIMING.slow)]
        mover, frame = (self.plots[0], UPPER) if axis else (self.ground, SIDE)
        moves.append(mover.to(frame=frame, run_time=TIMING.move))
        return [*moves, self.ground.to(**{f"slice{axis}": 1}, run_time=TIMING.slow)]

    @property
    def rule(self) -> str:
        """The step of one weight, and its learning rate."""
        return f"{RULE}#h(0.9em)$alpha =$#h(0.28em){self.figures['lr'].typeset}"

    def strides(self) -> list[Animation]:
        """The step of each weight in its slice, with its numbers above."""
        return [plot.to(way=1, stride=1, told=[0, 1], run_time=TIMING.move) for plot in self.plots]

    def gather(self) -> list[Animation]:
        """All starts, at the first epoch again where there are others."""
        if len(self.two) == 1:
            return []
        self.epoch = 0.0
        moves: list[Animation] = [panel.to(epoch=0, run_time=TIMING.move) for panel in (self.ground, self.epochs)]
        return [*moves, self.ground.to(others=1, run_time=TIMING.move)]

    def overhead(self) -> list[Animation]:
        """The surface seen from straight above, where the map will lie."""
        ground = self.ground
        return [ground.to(run_time=2.2, skin=0.35, contours=1, wire=0, upright=0, **ground.onto(self.map.inner()))]

    def lay_down(self) -> list[Animation]:
        """The map takes the surface's place; the table of ends comes in beside it."""
        self.add(self.map, self.ends)
        return [self.map.to(opacity=1), self.ground.to(opacity=0), self.epochs.to(opacity=0)]

    @property
    def crowd(self) -> str:
        """Whether there is one start or more."""
        return one_or_many(len(self.two))

    @property
    def plane_epochs(self) -> int:
        """How many updates of two weights there are."""
        return int(self.two[0].epoch[-1])

    @property
    def gathered(self) -> str:
        """Which sentence tells where the runs of two weights end."""
        one = "_one" if len(self.two) == 1 else ""
        if all(made.arrived(run, self.best.loss) for run in self.two):
            return "same" + one
        if not all(map(made.fallen, self.two)):
            return "away" + one
        return ("turned" if any(made.rising(run, self.best.loss) for run in self.two) else "under_way") + one
