"""ReLU nodes bend a line: a straight line fails, one node makes half of it, two nodes make it whole."""

import numpy as np

from scenes.bases.net import PLOT, PLOT_TALL
from scenes.bases.relu import ONE_PLOT, ReluFilm
from scenes.material import net as net_material
from scenes.pacing import durations
from scenes.panels.assembly import Assembly
from scenes.parameters import ReluNodesParameters
from scenes.theme import TIMING


class ReluNodes(ReluFilm):
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

    def data(self) -> None:
        """The points appear."""
        self.add(self.title(), self.plot)
        self.play(self.say("data.ask"), self.plot.to(points_shown=1, run_time=2))
        self.hold(TIMING.hold)

    def line(self) -> None:
        """A straight line learns, and fails in a pattern."""
        self.readout = self.readout_of(self.straight)
        self.restart(self.plot, self.readout)
        self.add(self.readout)
        self.play(self.say("line.say"), self.plot.to(estimate=1, run_time=TIMING.move))
        self.play(self.plot.to(residuals=1), self.reveal(self.readout))
        self.learn(self.parameters.epochs, 3.0, net_material.change(self.straight))
        least = "best" if self.figures["line_loss"] == self.figures["line_least"] else "least"
        for key in (net_material.misses(self.straight), least):
            self.tell(f"line.{key}", less=TIMING.hold * (key == least))

    def one_node(self) -> str:
        """A weight, ReLU, another weight: half of it."""
        tiles, no_more = self.one_pieces, self.readout.to(opacity=0, run_time=TIMING.quick)
        clear = self.plot.to(residuals=0, estimate=0, frame=ONE_PLOT, run_time=TIMING.move)
        self.play(self.say("one_node.u"), clear, no_more)
        self.take(self.one, tiles)
        self.play(tiles.to(columns=[1, 0, 0]), self.readout.to(shown=[0, 0, 1, 0]))
        self.until_read()
        self.tell("one_node.v", tiles.to(columns=[1, 1, 0]), seconds=TIMING.key)
        self.play(self.say(f"one_node.{net_material.second_does(self.one)}"), tiles.to(columns=np.ones(3)))
        self.play(self.plot.to(estimate=1), self.reveal(self.readout))
        self.until_read()
        self.play(self.say("one_node.train"))
        self.learn(self.parameters.epochs, 4.0, net_material.change(self.one))
        return self.half()

    def half(self) -> str:
        """What one node cannot do."""
        covers = net_material.covered(self.one)
        self.play(self.say(f"one_node.{covers}"), self.one_pieces.to(asleep=1))
        if covers not in ("right", "left"):
            self.until_read(less=TIMING.hold)
            return "note_none"
        self.until_read(TIMING.key)
        self.tell(f"one_node.{net_material.beside(self.straight, self.one)}", less=TIMING.hold)
        return "note"

    def net(self) -> None:
        """The diagram, and what each node makes of x."""
        gone = [panel.to(opacity=0, run_time=TIMING.quick) for panel in (self.one_pieces, self.readout)]
        self.tell(f"net.ask_{self.many}", self.plot.to(estimate=0, run_time=TIMING.quick), gone)
        self.take(self.run, self.diagram, self.pieces)
        self.play(self.plot.to(frame=PLOT_TALL), self.diagram.to(nodes=1))
        self.tell("net.diagram", self.diagram.to(edges=1, run_time=TIMING.move))
        self.tell("net.weights", self.diagram.to(numbers=1))
        self.play(self.say("net.pieces"), self.pieces.to(columns=[1, 0, 0]))
        for column in (1, 2):
            self.play(self.pieces.to(columns=np.arange(3) <= column, run_time=TIMING.quick))
        self.until_read()
        self.play(self.say(f"net.sum_{self.many}"), self.show_formula(self.sum_of_pieces), self.plot.to(estimate=1))
        self.play(self.reveal(self.readout))
        self.until_read(less=TIMING.hold)

    def train(self) -> str:
        """All epochs: weights, pieces, sum and loss in step."""
        self.add(self.curve)
        self.clock(self.curve)
        self.play(self.say("train.say"), self.plot.to(frame=PLOT), self.curve.to(axes=1, curve=1))
        self.learn(self.parameters.epochs, 8.5, net_material.change(self.run))
        ending = net_material.ending(self.run)
        self.tell(f"train.{ending}", less=TIMING.hold)
        return f"note_{ending}" if ending in ("diverged", "lost") else "note"

    def apart(self) -> None:
        """Freeze: which node carries which half."""
        back = self.frozen < len(self.run.epoch) - 1
        self.play(self.say("apart.back" if back else "apart.ask"), self.curve.to(opacity=0, run_time=TIMING.quick))
        self.play(self.back_to(self.run.epoch[self.frozen]), self.plot.to(frame=PLOT_TALL), self.pieces.to(asleep=1))
        self.until_read()
        for side, nodes in (("right", self.who.right), ("left", self.who.left)):
            few = "none" if not nodes else "one" if len(nodes) == 1 else "many"
            strong = np.where(np.isin(np.arange(self.pieces.pieces.count), nodes), 1.0, 0.25) ** bool(nodes)
            lit = self.diagram.to(emphasis=self.diagram.emphasized(1, strong))
            self.play(self.say(f"apart.{side}_{few}"), self.pieces.to(rows=strong), lit)
            self.until_read(TIMING.key, less=TIMING.hold * (side == "left"))

    def together(self) -> None:
        """The pieces slide into the data plot and add up."""
        count = self.pieces.pieces.count
        self.heap = Assembly(self.look, self.pieces, self.plot, self.who.order)
        self.play(
            self.say(f"together.say_{self.many}"),
            self.plot.to(estimate=0),
            self.pieces.to(rows=np.ones(count), asleep=0, columns=[0.35, 0.35, 1]),
            self.diagram.to(emphasis=self.diagram.emphasized(1, np.ones(count))),
        )
        self.add(self.heap)
        for joined, seconds in enumerate(durations(count, 2.2, 5.5), start=1):
            lent = np.isin(np.arange(count), self.heap.order[:joined])
            leave = self.pieces.to(lent=lent, run_time=min(0.2, seconds))
            self.play(self.heap.to(joined=joined, run_time=seconds), leave)
        self.tell(f"together.sum_{self.many}", seconds=TIMING.key, less=TIMING.hold)

    def bends(self) -> None:
        """Each node bends the line once, and what that gains."""
        self.dissolve()
        self.plot.estimate, self.heap.total = 1.0, 0.0
        whole = self.pieces.to(columns=np.ones(3), lent=np.zeros(self.pieces.pieces.count))
        exact = "" if self.parameters.noise else "_exact"
        self.tell(f"bends.truth{exact}", self.plot.to(truth=1), self.heap.to(bands=0.5), whole)
        self.scores = self.score_panel()
        self.play(self.readout.to(opacity=0, run_time=TIMING.quick))
        self.add(self.scores)
        self.tell(f"bends.{net_material.gains(self.straight, self.one, self.run)}", self.reveal(self.scores))
        self.tell(f"bends.say_{self.many}", self.heap.to(bends=1), seconds=TIMING.key, less=TIMING.hold)
