"""Films about a curve of probability that learns from several starts, in two or more ways side by side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import Animation

from learning import data, landscape, progress
from learning.history import History
from scenes import material
from scenes.drawing import Drawing, Rectangle
from scenes.figures import count, percent
from scenes.figures.curve import SETTLED, progress_of
from scenes.film import LEFT, RIGHT, Film
from scenes.numbers import measured
from scenes.panels.color_bar import ColorBar
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_surface import LossSurface
from scenes.panels.readout import Column, Readout
from scenes.panels.terrain import Terrain, leaves_at
from scenes.theme import TIMING

Row = tuple[float, float, float]
"""Left end, baseline and width of a row of numbers."""


@dataclass(frozen=True)
class Place:
    """Where a side's panels stand while it learns; without a place for the data they are not shown."""

    surface: Rectangle
    plot: Rectangle | None
    numbers: Row
    rest: Row


TWO = (
    Place((-4.2, -2.0, -0.15, 2.1), (LEFT, -1.1, -4.25, 1.9), (-4.1, -2.8, 3.6), (LEFT, -2.1, 2.4)),
    Place((0.15, -2.0, 4.2, 2.1), (4.25, -1.1, RIGHT, 1.9), (0.55, -2.8, 3.6), (4.3, -2.1, 2.4)),
)
"""Two sides: the surfaces next to each other, the data outside."""
NEAR = 40.0
"""A window grows for a lowest point so far from 0 at most."""
EPOCH = (RIGHT - 1.1, 2.88, 1.1)
"""The epoch that both show, at the top right."""


@dataclass(frozen=True, eq=False)
class Side:
    """One way of learning: its runs, one for each start, and the panels that show the one under the clock.

    Attributes:
        runs: one for each start.
        least: the smallest loss there is.
        rest: a counter of the epochs in which the run stayed where it started.
    """

    runs: tuple[History, ...]
    least: float
    surface: LossSurface
    plot: DataPlot | None
    numbers: Readout
    rest: Readout

    @property
    def panels(self) -> tuple[Drawing, ...]:
        """What the clock moves."""
        panels = (self.surface, self.plot, self.numbers, self.rest)
        return tuple(panel for panel in panels if panel is not None)

    def follow(self, start: int) -> None:
        """Show the run from a start, at its beginning; the one before stays on the surface as it ended."""
        run = self.runs[start]
        self.surface.follow(start)
        if self.plot is not None:
            self.plot.follow(run.epoch, run.yhat)
        self.numbers.follow(run.epoch, [progress_of(run, self.least), slopes(run)])
        self.rest.follow(run.epoch, [progress.resting(run, SETTLED)])


class CurveFilm(Film):
    """A film of runs of the logistic model from several starts, in several ways side by side.

    Attributes:
        starts: the first weights. sides: the ways of learning.
        slopes: the sizes of the gradient that colours tell apart. azimuth: the view in which a far start lies behind.
    """

    starts: Sequence[tuple[float, float]]
    sides: list[Side]
    slopes: tuple[float, float]
    azimuth: float
    epochs: Readout
    color_bar: ColorBar

    def prepare(
        self, ways: Sequence[Sequence[History]], places: Sequence[Place], epoch: Row, window: Rectangle
    ) -> None:
        """Make the panels of each way of learning, all with the same window and the same view."""
        window = material.borders_around(window, [*self.starts, *_lowest_near(ways)])
        grounds = [material.ground_within(runs[0], window) for runs in ways]
        self.slopes = material.decades(grounds)
        self.azimuth = view_from(grounds[0], self.starts)
        self.sides = [
            self._side(tuple(runs), ground, place) for runs, ground, place in zip(ways, grounds, places, strict=True)
        ]
        run = ways[0][0]
        column = Column(self.look.captions.text("readout.epoch"), run.epoch, self.theme.text, 0)
        self.epochs = Readout(*epoch, self.look, run.epoch, [column])

    def _side(self, runs: tuple[History, ...], ground: Terrain, place: Place) -> Side:
        routes = [material.route(run, ground) for run in runs]
        name = self.look.captions.text("axes.loss")
        surface = LossSurface(place.surface, self.look, ground, routes, loss_name=name, slopes=self.slopes)
        surface.azimuth, surface.marks = self.azimuth, 1.0
        plot = None if place.plot is None else self.plot_of(runs[0], place.plot)
        numbers = self._numbers(runs, ground.minimum[2], place.numbers)
        return Side(runs, ground.minimum[2], surface, plot, numbers, self._rest(runs, place.rest))

    def plot_of(self, run: History, frame: Rectangle) -> DataPlot:
        """Zeros and ones, and the curve of a run."""
        truth = data.truth_of(run.experiment, run.x)
        plot = self.data_plot(frame, run, truth, slim=True)
        plot.axes = plot.points_shown = 1.0
        return plot

    def _numbers(self, runs: Sequence[History], least: float, place: Row) -> Readout:
        """The share of the possible drop in loss, and the size of the gradient; wide enough for all runs."""
        words, theme = self.look.captions, self.theme
        drops = np.concatenate([progress_of(run, least) for run in runs])
        sizes = np.concatenate([slopes(run) for run in runs])
        columns = [
            Column(words.text("readout.drop"), drops, theme.position_text, write=lambda share, _: percent(share)),
            Column(words.text("readout.gradient"), sizes, theme.gradient, 3, write=measured),
        ]
        return Readout(*place, self.look, np.arange(len(sizes)), columns, centred=True)

    def _rest(self, runs: Sequence[History], place: Row) -> Readout:
        epochs = np.concatenate([progress.resting(run, SETTLED) for run in runs])
        column = Column(self.look.captions.text("readout.resting"), epochs, self.theme.position_text, 0)
        return Readout(*place, self.look, epochs, [column])

    # Moves that all sides make together

    def both(self, *, run_time: float = TIMING.move, rate_func: Any = None, **targets: Any) -> list[Animation]:
        """Move attributes of all surfaces alike."""
        pace = {} if rate_func is None else {"rate_func": rate_func}
        return [side.surface.to(run_time=run_time, **pace, **targets) for side in self.sides]

    def move_to(self, frames: Sequence[Rectangle]) -> list[Animation]:
        """Move the surfaces to other frames."""
        return [
            side.surface.to(frame=frame, run_time=TIMING.move) for side, frame in zip(self.sides, frames, strict=True)
        ]

    def descend(self, start: int, question: str, seconds: float, *, rest: bool) -> None:
        """Let all runs from a start go their way, at an even pace, after a question; count rest where there is any."""
        self.begin(start)
        counters = [side.rest.to(shown=[float(rest)], run_time=TIMING.quick) for side in self.sides]
        balls = self.both(ball=1, path=1, run_time=TIMING.quick)
        self.play(self.say(question), balls, self.show_numbers(), counters)
        self.hold(TIMING.hold if self.calm else 0.2)
        count = int(self.sides[0].runs[start].epoch[-1])
        self.advance(count, seconds / count, seconds)

    @property
    def calm(self) -> bool:
        """Whether there is time to look at every start at leisure."""
        return len(self.starts) <= 3

    def to_maps(self, frames: Sequence[Rectangle], *, run_time: float, **targets: Any) -> list[Animation]:
        """Turn the surfaces until they are seen from overhead, each as large as its frame allows."""
        return [
            side.surface.to(run_time=run_time, **side.surface.as_map(frame), **targets)
            for side, frame in zip(self.sides, frames, strict=True)
        ]

    @property
    def stars(self) -> bool:
        """Whether the window holds all lowest points."""
        grounds = [side.surface.terrain for side in self.sides]
        return all(bool(ground.on_map(np.array(ground.minimum[:2]), ground.minimum[2])) for ground in grounds)

    def begin(self, start: int) -> None:
        """Put the runs from a start under the clock."""
        self.dissolve()
        for side in self.sides:
            side.follow(start)
        self.restart(self.epochs, *(panel for side in self.sides for panel in side.panels))

    def show_numbers(self) -> list[Animation]:
        """Numbers and curves appear beside the surfaces; the counter of rest waits until it is called."""
        for plot in self.plots:
            plot.estimate = plot.truth = 1.0
            plot.opacity = plot.opacity if plot in self.mobjects else 0.0
        self.add(self.epochs, *(panel for side in self.sides for panel in side.panels if panel is not side.surface))
        return self._numbers_to(1.0)

    @property
    def plots(self) -> list[DataPlot]:
        """The data beside the surfaces, where there is room for them."""
        return [side.plot for side in self.sides if side.plot is not None]

    def hide_numbers(self, *, plots: bool = True) -> list[Animation]:
        """Only the surfaces stay, and the curves if asked for."""
        rest = [side.rest.to(shown=[0], run_time=TIMING.quick) for side in self.sides]
        return [*self._numbers_to(0.0, plots=plots), *rest]

    def _numbers_to(self, opacity: float, *, plots: bool = True) -> list[Animation]:
        moves: list[Animation] = [self.epochs.to(shown=[opacity], run_time=TIMING.quick)]
        moves += [plot.to(opacity=opacity, run_time=TIMING.quick) for plot in self.plots if plots]
        return [*moves, *(side.numbers.to(shown=[opacity] * 2, run_time=TIMING.quick) for side in self.sides)]

    def bar(self, frame: Rectangle) -> ColorBar:
        """What the colours of the surfaces stand for, once they show the gradient; not yet visible."""
        self.color_bar = ColorBar(frame, self.look, self.slopes, self.look.captions.text("axes.gradient"))
        self.color_bar.opacity = 0.0
        return self.color_bar

    def leaving(self, start: int, names: Sequence[str]) -> Iterator[str]:
        """The names of those sides whose run from a start leaves the window; the figure `NAME_off` is its epoch."""
        for side, name in zip(self.sides, names, strict=True):
            epoch = leaves_at(side.surface.terrain, side.surface.routes[start])
            if epoch is not None:
                self.figures[f"{name}_off"] = count(epoch)
                yield name


def _lowest_near(ways: Sequence[Sequence[History]]) -> list[tuple[float, float]]:
    """The lowest points over data of one's own, where these do not run away; windows for ours hold theirs."""
    runs = [runs[0] for runs in ways if runs[0].experiment.data_file is not None]
    places = [landscape.minimum_of(run) for run in runs]
    return [(float(w0), float(w1)) for w0, w1 in places if max(abs(w0), abs(w1)) <= NEAR]


def slopes(run: History) -> np.ndarray:
    """The size of the gradient in each state, (T,)."""
    return np.asarray(np.linalg.norm(run.grads.astype(float), axis=1))


def view_from(ground: Terrain, starts: Sequence[tuple[float, float]]) -> float:
    """The azimuth from which the start farthest from the minimum lies at the back."""
    low = ground.model(np.array(ground.minimum[:2]), 0.0)[:2]
    places = [ground.model(np.array(start), 0.0)[:2] for start in starts]
    return material.azimuth_facing(max(places, key=lambda place: float(np.hypot(*(place - low)))), low)
