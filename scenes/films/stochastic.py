"""All the data for a step, or one point: a dear step that is sure, or many cheap ones that are not."""

from manim import FadeIn

from scenes.bases.stochastic import HALF, TALL, StochasticFilm
from scenes.material import stochastic as step_material
from scenes.parameters import StochasticParameters
from scenes.theme import TIMING


class Stochastic(StochasticFilm):
    """Seven beats from a line that learns from everything to one that learns from a point at a time."""

    film_name = "stochastic"
    parameters: StochasticParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.data)
        self.beat(self.train)
        self.beat(self.all_points)
        self.beat(self.one_point)
        self.beat(self.paths)
        self.beat(self.cost)
        self.beat(self.rest)

    def data(self) -> None:
        """The points, and a line with random weights."""
        self.add(self.title(), self.plot)
        self.tell("data.ask", self.plot.to(points_shown=1, run_time=TIMING.slow))
        self.tell("data.line", self.plot.to(estimate=1), self.readout.to(shown=[1, 1, 1, 0]), less=TIMING.hold)

    def train(self) -> str:
        """All points a step, so many times: line and loss in step; then the truth."""
        self.play(self.say("train.say"), self.plot.to(frame=HALF), self.curve.to(axes=1, curve=1))
        self.play(self.readout.to(shown=[1, 1, 1, 1], run_time=TIMING.quick))
        self.advance(self.parameters.epochs, 0.9, 6.0)
        self.tell(f"train.{self.learned}", seconds=TIMING.key)
        known = "truth" if self.first.truth else "unknown"
        self.tell(f"train.{known}", self.plot.to(truth=1), less=TIMING.hold)
        return f"note_{self.learned}"

    def all_points(self) -> str:
        """One step, decided by all misses together."""
        clear, back = self.away(self.curve, self.readout), self.go_back(self.every, residuals=1, truth=0, ghost=1)
        self.tell("all_points.ask", clear, back, self.plot.to(frame=TALL))
        self.play(self.say(f"all_points.{self.way(self.every.loss[0], self.every.loss[1])}"))
        self.advance(1, TIMING.slow, TIMING.slow)
        self.until_read(less=TIMING.hold)
        return "note"

    def one_point(self) -> str:
        """One step, decided by one point; then the next ones, each by another."""
        self.tell("one_point.ask", self.go_back(self.few, residuals=0, pick=1), seconds=TIMING.key)
        self.play(self.say(f"one_point.{self.way(*step_material.misses(self.few))}"))
        self.advance(1, TIMING.slow, TIMING.slow)
        self.until_read()
        self.play(self.say("one_point.next"))
        self.advance(min(6, len(self.few) - 1), 0.9, 4.5)
        self.until_read(less=TIMING.hold)
        return f"note_{self.way(self.few.loss[0], self.few.loss[1])}"

    def paths(self) -> str:
        """Both ways on the same map, and the restless line in the data."""
        self.tell("paths.map", self.begin_paths())
        self.tell("paths.ask", self.name_paths(), self.plot.to(pick=1))
        self.advance(max(len(self.every), len(self.few)) - 1, 0.6, 8.5)
        self.tell(f"paths.{self.restless}", seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.restless}"

    def cost(self) -> str:
        """The same, counted in points that were looked at."""
        self.tell("cost.ask", seconds=TIMING.key)
        self.play(self.say("cost.count"), self.begin_race())
        self.advance(self.spent.points, 0.05, 7.0)
        self.tell(f"cost.{self.ahead}", seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.ahead}"

    def rest(self) -> str:
        """The last lines of each, drawn at once: one comes to rest, the other trembles."""
        self.play(self.away(self.spent_map, self.race, self.looked))
        self.tell("rest.ask", *(plot.to(opacity=1) for plot in self.ends), *(FadeIn(head) for head in self.headings))
        for fan in self.fans:
            self.play(fan.to(opened=1, run_time=TIMING.slow))
        self.tell(f"rest.{self.trembles}", seconds=TIMING.key)
        self.tell(f"rest.message{self.moral}", seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.trembles}"
