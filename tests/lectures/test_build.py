"""Building a lecture: whole processes, as they are called; what is printed, what is there, what is left."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import toycli
from processes import alive

from learning.errors import InputError
from scenes import cli, options
from scenes.lectures import board, lecture
from scenes.lectures.build import Build, build, lecture_here
from scenes.lectures.plan import plan
from scenes.lectures.report import Outcome, planned, summary
from scenes.workers.crew import Crew
from scenes.workers.events import Begun, Done, Failed, Progress

pytestmark = pytest.mark.usefixtures("toys")

HERE = Path(__file__).parent
TOYS = [sys.executable, str(HERE / "toycli.py")]
REAL = [sys.executable, "-m", "scenes.cli"]
SMALL = "resolution = [160, 90]\nfps = 10\n"
MEDIA = Path("media/films/lecture")
SOON = 2.0
OTHERS = ("png", "srt", "vtt", "ko.srt", "ko.vtt")


def film(name="toy", **keys):
    lines = [f"{key} = {value!r}" for key, value in keys.items()]
    return "\n".join(["[[film]]", f"name = {name!r}", *lines, ""])


def write(*films, path="lecture.toml"):
    Path(path).write_text("\n".join([SMALL, *films]))


THREE = (
    film(label="first", seconds=0.4),
    film(label="second", seconds=0.5),
    film(label="third", seconds=0.6),
)
LONG = (film(seconds=0.4), film(label="long", seconds=900.0), film(label="longer", seconds=901.0))


@pytest.fixture
def places():
    """The environment of a process that finds the toy films."""
    path = os.pathsep.join(filter(None, [str(HERE), str(HERE.parent / "production"), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


@pytest.fixture
def lossreel(places):
    """Run the command with the toy films: exit status, standard output, standard error."""

    def run(*arguments):
        done = subprocess.run([*TOYS, *arguments], capture_output=True, text=True, check=False, env=places)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def begin(places):
    """Start the command in a session of its own; whatever is left of it in the end is killed."""
    started = []

    def start(*arguments, command=TOYS):
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*command, *arguments], stdout=pipe, stderr=pipe, text=True, env=places, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        for one in alive(process.pid):
            os.kill(one, signal.SIGKILL)
        process.wait()
        process.stdout.close()
        process.stderr.close()


def left_behind():
    """The private folders in the working directory and in the cache of films."""
    return [*Path().rglob(".lossreel-*"), *Path(os.environ["LOSSREEL_CACHE"], "films").glob(".lossreel-*")]


def wait_for(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def read_until(process, words):
    """Read standard error up to a line with these words."""
    while words not in (line := process.stderr.readline()):
        assert line


def modified():
    return {path: path.stat().st_mtime_ns for path in Path().rglob("*")}


# What is made, and what is not


def test_a_lecture_is_made_once_and_then_only_what_a_change_touches(lossreel):
    write(*THREE)
    status, out, err = lossreel("build", "-j", "2")
    assert status == 0, err
    lines = out.splitlines()
    for line, name in zip(lines, ("toy-first", "toy-second", "toy-third"), strict=False):
        assert re.fullmatch(rf"rendered   {name:<10}   +\d+\.\d s   {MEDIA}/{name}\.mp4", line)
    assert re.fullmatch(r"3 films: 3 rendered; \d+\.\d s", lines[3])
    assert sorted(re.findall(r"(\d) of 3: toy-\w+ rendered in \d", err)) == ["1", "2", "3"]
    assert len(re.findall(r"lossreel: toy-\w+ …\n", err)) == 3

    before = modified()
    status, out, err = lossreel("build")
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == f"unchanged  toy-first    {MEDIA}/toy-first.mp4"
    assert re.fullmatch(r"3 films: 3 unchanged; \d\.\d s", out.splitlines()[3])
    assert modified() == before

    (MEDIA / "toy-first.mp4").unlink()
    write(THREE[0], film(label="second", seconds=0.7), THREE[2])
    before = modified()
    assert lossreel("build", "--dry-run") == (
        0,
        "from cache toy-first    not there yet\n"
        "render     toy-second   seconds changed: 0.5 -> 0.7\n"
        "unchanged  toy-third\n"
        "3 films: 1 to render, 1 from cache, 1 unchanged\n",
        "",
    )
    assert modified() == before

    status, out, err = lossreel("build")
    assert status == 0
    assert [line.split("  ")[0] for line in out.splitlines()[:3]] == ["from cache toy-first", "rendered", "unchanged"]
    assert out.splitlines()[3].startswith("3 films: 1 rendered, 1 from cache, 1 unchanged; ")
    assert "1 of 1: toy-second rendered in" in err
    touched = {path.name for path, when in modified().items() if before.get(path) != when and path.is_file()}
    assert touched == {
        f"toy-{name}.{suffix}"
        for name, suffix in [
            ("first", "mp4"),
            ("first", "json"),
            *(("second", suffix) for suffix in ("mp4", "json", *OTHERS)),
        ]
    } | (touched & {f"toy-first.{suffix}" for suffix in OTHERS})


def test_force_makes_all_anew_and_quality_a_draft(lossreel):
    write(film(label="first", seconds=0.4))
    assert "not there yet" in lossreel("build", "--dry-run")[1]
    assert not MEDIA.exists()
    assert lossreel("build", "--quiet")[0] == 2
    assert lossreel("build")[1].startswith("rendered")
    assert lossreel("build", "--force", "--dry-run")[1] == "render     toy-first   forced\n1 film: 1 to render\n"
    assert lossreel("build", "--force")[1].startswith("rendered")
    assert "size changed: 160x90 -> 854x480" in lossreel("build", "-q", "l", "--dry-run")[1]
    assert lossreel("build", "lecture.toml", "-q", "l", "-o", "draft")[1].startswith("rendered")
    assert Path("draft/toy-first.mp4").exists()


def test_what_leaves_the_cache_before_it_is_fetched_is_made(cache_root):
    write(THREE[0])
    read = lecture.read(Path("lecture.toml"))
    Build(plan(read)).run(Crew(1, toycli.WORKER))
    for path in MEDIA.iterdir():
        path.unlink()
    steps = plan(read)
    assert [step.action for step in steps] == ["from cache"]
    for entry in (cache_root / "films").iterdir():
        entry.rename(cache_root / entry.name)
    again = Build(steps)
    again.run(Crew(1, toycli.WORKER))
    assert [outcome.ending for outcome in again.outcomes] == ["rendered"]
    assert (MEDIA / "toy-first.mp4").exists()


# Films that fail


def test_a_film_that_fails_stops_no_other_and_the_status_tells(lossreel):
    write(THREE[0], film("odd", what="bug"), film("odd", label="again", what="kill"), THREE[1])
    status, out, err = lossreel("build")
    lines = out.splitlines()
    assert status == 1
    assert [line[:10].rstrip() for line in lines[:4]] == ["rendered", "failed", "failed", "rendered"]
    assert lines[1] == "failed     odd: KeyError: 'surprise\\nof two lines'; run it again with --debug to see where"
    assert lines[2] == "failed     odd-again: its process was killed (SIGKILL); if the memory was full, try -j 1"
    assert lines[4].startswith("4 films: 2 rendered, 2 failed; ")
    assert "Traceback" not in err
    assert "of 4: odd failed: KeyError" in err
    assert sorted(path.name for path in MEDIA.glob("*.mp4")) == ["toy-first.mp4", "toy-second.mp4"]

    status, out, err = lossreel("--debug", "build")
    assert status == 1
    assert [line[:10].rstrip() for line in out.splitlines()[:4]] == ["unchanged", "failed", "failed", "unchanged"]
    assert "Traceback" in err
    assert "odd.py" in err


def test_a_worker_that_is_killed_is_a_failed_film(begin):
    write(*LONG[:2])
    process = begin("build", "-j", "2")
    read_until(process, "toy rendered")
    wait_for(lambda: len(alive(process.pid)) == 2)
    os.kill(next(pid for pid in alive(process.pid) if pid != process.pid), signal.SIGKILL)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert out.splitlines()[0].startswith("rendered   toy ")
    assert out.splitlines()[1].startswith("failed     toy-long: its process was killed (SIGKILL); ")
    assert not alive(process.pid)
    assert not left_behind()


def test_a_place_that_cannot_be_written_is_a_failure_of_the_film(lossreel):
    write(THREE[0])
    assert lossreel("build")[0] == 0
    Path("file").touch()
    status, out, _ = lossreel("build", "-o", "file/films")
    assert status == 1
    assert out.startswith("failed     toy-first: cannot write to file/films")


# Interrupts


@pytest.mark.parametrize("stop", ["group", "parent", "terminate"])
def test_an_interrupt_stops_everything_and_leaves_what_is_finished(begin, stop):
    write(*LONG)
    process = begin("build", "-j", "2")
    read_until(process, "toy rendered")
    wait_for(lambda: len(left_behind()) == 2)
    start = time.monotonic()
    if stop == "group":  # what a terminal does
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT if stop == "parent" else signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - start < SOON
    assert process.returncode == 130
    assert re.match(rf"rendered   toy   \d+\.\d s   {MEDIA}/toy\.mp4\n3 films: 1 rendered, 2 not finished; ", out)
    assert err.endswith("lossreel: interrupted\n")
    assert "Traceback" not in err
    assert not alive(process.pid)
    assert not left_behind()
    assert {path.name.partition(".")[0] for path in MEDIA.iterdir()} == {"toy"}


@pytest.mark.parametrize("delay", [0.1, 0.6, 1.2, 2.0])
def test_an_interrupt_at_any_time_leaves_nothing(begin, delay):
    write(*LONG[1:])
    process = begin("build", "-j", "2")
    time.sleep(delay)
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=20)
    assert time.monotonic() - start < SOON
    assert not alive(process.pid)
    assert not left_behind()


def test_an_interrupt_stops_real_films(begin):
    Path("lecture.toml").write_text(f"{SMALL}\n{film('descent')}\n{film('descent', label='ko', language='ko')}")
    process = begin("build", "-j", "2", command=REAL)
    wait_for(lambda: len(left_behind()) == 2)
    time.sleep(1)
    start = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - start < SOON
    assert process.returncode == 130
    assert out.startswith("2 films: 2 not finished; ")
    assert err.endswith("lossreel: interrupted\n")
    assert not alive(process.pid)
    assert not left_behind()


def test_workers_do_not_outlive_a_build_that_is_killed(begin):
    write(*LONG[1:])
    process = begin("build", "-j", "2")
    wait_for(lambda: len(left_behind()) == 2)
    process.kill()
    process.wait()
    wait_for(lambda: not alive(process.pid), SOON)
    assert not left_behind()
    assert not list(MEDIA.iterdir())


# What is refused


@pytest.fixture
def run(capsys):
    """Run a command in this process: exit status, standard output, standard error."""

    def call(*arguments):
        status = cli._run([str(argument) for argument in arguments], False)
        return status, *capsys.readouterr()

    return call


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("build -j 0", "-j 0: at least one film at a time, e.g. -j "),
        ("build -j two", "'two' is not a whole number"),
        ("build -q x", "choose one of l, m, h, p, k"),
        ("build --executor dusk", 'executor "dusk" is unknown'),
        ("build nowhere.toml", "nowhere.toml"),
        ("build wrong.toml", "wrong.toml, line 5: "),
        ("build data.toml", "nowhere.csv"),
        ("build . ", "."),
        ("bild", 'did you mean "build"'),
    ],
)
def test_bad_input_is_refused_before_anything_starts(run, arguments, message):
    write(*THREE)
    write(film("desent"), path="wrong.toml")
    write(film("descent", data="nowhere.csv"), path="data.toml")
    before = modified()
    status, out, err = run(*arguments.split())
    assert (status, out) == (2, "")
    assert err.startswith("lossreel: error: ")
    assert err.count("\n") == 1
    assert message in err
    assert modified() == before


def test_the_lecture_is_lecture_toml_unless_another_is_named(run):
    with pytest.raises(InputError, match=r"no lecture\.toml is here; write one, or name one: lossreel build"):
        lecture_here("build")
    Path("pyproject.toml").write_text('[tool]\nname = "[[film]]"\n')
    Path("folder.toml").mkdir()
    write(*THREE, path="b.toml")
    Path("a.toml").write_text("[[ 'film' ]]  # broken\nname = \n")
    message = "lossreel: error: no lecture.toml is here; lossreel build a.toml or b.toml\n"
    assert run("build") == (2, "", message)
    write(*THREE)
    assert lecture_here("build") == Path("lecture.toml")


def test_as_many_films_at_a_time_as_two_thirds_of_the_cores(monkeypatch):
    for cores, jobs in {1: 1, 2: 2, 3: 2, 4: 3, 8: 6, 16: 11}.items():
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert options.default_jobs() == jobs
    monkeypatch.delattr("os.sched_getaffinity")
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert options.default_jobs() == 1


# What is loaded


@pytest.mark.parametrize("arguments", [["build"], ["build", "--dry-run"], ["build", "-j", "1"]])
@pytest.mark.parametrize("there", ["in place", "in the cache"])
def test_a_build_with_nothing_to_render_loads_neither_manim_nor_torch(there, arguments, places, capsys):
    write(*THREE[:2])
    assert build(lecture.read(Path("lecture.toml")), Crew(2, toycli.WORKER))
    if there == "in the cache":
        for path in MEDIA.iterdir():
            path.unlink()
    code = (
        "import sys, toyworker; toyworker.register(); from scenes import cli;"
        f"status = cli._run({arguments!r}, True); print('LOADED', status, *sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=places)
    *lines, loaded = done.stdout.splitlines()
    status, *modules = loaded.split()[1:]
    assert status == "0", done.stderr
    word = {"in place": "unchanged", "in the cache": "from cache"}[there]
    assert [line.startswith(word) for line in lines] == [True, True, False]
    assert not set(modules) & {"manim", "torch", "numpy", "rich", "av", "PIL", "scipy"}
    assert "scenes.lectures.plan" in modules


# What is shown


def outcomes():
    return [
        Outcome("descent", Path("media/descent.mp4"), "rendered", 121.34),
        Outcome("descent-한국어", Path("media/descent-한국어.mp4"), "from cache", 0.04),
        Outcome("relu-nodes", Path("frames"), "unchanged"),
        Outcome("stuck", Path("media/stuck.mp4"), "failed", reason="no room; make some"),
    ]


def test_the_summary_is_aligned_in_cells_of_a_terminal():
    assert summary(outcomes(), 6, 130.06).splitlines() == [
        "rendered   descent          121.3 s   media/descent.mp4",
        "from cache descent-한국어     0.0 s   media/descent-한국어.mp4",
        "unchanged  relu-nodes                 frames",
        "failed     stuck: no room; make some",
        "6 films: 1 rendered, 1 from cache, 1 unchanged, 1 failed, 2 not finished; 130.1 s",
    ]
    assert summary([], 1, 0) == "1 film: 1 not finished; 0.0 s"


def test_the_plan_gives_all_reasons():
    write(*THREE[:2])
    text = planned(plan(lecture.read(Path("lecture.toml"))))
    assert text == "render     toy-first    not there yet\nrender     toy-second   not there yet\n2 films: 2 to render"


EVENTS = (
    Begun("0"),
    Progress("training", 0, 0),
    Progress("training", 5, 30),
    Progress("drawing", 40, 80),
    Progress("drawing", 90, 80),
)


def test_lines_say_what_begins_and_what_has_ended(capsys):
    with board.board({"descent": 80, "stuck": 87, "again": 87}) as show:
        for event in (*EVENTS, Done(True, 21.34)):
            show("descent", event)
        show("stuck", Failed("no room"))
        show("again", Done(False, 0.1))
    assert capsys.readouterr() == (
        "",
        "lossreel: descent …\n"
        "lossreel: 1 of 3: descent rendered in 21.3 s\n"
        "lossreel: 2 of 3: stuck failed: no room\n"
        "lossreel: 3 of 3: again from cache\n",
    )


def test_bars_show_each_film_and_the_whole(monkeypatch, capsys):
    monkeypatch.setattr(board.sys.stderr, "isatty", lambda: True, raising=False)
    with board.board({"descent-[red]": 80, "stuck": 20}) as show:
        for event in EVENTS:
            show("descent-[red]", event)
        bars = show._rich
        of = {task.description.split("  ")[0].strip(): task for task in bars.tasks}
        assert of["descent-[red]"].percentage == 100
        assert of["all: 0 of 2"].percentage == 80
        assert not of["stuck"].visible
        show("descent-[red]", Done(True, 3))
        show("stuck", Failed("no [blue] room"))
        assert bars.tasks[-1].description.startswith("all: 2 of 2")
        assert bars.tasks[-1].finished
    out, err = capsys.readouterr()
    assert out == ""
    assert "lossreel: stuck failed: no [blue] room" in err
