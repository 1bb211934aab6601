"""What panels of several runs share: which runs move with the film's clock, and which stand where they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scenes.drawing import Drawing, Rectangle, mix
from scenes.markup import Words
from scenes.theme import Theme

PAST = 0.5
"""How much of its colour a run keeps that is no longer the present one."""


@dataclass(frozen=True, eq=False)
class Walk:
    """A run over two weights.

    Attributes:
        epoch: (T,) recorded epochs, ascending.
        params: (T, 2) the weights at each.
        name: what the run is called, short.
    """

    epoch: np.ndarray
    params: np.ndarray
    name: Words | str = ""


class Runs(Drawing):
    """A panel of several runs, each at an epoch of its own.

    Attributes that a film moves or sets, (R,) each:
        epochs: where each run is.
        running: 1 for those that the clock moves. The others stay where they are, whatever `epoch` is set to.
        strength: opacity of each. bright: 1 for the present ones, 0 for those that are past and keep quiet.
        names: opacity of each one's name. ball: size of the balls, a single number; 1 while one of them matters.
    """

    def __init__(self, frame: Rectangle, theme: Theme, colors: Sequence[str]) -> None:
        count = len(colors)
        self.theme, self.colors = theme, tuple(colors)
        self.epochs, self.running = np.zeros(count), np.ones(count)
        self.strength, self.bright, self.names = np.zeros(count), np.ones(count), np.zeros(count)
        self.ball = 1.0
        super().__init__(frame)

    @property
    def epoch(self) -> float:
        """The (fractional) epoch of the runs that the clock moves."""
        return self._epoch

    @epoch.setter
    def epoch(self, epoch: float) -> None:
        self._epoch = epoch
        self.epochs = np.where(self.running > 0.5, epoch, self.epochs)

    def color_of(self, run: int) -> str:
        """The colour of a run as bright as it is now."""
        return mix(self.theme.background, self.colors[run], PAST + (1 - PAST) * float(self.bright[run]))

    def order(self) -> list[int]:
        """The runs that show, the brightest last."""
        shown = [run for run in range(len(self.colors)) if self.strength[run] > 0]
        return sorted(shown, key=lambda run: (float(self.bright[run]), run))
