"""What a line fitted by squares is known to do: minimum, Hessian, critical learning rate, gradients. float64.

Throughout X = [1 x], (N, 2), and loss(w) = (y - Xw)ᵀ(y - Xw) for "sse", the same divided by N for "mse".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]
Loss = Literal["sse", "mse"]


def design(x: npt.ArrayLike) -> Float64:
    """Return X = [1 x], (N, 2), for x (N,)."""
    column = np.asarray(x, dtype=np.float64)
    return np.stack([np.ones_like(column), column], axis=1)


def least_squares(x: npt.ArrayLike, y: npt.ArrayLike) -> Float64:
    """Return the weights (w0, w1), (2,), of least loss; of several (x constant), the shortest."""
    return np.linalg.lstsq(design(x), np.asarray(y, dtype=np.float64), rcond=None)[0].astype(np.float64)


def hessian(x: npt.ArrayLike, loss: Loss = "sse") -> Float64:
    """Return the Hessian 2XᵀX, (2, 2), divided by N for "mse"; it is the same at all weights."""
    features = design(x)
    return 2 * features.T @ features / _share(loss, len(features))


def critical_lr(x: npt.ArrayLike, loss: Loss = "sse") -> float:
    """Return 2/λmax of the Hessian: the learning rate beyond which gradient descent diverges."""
    return 2 / float(np.linalg.eigvalsh(hessian(x, loss))[-1])


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
