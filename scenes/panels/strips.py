"""The grey veil over what is not active: strips of x."""

import numpy as np

VEIL = 0.22
"""Its opacity."""


def strips(x: np.ndarray, mask: np.ndarray) -> list[tuple[float, float]]:
    """From where to where a mask (N,) over ascending x (N,) is true: to half way to the next point, or to infinity."""
    edges = np.concatenate([[-np.inf], (x[1:] + x[:-1]) / 2, [np.inf]])
    change = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(float(edges[start]), float(edges[end])) for start, end in change.reshape(-1, 2)]
