"""The slope shows the way: a ball on the curve of one weight, then on the surface of two."""

from scenes.bases.tangent import PARABOLA, STAGE, TangentFilm
from scenes.material import tangent as made
from scenes.parameters import TangentParameters
from scenes.theme import TIMING


class Tangent(TangentFilm):
    """One weight: which way, how far, from either side. Two weights: two slices, two slopes, one step."""

    film_name = "tangent"
    parameters: TangentParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        for beat in (self.question, self.slope, self.step, *self.later):
            self.beat(beat)
        for beat in (self.surface, self.slices, self.together, self.roll, self.above):
            self.beat(beat)

    def question(self) -> None:
        """A curve, a ball, and two ways to go."""
        self.add(self.title(), self.curve)
        self.tell("question.curve", self.show_formula(PARABOLA), self.curve.to(axes=1, ground=1, run_time=TIMING.slow))
        self.tell("question.ask", self.curve.to(strength=self.only(0)))

    def slope(self) -> str:
        """The tangent: its sign is the direction."""
        self.add(self.readout)
        self.tell("slope.draw", self.curve.to(tangent=1, drop=1), self.readout.to(shown=[1, 1, 0, 0]))
        self.tell(f"slope.{self.sign(0)}", self.curve.to(way=1), seconds=TIMING.key)
        return "note_flat" if self.sign(0) == "flat" else "note"

    def step(self) -> None:
        """Its size, times the learning rate, is the stride."""
        self.tell("step.rule", self.show_formula(self.rule), self.curve.to(stride=1, run_time=TIMING.slow))
        self.tell("step.numbers", self.readout.to(shown=[1, 1, 1, 1]))
        self.advance(1, TIMING.slow, TIMING.slow)
        self.tell(f"step.{self.first_step}", self.readout.to(shown=[1, 1, 0, 1]))

    def again(self) -> None:
        """The next steps one by one, the rest in one go."""
        self.tell("again.ask", self.curve.to(ghosts=1), less=TIMING.quick)
        self.go_on(made.way(self.one[0]), 0)
        if self.leaving():
            self.tell("again.off")

    def sides(self) -> str:
        """Another ball, on the other side if there is one there; then all that are left."""
        self.tell("sides.ask", self.turn_to(self.facing))
        self.tell(f"sides.{self.turned}", self.curve.to(tangent=1, way=1), self.readout.to(shown=[1, 1, 1, 1]))
        self.play(self.turn_to_others())
        self.go_on(self.settled, *range(1, len(self.one)))
        return f"note_{self.turned}"

    def surface(self) -> None:
        """Two weights: the curve becomes a surface."""
        self.play(self.away(self.curve, self.readout), self.drop_formula())
        self.tell("surface.ask", self.arrive(), seconds=TIMING.key)

    def slices(self) -> None:
        """Hold one weight and move the other: a curve again, and a slope."""
        self.tell("slices.hold0", self.cut_along(0))
        self.tell("slices.slope0", self.plots[0].to(tangent=1, drop=1, told=[1, 0]))
        self.play(self.say("slices.hold1"), self.cut_along(1))
        self.play(self.plots[1].to(tangent=1, drop=1, told=[1, 0]))
        self.until_read(TIMING.key)

    def together(self) -> None:
        """Two slopes, one step."""
        self.tell("together.strides", self.strides(), self.ground.to(step=1, run_time=TIMING.slow))
        self.play(self.say("together.step"), self.epochs.to(shown=[1]))
        self.advance(1, TIMING.slow, TIMING.slow, self.ground.to(step=0, path=1, run_time=TIMING.slow))
        self.until_read()

    def roll(self) -> None:
        """From every start at once."""
        self.play(self.away(*self.plots), self.ground.to(frame=STAGE, slice0=0, slice1=0, star=1, run_time=TIMING.move))
        self.tell(f"roll.{self.crowd}", self.gather(), less=TIMING.hold)
        self.advance(self.plane_epochs, 0.8, 4.0)
        self.tell(f"roll.{self.gathered}")

    def above(self) -> None:
        """From overhead: contours, all paths, and where each ended."""
        self.play(self.say(f"above.{self.crowd}"), self.overhead())
        self.play(self.lay_down())
        self.play(self.ends.to(heads=1, shown=self.ends.shown + 1))
        self.until_read(TIMING.key)
