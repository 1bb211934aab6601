"""What a build would do, and why, in words."""

from dataclasses import replace
from pathlib import Path

import pytest

from learning import source
from learning.errors import InputError
from scenes import captions
from scenes.lectures.lecture import read
from scenes.lectures.plan import left_over, plan
from scenes.production import filmcache, recipe
from scenes.production.render import fulfil

pytestmark = pytest.mark.usefixtures("toys")
SMALL = 'resolution = "64,36"\nfps = 5\n'
TOY = f'{SMALL}[[film]]\nname = "toy"\n'


def written(text, name="lecture.toml"):
    Path(name).write_text(text)
    return read(Path(name))


def made(text):
    for film in written(text).films:
        fulfil(film.order)


def step(text):
    (only,) = plan(written(text))
    return only.action, "; ".join(only.reasons)


def test_a_new_film_is_rendered_because_it_is_not_there():
    assert step(TOY) == ("render", "not there yet")


def test_what_is_there_is_unchanged_and_nothing_is_written(tmp_path):
    made(TOY)
    step(TOY)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    (only,) = plan(read(Path("lecture.toml")))
    assert only.action == "unchanged"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("lr = 0.0083", "lr changed: 0.001 -> 0.0083"),
        ("rates = [0.1, 0.25]\nlr = 0.5", "lr changed: 0.001 -> 0.5; rates changed: 0.1,0.2 -> 0.1,0.25"),
        ('theme = "light"', "theme changed: dark -> light"),
        ('language = "ko"', "language changed: en -> ko"),
        ("fps = 6", "fps changed: 5 -> 6"),
        ("resolution = [128, 72]", "size changed: 64x36 -> 128x72"),
    ],
)
def test_a_change_is_named_with_both_values(change, reason):
    made(TOY)
    assert step(f"{TOY}{change}\n") == ("render", reason)


def test_what_was_made_before_comes_from_the_cache():
    made(TOY)
    made(f"{TOY}lr = 0.5\n")
    assert step(TOY) == ("from cache", "lr changed: 0.5 -> 0.001")


def test_how_the_file_is_written_does_not_matter():
    made(f"{TOY}lr = 0.10\nrates = [0.1, 0.2]\n")
    other = (
        '# a comment\nfps = 5 # slow\nresolution = [64, 36]\n\n[[film]]\nrates = [1e-1,\n 0.2]\nlr = 0.1\nname = "toy"'
    )
    assert step(other) == ("unchanged", "")


def test_the_folder_of_the_lecture_does_not_matter(tmp_path, monkeypatch):
    made(TOY)
    (tmp_path / "다른 곳").mkdir()
    monkeypatch.chdir(tmp_path / "다른 곳")
    assert step(TOY) == ("from cache", "not there yet")


def test_a_changed_caption_is_named(monkeypatch):
    made(TOY)
    monkeypatch.setitem(captions.load("en")._texts, "toy.title", "Another toy")
    assert step(TOY) == ("render", "caption changed: toy.title")


def test_changed_sources_are_named(monkeypatch):
    made(TOY)
    closure = source.closure

    def edited(*modules, **options):
        names = ("scenes.theme", "scenes.production.video", "scenes.production.encode", "scenes.production.studio")
        said = closure(*modules, **options)
        return {**said, **{name: replace(said[name], digest="edited") for name in names if name in said}}

    monkeypatch.setattr(source, "closure", edited)
    named = "scenes/production/encode.py, scenes/production/studio.py, scenes/production/video.py and 1 more"
    assert step(TOY) == ("render", f"sources changed: {named}")


def test_a_changed_version_is_named(monkeypatch):
    made(TOY)
    versions = source.versions
    here = versions("numpy")["numpy"]
    monkeypatch.setattr(source, "versions", lambda *names: {**versions(*names), "numpy": "99.1"})
    assert step(TOY) == ("render", f"numpy changed: {here} -> 99.1; the training changed: source, or torch")


def test_another_torch_is_a_change_of_the_training(monkeypatch):
    made(TOY)
    versions = source.versions
    there = {"torch": "99.1"}
    monkeypatch.setattr(
        source, "versions", lambda *names: {**versions(*names), **{k: v for k, v in there.items() if k in names}}
    )
    assert step(TOY) == ("render", "the training changed: source, or torch")


def test_another_font_is_named(monkeypatch):
    made(TOY)
    monkeypatch.setattr(recipe, "fingerprint", lambda family: "another release")
    assert step(TOY) == ("render", "the font changed")


def test_a_data_file_is_compared_by_content():
    text = f'{SMALL}[[film]]\nname = "descent"\ndata = "points.csv"\nepochs = 2\n'
    Path("points.csv").write_text("x,y\n0,1\n1,3\n2,4\n")
    made(text)
    assert step(text) == ("unchanged", "")
    Path("points.csv").write_text("x,y\n0,1\n1,3\n2,5\n")
    assert step(text) == ("render", "what the file of data says changed")
    Path("points.csv").write_text("x,y\n0,1\n1,3\n2,4\n")
    Path("points.csv").rename("other.csv")
    assert step(text.replace("points", "other")) == ("unchanged", "")


@pytest.mark.parametrize("suffix", [".mp4", ".png", ".srt", ".vtt"])
def test_a_damaged_file_is_noticed(suffix):
    made(TOY)
    path = Path("media/films/lecture/toy").with_suffix(suffix)
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole[:-1])
    assert step(TOY) == ("from cache", "its files were changed or damaged")


def test_a_strangers_file_is_not_taken_for_ours():
    path = Path("media/films/lecture/toy.mp4")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"holidays")
    assert step(TOY) == ("render", "the file that is there is not known")
    path.with_suffix(".json").write_text('{"key": "../../etc", "parameters": 3, "film": "holidays"}')
    assert step(TOY) == ("render", "the film changed: holidays -> toy")


def test_without_the_cache_the_films_own_file_still_says_what_changed():
    made(TOY)
    filmcache.root().rename(filmcache.root().with_name("elsewhere"))
    assert step(f"{TOY}lr = 0.5\n") == ("render", "lr changed: 0.001 -> 0.5")


def test_a_folder_in_the_way_is_told_before_anything_is_done():
    Path("media/films/lecture/toy.mp4").mkdir(parents=True)
    with pytest.raises(InputError, match=r"toy\.mp4 is a folder"):
        step(TOY)


def test_a_data_file_with_a_mistake_is_told_before_anything_is_done():
    Path("points.csv").write_text("x,y\n0,1\n1,abc\n")
    with pytest.raises(InputError, match=r'lecture\.toml, line 3: points\.csv, line 3: y is "abc"'):
        step(f'{SMALL}[[film]]\nname = "descent"\ndata = "points.csv"\n')


def test_films_that_a_lecture_no_longer_has_are_named():
    two = TOY + '[[film]]\nname = "toy"\nlabel = "집값"\nlr = 0.5\n'
    made(two)
    Path("media/films/lecture/holidays.mp4").write_bytes(b"not ours")
    assert left_over(written(two)) == []
    assert left_over(written(TOY)) == [Path("media/films/lecture/toy-집값.mp4")]
    assert left_over(written('folder = "elsewhere"\n' + TOY)) == []


@pytest.mark.parametrize(("kind", "name"), [("gif", "toy.gif"), ("png", "toy"), ("mp4", "toy.mp4")])
def test_a_film_that_a_lecture_now_has_in_another_format_is_named(kind, name):
    """It lies beside the new one, and each is known by a description of its own."""
    other, webm = (f'{SMALL}format = "{kind}"\n[[film]]\nname = "toy"\n' for kind in (kind, "webm"))
    made(other)
    made(webm)
    assert step(other) == step(webm) == ("unchanged", "")
    assert left_over(written(webm)) == [Path("media/films/lecture", name)]
    assert left_over(written(other)) == [Path("media/films/lecture/toy.webm")]


def test_a_folder_of_somebody_else_is_not_left_over():
    made(TOY)
    Path("media/films/lecture/toy-sections").mkdir()
    assert left_over(written(TOY)) == []


def test_all_is_rendered_by_force():
    made(TOY)
    (only,) = plan(written(TOY), force=True)
    assert (only.action, only.reasons) == ("render", ("forced",))
