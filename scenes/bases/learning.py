"""Films that watch runs learn: the moves of the clock, the loss curve, numbers that appear together."""

from typing import Any

import numpy as np
from manim import Animation

from learning.history import History
from scenes.drawing import Rectangle
from scenes.film import Film
from scenes.pacing import durations_by
from scenes.panels.loss_curve import LossCurve
from scenes.panels.readout import Readout
from scenes.theme import TIMING


class LearningFilm(Film):
    """A film in which training goes on where much happens slowly, and elsewhere quickly."""

    def curve_of(self, run: History, frame: Rectangle, least: float | None = None, **levels: Any) -> LossCurve:
        """The loss of each epoch; with a level that it cannot get below, and other levels and names, if there are."""
        names = (self.look.captions.text("axes.epoch"), self.look.captions.text("axes.loss"))
        return LossCurve(frame, self.look, run.epoch, run.loss, names, least, **levels)

    def learn(self, epoch: int, total: float, change: np.ndarray) -> None:
        """Let training go on to an epoch in so many seconds at most, slowly where `change`, (T - 1,), is large."""
        self.proceed(epoch, durations_by(change[round(self.epoch) : epoch], total))
        self.until_read()

    def back_to(self, epoch: float) -> list[Animation]:
        """Set the clock, and what is under it, to another epoch."""
        self.epoch = float(epoch)
        return [panel.to(epoch=epoch) for panel in self._clocked]

    def reveal(self, *readouts: Readout) -> list[Animation]:
        """All numbers of these appear."""
        return [readout.to(shown=np.ones(len(readout.columns)), run_time=TIMING.quick) for readout in readouts]
