"""What the film of stuck nets is made of: two nets side by side, the autopsy of one, and many at once."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from manim import Animation, FadeOut

from learning.history import History
from scenes.bases.net import BELOW, FLOOR, NetFilm
from scenes.drawing import Rectangle
from scenes.figures import count
from scenes.figures import net as net_figures
from scenes.film import LEFT, RIGHT
from scenes.markup import verbatim
from scenes.material import net as net_material
from scenes.material.net import Tries
from scenes.numbers import fixed, measured
from scenes.panels.network import LARGE
from scenes.panels.outcomes import Outcomes
from scenes.panels.readout import Column, Readout
from scenes.panels.share_bars import ShareBars
from scenes.panels.traces import Traces
from scenes.panels.uncovered import PointShares, Uncovered
from scenes.theme import SIZES

SIDES = (LEFT, 0.35)
WIDTH = 6.3
"""Where the halves of the frame begin that two nets side by side have, and how wide they are."""

HEAPS = (LEFT, FLOOR, RIGHT, 2.6)
BARS = (LEFT, FLOOR, RIGHT, 2.7)
NEAR = 1.5
"""How far the axis of a turning weight goes beyond its size."""


class Side:
    """One of two nets side by side: what stands on its half of the frame.

    Losses are in the colour of text: in this film red means stuck, and a good loss must not look like that.
    """

    def __init__(self, film: NetFilm, runs: Sequence[History], left: float, name: str) -> None:
        diagram: Rectangle = (left, FLOOR + 0.1, left + 2.9, 1.6)
        plot: Rectangle = (left + 2.75, FLOOR, left + WIDTH, 1.9)
        self.diagram, self.plot = film.network_of(runs[0], diagram), film.plot_of(runs[0], plot, *runs[1:])
        self.readout = film.readout_of(runs[0], left + 2.7, WIDTH - 2.7, color=film.theme.text)
        self.name = film.ink(f"parts.{name}", SIZES.readout).stand(left, 2.2)
        self.panels = (self.diagram, self.plot, self.readout)

    def leave(self) -> list[Animation]:
        """Everything fades."""
        return [FadeOut(self.name), *(panel.to(opacity=0) for panel in self.panels)]


class StuckFilm(NetFilm):
    """The panels of the film.

    Attributes:
        run, other: the histories side by side. this, that: what shows them.
        turning: when the run's nodes turned. covered: what they cover in the end.
    """

    run: History
    other: History
    this: Side
    that: Side
    turning: net_material.Turning
    covered: str

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.run, self.other = self.histories["stuck"], self.histories["other"]
        self.turning, self.covered = net_material.turning(self.run), net_material.covered(self.run)
        self.pulled = net_material.pull(self.run)
        self.figures = {
            **net_figures.of_training(self.run),
            **net_figures.of_other(self.other),
            **net_figures.of_standstill(self.run),
            **net_figures.of_pull(self.run),
        }
        self.this = Side(self, (self.run, self.other), SIDES[0], "this")
        self.that = Side(self, (self.other, self.run), SIDES[1], "other")

    @cached_property
    def tries(self) -> list[Tries]:
        """What became of many nets of each size, the smallest size first."""
        many = [self.histories[label] for label in self.histories if label.endswith(" nodes")]
        return sorted((net_material.tries(run) for run in many), key=lambda tries: tries.size)

    def tell_tries(self) -> None:
        """Set the figures of many nets. Not before they are shown: no beat has to be drawn again for others."""
        self.figures |= net_figures.of_tries(self.tries)
        size = "parts.one_node" if self.tries[0].size == 1 else "parts.many_nodes"
        self.figures["of_size"] = verbatim(self.text(size))

    def ending_of(self, run: History) -> str:
        """Which sentence says what became of a run."""
        ending = net_material.ending(run)
        return "still" if ending == "half" and net_material.stands_still(run) else ending

    @property
    def looks(self) -> str:
        """Which sentence says where the nodes look in the end, and that some hardly look there."""
        faint = net_material.faint(self.run)
        if self.covered not in ("right", "left") or not faint:
            return self.covered
        return f"{self.covered}_faint{'s' if len(faint) > 1 else ''}"

    @property
    def felt(self) -> str:
        """What the points' pulls come to: "define" where that is being stuck, "free" where they still move the net."""
        if self.covered in ("both", "none"):
            return self.covered
        return "define" if self.pulled.fits or self.pulled.cancels else "free"

    @property
    def sums(self) -> list[str]:
        """The sentences that say what the points' pulls add up to."""
        if self.felt == "none":
            return ["nothing"]
        known = "fit" if self.pulled.fits else "cancel" if self.pulled.cancels else "open"
        if self.felt == "both":
            return [f"{known}_all"]
        return [known] if known == "open" else [known, "define" if known == "cancel" else "define_fit"]

    @property
    def final_note(self) -> str:
        """Which note says since when."""
        if self.covered == "lost":
            return "note_lost"
        if self.ending_of(self.run) != "still":
            return "note_free"
        return "note" if self.turning.epoch else "note_never"

    @property
    def expected(self) -> str:
        """Which sentence says what the dashes are: training turned nodes both ways, or it did not."""
        saved = any((tries.one_sign & ~tries.stuck).any() for tries in self.tries)
        caught = any((~tries.one_sign & tries.stuck).any() for tries in self.tries)
        return "expected" if saved and caught else "expected_only"

    @property
    def reason(self) -> str | None:
        """Which sentence says why, as far as it holds for all that was measured."""
        trend, some = net_material.trend(self.tries), any(tries.stuck.any() for tries in self.tries)
        if trend == "lost" or not some or not all(tries.decided_by_sides for tries in self.tries):
            return None
        return "why" if trend == "falls" else "sides"

    @property
    def turned_too(self) -> str:
        """Which sentence speaks of nets that a turning node got stuck: as the one shown, or not."""
        return "turned_too" if self.covered in ("right", "left") and self.turning.node is not None else "turned"

    def shade_panel(self) -> Uncovered:
        """Where no node is active, behind the data."""
        return Uncovered(self.look, self.this.plot, self.run.epoch, net_material.uncovered(self.run))

    def pull_panel(self) -> PointShares:
        """What each point adds to the gradient, below the data."""
        x, name = np.sort(self.run.x.astype(float)), self.markup("parts.pull")
        return PointShares(BELOW, self.look, x, self.pulled.shares, self.this.plot.span(), name)

    def traces_panel(self) -> Traces:
        """The first weights until a while after the last node has turned."""
        turning, names = self.turning, (self.look.captions.text("axes.epoch"), "$w$")
        rows = self.run.epoch <= turning.window
        first = net_material.weights(self.run)[0][rows]
        if turning.node is None:
            return Traces(BELOW, self.look, self.run.epoch[rows], first, names, None)
        reach = min(LARGE, NEAR * float(np.abs(first[:, turning.node]).max()))
        return Traces(BELOW, self.look, self.run.epoch[rows], first, names, turning.epoch - 0.5, reach)

    def heaps_panel(self, tries: Tries) -> Outcomes:
        """The nets of one size, by what became of them; the film's own two, where they are among them, in rings."""
        known = [outcome for outcome in net_material.OUTCOMES if (tries.outcomes == outcome).any()]
        names = [(self.markup(f"parts.{outcome}"), self.losses_of(tries, outcome)) for outcome in known]
        red = [bool(tries.stuck[tries.outcomes == outcome].any()) for outcome in known]
        columns = np.array([known.index(outcome) for outcome in tries.outcomes])
        own = self.own_among(tries)
        self.figures["rings"] = verbatim(", ".join(dict.fromkeys(own.values())))
        legend = self.markup("parts.ring") if own else ""
        return Outcomes(HEAPS, self.look, columns, names, red, list(own), legend)

    def losses_of(self, tries: Tries, outcome: str) -> str:
        """The loss of the nets of one outcome, or from where to where it goes."""
        losses = tries.losses[tries.outcomes == outcome]
        if outcome == "lost":
            return ""
        low, high = fixed(float(losses.min()), 4), fixed(float(losses.max()), 4)
        if low != high:
            low, high = measured(float(losses.min()), 2), measured(float(losses.max()), 2)
        self.figures |= {"low": low, "high": high}
        return self.markup("parts.loss" if low == high else "parts.losses")

    def own_among(self, tries: Tries) -> dict[int, str]:
        """Which of many nets are those that the film has shown before, with their seeds."""
        batch = self.histories[f"{tries.size} nodes"]
        places = {str(run.experiment.seed): net_material.among(batch, run) for run in (self.run, self.other)}
        return {place: seed for seed, place in places.items() if place is not None}

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
        legend = (self.markup("parts.measured"), self.markup("parts.expected"), self.markup("parts.nodes"))
        shares = [tries.share for tries in self.tries]
        chance, names = 2.0 ** (1 - np.array(sizes)), [count(size) for size in sizes]
        percents = [net_figures.tried(share) for share in shares]
        return ShareBars(BARS, self.look, np.array(shares), chance, names, percents, legend)
