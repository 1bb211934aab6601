"""The loss against the epoch, drawn as training goes on."""

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import fixed
from scenes.panels.axes import Axes
from scenes.panels.recorded import thinned
from scenes.theme import SIZES

WIDE = 1e4
"""From this ratio of the largest to the smallest loss on, the axis is logarithmic."""


class LossCurve(Drawing):
    """A curve up to the present epoch, with a ball at its end.

    Args:
        epochs (T,), loss (T,): as recorded; the curve ends where the loss is no number any more, and says so.
        least: a loss to compare with, the least there is of some model, or None: dashed, from a star on.

    Attributes that a film moves, each 0 … 1:
        axes, curve: opacities. level: how far the line of that loss is drawn, from the left.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        epochs: np.ndarray,
        loss: np.ndarray,
        names: tuple[str | Words, str | Words],
        least: float | None = None,
    ) -> None:
        super().__init__(frame)
        self.theme, self.least = look.theme, least
        self.epochs, self.loss = np.asarray(epochs, float), np.asarray(loss, float)
        self._few = thinned(self.loss)
        self.axes = self.curve = self.level = 0.0
        finite = self.loss[np.isfinite(self.loss)]
        finite = finite if len(finite) else np.ones(1)
        finite = finite if least is None else np.append(finite, least)
        positive = finite[finite > 0]
        logarithmic = len(positive) == len(finite) and finite.max() / positive.min() >= WIDE
        y = (
            (_power_below(positive.min()), 10 * _power_below(finite.max()))
            if logarithmic
            else (0.0, 1.08 * finite.max() or 1.0)
        )
        self._axes = Axes(look, (0.0, max(1.0, self.epochs[-1])), y, names, logarithmic, whole=True)
        broken = np.flatnonzero(~np.isfinite(self.loss))
        self.broken = int(broken[0]) if len(broken) else None
        if self.broken is not None:
            self._break_name = look.stamp(fixed(self.loss[self.broken]), SIZES.label, self.theme.loss)

    def place(self, epochs: np.ndarray, loss: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2)."""
        return self._axes.place(self.frame, epochs, loss)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.frame, self.axes * self.opacity)
        if self.least is not None:
            self._draw_level(brush, self.least)
        if self.curve <= 0:
            return
        strength = self.curve * self.opacity
        end = len(self.loss) if self.broken is None else self.broken
        epochs, loss = self.epochs[:end], self.loss[:end]
        now = min(self.epoch, epochs[-1]) if end else 0.0
        past = self._few[(self._few < end) & (self.epochs[self._few] <= now)]
        line = self.place(np.append(epochs[past], now), np.append(loss[past], np.interp(now, epochs, loss)))
        brush.line(line, self.theme.loss, 0.05, strength)
        brush.dots(line[-1:], 0.085, self.theme.position, strength)
        if self.broken is not None and self.epoch >= self.epochs[self.broken]:
            self._draw_break(brush, line[-1], strength)

    def _draw_level(self, brush: Brush, least: float) -> None:
        ends = self.place(np.array([0.0, self.level * self._axes.x[1]]), np.full(2, least))
        brush.line(ends, self.theme.minimum, 0.03, self.opacity * (self.level > 0), dash=(0.12, 0.1))
        brush.star(ends[0], 0.14, self.theme.minimum, self.theme.background, self.opacity * self.level)

    def _draw_break(self, brush: Brush, at: np.ndarray, opacity: float) -> None:
        """Where the loss stopped being a number: its name beside the last one that was."""
        self._break_name.put(brush, at[0] + 0.14, at[1] - 0.05, opacity, anchor=0.0)


def _power_below(value: float) -> float:
    return float(10.0 ** np.floor(np.log10(value)))
