"""The numbers of a line through a sigmoid that captions and notes quote, as recorded."""

import numpy as np

from learning import landscape
from learning.data import truth_of
from learning.history import History
from scenes.figures import count, of_break
from scenes.figures.curve import first_slope, most_missed, start_of
from scenes.markup import Words, verbatim
from scenes.material import logistic as material
from scenes.numbers import fixed, measured, pair, shortest

SYMBOLS = {
    "x": Words("x", "$x$"),
    "u": Words("u", "$u$"),
    "v": Words("v", "$v$"),
    "first_layer": Words("l₁", "$l_1$"),
    "second_layer": Words("a₁", "$a_1$"),
}
"""Mathematics of two layers: what goes in, what each makes of it, and their names."""


def of_points(few: History) -> dict[str, Words]:
    """The 13 points, and the one that was least to be expected."""
    order, number = np.argsort(few.x, kind="stable"), most_missed(few)
    truth = truth_of(few.experiment, few.x)
    assert truth is not None, "these points come from a known curve"
    return {
        "few": count(len(few.x)),
        "odd_x": shortest(float(few.x[order][number])),
        "odd_y": shortest(float(few.y[order][number])),
        "odd_p": measured(float(truth[order][number])),
    }


def of_model(run: History) -> dict[str, Words]:
    """Data, the first curve, and what a straight line would say."""
    x, line = run.seen_x, material.straight(run)
    low, high = int(np.argmin(x)), int(np.argmax(x))
    written = shortest if run.truth else measured
    worst = low if abs(line[low] - 0.5) > abs(line[high] - 0.5) else high
    return {
        **SYMBOLS,
        "n": count(len(run.x)),
        "start": start_of(run),
        "left": written(float(x[low])),
        "right": written(float(x[high])),
        "first": fixed(float(run.yhat[0, low]), 4),
        "last": fixed(float(run.yhat[0, high]), 4),
        "line_x": written(float(x[worst])),
        "line_says": fixed(float(line[worst])),
        "true": pair((run.truth[0], run.truth[1])) if run.truth else Words("", ""),
    }


def of_training(run: History) -> dict[str, Words]:
    """What was asked of a run, and the least loss that there is."""
    asked, name = run.experiment, run.experiment.loss.upper()
    best = landscape.minimum_of(run)
    return {
        "optimizer": verbatim(asked.optimizer),
        "lr": shortest(asked.lr),
        "kind": Words(name, name),
        "loss0": fixed(float(run.loss[0]), 4),
        "slope": measured(first_slope(run)),
        "least": fixed(material.least_loss(run), 4),
        "best": pair((float(best[0]), float(best[1])), 3),
        "broken": of_break(run)["broken"],
    }


def of_epoch(run: History, epoch: int) -> dict[str, Words]:
    """Weights and loss of one epoch."""
    row = run.row(epoch)
    return {
        "until": count(epoch),
        "weights": pair((float(run.params[row, 0]), float(run.params[row, 1])), 3),
        "loss": fixed(float(run.loss[row]), 4),
    }
