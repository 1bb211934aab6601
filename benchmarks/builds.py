"""What a build costs: whole processes, in a folder and with a cache of their own.

``python benchmarks/builds.py`` builds the example of the headline films from nothing, one film at a time and two, in
turns; then with nothing to do; then with one parameter of one film changed, against rendering that film alone; then
with one late caption of one film changed, in a copy of the source. Where a limit is broken, it fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "headlines.toml"
NOTHING_TO_DO = 0.5
BEYOND_THE_RENDER = 1.0
DRAFT = ["-q", "l"]
TWO_AT_A_TIME = 1.5
"""Times as fast as one at a time, on two cores. Missed at 1920x1080, where one film keeps 1.6 of them busy."""
FILM = ("flat-regions", "--starts", "-0.8,-0.3", "--starts", "-10,-1")
"""What the example asks of this film, besides the learning rate."""
LATE_TABLE = "[flat-regions.above]"
"""The captions of its last beat."""


class Place:
    """A folder with a copy of the example, a cache, and the source that is run."""

    def __init__(self, folder: Path, source: Path = ROOT) -> None:
        self.folder = folder
        self.source = source
        self.lecture = folder / EXAMPLE.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLE, self.lecture)
        self.rate = "lr = 0.25\n"
        self.said = ""

    def run(self, *arguments: str) -> float:
        """Run lossreel in a process of its own and return the seconds it took."""
        variables = {
            **os.environ,
            "LOSSREEL_CACHE": str(self.folder / "cache"),
            "PYTHONPATH": str(self.source),
        }
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "scenes.cli", *arguments],
            cwd=self.folder,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - begin
        if done.returncode:
            raise SystemExit(f"{' '.join(arguments)}: {done.stderr}")
        self.said = done.stdout
        return seconds

    def build(self, *options: str) -> float:
        """Build the lecture."""
        return self.run("build", self.lecture.name, *options)

    def forget_all(self) -> None:
        """Be as if nothing had been built yet; histories are forgotten too."""
        for name in ("cache", "media"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def change(self, before: str, after: str) -> None:
        """Change the lecture file."""
        text = self.lecture.read_text(encoding="utf-8")
        if before not in text:
            raise SystemExit(f"{EXAMPLE.name} does not say {before!r} any more: change the benchmark")
        self.lecture.write_text(text.replace(before, after), encoding="utf-8")


@contextmanager
def place(source: Path = ROOT) -> Iterator[Place]:
    """Give a place, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Place(Path(folder) / "lecture", source)


def from_nothing(where: Place, rounds: int, options: list[str]) -> bool:
    """Build from nothing, one at a time and two."""
    times: dict[str, list[float]] = {"1": [], "2": []}
    for _ in range(rounds):
        for jobs, seconds in times.items():
            where.forget_all()
            seconds.append(where.build("-j", jobs, *options))
    one, two = (statistics.median(seconds) for seconds in times.values())
    ratio = statistics.median(a / b for a, b in zip(*times.values(), strict=True))
    print(f"four films from nothing{' '.join(['', *options])}: -j 1 {one:.1f} s, -j 2 {two:.1f} s;", end=" ")
    print(f"{ratio:.2f} times as fast (at least {TWO_AT_A_TIME})")
    return ratio >= TWO_AT_A_TIME


def nothing_to_do(where: Place, options: list[str]) -> bool:
    """Build again, with nothing changed."""
    seconds = statistics.median(where.build(*options) for _ in range(7))
    good = seconds <= NOTHING_TO_DO and "4 unchanged" in where.said
    print(f"nothing to do: {seconds:.2f} s (at most {NOTHING_TO_DO})")
    return good


def one_parameter(where: Place, rounds: int, options: list[str]) -> bool:
    """Change the learning rate of one film; against rendering that film alone at another rate, also never seen."""
    beyond = []
    for number in range(rounds):
        rates = [f"0.3{2 * number + 1}", f"0.3{2 * number + 2}"]
        where.change(where.rate, f"lr = {rates[0]}\n")
        where.rate = f"lr = {rates[0]}\n"
        built = where.build(*options)
        if "1 rendered, 3 unchanged" not in where.said:
            raise SystemExit(f"one film was to be rendered: {where.said}")
        alone = where.run("render", *FILM, "--lr", rates[1], *options)
        beyond.append((built - alone, built, alone))
    worst, built, alone = sorted(beyond)[len(beyond) // 2]
    print(f"one parameter of one film changed: {built:.1f} s, rendering it alone {alone:.1f} s;", end=" ")
    print(f"{worst:+.1f} s (at most {BEYOND_THE_RENDER:+.0f})")
    return worst <= BEYOND_THE_RENDER


def late_caption(options: list[str]) -> bool:
    """Change a caption of the last beat of one film, in a copy of the source."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "source"
        for package in ("scenes", "learning"):
            shutil.copytree(ROOT / package, copy / package)
        where = Place(Path(folder) / "lecture", copy)
        whole = where.run("render", *FILM, *options)
        table = copy / "scenes" / "captions" / "en.toml"
        head, mark, tail = table.read_text(encoding="utf-8").partition(LATE_TABLE)
        table.write_text(head + mark + tail.replace('end = "', 'end = "So: ', 1), encoding="utf-8")
        again = where.run("render", *FILM, *options)
    print(
        f"a caption of its last beat changed: {again:.1f} s, against {whole:.1f} s for the whole film and its training"
    )
    return again < whole


def main() -> int:
    """Print a line for each measurement; return 1 if a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument(
        "-q", "--quality", help="a letter as of lossreel render; without it 1920x1080 at 30 frames a second"
    )
    given = parser.parse_args()
    options = ["-q", given.quality] if given.quality else []
    with place() as where:
        good = [
            from_nothing(where, given.rounds, DRAFT),
            from_nothing(where, given.rounds, options),
            nothing_to_do(where, options),
            one_parameter(where, given.rounds, options),
        ]
    return int(not all([*good, late_caption(options)]))


if __name__ == "__main__":
    sys.exit(main())
