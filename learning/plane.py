"""Planes through the parameters of a run: where it moved most, or any two directions. float64, no torch.

A run of P parameters moves in P dimensions, and a picture has two for them. A plane is a point of the P dimensions and
two directions at right angles to each other, each of length 1; what a run does beyond it, the picture does not show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import prod

import numpy as np
import numpy.typing as npt

from learning.errors import InputError

Float64 = npt.NDArray[np.float64]
Shape = tuple[int, ...]

NOTHING = 1e-12
"""A path has not moved in a direction in which it moved by at most this share of where it moved most."""

PARALLEL = 1 - 1e-6
"""Two directions are one and the same from this cosine between them on."""

TRIES = 100
"""So many times two random directions are drawn until they are two."""

_INDEXED = re.compile(r"(?P<stem>.*)\[(?P<index>\d+(?:,\d+)*)\]")


@dataclass(frozen=True, eq=False)
class Plane:
    """A plane in the space of P parameters.

    Attributes:
        origin: (P,) a point of it.
        axes: (2, P) its directions, orthonormal.

    Raises:
        InputError: The shapes do not belong together, or the axes are not orthonormal.
    """

    origin: Float64
    axes: Float64

    def __post_init__(self) -> None:
        for name in ("origin", "axes"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        if self.origin.ndim != 1 or self.axes.shape != (2, self.origin.size):
            raise InputError(
                f"a plane with origin {self.origin.shape} and axes {self.axes.shape}: (P,) and (2, P) belong together"
            )
        if not np.allclose(self.axes @ self.axes.T, np.eye(2), rtol=0, atol=1e-6):
            raise InputError("the axes of a plane must be orthonormal: divide each by its length, at right angles")

    def coordinates(self, params: npt.ArrayLike) -> Float64:
        """Return where the foot of each of the parameters (…, P) lies along both axes, (…, 2), in their units."""
        away = np.asarray(params, dtype=np.float64) - self.origin
        with np.errstate(invalid="ignore", over="ignore"):  # of a run that diverges
            along: Float64 = np.stack([np.sum(away * axis, axis=-1) for axis in self.axes], axis=-1)
        return along

    def points(self, coordinates: npt.ArrayLike) -> Float64:
        """Return the parameters (…, P) at these coordinates, (…, 2)."""
        along = np.asarray(coordinates, dtype=np.float64)
        there: Float64 = self.origin + along[..., :1] * self.axes[0] + along[..., 1:] * self.axes[1]
        return there

    def residual(self, params: npt.ArrayLike) -> Float64:
        """Return how far each of the parameters (…, P) lies from the plane, (…), in their units."""
        there = np.asarray(params, dtype=np.float64)
        with np.errstate(invalid="ignore", over="ignore"):
            away: Float64 = np.linalg.norm(there - self.points(self.coordinates(there)), axis=-1)
        return away

    def share(self, params: npt.ArrayLike) -> float:
        """Return the share, 0 … 1, of a path's squared movement that happens along the plane; 0 if nothing moves.

        Movement is the distance of each state from the mean of all of them, as it is for :func:`shares`.

        Args:
            params: (T, P), states that are not finite left out.
        """
        moved = _movement(_finite(params))
        whole = float(np.sum(moved**2))
        within = sum(float(np.sum(np.sum(moved * axis, axis=1) ** 2)) for axis in self.axes)
        return min(within / whole, 1.0) if whole > 0 else 0.0


def principal(params: npt.ArrayLike) -> Plane:
    """Return the plane in which a path moved most: its first two principal components, through its last state.

    Each axis points so that the state that is farthest along it from the last one lies on its positive side; where
    nothing moves along an axis, so that its largest entry is positive. A path that moves in one direction only, or in
    none, gets what is missing from the parameters that have least to do with the others, the first of them.

    Args:
        params: (T, P), states that are not finite left out.

    Raises:
        InputError: There are fewer than two parameters, or no state is finite.
    """
    states = _finite(params)
    _, sizes, directions = _components(states)
    found = [axis for axis, size in zip(directions[:2], sizes[:2], strict=True) if size > NOTHING * sizes[0]]
    while len(found) < 2:
        found.append(_missing(np.array(found).reshape(-1, states.shape[1])))
    away = states - states[-1]
    return Plane(states[-1], np.stack([_pointed(axis, away) for axis in found]))


def shares(params: npt.ArrayLike) -> Float64:
    """Return the share of a path's squared movement along each principal component, from the largest down.

    There are as many as parameters or states, whichever are fewer; together they are 1, or 0 if nothing moves.

    Args:
        params: (T, P), states that are not finite left out.

    Raises:
        InputError: There are fewer than two parameters, or no state is finite.
    """
    squares: Float64 = _components(_finite(params))[1] ** 2
    whole = float(squares.sum())
    return squares / whole if whole > 0 else squares


def random(params: npt.ArrayLike, shapes: Sequence[Shape], seed: int) -> Plane:
    """Return a plane of two random directions through the last state of a path, normalised filter by filter.

    After Li et al., Visualizing the Loss Landscape of Neural Nets (2018): each direction is drawn from a normal
    distribution, and its part for each filter, a row of a weight matrix, then has the length that the filter has. So
    no layer is moved out of proportion to its weights. Each entry of a bias is a filter of its own. Where the weights
    leave no two directions, as where nearly all are zero, these are drawn without regard to filters.

    Args:
        params: (T, P), states that are not finite left out.
        shapes: Of the tensors that the P parameters are the entries of, one after the other.
        seed: Of the directions.

    Raises:
        InputError: There are fewer than two parameters, no state is finite, or the shapes do not add up to P.
    """
    last = _finite(params)[-1]
    filters, generator = _filters(shapes, len(last)), np.random.default_rng(seed)
    for attempt in range(TRIES + 1):
        first, second = generator.standard_normal((2, len(last)))
        if attempt < TRIES:
            first, second = (_as_long(direction, last, filters) for direction in (first, second))
        axis = _unit(first)
        if abs(float(np.sum(axis * _unit(second)))) < PARALLEL and axis.any() and second.any():
            break
    other = _unit(second) - np.sum(axis * _unit(second)) * axis
    return Plane(last, np.stack([axis, _unit(other)]))


def shapes_of(names: Sequence[str]) -> tuple[Shape, ...]:
    """Return the shapes of the tensors that parameters are the entries of, read from their names.

    ``layer1.weight[0,0]``, ``layer1.weight[1,0]``, ``bias[0]``, ``w0`` are a (2, 1), a (1,) and a single number, ().
    Names that do not say so are taken as single numbers.
    """
    shapes: list[Shape] = []
    for _, group in groupby(names, key=lambda name: name.split("[")[0]):
        entries = list(group)
        matched = _INDEXED.fullmatch(entries[-1])
        shape = tuple(int(index) + 1 for index in matched["index"].split(",")) if matched else ()
        shapes += [shape] if prod(shape) == len(entries) else [()] * len(entries)
    return tuple(shapes)


def _finite(params: npt.ArrayLike) -> Float64:
    """Return the states whose parameters are all finite, (T', P)."""
    states = np.asarray(params, dtype=np.float64)
    if states.ndim != 2 or states.shape[1] < 2:
        raise InputError(f"params {states.shape}: a plane needs states (T, P) of at least two parameters")
    finite = states[np.isfinite(states).all(axis=1)]
    if not len(finite):
        raise InputError("no state of this path is finite; train it with a smaller learning rate or start")
    return finite


def _movement(states: Float64) -> Float64:
    """Return the states (T, P) less their mean, divided by the largest of all: squares of it are never too large."""
    largest = float(np.abs(states).max())
    near = states / largest if largest > 0 else states
    moved: Float64 = near - near.mean(axis=0)
    still = bool((states == states[0]).all())  # where the mean's rounding would be all there is
    return np.zeros_like(moved) if still else moved


def _components(states: Float64) -> tuple[Float64, Float64, Float64]:
    """Return the singular value decomposition of a path's movement: (T, K), (K,) from the largest down, (K, P)."""
    return np.linalg.svd(_movement(states), full_matrices=False)


def _missing(found: Float64) -> Float64:
    """Return a direction, (P,), at right angles to those found, (F, P): from the entry that has least part in them."""
    axis = np.zeros(found.shape[1])
    axis[int(np.argmin(np.sum(found**2, axis=0)))] = 1.0
    for other in found:
        axis = axis - np.sum(axis * other) * other
    return _unit(axis)


def _pointed(axis: Float64, away: Float64) -> Float64:
    """Return the axis, (P,), or its opposite, such that the state farthest along it, of (T, P), is ahead."""
    along = np.sum(away * axis, axis=1)
    farthest = float(along[np.argmax(np.abs(along))])
    decides = farthest if abs(farthest) > NOTHING * float(np.abs(away).max()) else float(axis[np.argmax(np.abs(axis))])
    return -axis if decides < 0 else axis


def _filters(shapes: Sequence[Shape], parameters: int) -> npt.NDArray[np.int64]:
    """Return for each of the P parameters the number of its filter, (P,)."""
    counts = [np.full(shape[0], prod(shape[1:])) if len(shape) > 1 else np.ones(prod(shape), int) for shape in shapes]
    sizes = np.concatenate([*counts, np.zeros(0, int)])
    if int(sizes.sum()) != parameters:
        raise InputError(f"shapes {list(shapes)}: they hold {int(sizes.sum())} parameters, the path {parameters}")
    return np.repeat(np.arange(len(sizes)), sizes)


def _as_long(direction: Float64, weights: Float64, filters: npt.NDArray[np.int64]) -> Float64:
    """Return the direction, (P,), each filter's part as long as the filter's weights, (P,), are."""
    own, asked = (np.sqrt(np.bincount(filters, weights=values**2)) for values in (direction, weights))
    scale: Float64 = (asked / np.maximum(own, np.finfo(np.float64).tiny))[filters]
    return direction * scale


def _unit(direction: Float64) -> Float64:
    """Return the direction with length 1; zero stays zero."""
    length = float(np.linalg.norm(direction))
    return direction / length if length > 0 else direction
