"""The losses: of one run, or of each of many side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

from learning.lanes import in_whole_lanes


class Loss(NamedTuple):
    """What is minimised."""

    of: Callable[[Tensor, Tensor], Tensor]  # from ŷ, or u, and y, (N,) or (K, N) both, to () or (K,)
    takes_logits: bool = False  # whether it is of the model's u rather than of its ŷ


def _sum_of_squares(yhat: Tensor, y: Tensor) -> Tensor:
    """Add up the squares of the residuals of each run; of a single one at once, which is quicker."""
    return mse_loss(yhat, y, reduction="sum") if yhat.ndim == 1 else mse_loss(yhat, y, reduction="none").sum(dim=-1)


def _mean_of_squares(yhat: Tensor, y: Tensor) -> Tensor:
    """Average the squares of the residuals of each run."""
    return mse_loss(yhat, y, reduction="none").mean(dim=-1)


def _cross_entropy(u: Tensor, y: Tensor) -> Tensor:
    """Average -y log ŷ - (1 - y) log(1 - ŷ) over the points of each run, from the logits u."""
    return in_whole_lanes(_cross_entropy_of_each, u, y).mean(dim=-1)


def _cross_entropy_of_each(u: Tensor, y: Tensor) -> Tensor:
    return binary_cross_entropy_with_logits(u, y, reduction="none")


LOSSES: Mapping[str, Loss] = {
    "sse": Loss(_sum_of_squares),
    "mse": Loss(_mean_of_squares),
    "bce": Loss(_cross_entropy, takes_logits=True),
}
"""Each loss. bce is ``torch.nn.BCEWithLogitsLoss``, not ``BCELoss`` of ŷ: in float32 ŷ is exactly 1 where u is above
17, and the gradient through it exactly 0, although there, too, the loss of a point with y = 0 climbs by 1 with each u.
"""
