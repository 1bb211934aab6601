"""What a hill hides: points of a height field that the viewer cannot see because upper faces stand before them."""

import numpy as np

from scenes.panels.view import View

STRIDE = 0.04
"""Model units over the floor from one sample of a line of sight to the next."""
CLEAR = 0.012
"""A line of sight may dip so far below the surface, in model units, before it counts as blocked."""


HAIR = 1e-3
"""A bend downwards of this share of the sharpest bend is none."""


def hidden(points: np.ndarray, view: View, heights: np.ndarray, ceiling: float) -> np.ndarray:
    """Which model points (n, 3) lie behind upper faces of the surface, (n,).

    A line of sight that enters the surface from below and comes out of its upper side is blocked. One that only
    passes a near wall is not: such walls are drawn as glass.

    Args:
        points: on the surface or above it; those that are no number are not hidden.
        view: from where.
        heights: (M, K) of the surface over the square [-1, 1] x [-1, 1]; above the ceiling there is none.
        ceiling: where the surface is cut.
    """
    tilt = np.radians(view.elevation)
    across = np.cos(tilt)
    if across < 1e-3 or not len(points):
        return np.zeros(len(points), bool)
    towards = -across * view.away + np.sin(tilt) * np.array([0.0, 0.0, 1.0])
    reach = min(2 * np.sqrt(2.0) / across, ceiling / np.sin(tilt))
    steps = np.arange(1, max(2, int(reach * across / STRIDE) + 1)) * STRIDE / across  # (S,)
    way = points[:, None, :] + steps[:, None] * towards  # (n, S, 3)
    over = way[..., 2] - height_at(way[..., :2], heights, ceiling)  # nan where there is no surface
    entered = np.logical_or.accumulate(over < -CLEAR, axis=1)
    return np.asarray((entered & (over >= 0)).any(axis=1))


def can_hide(heights: np.ndarray) -> bool:
    """Whether a surface, (M, K), has hills at all: a convex one never blocks a line of sight that starts on it.

    Convex where the matrix of second differences is positive semidefinite everywhere, but for a hair.
    """
    first = np.diff(heights, 2, axis=0)[:, 1:-1]
    second = np.diff(heights, 2, axis=1)[1:-1]
    mixed = (heights[2:, 2:] - heights[2:, :-2] - heights[:-2, 2:] + heights[:-2, :-2]) / 4
    hair = HAIR * float(np.abs(np.concatenate([first.ravel(), second.ravel(), [1e-12]])).max())
    bends_up = (first >= -hair) & (second >= -hair) & ((first + hair) * (second + hair) >= mixed**2)
    return not bool(bends_up.all())


def height_at(places: np.ndarray, heights: np.ndarray, ceiling: float) -> np.ndarray:
    """Height of the surface at places (..., 2), between its points bilinearly; nan where it is cut or ends."""
    size = np.array(heights.shape) - 1
    at = (np.nan_to_num(places, nan=9.0) + 1) / 2 * size
    inside = ((at >= 0) & (at <= size)).all(axis=-1)
    cell = np.clip(at.astype(int), 0, size - 1)
    share = np.clip(at - cell, 0, 1)
    i, j, u, v = cell[..., 0], cell[..., 1], share[..., 0], share[..., 1]
    near = (1 - v) * heights[i, j] + v * heights[i, j + 1]
    far = (1 - v) * heights[i + 1, j] + v * heights[i + 1, j + 1]
    height = (1 - u) * near + u * far
    return np.where(inside & (height <= ceiling), height, np.nan)
