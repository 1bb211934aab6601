"""Two losses of one run against the epoch: over the points that it learns from, and over fresh ones."""

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.panels.axes import Axes, ClosesIn, ClosingAxes
from scenes.panels.clipping import clipped, inside
from scenes.panels.labels import spread
from scenes.theme import SIZES

SEEN, FRESH = 0, 1
"""The rows of the two losses."""

LINE, HEAD, RINGS = 0.34, 0.085, 14
"""Height of a label, radius of what is at a curve's end, and rings along the curve of fresh points."""


class SeenFresh(ClosesIn, Drawing):
    """Two curves up to the present epoch: the seen loss ends in a dot, the fresh one bears rings, as the points do.

    Args:
        epochs: (T,) as recorded. losses: (2, T) over seen and over fresh points.
        levels: (2,) a loss to compare each with. tone: their colour.
        labels: of the two curves and of the two levels. names: of the two axes.
        close: the losses from which to which it shows when it has closed in.

    Attributes that a film moves, each 0 … 1:
        axes: opacity. shown, leveled: (2,) opacities of curves and levels.
        near: how far it has closed in. mark: opacity of the mark at the least loss over fresh points.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        epochs: np.ndarray,
        losses: np.ndarray,
        levels: np.ndarray,
        labels: tuple[str | Words, str | Words, str | Words, str | Words],
        names: tuple[str | Words, str | Words],
        close: tuple[float, float],
        tone: str = "",
    ) -> None:
        super().__init__(frame)
        self.theme, self.epochs, self.losses, self.levels = look.theme, np.asarray(epochs, float), losses, levels
        self.axes = self.mark = 0.0
        self.shown, self.leveled = np.zeros(2), np.zeros(2)
        self.tone = tone or look.theme.text
        colors = (look.theme.loss, look.theme.loss, self.tone, self.tone)
        self._labels = [look.stamp(label, SIZES.tick, color) for label, color in zip(labels, colors, strict=True)]
        self._least_label = look.stamp(
            look.captions.typeset("map.epoch", number=f"{int(epochs[self.least]):,}"), SIZES.tick
        )
        x, high = (0.0, max(1.0, float(epochs[-1]))), 1.08 * self._highest()
        self._axes = ClosingAxes(Axes(look, x, (0.0, high), names, whole=True), close)

    def _highest(self) -> float:
        """The largest loss worth an axis: not where a run has gone astray."""
        first = max(float(np.nan_to_num(self.losses[:, 0], posinf=0.0).max()), float(self.levels.max()))
        finite = np.nan_to_num(self.losses, posinf=0.0)
        return min(float(finite.max()), 3 * first) if first > 0 else 1.0

    @property
    def least(self) -> int:
        """The row of the least loss over fresh points."""
        return int(np.argmin(np.nan_to_num(self.losses[FRESH], nan=np.inf)))

    @property
    def box(self) -> np.ndarray:
        """What axes and curves take of the frame; labels stand to the right of it."""
        return self.frame - np.array([0, 0, 0.25 + max(label.width for label in self._labels), 0])

    def inner(self) -> np.ndarray:
        """left, bottom, right, top of the plot between its axes."""
        return self._axes.inner(self.box)

    def place(self, epochs: np.ndarray, losses: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2)."""
        return self._axes.place(self.box, epochs, losses)

    def curve(self, which: int) -> np.ndarray:
        """Scene coordinates (n, 2) of a loss up to now, as long as it is a number."""
        lost = np.flatnonzero(~np.isfinite(self.losses[which]))
        epochs, losses = (values[: lost[0] if len(lost) else None] for values in (self.epochs, self.losses[which]))
        if not len(epochs):
            return np.empty((0, 2))
        now = min(self.epoch, float(epochs[-1]))
        past = epochs < now
        return self.place(np.append(epochs[past], now), np.append(losses[past], np.interp(now, epochs, losses)))

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.box, self.axes * self.opacity)
        left, _, right, _ = inner = self.inner()
        for which, level in enumerate(self._level_heights()):
            ends = clipped(np.array([[left, level], [right, level]]), inner)[0]
            if len(ends):
                brush.line(ends[0], self.tone, 0.025, float(self.leveled[which]) * self.opacity, (0.1, 0.09))
        for which in (FRESH, SEEN):
            self._draw_curve(brush, which, inner, float(self.shown[which]) * self.opacity)
        self._draw_mark(brush, inner)
        self._draw_labels(brush, inner)

    def _level_heights(self) -> np.ndarray:
        return self.place(np.zeros(2), self.levels)[:, 1]

    def _draw_curve(self, brush: Brush, which: int, inner: np.ndarray, opacity: float) -> None:
        curve = self.curve(which)
        if not len(curve) or opacity <= 0:
            return
        brush.segments(clipped(curve, inner)[0], self.theme.loss, 0.055 if which == SEEN else 0.03, opacity)
        if which == FRESH:
            for ring in self.rings(curve):
                if inside(ring[None], inner)[0]:
                    self._draw_ring(brush, ring, opacity)
        elif inside(curve[-1:], inner)[0]:
            brush.dots(curve[-1:], HEAD, self.theme.data, opacity)

    def rings(self, curve: np.ndarray) -> np.ndarray:
        """Where rings stand along a curve (n, 2): evenly from left to right, and at its end."""
        left, _, right, _ = self.inner()
        at = np.linspace(left, right, RINGS)
        at = at[at < curve[-1, 0] - 2 * HEAD]
        return np.vstack([np.stack([at, np.interp(at, curve[:, 0], curve[:, 1])], axis=1), curve[-1:]])

    def _draw_ring(self, brush: Brush, centre: np.ndarray, opacity: float) -> None:
        brush.dots(centre[None], 0.8 * HEAD, self.theme.background, opacity)
        brush.ring(centre, 0.8 * HEAD, self.theme.data, 0.03, opacity)

    def _draw_mark(self, brush: Brush, inner: np.ndarray) -> None:
        """A line down from the least loss over fresh points to its epoch."""
        at = self.place(self.epochs[[self.least]], self.losses[FRESH, [self.least]])[0]
        opacity = self.mark * self.opacity
        if opacity <= 0 or not inside(at[None], inner)[0]:
            return
        brush.line(np.array([at, [at[0], inner[1]]]), self.theme.text, 0.025, opacity, (0.08, 0.07))
        brush.ring(at, 1.7 * HEAD, self.theme.text, 0.035, opacity)
        beside = at[0] + 0.14 if at[0] + 0.14 + self._least_label.width < inner[2] else at[0] - 0.14
        anchor = 0.0 if beside > at[0] else 1.0
        self._least_label.put(brush, float(beside), inner[1] + 0.24, opacity, anchor, halo=self.theme.background)

    def _draw_labels(self, brush: Brush, inner: np.ndarray) -> None:
        """Beside the plot: of each curve at its present height, of each level."""
        _, bottom, right, top = inner
        curves = [self.curve(which) for which in (SEEN, FRESH)]
        heights = [curve[-1, 1] if len(curve) else top for curve in curves] + self._level_heights().tolist()
        within = [bottom - 0.1 <= height <= top + 0.1 for height in heights]
        strengths = np.array([*self.shown, *self.leveled]) * within
        sizes = np.where(strengths > 0.01, LINE, 0.0)
        for label, y, strength in zip(
            self._labels, spread(np.clip(heights, bottom, top), sizes, bottom, top + LINE / 2), strengths, strict=True
        ):
            label.put(brush, right + 0.2, float(y), float(strength) * self.opacity, anchor=0.0)
