"""What several optimizers make of the same starts, and the numbers that captions quote of their steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from learning import steps
from learning.history import History
from scenes.figures import count, percent
from scenes.figures import curve as curves
from scenes.markup import Words, verbatim
from scenes.numbers import fixed, shortest

if TYPE_CHECKING:
    from scenes.bases.curve import Side

PAST = 0.02
"""By so much of the way from start to minimum a run must pass it to be called past it."""

MANY = 5
"""From so many steps on it is the averages that carry a run, not the length of a single step."""

Kind = Literal["plain", "momentum", "rmsprop", "adam", "other"]


def names_of(optimizers: Sequence[str], runs: Sequence[History]) -> list[str]:
    """What each optimizer is called: as torch.optim spells it, or momentum."""
    return [
        "momentum" if asked == "momentum" else run.experiment.optimizer
        for asked, run in zip(optimizers, runs, strict=True)
    ]


def of_film(sides: Sequence[Side], names: Sequence[str]) -> dict[str, Words]:
    """Figures of the film as a whole."""
    run = sides[0].runs[0]
    return {
        "lr": shortest(run.experiment.lr),
        "epochs": count(int(run.epoch[-1])),
        "lowest": fixed(sides[0].least, 4),
        "loss_name": Words(run.experiment.loss.upper(), run.experiment.loss.upper()),
        "optimizers": verbatim(", ".join(names)),
    }


def of_start(start: int, sides: Sequence[Side], names: Sequence[str]) -> dict[str, Words]:
    """How far each optimizer came from a start, and which never left."""
    runs = [side.runs[start] for side in sides]
    resting = resting_of(start, sides)
    done = [
        f"{name} {percent(curves.share_done(run, side.least)).plain}"
        for name, run, side in zip(names, runs, sides, strict=True)
    ]
    ends = [f"{name} {curves.end_of(run).plain}" for name, run in zip(names, runs, strict=True)]
    moved = [text for number, text in enumerate(done) if number not in resting]
    return {
        "start": curves.start_of(runs[0]),
        "slope": fixed(curves.first_slope(runs[0]), 3),
        "done": verbatim(", ".join(done)),
        "moved": verbatim(", ".join(moved)),
        "resting": verbatim(", ".join(names[number] for number in resting)),
        "rest": count(min((curves.rest_of(runs[number]) for number in resting), default=0)),
        "ends": verbatim(", ".join(ends)),
    }


def resting_of(start: int, sides: Sequence[Side]) -> list[int]:
    """The sides whose run from a start stays where it began for at least half of its epochs."""
    return [i for i, side in enumerate(sides) if curves.is_stuck(side.runs[start], side.least)]


def flattest_start(runs: Sequence[History]) -> int:
    """The start with the smallest first gradient, the same for every optimizer."""
    return int(np.argmin([curves.first_slope(run) for run in runs]))


def explained(runs: Sequence[History]) -> int:
    """The optimizer whose step is told in detail: Adam's if it is there, otherwise the most elaborate that is known."""
    order: tuple[Kind, ...] = ("adam", "rmsprop", "momentum", "other", "plain")
    return min(range(len(runs)), key=lambda number: order.index(kind_of(runs[number])))


def kind_of(run: History) -> Kind:
    """Of which kind an optimizer's step is."""
    asked = run.experiment
    if asked.optimizer == "SGD":
        return "momentum" if dict(asked.optimizer_options).get("momentum") else "plain"
    kinds: dict[str, Kind] = {"Adam": "adam", "AdamW": "adam", "RMSprop": "rmsprop"}
    return kinds.get(asked.optimizer, "other")


def of_step(run: History, name: str) -> dict[str, Words]:
    """The first step of a run along its first weight, part by part, as recorded and by the optimizer's formula."""
    gradient, moved = float(run.grads[0, 0]), float(run.params[1, 0]) - float(run.params[0, 0])
    figures = {
        "name": verbatim(name),
        "g": fixed(gradient, 3),
        "step": fixed(moved, 3),
        "plain_step": fixed(-run.experiment.lr * gradient, 3),
    }
    if kind_of(run) in ("adam", "rmsprop"):
        made = steps.steps(run)
        mean = made.m_hat[0, 0] if made.m_hat is not None else gradient
        square = made.v_hat if made.v_hat is not None else made.v
        root = float(np.sqrt(square[0, 0])) if square is not None else 0.0
        figures |= {"m": fixed(float(mean), 3), "root": fixed(root, 3), "ratio": fixed(float(mean) / (root or 1.0), 3)}
    return figures


def step_sizes(run: History) -> np.ndarray:
    """The length of each recorded step, (T - 1,)."""
    return np.asarray(np.linalg.norm(np.diff(run.params.astype(float), axis=0), axis=1))


def farthest(run: History, minimum: tuple[float, float]) -> tuple[float, int]:
    """How far a run got along the straight way from its start to the minimum, as a share, and in which epoch."""
    params = run.params.astype(float)
    way = np.array(minimum) - params[0]
    shares = np.nan_to_num((params - params[0]) @ way / max(float(way @ way), 1e-12), nan=-1.0)
    row = int(np.argmax(shares))
    return float(shares[row]), int(run.epoch[row])


def of_overshoot(sides: Sequence[Side], names: Sequence[str], start: int) -> tuple[str, dict[str, Words], int]:
    """The caption, the figures and the epoch of the run from a start that goes farthest past the minimum, if one does.

    Where an average of gradients carried it there, over many steps, the caption says so.
    """
    far = [farthest(side.runs[start], side.surface.terrain.minimum[:2]) for side in sides]
    most = max(range(len(far)), key=lambda number: far[number][0])
    share, epoch = far[most]
    if share < 1 + PAST:
        return "none", {}, int(sides[most].runs[start].epoch[-1])
    carried = kind_of(sides[most].runs[start]) in ("adam", "momentum") and epoch >= MANY
    words = {"past": verbatim(names[most]), "over": _share(share - 1), "peak": count(epoch)}
    return ("carried" if carried else "over"), words, epoch


def walks_on(sides: Sequence[Side], start: int, explained: int) -> bool:
    """Whether SGD is stuck at a start from which an optimizer that divides by the size of the gradient gets away."""
    stuck = [kind_of(sides[number].runs[start]) for number in resting_of(start, sides)]
    run = sides[explained].runs[start]
    moved = curves.share_done(run, sides[explained].least) > curves.RESTING
    return "plain" in stuck and kind_of(run) in ("adam", "rmsprop") and moved


def _share(value: float) -> Words:
    text = f"{min(100 * value, 1e6):,.0f} %"
    return Words(text, text)
