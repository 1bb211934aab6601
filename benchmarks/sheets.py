"""How long `lossreel sheet` takes: whole processes, interpreter and imports included, for every film.

``python benchmarks/sheets.py`` trains what the films need into a cache of its own, then draws each film's sheet in
turns with the others: at its defaults, and with a parameter changed. Both with their runs in the cache; above the
limit it fails. The first sheet with the changed parameter, which trains as well, is reported.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scenes.catalogue import FILMS

LIMIT = 3.0
CHANGES = {
    "descent": ("--lr", "0.002"),
    "tangent": ("--lr", "0.2"),
    "gradient-check": ("--start", "9,-4"),
    "learning-rate": ("--lr", "0.0005", "--lr", "0.002", "--lr", "0.009"),
    "linear-layer": ("--seed", "7"),
    "flat-regions": ("--lr", "0.3"),
    "optimizers": ("--lr", "0.3"),
    "relu-nodes": ("--lr", "0.15"),
    "logistic": ("--lr", "0.3"),
    "logistic-limit": ("--net-seed", "2"),
    "overfit": ("--nodes", "400"),
    "plane": ("--nodes", "6"),
    "polynomial": ("--lr", "0.02"),
    "stuck": ("--seed", "7"),
    "diagrams": ("--nodes", "3"),
    "sse-mse": ("--mean-lr", "0.05"),
    "stochastic": ("--path-lr", "0.0005"),
}


def seconds(film: str, folder: Path, *changes: str) -> float:
    """Return how long one process takes that draws a sheet."""
    command = [sys.executable, "-m", "scenes.cli", "sheet", film, *changes, "-o", str(folder / f"{film}.png")]
    begin = time.perf_counter()
    subprocess.run(
        command, env={**os.environ, "LOSSREEL_CACHE": str(folder / "cache")}, check=True, capture_output=True
    )
    return time.perf_counter() - begin


def measure(films: list[str], rounds: int, folder: Path) -> bool:
    """Print a line for each film; return whether all are within the limit."""
    for film in films:
        seconds(film, folder)  # trains; and the first process writes what Python has compiled
    trained = {film: seconds(film, folder, *CHANGES[film]) for film in films}
    ways = [(film, changes) for film in films for changes in ((), CHANGES[film])]
    taken = [[seconds(film, folder, *changes) for film, changes in ways] for _ in range(rounds)]
    middle = dict(zip(ways, (statistics.median(column) for column in zip(*taken, strict=True)), strict=True))
    print(
        f"seconds for a sheet, median of {rounds} interleaved rounds (at most {LIMIT:.1f}); changed and trained, once"
    )
    print(f"{'':15}{'defaults':>10}{'changed':>10}{'trained':>10}")
    for film in films:
        defaults, changed = middle[film, ()], middle[film, CHANGES[film]]
        print(f"{film:15}{defaults:10.2f}{changed:10.2f}{trained[film]:10.2f}")
    return max(middle.values()) <= LIMIT


def main() -> int:
    """Measure; return 1 if a sheet takes longer than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--film", action="append", choices=FILMS, help="only this one; may be repeated")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return int(not measure(options.film or list(FILMS), options.rounds, Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
