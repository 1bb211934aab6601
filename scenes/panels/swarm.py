"""Many runs as dots, piled up where their losses lie."""

from functools import cached_property

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import round_ticks, tick
from scenes.panels.labels import spread
from scenes.theme import SIZES

BINS = 16
FOOT = 0.62
"""Room for numbers and name below, in scene units."""


class Swarm(Drawing):
    """A pile of dots over each stretch of the loss; runs without a number stand at the far right.

    Args:
        losses: (R,) of the runs, in their order. marked: (R,) which are drawn in the colour of misses.
        most: losses from here on share the last stretch.
        name: of the axis.

    Attributes that a film moves:
        axes: opacity. count: how many runs have been drawn, 0 … R; between whole numbers one falls into place.
    """

    def __init__(
        self, frame: Rectangle, look: Look, losses: np.ndarray, marked: np.ndarray, most: float, name: Words | str
    ) -> None:
        super().__init__(frame)
        self.theme, self.losses, self.marked, self.most = look.theme, losses, marked, most
        self.axes = self.count = 0.0
        self.ticks = round_ticks(0.0, most, 6)
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else 1.0
        self._numbers = [look.stamp(tick(value, step), SIZES.tick, self.theme.muted) for value in self.ticks]
        self._name = look.stamp(name, SIZES.label, self.theme.muted)
        self._strange = look.stamp("nan", SIZES.tick, self.theme.loss)

    def bins(self) -> np.ndarray:
        """Which pile (R,) each run belongs to; BINS where its loss is no number."""
        share = np.where(np.isfinite(self.losses), np.clip(self.losses / self.most, 0, 1 - 1e-9), 1.0)
        return (share * BINS).astype(int)

    @cached_property
    def places(self) -> tuple[np.ndarray, float]:
        """Where each dot lies in the end, (R, 2), and the distance from dot to dot."""
        left, bottom, right, top = self.frame
        width, height = (right - left) / (BINS + 1), top - bottom - FOOT - 0.1
        piles = self.bins()
        most = np.bincount(piles).max()
        gap = min(0.24, float(np.sqrt(0.8 * width * height / most)))
        across = max(1, int(0.9 * width / gap))
        rank = np.array([np.count_nonzero(piles[:i] == pile) for i, pile in enumerate(piles)])
        row, column = rank // across, rank % across
        x = self._middles(piles, across * gap) + (column - (across - 1) / 2) * gap
        return np.stack([x, bottom + FOOT + 0.1 + (row + 0.5) * gap], axis=1), gap

    def _middles(self, piles: np.ndarray, width: float) -> np.ndarray:
        """Where the middle of each run's pile is, (R,): at the mean of its losses, or beside where piles would meet."""
        left, _, right, _ = self.frame
        stretch = (right - left) / (BINS + 1)
        known, which = np.unique(piles, return_inverse=True)
        losses = np.minimum(np.nan_to_num(self.losses, nan=self.most, posinf=self.most), self.most)
        means = np.array([losses[piles == pile].mean() for pile in known])
        wanted = np.where(known == BINS, right - stretch / 2, left + means / self.most * (right - left - stretch))
        return np.asarray(spread(wanted, np.full(len(known), width + 0.1), left, right))[which]

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._draw_axis(brush, self.axes * self.opacity)
        (places, gap), done = self.places, int(self.count)
        for color, chosen in ((self.theme.text, ~self.marked), (self.theme.loss, self.marked)):
            brush.dots(places[:done][chosen[:done]], 0.42 * gap, color, self.opacity)
        if done < len(places) and self.count > done:
            top, share = float(self.frame[3]), self.count - done
            falling = np.array([[places[done, 0], top + share**2 * (places[done, 1] - top)]])
            brush.dots(falling, 0.42 * gap, self.theme.loss if self.marked[done] else self.theme.text, self.opacity)

    def _draw_axis(self, brush: Brush, opacity: float) -> None:
        left, bottom, right, _ = self.frame
        end, floor = left + (right - left) * BINS / (BINS + 1), bottom + FOOT
        brush.line(np.array([[left, floor], [end, floor]]), self.theme.muted, 0.02, opacity)
        for value, number in zip(self.ticks, self._numbers, strict=True):
            x = left + (end - left) * value / self.most
            brush.line(np.array([[x, floor], [x, floor - 0.07]]), self.theme.muted, 0.02, opacity)
            number.put(brush, x, floor - 0.22, opacity)
        self._name.put(brush, (left + end) / 2, bottom + 0.1, opacity)
        if not np.isfinite(self.losses).all():
            self._strange.put(brush, (end + right) / 2, floor - 0.22, opacity)
