"""What is put in place: copies that nobody shares, and a description for each format."""

import json
import resource
import signal
from pathlib import Path

import pytest
from toyfilm_entry import ENTRY

from learning.errors import RunError
from scenes.production import filmcache
from scenes.production.clips import description_of
from scenes.production.delivery import deliver, is_in_place, told
from scenes.production.files import SIGNATURE, copy
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.render import fulfil

KINDS = ("mp4", "gif", "webm", "mov", "webp", "png")


def order(kind="mp4", path="talk", language="en", **parameters):
    """The toy film as `talk.mp4` and so on, or as a folder of frames."""
    name = path if kind == "png" or path.lower().endswith(kind) else f"{path}.{kind}"
    return Order(ENTRY, ENTRY.parameters(**parameters), Output(kind, 64, 36, 5, path=Path(name)), "dark", language)


LAST = Order(ENTRY, ENTRY.parameters(), Output("png", 64, 36, last_frame=True, path=Path("talk.png")), "dark", "en")


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def files_of(path):
    return {(found.stat().st_dev, found.stat().st_ino) for found in path.rglob("*") if found.is_file()}


@pytest.mark.parametrize("kind", ["mp4", "gif", "png"])
def test_what_is_edited_in_place_changes_neither_another_copy_nor_the_cache(kind):
    for folder in ("a", "b"):
        fulfil(order(kind, f"{folder}/talk"))
    elsewhere = [content(Path("b")), content(filmcache.root())]
    assert all(elsewhere)
    for path in (path for path in content(Path("a")) if path.name != SIGNATURE):
        with path.open("r+b") as file:  # as an editor that does not replace the file
            file.write(b"mine")
    assert [content(Path("b")), content(filmcache.root())] == elsewhere
    assert is_in_place(order(kind, "b/talk"))
    assert not is_in_place(order(kind, "a/talk"))
    assert filmcache.fetch(order(kind).recipe)


@pytest.mark.parametrize("kind", ["mp4", "png"])
def test_no_file_is_one_with_another_copy_or_the_cache(kind):
    """Whether it comes from where it was drawn or from the cache."""
    for folder in ("fresh", "kept"):
        fulfil(order(kind, f"{folder}/talk"))
    places = [files_of(folder) for folder in (Path("fresh"), Path("kept"), filmcache.root())]
    assert all(places)
    assert len(set.union(*places)) == sum(map(len, places))


def test_frames_that_do_not_differ_are_one_file_in_the_copy_and_in_the_cache():
    """The square stands for 0.6 s of 1.2: at 5 frames a second two or three frames in a row are alike."""
    fulfil(order("png"))
    frames = sorted(Path("talk").glob("*.png"))
    alike = len({path.read_bytes() for path in frames})
    assert alike < len(frames)
    for folder in (Path("talk"), filmcache.root()):
        assert len({path.stat().st_ino for path in folder.rglob("*.png")}) < len(frames)


@pytest.mark.parametrize("linked", [False, True])
def test_a_folder_is_copied_with_all_that_is_in_it(tmp_path, linked):
    source = tmp_path / "source"
    (source / "below").mkdir(parents=True)
    (source / "one").write_bytes(b"1")
    (source / "below" / "same").hardlink_to(source / "one")
    (source / "below" / "like").write_bytes(b"1")
    copy(source, tmp_path / "target", linked=linked)
    one, same, like = (tmp_path / "target" / name for name in ("one", "below/same", "below/like"))
    assert [path.read_bytes() for path in (one, same, like)] == [b"1"] * 3
    assert one.samefile(same)
    assert not one.samefile(like)
    assert one.samefile(source / "one") is linked


def test_what_is_gone_is_told_apart_from_a_place_that_cannot_be_written(monkeypatch):
    """A limit upon the size of files stands for a disk that is full."""
    fulfil(order())
    kept, other = filmcache.fetch(order().recipe), order(path="other/talk")
    with pytest.raises(FileNotFoundError):
        deliver(Path("nowhere"), kept.files, other, "")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with pytest.raises(RunError, match=r"cannot write other.talk\.mp4: File too large; choose another place"):
            deliver(kept.folder, kept.files, other, "")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert not list(Path("other").iterdir())


# Formats side by side


def test_every_format_of_a_name_stays_in_place():
    for kind in KINDS:
        assert fulfil(order(kind)).fresh
    names = {path.name for path in Path().iterdir()}
    described = {"talk.json", *(f"talk.{kind}.json" for kind in KINDS[1:])}
    films = {"talk", *(f"talk.{kind}" for kind in KINDS[:-1])}
    assert names == films | described | {f"talk.{s}" for s in ("png", "srt", "vtt", "ko.srt", "ko.vtt")}
    before = {path: path.stat().st_mtime_ns for path in Path().rglob("*")}
    for kind in (*KINDS, *reversed(KINDS)):
        assert is_in_place(order(kind))
        assert not fulfil(order(kind)).fresh
    assert {path: path.stat().st_mtime_ns for path in Path().rglob("*")} == before


def test_each_format_is_described_by_a_file_of_its_own():
    orders = {seconds: order(kind, seconds=seconds) for seconds, kind in enumerate(KINDS, start=1)}
    films = {seconds: fulfil(one).path for seconds, one in orders.items()}
    for seconds, film in films.items():
        said = description_of(film)
        assert said["parameters"]["seconds"] == seconds
        assert said["seconds"] == pytest.approx(3 * seconds)
        assert said["key"] == orders[seconds].recipe.key


def test_a_name_with_a_point_or_capitals_is_described_beside_it():
    for given, kind, name in (
        ("lr-0.0085.mp4", "mp4", "lr-0.0085.json"),
        ("lr-0.0085", "png", "lr-0.0085.png.json"),
        ("Talk.GIF", "gif", "Talk.gif.json"),
    ):
        film = fulfil(order(kind, given)).path
        assert film == Path(given)
        assert description_of(film) == json.loads(Path(name).read_text(encoding="utf-8"))


def test_a_format_that_was_damaged_is_the_only_one_that_is_put_in_place_again():
    for kind in ("mp4", "webm"):
        fulfil(order(kind))
    Path("talk.webm").write_bytes(b"mine")
    assert is_in_place(order("mp4"))
    assert not is_in_place(order("webm"))


def test_captions_that_another_format_has_left_are_not_taken_for_mended_ones_nor_removed():
    """The Korean MP4, which has `talk.en.srt`, is still there when the WebM goes from Korean to English."""
    fulfil(order("mp4", language="ko"))
    before = Path("talk.srt").read_bytes()
    for language in ("ko", "en"):
        fulfil(order("webm", language=language, seconds=2))
        assert Path("talk.srt").read_bytes() != before
    assert not list(Path().glob("*.mine*"))
    assert Path("talk.en.srt").exists()


def test_captions_of_a_film_in_another_format_are_not_touched():
    """`a.ko.vtt` is what the film `a.ko.webm` has, and what `a.mp4` has in Korean."""
    fulfil(order("webm", "a.ko", "ko"))
    before = {path: path.read_bytes() for path in Path().glob("a.ko.*")}
    fulfil(order("mp4", "a", seconds=0.5))
    assert {path: path.read_bytes() for path in Path().glob("a.ko.*")} == before
    assert is_in_place(order("mp4", "a", seconds=0.5))


def test_the_last_frame_alone_does_not_touch_what_a_film_has_beside_it():
    fulfil(order("mp4", language="ko"))
    before = {path: path.read_bytes() for path in Path().glob("talk.*") if path.suffix != ".png"}
    fulfil(LAST)
    assert {path: path.read_bytes() for path in Path().glob("talk.*") if path.suffix != ".png"} == before


def test_the_last_frame_alone_is_not_what_a_folder_of_frames_is_said_to_be():
    """The description of `talk/` is `talk.png.json`."""
    fulfil(order("png"))
    assert told(order("png"))["key"] == order("png").recipe.key
    assert told(LAST) == {}
