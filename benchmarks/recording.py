"""What recording costs: train() against the notes' loop, which keeps nothing, interleaved in one process.

``python benchmarks/recording.py`` prints the median of the rounds' ratios; above the limit it fails.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch

from learning.data import load
from learning.experiment import Experiment
from learning.training import train

LIMIT = 1.2


def bare(experiment: Experiment) -> None:
    """Train a line on all the data as the notes do, in a plain PyTorch loop, and keep nothing."""
    data = load(experiment.data, experiment.seed)
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)  # (N,)
    features = torch.stack([torch.ones_like(x), x], dim=1)  # (N, 2)
    weights = torch.tensor(experiment.start, requires_grad=True)  # (2,)
    optimizer = torch.optim.SGD([weights], lr=experiment.lr)
    for _ in range(experiment.epochs):
        weights.grad = None  # as the notes do; zero_grad is slower and would flatter the ratio
        loss = torch.sum((y - features @ weights) ** 2)
        loss.backward()
        optimizer.step()


def seconds(run: Callable[[Experiment], object], experiment: Experiment) -> float:
    """Return how long one run takes."""
    begin = time.perf_counter()
    run(experiment)
    return time.perf_counter() - begin


def main() -> int:
    """Print the times and their ratio; return 1 if it is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=41)
    options = parser.parse_args()
    experiment = Experiment(epochs=options.epochs)
    for run in (bare, train):  # the first run of each pays for imports and caches
        run(experiment)
    pairs = [(seconds(bare, experiment), seconds(train, experiment)) for _ in range(options.rounds)]
    ratio = statistics.median(recorded / plain for plain, recorded in pairs)
    plain, recorded = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    print(f"{options.epochs} epochs, {options.rounds} rounds: bare {plain:.1f} ms, train {recorded:.1f} ms")
    print(f"recording costs {ratio:.3f} times the bare loop (at most {LIMIT})")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
