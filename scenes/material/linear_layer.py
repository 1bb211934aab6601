"""What a linear layer holds, as numbers for pictures: weights as torch keeps them, inputs as matrices, lines."""

import numpy as np

from learning.history import History


def weight(run: History) -> np.ndarray:
    """(1, I), as torch keeps it."""
    return np.asarray(run.params[0, : inputs(run)][None])


def bias(run: History) -> np.ndarray | None:
    """(1, 1) for a picture, or None where the layer has none."""
    return np.asarray(run.params[0, -1:][None]) if run.experiment.bias else None


def inputs(run: History) -> int:
    """The number of columns that the layer takes."""
    return len(run.experiment.powers or ())


def matrix(run: History) -> np.ndarray:
    """What goes in, (N, I): x as a column, or X = [1 x]."""
    return np.stack([run.x.astype(float) ** power for power in run.experiment.powers or ()], axis=1)


def line(run: History) -> tuple[float, float]:
    """Intercept and slope of what the layer says: all that stands before x⁰, and before x¹."""
    before = {power: float(run.params[0, k]) for k, power in enumerate(run.experiment.powers or ())}
    extra = float(run.params[0, -1]) if run.experiment.bias else 0.0
    return before.get(0, 0.0) + extra, before[1]


def asked(run: History, wanted: tuple[float, float]) -> np.ndarray:
    """The heights (N,) of a line, bias and slope, over the points of a run."""
    return np.asarray(wanted[0] + wanted[1] * run.x.astype(float))


def close(runs: list[History]) -> tuple[float, float]:
    """The range of y that holds zero and what these layers say, with room for numbers beside it."""
    said = np.concatenate([run.yhat[0].astype(float) for run in runs])
    reach = 1.25 * float(np.abs(said).max())
    return -reach, reach
