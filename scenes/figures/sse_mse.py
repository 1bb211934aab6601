"""The numbers that captions and notes quote of the sum and the mean of squares, as recorded."""

import numpy as np

from learning import theory
from learning.history import History
from scenes.figures import count
from scenes.markup import Words
from scenes.material import Minimum
from scenes.material import sse_mse as both_material
from scenes.numbers import fixed, measured, pair, shortest


def of_both(total: History, mean: History, best: Minimum) -> dict[str, Words]:
    """The figures of the sum's run and the mean's: data, first loss, slope and step, ends, and how far they differ."""
    longer = mean.experiment.lr / (len(total.x) * total.experiment.lr)
    return {
        "n": count(len(total.x)),
        "start": pair(_weights(total, 0)),
        "epochs": count(int(total.epoch[-1])),
        "least": pair(best.weights, 3),
        "times": shortest(float(f"{max(longer, 1 / longer):.3g}")),
        "apart": measured(both_material.farthest(total, mean), 2),
        "largest": measured(both_material.largest(total, mean), 2),
        **_of_run("sum", total, total),
        **_of_run("mean", mean, total),
        **{f"{name}_critical": _critical(run) for name, run in (("sum", total), ("mean", mean))},
    }


def _of_run(name: str, run: History, total: History) -> dict[str, Words]:
    slope, rate = run.grads[0].astype(float), run.experiment.lr
    decimals, of_step = both_material.decimals(run, total)
    return {
        f"{name}0": fixed(float(run.loss[0]), decimals),
        f"{name}_slope": pair((slope[0], slope[1]), decimals),
        f"{name}_lr": shortest(rate),
        f"{name}_step": pair((rate * slope[0], rate * slope[1]), of_step),
        f"{name}_ends": pair(_weights(run, -1), 4),
        f"{name}_end": fixed(float(run.loss[-1]), decimals),
    }


def of_wrong(wrong: History, off: int | None) -> dict[str, Words]:
    """The figures of the sum with the mean's rate; `off` is the epoch in which it leaves the map, or None."""
    lost, second = first_without(wrong, np.isfinite(wrong.loss)), min(1, len(wrong.epoch) - 1)
    return {
        "wrong1": fixed(float(wrong.loss[second])),
        "wrong_end": fixed(float(wrong.loss[-1])),
        "off": count(off or 0),
        "broken": count(int(wrong.epoch[lost]) if lost is not None else 0),
        "lost": fixed(float(wrong.loss[lost])) if lost is not None else Words("", ""),
    }


def first_without(run: History, fine: np.ndarray) -> int | None:
    """The first state that is not fine, (T,), or None."""
    rows = np.flatnonzero(~fine[: len(run)])
    return int(rows[0]) if len(rows) else None


def _critical(run: History) -> Words:
    """The rate beyond which runs on these data diverge, with four digits."""
    critical = theory.critical_lr(theory.design(run.x), run.experiment.loss)  # type: ignore[arg-type]
    return shortest(float(f"{critical:.4g}"))


def _weights(run: History, row: int) -> tuple[float, float]:
    return float(run.params[row, 0]), float(run.params[row, 1])
