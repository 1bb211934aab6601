"""MSE against BCE: two loss surfaces over the same weights, and the plateau of one on which nothing moves."""

from functools import cached_property

from manim import FadeIn, Wait

from scenes import curve_figures as figures
from scenes.catalogue import FlatRegionsParameters
from scenes.curve_film import CurveFilm, Place
from scenes.film import BOTTOM, LEFT, RIGHT
from scenes.look import Ink
from scenes.theme import SIZES, TIMING

LOSSES = ("mse", "bce")
MISS = "#data[$y_i$] - #estimate[$hat(y)_i$]"
FORMULAS = {
    "mse": f'$upright("MSE") = 1/n sum_(i=1)^n ({MISS})^2$',
    "bce": '$upright("BCE") = -1/n sum_(i=1)^n (#data[$y_i$] log #estimate[$hat(y)_i$] '
    "+ (1 - #data[$y_i$]) log (1 - #estimate[$hat(y)_i$]))$",
}
SLOPES = {
    "mse": '$upright("MSE") quad display((partial thin upright("loss")_i) / (partial u_i) = '
    f"-2 thin #loss[$({MISS})$] thin #gradient[$hat(y)_i (1 - hat(y)_i)$])$",
    "bce": f'$upright("BCE") quad display((partial thin upright("loss")_i) / (partial u_i) = -#loss[$({MISS})$])$',
}
CURVE = '$#estimate[$hat(y)$] = upright("sigmoid")(u), quad u = hat(w)_0 + hat(w)_1 x$'
WIDE = (LEFT, BOTTOM + 0.55, RIGHT, 2.1)
BELOW = (LEFT, BOTTOM + 0.55, RIGHT, 1.2)
LARGE = ((LEFT, -3.1, -0.1, 2.1), (0.1, -3.1, RIGHT, 2.1))
PLACES = (
    Place((-4.15, -2.0, -0.05, 2.1), (LEFT, -1.1, -4.25, 1.9), (-4.1, -2.8, 3.6), (LEFT, -2.1, 2.4)),
    Place((0.05, -2.0, 4.15, 2.1), (4.25, -1.1, RIGHT, 1.9), (0.55, -2.8, 3.6), (4.3, -2.1, 2.4)),
)
EPOCH = (RIGHT - 1.1, 2.88, 1.1)
HEADINGS, HEADING_LINE = (-3.4, 3.4), 2.35
BAR = (-2.6, -3.0, 2.6, -2.05)
ONE = (LEFT, -2.9, -0.6, 2.3)
REASON = -0.1
SWING = 40.0


class FlatRegions(CurveFilm):
    """The data, two measures of error, two surfaces, the same starts, and why one run stands still."""

    film_name = "flat-regions"
    parameters: FlatRegionsParameters
    reason: list[Ink]

    def construct(self) -> None:
        """The storyboard."""
        self.starts, self.reason = self.parameters.starts, []
        ways = [[self.histories[f"{loss} {i}"] for i in range(len(self.starts))] for loss in LOSSES]
        self.prepare(ways, PLACES, EPOCH, self.parameters.window)
        self.figures = figures.of_two_losses(*self.sides)
        self.beat(self.data)
        self.beat(self.losses)
        self.beat(self.surfaces)
        for start in range(len(self.starts)):
            self.beat(self.learn, start)
        self.beat(self.flat)
        self.beat(self.why)
        self.beat(self.above)

    @cached_property
    def headings(self) -> list[Ink]:
        """The two losses, above their columns."""
        return [self.heading(FORMULAS[loss], x) for loss, x in zip(LOSSES, HEADINGS, strict=True)]

    def heading(self, formula: str, x: float) -> Ink:
        """A formula above a column."""
        return self.look.ink(formula, SIZES.label).stand(x, HEADING_LINE, "center")

    def data(self) -> None:
        """Zeros and ones, and a first curve."""
        self.wide = self.plot_of(self.sides[0].runs[0], WIDE)
        self.wide.points_shown = 0.0
        self.add(self.title(), self.wide)
        self.play(self.say("data.ask"), self.wide.to(points_shown=1, run_time=TIMING.slow))
        self.hold(TIMING.think)
        self.play(self.say("data.curve"), self.show_formula(CURVE), self.wide.to(estimate=1, run_time=TIMING.move))
        self.hold(TIMING.hold)
        self.play(self.say("data.truth"), self.wide.to(truth=1, run_time=TIMING.move))
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
            self.play(self.move_to([place.surface for place in PLACES]))
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

    def reasons(self) -> dict[str, list[Ink]]:
        """For each step of the argument a formula, and below it the same with the point's numbers."""
        lines = (
            ("curve", CURVE, "why.miss"),
            ("mse", SLOPES["mse"], "why.mse_push"),
            ("bce", SLOPES["bce"], "why.bce_push"),
        )
        found = {}
        for (key, formula, numbers), top in zip(lines, (1.75, -0.25, -2.0), strict=True):
            above, below = self.look.ink(formula, SIZES.formula), self.ink(numbers, SIZES.formula)
            found[key] = [above.stand(REASON, top), below.stand(REASON, top - 0.75)]
        return found

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
