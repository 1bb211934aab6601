"""Films made by a Dask cluster: a scheduler and two workers, processes of their own, as a lecturer starts them."""

import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import av
import pytest
import toycli
from distributed import Client

from learning import cache
from learning.errors import InputError, RunError
from learning.store import path_of
from scenes.captions.starter import starter
from scenes.catalogue import find
from scenes.production import filmcache
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.render import fulfil
from scenes.production.sections import Section
from scenes.workers import cluster as clusters
from scenes.workers import likeness, parcels
from scenes.workers.cluster import Cluster
from scenes.workers.crew import Crew
from scenes.workers.events import Begun, Done, Failed, Progress
from scenes.workers.executors import executor_of
from scenes.workers.jobs import Job

pytestmark = [
    pytest.mark.usefixtures("toys"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals"),
]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
OTHER_WORKER = (sys.executable, str(HERE / "otherworker.py"))
SOON = 2.0


class Machines:
    """A cluster of our own, in a folder of its own; nothing of ours is there."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.started = []
        self.file = folder / "scheduler.json"
        self._start("scheduler", "--port", "0", *options)
        wait_for(self.file.exists)
        self.tcp = json.loads(self.file.read_text())["address"]
        self.address = self.tcp.replace("tcp:", "dask:")

    def _start(self, role, *options, **places):
        options = [*options, "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(self.file)]
        env = {**os.environ, "PYTHONPATH": str(ROOT), "LOSSREEL_CACHE": str(self.folder / "cache"), **places}
        with (self.folder / f"{len(self.started)}.log").open("wb") as log:
            command = [sys.executable, "-P", "-m", "dask", role, *options]
            started = subprocess.Popen(
                command, cwd=self.folder, env=env, stdout=log, stderr=log, start_new_session=True
            )
        self.started.append(started)

    def start_worker(self, *options):
        scratch = ["--nthreads", "1", "--local-directory", str(self.folder / "scratch")]
        self._start("worker", *scratch, *options)

    def wait_for_workers(self, count):
        with Client(self.tcp, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=30)

    def pids(self):
        """The process of each worker."""
        with Client(self.tcp, set_as_default=False) as client:
            return list(client.run(os.getpid).values())

    def at_work(self):
        """The processes that make films here: their cache is in our folder."""
        place = f"LOSSREEL_CACHE={self.folder / 'scratch'}".encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                found += [int(path.parent.name)] if place in path.read_bytes() else []
        return found

    def homes(self):
        """The temporary folders of films on the workers' disks."""
        scratch = self.folder.glob("scratch/dask-scratch-space/worker-*/*")
        return [path for path in scratch if path.is_dir() and path.name != "storage"]

    def stop(self):
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        wait_for(lambda: not self.at_work(), 5)


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    found = Machines(tmp_path_factory.mktemp("machines"))
    found.start_worker()
    found.start_worker()
    found.wait_for_workers(2)
    yield found
    found.stop()


@pytest.fixture
def alone(tmp_path_factory):
    """A scheduler that nobody works for, on a machine without lossreel."""
    folder = tmp_path_factory.mktemp("alone")
    (folder / "block.py").write_text("import sys\nsys.modules['scenes'] = sys.modules['learning'] = None\n")
    found = Machines(folder, "--preload", "block.py")
    yield found
    found.stop()


@pytest.fixture
def cluster(machines):
    return Cluster(machines.address, command=toycli.WORKER)


@pytest.fixture
def begin():
    """Start the command in a process; whatever is left of it in the end is killed."""
    started = []

    def start(*arguments):
        pipe = subprocess.PIPE
        process = subprocess.Popen([sys.executable, str(HERE / "toycli.py"), *arguments], stdout=pipe, stderr=pipe)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def job(film="toy", path="film.mp4", fps=10, **parameters):
    entry = find(film)
    output = Output("mp4", 160, 90, fps, path=Path(path))
    return Job.of(Order(entry, entry.parameters(**parameters), output, "dark", "en"))


def heard(executor, jobs):
    """All events of each job."""
    found = [[] for _ in jobs]
    for number, event in executor.run(jobs):
        found[number].append(event)
    return found


def frames(path):
    with av.open(str(path)) as film:
        return [hashlib.sha256(frame.to_ndarray(format="rgb24")).hexdigest() for frame in film.decode(video=0)]


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


# What comes back


def test_films_come_back_into_place_and_cache_as_they_are_here(cluster, machines, cache_root):
    jobs = [job(path="there/a.mp4"), job(path="there/b.mp4", lr=0.5)]
    trained = [path_of(one.order().parameters.experiments()["run"]) for one in jobs]
    assert [path.exists() for path in trained] == [True, False]
    for told in heard(cluster, jobs):
        assert isinstance(told[0], Begun)
        assert {event.what for event in told[1:-1]} <= {"training", "drawing"}
        assert any(event.what == "drawing" and 0 < event.done <= event.total for event in told[1:-1])
        assert told[-1].fresh
        assert told[-1].seconds > 0
    assert trained[1].exists()
    assert not machines.homes()
    assert not (machines.folder / "cache").exists()
    assert not list(Path().rglob(".lossreel-*"))

    again = job(path="again/a.mp4").order()
    assert not fulfil(again).fresh
    shutil.rmtree(cache_root / cache.FILMS)
    for name, one in zip("ab", jobs, strict=True):
        fulfil(replace(one, output={**one.output, "path": f"here/{name}.mp4"}).order())
    assert contents("there") == contents("here")
    assert len(contents("there")) == 14


def test_a_real_film_of_a_data_file_that_only_this_machine_has(machines, cache_root):
    Path("tables").mkdir()
    Path("tables/points.csv").write_text("x,y\n" + "".join(f"{x / 10},{x * 0.3 + x % 3}\n" for x in range(-10, 11)))
    makers = {"there": Cluster(machines.address), "here": Crew(1)}
    for name, maker in makers.items():
        shutil.rmtree(cache_root)
        one = job("descent", f"{name}/film.mp4", fps=2, data="tables/points.csv", epochs=5)
        (told,) = heard(maker, [one])
        assert isinstance(told[-1], Done), told[-1]
    there, here = (frames(f"{name}/film.mp4") for name in makers)
    assert there == here
    assert len(set(there)) > 10
    assert contents("there") == contents("here")


def test_the_name_of_a_data_file_is_kept_where_it_can_be(tmp_path):
    Path("a").mkdir()
    for name in ("a/점.csv", "b.csv"):
        Path(name).write_text("x,y\n1,2\n2,3\n")
    for given, there in [
        ("a/점.csv", "a/점.csv"),
        (str(tmp_path / "b.csv"), "data/b.csv"),
        ("a/../b.csv", "data/b.csv"),
    ]:
        one = job("descent", data=given)
        packed, files = parcels.pack(one, one.order())
        assert packed.parameters["data"] == there
        assert files[f"desk/{there}"] == Path(given).read_bytes()
        assert str(tmp_path) not in packed.to_json()


def test_captions_of_ones_own_go_along(tmp_path):
    Path("words").mkdir()
    text = starter(("descent",), "en").replace('start = "start"', 'start = "Anfang"')
    for name in ("words/de.toml", "pt-BR.toml"):
        Path(name).write_text(text, encoding="utf-8")
    for given, there in [
        ("words/de.toml", "words/de.toml"),
        (str(tmp_path / "pt-BR.toml"), "captions/pt-BR.toml"),
    ]:
        one = replace(job("descent"), language=given)
        packed, files = parcels.pack(one, one.order())
        assert packed.language == there
        assert files[f"desk/{there}"] == text.encode()
        assert str(tmp_path) not in packed.to_json()


def test_a_real_film_with_captions_that_only_this_machine_has(machines, cache_root):
    text = starter(("descent",), "en").replace('start = "start"', 'start = "Anfang"')
    Path("de.toml").write_text(text, encoding="utf-8")
    makers = {"there": Cluster(machines.address), "here": Crew(1)}
    for name, maker in makers.items():
        shutil.rmtree(cache_root)
        (told,) = heard(maker, [replace(job("descent", f"{name}/film.mp4", fps=2, epochs=5), language="de.toml")])
        assert isinstance(told[-1], Done), told[-1]
    assert contents("there") == contents("here")
    assert {"film.en.srt", "film.ko.srt", "film.srt"} <= {path.name for path in Path("there").iterdir()}


def test_a_film_that_is_not_whole_is_not_taken_in(cluster, tmp_path):
    order = job().order()
    fulfil(order)
    (entry,) = (Path(os.environ["LOSSREEL_CACHE"]) / "films").iterdir()
    home = tmp_path / "home"
    shutil.copytree(entry, home / "cache" / "films" / entry.name)
    whole = parcels.collect(home, {})
    name = next(name for name in whole if name.endswith(".mp4"))
    target = job(path="new.mp4").order()
    for broken in ({**whole, name: whole[name][:-1]}, {key: value for key, value in whole.items() if key != name}):
        with pytest.raises(RunError, match="not the whole film: build it again"):
            parcels.take_in(target, broken)
        assert not Path("new.mp4").exists()
    with pytest.raises(RunError, match="not the whole film"):
        parcels.take_in(job(path="new.mp4", seconds=0.5).order(), whole)
    parcels.take_in(target, whole)
    assert Path("new.mp4").read_bytes() == Path("film.mp4").read_bytes()


def test_a_film_that_is_too_large_or_was_not_kept_is_not_sent(tmp_path, monkeypatch):
    with pytest.raises(RunError, match="nothing was kept of the film"):
        parcels.collect(tmp_path, {})
    film = tmp_path / "cache" / "films" / "entry" / "film.mov"
    film.parent.mkdir(parents=True)
    film.write_bytes(bytes(2_500_000))
    (film.parent.parent / ".lossreel-1").mkdir()
    (film.parent.parent / ".lossreel-1" / "rest").write_bytes(b"1")
    assert list(parcels.collect(tmp_path, {})) == ["cache/films/entry/film.mov"]
    monkeypatch.setattr(parcels, "MOST_RETURNED", 2_000_000)
    with pytest.raises(RunError, match=r"takes 2 MB, at most 2 MB are sent: build it without --executor"):
        parcels.collect(tmp_path, {})


def test_the_film_that_has_most_in_common_goes_along(tmp_path):
    made = job().order()
    fulfil(made)
    kept = filmcache.fetch(made.recipe)
    sections = (Section("", 6, ()), Section("one", 12, ("parameter lr",)), Section("two", 18, ("parameter rates",)))
    filmcache.keep(made.recipe, kept.folder, kept.files, sections)
    after = job(path="new.mp4", rates=(0.3,))
    sent = {name for name in parcels.pack(after, after.order())[1] if name.startswith("cache/films")}
    assert sent == {f"cache/films/{kept.folder.name}/{name}" for name in (*kept.files, "entry.json")}
    assert not any("films" in name for name in parcels.pack(replace(after, force=True), after.order())[1])


def test_histories_go_along_up_to_a_limit(monkeypatch):
    one = job()
    order = one.order()
    history = path_of(order.parameters.experiments()["run"])
    _, files = parcels.pack(one, order)
    assert files == {f"cache/histories/{history.name}": history.read_bytes()}
    monkeypatch.setattr(parcels, "MOST_SENT", history.stat().st_size - 1)
    assert parcels.pack(one, order)[1] == {}


# What differs there


def test_a_film_that_would_be_another_there_is_not_taken(machines):
    jobs = [job(path="a.mp4"), job(path="b.mp4", seconds=0.5)]
    for told in heard(Cluster(machines.address, command=(*OTHER_WORKER, "all")), jobs):
        assert [type(event) for event in told] == [Begun, Failed]
        here = {name: toycli_version(name) for name in ("numpy", "torch")}
        font = jobs[0].order().recipe.looks["font"]["family"]
        said = (
            f"numpy {here['numpy']} here, 1.0 there; torch {here['torch']} here, 0.1 there; "
            f"source scenes/production/companions.py differs; the font {font} differs; caption toy.title differs: "
            "install the same on both machines (on tcp://127.0.0.1:"
        )
        assert told[-1].message.startswith(said)
        assert told[-1].status == 1
    assert not list(Path().iterdir())


def toycli_version(name):
    from importlib.metadata import version

    return version(name)


@pytest.mark.parametrize(
    ("where", "change", "said"),
    [
        ("recipe", {"versions": {"python": "3.0"}}, "av .* here"),
        ("recipe", {"looks": {"font": None}}, "font none here, .* there"),
        ("recipe", {"looks": {"font": {"family": "Comic", "files": ""}}}, "font Comic here, .* there"),
        ("recipe", {"code": {"scenes.new": ""}}, r"sources .*\.py, .*\.py, .*\.py and \d+ more differ"),
        ("recipe", {"captions": {}}, r"captions .*, .*, .* and \d+ more differ"),
        ("training", {"code": {}, "versions": {}}, r"sources learning/.* differ"),
        ("recipe", {}, "lossreel differs: install the same on both machines"),
    ],
)
def test_each_difference_is_named(where, change, said):
    order = job().order()
    expected = json.loads(json.dumps(likeness.expectation(order)))
    likeness.check(order, expected)
    with pytest.raises(RunError, match=said) as caught:
        likeness.check(order, {**expected, "key": "another", where: {**expected[where], **change}})
    assert "\n" not in str(caught.value)


# What fails there


def test_a_film_that_fails_there_stops_no_other_and_no_worker(cluster, machines):
    pids = machines.pids()
    whats = {"kill": r"its process was killed \(SIGKILL\)", "run": "no room on the disk; make some"}
    jobs = [job(path="a.mp4"), *(job("odd", path=f"{what}.mp4", what=what) for what in whats)]
    first, *bad = heard(cluster, jobs)
    assert isinstance(first[-1], Done)
    for told, said in zip(bad, whats.values(), strict=True):
        assert [event for event in told if isinstance(event, Done | Failed)] == [told[-1]]
        assert re.search(rf"{said}.* \(on tcp://127\.0\.0\.1:\d+\)$", told[-1].message)
    assert "odd.py" in bad[-1][-1].trace
    assert machines.pids() == pids
    assert not machines.homes()


def test_a_worker_that_dies_is_replaced_by_another(cluster, machines):
    pids = machines.pids()
    killed = set()
    with closing(cluster.run([job(seconds=60)])) as told:
        for _, event in told:
            if isinstance(event, Progress) and event.what == "drawing" and not killed:
                (maker,) = machines.at_work()
                parent = int(Path(f"/proc/{maker}/stat").read_text().rpartition(")")[2].split()[1])
                assert parent in pids
                os.kill(parent, signal.SIGKILL)
                killed = {parent}
    assert killed
    assert isinstance(event, Done)
    assert len(frames("film.mp4")) == 1800
    machines.wait_for_workers(2)
    assert not machines.at_work()


def test_no_more_at_a_time_than_asked_for(machines):
    jobs = [job(path="a.mp4", seconds=0.3), job(path="b.mp4", seconds=9000)]
    with closing(Cluster(machines.address, 1, toycli.WORKER).run(jobs)) as told:
        first = [event for _, event in itertools.takewhile(lambda one: one[0] == 0, told)]
    assert isinstance(first[-1], Done)


# Ends


LECTURE = """
resolution = "64,36"
fps = 10

[[film]]
name = "toy"
seconds = 9000

[[film]]
name = "toy"
label = "longer"
seconds = 9001
"""


def test_closing_stops_everything_there_too(cluster, machines):
    with closing(cluster.run([job(path=f"{n}.mp4", seconds=9000 + n) for n in range(3)])) as told:
        drawing = set()
        while len(drawing) < 2:
            number, event = next(told)
            drawing |= {number} if isinstance(event, Progress) and event.what == "drawing" else set()
        assert len(machines.at_work()) == 2
        begin = time.monotonic()
    assert time.monotonic() - begin < 1
    wait_for(lambda: not machines.at_work() and not machines.homes(), SOON)
    assert not list(Path().glob("*"))


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_when_the_build_ends_all_ends(machines, begin, blow):
    Path("lecture.toml").write_text(LECTURE)
    process = begin("build", "--executor", machines.address)
    wait_for(lambda: len(machines.at_work()) == 2)
    time.sleep(0.5)
    start = time.monotonic()
    process.send_signal(blow)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - start < SOON
    wait_for(lambda: not machines.at_work() and not machines.homes(), SOON)
    if blow != signal.SIGKILL:
        assert process.returncode == 130
        assert re.fullmatch(rb"2 films: 2 not finished; \d+\.\d s\n", out)
        assert err.endswith(b"lossreel: interrupted\n")
        assert b"Traceback" not in err
        assert b"distributed" not in err


def test_a_scheduler_that_goes_fails_all_films(alone):
    alone.start_worker()
    jobs = [job(path=f"{n}.mp4", seconds=9000 + n) for n in range(3)]
    found = []
    for number, event in Cluster(alone.address, 2, toycli.WORKER).run(jobs):
        if isinstance(event, Progress):
            alone.started[0].kill()
        if isinstance(event, Failed):
            found.append((number, event.message))
    said = f"the Dask cluster at {alone.tcp} is gone, or has no worker any more"
    assert dict(found) == dict.fromkeys(range(3), said)
    wait_for(lambda: not alone.at_work(), 5)


def test_workers_that_go_for_good_fail_all_films(alone, monkeypatch):
    monkeypatch.setattr(clusters, "LOOK", 0.1)
    monkeypatch.setattr(clusters, "ALONE", 1)
    alone.start_worker("--no-nanny")
    for _, event in Cluster(alone.address, 2, toycli.WORKER).run([job(seconds=9000)]):
        if isinstance(event, Progress):
            alone.started[1].kill()
    assert isinstance(event, Failed)
    assert "has no worker any more" in event.message


# Nobody there


def test_no_worker_and_workers_without_lossreel_are_told(alone, monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 1.0)
    with pytest.raises(RunError, match=rf"{alone.tcp} has no worker; start `dask worker {alone.tcp}` on every machine"):
        heard(Cluster(alone.address), [job()])
    alone.start_worker("--no-nanny", "--preload", "block.py")
    alone.wait_for_workers(1)
    (told,) = heard(Cluster(alone.address), [job()])
    assert told[-1].message.startswith("lossreel, or this version of it, is not installed there: install the same")
    assert alone.started[1].poll() is None  # whoever's cluster it is, its workers do not die of it


def test_an_address_where_nobody_is_says_what_to_start(begin):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening
        port = taken.getsockname()[1]
        Path("lecture.toml").write_text(LECTURE)
        start = time.monotonic()
        process = begin("build", "--executor", f"dask://127.0.0.1:{port}")
        _, err = process.communicate(timeout=10)
    assert time.monotonic() - start < 10
    assert process.returncode == 1
    assert err.decode() == (
        f"lossreel: error: no Dask scheduler answers at tcp://127.0.0.1:{port} (Connection refused); start `dask "
        f"scheduler` there, and `dask worker tcp://127.0.0.1:{port}` on every machine that is to make films\n"
    )


def test_something_that_answers_but_is_not_dask(monkeypatch):
    monkeypatch.setattr(clusters, "PATIENCE", 1.0)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        start = time.monotonic()
        with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127.0.0.1:\d+ \(what answers is not"):
            heard(Cluster(f"dask://127.0.0.1:{mute.getsockname()[1]}"), [job()])
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    "text", ["dask://", "dask://:8786", "dask://a:b", "dask://a:99999", "dask://a/b", "dask://[::"]
)
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InputError, match="is no address; write dask://HOST:8786"):
        executor_of(text)


def test_addresses():
    assert Cluster("dask://lab.example").address == "tcp://lab.example:8786"
    assert Cluster("dask://[::1]:9").address == "tcp://[::1]:9"
    assert executor_of("dask://lab.example", 3).size == 3
    with pytest.raises(InputError, match=r'did you mean "dask://HOST:PORT"\?'):
        executor_of("desk://host:8786")


def test_without_dask_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"Dask is not installed here; pip install 'lossreel\[cluster\]'"):
        Cluster("dask://host:8786")
