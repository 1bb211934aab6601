"""What the film of the plane is made of: a run of many weights, the plane, the surface over it and the way upon it."""

from dataclasses import replace
from functools import cached_property

import numpy as np
from manim import Animation, FadeIn

from learning.data import truth_of
from learning.experiment import NETS
from learning.history import History
from learning.plane import Plane
from scenes.bases.net import FLOOR, FULL, NetFilm
from scenes.drawing import Drawing, Rectangle
from scenes.figures import plane as figures
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.material import azimuth_facing
from scenes.material import net as net_material
from scenes.material import plane as material
from scenes.material.plane import Ground
from scenes.pacing import durations_by
from scenes.panels.data_plot import DataPlot
from scenes.panels.movement_bars import MovementBars
from scenes.panels.network import Network
from scenes.panels.plane_surface import Lens, PlaneSurface
from scenes.panels.traces import Traces
from scenes.parameters import PlaneParameters
from scenes.theme import SIZES, TIMING

SIDES = (LEFT, FLOOR, -0.2, 1.9), (0.2, FLOOR, RIGHT, 1.9)
WHOLE = (LEFT, FLOOR, RIGHT, 1.9)
PLOT, CURVE = (LEFT, -0.8, -0.5, 1.9), (LEFT, FLOOR, -0.5, -0.85)
TALL_CURVE = (LEFT, FLOOR, -0.5, 1.9)
SURFACE = (-0.1, BOTTOM + 0.5, RIGHT, 2.75)
ALONE = (-4.5, BOTTOM + 0.5, 4.5, 2.6)
MAPS = (LEFT, FLOOR, -0.15, 1.95), (0.15, FLOOR, RIGHT, 1.95)
LENS = (LEFT + 0.2, -2.35, -2.4, 1.75)
LETTERS: dict[material.Kind, str] = {"principal": "d", "random": "r", "given": "a"}
"""What the directions of a plane are called."""
LINES = 40
"""So many weights at most have a line; those that moved most."""
LITTLE = 5e-4
"""A share below this is not told from nothing."""
DOT = 0.03
"""From a share below so much of the other's on, a path looks like a dot beside it …"""
SHORT = 0.5
"""… or is clearly shorter."""
HIGH = 52.0
"""Elevation from which the floor is seen while there is nothing upon it."""


class PlaneFilm(NetFilm):
    """The panels of the film.

    Attributes:
        run: the history. ground: the plane with its surface. kind: what plane it is.
        plot: the data, or None where they do not fit into a plot. curve, readout: the loss, and numbers.
    """

    parameters: PlaneParameters
    run: History
    ground: Ground
    kind: material.Kind

    def prepare(self) -> None:
        """Make panels and figures from the history."""
        asked, self.run = self.parameters, self.histories["net"]
        plane = material.main_plane(self.run, asked.directions, asked.plane_seed)
        self.ground, self.kind = material.ground(self.run, plane), material.kind_of(self.run, plane, asked.directions)
        self.figures = {
            **figures.of_run(self.run),
            **figures.of_directions(self.run, self.ground),
            **figures.of_surface(self.ground),
            **(figures.of_net(self.run) if self.is_net else {}),
        }
        self.curve = self.curve_of(self.run, WHOLE)
        self.readout = self.readout_of(self.run)

    @property
    def is_net(self) -> bool:
        """Whether it is one of our nets, which can be drawn."""
        return material.is_ours(self.run) and self.run.experiment.model in NETS

    @property
    def is_plain(self) -> bool:
        """Whether all its weights are edges of the diagram, between ReLU nodes."""
        return self.is_net and self.run.experiment.model == "relu" and not self.run.experiment.bias

    @cached_property
    def diagram(self) -> Network | None:
        """The net, or None."""
        return self.network_of(self.run, SIDES[0]) if self.is_net else None

    @cached_property
    def plot(self) -> DataPlot | None:
        """The data, or None."""
        run, frame = self.run, SIDES[1] if self.is_net else WHOLE
        if not material.has_data(run):
            return None
        single = run if run.x.ndim == 1 else replace(run, x=run.x.ravel())
        truth = truth_of(run.experiment, run.seen_x) if material.is_ours(run) else None
        return self.data_plot(frame, single, truth, net_material.ends((run,)), full=FULL)

    @cached_property
    def traces(self) -> Traces:
        """The weights against the epoch: all of them, or those that moved most."""
        run, few = self.run, material.most_moved(self.run, LINES)
        names = self.look.captions.text("axes.epoch"), self.markup("parts.weight")
        return Traces(SIDES[0] if self.plot else WHOLE, self.look, run.epoch, run.params[:, few], names, None)

    @cached_property
    def bars(self) -> MovementBars:
        """How the movement divides up."""
        shares, numbers, names = figures.bars(self.run)
        return MovementBars(
            (LEFT, FLOOR, RIGHT, 2.5), self.look, shares, numbers, names, self.markup("parts.direction")
        )

    @cached_property
    def surface(self) -> PlaneSurface:
        """The surface over the plane, seen so that the start lies at the back."""
        surface = self.surface_of(self.ground, self.kind, ALONE)
        terrain, way = self.ground.terrain, self.ground.route.params
        low = way[-1] if np.ptp(terrain.w0) * LITTLE < np.hypot(*(way[-1] - way[0])) else terrain.minimum[:2]
        start, end = terrain.model(np.array([way[0], low]), np.zeros(2))[:, :2]
        surface.azimuth, surface.elevation = azimuth_facing(start, end), HIGH
        return surface

    @cached_property
    def lens(self) -> Lens:
        """A close look at the ball."""
        return Lens(LENS, self.surface, (self.figures["gap_below"], self.figures["gap_loss"]))

    def surface_of(self, ground: Ground, kind: material.Kind, frame: Rectangle) -> PlaneSurface:
        """A plane's surface with the run."""
        letter, loss = LETTERS[kind], self.look.captions.text("axes.loss")
        names = figures.AXES[f"{letter}1"], figures.AXES[f"{letter}2"]
        return PlaneSurface(frame, self.look, ground.terrain, ground.route, ground.below, names=names, loss_name=loss)

    # Moves

    def here(self, *panels: Drawing | None) -> list[Drawing]:
        """Those of these panels that this run has."""
        return [panel for panel in panels if panel is not None]

    def show_net(self) -> list[Animation]:
        """The net appears, and the data with what it says of them before it has learned; or, for want of both, losses.

        A curve of losses is then shown whole: it tells what is to be learned of a run that one knows nothing else of.
        """
        moves: list[Animation] = [self.diagram.to(nodes=1, edges=1, run_time=TIMING.slow)] if self.diagram else []
        moves += [self.plot.to(points_shown=1, estimate=1, run_time=TIMING.slow)] if self.plot else []
        self.curve.epoch = float(self.run.epoch[-1])
        return moves or [self.curve.to(axes=1, curve=1, run_time=TIMING.slow)]

    def show_weights(self) -> list[Animation]:
        """The weights' lines take the place of the net."""
        self.restart(*self.here(self.traces, self.plot, self.readout))
        self.add(self.traces, self.readout)
        moved = [self.plot.to(frame=SIDES[1])] if self.plot else []
        gone = self.away(*self.here(self.diagram, None if self.plot else self.curve))
        return [*gone, *moved, self.traces.to(axes=1, lines=1), *self.reveal(self.readout)]

    def let_learn(self, seconds: float) -> None:
        """Let the run go on to its end, slowly where much happens."""
        self.proceed(float(self.run.epoch[-1]), durations_by(net_material.change(self.run), seconds))
        self.until_read()

    def show_bars(self) -> list[Animation]:
        """The bars take the place of everything."""
        self.add(self.bars)
        return [*self.away(*self.here(self.traces, self.plot, self.readout)), self.bars.to(axes=1)]

    def lay_floor(self) -> list[Animation]:
        """The floor appears, with the start upon it."""
        self.restart(self.surface)
        self.surface.rise = 0.0
        self.add(self.surface)
        return [*self.away(self.bars), self.surface.to(floor=1, ball=1, path=1, run_time=TIMING.slow)]

    def show_sync(self) -> list[Animation]:
        """Back to the start, with data, losses and numbers beside the surface."""
        beside = self.here(self.plot, self.curve, self.readout)
        for panel in beside:
            panel.opacity, panel.epoch = 0.0, 0.0
        self.curve.frame = np.array(CURVE if self.plot else TALL_CURVE)
        if self.plot:
            self.plot.frame = np.array(PLOT)
        self.curve.axes = self.curve.curve = 1.0
        self.readout.shown = np.ones(len(self.readout.columns))
        self.remove(*beside)
        self.add(*beside)
        back = self.back_to(0.0)
        self.clock(*beside)
        return [*back, *(panel.to(opacity=1) for panel in beside), self.surface.to(frame=SURFACE, gap=1, marks=1)]

    def look_closer(self) -> list[Animation]:
        """What stands beside the surface makes room for a lens upon the ball."""
        self.add(self.lens)
        return [*self.away(*self.here(self.plot, self.curve)), self.lens.to(grown=1, run_time=TIMING.slow)]

    def to_overhead(self) -> list[Animation]:
        """The surface is seen from above, at the end of the run."""
        back = self.back_to(float(self.run.epoch[-1]))
        north = 360 * round(self.surface.azimuth / 360)
        above = self.surface.to(elevation=90, azimuth=north, upright=0, zoom=1.28, run_time=2.6)
        beside = [panel.to(opacity=1) for panel in self.here(self.plot, self.curve)]
        lens = self.lens.to(grown=0, run_time=TIMING.quick)
        return [*back, *beside, lens, above, self.surface.to(skin=0.35, contours=1, wire=0, gap=0, run_time=2.6)]

    def to_map(self) -> list[Animation]:
        """The surface takes the left half, from above; what stood there goes."""
        gone = self.away(*self.here(self.plot, self.curve, self.readout))
        return [*gone, self.surface.to(**self.surface.as_map(MAPS[0]), run_time=TIMING.slow)]

    @cached_property
    def other(self) -> PlaneSurface | None:
        """The other kind of plane through the same run, from above; None where its loss is not known."""
        if not material.is_ours(self.run):
            return None
        same = None if self.kind == "random" else self.ground.terrain  # a long path does not fit where a short one does
        ground = material.ground(self.run, self.other_plane, same)
        other = self.surface_of(ground, self.other_kind, MAPS[1])
        for name, value in other.as_map(MAPS[1]).items():
            setattr(other, name, np.array(value) if name == "frame" else value)
        other.floor = other.contours = other.ball = other.path = 1.0
        other.skin, other.epoch, other.opacity = 0.35, float(self.run.epoch[-1]), 0.0
        return other

    @property
    def other_kind(self) -> material.Kind:
        """What the plane is compared with."""
        return "principal" if self.kind == "random" else "random"

    @cached_property
    def other_plane(self) -> Plane:
        """The plane that it is compared with."""
        return material.plane_of(self.run, self.other_kind, self.parameters.plane_seed)

    def compare(self) -> list[Animation]:
        """Both planes from above, to one scale, with what they hold."""
        assert self.other is not None
        self.add(self.other)
        shares = self.ground.share, self.other_plane.share(material.states(self.run))
        heads = []
        for kind, share, (left, _, right, _) in zip((self.kind, self.other_kind), shares, MAPS, strict=True):
            self.figures["held"] = figures.tenths(share)
            heads.append(self.ink(f"parts.{kind}_holds", SIZES.label).stand((left + right) / 2 + 0.3, 2.2, "center"))
        return [self.other.to(opacity=1), *(FadeIn(head) for head in heads)]

    # Which sentence

    @property
    def few(self) -> bool:
        """Whether there are but two weights."""
        return len(self.run.names) == 2

    @property
    def divided(self) -> str:
        """Which sentence says how the movement divides up."""
        every = figures.bars(self.run)[0]
        if not every.any():
            return "none"
        whole = "" if material.near(self.run).all() else "until_"
        if every[1:].sum() < LITTLE:
            return f"{whole}one"
        return "two" if self.few and not whole else f"{whole}say"

    @property
    def ended(self) -> str:
        """Which sentence says what became of the run."""
        fate = material.fate(self.run)
        return "off" if fate == "fallen" and self.surface.leaves_at() is not None else fate

    @property
    def agrees(self) -> str:
        """Which sentence says that ball and surface agree."""
        return "off" if self.surface.leaves_at() is not None else "two" if self.few else "none"

    @property
    def compared(self) -> str:
        """Which sentence compares the two planes."""
        if self.few:
            return "two"
        mine, theirs = self.ground.share, self.other_plane.share(material.states(self.run))
        if not figures.bars(self.run)[0].any():
            return "none"
        if self.kind == "random":
            return "long" if mine < SHORT * theirs else "less"
        return "dot" if theirs < DOT * mine else "short" if theirs < SHORT * mine else "less"
