"""What torch.nn.Linear holds, which shapes it takes, and how its numbers are a line."""

from scenes.bases import linear_layer as stages
from scenes.bases.linear_layer import FORGOT, LinearLayerFilm, code
from scenes.figures import linear_layer as figures
from scenes.parameters import LinearLayerParameters
from scenes.theme import TIMING


class LinearLayer(LinearLayerFilm):
    """Six beats from the two numbers in the box to the homework."""

    film_name = "linear-layer"
    parameters: LinearLayerParameters

    def construct(self) -> None:
        """The storyboard."""
        self.prepare()
        self.beat(self.box)
        self.beat(self.shapes)
        self.beat(self.ones)
        self.beat(self.refused)
        self.beat(self.forgotten)
        self.beat(self.homework)

    def box(self) -> None:
        """The box opens: two numbers, a height and a slope."""
        self.add(self.title(), self.plot, self.blocks, self.marks)
        points = self.plot.to(points_shown=1, run_time=1.5)
        self.tell("box.ask", self.show_formula(code("net = torch.nn.Linear(1, 1)")), points)
        self.arrange("box.open", stages.OPEN)
        self.play(self.say("box.line"), self.plot.to(estimate=1))
        self.play(self.plot.to(near=1, run_time=TIMING.slow))
        self.until_read()
        self.tell("box.bias", self.come_to_the_line(level=1))
        self.tell(f"box.weight_{figures.way(self.layer)}", self.come_to_the_line(wedge=1), less=TIMING.hold)

    def shapes(self) -> None:
        """A column goes in; the inner sizes must agree; each row is worked out alike."""
        self.arrange("shapes.ask", stages.SHAPES)
        self.arrange("shapes.inner", stages.FIT)
        self.arrange("shapes.upon", stages.UPON)
        self.arrange("shapes.row", stages.ROW, last=True)

    def ones(self) -> None:
        """X = [1 x] into Linear(2, 1, bias=False): the ones carry the intercept."""
        layer = self.show_formula(code("net = torch.nn.Linear(2, 1, bias=False)"))
        self.play(self.away(self.marks))
        self.arrange("ones.ask", stages.COLUMNS, layer)
        self.arrange("ones.upon", stages.COLUMNS_UPON, epoch=1)
        self.marks.level, self.marks.wedge, self.marks.opacity = 0.0, 0.0, 1.0
        self.tell("ones.line", self.come_to_the_line(level=1, wedge=1), less=TIMING.hold)

    def refused(self) -> None:
        """Two columns, or one long row, into a layer of one input: torch's own words."""
        layer = self.show_formula(code("net = torch.nn.Linear(1, 1)"))
        self.arrange("refused.ask", stages.TOO_WIDE, layer, self.away(self.plot, self.marks))
        self.arrange("refused.sizes", stages.TOO_WIDE_SIZES)
        self.arrange("refused.upon", stages.TOO_WIDE_UPON)
        self.arrange("refused.flat", stages.STANDING)
        self.arrange("refused.row", stages.FLAT)
        self.arrange("refused.flat_upon", stages.FLAT_UPON, last=True)

    def forgotten(self) -> None:
        """Ones and a bias: two numbers for one intercept."""
        self.play(self.away(self.blocks))
        self.marks.level, self.marks.wedge, self.blocks.stage = 0.0, 0.0, stages.FORGOTTEN
        back = (panel.to(opacity=1) for panel in (self.plot, self.marks, self.blocks))
        self.arrange("forgotten.ask", stages.FORGOTTEN, self.show_formula(code(FORGOT)), *back)
        shift = self.marks.to(gap=1, run_time=TIMING.slow)
        self.arrange(f"forgotten.{figures.shifted(self.unwanted)}", stages.FORGOTTEN_UPON, shift, epoch=2)
        self.arrange(f"forgotten.{figures.summed(self.unwanted)}", stages.TOGETHER, last=True)

    def homework(self) -> str:
        """The line that is asked for, with bias and without."""
        self.play(self.away(self.blocks, self.plot, self.marks), self.drop_formula())
        asked = self.take_homework()
        self.arrange("homework.ask", 0, self.blocks.to(opacity=1), asked)
        self.arrange("homework.bias", 1, self.show_formula(self.settings(1)), epoch=1)
        beside = self.solved.to(frame=self.beside, run_time=TIMING.slow)
        self.arrange("homework.ones", 2, self.show_formula(self.settings(2)), beside, epoch=2)
        ending = "same" if figures.agree(self.ways) else "rounded"
        self.tell(f"homework.{ending}", self.drop_formula(), less=TIMING.hold)
        return f"note_{ending}"
