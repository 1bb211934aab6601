"""Pieces fly out of their small plots into the data plot and pile up: what they add up to is ŷ."""

from collections.abc import Sequence

import numpy as np

from scenes.drawing import Brush, Drawing
from scenes.look import Look
from scenes.panels.data_plot import DataPlot
from scenes.panels.node_pieces import WEIGHTED, NodePieces, U

ARRIVE = 0.5
"""Share of a piece's way after which it lies in the data plot on its own; then it climbs onto the sum so far."""


class Assembly(Drawing):
    """The sum of weighted pieces, built one piece after the other, drawn over a data plot.

    Args:
        pieces: where they come from; plot: where they go.
        order: of the nodes.

    Attributes that a film moves:
        joined: how many have joined, 0 … H; between whole numbers one is on its way.
        bands: opacity of what each piece has added, 0 … 1. total: of the sum's line.
        bends: opacity of the marks where the sum bends, 0 … 1.
    """

    def __init__(self, look: Look, pieces: NodePieces, plot: DataPlot, order: Sequence[int]) -> None:
        super().__init__((pieces.frame[0], *plot.frame[1:]))
        self.theme, self.pieces, self.plot, self.order = look.theme, pieces, plot, tuple(order)
        self.joined = 0.0
        self.bands = self.total = 1.0
        self.bends = 0.0

    def sums(self) -> np.ndarray:
        """Zero, and the sums of the first one, two … H pieces in this order: (H + 1, N)."""
        parts = self.pieces.now()[WEIGHTED][:, list(self.order)].T
        return np.vstack([np.zeros(parts.shape[1]), np.cumsum(parts, axis=0)])

    def flying(self) -> np.ndarray | None:
        """Scene coordinates (N, 2) of the piece that is on its way, or None."""
        done, share = int(self.joined), self.joined % 1
        if share == 0:
            return None
        x, sums = self.pieces.pieces.x, self.sums()
        alone, home = sums[done + 1] - sums[done], self.pieces.curve(WEIGHTED, self.order[done])
        first, second = min(share / ARRIVE, 1.0), max(share - ARRIVE, 0.0) / (1 - ARRIVE)
        there = self.plot.place(x, alone + second * sums[done])
        return np.asarray(home + first * (there - home))

    def bend_places(self) -> np.ndarray:
        """Where some node's u crosses zero: x (n,), each once."""
        u, x = self.pieces.now()[U], self.pieces.pieces.x
        at, node = np.nonzero(np.signbit(u[1:]) != np.signbit(u[:-1]))
        low, high = u[at, node], u[at + 1, node]
        crossing = x[at] + (x[at + 1] - x[at]) * low / np.where(low == high, 1.0, low - high)
        return np.unique(np.round(crossing, 6))

    def draw(self, brush: Brush) -> None:
        """Draw the present state."""
        x, sums, done = self.pieces.pieces.x, self.sums(), int(self.joined)
        if not np.isfinite(sums).all():
            return
        brush.context.save()
        left, bottom, right, top = self.plot.inner()
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        for k in range(done):
            self._draw_band(brush, x, sums[k], sums[k + 1], self.pieces.hue_of(WEIGHTED, self.order[k]))
        if done:
            brush.line(_near(self.plot.place(x, sums[done])), self.theme.estimate, 0.07, self.total * self.opacity)
        brush.context.restore()
        flying = self.flying()
        if flying is not None:
            self._draw_flying(brush, flying, self.pieces.hue_of(WEIGHTED, self.order[done]))
        self._draw_bends(brush, x, sums[-1])

    def _draw_flying(self, brush: Brush, line: np.ndarray, color: str) -> None:
        """A piece on its way, within the frame from the first small plot to the end of the data plot."""
        left, (_, bottom, right, top) = self.pieces.frame[0], self.plot.frame
        brush.context.save()
        brush.context.rectangle(left, bottom, right - left, top - bottom)
        brush.context.clip()
        brush.line(_near(line), color, 0.06, self.opacity)
        brush.context.restore()

    def _draw_band(self, brush: Brush, x: np.ndarray, low: np.ndarray, high: np.ndarray, color: str) -> None:
        """Between the sum before a piece and after it."""
        outline = _near(np.vstack([self.plot.place(x, low), self.plot.place(x, high)[::-1]]))
        brush.polygon(outline, color, 0.22 * self.bands * self.opacity)

    def _draw_bends(self, brush: Brush, x: np.ndarray, total: np.ndarray) -> None:
        if self.bends <= 0:
            return
        for place in self.bend_places():
            at = self.plot.place(np.array([place]), np.interp([place], x, total))[0]
            brush.ring(at, 0.19, self.theme.text, 0.04, self.bends * self.opacity)


def _near(points: np.ndarray) -> np.ndarray:
    """Points so far off that Cairo cannot count there, brought to where they are merely out of sight."""
    return np.clip(points, -1e4, 1e4)
