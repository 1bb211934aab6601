"""Rows of a recorded run: which one an epoch shows, and what lies between two of them."""

from itertools import pairwise

import numpy as np

MOST = 3000
"""A curve of more points than this would be drawn slowly and look the same."""

ARRIVED = 0.05
"""Share of a step before its end at which the eye takes it for done."""


def reached(epochs: np.ndarray, epoch: float) -> int:
    """The row whose numbers a (fractional) epoch shows: the last one reached, or reached but for a hair."""
    return max(0, int(np.searchsorted(epochs, epoch + ARRIVED, side="right")) - 1)


def between(epochs: np.ndarray, epoch: float) -> tuple[int, int, float]:
    """The rows before and after a (fractional) epoch, and how far it is from one to the other, 0 … 1."""
    row = int(np.clip(np.searchsorted(epochs, epoch, side="right") - 1, 0, len(epochs) - 1))
    after = min(row + 1, len(epochs) - 1)
    span = epochs[after] - epochs[row]
    return row, after, float((epoch - epochs[row]) / span) if span and epoch > epochs[row] else 0.0


def blend(epochs: np.ndarray, values: np.ndarray, epoch: float) -> np.ndarray:
    """Values (T, …) at a (fractional) epoch, (…): those recorded, a straight blend between two of them."""
    row, after, share = between(epochs, epoch)
    here: np.ndarray = values[row]
    return here if share <= 0 else np.asarray((1 - share) * here + share * values[after])


def thinned(values: np.ndarray, most: int = MOST) -> np.ndarray:
    """Indices, ascending, of the values (T,) that a curve needs, the first and the last among them.

    Where there are very many: of each stretch of neighbours the least and the largest, so that no peak is lost.
    """
    if len(values) <= most:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), most // 2 + 1).astype(int)
    comparable = np.nan_to_num(np.asarray(values, float))
    extremes = [
        start + pick(comparable[start:end]) for start, end in pairwise(edges) for pick in (np.argmin, np.argmax)
    ]
    return np.unique([0, *extremes, len(values) - 1])
