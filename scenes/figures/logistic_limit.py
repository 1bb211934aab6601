"""The numbers of a single sigmoid, and of nodes before it, that captions and notes quote, as recorded."""

import numpy as np

from learning.data import truth_of
from learning.history import History
from scenes.figures import count, of_break
from scenes.figures.logistic import SYMBOLS
from scenes.markup import Words
from scenes.material import logistic_limit as material
from scenes.material.logistic import least_loss
from scenes.numbers import fixed, measured, shortest

PLACES = 6
"""Decimals of the probabilities that the notes print."""

FOUR = {f"u{number}": Words(f"u{sub}", f"$u_{number}$") for number, sub in enumerate("₁₂₃₄", start=1)}


def of_data(run: History) -> dict[str, Words]:
    """The points, and the probability that they come from."""
    truth = truth_of(run.experiment, run.x)
    assert truth is not None, "these points come from a known curve"
    order = np.argsort(run.x, kind="stable")
    x, truth = run.x[order].astype(float), truth[order]
    top, near = int(np.argmax(truth)), len(x) - 5
    return {
        **SYMBOLS,
        **FOUR,
        "n": count(len(x)),
        "left": shortest(x[0]),
        "right": shortest(x[-1]),
        "near": fixed(x[near], PLACES),
        "p_left": fixed(truth[0], PLACES),
        "p_near": fixed(truth[near], PLACES),
        "p_right": fixed(truth[-1], PLACES),
        "end": shortest(round(truth[-1], 3)),
        "top": fixed(truth[top], 3),
        "truth_loss": fixed(material.loss_of_truth(run), 4),
    }


def of_single(run: History) -> dict[str, Words]:
    """The single sigmoid as it was trained, and the least loss of any."""
    return {
        "lr": shortest(run.experiment.lr),
        "epochs": count(int(run.epoch[-1])),
        "loss0": fixed(float(run.loss[0]), 4),
        "loss_now": fixed(float(run.loss[-1]), 4),
        "least": fixed(least_loss(run), 4),
        "above": measured(max(float(run.loss[-1]) - least_loss(run), 0.0), 2),
        "w0": fixed(float(run.params[-1, 0]), 3),
        "w1": fixed(float(run.params[-1, 1]), 3),
        "broken": of_break(run)["broken"],
    }


def of_net(net: History) -> dict[str, Words]:
    """The net before the sigmoid."""
    return {
        "nodes": count(net.experiment.nodes or 0),
        "net_lr": shortest(net.experiment.lr),
        "net_epochs": count(int(net.epoch[-1])),
        "net_seed": Words(*(str(net.experiment.seed),) * 2),
        "net_loss0": fixed(float(net.loss[0]), 4),
        "net_loss": fixed(float(net.loss[-1]), 4),
        "net_broken": of_break(net)["broken"],
    }
