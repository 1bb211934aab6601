"""Weights against the epoch, above zero and below it; with the true ones, where these are known."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Drawing, Rectangle
from scenes.look import Look
from scenes.markup import Words
from scenes.numbers import shortest
from scenes.panels.axes import Axes, padded
from scenes.panels.labels import spread
from scenes.panels.network import LARGE, hue
from scenes.panels.recorded import thinned
from scenes.theme import SIZES

APART = 0.3
"""Numbers of nodes stand at the ends of their lines where these are so far apart, in scene units."""

RISE = 0.19
"""So far above or below the end of its line, in scene units."""

ASIDE = 0.4
"""Room for true values to the right of the plot, in scene units."""


class Traces(Drawing):
    """Each node's weight as a line up to the present epoch, in the hue of its sign.

    Args:
        epochs: (T,) those shown. weights: (T, H).
        names: of the two axes.
        turn: the epoch to be marked, or None. reach: the largest weight shown; lines beyond leave the plot.
        labels: of the lines, markup; the nodes' numbers where none are given, and only where there is room.
        truths: (H,) what the data were made with, or nothing. truth_name: what these levels are called, above them.
        strong: the one line that is to be followed: it alone is strong, and no line has the hue of its sign.

    Attributes that a film moves, each 0 … 1:
        axes, lines, mark: opacities. truth: how much of the true values' lines is drawn, from the left.
    """

    def __init__(
        self,
        frame: Rectangle,
        look: Look,
        epochs: np.ndarray,
        weights: np.ndarray,
        names: tuple[str | Words, str | Words],
        turn: float | None,
        reach: float = LARGE,
        labels: Sequence[str | Words] = (),
        truths: Sequence[float] = (),
        truth_name: str | Words = "",
        strong: int | None = None,
    ) -> None:
        super().__init__(frame)
        self.strong = strong
        self.theme, self.turn, self.truths, self.labelled = look.theme, turn, tuple(truths), bool(labels)
        self.epochs, self.weights = np.asarray(epochs, float), np.asarray(weights, float)
        self._few = [thinned(column) for column in self.weights.T]
        self.axes = self.lines = self.mark = self.truth = 0.0
        finite = np.clip(np.append(self.weights[np.isfinite(self.weights)], self.truths), -reach, reach)
        low, high = min(finite.min(initial=0.0), 0.0), max(finite.max(initial=0.0), 0.0)
        x = (float(self.epochs[0]), float(max(self.epochs[-1], self.epochs[0] + 1)))
        self._axes = Axes(look, x, padded(low, high, 0.12), names, whole=True)
        said = tuple(labels) or tuple(str(node + 1) for node in range(weights.shape[1]))
        self._numbers = [look.stamp(label, SIZES.tick, self.theme.text) for label in said]
        self._true = [look.stamp(shortest(value), SIZES.tick, self.theme.truth) for value in self.truths]
        self._truth_name = look.stamp(truth_name, SIZES.tick, self.theme.truth) if truth_name else None
        self._sides = self._sides_of_truth()

    def _sides_of_truth(self) -> np.ndarray:
        """Above its line, 1, or below it, -1, (H,): where each name stands, away from the true value; or nothing."""
        if not self.truths:
            return np.empty(0)
        last = self.weights[np.isfinite(self.weights).all(axis=1)][-1:]
        return np.where(last[0] < self.truths, -1.0, 1.0) if len(last) else np.ones(len(self.truths))

    def line(self, node: int) -> np.ndarray:
        """Epochs and weights (n, 2) of a node up to now, with a point wherever the weight crosses zero."""
        past = self._few[node][self.epochs[self._few[node]] <= self.epoch]
        now = min(self.epoch, float(self.epochs[-1]))
        at = np.append(self.epochs[past], now)
        w = np.append(self.weights[past, node], np.interp(now, self.epochs, self.weights[:, node]))
        cross = np.flatnonzero(np.signbit(w[1:]) != np.signbit(w[:-1]))
        share = w[cross] / np.where(w[cross] == w[cross + 1], 1.0, w[cross] - w[cross + 1])
        where = at[cross] + share * (at[cross + 1] - at[cross])
        return np.stack([np.insert(at, cross + 1, where), np.insert(w, cross + 1, 0.0)], axis=1)

    @property
    def box(self) -> np.ndarray:
        """What axes and lines take of the frame; what stands to the right of it: true values, or the names of lines."""
        return self.frame - np.array([0, 0, ASIDE if self.truths or self.strong is not None else 0.0, 0])

    def place(self, epochs: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Scene coordinates (n, 2)."""
        return self._axes.place(self.box, epochs, weights)

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        self._axes.draw(brush, self.box, self.axes * self.opacity)
        left, bottom, right, top = self._axes.inner(self.box)
        zero = float(self.place(np.zeros(1), np.zeros(1))[0, 1])
        brush.line(np.array([[left, zero], [right, zero]]), self.theme.muted, 0.02, self.axes * self.opacity)
        self._draw_truths(brush, left, right)
        brush.context.save()
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        order = sorted(range(self.weights.shape[1]), key=lambda node: node == self.strong)
        drawn = {node: self._draw_line(brush, node) for node in order}
        ends = [drawn[node] for node in sorted(drawn)]
        self._draw_turn(brush, bottom, top)
        brush.context.restore()
        self._draw_numbers(brush, np.array(ends), zero)

    def _draw_line(self, brush: Brush, node: int) -> np.ndarray:
        """Each stretch of one sign in its hue; gives the end."""
        line = self.line(node)
        line = line[np.isfinite(line).all(axis=1)]
        at = np.clip(self.place(line[:, 0], line[:, 1]), -1e4, 1e4)  # Cairo counts no farther
        cuts = np.flatnonzero(line[1:-1, 1] == 0) + 1
        for start, end in zip([0, *cuts], [*cuts, len(line) - 1], strict=True):
            middle = float(line[start : end + 1, 1].sum())
            brush.line(at[start : end + 1], *self._look_of(node, middle), self.lines * self.opacity)
        return at[-1]

    def _look_of(self, node: int, middle: float) -> tuple[str, float]:
        """Hue and width of a stretch of a line around this weight."""
        if self.strong is None:
            return hue(self.theme, middle), 0.06
        return (self.theme.estimate, 0.07) if node == self.strong else (self.theme.muted, 0.035)

    def _draw_turn(self, brush: Brush, bottom: float, top: float) -> None:
        if self.turn is None:
            return
        x, zero = self.place(np.array([self.turn]), np.zeros(1))[0]
        brush.line(np.array([[x, bottom], [x, top]]), self.theme.text, 0.03, self.mark * self.opacity, (0.1, 0.1))
        brush.ring(np.array([x, zero]), 0.13, self.theme.text, 0.035, self.mark * self.opacity)

    def _draw_truths(self, brush: Brush, left: float, right: float) -> None:
        """Dashed lines at the true values; their numbers beside them, where these are apart."""
        levels = self.place(np.zeros(len(self.truths)), np.array(self.truths))[:, 1]
        apart = np.diff(np.sort(levels)).min(initial=np.inf) >= APART
        for level, number in zip(levels, self._true, strict=True):
            line = np.array([[left, level], [left + self.truth * (right - left), level]])
            brush.line(line, self.theme.truth, 0.035, self.opacity * (self.truth > 0), dash=(0.16, 0.14))
            number.put(brush, right + 0.12, level, self.truth * self.opacity * apart, anchor=0.0)
        if self._truth_name is not None and self.truths:
            end, top = float(self.frame[2]), self._axes.inner(self.box)[3]
            self._truth_name.put(brush, end, float(top) + 0.2, self.truth * self.opacity, anchor=1.0)

    def _draw_numbers(self, brush: Brush, ends: np.ndarray, zero: float) -> None:
        """Beside the lines' ends, away from zero, where they are apart; at the edge, with an arrow, of lines beyond."""
        _, bottom, right, top = self._axes.inner(self.box)
        rise = 0.0 if self.strong is not None else RISE
        away = rise * (self._sides if len(self._sides) else np.where(ends[:, 1] >= zero, 1.0, -1.0))
        levels = np.clip(ends[:, 1] + away, bottom + RISE, top - RISE)
        if self.labelled:
            levels = spread(levels, np.full(len(levels), APART), bottom, top)
        elif len(levels) > 1 and np.diff(np.sort(levels)).min() < APART:
            return
        shown = self.lines * self.opacity
        for node, (end, level) in enumerate(zip(ends, levels, strict=True)):
            x = right + 0.22 if self.strong is not None else min(float(end[0]) + 0.28, right - 0.12)
            self._numbers[node].put(brush, x, float(level), shown, halo=self.theme.background)
            if not bottom <= end[1] <= top:
                self._draw_beyond(brush, x - 0.22, float(level), np.sign(end[1] - bottom), shown)

    def _draw_beyond(self, brush: Brush, x: float, y: float, sign: float, opacity: float) -> None:
        """An arrow upwards or downwards: the line goes on there."""
        half = np.array([0.0, 0.13 * sign])
        place = np.array([x, y])
        brush.arrow(place - half, place + half, self.theme.text, 0.03, self.theme.background, opacity)
