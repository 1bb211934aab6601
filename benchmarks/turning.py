"""The film that `surface.py` measures: a surface that turns beside the data plot."""

from manim import linear

from scenes import material
from scenes.film import Film
from scenes.line_film import PLOT, SURFACE
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
