"""The numbers that captions and notes quote of a net of stairs, on points that it saw and on fresh ones."""

from learning import nodes
from learning.history import History
from learning.theory import STEEPNESS
from scenes.figures import count, of_break, percent
from scenes.markup import Words
from scenes.material.overfit import Pile, Scores
from scenes.numbers import fixed, shortest

SYMBOLS = {
    "place": Words("x = −b/w", "$x = -b \\/ w$"),
    "second": Words("w′", "$w'$"),
}


def of_film(line: History, noise: History, scores: tuple[Scores, Scores], pile: Pile) -> dict[str, Words]:
    """All figures of the film; those of noise begin with noise_."""
    same = {
        **SYMBOLS,
        "steep": shortest(STEEPNESS),
        "n": count(len(line.x)),
        "fresh_n": count(len(line.test_y) if line.test_y is not None else 0),
        "nodes": count(line.experiment.nodes or 0),
        "lr": shortest(line.experiment.lr),
        "epochs": count(int(line.epoch[-1])),
    }
    return {**same, **_of_stair(line, pile), **_of_run(line, scores[0], ""), **_of_run(noise, scores[1], "noise_")}


def _of_stair(run: History, pile: Pile) -> dict[str, Words]:
    high = float(nodes.layers(run).w2[0, pile.order[0]])
    return {"stair_at": fixed(float(pile.stairs_at[0]), 2), "stair_high": fixed(high, 3)}


def _of_run(run: History, score: Scores, name: str) -> dict[str, Words]:
    figures = {
        "loss0": fixed(float(score.first[0]), 4),
        "loss": fixed(float(score.last[0]), 4),
        "fresh0": fixed(float(score.first[1]), 4),
        "fresh": fixed(float(score.last[1]), 4),
        "zero": fixed(float(score.zero[0]), 4),
        "fresh_zero": fixed(float(score.zero[1]), 4),
        "truth": fixed(float(score.truth[0]), 4),
        "fresh_truth": fixed(float(score.truth[1]), 4),
        "least": fixed(score.least, 4),
        "least_epoch": count(score.epoch),
        "less": percent(score.less),
        "broken": of_break(run)["broken"],
    }
    return {name + key: words for key, words in figures.items()}
