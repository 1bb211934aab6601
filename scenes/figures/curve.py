"""What the runs of two ways of learning from the same starts come to, and the numbers that captions quote of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from learning import progress
from learning.history import History
from scenes.figures import count, percent
from scenes.markup import Words
from scenes.numbers import fixed, measured, pair, shortest

if TYPE_CHECKING:
    from scenes.bases.curve import Side

SETTLED = 0.01
"""So far from its first weights a run may go and still be called at rest."""
RESTING = 0.5
"""A run that rests for so much of its time where it started has not moved."""

THERE = 0.002
"""A run whose first loss is so little above the least, as a share of it, starts at the minimum: so much is its drop."""

Outcome = Literal["both", "first_rests", "second_rests", "none"]


def of_two_losses(squares: Side, entropy: Side) -> dict[str, Words]:
    """Figures of the film as a whole: data, first losses, and the start whose two gradients differ most."""
    run, worst = squares.runs[0], worst_start(squares, entropy)
    return {
        "n": count(len(run.x)),
        "lr": shortest(run.experiment.lr),
        "epochs": count(int(run.epoch[-1])),
        "start": start_of(run),
        "mse0": fixed(float(run.loss[0]), 4),
        "bce0": fixed(float(entropy.runs[0].loss[0]), 4),
        "worst": start_of(squares.runs[worst]),
        "mse_slope": fixed(first_slope(squares.runs[worst]), 3),
        "bce_slope": fixed(first_slope(entropy.runs[worst]), 3),
        "times": _times(worst_ratio(squares, entropy)),
        **of_point(squares.runs[worst]),
        "said": fixed(float(squares.runs[worst].yhat[0].astype(float).mean()), 3),
        "ones": percent(float(run.y.mean())),
    }


def of_start(start: int, first: Side, second: Side) -> dict[str, Words]:
    """Figures of the runs from one start."""
    one, other = first.runs[start], second.runs[start]
    return {
        "start": start_of(one),
        "first_done": percent(share_done(one, first.least)),
        "second_done": percent(share_done(other, second.least)),
        "first_end": end_of(one),
        "second_end": end_of(other),
        "first_slope": fixed(first_slope(one), 3),
        "second_slope": fixed(first_slope(other), 3),
        "first_rest": count(rest_of(one)),
        "second_rest": count(rest_of(other)),
    }


def outcome(start: int, first: Side, second: Side) -> Outcome:
    """Which of the two runs from a start stayed where it was."""
    rests = tuple(is_stuck(side.runs[start], side.least) for side in (first, second))
    names: dict[tuple[bool, ...], Outcome] = {
        (False, False): "both", (True, False): "first_rests", (False, True): "second_rests", (True, True): "none",
    }  # fmt: skip
    return names[rests]


def is_stuck(run: History, least: float) -> bool:
    """Whether a run stayed where it started for at least half of its epochs, though there was a way down."""
    return rest_of(run) >= RESTING * int(run.epoch[-1]) and share_done(run, least) < RESTING


def rest_of(run: History) -> int:
    """For how many epochs a run stayed where it started."""
    return int(progress.resting(run, SETTLED).max())


def progress_of(run: History, least: float) -> np.ndarray:
    """How much of the possible drop in loss is done in each state, (T,); below 0 where the loss is above the first."""
    loss = run.loss.astype(float)
    return np.asarray(1 - (loss - least) / max(loss[0] - least, THERE * least))


def share_done(run: History, least: float) -> float:
    """How much of the possible drop in loss a run has done at its end."""
    return float(progress_of(run, least)[-1])


def first_slope(run: History) -> float:
    """The size of the gradient at the first weights."""
    return float(np.linalg.norm(run.grads[0].astype(float)))


def worst_start(first: Side, second: Side) -> int:
    """The start at which the first gradient is smallest beside the second."""
    ratios = [_ratio(one, other) for one, other in zip(first.runs, second.runs, strict=True)]
    return int(np.argmax(ratios))


def worst_ratio(first: Side, second: Side) -> float:
    """How many times larger the second gradient is there."""
    worst = worst_start(first, second)
    return _ratio(first.runs[worst], second.runs[worst])


def most_missed(run: History) -> int:
    """The point, in the order of x, that the first curve misses most; of several the one farthest to the right."""
    order = np.argsort(run.seen_x, kind="stable")
    missed = np.abs(run.seen_y[order].astype(float) - run.yhat[0][order].astype(float))
    return int(len(missed) - 1 - np.argmax(missed[::-1] >= missed.max() - 1e-3))


def of_point(run: History) -> dict[str, Words]:
    """What the most missed point pushes with each loss: the slopes of its own loss along the input of the sigmoid."""
    number = np.argsort(run.seen_x, kind="stable")[most_missed(run)]
    y, yhat = float(run.seen_y[number]), float(run.yhat[0][number])
    miss, factor = y - yhat, yhat * (1 - yhat)
    return {
        "point": shortest(round(float(run.seen_x[number]), 3)),
        "y": shortest(y),
        "said_there": measured(yhat),
        "miss": measured(miss),
        "factor_there": measured(factor),
        "mse_push": measured(-2 * miss * factor),
        "bce_push": measured(-miss),
    }


def _ratio(one: History, other: History) -> float:
    small, large = first_slope(one), first_slope(other)
    return large / small if small > 0 else np.inf if large > 0 else 1.0


def _times(ratio: float) -> Words:
    return fixed(ratio, 0) if np.isfinite(ratio) else Words("∞", "∞")


def start_of(run: History) -> Words:
    """The first weights, as somebody gave them."""
    return pair((float(f"{run.params[0, 0]:.6g}"), float(f"{run.params[0, 1]:.6g}")))


def end_of(run: History) -> Words:
    """The last weights, as recorded."""
    return pair((float(run.params[-1, 0]), float(run.params[-1, 1])), 3)
