"""What the film of diagrams is made of: one diagram that turns into the next, and beside it what each model says."""

from typing import Any

import numpy as np
from manim import Animation

from learning.history import History
from scenes.bases.learning import LearningFilm
from scenes.captions import SYMBOLS
from scenes.drawing import Rectangle
from scenes.figures import diagrams as figures
from scenes.figures import one_or_many
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.material import diagrams as material
from scenes.material import net as net_material
from scenes.pacing import durations_by
from scenes.panels.data_plot import DataPlot
from scenes.panels.diagram import Diagram
from scenes.panels.readout import Column, Readout
from scenes.parameters import DiagramsParameters
from scenes.theme import TIMING

FLOOR = BOTTOM + 0.6
BOARD = (LEFT, FLOOR, 2.1, 2.6)
PLOT = (2.5, FLOOR, RIGHT - 0.1, 1.75)
NUMBERS = (3.45, 2.0, 3.1)
"""The readout's left end, baseline and width."""

FULL = 4.6
"""In a plot less high than this the points are smaller."""

ON_CARD = (-0.78, -3.3, 2.02, 0.32)
"""A plot on a card, from the card's left end: only data and curve, its axes are not drawn."""

LEARNING = 2.0
"""Seconds that a model takes to learn at most."""

YHAT = SYMBOLS["yhat"].typeset.strip("$")
FORMULAS = {
    "line": f"$#estimate[${YHAT}$] = w_0 dot 1 + w_1 dot x$",
    "bias": f"$#estimate[${YHAT}$] = w x + b$",
    "polynomial": f"$#estimate[${YHAT}$] = w_1 x + w_2 x^2 + w_3 x^3 + b$",
    "multiply": "$u_k = w_k x$",
    "bend": "$v_k = max(0, u_k)$",
}


class DiagramsFilm(LearningFilm):
    """The panels of the film.

    Attributes:
        diagram: all models, one after the other.
        plots, readouts: of each run, by its name.
        model: the run that is shown now. many: which sentence speaks of so many nodes.
    """

    parameters: DiagramsParameters

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.many = one_or_many(self.parameters.nodes)
        self.figures, self.model = figures.of_models(self.histories), ""
        asked = self.parameters
        album = material.Album(self.histories, self.markup, asked.nodes, asked.wide)
        self.diagram = Diagram(BOARD, self.look, album.pictures(), material.records(self.histories))
        self.plots = {label: self._plot_of(self.histories[label]) for label in material.FAMILY}
        self.readouts = {label: self._readout_of(self.histories[label]) for label in material.FAMILY}

    def _plot_of(self, run: History) -> DataPlot:
        """Data and the run's ŷ, with room for what it ends with."""
        ends = net_material.ends((run,))
        return DataPlot(PLOT, self.look, run.x, run.y, run.epoch, run.yhat, None, ends, full=FULL)

    def _readout_of(self, run: History) -> Readout:
        words = self.look.captions
        columns = [
            Column(words.text("readout.epoch"), run.epoch, self.theme.text, 0),
            Column(words.text("readout.loss"), run.loss, self.theme.loss, 4),
        ]
        return Readout(*NUMBERS, self.look, run.epoch, columns)

    def ask(self, key: str, *moves: Any) -> None:
        """Ask, and let the class think."""
        self.tell(key, *moves)

    def rest(self, seconds: float = TIMING.caption) -> None:
        """Let the last caption of a beat stand, the pause at its end included."""
        self.until_read(seconds, less=TIMING.hold)

    def turn(self, picture: str, run_time: float = TIMING.slow) -> Animation:
        """The diagram turns into another picture."""
        return self.diagram.to(stage=material.STAGES.index(picture), run_time=run_time)

    def become(self, model: str) -> list[Animation]:
        """Diagram, formula and data turn into those of another model, before it has learned."""
        return [*self.formula(model), self.turn(model), *self.meet(model)]

    def meet(self, model: str) -> list[Animation]:
        """Another model takes the place of the one shown, before it has learned: its data appear."""
        plot = self._take(model, 0.0)
        return [*self._gone, plot.to(axes=1, points_shown=1, run_time=TIMING.slow)]

    def meet_learned(self, model: str) -> list[Animation]:
        """Another model takes the place of the one shown, when it has learned."""
        plot, readout = self._take(model, float(self.histories[model].epoch[-1])), self.readouts[model]
        plot.axes = plot.points_shown = plot.estimate = 1.0
        readout.shown, plot.opacity, readout.opacity = np.ones(2), 0.0, 0.0
        return [*self._gone, plot.to(opacity=1, run_time=TIMING.quick), readout.to(opacity=1, run_time=TIMING.quick)]

    def _take(self, model: str, epoch: float) -> DataPlot:
        """Put a model under the clock, at an epoch."""
        self._gone = self.away(self.plots[self.model], self.readouts[self.model]) if self.model else []
        plot, readout, self.model = self.plots[model], self.readouts[model], model
        self.diagram.learning = model
        self.restart(self.diagram, plot, readout)
        self.epoch = self.diagram.epoch = plot.epoch = readout.epoch = epoch
        self.add(plot, readout)
        return plot

    def train(self) -> None:
        """The model shown learns, to the end of a beat: its weights in the diagram, its curve and loss together."""
        run, plot = self.histories[self.model], self.plots[self.model]
        self.play(plot.to(estimate=1, run_time=TIMING.quick), self.reveal(self.readouts[self.model]))
        self.proceed(float(run.epoch[-1]), durations_by(net_material.change(run), LEARNING))
        if not np.isfinite(run.loss[-1]):
            self.until_read()
            self.play(self.say("lost"))
        self.rest()

    def put_aside(self) -> list[Animation]:
        """The plot of the model shown moves to its card, without its axes; its numbers fade."""
        moved = self.plots[self.model].to(frame=self._on_card(self.model), axes=0, run_time=TIMING.slow)
        return [moved, *self.away(self.readouts[self.model])]

    def gather(self) -> list[Animation]:
        """All other models beside it, each diagram above its curve."""
        others = [label for label in self.plots if label != self.model]
        for label in others:
            self.plots[label].frame, self.plots[label].axes = np.array(self._on_card(label)), 0.0
        return [self.plots[label].to(opacity=1, run_time=TIMING.slow) for label in others]

    def _on_card(self, label: str) -> Rectangle:
        left, bottom, right, top = ON_CARD
        start = material.card(material.FAMILY.index(label))
        return start + left, bottom, start + right, top

    def formula(self, model: str) -> list[Animation]:
        """The model as a formula."""
        return self.show_formula(FORMULAS.get(model) or self._formula_of_nodes(model))

    def _formula_of_nodes(self, model: str) -> str:
        """ŷ as the sum of what its nodes give; of a sigmoid, as what it makes of u."""
        if model == "sigmoid":
            return f"$#estimate[${YHAT}$] =$ {self.markup('parts.sigmoid')}$(w x + b)$"
        last = self.parameters.nodes
        if model == "wide":
            return f"$#estimate[${YHAT}$] = sum_(k=1)^{self.parameters.wide} w'_k v_k + b'$"
        terms = [f"w'_{k} v_{k}" for k in range(1, last + 1)]
        return f"$#estimate[${YHAT}$] = {' + '.join(terms)}$"

    @property
    def same(self) -> str:
        """Which sentence compares the two lines: both numbers of one are, as they are written, those of the other."""
        alike = all(self.figures[f"line{k}"] == self.figures[f"linear{1 - k}"] for k in (0, 1))
        return "same" if alike else "other"
