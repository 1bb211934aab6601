"""Places for labels that would fall upon one another."""

import numpy as np

STEP = 0.06
"""Scene units by which a label moves on to look for a free place."""
AIR = 0.06
"""Scene units that are kept free around a label."""


def spread(wanted: np.ndarray, sizes: np.ndarray, low: float, high: float) -> np.ndarray:
    """Places (n,) as near to the wanted ones as can be, in the same order, that keep labels of these sizes apart.

    The least sum of squared moves: with the room that they take subtracted, the places must ascend, which pooling
    neighbours finds. Where there is not room enough, all come closer together alike.

    Args:
        wanted: (n,) where the labels' middles should be.
        sizes: (n,) along the same axis; 0 for one that takes no room.
        low: from here
        high: to here they stay.
    """
    if not len(wanted):
        return np.empty(0)
    order = np.argsort(wanted, kind="stable")
    extent = sizes[order] * min(1.0, (high - low) / max(float(sizes.sum()), 1e-9))
    before = np.cumsum(extent) - extent / 2  # (n,) where each would stand if all were packed from zero
    free = np.clip(_ascending(wanted[order] - before), low, max(low, high - float(extent.sum())))
    places = np.empty(len(wanted))
    places[order] = free + before
    return places


def _ascending(values: np.ndarray) -> np.ndarray:
    """The ascending numbers (n,) nearest to these: neighbours in the wrong order take their mean."""
    pools: list[tuple[float, int]] = []
    for value in values.tolist():
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (first, many), (second, more) = pools[-2:]
            pools[-2:] = [((first * many + second * more) / (many + more), many + more)]
    return np.repeat([mean for mean, _ in pools], [count for _, count in pools])


class Table:
    """Rectangles that are taken, and a free place for the next one."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high
        self.taken: list[tuple[float, float, float, float]] = []

    def take(self, low: np.ndarray, high: np.ndarray) -> None:
        """Keep a rectangle free of labels, from its lower left corner (2,) to its upper right one."""
        self.taken.append((float(low[0]), float(low[1]), float(high[0]), float(high[1])))

    def place(self, left: float, middle: float, width: float, height: float) -> float:
        """Take the free place nearest in height for a label that spans left to left + width; returns its middle."""
        reach = int((self.high - self.low) / STEP)
        moves = [sign * STEP * k for k in range(reach + 1) for sign in (1, -1)]
        inside = [middle + move for move in moves if self.low <= middle + move - height / 2 <= self.high - height] or [
            middle
        ]
        found = next((y for y in inside if self._free(left, y, width, height)), inside[0])
        self.taken.append((left, found - height / 2, left + width, found + height / 2))
        return found

    def _free(self, left: float, middle: float, width: float, height: float) -> bool:
        low, high = middle - height / 2 - AIR, middle + height / 2 + AIR
        return not any(
            left - AIR < theirs[2] and left + width + AIR > theirs[0] and low < theirs[3] and high > theirs[1]
            for theirs in self.taken
        )
