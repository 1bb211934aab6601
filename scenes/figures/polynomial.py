"""The numbers that captions and notes quote of a polynomial, as recorded."""

import numpy as np

from learning import theory
from learning.history import History
from scenes.figures import count, of_break
from scenes.figures.rate import factor_words, rounded
from scenes.markup import Words
from scenes.material import polynomial as material
from scenes.numbers import MINUS, fixed, measured, scientific, shortest

COLUMNS = (Words("x", "$x$"), Words("x²", "$x^2$"), Words("x³", "$x^3$"), Words("1", "$1$"))
WEIGHTS = (Words("w₁", "$w_1$"), Words("w₂", "$w_2$"), Words("w₃", "$w_3$"), Words("b", "$b$"))
"""The columns of X, the 1 of the bias among them, and the weights that go with them."""


def of_film(run: History, homework: History, bowl: material.Bowl) -> dict[str, Words]:
    """All figures of the film."""
    return {**_of_run(run, bowl), **_of_homework(homework), **_of_bowl(run, bowl), **_of_rates(run, homework, bowl)}


def _of_run(run: History, bowl: material.Bowl) -> dict[str, Words]:
    step = run.params[1].astype(float) - run.params[0]
    most = int(np.argmax(np.abs(step)))
    ends = dict(zip(("w1", "w2", "w3", "b"), run.params[-1], strict=True))
    made = dict(zip(("true1", "true2", "true3", "trueb"), run.truth or (0.0,) * 4, strict=True))
    return {
        "x": COLUMNS[0],
        "n": count(len(run.x)),
        "lr": shortest(run.experiment.lr),
        "epochs": count(int(run.epoch[-1])),
        "line_loss": fixed(material.straight(run)[1]),
        "loss0": fixed(float(run.loss[0])),
        "loss": fixed(float(run.loss[-1]), 4),
        "least": fixed(bowl.least, 4),
        "first": _listed(run.params[0]),
        "most_weight": WEIGHTS[most],
        "most_change": fixed(float(step[most]), 4),
        "x_change": fixed(float(step[0]), 4),
        "best": _listed(bowl.best),
        "broken": of_break(run)["broken"],
        "learned": _polynomial([fixed(float(weight)) for weight in run.params[-1]]),
        "made": _polynomial([shortest(weight) for weight in run.truth] if run.truth else [*map(fixed, bowl.best)]),
        **{name: fixed(float(weight), 4) for name, weight in ends.items()},
        **{name: shortest(weight) for name, weight in made.items()},
    }


def _of_homework(run: History) -> dict[str, Words]:
    growth, last = material.growth(run), len(run.epoch) - 1
    gone = np.flatnonzero(np.isnan(run.loss))
    return {
        "large": shortest(run.experiment.lr),
        "then1": fixed(float(run.loss[min(1, last)])),
        "then2": fixed(float(run.loss[min(2, last)])),
        "then3": fixed(float(run.loss[min(3, last)])),
        "large_loss": fixed(float(run.loss[-1]), 4),
        "inf_epoch": of_break(run)["broken"],
        "most": scientific(float(np.finfo(np.float32).max), 2),
        "inf": fixed(float(run.loss[run.first_broken or 0])),
        "nan_epoch": count(int(run.epoch[gone[0]]) if len(gone) else 0),
        "times": measured(growth or 0.0),
    }


def _of_bowl(run: History, bowl: material.Bowl) -> dict[str, Words]:
    sizes = np.abs(material.columns(run, run.x)).max(axis=0)
    return {
        "steep": COLUMNS[bowl.steepest],
        "steep_weight": WEIGHTS[bowl.steepest],
        "steep_size": fixed(float(sizes[bowl.steepest]), 1),
        "x_size": fixed(float(sizes[0]), 1),
        "steepness": fixed(float(bowl.steepness[bowl.steepest]), 1),
        "x_steepness": fixed(float(bowl.steepness[0]), 1),
        "lambda": Words("λmax", '$lambda_"max"$'),
        "lmax": fixed(bowl.largest),
        "critical": rounded(bowl.critical),
    }


def _of_rates(run: History, homework: History, bowl: material.Bowl) -> dict[str, Words]:
    rates = rates_of(run, homework)
    below = [rate for rate in rates if rate <= bowl.critical]
    beyond = [rate for rate in rates if rate > bowl.critical]
    return {
        "below": shortest(min(below, default=0.0)),
        "beyond": shortest(max(beyond, default=0.0)),
        "square": measured((1 - homework.experiment.lr * bowl.largest) ** 2),
        "below_factor": factor_of(run, min(below, default=0.0)),
        "beyond_factor": factor_of(run, max(beyond, default=0.0)),
    }


def rates_of(run: History, homework: History) -> list[float]:
    """The learning rates, ascending, each once."""
    return sorted({run.experiment.lr, homework.experiment.lr})


def factor_of(run: History, rate: float) -> Words:
    """What a step of this rate multiplies the distance along the steepest direction by."""
    return factor_words(theory.factor(rate, material.columns(run, run.x), "mse"))


def _polynomial(weights: list[Words]) -> Words:
    """The polynomial with these weights, in the order of the formula: ``4x + 3x² − 2x³ + 1``."""
    made = Words("", "")
    for number, power in zip(weights, [*COLUMNS[:3], Words("", "")], strict=True):
        less, size = number.plain.startswith(MINUS), Words(*(form.removeprefix(MINUS) for form in number))
        sign = f" {MINUS} " if less and made.plain else MINUS if less else " + " if made.plain else ""
        made = Words(*(before + sign + a + b for before, a, b in zip(made, size, power, strict=True)))
    return made


def _listed(weights: np.ndarray) -> Words:
    text = ", ".join(fixed(float(weight), 4).plain for weight in weights)
    return Words(text, text)
