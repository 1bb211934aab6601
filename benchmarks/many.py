"""What a batch of nets gains: train_many() against train() for one seed after the other, in one process.

``python benchmarks/many.py`` trains a ReLU net of 2 nodes from 200 seeds for 10,000 epochs as one batch, and a few of
the seeds one by one, from which the time of all is extrapolated; below the limit, or if a bit differs, it fails.
"""

from __future__ import annotations

import argparse
import sys
import time

from learning.experiment import Experiment
from learning.history import History
from learning.training import train, train_many

LIMIT = 10.0


def net(seed: int, nodes: int, epochs: int) -> Experiment:
    """Return the experiment of one seed: the notes' broken line, only the first and the last state recorded."""
    data = {"data": "broken-line", "data_seed": 43052, "model": "relu", "nodes": nodes}
    return Experiment(**data, loss="mse", lr=0.1, epochs=epochs, seed=seed, record_every=max(epochs, 1))


def by_one(experiments: list[Experiment]) -> tuple[float, list[History]]:
    """Train one after the other; return the seconds and the histories."""
    begin = time.perf_counter()
    histories = [train(experiment) for experiment in experiments]
    return time.perf_counter() - begin, histories


def as_batch(experiments: list[Experiment]) -> tuple[float, list[History]]:
    """Train all of them at once; return the seconds and the histories."""
    begin = time.perf_counter()
    histories = train_many(experiments)
    return time.perf_counter() - begin, histories


def main() -> int:
    """Print the times and their ratio; return 1 if it is below the limit or the histories differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--some", type=int, default=5)
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=10_000)
    options = parser.parse_args()
    experiments = [net(seed, options.nodes, options.epochs) for seed in range(options.seeds)]
    train(net(0, options.nodes, 10))  # the first run pays for imports and caches
    few, alone = by_one(experiments[: options.some])
    batch, beside = as_batch(experiments)
    same = all(one.digest() == other.digest() for one, other in zip(alone, beside, strict=False))
    every = few * len(experiments) / len(alone)
    print(f"{options.seeds} nets of {options.nodes} nodes, {options.epochs} epochs: batch {batch:.1f} s,", end=" ")
    print(f"one by one {every:.0f} s (from {len(alone)}); the same bits: {'yes' if same else 'NO'}")
    print(f"the batch is {every / batch:.0f} times as fast (at least {LIMIT:.0f})")
    return int(every / batch < LIMIT or not same)


if __name__ == "__main__":
    sys.exit(main())
