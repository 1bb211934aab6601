"""Watching a lecture: real saves, as editors make them, and real processes that build."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import alive

from learning.source import HOME
from scenes.captions import path_of as captions_of
from scenes.captions.starter import starter
from scenes.lectures.dependencies import dependencies
from scenes.lectures.eyes import Eyes

HERE = Path(__file__).parent
QUIET = 0.1
SOON = 2.0


# Eyes


@pytest.fixture
def eyes():
    with Eyes() as found:
        yield found


def save_plainly(path):
    path.write_text("new")


def save_bit_by_bit(path):
    with path.open("w") as file:
        for letter in "new":
            file.write(letter)
            file.flush()


def save_by_renaming(path):
    other = path.with_name(f".{path.name}.swp")
    other.write_text("new")
    other.replace(path)


def save_from_elsewhere(path):
    """Write in a folder that nobody watches, and move."""
    other = Path("elsewhere", "file")
    other.parent.mkdir()
    other.write_text("new")
    other.replace(path)


def save_with_a_backup(path):
    path.rename(path.with_name(f"{path.name}~"))
    path.write_text("new")


def save_anew(path):
    path.unlink()
    path.write_text("new")


SAVES = [save_plainly, save_bit_by_bit, save_by_renaming, save_from_elsewhere, save_with_a_backup, save_anew]


@pytest.mark.parametrize("save", SAVES)
@pytest.mark.parametrize("name", ["강의.toml", "a/b.csv"])
def test_every_way_of_saving_is_seen_again_and_again(eyes, save, name):
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("old")
    eyes.look_at([path])
    for _ in range(2):
        assert not eyes.have_seen(0.05)
        save(path)
        assert eyes.have_seen(1)
        eyes.rest(QUIET, 2)
        shutil.rmtree("elsewhere", ignore_errors=True)
        eyes.look_at([path])


def test_a_file_that_is_not_there_yet_is_seen_when_it_comes_and_when_it_goes(eyes):
    path = Path("new/deep/points.csv")
    for make in (lambda: path.parent.parent.mkdir(), lambda: path.parent.mkdir(), lambda: path.write_text("x")):
        eyes.look_at([path])
        make()
        assert eyes.have_seen(1)
        eyes.rest(QUIET, 2)
    eyes.look_at([path])
    for change in (lambda: shutil.rmtree("new"), lambda: path.parent.mkdir(parents=True), lambda: path.write_text("y")):
        change()
        assert eyes.have_seen(1)
        eyes.rest(QUIET, 2)
        eyes.look_at([path])


def test_a_link_and_what_it_points_to_are_seen(eyes):
    Path("far").mkdir()
    Path("far/real.toml").write_text("old")
    Path("here.toml").symlink_to("far/real.toml")
    eyes.look_at([Path("here.toml")])
    Path("far/real.toml").write_text("new")
    assert eyes.have_seen(1)
    eyes.rest(QUIET, 2)
    Path("here.toml").unlink()
    assert eyes.have_seen(1)


def test_what_is_nobodys_business_is_not_seen(eyes):
    for name in ("lecture.toml", "other.toml", "data/points.csv"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("old")
    eyes.look_at([Path("lecture.toml"), Path("data/points.csv")])
    Path("other.toml").write_text("new")
    Path("media/films").mkdir(parents=True)
    Path("media/films/lecture.toml").write_text("new")
    Path("data/lecture.toml").write_text("new")
    assert Path("lecture.toml").read_text() == "old"
    assert Path("data/points.csv").read_text() == "old"
    assert not eyes.have_seen(0.3)


# What a lecture depends on


def test_a_lecture_depends_on_its_data_its_films_and_their_words(toys):
    Path("l").mkdir()
    Path("l/lecture.toml").write_text('[[film]]\nname = "descent"\ndata = "../points.csv"\n')
    files, are_all = dependencies(Path("l/lecture.toml"))
    assert (files, are_all) == ([Path("l/lecture.toml"), Path("l/../points.csv")], False)  # the file is not there yet
    Path("points.csv").write_text("x,y\n1,2\n2,3\n")
    files, are_all = dependencies(Path("l/lecture.toml"))
    assert are_all
    assert len(files) == len(set(files))
    assert {Path("l/lecture.toml"), Path("l/../points.csv"), captions_of("en"), captions_of("ko")} <= set(files)
    for name in ("scenes/films/descent.py", "scenes/theme.py", "scenes/catalogue.py", "learning/training.py"):
        assert HOME / name in files
    assert HOME / "scenes/films/stuck.py" not in files
    assert HOME / "scenes/cli.py" not in files


def test_a_lecture_depends_on_captions_of_ones_own_right_or_wrong(toys):
    Path("l").mkdir()
    Path("l/lecture.toml").write_text('captions = "ja.toml"\n[[film]]\nname = "descent"\nlast_frame = true\n')
    for text, is_right in [("[descent]", False), (starter(("descent",), "en"), True)]:
        Path("l/ja.toml").write_text(text, encoding="utf-8")
        files, are_all = dependencies(Path("l/lecture.toml"))
        assert Path("l/ja.toml") in files
        assert are_all == is_right
    assert captions_of("en") not in files, "a picture has no subtitles"


@pytest.mark.parametrize("text", ["", "title = ", 'data = ["a.csv"]\n[x]\ny = "B.CSV"\nz = "csv"', "\xff"])
def test_a_lecture_with_a_mistake_says_what_it_can(text):
    Path("lecture.toml").write_text(text, encoding="latin-1")
    named = [Path("a.csv"), Path("B.CSV")] if "csv" in text else []
    assert dependencies(Path("lecture.toml")) == ([Path("lecture.toml"), *named], False)


def test_a_film_with_a_mistake_depends_on_all_sources_until_it_is_mended(toys, monkeypatch, tmp_path):
    from scenes import catalogue

    Path("mine.py").write_text("def (")
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = catalogue.FILMS["toy"]
    monkeypatch.setitem(catalogue.FILMS, "toy", type(entry)("toy", entry.parameters, "mine:Toy", 3.6))
    Path("lecture.toml").write_text('[[film]]\nname = "toy"\n')
    files, are_all = dependencies(Path("lecture.toml"))
    assert are_all
    assert tmp_path / "mine.py" in files
    assert HOME / "scenes/films/stuck.py" in files


# The command


class Watching:
    """`lossreel watch` in a session of its own, with toys of its own that may be changed."""

    def __init__(self, *arguments):
        for kind, names in {"lectures": ("toycli", "toyworker", "odd*"), "production": ("toyfilm*",)}.items():
            Path("toys", kind).mkdir(parents=True, exist_ok=True)
            for name in names:
                for file in (HERE.parent / kind).glob(f"{name}.py"):
                    shutil.copy(file, Path("toys", kind))
        self.log = Path("log")
        command = [sys.executable, str(Path("toys/lectures/toycli.py").resolve()), "watch", *arguments]
        with self.log.open("wb") as log:
            env = {**os.environ, "PYTHONPATH": str(HOME)}
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)
        self.read = 0

    def until(self, text, seconds=30):
        """Wait until something is said, and return what was said since the last time."""
        end = time.monotonic() + seconds
        while text not in (said := self.log.read_text()[self.read :]):
            assert time.monotonic() < end, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.02)
        self.read += len(said)
        return said

    def waits(self):
        return self.until("lossreel: waiting for lecture.toml to change …\n")

    def is_quiet(self, seconds=0.8):
        time.sleep(seconds)
        return self.log.read_text()[self.read :] == ""

    def alive(self):
        """The processes of the session that have not ended."""
        return alive(self.process.pid)

    def end(self):
        for pid in self.alive():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def watching(toys):
    started = []

    def start(*arguments):
        started.append(Watching(*arguments))
        return started[-1]

    yield start
    for one in started:
        one.end()


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")
SMALL = 'resolution = "64,36"\nfps = 5\n'
FILM = Path("media/films/lecture/toy.mp4")


def write(name="toy", path="lecture.toml", **parameters):
    lines = [f"{key} = {value!r}" for key, value in parameters.items()]
    Path(path).write_text("\n".join([SMALL, "[[film]]", f"name = {name!r}", *lines, ""]))


def shown():
    return json.loads(FILM.with_suffix(".json").read_text())["parameters"]


def test_a_saved_lecture_is_built_again_a_mistake_waited_out_and_ctrl_c_ends_it(watching):
    write(seconds=0.4)
    watch = watching()
    assert re.search(r"^rendered   toy   \d", watch.waits(), re.MULTILINE)
    assert shown()["seconds"] == 0.4

    write(seconds=0.6, path="next")
    Path("next").replace("lecture.toml")
    said = watch.waits()
    assert said.startswith("lossreel: lecture.toml changed\n")
    assert "1 film: 1 rendered" in said
    assert shown()["seconds"] == 0.6

    Path("lecture.toml").write_text(f"{SMALL}[[film]]\nname = 'toy'\nsecond = 3\n")
    said = watch.waits()
    assert 'lossreel: error: lecture.toml, line 5: parameter "second" is unknown (did you mean "seconds"?)' in said
    Path("lecture.toml").unlink()
    assert "lossreel: error: lecture.toml: there is no such file" in watch.waits()
    write(seconds=0.6)
    assert "1 film: 1 unchanged" in watch.waits()

    os.utime("lecture.toml")
    write(seconds=0.6)
    Path("other.csv").write_text("x")
    assert watch.is_quiet()

    for number in range(60):  # a storm: one build, two if it lulls
        write(seconds=0.4 + number / 1000)
        time.sleep(0.03)
    write(seconds=0.4)
    said = watch.waits()
    assert said.count("lecture.toml changed") <= 2
    assert "1 from cache" in said
    assert watch.is_quiet()

    start = time.monotonic()
    watch.process.send_signal(signal.SIGINT)
    assert watch.process.wait(timeout=5) == 130
    assert time.monotonic() - start < 1
    assert not watch.alive()
    assert watch.log.read_text()[watch.read :] == "lossreel: interrupted\n"


def test_saved_data_and_a_saved_film_are_built_again(watching):
    write("odd", data="data/points.csv", label="fed", seconds=0.2)
    watch = watching("-j", "1")
    assert "data/points.csv: there is no such file" in watch.waits()
    Path("data").mkdir()
    Path("data/points.csv").write_text("x,y\n1,2\n2,3\n3,5\n")
    said = watch.waits()
    assert said.startswith("lossreel: points.csv changed\n")
    assert "1 film: 1 rendered" in said

    with Path("data/points.csv").open("a") as file:
        file.write("4,7\n")
    assert "1 film: 1 rendered" in watch.waits()

    film = Path("toys/lectures/odd.py")
    text = film.read_text()
    film.write_text(text.replace('    film_name = "odd"', '    film_name = "odd"\n    added = 3'))
    said = watch.waits()
    assert said.startswith("lossreel: odd.py changed\n")
    assert "1 film: 1 rendered" in said
    film.write_text("def (")
    assert re.search(r"failed +odd-fed: .*odd\.py, line 1: is not Python|error: .*odd\.py, line 1", watch.waits())
    film.write_text(text)
    assert "1 from cache" in watch.waits()


def test_a_save_while_it_is_built_stops_that_and_builds_anew(watching):
    write(seconds=9000.0)
    watch = watching()
    watch.until("lossreel: toy …\n")
    before = set(watch.alive())
    start = time.monotonic()
    write(seconds=0.4)
    watch.until("lossreel: lecture.toml changed: begun anew\n")
    said = watch.waits()
    assert "1 film: 1 not finished" not in said.partition("lossreel: toy …")[2]
    assert "1 film: 1 rendered" in said
    assert time.monotonic() - start < 10
    assert set(watch.alive()) & before == {watch.process.pid}
    assert shown()["seconds"] == 0.4


@pytest.mark.parametrize(("blow", "to_all"), [(signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False)])
def test_ctrl_c_ends_it_while_it_builds(watching, to_all, blow):
    write(seconds=9000.0)
    watch = watching()
    watch.until("lossreel: toy …\n")
    time.sleep(0.3)
    start = time.monotonic()
    (os.killpg if to_all else os.kill)(watch.process.pid, blow)
    assert watch.process.wait(timeout=5) == 130
    assert time.monotonic() - start < SOON
    assert not watch.alive()
    said = watch.log.read_text()
    assert "1 film: 1 not finished" in said
    assert said.count("lossreel: interrupted\n") == 1
    assert "Traceback" not in said
    assert not list(Path().rglob(".lossreel-*"))


def test_a_lecture_that_is_not_there_is_a_mistake_at_once(toys):
    for arguments, said in (([], "no lecture.toml is here"), (["x.toml"], "x.toml: there is no such file")):
        command = [sys.executable, str(HERE / "toycli.py"), "watch", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert said in done.stderr
