"""The numbers of runs of one weight and of two."""

from collections.abc import Sequence

import numpy as np

from learning.history import History
from scenes.captions import SYMBOLS
from scenes.figures import bottom, count, weights
from scenes.markup import Words
from scenes.material import Minimum
from scenes.material import tangent as made
from scenes.numbers import MINUS, fixed, pair, shortest

FIRST = 3
"""So many steps are named one by one."""


def of_weight(run: History, prefix: str = "") -> dict[str, Words]:
    """The figures of a run of one weight, each with a prefix: its first step, and where it ends."""
    after = min(1, len(run.epoch) - 1)
    figures = {
        "start": shortest(float(run.params[0, 0])),
        "slope_value": fixed(float(run.grads[0, 0]), 3),
        "factor": _bracketed(fixed(float(run.grads[0, 0]), 3)),
        "step": fixed(float(made.steps(run)[0]), 3),
        "after": fixed(float(run.params[after, 0]), 3),
        "loss0": fixed(float(run.loss[0]), 3),
        "loss1": fixed(float(run.loss[after]), 3),
        "end": fixed(float(run.params[-1, 0]), 3),
        "last": fixed(float(run.grads[-1, 0]), 3),
        "steps": _listed([fixed(float(step), 3) for step in made.steps(run)[:-1][:FIRST]]),
    }
    return {prefix + name: words for name, words in figures.items()}


def of_weights(runs: Sequence[History]) -> dict[str, Words]:
    """What all runs of one weight share, and where they end."""
    return {
        "w": Words("w", "$w$"),
        "lr": shortest(runs[0].experiment.lr),
        "epochs": count(int(runs[0].epoch[-1])),
        "ends": _listed([fixed(float(run.params[-1, 0]), 3) for run in runs]),
        "lasts": _listed([fixed(float(run.grads[-1, 0]), 3) for run in runs]),
    }


def of_plane(runs: Sequence[History], best: Minimum) -> dict[str, Words]:
    """The figures of the runs of two weights: the first step of the first of them, and the ends of all.

    Args:
        runs: their histories.
        best: the least-squares line.
    """
    first, after = runs[0], min(1, len(runs[0].epoch) - 1)
    rising = [run for run in runs if made.rising(run, best.loss)]
    finite = [float(run.loss[-1]) for run in runs if np.isfinite(run.loss[-1])]
    return {
        "p0": shortest(float(first.params[0, 0])),
        "p1": shortest(float(first.params[0, 1])),
        "g0": fixed(float(first.grads[0, 0])),
        "g1": fixed(float(first.grads[0, 1])),
        "own0": _own(SYMBOLS["w0"], first, 0, after),
        "own1": _own(SYMBOLS["w1"], first, 1, after),
        "plane_start": pair(weights(first, 0)),
        "plane_after": pair(weights(first, after), 3),
        "plane_lr": shortest(first.experiment.lr),
        "plane_epochs": count(int(first.epoch[-1])),
        "plane_loss0": fixed(float(first.loss[0])),
        "plane_loss1": fixed(float(first.loss[after])),
        "n": count(len(runs)),
        "lost": count(sum(not made.fallen(run) for run in runs)),
        "rising": count(len(rising)),
        **bottom((rising or runs)[0]),
        "least": pair(best.weights, 3),
        "lowest": fixed(best.loss),
        "highest": fixed(max(finite, default=float("nan"))),
    }


def _own(name: Words, run: History, axis: int, after: int) -> Words:
    """The first step of one weight with its numbers: ``w₀: −5 − 0.001 · (−1,342.25) = −3.658``."""
    start, rate = shortest(float(run.params[0, axis])), shortest(run.experiment.lr)
    slope, end = _bracketed(fixed(float(run.grads[0, axis]))), fixed(float(run.params[after, axis]), 3)
    parts = zip(name, start, rate, slope, end, strict=True)
    return Words(*(f"{which}: {old} {MINUS} {alpha} · {asked} = {new}" for which, old, alpha, asked, new in parts))


def _bracketed(number: Words) -> Words:
    """A number as a factor: one with a sign in brackets."""
    return Words(f"({number.plain})", f"({number.typeset})") if number.plain.startswith(MINUS) else number


def _listed(numbers: Sequence[Words]) -> Words:
    """Numbers with gaps between them, wide enough to tell them apart from one."""
    return Words(", ".join(n.plain for n in numbers), "#h(0.5em)".join(n.typeset for n in numbers))
