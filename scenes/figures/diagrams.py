"""The numbers of models as diagrams that captions and notes quote, as recorded."""

from collections.abc import Mapping

from learning.history import History
from scenes.figures import count
from scenes.figures.net import SYMBOLS
from scenes.markup import Words
from scenes.material.diagrams import undrawn
from scenes.numbers import fixed, shortest


def of_models(runs: Mapping[str, History]) -> dict[str, Words]:
    """How many points and nodes there are, the weights of the lines, and the loss of every run."""
    net, wide = runs["net"].experiment, runs["wide"].experiment
    return {
        **SYMBOLS,
        "b": Words("b", "$b$"),
        "n": count(len(runs["columns"].x)),
        "many": count(len(runs["sigmoid"].x)),
        "nodes": count(net.nodes or 0),
        "wide": count(wide.nodes or 0),
        "others": count(2 * len(undrawn(wide.nodes or 0))),
        "epochs": count(net.epochs),
        **_weights("line", runs["columns"]),
        **_weights("linear", runs["bias"]),
        **_weights("curve", runs["sigmoid"]),
        **_weights("power", runs["polynomial"]),
        **{f"made{k}": shortest(weight) for k, weight in enumerate(runs["polynomial"].truth or ())},
        **{f"{label}_loss": fixed(float(run.loss[-1]), 4) for label, run in runs.items()},
        **{f"{label}_loss0": fixed(float(run.loss[0]), 4) for label, run in runs.items()},
    }


def _weights(name: str, run: History) -> dict[str, Words]:
    """The weights that a run of a single layer ended with, by number."""
    return {f"{name}{k}": fixed(float(weight)) for k, weight in enumerate(run.params[-1])}
