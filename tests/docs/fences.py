"""The fenced blocks of a page, and what a reader does who follows them word for word."""

import multiprocessing
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: what stands behind the fence.
        title: the file that it is, or belongs to; of commands: where they are given, if not in the reader's folder.
        text: its lines.
    """

    language: str
    title: str | None
    text: str


def blocks(page: str) -> list[Block]:
    """The blocks of a page of docs/, in order."""
    text = (DOCS / page).read_text(encoding="utf-8")
    assert text.count("\n```") == 2 * len(FENCE.findall(text)), "a fence that is not closed, or of no language"
    return [Block(**found.groupdict()) for found in FENCE.finditer(text)]


def edited(before: str, diff: str) -> str:
    """A text with the lines with a minus replaced by those with a plus; each place must be there just once."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] in " -")
    new = "".join(line[1:] for line in lines if line[0] in " +")
    assert before.count(old) == 1, f"{before.count(old)} times there:\n{old}"
    return before.replace(old, new)


def typed(words: Sequence[str], folder: Path, output: Path, cache: Path) -> None:
    """Do in this process what a command does in one of its own."""
    os.chdir(folder)
    os.environ["LOSSREEL_CACHE"] = str(cache)
    with output.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = list(words)
    if words[:3] == ["python", "-m", "pytest"]:
        import pytest

        sys.exit(pytest.main(list(words[3:])))
    from scenes.start import main

    main()


class Reader:
    """Somebody with a folder of their own who does what a page says.

    Each command is a process of its own, with a cache of this reader's. Those of Python begin as copies of one that has
    loaded manim and torch: to load these takes longer than most of what the commands do.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self._output, self._cache = folder, folder / ".said", folder / ".cache"
        self.said: list[str] = []
        self._processes = multiprocessing.get_context("forkserver")
        self._processes.set_forkserver_preload(["scenes.cli", "scenes.films.descent", "learning.training", "pytest"])

    def follow(self, block: Block) -> None:
        """Give commands, write a file, or change one."""
        assert block.title or block.language == "sh", f"nobody knows what to do with a block of {block.language}"
        if block.language == "sh":
            for command in block.text.splitlines():
                self.give(command)
        elif block.language == "diff":
            path = self.folder / block.title
            path.write_text(edited(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
        else:
            (self.folder / block.title).write_text(block.text, encoding="utf-8")

    def give(self, command: str) -> None:
        """Type a command."""
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder /= words[1]
        elif words[0] in ("lossreel", "python"):
            self._fork(words)
        else:
            self.run(words)

    def _fork(self, words: list[str]) -> None:
        process = self._processes.Process(target=typed, args=(words, self.folder, self._output, self._cache))
        process.start()
        process.join()
        said = self._output.read_text(encoding="utf-8")
        assert process.exitcode == 0, f"{shlex.join(words)}\n{said}"
        self.said.append(said)

    def run_programs(self, programs: Sequence[Block]) -> None:
        """Run programs one after the other, each with names of its own, but in one process: torch is loaded once."""
        texts = [program.text for program in programs]
        driver = f"for text in {texts!r}: exec(text, {{'__name__': '__main__'}})"
        self.run([sys.executable, "-W", "error", "-c", driver])

    def run(self, words: list[str]) -> None:
        """Run a program, which must do well, and keep what it said."""
        done = subprocess.run(words, cwd=self.folder, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, f"{words[-1]}\n{done.stdout}\n{done.stderr}"
        self.said.append(done.stdout)
