"""kill -9 at any moment of a build: no final name holds a broken file, and the next build ends as if nothing had been.

LOSSREEL_KILLS sets another number of tries, for a night's run.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import pytest
import toycli
from processes import descendants

from learning.history import History
from scenes.production import filmcache

pytestmark = pytest.mark.usefixtures("toys")
TRIES = int(os.environ.get("LOSSREEL_KILLS", "8"))
LECTURE = """
resolution = "64,36"
fps = 10

[[film]]
name = "toy"

[[film]]
name = "toy"
label = "quick"
lr = 0.5

[[film]]
name = "toy"
label = "light"
theme = "light"
"""
FILMS = Path("media", "films", "lecture")


@pytest.fixture
def lecture():
    Path("lecture.toml").write_text(LECTURE)


def command(*options):
    return [sys.executable, str(Path(toycli.__file__)), "build", "lecture.toml", *options]


def start(*options):
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command(*options), stdout=quiet, stderr=quiet, start_new_session=True)


def build(*options):
    done = subprocess.run(command(*options), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def forget_all():
    """Be as if nothing had been built yet."""
    for folder in (FILMS, filmcache.root()):
        shutil.rmtree(folder, ignore_errors=True)


def content(folder=FILMS):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if not path.name.startswith(".")}


def frames(path):
    with av.open(str(path)) as film:
        return sum(1 for _ in film.decode(video=0))


def check_final_names():
    """Every file under a final name is whole: films decode to their end, JSON parses, the cache is as it says."""
    for path in FILMS.glob("*.mp4") if FILMS.exists() else ():
        assert frames(path) == 36, path
    for path in FILMS.glob("*.json") if FILMS.exists() else ():
        assert json.loads(path.read_text())["frames"] == 36
    for folder in filmcache.root().glob("[!.]*"):
        index = json.loads((folder / filmcache.INDEX).read_text())
        assert index["files"]
        for name, known in index["files"].items():
            assert filmcache.fingerprint(folder / name) == known
    for path in filmcache.root().with_name("histories").glob("[!.]*.npz"):
        History.load(path)


def kill(process, chance):
    """Kill all of a build's processes, or only the first, or only those below it."""
    try:
        first, *others = descendants(process.pid)
    except OSError:  # it is over, or a child ended while we looked
        return
    whom = chance.choice([[first, *others], [first], others])
    for pid in whom:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_kill_at_any_moment(lecture):
    begin = time.monotonic()
    build("-j", "2")
    length = time.monotonic() - begin
    undisturbed = content()
    chance = random.Random(20261120)
    for _ in range(TRIES):
        process = start("-j", "2", *(["--force"] if chance.random() < 0.7 else []))
        time.sleep(chance.uniform(0, length))
        kill(process, chance)
        process.wait(timeout=60)
        check_final_names()
        if chance.random() < 0.3:
            forget_all()
    build("-j", "2")
    assert content() == undisturbed
    check_final_names()
    assert "3 unchanged" in build()


def test_two_builds_at_once_are_both_right(lecture):
    build()
    alone = content()
    forget_all()
    both = [start("-j", "1") for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert content() == alone
    check_final_names()
    assert "3 unchanged" in build()


def test_how_many_at_a_time_does_not_matter(lecture):
    """Built twice from nothing, one film at a time and two: the same files, byte for byte."""
    found = []
    for jobs in ("1", "2"):
        build("-j", jobs, "--force", "-o", jobs)
        found.append(content(Path(jobs)))
    assert found[0] == found[1]
    assert len(found[0]) == 3 * 7
