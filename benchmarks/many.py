"""What a batch of runs gains: train_many() against train() for one run after the other, in one process.

``python benchmarks/many.py`` trains a ReLU net of 2 nodes from 200 seeds as one batch, and a few of the seeds one by
one, from which the time of all is extrapolated; then a line at 10 learning rates, a logistic curve at 10 learning
rates, and one from 5 starts, all of them both ways, in turns. Below a limit, or if a bit differs, it fails.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from learning.experiment import Experiment
from learning.history import History
from learning.training import train, train_many

RATES = tuple(0.0001 * 1.5**k for k in range(10))
STARTS = ((-0.8, -0.3), (-3.0, -1.0), (-10.0, -1.0), (4.0, 8.0), (60.0, -40.0))


class Case(NamedTuple):
    """Runs that make one batch."""

    what: str
    runs: list[Experiment]
    some: int  # how many of them are trained one by one
    rounds: int
    limit: float  # times as fast as one by one, at least


def net(seed: int, nodes: int, epochs: int) -> Experiment:
    """Return the experiment of one seed: the notes' broken line, only the first and the last state recorded."""
    data = {"data": "broken-line", "data_seed": 43052, "model": "relu", "nodes": nodes}
    return Experiment(**data, loss="mse", lr=0.1, epochs=epochs, seed=seed, record_every=max(epochs, 1))


def cases(seeds: int, nodes: int, epochs: int, rounds: int) -> list[Case]:
    """Return what is measured; of line and curves every epoch is recorded."""
    line = Experiment(epochs=epochs // 20)
    curve = Experiment(data="logistic", model="logistic", loss="bce", lr=0.25, epochs=epochs // 20)
    nets = [net(seed, nodes, epochs) for seed in range(seeds)]
    return [
        Case(f"{seeds} seeds of a net of {nodes} nodes", nets, 5, 1, 10.0),
        Case("10 rates of a line", [line.replace(lr=lr) for lr in RATES], 10, rounds, 3.0),
        Case("10 rates of a curve", [curve.replace(lr=1000 * lr) for lr in RATES], 10, rounds, 2.0),
        Case("5 starts of a curve", [curve.replace(start=start) for start in STARTS], 5, rounds, 2.0),
    ]


def by_one(experiments: Sequence[Experiment]) -> list[History]:
    """Train one after the other."""
    return [train(experiment) for experiment in experiments]


def timed(
    run: Callable[[Sequence[Experiment]], list[History]], experiments: list[Experiment]
) -> tuple[float, list[str]]:
    """Return the seconds, and the digests of the histories."""
    begin = time.perf_counter()
    histories = run(experiments)
    return time.perf_counter() - begin, [history.digest() for history in histories]


def measure(case: Case) -> bool:
    """Print the times and their ratio; return whether it is at least the limit and the histories are the same."""
    train(case.runs[0].replace(epochs=10))  # the first run pays for imports and caches
    pairs = [(timed(by_one, case.runs[: case.some]), timed(train_many, case.runs)) for _ in range(case.rounds)]
    same = all(one == beside[: case.some] for (_, one), (_, beside) in pairs)
    times = [(few * len(case.runs) / case.some, batch) for (few, _), (batch, _) in pairs]
    ratio = statistics.median(every / batch for every, batch in times)
    every, batch = (statistics.median(column) for column in zip(*times, strict=True))
    print(f"{case.what}, {case.runs[0].epochs} epochs: batch {batch:.2f} s, one by one {every:.2f} s;", end=" ")
    print(f"{ratio:.1f} times as fast (at least {case.limit:.0f}); the same bits: {'yes' if same else 'NO'}")
    return same and ratio >= case.limit


def main() -> int:
    """Print a line for each case; return 1 if one is below its limit or its histories differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    good = [measure(case) for case in cases(options.seeds, options.nodes, options.epochs, options.rounds)]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
