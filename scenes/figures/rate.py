"""The numbers that captions and notes quote of runs that differ in their learning rate, as recorded."""

from collections.abc import Sequence

import numpy as np

from learning.history import History
from scenes.figures import bottom, count, of_break
from scenes.markup import Words
from scenes.material import Minimum
from scenes.material import rate as rate_material
from scenes.numbers import MINUS, fixed, pair, scientific, shortest

MANY = 1e4


def of_rates(runs: Sequence[History], best: Minimum) -> dict[str, Words]:
    """The figures of all runs together: start, minimum, the critical rate."""
    run, critical = runs[0], rate_material.critical_rate(runs[0])
    rates = [each.experiment.lr for each in runs]
    return {
        "n": count(len(runs)),
        "smallest": shortest(min(rates)),
        "largest": shortest(max(rates)),
        "start": pair((float(run.params[0, 0]), float(run.params[0, 1]))),
        "loss0": fixed(float(run.loss[0])),
        "epochs": count(int(run.epoch[-1])),
        "least": pair(best.weights, 3),
        "lowest": fixed(best.loss),
        "lmax": fixed(2 / critical),
        "lacross": fixed(rate_material.curvatures(run)[1]),
        "critical": rounded(critical),
        "d": Words("d", "$d$"),
        "lambda": Words("λmax", '$lambda_"max"$'),
        "below": count(sum(rate <= critical for rate in rates)),
        "beyond": count(sum(rate > critical for rate in rates)),
    }


def of_run(run: History, best: Minimum, before: History | None) -> dict[str, Words]:
    """The figures of one run.

    Args:
        run: its history.
        best: the least-squares line.
        before: the run that was shown before it, or None.
    """
    since = rate_material.arrived(run, best.loss)
    rate, last = run.experiment.lr, before.experiment.lr if before else run.experiment.lr
    return {
        "lr": shortest(rate),
        "times": shortest(float(f"{rate / last:.3g}")),
        "ends": _ends(run),
        "loss": fixed(float(run.loss[-1])),
        **bottom(run),
        "since": count(since or 0),
        **of_break(run),
        "factor": factor(run),
    }


def end_of(run: History) -> tuple[Words, Words]:
    """Where a run ends: its weights and its loss, as recorded last."""
    return _ends(run), fixed(float(run.loss[-1]))


def of_group(runs: Sequence[History], best: Minimum) -> dict[str, Words]:
    """The figures of several runs that are shown together; which is at the minimum first, where all arrive."""
    rates = [run.experiment.lr for run in runs]
    since = [rate_material.arrived(run, best.loss) for run in runs]
    arrivals = sorted((epoch, rate) for epoch, rate in zip(since, rates, strict=True) if epoch is not None)
    (soon, quick), (late, tardy) = (arrivals[0], arrivals[-1]) if arrivals else ((0, rates[0]), (0, rates[-1]))
    return {
        "from": shortest(min(rates)), "to": shortest(max(rates)), "many": count(len(runs)),
        "quick": shortest(quick), "soon": count(soon), "tardy": shortest(tardy), "late": count(late),
    }  # fmt: skip


def factor(run: History) -> Words:
    """1 - α λmax of a line's run."""
    return factor_words(rate_material.factor(run))


def factor_words(exact: float) -> Words:
    """A factor with three decimals, or so many more that it does not look like 1 or -1 where it is not."""
    told_apart = (places for places in range(3, 7) if round(abs(exact), places) != 1 or abs(exact) == 1)
    decimals = next(told_apart, None)
    return _by_one(exact) if decimals is None else fixed(exact, decimals)


def _by_one(value: float) -> Words:
    """A number very near to 1 or -1: by how much it differs, 1 − 2.43×10⁻¹⁰."""
    one = 1.0 if value > 0 else -1.0
    before = fixed(one, 0).plain + (" + " if value > one else f" {MINUS} ")
    return Words(*(before + rest for rest in scientific(abs(value - one))))


def rounded(value: float) -> Words:
    """A number that was computed, with four digits."""
    return shortest(float(f"{value:.4g}"))


def _ends(run: History) -> Words:
    """The last weights; from 10,000 on as powers of ten, for commas stand between them already."""
    last = [float(weight) for weight in run.params[-1]]
    both = [scientific(w) if np.isfinite(w) and abs(w) >= MANY else fixed(w, 3) for w in last]
    return Words(*(f"({first}, {second})" for first, second in zip(*both, strict=True)))
