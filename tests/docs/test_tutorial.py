"""Who follows the tutorial word for word has a film."""

import os
import subprocess

import av
import pytest
from fences import ROOT, Reader, blocks

INSTALL = "in a clone of the repository"


@pytest.fixture(scope="module")
def steps():
    return blocks("tutorial.md")


def test_it_installs_as_this_clone_was_installed(steps):
    first, second = next(block for block in steps if block.title == INSTALL).text.splitlines()
    plan = first.replace("make", "make --no-print-directory -n")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # of `make test`
    planned = subprocess.run(plan, shell=True, cwd=ROOT, capture_output=True, text=True, env=inherited)
    assert planned.returncode == 0
    assert planned.stdout.splitlines()[-1] == ".venv/bin/lossreel render descent"
    assert second == ". .venv/bin/activate"


def test_every_step_can_be_followed(steps, tmp_path):
    reader = Reader(tmp_path)
    for block in steps:
        if block.title != INSTALL:
            reader.follow(block)
    made = {path.relative_to(reader.folder / "media/films").as_posix() for path in reader.folder.rglob("*.mp4")}
    assert made == {"spring-854x480-15fps.mp4", "lecture/spring.mp4", "lecture/spring-too-large.mp4"}
    assert (reader.folder / "media/films/spring-start-12_-2-sheet.png").is_file()
    for film in made:
        with av.open(str(reader.folder / "media/films" / film)) as video:
            assert video.duration > 10e6  # microseconds
    assert (reader.folder / "media/decks/lecture.html").is_file()
    assert "5 passed" in "".join(reader.said)
