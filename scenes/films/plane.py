"""A loss surface for many weights: the plane in which the path of a run moved most."""

import numpy as np

from scenes.bases.plane import PlaneFilm
from scenes.material import plane as material
from scenes.theme import TIMING


class PlaneOfThePath(PlaneFilm):
    """Nine beats from many weights to two directions, and what these leave out."""

    film_name = "plane"

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        for beat in (
            self.network, self.weights, self.directions, self.floor, self.heights, self.sync, self.distance,
            self.overhead, self.rest,
        ):  # fmt: skip
            self.beat(beat)

    def network(self) -> str:
        """A model with more weights than a picture has axes."""
        self.add(self.title(), *(self.here(self.diagram, self.plot) or [self.curve]))
        which = "_net" if self.is_plain else ""
        self.tell(f"network.say{which}", self.show_net())
        self.tell("network.two" if self.few else "network.ask", less=TIMING.hold)
        return f"note{which}"

    def weights(self) -> None:
        """All weights learn."""
        self.play(self.say("weights.say"), self.show_weights())
        self.let_learn(6.5)
        self.tell(f"weights.{material.fate(self.run)}", less=TIMING.hold)

    def directions(self) -> None:
        """How the movement divides up among directions."""
        self.play(self.say("directions.ask"), self.show_bars())
        self.play(self.bars.to(grown=np.ones(len(self.bars.shares)), run_time=TIMING.slow))
        self.until_read()
        self.tell(f"directions.{self.divided}", self.bars.to(lit=1), seconds=TIMING.key, less=TIMING.hold)

    def floor(self) -> None:
        """Two directions are a floor; the path upon it."""
        self.tell(f"floor.{self.kind}", self.lay_floor())
        self.play(self.say("floor.path"))
        self.let_learn(3.5)

    def heights(self) -> None:
        """The path gets its losses, then every point of the floor."""
        self.tell("heights.lift", self.surface.to(rise=1, elevation=28, upright=1, run_time=2.2))
        self.play(self.say("heights.all"), self.surface.to(wire=1, run_time=2.4))
        self.play(self.surface.to(skin=1, run_time=TIMING.slow))
        self.until_read(TIMING.key, less=TIMING.hold)

    def sync(self) -> None:
        """The run again: ball, curve and loss in step."""
        self.play(self.say("sync.say"), self.show_sync())
        self.let_learn(8.0)
        self.tell(f"sync.{self.ended}", less=TIMING.hold)

    def distance(self) -> str:
        """Where the ball is not upon the surface."""
        if not self.ground.gap.seen:
            self.tell(f"distance.{self.agrees}", less=TIMING.hold)
            return "note_none"
        self.play(self.say("distance.back"), self.back_to(self.run.epoch[self.ground.gap.row]))
        self.play(self.look_closer())
        self.until_read()
        self.tell("distance.say", seconds=TIMING.key)
        self.tell("distance.why", seconds=TIMING.key, less=TIMING.hold)
        return "note"

    def overhead(self) -> None:
        """Seen from above the surface becomes contours."""
        self.tell("overhead.say", self.to_overhead(), seconds=TIMING.key, less=TIMING.hold)

    def rest(self) -> str:
        """What the plane holds, beside another plane."""
        if self.other is None:
            self.tell("rest.alone", seconds=TIMING.key, less=TIMING.hold)
            return "note_alone"
        self.play(self.say(f"rest.ask_{self.other_kind}"), self.to_map())
        self.play(self.compare())
        self.until_read()
        self.tell(f"rest.{self.compared}", seconds=TIMING.key, less=TIMING.hold)
        return "note"
