"""The numbers of a line's run."""

from learning.history import History
from scenes.figures import bottom, count, of_break, weights
from scenes.markup import Words, verbatim
from scenes.material import Minimum
from scenes.numbers import fixed, pair, shortest


def of_line(run: History, best: Minimum, off_map: int | None) -> dict[str, Words]:
    """The figures of a line's run.

    Args:
        run: its history; row k is the state before update k.
        best: the least-squares line.
        off_map: the epoch in which it leaves the surface that is shown, or None.
    """
    return _beginning(run) | _ending(run, best) | _training(run, off_map)


def _beginning(run: History) -> dict[str, Words]:
    start = weights(run, 0)
    return {
        "n": count(len(run.x)),
        "bias": shortest(start[0]),
        "incline": shortest(start[1]),
        "start": pair(start),
        "loss0": fixed(float(run.loss[0])),
        "g0": fixed(float(run.grads[0, 0])),
        "g1": fixed(float(run.grads[0, 1])),
    }


def _ending(run: History, best: Minimum) -> dict[str, Words]:
    return {
        "least": pair(best.weights, 3),
        "lowest": fixed(best.loss),
        "learned": pair(weights(run, -1), 3),
        "loss": fixed(float(run.loss[-1])),
        **bottom(run),
        "truth": pair((float(run.truth[0]), float(run.truth[1]))) if run.truth else Words("", ""),
    }


def _training(run: History, off_map: int | None) -> dict[str, Words]:
    asked, second = run.experiment, min(1, len(run.epoch) - 1)
    return {
        "lr": shortest(asked.lr),
        "optimizer": verbatim(asked.optimizer),
        "epochs": count(int(run.epoch[-1])),
        "count": count(max(int(run.epoch[-1]) - 1, 0)),
        "before": pair(weights(run, 0), 4),
        "after": pair(weights(run, second), 4),
        "bias1": fixed(weights(run, second)[0], 3),
        "incline1": fixed(weights(run, second)[1], 3),
        "loss1": fixed(float(run.loss[second])),
        "off": count(off_map or 0),
        **of_break(run),
    }
