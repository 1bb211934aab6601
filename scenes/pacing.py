"""How epochs become seconds: the first step slowly, each next one quicker, the rest in one go."""

from collections.abc import Callable

import numpy as np

STEADY = 0.25
"""Share of the time that is dealt out evenly, so that the last of very many epochs do not fall into one frame."""

STEADY_BY = 0.12
"""The same share where steps take their time by what happens in them."""

MOST = 0.7
"""A step in which very much happens takes no longer than so many seconds."""

REST = 0.35
"""Share of a slow step in which everything stands still, so that ball, line and numbers can be compared."""


def durations(count: int, first: float, total: float) -> np.ndarray:
    """Seconds of each of so many steps, (count,): the first as long as asked, all together not above the total."""
    if count * first <= total:
        return np.full(count, first)
    steady = STEADY * total / count
    ratio = _ratio(count, first - steady, (1 - STEADY) * total)
    return (first - steady) * ratio ** np.arange(count) + steady


def durations_by(change: np.ndarray, total: float, most: float = MOST) -> np.ndarray:
    """Seconds of each step (n,) by how much happens in it: none more than `most`, all together not above the total.

    Args:
        change: (n,) at least zero, in any unit: equal changes take equal times.
        total: seconds that all steps together take at most.
        most: seconds that one step takes at most.
    """
    count = len(change)
    if count * most <= total:
        return np.full(count, most)
    steady = STEADY_BY * total / count
    low, high = 0.0, total / max(float(change[change > 0].min(initial=np.inf)), 1e-300)
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if np.minimum(steady + middle * change, most).sum() < total else (low, middle)
    return np.asarray(np.minimum(steady + low * change, most))


def _ratio(count: int, first: float, total: float) -> float:
    """The ratio below 1 of a geometric series of so many terms with this first term and sum."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if first * (1 - middle**count) / (1 - middle) > total else (middle, high)
    return low


def pacing(seconds: np.ndarray) -> Callable[[float], float]:
    """A rate function for steps of these durations (n,): slow steps ease in and out and rest, quick ones run on."""
    ends = np.cumsum(seconds)
    starts = ends - seconds

    def share_of_epochs(share: float) -> float:
        if share >= 1:
            return 1.0
        now = share * ends[-1]
        step = int(np.searchsorted(ends, now, side="right"))
        ease = float(np.clip((seconds[step] - 0.15) / 0.4, 0, 1))
        within = min(1.0, (now - starts[step]) / seconds[step] / (1 - REST * ease))
        eased = within * within * (3 - 2 * within)
        return float((step + (1 - ease) * within + ease * eased) / len(seconds))

    return share_of_epochs
