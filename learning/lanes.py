"""Functions of each element that give the same bits wherever in a tensor the element stands."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn.functional import pad

LANES = 128
"""Elements that are surely whole vectors of any processor; one with AVX-512 takes 32 of float32 at once."""


def in_whole_lanes(function: Callable[..., Tensor], *tensors: Tensor) -> Tensor:
    """Return function(*tensors), (…, N), of tensors (…, N) each, whose every element has the same bits in any row.

    A processor takes the exponential function of whole vectors of numbers at once. torch takes it of what is left
    at the end of a tensor one by one, by another formula, which rounds differently. So a row of a batch would not
    have the bits that it has alone: the rows before it shift it. Filled up with zeros to whole vectors, every row
    begins where a vector begins, and nothing is left over.

    Args:
        function: Of each element by itself, as torch.sigmoid.
        tensors: What it takes, all of one shape.
    """
    points = tensors[0].shape[-1]
    missing = -points % LANES
    return function(*(pad(tensor, (0, missing)) for tensor in tensors))[..., :points]
