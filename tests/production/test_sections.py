"""Sections that are used again: a film that begins with an earlier one is, to the bit, the film that is drawn whole."""

import ast
import copy
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toyfilm_entry
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import scenes
from learning import store
from scenes import captions
from scenes.captions import Captions
from scenes.catalogue import FILMS, Entry
from scenes.drawing import Drawing
from scenes.film import Film
from scenes.production import shooting, studio
from scenes.production.encode import Encoder
from scenes.production.inputs import WatchedCaptions, watched_parameters, watched_runs
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.sections import ALL_RUNS, Record, Section, Unlike, unchanged
from scenes.production.shooting import Earlier, Shot, make_film, shoot_film, shoot_last_frame

SMALL = Output("mp4", 160, 90, 2)
PARAMETERS: dict[str, dict[str, Any]] = {
    "descent": {},
    "tangent": {},
    "gradient-check": {},
    "learning-rate": {},
    "linear-layer": {},
    "flat-regions": {},
    "optimizers": {},
    "relu-nodes": {"epochs": 100},
    "logistic": {"epochs": 300},
    "logistic-limit": {"epochs": 200, "net_epochs": 200},
    "overfit": {"nodes": 50, "epochs": 200},
    "plane": {},
    "polynomial": {"epochs": 100},
    "stuck": {"epochs": 300, "runs": 20, "sizes": (2, 4)},
    "diagrams": {"epochs": 100, "wide": 50},
    "sse-mse": {},
    "stochastic": {},
}


@dataclass(frozen=True)
class Made:
    """A film drawn whole."""

    order: Order
    runs: dict[str, Any]
    path: Path
    shot: Shot

    @property
    def sections(self):
        return self.shot.sections

    def again(self, path, kept=None, *, report=None, order=None, runs=None):
        """Make a film that begins with so many sections of this one; None: all of it anew."""
        earlier = None if kept is None else Earlier(self.path, self.sections[:kept])
        place = path.parent / path.stem
        place.mkdir(exist_ok=True)
        shot = shoot_film(order or self.order, runs or self.runs, place / path.name, report, earlier)
        return (place / path.name).read_bytes(), shot


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Each film of the catalogue, drawn once for all tests."""
    folder, known = tmp_path_factory.mktemp("first"), {}

    def make(name):
        if name not in known:
            parameters = FILMS[name].parameters(**PARAMETERS[name])
            runs = store.fetch_all(parameters.experiments(), root=folder / "histories")
            order = Order(FILMS[name], parameters, SMALL, "dark", "en")
            path = folder / name / f"{name}.mp4"
            path.parent.mkdir()
            known[name] = Made(order, runs, path, shoot_film(order, runs, path, None))
        return known[name]

    return make


@pytest.fixture
def drawn(monkeypatch):
    """How many frames went to the encoder, in all."""
    counted, write = [], Encoder.write

    def count(self, pixels, repeat=1, *, key=False):
        counted.append(repeat)
        write(self, pixels, repeat, key=key)

    monkeypatch.setattr(Encoder, "write", count)
    return counted


@pytest.fixture
def say(monkeypatch):
    """Change a caption of English."""
    texts = captions.load("en")._texts

    def change(key, text=None):
        monkeypatch.setitem(texts, key, text if text is not None else f"Otherwise: {texts[key]}")
        return f"caption {key}", texts[key]

    return change


def captions_of(section):
    return [name.removeprefix("caption ") for name in section.reads if name.startswith("caption ")]


def assert_same(one, other):
    assert (one.frames, one.beats, one.subtitles, one.sections) == (
        other.frames,
        other.beats,
        other.subtitles,
        other.sections,
    )
    assert np.array_equal(one.poster, other.poster)


# Exactness


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_film_that_begins_with_its_own_sections_is_the_same_file(first, name, tmp_path, drawn):
    film = first(name)
    data, count = film.path.read_bytes(), len(film.sections)
    for kept in (count // 2, count - 1, count):
        drawn.clear()
        made, shot = film.again(tmp_path / f"{kept}.mp4", kept)
        assert shot.reused == kept
        assert sum(drawn) == sum(section.frames for section in film.sections[kept:])
        assert made == data, f"{kept} sections kept"
        assert_same(shot, film.shot)


@pytest.mark.parametrize("name", PARAMETERS)
def test_after_a_late_caption_has_changed_only_what_follows_is_drawn(first, name, tmp_path, say, drawn):
    film = first(name)
    last = len(film.sections) - 1
    own = [key for key in captions_of(film.sections[last]) if key.startswith(f"{name}.") and ".words." not in key]
    before = film.order.recipe.inputs
    caption, text = say(own[-1])
    assert unchanged(film.sections, before, {**before, caption: text}) == last
    whole, shot = film.again(tmp_path / "whole.mp4")
    assert whole != film.path.read_bytes(), "the change can be seen"
    drawn.clear()
    partly, other = film.again(tmp_path / "partly.mp4", last)
    assert partly == whole
    assert (sum(drawn), other.reused) == (film.sections[last].frames, last)
    assert_same(other, shot)


def test_a_section_kept_wrongly_would_be_noticed(first, tmp_path, say):
    """One more than has a right to stay: the comparison above must tell."""
    film = first("descent")
    say("descent.learned.map")
    whole, _ = film.again(tmp_path / "whole.mp4")
    wrong, shot = film.again(tmp_path / "wrong.mp4", len(film.sections))
    assert shot.reused == len(film.sections)
    assert wrong != whole


def test_what_was_drawn_from_an_earlier_film_can_be_one_itself(first, tmp_path, say):
    """The record of a film that was partly drawn says as much as that of one that was drawn whole."""
    film = first("relu-nodes")
    say("relu-nodes.together.say_many")
    data, shot = film.again(tmp_path / "second.mp4", 7)
    second = Made(film.order, film.runs, tmp_path / "second" / "second.mp4", shot)
    say("relu-nodes.bends.truth")
    whole, _ = film.again(tmp_path / "whole.mp4")
    third, last = second.again(tmp_path / "third.mp4", 8)
    assert last.reused == 8
    assert third == whole != data


def test_a_note_or_a_title_that_changes_leaves_every_frame(first, tmp_path, say, drawn):
    film = first("descent")
    before = film.order.recipe.inputs
    now = {**before, **dict([say("descent.data.note", "Look."), say("descent.data.title", "Points")])}
    assert unchanged(film.sections, before, now) == len(film.sections)
    data, shot = film.again(tmp_path / "film.mp4", len(film.sections))
    assert (data, sum(drawn)) == (film.path.read_bytes(), 0)
    assert (shot.beats[0].title, shot.beats[0].note) == ("Points", "Look.")
    assert shot.beats[1:] == film.shot.beats[1:]


def test_other_numbers_of_nets_leave_the_beats_before_them(first, tmp_path):
    film = first("stuck")
    parameters = film.order.parameters.model_copy(update={"sizes": (3, 2), "runs": 30})
    order = dataclasses.replace(film.order, parameters=parameters)
    kept = unchanged(film.sections, film.order.recipe.inputs, order.recipe.inputs)
    assert [section.key for section in film.sections[kept:]] == ["many", "shares"]
    runs = store.fetch_all(parameters.experiments())
    whole, shot = film.again(tmp_path / "whole.mp4", order=order, runs=runs)
    partly, other = film.again(tmp_path / "partly.mp4", kept, order=order, runs=runs)
    assert partly == whole != film.path.read_bytes()
    assert other.reused == kept
    assert_same(other, shot)


@pytest.mark.parametrize("beat", ["surface", "learned"])
def test_a_poster_may_lie_in_a_section_that_is_not_drawn(first, tmp_path, monkeypatch, beat):
    film = first("descent")
    monkeypatch.setattr(FILMS["descent"].load_scene(), "poster_beat", beat)
    _, whole = film.again(tmp_path / "whole.mp4")
    _, shot = film.again(tmp_path / "partly.mp4", len(film.sections))
    assert np.array_equal(shot.poster, whole.poster)
    assert np.array_equal(shot.poster, film.shot.poster) == (beat == "learned")


@pytest.mark.parametrize(("name", "transparent"), [("mp4", False), ("webm", True), ("mov", True)])
def test_every_video_format_has_sections(toy, tmp_path, name, transparent):
    order = Order(toy, toy.parameters(), Output(name, 320, 180, 15, transparent=transparent), "dark", "en")
    path = tmp_path / "first" / f"f.{name}"
    path.parent.mkdir()
    film = Made(order, {}, path, shoot_film(order, {}, path, None))
    assert [section.key for section in film.sections] == ["", "one", "two", "three"]
    assert film.sections[1].reads == ("parameter seconds",)
    data, shot = film.again(tmp_path / f"again.{name}", 3)
    assert shot.reused == 3
    assert len(data) == len(path.read_bytes())
    assert name == "webm" or data == path.read_bytes()  # a WebM's header holds a number drawn by chance


def test_formats_of_pictures_are_drawn_whole(toy, tmp_path):
    for name, suffix in (("gif", ".gif"), ("webp", ".webp"), ("png", "")):
        order = Order(toy, toy.parameters(), Output(name, 320, 180, 15), "dark", "en")
        one, other = tmp_path / name / f"a{suffix}", tmp_path / name / f"b{suffix}"
        one.parent.mkdir()
        shot = shoot_film(order, {}, one, None)
        again = shoot_film(order, {}, other, None, Earlier(one, shot.sections))
        assert (again.reused, again.frames) == (0, shot.frames)


def test_progress_counts_what_is_not_drawn(first, tmp_path):
    film, told = first("descent"), []
    film.again(tmp_path / "film.mp4", 8, report=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(film.shot.frames / SMALL.fps)
    assert len(told) > 20


# What an earlier film says must hold


def renamed(sections):
    return [dataclasses.replace(sections[0], key="other"), *sections[1:]]


def longer(sections):
    return [*sections[:3], dataclasses.replace(sections[3], frames=sections[3].frames + 1), *sections[4:]]


def read_less(sections):
    return [dataclasses.replace(sections[0], reads=()), *sections[1:]]


def more(sections):
    return [*sections, Section("encore", 0, ())]


@pytest.mark.parametrize("wrong", [renamed, longer, read_less, more])
def test_a_record_that_does_not_hold_is_not_used(first, tmp_path, wrong):
    film = first("descent")
    told = tuple(wrong(film.sections))
    data, shot = dataclasses.replace(film, shot=dataclasses.replace(film.shot, sections=told)).again(
        tmp_path / "film.mp4", len(told)
    )
    assert shot.reused == 0
    assert data == film.path.read_bytes()
    assert_same(shot, film.shot)


@pytest.mark.parametrize(
    "damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: data[:40] + data[60:]]
)
def test_a_file_that_is_broken_is_not_used(first, tmp_path, damage):
    film = first("descent")
    data = film.path.read_bytes()
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(damage(data))
    made, shot = dataclasses.replace(film, path=broken).again(tmp_path / "film.mp4", 8)
    assert (made, shot.reused) == (data, 0)


# The clock


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_film_that_is_not_drawn_has_the_same_times_and_the_same_end(first, name, tmp_path):
    film = first(name)
    with studio.studio(SMALL, tmp_path):
        skipped = make_film(film.order, film.runs, skip_animations=True)
        skipped.render()
    assert skipped.beats == film.shot.beats
    assert skipped.subtitles == film.shot.subtitles
    assert skipped.time == film.shot.frames / SMALL.fps
    (tmp_path / "b").mkdir()
    shoot_last_frame(film.order, film.runs, tmp_path / "b" / "last.png")
    with Image.open(tmp_path / "b" / "last.png") as last:
        assert np.array_equal(np.array(last), film.shot.poster[..., :3])


@pytest.mark.parametrize("fps", [7, 15, 24, 60])
@pytest.mark.parametrize("seconds", [0.777, 0.1, 1 / 3])
def test_frames_are_counted_as_they_are_drawn(toy, tmp_path, fps, seconds):
    order = Order(toy, toy.parameters(seconds=seconds), Output("mp4", 32, 18, fps), "dark", "en")
    (tmp_path / "a").mkdir()
    drawn = shoot_film(order, {}, tmp_path / "a" / "film.mp4", None)
    with studio.studio(order.output, tmp_path):
        skipped = make_film(order, {}, skip_animations=True)
        skipped.render()
    assert [(beat.start, beat.end) for beat in skipped.beats] == [(beat.start, beat.end) for beat in drawn.beats]
    assert skipped.time * fps == pytest.approx(drawn.frames, abs=1e-9)


class Shade(Drawing):
    """A square whose colour tells how far it has gone since it was drawn last."""

    def __init__(self):
        super().__init__((-4, -3, 4, 3))
        self.value, self._last = 0.0, 0.0

    def draw(self, brush):
        level = round(255 * min(abs(self.value - self._last), 1))
        brush.polygon(np.array([[-4, -3], [4, -3], [4, 3], [-4, 3]]), f"#{level:02x}{level:02x}40")
        self.glance()

    def glance(self):
        self._last = self.value


class Moody(Film):
    """Sections that end while something moves, in moves of a length that 25 frames a second do not divide."""

    film_name = "toy"

    def construct(self):
        self.shade = Shade()
        self.add(self.shade)
        for number in range(3):
            self.next_section(f"s{number}")
            self.play(self.shade.to(value=self.shade.value + 0.4, run_time=0.06))
            self.play(self.shade.to(value=self.shade.value + 1.0, run_time=0.28))
            if number == 1:
                self.play(self.shade.to(value=self.shade.value + 0.4, run_time=0.2))


@pytest.fixture
def moody(tmp_path):
    entry = Entry("toy", toyfilm_entry.ToyParameters, f"{__name__}:Moody", 4)
    order = Order(entry, entry.parameters(), Output("mp4", 160, 90, 25), "dark", "en")
    path = tmp_path / "first" / "film.mp4"
    path.parent.mkdir()
    return Made(order, {}, path, shoot_film(order, {}, path, None))


@pytest.mark.parametrize("kept", [2, 3])
def test_sections_may_end_while_something_moves(moody, tmp_path, kept):
    """Then the next one begins with what its drawings know of the last frame that is not drawn."""
    data, shot = moody.again(tmp_path / "film.mp4", kept)
    assert shot.reused == kept
    assert data == moody.path.read_bytes()


def test_frames_that_manim_draws_too_many_are_counted(moody, tmp_path):
    """0.28 seconds at 25 a second are 7 frames, for manim 8: after the 2 of the first 0.06 seconds 10, where 8 are due.

    The last is dropped; the one before it has been encoded by then, and counts.
    """
    assert (len(np.arange(0, 0.28, 1 / 25)), round(0.06 * 25), round(0.34 * 25)) == (8, 2, 8)
    with studio.studio(moody.order.output, tmp_path):
        skipped = make_film(moody.order, {}, skip_animations=True)
        skipped.render()
    assert moody.sections[1].frames == 9
    assert skipped.time * 25 == pytest.approx(moody.shot.frames, abs=1e-9)
    assert moody.shot.frames == sum(section.frames for section in moody.sections)


# What is read


@pytest.mark.parametrize("name", PARAMETERS)
def test_whatever_a_film_reads_is_in_its_recipe(first, name):
    film = first(name)
    inputs = film.order.recipe.inputs
    read = [name for section in film.sections for name in section.reads]
    assert len(read) == len(set(read)), "each is read first only once"
    assert [name for name in read if name not in inputs and name != ALL_RUNS and not name.startswith("no ")] == []
    assert {f"run {label}" for label in film.runs} <= set(read)
    assert unchanged(film.sections, inputs, inputs) == len(film.sections)


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_text_that_is_said_is_a_reading_of_its_section(first, name):
    """Against the subtitles: the caption whose words they are was read in that beat, or in one before."""
    film, texts = first(name), captions.load("en")
    read: list[str] = []
    assert len(film.shot.subtitles) > 10
    for section, beat in zip(film.sections[1:], film.shot.beats, strict=True):
        read += captions_of(section)
        said = [cue.text for cue in film.shot.subtitles if beat.start <= cue.start < beat.end]
        words = [literal for text in said for literal in text.split() if literal.isalpha() and len(literal) > 3]
        known = " ".join(texts.template(key) for key in read if not key.startswith("no "))
        missing = [word for word in words if word not in known]
        assert len(missing) <= len(words) // 4, "but for what figures put in"


def test_an_input_is_read_first_where_the_film_first_needs_it(first):
    reads = {section.key: section.reads for section in first("descent").sections}
    assert "run run" in reads[""]
    assert "parameter loss" in reads["wrong"]
    assert "caption descent.data.ask" in reads["data"]
    assert "no caption descent.words.loss0" in reads["wrong"]
    assert "caption surface.start" in reads["learned"], "read by a panel while it draws"
    every = {name for names in reads.values() for name in names}
    assert not [name for name in every if name.endswith((".note", ".note_mean"))]


BEFORE = {"caption a": "1", "parameter b": "2", "run x": "3", "run y": "4"}
CASES = {
    "nothing": ({}, 4),
    "a caption": ({"caption a": "other"}, 0),
    "a parameter": ({"parameter b": "other"}, 1),
    "a run": ({"run y": "other"}, 3),
    "another run": ({"run z": "5"}, 2),
    "a caption that was missing": ({"caption c": "new"}, 1),
    "what nobody reads": ({"caption d": "new"}, 4),
}


@pytest.mark.parametrize("what", CASES)
def test_sections_before_the_first_change_stay(what):
    change, stay = CASES[what]
    sections = [
        Section("", 0, ("caption a",)),
        Section("one", 5, ("no caption c", "parameter b", "run x")),
        Section("two", 5, (ALL_RUNS,)),
        Section("three", 5, ("run y",)),
    ]
    assert unchanged(sections, BEFORE, {**BEFORE, **change}) == stay


def test_an_input_without_a_known_value_counts_as_changed():
    sections = [Section("one", 5, ()), Section("two", 5, ("caption a",))]
    assert unchanged(sections, {}, {}) == unchanged(sections, BEFORE, {}) == unchanged(sections, {}, BEFORE) == 1


def test_other_runs_or_another_order_of_them_is_a_change():
    sections = [Section("one", 5, (ALL_RUNS,))]
    turned = {name: BEFORE[name] for name in reversed(BEFORE)}
    assert unchanged(sections, BEFORE, BEFORE) == 1
    assert unchanged(sections, BEFORE, turned) == 0
    assert unchanged(sections, BEFORE, {name: value for name, value in BEFORE.items() if name != "run y"}) == 0


def test_a_record_tells_what_was_read_first_where():
    record = Record()
    record.note("a")
    record.turn("one", 0)
    record.note("b")
    record.note("a")
    record.turn("two", 7)
    record.note("b")
    assert record.close(9) == (Section("", 0, ("a",)), Section("one", 7, ("b",)), Section("two", 2, ()))


def test_a_record_holds_an_earlier_one_against_what_happens():
    known = (Section("", 0, ("a",)), Section("one", 7, ("b", "drawn")))
    record = Record(known)
    assert record.is_known
    record.note("a")
    record.turn("one", 0)
    record.note("b")
    record.turn("two", 7)
    assert not record.is_known
    record.note("drawn")
    record.note("c")
    assert record.close(9) == (*known, Section("two", 2, ("c",)))
    record = Record(known)
    with pytest.raises(Unlike):
        record.turn("one", 1)


# Nothing is read unseen


def test_runs_tell_what_is_read_of_them():
    told: list[str] = []
    runs = watched_runs({"a": 1, "b": 2}, told.append)  # type: ignore[dict-item]
    ways = {
        "one": (lambda: runs["a"], ["run a"]),
        "one, perhaps": (lambda: runs.get("c"), ["no run c"]),
        "whether": (lambda: "b" in runs, ["run b"]),
        "how many": (lambda: len(runs), [ALL_RUNS]),
        "labels": (lambda: list(runs), [ALL_RUNS]),
        "values": (lambda: list(runs.values()), [ALL_RUNS, "run a", "run b"]),
        "copy": (lambda: dict(runs), [ALL_RUNS, "run a", "run b"]),
        "spread": (lambda: {**runs}, [ALL_RUNS, "run a", "run b"]),
        "equal": (lambda: runs == {"a": 1, "b": 2}, [ALL_RUNS, "run a", "run b"]),
    }
    for way, (read, names) in ways.items():
        told.clear()
        try:
            read()
        except KeyError:
            assert way == "one, perhaps"
        assert set(told) == set(names), way


def test_captions_tell_what_is_read_of_them_but_what_is_only_told():
    told: list[str] = []
    plain = Captions("en", {"film": {"title": "A {word}", "words": {"word": "film"}}})
    seen = WatchedCaptions(plain, told.append)
    assert seen.text("film.title", word="b") == plain.text("film.title", word="b") == "A b"
    assert seen.typeset("film.title", word="b") == plain.typeset("film.title", word="b")
    assert "film.words.other" not in seen
    with seen.off_screen():
        assert seen.template("film.words.word") == "film"
    assert set(told) == {"caption film.title", "no caption film.words.other"}
    assert list(seen) == list(plain)
    assert told[-1] == WatchedCaptions.EVERY
    with pytest.raises(KeyError, match="near"):
        seen.text("film.titel")


@pytest.mark.parametrize("name", FILMS)
def test_parameters_tell_what_is_read_of_them(name):
    plain, told = FILMS[name].parameters(**PARAMETERS[name]), []
    seen = watched_parameters(plain, told.append)
    fields = list(type(plain).model_fields)
    for field in fields:
        told.clear()
        assert getattr(seen, field) == getattr(plain, field)
        assert told == [f"parameter {field}"]
    everything = {f"parameter {field}" for field in fields}
    for read in (type(plain).experiments, dict, vars, repr, hash, copy.copy, copy.deepcopy, type(plain).model_dump):
        told.clear()
        assert read(seen) == read(plain)
        assert set(told) == everything, read
    told.clear()
    assert isinstance(seen, type(plain))
    assert told == []
    assert (seen == plain, plain == seen) == (True, True)


@given(st.data())
def test_watched_parameters_are_the_parameters(data):
    name = data.draw(st.sampled_from(["descent", "optimizers"]))
    lr = data.draw(st.floats(1e-6, 10))
    plain = FILMS[name].parameters(lr=lr, seed=data.draw(st.integers(0, 2**32 - 1)))
    assert watched_parameters(plain, lambda _: None).model_dump_json() == plain.model_dump_json()


def test_a_constructor_of_its_own_may_have_read_anything(first, tmp_path, monkeypatch):
    film = first("descent")
    scene = FILMS["descent"].load_scene()
    assert all(entry.load_scene().__init__ is Film.__init__ for name, entry in FILMS.items() if name in PARAMETERS)
    monkeypatch.setattr(scene, "__init__", lambda self, *given, **more: Film.__init__(self, *given, **more))
    record = Record()
    with studio.studio(SMALL, tmp_path):
        make_film(film.order, film.runs, record)
    sections = record.close(0)
    assert WatchedCaptions.EVERY in sections[0].reads
    assert unchanged(sections, film.order.recipe.inputs, film.order.recipe.inputs) == 0


def test_films_have_words_only_from_their_look():
    """Who loads captions gets them unwatched: among what draws only `Look`, whose captions are replaced."""
    folder = Path(scenes.__file__).parent
    drawing = [folder / "film.py", folder / "look.py", folder / "typesetting.py", folder / "drawing.py"]
    for room in ("films", "bases", "panels", "figures", "material"):
        drawing += sorted((folder / room).rglob("*.py"))
    assert len(drawing) > 40
    loading = {path.name for path in drawing for node in ast.walk(ast.parse(path.read_text())) if loads_captions(node)}
    assert loading == {"look.py"}


def loads_captions(node):
    if isinstance(node, ast.ImportFrom) and node.module == "scenes":
        return "captions" in {name.name for name in node.names}
    if isinstance(node, ast.ImportFrom) and node.module == "scenes.captions":
        return not {name.name for name in node.names} <= {"SYMBOLS", "placeholders"}
    return isinstance(node, ast.Import) and "scenes.captions" in {name.name for name in node.names}


def test_shooting_refuses_nothing_silently(first, tmp_path, monkeypatch):
    """Only what an earlier film is to blame for starts a film anew; an error of the film itself is told at once."""
    film, tries = first("descent"), []
    monkeypatch.setattr(shooting, "make_film", lambda *_: tries.append(1) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        film.again(tmp_path / "film.mp4", 8)
    assert tries == [1]
