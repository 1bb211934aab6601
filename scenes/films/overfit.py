"""Five hundred steep nodes follow every point, even pure noise; fresh points tell what was learned."""

from scenes.bases.overfit import NET, NODE, SIGMOID, STAIR, OverfitFilm
from scenes.material.overfit import FEW
from scenes.parameters import OverfitParameters
from scenes.theme import TIMING


class Overfit(OverfitFilm):
    """Seven beats from one stair to what fresh points say of five hundred."""

    film_name = "overfit"
    parameters: OverfitParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        for beat in (self.one_stair, self.pile_up, self.follow, self.pure_noise):
            self.beat(beat)
        for beat in (self.fresh_noise, self.fresh_line, self.verdict):
            self.beat(beat)

    def one_stair(self) -> None:
        """The activation: a sigmoid of 200 u."""
        self.add(self.title(), self.stair)
        self.play(self.say("one_stair.ask"), self.show_formula(SIGMOID), self.stair.to(shown=[1]))
        self.play(self.stair.to(grown=[1]))
        self.until_read()
        self.tell("one_stair.say", self.show_formula(STAIR), self.grow_stair(), less=TIMING.hold)

    def pile_up(self) -> None:
        """One node is one stair; a few add up; then all of them."""
        self.play(self.say(f"pile_up.{self.first_stair}"), self.show_formula(NODE), self.clear_for_nodes())
        self.play(self.add_nodes(1))
        self.until_read(TIMING.key)
        self.tell(f"pile_up.few{self.one}", self.add_nodes(FEW - 1))
        self.play(self.say(f"pile_up.all{self.crowd}"), self.show_formula(NET), self.add_all_nodes())
        self.play(self.plot.to(points_shown=1, run_time=TIMING.slow))
        self.until_read(less=TIMING.hold)

    def follow(self) -> str:
        """The broken line: the sum follows its points."""
        self.tell(f"follow.ask{self.exact}", self.stage(self.line), self.drop_formula())
        self.let_learn(7.5)
        ending = f"{self.ending}{self.exact if self.ending == 'short' else ''}"
        self.tell(f"follow.{ending}", self.plot.to(truth=1), seconds=TIMING.key, less=TIMING.hold)
        return f"note_{ending}"

    def pure_noise(self) -> str:
        """Nothing to learn, and it is learned all the same."""
        self.play(self.say("pure_noise.ask"), self.stage(self.noise))
        self.play(self.plot.to(truth=1), self.pair.to(leveled=[1, 0]))
        self.until_read(TIMING.key)
        self.let_learn(6.0)
        self.tell(f"pure_noise.{self.ending}", seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.ending}"

    def fresh_noise(self) -> str:
        """The same curve over points that it has never seen."""
        self.tell("fresh_noise.ask", self.swap_points(), seconds=TIMING.key)
        self.tell(f"fresh_noise.{self.on_fresh}", self.both_losses(), seconds=TIMING.key, less=TIMING.hold)
        return f"note_{self.on_fresh}"

    def fresh_line(self) -> str:
        """The same of the broken line: how the loss on fresh points went."""
        self.tell(f"fresh_line.ask{self.flat}", self.back_to_line(), seconds=TIMING.key)
        course = self.score.course
        close = float(course == "turned")
        self.play(
            self.say(f"fresh_line.{course}"), self.pair.to(near=close, mark=close, leveled=[1, 1], run_time=TIMING.slow)
        )
        if course == "turned":
            self.until_read(TIMING.key)
            self.play(self.say(f"fresh_line.beside_{self.beside_truth}"))
        self.until_read(TIMING.key, less=TIMING.hold)
        return f"note_{course}"

    def verdict(self) -> None:
        """Both nets over fresh points, and their losses."""
        self.tell(f"verdict.look{self.flat}", self.verdict_panels())
        self.tell(f"verdict.{self.verdict_word}", seconds=TIMING.key, less=TIMING.hold)
