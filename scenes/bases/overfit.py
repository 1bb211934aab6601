"""What the film of five hundred steps is made of: a stair, a pile of stairs, and two runs with what they never saw."""

import numpy as np
from manim import Animation, FadeIn, rush_into

from learning.data import truth_of
from learning.history import History
from learning.theory import STEEPNESS, sigmoid
from scenes.bases.learning import LearningFilm
from scenes.bases.net import FLOOR, WIDE
from scenes.drawing import Drawing, Rectangle
from scenes.figures import overfit as figures
from scenes.film import LEFT, RIGHT
from scenes.markup import Words
from scenes.material import overfit as material
from scenes.pacing import durations, durations_by, pacing
from scenes.panels.close_up import CloseUp
from scenes.panels.number_table import NumberTable
from scenes.panels.readout import Column, Readout
from scenes.panels.seen_fresh import SeenFresh
from scenes.panels.small_plots import SmallPlot, SmallPlots
from scenes.parameters import OverfitParameters
from scenes.theme import SIZES, TIMING

CROWD = 100
"""So many stairs and more add up to what looks smooth."""

FAR = 10.0
"""How far the stair's plot goes from zero."""

LOSSES = (LEFT, FLOOR, 0.45, 1.7)
PLOT = (0.6, FLOOR, RIGHT, 2.6)
HEADS = 2.46
PLOTS = (LEFT, -1.2, -0.2, 2.6), (0.1, -1.2, RIGHT, 2.6)
TABLE = (LEFT, FLOOR, RIGHT, -1.2)
SIGMOID = '$v = upright("sigmoid")(u)$'
STEEP = f"{STEEPNESS:.0f}"
STAIR = f'$v = upright("sigmoid")({STEEP} thin u)$'
NODE = f"""$w' thin upright("sigmoid")({STEEP} (w x + b))$"""
NET = f"""$#estimate[$hat(y)$] = sum_j w'_j thin upright("sigmoid")({STEEP} (w_j x + b_j)) + b'$"""


class OverfitFilm(LearningFilm):
    """The panels of the film.

    Attributes:
        line, noise: the histories. scores: of both, on seen and on fresh points. pile: the first net, node by node.
        stair: the activation. plot: data and net. pair: the two losses. readout: numbers of the run that learns.
    """

    parameters: OverfitParameters
    line: History
    noise: History
    on_stage: tuple[Drawing, ...] = ()

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.line, self.noise = self.histories["line"], self.histories["noise"]
        self.scores = material.scores(self.line), material.scores(self.noise)
        self.pile = material.pile(self.line)
        self.figures = figures.of_film(self.line, self.noise, self.scores, self.pile)
        self.stair = self._stair()
        self.plot = self.plot_of(self.line, WIDE)
        self.plot.follow(self.pile.count, self.pile.said, self.pile.curve)
        self.plot.near = 1.0

    def _stair(self) -> SmallPlots:
        """The sigmoid of a multiple of u: its epoch is that multiple's power of ten."""
        u = np.linspace(-FAR, FAR, 2001)
        plot = SmallPlot(
            lambda power: np.stack([u, sigmoid(10.0**power * u)], axis=1),
            (-FAR, FAR), (-0.08, 1.08), ("$u$", "$v$"), self.theme.text, every=len(u),
        )  # fmt: skip
        return SmallPlots(WIDE, self.look, [plot], 1)

    def plot_of(self, run: History, frame: Rectangle) -> CloseUp:
        """Points, fresh points, and a run's ŷ; it can close in on the first stairs."""
        assert run.test_x is not None
        assert run.test_y is not None
        also = [*run.test_y.astype(float).tolist()]
        plot = CloseUp(
            frame, self.look, run.x, run.y, run.epoch, run.yhat, truth_of(run.experiment, run.x), also,
            close=self.pile.close, curve=material.curve(run), fresh=(run.test_x, run.test_y),
        )  # fmt: skip
        plot.axes = 1.0
        return plot

    def grow_stair(self) -> Animation:
        """From an ordinary sigmoid to the steep one."""
        return self.stair.to(epoch=np.log10(STEEPNESS), run_time=2.5)

    def clear_for_nodes(self) -> list[Animation]:
        """The stair goes; an empty plot comes, close to zero."""
        self.dissolve()
        self.plot.estimate, self.plot.axes = 1.0, 0.0
        self.add(self.plot)
        return [*self.away(self.stair), self.plot.to(axes=1, run_time=TIMING.quick)]

    def add_nodes(self, count: int) -> list[Animation]:
        """So many nodes more join, each more quickly than the one before."""
        parts = min(count, len(self.pile.count) - 1 - round(self.plot.epoch))
        if parts <= 0:
            return []
        paces = durations(parts, 1.2, 3.5)
        return [self.plot.to(epoch=self.plot.epoch + parts, rate_func=pacing(paces), run_time=paces.sum())]

    def add_all_nodes(self) -> list[Animation]:
        """All the others join, and the bias, while the plot draws back as far as the points reach."""
        last = float(self.pile.count[-1])
        return [self.plot.to(epoch=last, run_time=3.0, rate_func=rush_into), self.plot.to(near=0, run_time=3.0)]

    def stage(self, run: History) -> list[Animation]:
        """A run takes the stage at its start: the plot, the loss over its own points, numbers."""
        if run is self.line:
            self.plot.follow(run.epoch, run.yhat, material.curve(run))
            self._set(run, self.plot)
        else:
            self.dissolve()
            self._set(run, self.plot_of(run, PLOT))
        self.restart(*self.on_stage)
        shown = self.plot.to(points_shown=1, estimate=1, frame=PLOT), self.pair.to(axes=1, shown=[1, 0])
        return [*shown, self.readout.to(shown=[1, 1, 0])]

    def _set(self, run: History, plot: CloseUp) -> None:
        """Panels of a run take the place of those before them."""
        self.remove(*self.on_stage)
        self.running, self.score = run, self.scores[run is self.noise]
        self.on_stage = self.plot, self.pair, self.readout = plot, self.pair_of(run), self.readout_of(run)
        self.add(*self.on_stage)

    def pair_of(self, run: History) -> SeenFresh:
        """The losses over seen and over fresh points."""
        score, words = self.scores[run is self.noise], self.look.captions
        kind, levels, tone = "zero", score.zero, self.theme.text
        if run is self.line:
            kind, levels, tone = "truth", score.truth, self.theme.truth
        beside = self.markup(f"parts.{kind}_seen"), self.markup(f"parts.{kind}_fresh")
        labels = self.markup("parts.seen"), self.markup("parts.fresh"), *beside
        names = words.text("axes.epoch"), words.text("axes.loss")
        every, near = material.losses(run), material.close(score)
        return SeenFresh(LOSSES, self.look, run.epoch, every, levels, labels, names, near, tone)

    def readout_of(self, run: History) -> Readout:
        """Epoch, loss over the points that the run sees, and over fresh ones."""
        seen, fresh = material.losses(run)
        columns = [
            Column(self.look.captions.text("readout.epoch"), run.epoch, self.theme.text, 0),
            Column(self.markup("parts.head_seen"), seen, self.theme.loss, 4),
            Column(self.markup("parts.head_fresh"), fresh, self.theme.loss, 4),
        ]
        return Readout(LEFT, 2.2, 6.0, self.look, run.epoch, columns)

    def let_learn(self, seconds: float) -> None:
        """Let the run on the stage go on to its end."""
        self.proceed(float(self.running.epoch[-1]), durations_by(material.change(self.running), seconds))
        self.until_read()

    def swap_points(self) -> list[Animation]:
        """Fresh points come for those that the net has seen, and it is told how it does on them."""
        return [self.plot.to(points_shown=0.0, fresh_shown=1, run_time=TIMING.slow)]

    def both_losses(self) -> list[Animation]:
        """The loss over fresh points beside the other, and what saying zero gives there."""
        return [self.pair.to(shown=[1, 1], leveled=[1, 1]), *self.reveal(self.readout)]

    def back_to_line(self) -> list[Animation]:
        """The run upon the broken line again, at its end, with its fresh points."""
        self.dissolve()
        self._set(self.line, self.plot_of(self.line, PLOT))
        for panel in self.on_stage:
            panel.epoch = float(self.line.epoch[-1])
        self.plot.estimate = self.plot.truth = self.pair.axes = 1.0
        self.pair.shown, self.readout.shown = np.ones(2), np.ones(3)
        return [self.plot.to(fresh_shown=1, run_time=TIMING.slow)]

    def verdict_panels(self) -> list[Animation]:
        """Both nets over their fresh points, and all losses in a table."""
        self.other = self.plot_of(self.noise, PLOTS[1])
        self.other.epoch, self.other.opacity = float(self.noise.epoch[-1]), 0.0
        self.other.estimate = self.other.truth = self.other.fresh_shown = 1.0
        self.table = self._table()
        self.add(self.other, self.table)
        gone = [*self.away(self.pair, self.readout), *self._heads()]
        return [*gone, self.plot.to(frame=PLOTS[0]), self.other.to(opacity=1), self.table.to(heads=1, shown=np.ones(2))]

    def _heads(self) -> list[Animation]:
        """What stands over the two plots of the verdict."""
        middles = [(left + 0.95 + right) / 2 for left, _, right, _ in PLOTS]
        heads = [self.ink(f"parts.over_{key}", SIZES.label) for key in ("line", "noise")]
        placed = [head.stand(x, HEADS, "center") for head, x in zip(heads, middles, strict=True)]
        return [FadeIn(head, run_time=TIMING.quick) for head in placed]

    def _table(self) -> NumberTable:
        """A row for each run: its loss on seen and fresh points, and on these that of saying zero and of the truth."""
        names = "seen", "fresh", "zero", "truth"
        heads: list[Words | str] = ["", *(self.markup(f"parts.head_{key}") for key in names)]
        values = "loss", "fresh", "fresh_zero", "fresh_truth"
        rows: list[list[Words | str]] = [
            [self.markup(f"parts.{key}"), *(self.figures[name + of] for of in values)]
            for key, name in (("line", ""), ("noise", "noise_"))
        ]
        theme = self.theme
        return NumberTable(
            TABLE, self.look, heads, rows, (theme.text, theme.muted, theme.loss, theme.text, theme.truth)
        )

    # What became of the runs

    @property
    def one(self) -> str:
        """What the keys of sentences end with that speak of a single node."""
        return "_one" if self.parameters.nodes == 1 else ""

    @property
    def crowd(self) -> str:
        """What the key of the sentence on the whole net ends with: one node, some, or so many that it looks smooth."""
        return self.one or ("_some" if self.parameters.nodes < CROWD else "")

    @property
    def first_stair(self) -> str:
        """Where the first stair that is shown stands: among the points, or not."""
        at = self.pile.stairs_at[0]
        return "one" if self.line.x.min() < at < self.line.x.max() else "one_outside"

    @property
    def ending(self) -> str:
        """How well the run on the stage ends on the points that it saw."""
        bound = self.score.zero[0] if self.running is self.noise else self.score.truth[0]
        return material.fit(self.running, float(bound))

    @property
    def on_fresh(self) -> str:
        """How the run on the stage does on fresh points, beside saying zero."""
        if not np.isfinite(self.score.last[1]):
            return "lost"
        return "worse" if self.score.last[1] > self.score.zero[1] else "better"

    @property
    def beside_truth(self) -> str:
        """Whether the net does worse on fresh points than the line that they come from, as it does but by luck."""
        return "worse" if self.score.last[1] >= self.score.truth[1] else "luck"

    @property
    def exact(self) -> str:
        """What the key of a question ends with where the line has no noise."""
        return "" if self.parameters.noise else "_exact"

    @property
    def flat(self) -> str:
        """What keys of sentences end with where the broken line is flat, or even all of its points are 0."""
        return "" if any(self.parameters.slopes) else "_flat" if self.parameters.noise else "_level"

    @property
    def verdict_word(self) -> str:
        """Whether noise was fitted and nothing learned from it."""
        line, noise = self.scores
        fitted = noise.last[0] < noise.zero[0] and noise.last[1] > noise.zero[1]
        return "fitted" if fitted and (line.last < line.zero).all() else "plain"
