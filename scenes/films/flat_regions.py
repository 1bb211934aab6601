"""MSE against BCE: two loss surfaces over the same weights, and the plateau of one on which nothing moves."""

from manim import FadeIn, Wait

from scenes.bases.curve import TWO
from scenes.bases.two_losses import CURVE, LOSSES, TwoLosses
from scenes.figures import curve as figures
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.parameters import FlatRegionsParameters
from scenes.theme import TIMING

WIDE = (LEFT, BOTTOM + 0.55, RIGHT, 2.1)
BELOW = (LEFT, BOTTOM + 0.55, RIGHT, 1.2)
LARGE = ((LEFT, -3.1, -0.1, 2.1), (0.1, -3.1, RIGHT, 2.1))
BAR = (-2.6, -3.0, 2.6, -2.05)
ONE = (LEFT, -2.9, -0.6, 2.3)
SWING = 40.0


class FlatRegions(TwoLosses):
    """The data, two measures of error, two surfaces, the same starts, and why one run stands still."""

    film_name = "flat-regions"
    parameters: FlatRegionsParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare_losses(self.parameters.starts, self.parameters.window)
        self.beat(self.data)
        self.beat(self.losses)
        self.beat(self.surfaces)
        for start in range(len(self.starts)):
            self.beat(self.learn, start)
        self.beat(self.flat)
        self.beat(self.why)
        self.beat(self.above)

    def data(self) -> None:
        """Zeros and ones, and a first curve."""
        self.wide = self.plot_of(self.sides[0].runs[0], WIDE)
        self.wide.points_shown = 0.0
        self.add(self.title(), self.wide)
        self.play(self.say("data.ask"), self.wide.to(points_shown=1, run_time=TIMING.slow))
        self.hold(TIMING.think)
        self.play(self.say("data.curve"), self.show_formula(CURVE), self.wide.to(estimate=1, run_time=TIMING.move))
        self.hold(TIMING.hold)
        known = "truth" if self.sides[0].runs[0].truth else "unknown"
        self.play(self.say(f"data.{known}"), self.wide.to(truth=1, run_time=TIMING.move))
        self.hold(TIMING.hold)

    def losses(self) -> None:
        """Two answers to how wrong the curve is."""
        self.play(self.say("losses.ask"), self.drop_formula(), self.wide.to(frame=BELOW, run_time=TIMING.move))
        self.hold(TIMING.hold)
        self.wide.picked = figures.most_missed(self.sides[0].runs[0])
        for loss, heading in zip(LOSSES, self.headings, strict=True):
            self.play(self.say(f"losses.{loss}"), FadeIn(heading, run_time=TIMING.move), self.wide.to(pick=1))
            self.hold(TIMING.think)

    def surfaces(self) -> str:
        """The same floor of weights twice, a surface over each; both turn together."""
        known = "" if self.stars else "_away"
        self.play(self.wide.to(opacity=0, run_time=TIMING.quick))
        self.remove(self.wide)
        for side, frame in zip(self.sides, LARGE, strict=True):
            side.surface.frame, side.surface.azimuth = frame, self.azimuth + SWING
            self.add(side.surface)
        self.play(self.say("surfaces.floor"), self.both(floor=1, upright=1, run_time=TIMING.move))
        turn = self.both(wire=1, skin=1, star=1, azimuth=self.azimuth, run_time=3.5)
        self.play(self.say(f"surfaces.turn{known}"), turn)
        self.hold(TIMING.think)
        return f"note{known}"

    def learn(self, start: int) -> str:
        """From one start, with both losses: surfaces, curves and numbers in sync."""
        self.figures |= figures.of_start(start, *self.sides)
        if start == 0:
            self.play(self.move_to([place.surface for place in TWO]))
        outcome = figures.outcome(start, *self.sides)
        self.descend(start, "learn.ask", 4.5 if self.calm else 2.0, rest=outcome != "both")
        self.play(self.say(f"learn.{outcome}"))
        self.hold(TIMING.think if self.calm else TIMING.quick)
        gone = "_".join(self.leaving(start, LOSSES))
        self.play(self.say(f"learn.off_{gone}") if gone and self.calm else [], Wait(TIMING.quick))
        return f"note_{outcome}"

    def flat(self) -> str:
        """Both surfaces coloured by the size of the gradient, the curves of the worst start beside them."""
        worst = figures.worst_start(*self.sides)
        self.figures |= figures.of_start(worst, *self.sides)
        known = "numbers" if figures.worst_ratio(*self.sides) > 10 else "alike"
        gone = self.both(ball=0, path=0, run_time=TIMING.quick)
        self.play(self.say("flat.ask"), self.hide_numbers(plots=False), gone)
        self.hold(TIMING.think)
        self.begin(worst)
        self.add(self.bar(BAR))
        moves = self.both(tint=1, ball=0.55, path=0.5, run_time=2)
        self.play(self.say("flat.color"), moves, self.color_bar.to(opacity=1, run_time=2))
        self.hold(TIMING.think)
        self.play(self.say(f"flat.{known}"))
        self.hold(TIMING.think)
        self.play(self.say("flat.curves"))
        self.hold(TIMING.think)
        return "note" if known == "numbers" else "note_alike"

    def why(self) -> None:
        """One point that is missed most: what it pushes with each loss; a factor vanishes, and cancels in BCE."""
        self.play(self.both(opacity=0, run_time=TIMING.quick), self.away(self.color_bar, *self.headings))
        plot, other = self.plots
        plot.picked = figures.most_missed(self.sides[0].runs[self.sides[0].surface.run])
        self.play(self.say("why.point"), other.to(opacity=0), plot.to(frame=ONE, pick=1, run_time=TIMING.move))
        self.hold(TIMING.read)
        for key, lines in self.reasons().items():
            self.play(self.say(f"why.{key}"), *(FadeIn(line, run_time=TIMING.move) for line in lines))
            self.hold(TIMING.read)
            self.reason += lines

    def above(self) -> str:
        """Both surfaces from overhead, in the colours of the gradient, with all paths."""
        self.play(self.away(self.plots[0], *self.reason), self.to_maps(LARGE, contours=1, run_time=0.1))
        for side in self.sides:
            side.surface.epoch = float(self.parameters.epochs)
        headings = [FadeIn(heading, run_time=TIMING.move) for heading in self.headings]
        self.play(self.say("above.map"), headings, self.both(opacity=1, ball=1, path=1))
        self.hold(TIMING.think)
        self.play(self.say("above.end"))
        self.hold(TIMING.think)
        return "note" if figures.worst_ratio(*self.sides) > 10 else "note_alike"
