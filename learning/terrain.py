"""The loss on the plane of a recorded path, computed by the net that was recorded, for nobody else has it."""

from __future__ import annotations

from typing import Any

import numpy as np

from learning.history import Array, History
from learning.plane import Plane, principal
from learning.probe import QUICK, Buffers, Probe, Weights, quickest

SIZES = (65, 53, 41)
"""Points along each axis: the first that can be computed in time."""

SECONDS = 3.0
"""That it may take."""

MARGIN = 0.25
"""By this share of its length, on both sides, the plane is longer than the path."""

NARROW = 0.3
"""The shorter axis is at least this share of the longer."""

CALM = 10.0
"""States whose loss is above so many times the first are left out: a run that runs away would be all there is."""

_STATES = 1000  # from so many the plane is found


def surface(probe: Probe, history: History, buffers: Buffers) -> tuple[dict[str, Array], str]:
    """Return the extras ``plane_*`` of a history, or none and why; only within :meth:`Probe.quiet`.

    Args:
        probe: Of the net.
        history: Of T states, P parameters.
        buffers: What else the net is made of, the same all over the plane.
    """
    states = _calm(history)  # (T', P)
    if states.shape[1] < 2:
        return {}, "no loss on a plane: the net has one parameter only"
    if not len(states):
        return {}, "no loss on a plane: no state is finite"
    ground = _Ground(probe, principal(_some(states)), history.params.dtype, buffers)
    size = next((size for size in SIZES if size**2 * ground.seconds <= SECONDS), None)
    if size is None:
        return {}, f"no loss on a plane: it would take {SIZES[-1] ** 2 * ground.seconds:,.0f} s"
    at = _range(ground.plane.coordinates(states), size)
    loss = ground.losses(at).astype(history.loss.dtype)
    return {
        "plane_origin": ground.plane.origin,
        "plane_axes": ground.plane.axes,
        "plane_at": at,
        "plane_loss": loss,
    }, ""


class _Ground:
    """A plane and the loss on it.

    Attributes:
        seconds: That one point takes.
    """

    def __init__(self, probe: Probe, plane: Plane, dtype: np.dtype[Any], buffers: Buffers) -> None:
        self.plane, self._probe, self._dtype, self._buffers = plane, probe, dtype, buffers
        self._block, origin = 1, self._weights(np.zeros((1, 2)))
        self.seconds, one = quickest(lambda: self._losses(origin))
        block = probe.block(self.seconds)
        if self.seconds < QUICK and self._works_at_once(origin[0], one[0]):
            self._block = block
            together, _ = quickest(lambda: self._losses(origin * block), runs=1)
            self.seconds = together / block

    def _works_at_once(self, origin: Weights, loss: float) -> bool:
        """Say whether the losses at several weights in one go are those that there are alone."""
        far = self._weights(np.ones((1, 2)))[0]
        try:
            together = self._probe.losses_at_all([origin, far])
        except Exception:  # whatever torch.func cannot do
            return False
        return np.allclose(together, [loss, self._probe.loss_at(far)], rtol=1e-3, equal_nan=True)

    def _weights(self, coordinates: Array) -> list[Weights]:
        """Return the weights at coordinates (B, 2)."""
        return [Weights(values, self._buffers) for values in self.plane.points(coordinates).astype(self._dtype)]

    def _losses(self, states: list[Weights]) -> Array:
        if self._block == 1:
            return np.array([self._probe.loss_at(state) for state in states])
        return self._probe.losses_at_all(states)

    def losses(self, at: Array) -> Array:
        """Return the loss at each pair of coordinates along the axes, (2, M), as (M, M)."""
        grid = np.stack(np.meshgrid(*at, indexing="ij"), axis=-1)  # (M, M, 2)
        places = grid.reshape(-1, 2)
        blocks = (places[begin : begin + self._block] for begin in range(0, len(places), self._block))
        return np.concatenate([self._losses(self._weights(block)) for block in blocks]).reshape(grid.shape[:2])


def _calm(history: History) -> Array:
    """Return the parameters, (T', P), of the states whose loss is finite and not far above the first."""
    loss, finite = history.loss.astype(np.float64), np.isfinite(history.params).all(axis=1)
    with np.errstate(invalid="ignore"):
        states: Array = history.params[finite & (loss <= CALM * loss[0])]
    return states.astype(np.float64)


def _some(states: Array) -> Array:
    """Return at most so many states at equal distances, the last of all among them."""
    step = -(-len(states) // _STATES)
    return states[(len(states) - 1) % step :: step]


def _range(path: Array, size: int) -> Array:
    """Return coordinates, (2, size), that cover a path of (T, 2) with a margin."""
    low, high = path.min(axis=0), path.max(axis=0)  # (2,)
    widest = float((high - low).max()) or 1.0
    half = np.maximum((high - low) * (0.5 + MARGIN), widest * NARROW * (0.5 + MARGIN))
    return np.linspace((low + high) / 2 - half, (low + high) / 2 + half, size, axis=1)
