"""Rows of things one above the other, as the nodes of a layer are: so that panels side by side line up."""

import numpy as np

PITCH = 1.9
"""Rows are no farther apart than this, in scene units."""


def pitch(frame: np.ndarray, count: int, most: float = PITCH) -> float:
    """From one row to the next."""
    return float(min(most, (frame[3] - frame[1]) / max(count, 1)))


def centres(frame: np.ndarray, count: int, most: float = PITCH) -> np.ndarray:
    """Heights of the rows' middles, (count,), the first at the top, all around the middle of the frame."""
    middle = (frame[1] + frame[3]) / 2
    return np.asarray(middle + pitch(frame, count, most) * ((count - 1) / 2 - np.arange(count)))
