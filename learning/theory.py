"""What a linear model fitted by squares is known to do: minimum, Hessian, critical learning rate, gradients. float64.

Throughout X is the features, (N, D), one row a point; for a line X = [1 x], (N, 2), as :func:`design` makes it. The
loss of weights w, (D,), is (y - Xw)ᵀ(y - Xw) for "sse", the same divided by N for "mse".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Loss = Literal["sse", "mse"]

STEEPNESS = 200.0
"""Of the notes' own activation, sigmoid(200 u)."""


def sigmoid(u: npt.ArrayLike) -> Float64:
    """Return 1 / (1 + exp(-u)), of any shape, without overflow at any u."""
    with np.errstate(over="ignore"):  # where exp(-u) is too large for float64 the result is 0, as it should be
        rising: Float64 = 1 / (1 + np.exp(-np.asarray(u, dtype=np.float64)))
    return rising


def design(x: npt.ArrayLike) -> Float64:
    """Return X = [1 x], (N, 2), for x (N,)."""
    column = np.asarray(x, dtype=np.float64)
    return np.stack([np.ones_like(column), column], axis=1)


def least_squares(x: npt.ArrayLike, y: npt.ArrayLike) -> Float64:
    """Return the weights (w0, w1), (2,), of least loss; of several (x constant), the shortest."""
    return best_weights(design(x), y)


def best_weights(features: npt.ArrayLike, y: npt.ArrayLike) -> Float64:
    """Return the weights, (D,), of least loss for any features X, (N, D); of several, the shortest."""
    columns, observed = np.asarray(features, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return np.linalg.lstsq(columns, observed, rcond=None)[0].astype(np.float64)


def best_line(x: npt.ArrayLike, y: npt.ArrayLike) -> Float64:
    """Return what the straight line of least loss says at the points x, (N,)."""
    line: Float64 = design(x) @ least_squares(x, y)
    return line


def loss_of(features: npt.ArrayLike, y: npt.ArrayLike, w: npt.ArrayLike, loss: Loss = "sse") -> Float64:
    """Return the loss (y - Xw)ᵀ(y - Xw) at each of M weights, (M, D), divided by N for "mse": (M,)."""
    columns, weights = np.asarray(features, dtype=np.float64), np.asarray(w, dtype=np.float64)
    yhat = np.sum(weights[:, None, :] * columns, axis=2)  # (M, N); not by BLAS, whose last bits depend on its threads
    residuals: Float64 = np.asarray(y, dtype=np.float64) - yhat
    squares: Float64 = np.sum(residuals**2, axis=1)
    return squares / _share(loss, len(columns))


def hessian(features: npt.ArrayLike, loss: Loss = "sse") -> Float64:
    """Return the Hessian 2XᵀX, (D, D), of features X, (N, D), divided by N for "mse"; it is the same at all weights."""
    columns = np.asarray(features, dtype=np.float64)
    return 2 * columns.T @ columns / _share(loss, len(columns))


def critical_lr(features: npt.ArrayLike, loss: Loss = "sse") -> float:
    """Return 2/λmax of the Hessian: the learning rate beyond which gradient descent diverges."""
    return 2 / _top(features, loss)


def factor(lr: float, features: npt.ArrayLike, loss: Loss = "sse") -> float:
    """Return 1 - α λmax: by this a step multiplies the distance from the minimum along :func:`top_direction`.

    A step is w - α∇loss(w), and ∇loss(w) = H(w - ŵ) where H is the Hessian and ŵ the minimum; so w - ŵ becomes
    (I - αH)(w - ŵ). Below 0 a run jumps from side to side, below -1 (beyond the critical rate) farther each time.
    """
    return 1 - lr * _top(features, loss)


def top_direction(features: npt.ArrayLike) -> Float64:
    """Return the direction of greatest curvature, (D,): the unit eigenvector of λmax, its largest entry positive."""
    vector: Float64 = np.linalg.eigh(hessian(features))[1][:, -1].astype(np.float64)
    return -vector if vector[np.argmax(np.abs(vector))] < 0 else vector


def gradient(x: npt.ArrayLike, y: npt.ArrayLike, w: npt.ArrayLike, loss: Loss = "sse") -> Float64:
    """Return the gradient at w, (2,), by the formula -2Xᵀy + 2XᵀXw, divided by N for "mse"."""
    features, observed = design(x), np.asarray(y, dtype=np.float64)
    weights = np.asarray(w, dtype=np.float64)
    return (-2 * features.T @ observed + 2 * features.T @ features @ weights) / _share(loss, len(features))


def finite_difference(f: Callable[[Float64], Any], w: npt.ArrayLike, h: float) -> Float64:
    """Return the gradient of f at w, (P,), by forward differences (f(w + h eᵢ) - f(w)) / h.

    The subtraction happens in the precision in which f answers: with float32, a very small h drifts off.

    Args:
        f: The loss at weights (P,), as a number.
        w: The weights, (P,).
        h: The step, in units of the weights.
    """
    weights = np.asarray(w, dtype=np.float64)
    here = f(weights)
    return np.array([float((f(weights + step) - here) / h) for step in h * np.eye(len(weights))])


def _share(loss: Loss, points: int) -> int:
    return {"sse": 1, "mse": points}[loss]


def _top(features: npt.ArrayLike, loss: Loss) -> float:
    """Return λmax, the greatest eigenvalue of the Hessian."""
    return float(np.linalg.eigvalsh(hessian(features, loss))[-1])
