"""ReLU nodes bend a line: a straight line fails, one node makes half of it, two nodes make it whole."""

import numpy as np
from manim import FadeOut

from learning.history import History
from scenes import net_figures, net_material
from scenes.catalogue import ReluNodesParameters
from scenes.drawing import Drawing
from scenes.film import LEFT, RIGHT
from scenes.net_film import BELOW, DIAGRAM, FLOOR, PLOT, PLOT_TALL, TILES, WIDE, NetFilm
from scenes.pacing import durations, pacing
from scenes.panels.assembly import Assembly
from scenes.theme import TIMING

ONE_TILES = (LEFT, FLOOR, 0.35, 1.75)
ONE_PLOT = (0.7, FLOOR, RIGHT, 2.35)
NET = "$#estimate[$hat(y)$] = sum_j w'_j thin max(0, w_j x)$"


class ReluNodes(NetFilm):
    """Eight beats from a straight line to a bent one."""

    film_name = "relu-nodes"
    parameters: ReluNodesParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.data)
        self.beat(self.line)
        self.beat(self.one_node)
        self.beat(self.net)
        self.beat(self.train)
        self.beat(self.apart)
        self.beat(self.together)
        self.beat(self.bends)

    def prepare(self) -> None:
        """Make panels and figures from the histories."""
        self.straight, self.one, self.run = (self.histories[label] for label in ("line", "one", "net"))
        self.plot = self.plot_of(self.straight, WIDE, self.one, self.run)
        self.diagram = self.network_of(self.run, DIAGRAM)
        self.one_pieces, self.pieces = self.pieces_of(self.one, ONE_TILES), self.pieces_of(self.run, TILES)
        self.curve = self.curve_of(self.run, BELOW)
        self.frozen = net_material.frozen_row(self.run)
        self.who = net_material.halves(self.run, self.frozen)
        self.figures = {
            **net_figures.of_training(self.run),
            **net_figures.of_line(self.straight),
            **net_figures.of_one(self.one),
            **net_figures.of_halves(self.who, self.parameters.slopes),
        }

    def data(self) -> None:
        """The points appear."""
        self.add(self.title(), self.plot)
        self.play(self.say("data.ask"), self.plot.to(points_shown=1, run_time=2))
        self.hold(TIMING.think)

    def line(self) -> None:
        """A straight line learns, and fails in a pattern."""
        self.readout = self.readout_of(self.straight)
        self.restart(self.plot, self.readout)
        self.add(self.readout)
        self.play(self.say("line.say"), self.plot.to(estimate=1, residuals=1, run_time=TIMING.move))
        self.advance(self.parameters.epochs, 0.8, 4.0)
        for key in (net_material.misses(self.straight), "least"):
            self.play(self.say(f"line.{key}"))
            self.hold(TIMING.think)

    def one_node(self) -> str:
        """A weight, ReLU, another weight: half of it."""
        tiles = self.one_pieces
        self.play(self.plot.to(residuals=0, estimate=0), FadeOut(self.readout), run_time=TIMING.quick)
        self.take(self.one, tiles)
        self.add(tiles)
        self.play(self.plot.to(frame=ONE_PLOT, run_time=TIMING.move))
        for column, key in enumerate("uvw"):
            estimate = [self.plot.to(estimate=1, run_time=TIMING.move)] if key == "w" else []
            self.play(self.say(f"one_node.{key}"), tiles.to(columns=np.arange(3) <= column), estimate)
            self.hold(TIMING.hold)
        self.play(self.say("one_node.train"))
        self.advance(self.parameters.epochs, 1.0, 4.5)
        covers = net_material.covered(self.one)
        self.play(self.say(f"one_node.{covers}"), tiles.to(asleep=1))
        self.hold(TIMING.read)
        return "note" if covers in ("right", "left") else "note_none"

    def take(self, run: History, *panels: Drawing) -> None:
        """Let the plot, a readout and other panels show another run, from its start."""
        self.plot.follow(run.epoch, run.yhat)
        self.readout = self.readout_of(run, weights=run is self.one)
        self.restart(self.plot, self.readout, *panels)
        self.add(self.readout)

    def net(self) -> None:
        """The diagram, and what each node makes of x."""
        self.play(self.say(f"net.ask_{self.many}"), self.plot.to(estimate=0))
        self.hold(TIMING.think)
        gone = [panel.to(opacity=0, run_time=TIMING.quick) for panel in (self.one_pieces, self.readout)]
        self.play(gone, self.plot.to(frame=PLOT, run_time=TIMING.move))
        self.take(self.run, self.diagram, self.pieces)
        self.add(self.diagram, self.pieces)
        self.play(self.say("net.diagram"), self.diagram.to(nodes=1))
        self.play(self.diagram.to(edges=1), self.show_formula(NET))
        self.play(self.say("net.weights"), self.diagram.to(numbers=1))
        self.hold(TIMING.hold)
        self.play(self.say("net.pieces"), self.pieces.to(columns=[1, 0, 0]))
        for column in (1, 2):
            self.play(self.pieces.to(columns=np.arange(3) <= column, run_time=TIMING.quick))
        self.hold(TIMING.hold)
        self.play(self.say("net.sum"), self.plot.to(estimate=1, run_time=TIMING.slow))

    def train(self) -> str:
        """All epochs: weights, pieces, sum and loss in step."""
        self.add(self.curve)
        self.clock(self.curve)
        self.play(self.say("train.say"), self.curve.to(axes=1, curve=1))
        self.advance(self.parameters.epochs, 1.2, 8.5)
        ending = net_material.ending(self.run)
        self.play(self.say(f"train.{ending}"))
        self.hold(TIMING.think)
        return f"note_{ending}" if ending in ("diverged", "lost") else "note"

    def apart(self) -> None:
        """Freeze: which node carries which half."""
        back = self.frozen < len(self.run.epoch) - 1
        self.play(self.say("apart.back" if back else "apart.ask"), self.curve.to(opacity=0, run_time=TIMING.quick))
        self.play(*self.back_to(self.run.epoch[self.frozen]), self.pieces.to(asleep=1, columns=[0.35, 0.35, 1]))
        self.hold(TIMING.think)
        for side, nodes in (("right", self.who.right), ("left", self.who.left)):
            few = "none" if not nodes else "one" if len(nodes) == 1 else "many"
            strong = np.where(np.isin(np.arange(self.pieces.pieces.count), nodes), 1.0, 0.25) ** bool(nodes)
            lit = self.diagram.to(emphasis=self.diagram.emphasized(1, strong))
            self.play(self.say(f"apart.{side}_{few}"), self.pieces.to(rows=strong), lit)
            self.hold(TIMING.read)

    def together(self) -> None:
        """The pieces slide into the data plot and add up."""
        count = self.pieces.pieces.count
        self.heap = Assembly(self.look, self.pieces, self.plot, self.who.order)
        self.play(
            self.say(f"together.say_{self.many}"),
            self.plot.to(estimate=0, frame=PLOT_TALL, run_time=TIMING.move),
            self.pieces.to(rows=np.ones(count), asleep=0, run_time=TIMING.move),
            self.diagram.to(emphasis=self.diagram.emphasized(1, np.ones(count)), run_time=TIMING.move),
        )
        self.add(self.heap)
        seconds = durations(count, 2.4, 7.0)
        self.play(self.heap.to(joined=count, rate_func=pacing(seconds), run_time=seconds.sum()))
        self.play(self.say("together.sum"))
        self.hold(TIMING.hold)

    def bends(self) -> None:
        """Each node bends the line once."""
        self.plot.estimate, self.heap.total = 1.0, 0.0
        self.play(self.say("bends.truth"), self.plot.to(truth=1, run_time=TIMING.slow), self.heap.to(bands=0.5))
        self.hold(TIMING.think)
        self.play(self.say(f"bends.say_{self.many}"), self.heap.to(bends=1), self.pieces.to(columns=[1, 1, 1]))
        self.hold(TIMING.hold)

    @property
    def many(self) -> str:
        """Which sentence speaks of so many nodes."""
        return "one" if self.parameters.nodes == 1 else "many"
