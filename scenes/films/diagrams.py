"""One picture language for models: a line, a sigmoid, a polynomial, two ReLU nodes, five hundred nodes."""

from scenes.bases.diagrams import DiagramsFilm
from scenes.parameters import DiagramsParameters
from scenes.theme import TIMING


class Diagrams(DiagramsFilm):
    """Ten beats in which one diagram turns into the next."""

    film_name = "diagrams"
    parameters: DiagramsParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.add(self.title(), self.diagram)
        for beat in (self.line, self.matrix, self.bias, self.sigmoid, self.polynomial):
            self.beat(beat)
        for beat in (self.layers, self.net, self.fold, self.wide, self.family):
            self.beat(beat)

    def line(self) -> None:
        """A line as circles and edges."""
        self.ask("line.ask", self.formula("line"), self.turn("inputs"))
        self.play(self.say("line.say"), self.turn("line"), self.meet("columns"))
        self.rest(TIMING.key)

    def matrix(self) -> None:
        """The same with matrices, and its weights learn."""
        self.tell("matrix.say", self.turn("matrix"))
        self.play(self.say("matrix.learn"))
        self.train()

    def bias(self) -> str:
        """The 1 vanishes into the node."""
        self.ask("bias.ask")
        self.play(self.say("bias.say"), self.formula("bias"), self.turn("behind", 2.4), self.meet_learned("bias"))
        self.until_read(TIMING.key)
        self.play(self.say(f"bias.{self.same}"), self.turn("bias", TIMING.quick))
        self.rest()
        return f"note_{self.same}"

    def sigmoid(self) -> None:
        """Another function on the last arrow."""
        self.ask("sigmoid.ask")
        self.play(self.say("sigmoid.say"), self.become("sigmoid"))
        self.train()

    def polynomial(self) -> None:
        """More circles that go in."""
        self.ask("polynomial.ask")
        self.play(self.say("polynomial.say"), self.become("polynomial"))
        self.train()

    def layers(self) -> None:
        """Node and output in one circle, layers behind."""
        self.ask("layers.ask")
        self.play(self.say("layers.say"), self.turn("layers"))
        self.rest(TIMING.key)

    def net(self) -> None:
        """Nodes that bend, drawn in full."""
        self.play(self.say(f"net.ask_{self.many}"), self.formula("multiply"), self.turn("multiply"), self.meet("net"))
        self.until_read(TIMING.key)
        for key, picture in (("bend", "bend"), ("sum", "net")):
            self.tell(f"net.{key}", self.formula(picture), self.turn(picture))
        self.train()

    def fold(self) -> None:
        """One circle for u and v: a node."""
        self.ask("fold.ask")
        self.play(self.say("fold.say"), self.turn("folded"))
        self.rest(TIMING.key)

    def wide(self) -> None:
        """Many nodes, most of them three dots."""
        self.ask("wide.ask")
        self.play(self.say("wide.say"), self.become("wide"))
        self.train()

    def family(self) -> None:
        """All of them side by side."""
        self.play(self.say("family.say"), self.drop_formula(), self.turn("aside"), self.put_aside())
        self.play(self.turn("family"), self.gather())
        self.hold(TIMING.think)
        self.play(self.say("family.three"))
        self.rest(TIMING.key)
