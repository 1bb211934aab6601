"""The numbers that captions and notes quote of full and single steps, as recorded."""

from learning.history import History
from scenes.figures import bottom, count, of_break
from scenes.markup import Words
from scenes.material import Minimum
from scenes.material import stochastic as material
from scenes.numbers import fixed, measured, shortest


def of_training(run: History, best: Minimum) -> dict[str, Words]:
    """The figures of the run that all beats begin with: all the data a step."""
    true = [shortest(weight) for weight in run.truth or ()] or [Words("", "")] * 2
    return {
        "true0": true[0],
        "true1": true[1],
        "n": count(len(run.x)),
        "lr": shortest(run.experiment.lr),
        "epochs": count(int(run.epoch[-1])),
        "bias0": fixed(float(run.params[0, 0]), 4),
        "weight0": fixed(float(run.params[0, 1]), 4),
        "bias": fixed(float(run.params[-1, 0]), 4),
        "weight": fixed(float(run.params[-1, 1]), 4),
        "loss0": fixed(float(run.loss[0])),
        "loss": fixed(float(run.loss[-1])),
        **bottom(run),
        "lowest": fixed(best.loss),
        **of_break(run),
    }


def of_steps(every: History, few: History) -> dict[str, Words]:
    """The figures of the first steps, and of how often the loss rose."""
    before, after = material.misses(few)
    return {
        "path_lr": shortest(every.experiment.lr),
        "batch": count(few.experiment.batch_size or 0),
        "all1": fixed(float(every.loss[1])),
        "few1": fixed(float(few.loss[1])),
        "miss0": measured(before),
        "miss1": measured(after),
        "all_steps": count(len(every) - 1),
        "few_steps": count(len(few) - 1),
        "all_rises": count(material.rises(every)),
        "few_rises": count(material.rises(few)),
    }


def of_budget(every: History, few: History) -> dict[str, Words]:
    """The figures of the same number of looks, and of the last third of each run."""
    spent = material.budget(few, every)
    found = {
        "looks": count(spent.points),
        "all_made": count(spent.every),
        "few_made": count(spent.few),
        "all_then": fixed(float(every.loss[spent.every])),
        "few_then": fixed(float(few.loss[spent.few])),
    }
    for name, run in (("all", every), ("few", few)):
        low, high = material.loss_range(run)
        found |= {f"{name}_low": fixed(low), f"{name}_high": fixed(high)}
        found[f"{name}_end"] = fixed(float(run.loss[-1]))
    return found
