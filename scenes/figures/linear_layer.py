"""The numbers that captions and notes quote of linear layers, as recorded."""

import numpy as np

from learning.history import History
from learning.shapes import refusal
from scenes.figures import count
from scenes.markup import Words, verbatim
from scenes.numbers import MINUS, fixed, shortest

DECIMALS = 4
"""Those that torch prints."""


def of_layer(run: History) -> dict[str, Words]:
    """Of the layer with one input."""
    slope, bias = (float(value) for value in run.params[0])
    return {
        "n": count(len(run.x)),
        "x": Words("x", "$x$"),
        "seed": Words(*(str(run.experiment.seed),) * 2),
        "weight": written(slope),
        "bias": written(bias),
        "change": written(abs(slope)),
        "sum0": first_row(run),
    }


def first_row(run: History) -> Words:
    """How the first ŷ comes about: ``−0.3467 × (−2.4821) + (−0.8470) = 0.0135``."""
    slope, bias, x, made = (float(v) for v in (*run.params[0], run.x[0], run.yhat[0, 0]))
    rounded = round(slope, DECIMALS) * round(x, DECIMALS) + round(bias, DECIMALS)
    equal = "=" if f"{rounded:.4f}" == f"{made:.4f}" else "≈"
    parts = [written(slope), bracketed(x), bracketed(bias), written(made)]
    return Words(*(f"{w} × {v} + {b} {equal} {y}" for w, v, b, y in zip(*parts, strict=True)))


def of_columns(run: History) -> dict[str, Words]:
    """Of the layer with two inputs."""
    return {"w0": written(float(run.params[0, 0])), "w1": written(float(run.params[0, 1]))}


def of_forgotten(run: History) -> dict[str, Words]:
    """Of the layer with two inputs and a bias that nobody wanted."""
    first, _, extra = (float(value) for value in run.params[0])
    return {
        "sum_sign": Words("+", "+"),
        "sum_equal": Words(*("=" if summed(run) == "sum" else "≈",) * 2),
        "extra_term": bracketed(extra),
        "first": written(first),
        "extra": written(extra),
        "both": written(first + extra),
        "pull": fixed(float(run.grads[0, 0]), 2),
        "pull_extra": fixed(float(run.grads[0, 2]), 2),
    }


def summed(run: History) -> str:
    """Whether the two numbers for one intercept add up as they are written, or only before they are rounded."""
    first, _, extra = (float(value) for value in run.params[0])
    rounded = round(first, DECIMALS) + round(extra, DECIMALS)
    return "sum" if f"{rounded:.4f}" == f"{first + extra:.4f}" else "sum_rounded"


def inside(run: History, span: tuple[float, float]) -> Words:
    """How many points lie in a range of y."""
    return count(int(np.sum((run.y >= span[0]) & (run.y <= span[1]))))


def of_refusals(run: History) -> dict[str, Words]:
    """What torch says to X, and to x without its second dimension."""
    rows = len(run.x)
    says = {"message": refusal((rows, 2), 1, 1), "message_flat": refusal((rows,), 1, 1)}
    return {name: verbatim(str(message)) for name, message in says.items()}


def of_homework(first: History, ways: tuple[History, History], wanted: tuple[float, float]) -> dict[str, Words]:
    """The line that is asked for, and what the layers say."""
    intercept, slope = wanted
    sign = MINUS if intercept < 0 else "+"
    line = Words(*(f"{a} {{}} {sign} {b}" for a, b in zip(shortest(slope), shortest(abs(intercept)), strict=True)))
    said = [", ".join(written(float(y)).plain for y in way.yhat[0]) for way in ways]
    return {
        "points": count(len(first.x)),
        "slope": shortest(slope),
        "intercept": shortest(intercept),
        "line": Words(line.plain.format("x"), line.typeset.format("$x$")),
        "first_weight": written(float(first.params[0, 0])),
        "first_bias": written(float(first.params[0, 1])),
        "homework_seed": Words(*(str(first.experiment.seed),) * 2),
        "said": verbatim(said[0]),
        "said_again": verbatim(said[1]),
    }


def way(run: History) -> str:
    """Whether the layer's line rises or falls."""
    return "rises" if run.params[0, 0] > 0 else "falls"


def shifted(run: History) -> str:
    """Which way the bias moves the line of a layer that has ones already."""
    return "up" if run.params[0, -1] > 0 else "down"


def agree(ways: tuple[History, History]) -> bool:
    """Whether both ways give the same numbers, as they are written."""
    with_bias, without = ([written(float(y)) for y in way.yhat[0]] for way in ways)
    return with_bias == without


def written(value: float) -> Words:
    """A number as torch prints it."""
    return fixed(value, DECIMALS)


def bracketed(value: float) -> Words:
    """A number in brackets where it is negative."""
    number = written(value)
    return Words(*(f"({form})" for form in number)) if value < 0 else number


def all_written(values: np.ndarray) -> np.ndarray:
    """The words of each number of an array, of the same shape."""
    words = np.empty(values.shape, dtype=object)
    for place, value in np.ndenumerate(values):
        words[place] = written(float(value))
    return words
