"""The films that `surface.py` measures: a surface that turns beside the data plot, and two side by side."""

from manim import linear

from scenes import material
from scenes.bases.curve import EPOCH, TWO, CurveFilm
from scenes.bases.line import PLOT, SURFACE
from scenes.film import Film
from scenes.films.flat_regions import LARGE
from scenes.panels.data_plot import DataPlot
from scenes.panels.loss_surface import LossSurface


class Turning(Film):
    """Three seconds, everything of both panels in view."""

    film_name = "descent"

    def construct(self) -> None:
        """Turn once."""
        run = self.histories["run"]
        plot = DataPlot(PLOT, self.look, run.x, run.y, run.epoch, run.yhat)
        plot.axes = plot.points_shown = plot.estimate = 1.0
        terrain = material.terrain(run)
        ground = LossSurface(SURFACE, self.look, terrain, material.route(run, terrain), loss_name="loss")
        ground.floor = ground.upright = ground.skin = ground.star = ground.ball = ground.path = 1.0
        ground.azimuth, ground.epoch = -30.0, 10.0
        self.add(plot, ground)
        self.play(ground.to(azimuth=30.0, rate_func=linear, run_time=3))


class TwoTurning(CurveFilm):
    """Three seconds, the surfaces of MSE and BCE with all that stands on them."""

    film_name = "flat-regions"

    def construct(self) -> None:
        """Turn both once."""
        self.starts = [tuple(self.histories["mse 0"].params[0].tolist())]
        self.prepare([[self.histories["mse 0"]], [self.histories["bce 0"]]], TWO, EPOCH, (-11, 3, -2, 10))
        for side, frame in zip(self.sides, LARGE, strict=True):
            ground = side.surface
            ground.frame = frame
            ground.floor = ground.upright = ground.skin = ground.star = ground.ball = ground.path = 1.0
            ground.epoch = 100.0
            self.add(ground)
        self.play(self.both(azimuth=self.azimuth + 60, rate_func=linear, run_time=3))
