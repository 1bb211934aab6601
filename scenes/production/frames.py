"""What a frame is, and what takes frames.

A frame is a `(H, W, 4)` uint8 array, red first, top row first. Cairo draws it with premultiplied alpha;
files hold straight alpha.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


class Sink(Protocol):
    """What takes frames, in order, with straight alpha."""

    def write(self, pixels: Pixels, repeat: int, key: bool) -> None:
        """Take one frame, shown for `repeat` frames; `key`: a section starts here."""

    def close(self) -> None:
        """Finish the file."""

    def abort(self) -> None:
        """Let go of the file, finished or not."""


def straight_alpha(pixels: Pixels) -> Pixels:
    """Divide colour by alpha: cairo draws premultiplied, files hold straight alpha.

    Args:
        pixels: `(H, W, 4)` premultiplied.

    Returns:
        A new array; `(0, 0, 0, 0)` where nothing was drawn.
    """
    alpha = pixels[..., 3]
    partly = (alpha > 0) & (alpha < 255)  # (H, W); the rest is the same in both
    edge = pixels[partly].astype(np.uint16)  # (n, 4)
    edge[:, :3] = np.minimum((edge[:, :3] * 255 + edge[:, 3:] // 2) // edge[:, 3:], 255)
    straight = pixels.copy()
    straight[partly] = edge
    return straight
