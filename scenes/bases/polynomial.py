"""What the film of the polynomial is made of: one stage for two runs, their columns, and the bowl that they lie in."""

import numpy as np
from manim import Animation

from learning.history import History
from scenes.bases.learning import LearningFilm
from scenes.bases.net import BELOW, DIAGRAM, FLOOR, PLOT, PLOT_TALL, TILES, WIDE
from scenes.captions import SYMBOLS
from scenes.drawing import Drawing
from scenes.figures import polynomial as figures
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.material import fine
from scenes.material import net as net_material
from scenes.material import polynomial as material
from scenes.panels.assembly import Assembly
from scenes.panels.axes import padded
from scenes.panels.data_plot import DataPlot
from scenes.panels.family import Family
from scenes.panels.loss_curve import LossCurve
from scenes.panels.network import Layer, Network
from scenes.panels.node_pieces import NodePieces, V
from scenes.panels.rate_line import RateLine
from scenes.panels.readout import Column, Readout
from scenes.panels.traces import Traces
from scenes.parameters import PolynomialParameters
from scenes.theme import TIMING

SIDES = (LEFT, FLOOR, -0.2, 2.4), (0.0, FLOOR, RIGHT, 2.4)
SIDES_SMALL = (LEFT, -1.05, -0.2, 2.4), (0.0, -1.05, RIGHT, 2.4)
STRIP = (LEFT, BOTTOM + 0.48, RIGHT, -1.15)
SLOWLY = 4
"""So many epochs of a run that goes astray are shown one by one."""

SUM = "$#estimate[$hat(y)$] = w_1 x + w_2 x^2 + w_3 x^3 + b$"
MATRIX = "$bold(X) = [thick x quad x^2 quad x^3 thick]$"


class PolynomialFilm(LearningFilm):
    """The panels of the film.

    Attributes:
        run, homework: the histories; one and the same where the rates are. bowl: the loss around its minimum.
        known: whether it is known what the points come from.
        at_homework: whether it is the homework that is on the stage.
        plot, diagram, traces, curve, readout: the stage, with the run that is learning.
        families: the columns of X, and the bowls around the minimum.
    """

    parameters: PolynomialParameters
    run: History
    homework: History
    bowl: material.Bowl
    families: list[Family]
    at_homework = False

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.run, self.homework = self.histories["run"], self.histories["homework"]
        self.bowl, self.known = material.bowl(self.run), self.run.truth is not None
        self.figures = figures.of_film(self.run, self.homework, self.bowl)
        self.plot = self._plot()
        heads = "", self.markup("parts.column"), self.markup("parts.weighted")
        self.pieces = NodePieces(TILES, self.look, material.pieces(self.run), heads, first=V)
        self.heap = Assembly(self.look, self.pieces, self.plot, range(self.pieces.pieces.count))
        self.set_stage(self.run)

    def _plot(self) -> DataPlot:
        """The points, with the best straight line."""
        run, line = self.run, material.straight(self.run)[0]
        goal, ends = material.goal(run, run.seen_x), net_material.ends((run,))
        return self.data_plot(WIDE, run, goal, ends, line, full=4.0)

    def set_stage(self, run: History) -> None:
        """Make diagram, weights, loss and numbers of a run, at its start, for the same places."""
        words, last = self.look.captions, material.last_row(run) + 1
        self.running, self.last = run, last - 1
        names = tuple(figures.COLUMNS), (SYMBOLS["yhat"],)
        layers = tuple(Layer(len(layer), layer) for layer in names)
        self.diagram = Network(DIAGRAM, self.look, layers, run.epoch, (run.params[:, :, None],), numbered=4)
        self.traces = self._traces(run)
        axes = words.text("axes.epoch"), words.text("axes.loss")
        self.curve = LossCurve(BELOW, self.look, run.epoch[:last], run.loss[:last], axes)
        columns = [
            Column(words.text("readout.epoch"), run.epoch, self.theme.text, 0),
            Column(words.text("readout.loss"), run.loss, self.theme.loss, 4),
        ]
        self.readout = Readout(LEFT, 2.2, 6.0, self.look, run.epoch, columns)

    def _traces(self, run: History) -> Traces:
        """The weights of a run against the epoch, on their way to the true ones."""
        goal = tuple(self.bowl.best.tolist()) if run.truth is None else run.truth
        epochs, weights = material.weights_shown(run)
        astray, words = material.wild(run), self.look.captions
        first = self.markup("parts.first") if astray else words.text("axes.epoch")
        far = (material.ASTRAY if astray else material.FAR) * float(np.abs(goal).max())
        truths = () if astray else goal
        return Traces(
            TILES, self.look, epochs, weights, (first, self.markup("parts.weight")), None, far, figures.WEIGHTS,
            truths, self.markup("parts.true" if run.truth else "parts.best"), self.bowl.steepest if astray else None,
        )  # fmt: skip

    def take(self) -> None:
        """Let the plot and the rest of the stage show the run, from its start."""
        self.plot.follow(self.running.epoch, self.running.yhat, material.curve(self.running))
        self.restart(self.plot, self.diagram, self.traces, self.curve, self.readout)

    @property
    def stage(self) -> tuple[Drawing, ...]:
        """All of the stage but the plot."""
        return self.diagram, self.traces, self.curve, self.readout

    def aside(self) -> Animation:
        """The plot moves to its place on the right, without the straight line; diagram and columns will join it."""
        self.add(self.diagram, self.pieces)
        return self.plot.to(frame=PLOT_TALL, estimate=0, run_time=TIMING.move)

    def open_stage(self) -> list[Animation]:
        """Diagram, weights, loss and numbers appear around the plot."""
        self.dissolve()
        self.plot.estimate = self.diagram.nodes = self.diagram.edges = self.diagram.numbers = 1.0
        self.remove(*self.stage)
        self.add(*self.stage)
        seen = self.plot.to(frame=PLOT), self.traces.to(axes=1, lines=1, truth=1), self.curve.to(axes=1, curve=1)
        return [*seen, *self.reveal(self.readout)]

    def show_rate(self) -> list[Animation]:
        """The learning rate of the homework stands where the formula stood."""
        return self.show_formula(f"$alpha = #position[{self.figures['large'].typeset}]$")

    def change_run(self, run: History) -> list[Animation]:
        """Another run takes the stage, at its start, in the same places."""
        self.dissolve()
        self.at_homework = True
        self.remove(*self.stage)
        self.set_stage(run)
        self.take()
        self.plot.truth = 0.0
        return self.open_stage()

    def let_run(self, change: np.ndarray) -> None:
        """Let the run on the stage go on to its end; where it goes astray, the first epochs slowly."""
        if material.wild(self.running):
            self.advance(min(SLOWLY, self.last), 1.3, 1.3 * SLOWLY)
            self.tell_growth()
            self.overflow()
            self.advance(int(self.running.epoch[self.last]), 0.6, 2.2)
            self.until_read()
        else:
            self.learn(int(self.running.epoch[-1]), 6.5, change)

    def overflow(self) -> None:
        """Stop the homework where its loss becomes inf before it becomes nan: say what was too large."""
        at = material.overflow(self.running)
        if self.at_homework and at is not None:
            self.advance(at, 0.6, 2.2)
            self.tell("homework_rate.overflow")

    def tell_growth(self) -> None:
        """What each epoch multiplies the loss of the homework by, where that is always the same."""
        if self.at_homework and material.growth(self.homework) is not None:
            self.tell("homework_rate.times", seconds=TIMING.key)

    def tell_end(self, beat: str, seconds: float = TIMING.caption) -> str:
        """Say what became of the run on the stage; gives the key of the note."""
        fate: str = material.fate(self.running)
        if beat == "homework_rate" and fate == "lost":
            fate = f"lost{self.lost_how}"
        self.tell(f"{beat}.{fate}", seconds=seconds, less=TIMING.hold)
        return f"note_{fate}"

    @property
    def lost_how(self) -> str:
        """What the keys end with that speak of a lost homework: first inf and then nan; inf to the end; nan at once."""
        if material.overflow(self.homework) is None:
            return "_nan"
        return "" if np.isnan(self.homework.loss).any() else "_inf"

    # Why

    def steep_panels(self) -> list[Family]:
        """The columns of X, all in one plot; and the loss when one weight alone leaves its best."""
        grid, (distance, losses) = fine(self.run), self.bowl.along()
        plain, loss = material.columns(self.run, grid).T, self.look.captions.text("axes.loss")
        high = (0.0, self.bowl.least + material.HIGH)
        named = ("$x$", self.markup("parts.value")), (self.markup("parts.distance"), loss)
        every, red = padded(float(plain.min()), float(plain.max())), self.theme.height[3]
        return [
            Family(SIDES[0], self.look, grid, plain, every, figures.COLUMNS, named[0], self.theme.text),
            Family(SIDES[1], self.look, distance, losses, high, figures.WEIGHTS, named[1], red),
        ]

    def clear_for(self, *families: Family) -> list[Animation]:
        """The stage goes; these come instead."""
        self.add(*families)
        return [*self.away(self.plot, *self.stage), *(family.to(axes=1) for family in families)]

    def grow(self, family: Family, **others: float) -> None:
        """All curves of a plot grow from the middle outwards."""
        self.play(family.to(grown=np.ones(len(family.grown)), run_time=TIMING.slow, **others))
        self.until_read()

    def single_out(self) -> list[Animation]:
        """The steepest weight and its column stand out."""
        bright = np.where(np.arange(len(self.bowl.steepness)) == self.bowl.steepest, 1.0, 0.5)
        return [family.to(bright=bright) for family in self.families]

    def show_rates(self) -> list[Animation]:
        """The plots make room for both rates on a line."""
        self.line = self.rate_panel()
        self.add(self.line)
        moved = [family.to(frame=frame) for family, frame in zip(self.families, SIDES_SMALL, strict=True)]
        return [*moved, self.line.to(axes=1, critical_mark=1, dots=np.ones(len(self.line.rates)))]

    def rate_panel(self) -> RateLine:
        """Both rates and the critical one."""
        rates = figures.rates_of(self.run, self.homework)
        critical, closer, farther = (self.markup(f"parts.{key}") for key in ("critical", "closer", "farther"))
        factors = [figures.factor_of(self.run, rate) for rate in rates]
        heads = self.markup("parts.rate"), self.markup("parts.factor")
        return RateLine(STRIP, self.look, rates, self.bowl.critical, (critical, closer, farther), factors, heads)

    def tell_square(self) -> None:
        """That the loss of the homework grew as the square of what a step multiplies the distance by, if it did."""
        if material.squares(self.homework, self.bowl):
            self.until_read(TIMING.key)
            self.play(self.say("critical.square"))

    @property
    def sides(self) -> str:
        """On which sides of the critical rate the learning rates lie."""
        beyond = [rate > self.bowl.critical for rate in figures.rates_of(self.run, self.homework)]
        return "beyond" if all(beyond) else "both" if any(beyond) else "below"
