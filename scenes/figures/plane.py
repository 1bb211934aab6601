"""The numbers of a run on a plane of its weights."""

import numpy as np

from learning.history import History
from learning.plane import shares
from scenes.figures import count, of_break
from scenes.markup import Words
from scenes.material import plane as material
from scenes.material.plane import Ground
from scenes.numbers import fixed, measured

BARS = 8
"""Directions that have a bar of their own; all others share one."""


SURE = 1e-9
"""A share that differs from nothing, or from everything, by less than this differs by rounding."""


AXES = {
    f"{letter}{k}": Words(f"{letter}{sub}", f"${letter}_{k}$") for letter in "dra" for k, sub in ((1, "₁"), (2, "₂"))
}
"""The directions of a plane: those in which a run moved most, random ones, and those that came with it."""


def of_run(run: History) -> dict[str, Words]:
    """How many weights, how long, and from what loss to what."""
    near = np.flatnonzero(material.near(run))
    return {
        **AXES,
        "n": count(len(run.y)),
        "weights": count(len(run.names)),
        "epochs": _epoch(run, len(run.epoch) - 1),
        "near_epoch": _epoch(run, int(near[-1])),
        "loss0": fixed(float(run.loss[0]), 4),
        "loss": fixed(float(run.loss[-1]), 4),
        "broken": of_break(run)["broken"],
    }


def of_net(run: History) -> dict[str, Words]:
    """What only our own nets have: nodes, and the seed of their first weights."""
    asked = run.experiment
    return {"nodes": count(asked.nodes or 0), "seed": Words(*(str(asked.seed),) * 2)}


def of_directions(run: History, ground: Ground) -> dict[str, Words]:
    """How the movement divides up, and what the plane holds of it."""
    every = np.append(shares(material.states(run)), np.zeros(2))
    most = float(every[:2].sum())
    return {
        "first": tenths(float(every[0])),
        "second": tenths(float(every[1])),
        "most": tenths(most),
        "others": tenths(max(1 - most, 0.0) if every.any() else 0.0),
        "share": tenths(ground.share),
        "left": tenths(1 - ground.share),
    }


def of_surface(ground: Ground) -> dict[str, Words]:
    """The points at which the loss over the plane was computed, and where the run is farthest from it."""
    gap, sides = ground.gap, ground.terrain.loss.shape
    return {
        "grid": Words(*(f"{sides[0]} × {sides[1]}",) * 2),
        "points": count(sides[0] * sides[1]),
        "gap_epoch": _epoch(ground.run, gap.row),
        "gap_loss": fixed(gap.loss, 4),
        "gap_below": fixed(gap.below, 4),
        "distance": fixed(abs(gap.loss - gap.below), 4),
        "away": measured(gap.away, 2),
    }


def bars(run: History) -> tuple[np.ndarray, list[Words], list[Words]]:
    """Shares, numbers and names of the bars: the first directions each by itself, and all others together."""
    every = shares(material.states(run))
    every = np.append(every, np.zeros(max(len(run.names) - len(every), 0)))
    if len(every) <= BARS + 1:
        return every, [tenths(float(share)) for share in every], [_direction(k + 1) for k in range(len(every))]
    few = np.append(every[:BARS], every[BARS:].sum())
    together = Words(f"{BARS + 1} – {len(every):,}", f"$d_{BARS + 1} thin … thin d_({len(every)})$")
    return few, [tenths(float(share)) for share in few], [*(_direction(k + 1) for k in range(BARS)), together]


def tenths(share: float) -> Words:
    """A share in tenths of a percent, so that those of a few directions add up: ``94.3 %``, ``0.4 %``, ``100 %``."""
    if share < SURE or share > 1 - SURE:
        text = f"{round(100 * share)} %"
    else:
        text = "< 0.1 %" if share < 0.0005 else "> 99.9 %" if share >= 0.9995 else f"{100 * share:.1f} %"
    return Words(text, text)


def _epoch(run: History, row: int) -> Words:
    """The epoch of a row; with decimals where it is not whole."""
    epoch = float(run.epoch[row])
    return count(int(epoch)) if epoch == int(epoch) else fixed(epoch, 2)


def _direction(number: int) -> Words:
    return Words(f"d{number}", f"$d_{number}$")
