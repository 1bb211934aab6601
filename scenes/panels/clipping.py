"""What of a path lies within a rectangle; for paths that go farther than a picture can hold."""

import numpy as np

FAR = 1e7
"""A part whose both ends lie so many scene units away is not drawn: rounding would decide where it crosses."""


def inside(points: np.ndarray, rectangle: np.ndarray) -> np.ndarray:
    """Which points (n, 2) lie within a rectangle, (n,); what is no number does not."""
    return np.asarray(((points >= rectangle[:2] - 1e-6) & (points <= rectangle[2:] + 1e-6)).all(axis=1))


def clipped(points: np.ndarray, rectangle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The straight parts (m, 2, 2) of a polyline (n, 2) within a rectangle (Liang and Barsky, 1984).

    Also which of them, (m,), begin or end in it, and do not only cross it. They are cut here, not by Cairo, whose
    coordinates end long before those of a run that diverges.
    """
    finite = points[np.isfinite(points).all(axis=1)]
    return clipped_parts(np.stack([finite[:-1], finite[1:]], axis=1), rectangle)


def clipped_parts(ends: np.ndarray, rectangle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same of straight parts (n, 2, 2) that need not hang together; their ends are finite."""
    start, end = ends[:, 0], ends[:, 1]
    far = np.abs(ends).max(axis=2)  # (n, 2)
    turned = (far[:, 0] > far[:, 1])[:, None]  # each part is measured from its nearer end, or little were left of it
    start, end = np.where(turned, end, start), np.where(turned, start, end)
    low, high = _within(start, end - start, rectangle)
    met = (low <= high) & (far.min(axis=1, initial=np.inf) < FAR)
    kept = start[met, None] + np.stack([low, high], axis=1)[met, :, None] * (end - start)[met, None]
    kept = np.where(turned[met, None], kept[:, ::-1], kept)
    return np.asarray(kept), np.asarray((low[met] == 0) | (high[met] == 1))


def _within(start: np.ndarray, way: np.ndarray, rectangle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shares (n,) of straight parts from which to which each lies in the rectangle; empty where low > high."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        borders = np.stack([rectangle[:2] - start, rectangle[2:] - start]) / way  # (2, n, 2)
    inside_strip = (start >= rectangle[:2]) & (start <= rectangle[2:])
    near = np.where(way == 0, np.where(inside_strip, -np.inf, np.inf), borders.min(axis=0))
    far = np.where(way == 0, np.inf, borders.max(axis=0))
    return np.maximum(near.max(axis=1), 0), np.minimum(far.min(axis=1), 1)
