"""Films in processes of their own: what is heard of them, and what is left of them."""

import os
import signal
import sys
import time
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
import toycli
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import descendants, drawing

from scenes.catalogue import FILMS, find
from scenes.options import is_list
from scenes.production.order import Order
from scenes.production.output import FORMATS, WITH_ALPHA, Output
from scenes.production.render import render
from scenes.workers import events
from scenes.workers.crew import Crew
from scenes.workers.events import Begun, Done, Failed, Progress
from scenes.workers.jobs import Job, in_good_order

pytestmark = pytest.mark.usefixtures("toys")


def job(film="toy", path="film.mp4", force=False, seconds=0.4, **parameters):
    entry = find(film)
    output = Output("mp4", 160, 90, 10, path=Path(path))
    order = Order(entry, entry.parameters(seconds=seconds, **parameters), output, "dark", "en")
    return Job.of(order, force=force)


def jobs_of(count):
    """Films of their own, with the same run, so that nothing has to be trained."""
    return [job(path=f"{number}.mp4", seconds=0.4 + number / 10) for number in range(count)]


def crew(size=2, command=toycli.WORKER):
    return Crew(size, command)


def heard(jobs, size=2):
    """All events of each job."""
    found = [[] for _ in jobs]
    for number, event in crew(size).run(jobs):
        found[number].append(event)
    return found


def children():
    """The processes that this one has started and that have not ended."""
    return set(descendants(os.getpid())) - {os.getpid()}


def until_drawing(events):
    """Wait until each film that is at work has begun to be drawn."""
    for number, event in events:
        if isinstance(event, Progress) and event.what == "drawing":
            return number
    raise AssertionError("nothing is drawn")


def until_stubborn(count):
    """Wait until so many films do not listen any more."""
    while len(list(Path().glob("*.stubborn"))) < count:
        time.sleep(0.02)


def left_behind():
    """The private folders in the working directory and in the cache of films."""
    films = Path(os.environ["LOSSREEL_CACHE"], "films")
    return [*Path().rglob(".lossreel-*"), *films.glob(".lossreel-*")]


# Jobs


def scalar(annotation, rules):
    """Values of a plain type within a field's bounds."""
    bounds = {name: getattr(rule, name) for rule in rules for name in ("gt", "ge", "lt", "le") if hasattr(rule, name)}
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if annotation is int:
        return st.integers(low, high)
    return st.floats(low, high, exclude_min="gt" in bounds, exclude_max="lt" in bounds, allow_nan=False, width=64)


BY_NAME = {
    "start": st.tuples(st.floats(-20, 20), st.floats(-20, 20)),
    "line": st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    "slopes": st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
    "starts": st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=5).map(tuple),
    "window": st.tuples(st.floats(-9, -1), st.floats(0, 9), st.floats(-9, -1), st.floats(0, 9)),
    "optimizer": st.sampled_from(["SGD", "adam"]),
    "optimizers": st.lists(st.sampled_from(["SGD", "momentum", "adam"]), min_size=1, max_size=4).map(tuple),
    "x": st.sampled_from([None, "가로 (m)"]),
    "y": st.sampled_from([None, "y"]),
    "standardize": st.booleans(),
}


def values(name, field):
    if name == "data":
        return st.sampled_from([field.default, "a folder/점 \udcff\n.csv"])
    if name in BY_NAME:
        return BY_NAME[name]
    if get_origin(field.annotation) is Literal:
        return st.sampled_from(get_args(field.annotation))
    if not is_list(field.annotation):
        return scalar(field.annotation, field.metadata)
    inner = get_args(field.annotation)[0]
    one = scalar(get_args(inner)[0], get_args(inner)[1].metadata)
    most = min((rule.max_length for rule in field.metadata if hasattr(rule, "max_length")), default=5)
    return st.lists(one, min_size=1, max_size=most).map(tuple)


@st.composite
def orders(draw, entry):
    fields = entry.parameters.model_fields.items()
    given_ = {name: draw(values(name, field)) for name, field in fields if draw(st.booleans())}
    kind = draw(st.sampled_from(FORMATS))
    output = Output(
        kind,
        2 * draw(st.integers(8, 3840)),
        2 * draw(st.integers(8, 2160)),
        draw(st.integers(1, 15)),
        transparent=kind in WITH_ALPHA and draw(st.booleans()),
        last_frame=kind == "png" and draw(st.booleans()),
        path=draw(st.sampled_from([None, Path("a b/필름 \udcff.mp4"), Path("/x/y.gif")])),
    )
    look = draw(st.sampled_from(["dark", "light"])), draw(st.sampled_from(["en", "ko"]))
    return Order(entry, entry.parameters(**given_), output, *look)


REAL = [name for name in FILMS if name not in ("toy", "odd")]


@pytest.mark.parametrize("film", REAL)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_job_says_all_of_an_order(film, data):
    order, force = data.draw(orders(FILMS[film])), data.draw(st.booleans())
    text = Job.of(order, force=force).to_json()
    assert text.isascii()
    assert "\n" not in text
    again = Job.from_json(text)
    assert again.order() == order
    assert again.force == force
    assert repr(again.order().parameters) == repr(order.parameters)  # 1 and 1.0 are equal, but not the same


def test_the_longest_film_is_begun_first_and_none_beside_one_with_the_same_runs():
    def of(film, language="en", width=160, last_frame=False, **parameters):
        entry = find(film)
        output = Output("png" if last_frame else "mp4", width, 90, 10, last_frame=last_frame)
        return Job.of(Order(entry, entry.parameters(**parameters), output, "dark", language))

    jobs = [
        of("stuck", last_frame=True),
        of("descent"),
        of("descent", language="ko"),
        of("descent", width=320, lr=0.01),
        of("learning-rate"),
    ]
    assert in_good_order(jobs) == [3, 4, 1, 0, 2]


# Events


@given(
    st.one_of(
        st.builds(Begun, st.text()),
        st.builds(Progress, st.text(), st.floats(allow_nan=False), st.floats(allow_nan=False)),
        st.builds(Done, st.booleans(), st.floats(0, 1e9)),
        st.builds(Failed, st.text(), st.integers(1, 2), st.text()),
    ),
    st.integers(0, 10),
)
def test_an_event_is_one_line_and_half_of_it_is_none(event, cut):
    line = events.to_line(event)
    assert line.isascii()
    assert "\n" not in line
    assert events.from_line(line) == event
    assert events.from_line(line[: -1 - cut]) is None


@pytest.mark.parametrize("line", [b"", b"\xff", b"[]", b"3", b'{"event": "Nothing"}', b'{"event": "Done"}'])
def test_what_is_no_event_is_none(line):
    assert events.from_line(line) is None


# Films


def test_films_are_what_they_are_without_processes(tmp_path):
    jobs = [job(path="a.mp4"), job(path="crew/b.mp4", lr=0.5)]
    for one, told, known in zip(jobs, heard(jobs), [{"training"}, set()], strict=True):
        assert isinstance(told[0], Begun)
        assert {event.what for event in told[1:-1]} == {"training", "drawing"} - known
        assert told[-1].fresh
        assert told[-1].seconds > 0
        order = one.order()
        here = Output("mp4", 160, 90, 10, path=Path("here.mp4"))
        alone = render(order.entry, order.parameters, here, force=True).path
        assert alone.read_bytes() == order.target.read_bytes()
    assert not children()
    assert not left_behind()


@pytest.mark.parametrize("size", [1, 2])
def test_no_more_processes_than_asked_for(size):
    most = 0
    for _ in crew(size).run(jobs_of(3)):
        most = max(most, len(children()))
    assert most == size


def test_a_film_that_is_in_the_cache_is_not_made_again_unless_forced():
    heard([job()])
    assert not heard([job(path="again.mp4")])[0][-1].fresh
    assert heard([job(path="forced.mp4", force=True)])[0][-1].fresh


FAILURES = {
    "run": ("no room on the disk; make some", 1),
    "input": ("what the user gave is wrong; give something else", 2),
    "bug": ("KeyError: 'surprise\\nof two lines'; run it again with --debug to see where", 1),
    "kill": ("its process was killed (SIGKILL); if the memory was full, try -j 1", 1),
    "crash": ("its process crashed (SIGSEGV); run it again with --debug to see its last words", 1),
    "exit": ("its process ended too early, with status 7; run it again with --debug to see its last words", 1),
}


def test_a_film_that_fails_says_why_and_stops_no_other():
    bad = [job("odd", path=f"{what}.mp4", what=what) for what in FAILURES]
    first, *failed, last = heard([job(path="a.mp4", seconds=0.9), *bad, job(path="b.mp4", seconds=0.2)])
    assert isinstance(first[-1], Done)
    assert isinstance(last[-1], Done)
    for told, (message, status) in zip(failed, FAILURES.values(), strict=True):
        assert [event for event in told if isinstance(event, Done | Failed)] == [told[-1]]
        assert (told[-1].message, told[-1].status) == (message, status)
    assert sorted(path.name for path in Path().glob("*.mp4")) == ["a.mp4", "b.mp4"]
    assert not left_behind()
    assert not children()


def test_where_it_failed_is_told_too():
    trace = heard([job("odd", what="bug")])[0][-1].trace
    assert trace.startswith("Traceback")
    assert "odd.py" in trace
    assert heard([job("odd", what="exit")])[0][-1].trace.endswith("my last words")


def test_a_film_that_prints_does_not_disturb():
    told = heard([job("odd", what="noise")])[0]
    assert told[-1] == Done(True, told[-1].seconds)
    assert told[-1].seconds > 0
    assert sum(isinstance(event, Done) for event in told) == 1


def test_a_command_that_cannot_be_run_is_a_failure():
    told = list(Crew(2, ["/nowhere/python"]).run([job(), job()]))
    assert [number for number, _ in told] == [0, 1]
    assert all("no process can be started (No such file or directory)" in event.message for _, event in told)


def test_progress_is_not_told_too_often():
    times = []
    for _, event in crew().run([job(seconds=200)]):
        if isinstance(event, Progress) and event.what == "drawing":
            times.append(time.monotonic())
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert len(times) >= 2
    assert sum(gap < 0.05 for gap in gaps) <= len(gaps) / 4


# Ends


def test_closing_stops_everything_and_leaves_nothing():
    jobs = [job(path=f"{n}.mp4", seconds=900 + n) for n in range(3)]
    with closing(crew().run(jobs)) as told:
        first = until_drawing(told)
        while until_drawing(told) == first:
            pass
        assert len(children()) == 2
        begin = time.monotonic()
    assert time.monotonic() - begin < 2
    assert not children()
    assert not left_behind()
    assert not list(Path().glob("*.mp4"))


def test_closing_ends_and_sweeps_up_after_a_film_that_does_not_listen():
    jobs = [job("odd", path=f"{n}.mp4", what="stubborn", seconds=0.4 + n) for n in range(2)]
    with closing(crew().run(jobs)) as told:
        until_drawing(told)
        until_stubborn(2)
        begin = time.monotonic()
    assert 1 < time.monotonic() - begin < 2
    assert not children()
    assert not left_behind()


def test_closing_ends_what_neither_listens_nor_ends():
    code = """import time; print('{"event": "Progress", "what": "drawing", "done": 0, "total": 1}', flush=True)
time.sleep(600)"""  # it never unblocks the signals that are held back while it is started
    with closing(Crew(2, [sys.executable, "-c", code]).run(jobs_of(2))) as told:
        until_drawing(told)
        begin = time.monotonic()
    assert 1 < time.monotonic() - begin < 2
    assert not children()


def test_a_process_ends_when_nobody_holds_its_input_any_more():
    process = drawing(job(seconds=900))
    assert left_behind()
    process.stdin.close()
    assert process.wait(timeout=2) == 130
    process.stdout.close()
    assert not left_behind()


def test_a_process_that_does_not_listen_ends_with_its_input_too():
    process = drawing(job("odd", what="stubborn"))
    until_stubborn(1)
    process.stdin.close()
    assert process.wait(timeout=3) == 130
    process.stdout.close()


def test_a_process_does_not_mind_ctrl_c():
    process = drawing(job(seconds=20))
    process.send_signal(signal.SIGINT)
    assert process.stdout.read().splitlines()[-1].startswith('{"event": "Done"')
    process.stdin.close()
    process.wait()
    process.stdout.close()


def test_a_process_finds_what_only_this_process_can_find(tmp_path, monkeypatch):
    Path("elsewhere").mkdir()
    Path("elsewhere/only_here.py").write_text("""print('{"event": "Failed", "message": "found"}')""")
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    assert list(Crew(1, [sys.executable, "-P", "-m", "only_here"]).run([job()])) == [(0, Failed("found"))]


def test_a_process_finds_its_modules_where_its_parent_does_not_where_it_stands(monkeypatch):
    """A file in the lecture's folder that is called like a module is none of ours."""
    for name in ("random", "numpy", "scenes"):
        Path(f"{name}.py").write_text("raise SystemExit('the wrong module')\n")
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    assert isinstance(heard([job()])[0][-1], Done)
    outcome = list(Crew(1).run([job()]))[-1][1]
    assert "no film is called 'toy'" in outcome.message  # the real worker, which knows no toys
