"""What the film of stuck nets is made of: two nets side by side, the autopsy of one, and many at once."""

from collections.abc import Sequence

import numpy as np
from manim import Animation, FadeOut

from learning.history import History
from scenes import net_figures, net_material
from scenes.drawing import Rectangle
from scenes.figures import count
from scenes.film import LEFT, RIGHT
from scenes.net_film import BELOW, FLOOR, NetFilm
from scenes.net_material import Tries
from scenes.panels.network import LARGE
from scenes.panels.readout import Column, Readout
from scenes.panels.share_bars import ShareBars
from scenes.panels.swarm import Swarm
from scenes.panels.traces import Traces
from scenes.panels.uncovered import PointShares, Uncovered
from scenes.theme import SIZES

SIDES = (LEFT, 0.35)
WIDTH = 6.3
"""Where the halves of the frame begin that two nets side by side have, and how wide they are."""

SWARM = (LEFT + 0.3, FLOOR, RIGHT, 1.9)
BARS = (LEFT, FLOOR, RIGHT, 2.7)
ROOM, NEAR = 1.1, 1.5
"""How far the axis of many losses goes beyond the loss of saying zero; that of a turning weight beyond its size."""


class Side:
    """One of two nets side by side: what stands on its half of the frame."""

    def __init__(self, film: NetFilm, runs: Sequence[History], left: float, name: str) -> None:
        diagram: Rectangle = (left, FLOOR + 0.1, left + 2.9, 1.6)
        plot: Rectangle = (left + 2.75, FLOOR, left + WIDTH, 1.9)
        self.diagram, self.plot = film.network_of(runs[0], diagram), film.plot_of(runs[0], plot, *runs[1:])
        self.readout = film.readout_of(runs[0], left + 2.7, WIDTH - 2.7)
        self.readout.shown = np.zeros(len(self.readout.columns))
        self.name = film.ink(f"parts.{name}", SIZES.readout).stand(left, 2.2)
        self.panels = (self.diagram, self.plot, self.readout)

    def tell(self) -> Animation:
        """The numbers appear."""
        return self.readout.to(shown=np.ones(len(self.readout.columns)))

    def leave(self) -> list[Animation]:
        """Everything fades."""
        return [FadeOut(self.name), *(panel.to(opacity=0) for panel in self.panels)]


class StuckFilm(NetFilm):
    """The panels of the film.

    Attributes:
        run, other: the histories side by side. this, that: what shows them.
        tries: of each size, the smallest first.
        turning: when the run's nodes turned. covered: what they cover in the end.
    """

    run: History
    other: History
    this: Side
    that: Side
    tries: list[Tries]
    turning: net_material.Turning
    covered: str

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.run, self.other = self.histories["stuck"], self.histories["other"]
        many = [run for label, run in self.histories.items() if label.endswith(" nodes")]
        self.tries = sorted((net_material.tries(run) for run in many), key=lambda tries: tries.size)
        self.turning, self.covered = net_material.turning(self.run), net_material.covered(self.run)
        self.figures = {
            **net_figures.of_training(self.run),
            **net_figures.of_other(self.other),
            **net_figures.of_standstill(self.run),
            **net_figures.of_tries(self.tries),
        }
        self.this = Side(self, (self.run, self.other), SIDES[0], "this")
        self.that = Side(self, (self.other, self.run), SIDES[1], "other")

    def ending_of(self, run: History) -> str:
        """Which sentence says what became of a run."""
        ending = net_material.ending(run)
        return "still" if ending == "half" and net_material.stands_still(run) else ending

    def shade_panel(self) -> Uncovered:
        """Where no node is active, behind the data."""
        return Uncovered(self.look, self.this.plot, self.run.epoch, net_material.uncovered(self.run))

    def pull_panel(self) -> PointShares:
        """What each point adds to the gradient, below the data."""
        x, name = np.sort(self.run.x.astype(float)), self.look.captions.typeset("stuck.parts.pull")
        return PointShares(BELOW, self.look, x, net_material.pull(self.run), self.this.plot.span(), name)

    def traces_panel(self) -> Traces:
        """The first weights until a while after the last node has turned."""
        turning, names = self.turning, (self.look.captions.text("axes.epoch"), "$w$")
        rows = self.run.epoch <= turning.window
        first = net_material.weights(self.run)[0][rows]
        if turning.node is None:
            return Traces(BELOW, self.look, self.run.epoch[rows], first, names, None)
        reach = min(LARGE, NEAR * float(np.abs(first[:, turning.node]).max()))
        return Traces(BELOW, self.look, self.run.epoch[rows], first, names, turning.epoch - 0.5, reach)

    def swarm_panel(self, tries: Tries) -> Swarm:
        """The nets of one size, by their final losses, up to a little more than that of saying zero."""
        most = ROOM * float((self.run.y.astype(float) ** 2).mean()) or 1.0
        return Swarm(SWARM, self.look, tries.losses, tries.stuck, most, self.look.captions.text("axes.loss"))

    def tally_panel(self, tries: Tries) -> Readout:
        """How many nets so far, and how many of them are stuck."""
        done = np.arange(len(tries.losses) + 1)
        columns = [
            Column(self.text("parts.nets"), done, self.theme.text, 0),
            Column(self.text("parts.stuck"), np.append(0, np.cumsum(tries.stuck)), self.theme.loss, 0),
        ]
        tally = Readout(LEFT, 2.2, 6.0, self.look, done, columns)
        tally.shown = np.ones(2)
        return tally

    def bars_panel(self) -> ShareBars:
        """The share of stuck nets for each size, and the chance that all first weights have one sign: 2^(1 - n)."""
        sizes = [tries.size for tries in self.tries]
        legend = (self.text("parts.measured"), self.text("parts.expected"), self.text("parts.nodes"))
        shares = [tries.share for tries in self.tries]
        chance, names = 2.0 ** (1 - np.array(sizes)), [count(size) for size in sizes]
        percents = [net_figures.percent(share) for share in shares]
        return ShareBars(BARS, self.look, np.array(shares), chance, names, percents, legend)
