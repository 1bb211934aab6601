"""The numbers of ReLU nets that captions and notes quote, as recorded."""

from collections.abc import Sequence

import numpy as np

from learning import landscape, nodes, theory
from learning.history import History
from scenes.figures import count, of_break
from scenes.markup import Words
from scenes.material import net as net_material
from scenes.material.net import Halves, Tries
from scenes.numbers import MINUS, fixed, measured, shortest
from scenes.panels.network import short

SYMBOLS = {
    "x": Words("x", "$x$"),
    "u": Words("u", "$u$"),
    "v": Words("v", "$v$"),
    "first": Words("w", "$w$"),
    "second": Words("w′", "$w'$"),
}
"""Mathematics of one node: what goes in, what it makes of it, and the weights before and after."""


def of_training(run: History) -> dict[str, Words]:
    """The figures that every run of a net has."""
    frozen = net_material.frozen_row(run)
    return {
        **SYMBOLS,
        "n": count(len(run.x)),
        "nodes": count(run.experiment.nodes or 0),
        "lr": shortest(run.experiment.lr),
        "seed": Words(*(str(run.experiment.seed),) * 2),
        "epochs": count(int(run.epoch[-1])),
        "loss0": fixed(float(run.loss[0]), 4),
        "loss": fixed(float(run.loss[-1]), 4),
        "least": fixed(nodes.least_loss(run.x, run.y), 4),
        "broken": of_break(run)["broken"],
        "frozen": count(int(run.epoch[frozen])),
        "frozen_loss": fixed(float(run.loss[frozen]), 4),
    }


def of_line(line: History) -> dict[str, Words]:
    """The figures of a straight line, and of the best one that there is."""
    best = theory.least_squares(line.x, line.y)
    return {
        "line_loss": fixed(float(line.loss[-1]), 4),
        "line_least": fixed(float(landscape.loss_at(line, best[None])[0]), 4),
    }


def of_one(one: History) -> dict[str, Words]:
    """The figures of a single node."""
    first, second = net_material.weights(one)
    return {
        "one_loss": fixed(float(one.loss[-1]), 4),
        "one_first0": fixed(float(first[0, 0]), 4),
        "one_second0": fixed(float(second[0, 0]), 4),
        "one_second": short(float(second[0, 0])),
    }


def of_halves(run: History, who: Halves, slopes: tuple[float, float]) -> dict[str, Words]:
    """Which nodes carry which half at the frozen state, with what slope, and the slopes that the data came from."""
    return {
        "right_nodes": _listed(who.right),
        "left_nodes": _listed(who.left),
        "right_count": count(len(who.right)),
        "left_count": count(len(who.left)),
        "right_slope": fixed(who.right_slope),
        "left_slope": fixed(who.left_slope),
        "right_product": product(run, who.right),
        "left_product": product(run, who.left),
        "true_left": shortest(slopes[0]),
        "true_right": shortest(slopes[1]),
    }


def product(run: History, who: tuple[int, ...]) -> Words:
    """First and second weight of a single node multiplied, at the frozen state: ``1.93 × 1.87 =``."""
    if len(who) != 1:
        return Words("", "")
    row = net_material.frozen_row(run)
    both = [float(weight[row, who[0]]) for weight in net_material.weights(run)]
    rounded = [round(value, 2) for value in both]
    equal = "=" if f"{rounded[0] * rounded[1]:.2f}" == f"{both[0] * both[1]:.2f}" else "≈"
    parts = [_bracketed(fixed(value)) for value in both]
    return Words(*(f"{a} × {b} {equal}" for a, b in zip(*parts, strict=True)))


def _bracketed(number: Words) -> Words:
    """A factor: negative ones in brackets."""
    return Words(*(f"({form})" for form in number)) if number.plain.startswith(MINUS) else number


def of_standstill(run: History) -> dict[str, Words]:
    """When a run became what it is in the end, and how little it changed after that."""
    turning, since, faint = net_material.turning(run), nodes.settled_since(run), net_material.faint(run)
    half, far = net_material.moved(run)
    first = net_material.weights(run)[0][-1].astype(float)
    return {
        "turn": count(turning.epoch),
        "before_turn": count(max(turning.epoch - 1, 0)),
        "node": count((turning.node or 0) + 1),
        "settled": count(since or 0),
        "half": count(half),
        "moved": fixed(far, 4),
        "window": count(turning.window),
        "faint": _listed(tuple(faint)),
        "faint_weight": measured(float(first[faint[0]]), 2) if faint else Words("", ""),
    }


def of_pull(run: History) -> dict[str, Words]:
    """What the points add to the gradient of one weight in the end."""
    pull = net_material.pull(run)
    return {
        "zeros": count(pull.zeros),
        "others": count(len(pull.shares) - pull.zeros),
        "pull_node": count(pull.node + 1),
        "pull_weight": SYMBOLS["second" if pull.second else "first"],
        "slope": fixed(pull.total, 4),
        "largest_pull": measured(float(np.nan_to_num(np.abs(pull.shares)).max()), 2),
    }


def of_other(run: History) -> dict[str, Words]:
    """The run to compare with."""
    return {
        "other_seed": Words(*(str(run.experiment.seed),) * 2),
        "other_loss0": fixed(float(run.loss[0]), 4),
        "other_loss": fixed(float(run.loss[-1]), 4),
    }


def of_tries(tries: Sequence[Tries]) -> dict[str, Words]:
    """How many nets of each size got stuck, and how the first size's started."""
    first, last = tries[0], tries[-1]
    every = "; ".join(f"{many.size}: {tried(many.share).plain}" for many in tries)
    return {
        "runs": count(len(first.losses)),
        "size": count(first.size),
        "stuck": count(int(first.stuck.sum())),
        "one_sign": count(int(first.one_sign.sum())),
        "stayed": count(int((first.one_sign & first.stuck).sum())),
        "recovered": count(int((first.one_sign & ~first.stuck).sum())),
        "turned": count(int((~first.one_sign & first.stuck).sum())),
        "lost": count(sum(many.lost for many in tries)),
        "lost_first": count(first.lost),
        "largest": count(last.size),
        "share": tried(first.share),
        "last_share": tried(last.share),
        "every": Words(every, every),
    }


def tried(share: float) -> Words:
    """A share of so many tries, as far as they tell it: ``51.5 %``, ``1 %``."""
    text = f"{100 * share:.3g} %"
    return Words(text, text)


def _listed(numbers: tuple[int, ...]) -> Words:
    text = ", ".join(str(node + 1) for node in numbers)
    return Words(text, text)
