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
BESIDE = 0.25
"""Scene units from a level to the middle of its name."""


class LossCurve(Drawing):
    """A curve up to the present epoch, with a ball at its end.

    Args:
        epochs (T,), loss (T,): as recorded; the curve ends where the loss is no number any more, and says so.
        least: a loss to compare with, the least there is of some model, or None: dashed, from a star on.
        truth: the loss of what the data came from, or None: dashed, too.
        said: what these two levels are called, markup; the first one's name stands in the place of the star.

    Attributes that a film moves, each 0 … 1:
        axes, curve: opacities. level, truth_level: how far the line of that loss is drawn, from the left.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        epochs: np.ndarray,
        loss: np.ndarray,
        names: tuple[str | Words, str | Words],
        least: float | None = None,
        truth: float | None = None,
        said: tuple[str, str] = ("", ""),
    ) -> None:
        super().__init__(frame)
        self.theme, self.least, self.truth = look.theme, least, truth
        colors = self.theme.minimum, self.theme.truth
        self._said = [look.stamp(a, SIZES.tick, c) if a else None for a, c in zip(said, colors, strict=True)]
        self.epochs, self.loss = np.asarray(epochs, float), np.asarray(loss, float)
        self._few = thinned(self.loss)
        self.axes = self.curve = self.level = self.truth_level = 0.0
        finite = self.loss[np.isfinite(self.loss)]
        finite = finite if len(finite) else np.ones(1)
        finite = np.append(finite, [loss for loss in (least, truth) if loss is not None])
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
        self._draw_level(brush, self.least, self.level, self.theme.minimum)
        self._draw_level(brush, self.truth, self.truth_level, self.theme.truth)
        if self.curve > 0:
            self._draw_curve(brush)
        self._draw_names(brush)

    def _draw_curve(self, brush: Brush) -> None:
        """The losses up to now, a ball at their end."""
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

    def _draw_level(self, brush: Brush, loss: float | None, level: float, color: str) -> None:
        if loss is None:
            return
        ends = self.place(np.array([0.0, level * self._axes.x[1]]), np.full(2, loss))
        brush.line(ends, color, 0.03, self.opacity * (level > 0), dash=(0.12, 0.1))
        if self._said[0] is None:
            brush.star(ends[0], 0.14, color, self.theme.background, self.opacity * level)

    def _draw_names(self, brush: Brush) -> None:
        """The name of each level at the right end of its line: below it, or above where the axis is near."""
        _, bottom, right, _ = self._axes.inner(self.frame)
        beneath = bottom
        for loss, level, said in ((self.truth, self.truth_level, 1), (self.least, self.level, 0)):
            stamp = self._said[said]
            if loss is None or stamp is None:
                continue
            y = float(self.place(np.zeros(1), np.array([loss]))[0, 1])
            above = y - BESIDE < beneath + 0.6 * BESIDE or self._ends_below(loss)
            y = max(y + (BESIDE if above else -BESIDE), beneath + 0.6 * BESIDE)
            stamp.put(brush, right, y, level * self.opacity, anchor=1.0, halo=self.theme.background)
            beneath = y + 0.6 * BESIDE

    def _ends_below(self, loss: float) -> bool:
        """Whether the curve ends below a level, and its name had better stand above."""
        last = self.loss[: self.broken]
        return bool(len(last)) and bool(last[-1] < loss - 1e-3 * abs(loss))

    def _draw_break(self, brush: Brush, at: np.ndarray, opacity: float) -> None:
        """Where the loss stopped being a number: its name beside the last one that was."""
        self._break_name.put(brush, at[0] + 0.14, at[1] - 0.05, opacity, anchor=0.0)


def _power_below(value: float) -> float:
    return float(10.0 ** np.floor(np.log10(value)))
