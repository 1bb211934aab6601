"""How many threads torch computes in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread, as many as it had afterwards.

    Arrays this small gain little from more, and lose tenfold where another process wants the same cores, for the
    threads wait for each other many times an epoch. And sums come out the same whatever the machine.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
