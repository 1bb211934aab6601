"""What the runs of two ways of learning from the same starts come to, and the numbers that captions quote of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from learning import progress
from learning.history import History
from scenes.figures import count
from scenes.markup import Words
from scenes.numbers import fixed, pair, shortest

if TYPE_CHECKING:
    from scenes.curve_film import Side

RESTING = 0.5
"""A run that rests for so much of its time where it started has not moved."""

Outcome = Literal["both", "first_rests", "second_rests", "none"]


def of_two_losses(squares: Side, entropy: Side) -> dict[str, Words]:
    """Figures of the film as a whole: data, first losses, and the start whose two gradients differ most."""
    run, worst = squares.runs[0], worst_start(squares, entropy)
    factor = run_factor(squares.runs[worst])
    return {
        "n": count(len(run.x)),
        "lr": shortest(run.experiment.lr),
        "optimizer": Words(run.experiment.optimizer, run.experiment.optimizer),
        "epochs": count(int(run.epoch[-1])),
        "start": _start(run),
        "mse0": fixed(float(run.loss[0]), 4),
        "bce0": fixed(float(entropy.runs[0].loss[0]), 4),
        "worst": _start(squares.runs[worst]),
        "mse_slope": fixed(first_slope(squares.runs[worst]), 3),
        "bce_slope": fixed(first_slope(entropy.runs[worst]), 3),
        "times": count(round(min(worst_ratio(squares, entropy), 1e9))),
        "factor": fixed(factor, 3),
        "said": fixed(float(squares.runs[worst].yhat[0].astype(float).mean()), 3),
        "ones": percent(float(run.y.mean())),
    }


def of_start(start: int, first: Side, second: Side) -> dict[str, Words]:
    """Figures of the runs from one start."""
    one, other = first.runs[start], second.runs[start]
    return {
        "start": _start(one),
        "first_done": percent(share_done(one, first.least)),
        "second_done": percent(share_done(other, second.least)),
        "first_end": _end(one),
        "second_end": _end(other),
        "first_slope": fixed(first_slope(one), 3),
        "second_slope": fixed(first_slope(other), 3),
        "first_rest": count(rest_of(one)),
        "second_rest": count(rest_of(other)),
    }


def outcome(start: int, first: Side, second: Side) -> Outcome:
    """Which of the two runs from a start stayed where it was."""
    rests = tuple(rest_of(side.runs[start]) >= RESTING * int(side.runs[start].epoch[-1]) for side in (first, second))
    names: dict[tuple[bool, ...], Outcome] = {
        (False, False): "both", (True, False): "first_rests", (False, True): "second_rests", (True, True): "none",
    }  # fmt: skip
    return names[rests]


def rest_of(run: History) -> int:
    """For how many epochs a run stayed where it started."""
    from scenes.curve_film import SETTLED

    return int(progress.resting(run, SETTLED).max())


def share_done(run: History, least: float) -> float:
    """How much of the way from its first loss down to the least one a run has gone at its end, in 0 … 1."""
    first, last = float(run.loss[0]), float(run.loss[-1])
    return float(np.clip((first - last) / (first - least), 0, 1)) if first > least else 1.0


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


def run_factor(run: History) -> float:
    """The mean of ŷ(1 - ŷ) over the data at the first weights."""
    yhat = run.yhat[0].astype(float)
    return float((yhat * (1 - yhat)).mean())


def percent(share: float) -> Words:
    """A share in whole percent: 100 only where nothing is left, 0 only where nothing was done."""
    number = round(100 * share)
    text = "99.9 %" if number == 100 and share < 0.9995 else f"{number} %"
    return Words(text, text)


def _ratio(one: History, other: History) -> float:
    return first_slope(other) / max(first_slope(one), 1e-30)


def _start(run: History) -> Words:
    return pair((float(f"{run.params[0, 0]:.6g}"), float(f"{run.params[0, 1]:.6g}")))


def _end(run: History) -> Words:
    return pair((float(run.params[-1, 0]), float(run.params[-1, 1])), 3)


