"""How far a run has come: how long it rests where it began, and when it arrives. No torch."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from learning.errors import InputError
from learning.history import Array, History


def resting(history: History, distance: float) -> Array:
    """Return for each row, (T,), for how many epochs the run has stayed near its start; 0 once it has left.

    They are as the history counts them: whole, or with fractions where states between updates are recorded.

    It has left from the first row on whose weights are farther than `distance` from the first ones, or not finite,
    even if it comes back.

    Args:
        history: The run.
        distance: Euclidean distance of the weights, (P,), that still counts as near.

    Raises:
        InputError: The distance is negative, or not a number.
    """
    if not distance >= 0:
        raise InputError(f"distance = {distance}: must be 0 or more; choose another")
    params = history.params.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # a run that diverges
        near = np.linalg.norm(params - params[0], axis=1) <= distance  # (T,) nan is not near
    stayed = np.logical_and.accumulate(near)
    return np.where(stayed, history.epoch - history.epoch[0], 0)


def arrives(history: History, minimum_loss: float, share: float = 0.05) -> int | None:
    """Return the first epoch from which to the end the loss is all but down; None if it never is.

    It is a recorded one; where states between updates are recorded, the next whole one. All but down is at most
    `share` of the way, first loss - `minimum_loss`, above `minimum_loss`.

    Raises:
        InputError: The share is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise InputError(f"share = {share}: must be from 0 to 1; the default is 0.05")
    loss = history.loss.astype(np.float64)
    return from_then_on(history, loss <= minimum_loss + share * (loss[0] - minimum_loss))


def from_then_on(history: History, true: npt.NDArray[np.bool_]) -> int | None:
    """Return the first epoch from which to the end `true`, (T,), holds; None if it does not at the end.

    It is a recorded one; where states between updates are recorded, the next whole one.
    """
    row = row_from_then_on(true)
    return None if row is None else math.ceil(history.epoch[row])


def row_from_then_on(true: npt.NDArray[np.bool_]) -> int | None:
    """Return the first row from which to the end `true`, (T,), holds; None if it does not at the end."""
    if not true[-1]:
        return None
    false = np.flatnonzero(~true)
    return int(false[-1]) + 1 if len(false) else 0
