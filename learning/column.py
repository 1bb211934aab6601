"""The parameters of a net, copied row by row while somebody else trains it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from learning.history import Array
from learning.probe import array_of


class Column:
    """A column of parameters, (T, P), that grows: one array, for many small ones would take the loop's time."""

    def __init__(self, parameters: Sequence[Tensor]) -> None:
        self._parameters = list(parameters)
        self._places = [-1] * len(self._parameters)
        self._look_up()
        self._values = np.empty((64, sum(view.size for view in self._views)), np.result_type(*self._views))
        self._divide()

    def _look_up(self) -> None:
        """Find the memory of the parameters; of those that are elsewhere or of another type there are copies only."""
        self._views = [array_of(parameter) for parameter in self._parameters]
        for k, (view, parameter) in enumerate(zip(self._views, self._parameters, strict=True)):
            here = view.ctypes.data
            self._places[k] = here if here == parameter.data_ptr() else -1

    def _divide(self) -> None:
        """Give each parameter its part of the array, in its shape."""
        ends = np.cumsum([view.size for view in self._views])
        parts = np.split(self._values, ends[:-1], axis=1)
        self._slots = [part.reshape(-1, *view.shape) for part, view in zip(parts, self._views, strict=True)]

    def take(self, k: int) -> None:
        """Copy the present parameters into row k, which is the next or one that there is."""
        if k == len(self._values):
            self._values = np.concatenate([self._values, np.empty_like(self._values)])
            self._divide()
        for parameter, place in zip(self._parameters, self._places, strict=True):
            if parameter.data_ptr() != place:
                self._look_up()
                break
        for slot, view in zip(self._slots, self._views, strict=True):
            slot[k] = view

    def rows(self, which: Sequence[int]) -> Array:
        """Return a copy of some rows."""
        return self._values[list(which)]

    def halve(self, count: int) -> None:
        """Keep every second of so many rows, from the first on."""
        self._values[: -(-count // 2)] = self._values[:count:2].copy()
