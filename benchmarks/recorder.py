"""What recording costs somebody's own loop: with and without, interleaved in one process, states looked at included.

``python benchmarks/recorder.py`` prints the median of the rounds' ratios for three loops; above the limit it fails.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader, TensorDataset

from learning.recorder import record

LIMIT = 1.3

Made = tuple[nn.Module, Optimizer]


class Loop(NamedTuple):
    """An ordinary loop, and what it begins with."""

    make: Callable[[], Made]
    run: Callable[[nn.Module, Optimizer, nn.Module, Tensor, Tensor], None]


def full_batch(net: nn.Module, optimizer: Optimizer, loss_fn: nn.Module, x: Tensor, y: Tensor) -> None:
    """Train 2,000 epochs of one update."""
    for _ in range(2000):
        optimizer.zero_grad()
        loss = loss_fn(net(x), y)
        loss.backward()
        optimizer.step()


def mini_batches(net: nn.Module, optimizer: Optimizer, loss_fn: nn.Module, x: Tensor, y: Tensor) -> None:
    """Train 60 epochs of seven updates, each with another 16 points, and a rate that falls."""
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 20, 0.5)
    loader = DataLoader(TensorDataset(x, y), batch_size=16, shuffle=True)
    for _ in range(60):
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss_fn(net(inputs), targets).backward()
            optimizer.step()
        scheduler.step()


def closures(net: nn.Module, optimizer: Optimizer, loss_fn: nn.Module, x: Tensor, y: Tensor) -> None:
    """Train 100 updates, each of several evaluations."""

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss: Tensor = loss_fn(net(x), y)
        loss.backward()
        return loss

    for _ in range(100):
        optimizer.step(closure)


def line() -> Made:
    """Return a line and plain gradient descent."""
    net = nn.Linear(1, 1)
    return net, torch.optim.SGD(net.parameters(), lr=0.01)


def relu_net() -> Made:
    """Return a net of 16 ReLU nodes and gradient descent with momentum."""
    net = nn.Sequential(nn.Linear(1, 16), nn.ReLU(), nn.Linear(16, 1))
    return net, torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)


def relu_net_and_lbfgs() -> Made:
    """Return a net of 16 ReLU nodes and LBFGS."""
    net, _ = relu_net()
    return net, torch.optim.LBFGS(net.parameters(), lr=0.1, max_iter=5, tolerance_change=0, tolerance_grad=0)


LOOPS = {
    "line, all the data": Loop(line, full_batch),
    "net, mini-batches": Loop(relu_net, mini_batches),
    "net, LBFGS": Loop(relu_net_and_lbfgs, closures),
}


def seconds(loop: Loop, recorded: bool) -> tuple[float, int]:
    """Return how long one run takes, and how many states it has, if recorded."""
    torch.manual_seed(43052)
    x = torch.randn(100, 1)
    y, loss_fn, (net, optimizer) = 2.5 + 4 * x + torch.randn(100, 1), nn.MSELoss(), loop.make()
    begin = time.perf_counter()
    if not recorded:
        loop.run(net, optimizer, loss_fn, x, y)
        return time.perf_counter() - begin, 0
    with record(net, optimizer, loss_fn, x, y) as run:
        loop.run(net, optimizer, loss_fn, x, y)
    taken = time.perf_counter() - begin
    return taken, len(run.history) if run.history else 0


def measured(name: str, loop: Loop, rounds: int) -> float:
    """Print the times of a loop and return the median of their ratios."""
    seconds(loop, False), seconds(loop, True)  # the first of each pays for imports and caches
    pairs = [(seconds(loop, False), seconds(loop, True)) for _ in range(rounds)]
    ratio = statistics.median(recorded / plain for (plain, _), (recorded, _) in pairs)
    plain, recorded = (statistics.median(one[0] for one in column) * 1000 for column in zip(*pairs, strict=True))
    states = statistics.median(pair[1][1] for pair in pairs)
    print(f"{name}: bare {plain:.1f} ms, recorded {recorded:.1f} ms, {ratio:.3f} times; {states:g} states")
    return ratio


def main() -> int:
    """Print the times and their ratios; return 1 if one is above the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    worst = max(measured(name, loop, rounds) for name, loop in LOOPS.items())
    print(f"recording costs at most {worst:.3f} times the loop (at most {LIMIT})")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
