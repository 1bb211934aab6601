"""The numbers that captions and notes quote of the sum and the mean of squares, as recorded."""

from learning.history import History
from scenes.figures import bottom, count, of_break, weights
from scenes.figures.rate import rounded
from scenes.markup import Words
from scenes.material import Minimum
from scenes.material import sse_mse as both_material
from scenes.material.rate import critical_rate
from scenes.numbers import fixed, measured, pair, shortest


def of_both(total: History, mean: History, best: Minimum) -> dict[str, Words]:
    """The figures of the sum's run and the mean's: data, first loss, slope and step, ends, and how far they differ."""
    longer = mean.experiment.lr / (len(total.x) * total.experiment.lr)
    return {
        "n": count(len(total.x)),
        "start": pair(weights(total, 0)),
        "epochs": count(int(total.epoch[-1])),
        "least": pair(best.weights, 3),
        "times": shortest(float(f"{max(longer, 1 / longer):.3g}")),
        "apart": measured(both_material.farthest(total, mean), 2),
        "largest": measured(both_material.largest(total, mean), 2),
        **_of_run("sum", total, total),
        **_of_run("mean", mean, total),
        **{f"{name}_critical": rounded(critical_rate(run)) for name, run in (("sum", total), ("mean", mean))},
    }


def _of_run(name: str, run: History, total: History) -> dict[str, Words]:
    slope, rate = run.grads[0].astype(float), run.experiment.lr
    decimals, of_step = both_material.decimals(run, total)
    return {
        f"{name}0": fixed(float(run.loss[0]), decimals),
        f"{name}_slope": pair((slope[0], slope[1]), decimals),
        f"{name}_lr": shortest(rate),
        f"{name}_step": pair((rate * slope[0], rate * slope[1]), of_step),
        f"{name}_ends": pair(weights(run, -1), 4),
        f"{name}_end": fixed(float(run.loss[-1]), decimals),
    }


def of_wrong(wrong: History) -> dict[str, Words]:
    """The figures of the sum with the mean's rate."""
    second = min(1, len(wrong.epoch) - 1)
    return {
        "wrong1": fixed(float(wrong.loss[second])),
        "wrong_end": fixed(float(wrong.loss[-1])),
        **bottom(wrong),
        **of_break(wrong),
    }
