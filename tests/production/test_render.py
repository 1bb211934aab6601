"""Rendering: whole films of two colours, from the command to the file."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest
from manim import config
from PIL import Image
from toyfilm_entry import ENTRY

from learning.errors import InputError, RunError
from scenes import captions, fonts
from scenes.production import filmcache
from scenes.production.output import Output
from scenes.production.render import render

HERE = Path(__file__).parent


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def described(path):
    return json.loads(path.with_suffix(".json").read_text())


def test_a_film_comes_with_poster_captions_and_description(shoot):
    path = shoot()
    assert path == Path("media/films/toy-320x180.mp4")
    names = sorted(p.name for p in path.parent.iterdir())
    assert names == [f"toy-320x180.{suffix}" for suffix in ("json", "ko.srt", "ko.vtt", "mp4", "png", "srt", "vtt")]


def test_the_description_says_what_the_film_shows(shoot):
    path = shoot(parameters={"lr": 0.5}, language="ko", theme="light")
    facts = described(path)
    assert facts["film"] == "toy"
    assert facts["title"] == "Toy in ko"
    assert facts["parameters"] == {"lr": 0.5, "rates": [0.1, 0.2], "seconds": 1.2}
    assert (facts["theme"], facts["language"]) == ("light", "ko")
    assert (facts["width"], facts["height"], facts["fps"]) == (320, 180, 30)
    assert facts["versions"]["manim"].startswith("0.22")
    assert [section["key"] for section in facts["sections"]] == ["one", "two", "three"]
    assert facts["sections"][1] == {
        "key": "two",
        "start": 1.2,
        "length": 1.2,
        "title": "Two",
        "note": "loss 1.5",
    }


def test_the_description_holds_the_digests_of_the_histories(shoot, toy):
    from learning.store import fetch

    history = fetch(toy.parameters().experiments()["run"])
    assert described(shoot())["histories"] == {"run": history.digest()}


def test_the_film_has_as_many_frames_as_it_says(shoot):
    path = shoot()
    facts = described(path)
    assert len(frames_of(path)) == facts["frames"] == round(3.6 * 30)
    assert facts["seconds"] == 3.6


def test_key_frames_are_where_the_sections_start(shoot):
    path = shoot()
    with av.open(str(path)) as container:
        keys = [k for k, frame in enumerate(container.decode(video=0)) if frame.key_frame]
    assert [round(section["start"] * 30) for section in described(path)["sections"]] == keys


@pytest.mark.parametrize("seconds", [1.2, 0.777, 0.25])
def test_a_film_lasts_as_long_at_any_rate(shoot, seconds):
    """Six animations of awkward length: rounding must not add up."""
    lengths = {fps: described(shoot(fps=fps, parameters={"seconds": seconds}))["seconds"] for fps in (10, 15, 30, 60)}
    for fps, length in lengths.items():
        assert abs(length - 3 * seconds) <= 1 / fps
    starts = {
        fps: described(shoot(fps=fps, parameters={"seconds": seconds}))["sections"][2]["start"] for fps in lengths
    }
    for fps, start in starts.items():
        assert abs(start - 2 * seconds) <= 1 / fps


@pytest.mark.parametrize(("theme", "colour"), [("dark", (0x0F, 0x11, 0x17)), ("light", (255, 255, 255))])
def test_decoded_colours_are_the_themes(shoot, theme, colour):
    frame = frames_of(shoot(theme=theme))[0].astype(int)
    assert np.abs(frame[5, 5] - colour).max() <= 2
    assert np.abs(frame[90, 160] - (0x5F, 0xB0, 0xF5)).max() <= 2


def test_the_poster_is_the_last_state(shoot):
    with Image.open(shoot().with_suffix(".png")) as poster:
        assert (poster.size, poster.mode) == ((320, 180), "RGB")
        pixels = np.array(poster)
    shift = round(320 * 9 / 128) * 3  # three steps of one unit, 128/9 units wide
    assert tuple(pixels[90, 160 + shift]) == (0x5F, 0xB0, 0xF5)
    assert tuple(pixels[90, 160 + shift - 60]) == (0x0F, 0x11, 0x17)


def test_a_film_may_name_the_beat_of_its_poster(shoot, monkeypatch):
    import toyfilm

    monkeypatch.setattr(toyfilm.Toy, "poster_beat", "one", raising=False)
    pixels = np.array(Image.open(shoot().with_suffix(".png")))
    assert tuple(pixels[90, 160 - 18]) == (0x5F, 0xB0, 0xF5)


def test_captions_are_there_in_both_formats(shoot):
    path = shoot()
    assert path.with_suffix(".srt").read_text().startswith("1\n00:00:00,000 --> 00:00:01,200\n<one> & so on\n\n2\n")
    cues = path.with_suffix(".vtt").read_text()
    assert cues.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.200\n&lt;one&gt; &amp; so on\n\n00:00:01.200")


def test_a_square_frame_cuts_nothing_off(shoot):
    frame = frames_of(shoot(output=Output("mp4", 180, 180, 15)))[-1]
    blue = np.argwhere(np.abs(frame.astype(int) - (0x5F, 0xB0, 0xF5)).max(axis=2) < 30)
    assert blue[:, 1].max() - blue[:, 1].min() + 1 == pytest.approx(4 / (128 / 9) * 180, abs=2)


def test_transparent_film_keeps_only_what_is_drawn(shoot):
    path = shoot(output=Output("mov", 320, 180, 15, transparent=True))
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0)).to_ndarray(format="rgba").astype(int)
    assert frame[5, 5, 3] == 0
    assert np.abs(frame[90, 160] - (0x5F, 0xB0, 0xF5, 255)).max() <= 3
    with Image.open(path.with_suffix(".png")) as poster:
        assert poster.mode == "RGBA"


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_pictures_last_as_long_as_the_film(shoot, name):
    with Image.open(shoot(name, fps=15)) as image:
        total = 0
        for number in range(image.n_frames):
            image.seek(number)
            image.load()
            total += image.info["duration"]
    assert total == pytest.approx(3600, abs=70)


def test_a_folder_of_frames(shoot):
    folder = shoot("png")
    assert len(list(folder.glob("*.png"))) == 108
    assert shoot("png", force=True) == folder
    (folder / "00001.png").write_bytes(b"painted over")
    with pytest.raises(InputError, match=r"holds \d{5}\.png, which lossreel has not put there"):
        shoot("png", force=True)


def test_the_last_frame_alone(shoot):
    path = shoot(output=Output("png", 320, 180, 30, last_frame=True))
    assert [p.name for p in path.parent.iterdir()] == ["toy-320x180-last.png"]
    assert np.array_equal(np.array(Image.open(path)), np.array(Image.open(shoot().with_suffix(".png"))))


def test_stills_are_the_ends_of_the_beats(shoot):
    """Held against the last frame of each section of the film itself."""
    folder = shoot(output=Output("png", 320, 180, 30, stills=True))
    pictures = sorted(folder.glob("*.png"))
    assert [path.name for path in pictures] == ["01-one.png", "02-two.png", "03-three.png"]
    with av.open(str(shoot())) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    for picture, last in zip(pictures, (35, 71, 107), strict=True):
        assert np.abs(np.array(Image.open(picture), int) - frames[last]).mean() < 2
    assert shoot(output=Output("png", 320, 180, 30, stills=True), force=True) == folder


def test_stills_can_be_transparent(shoot):
    folder = shoot(output=Output("png", 320, 180, stills=True, transparent=True))
    for path in folder.glob("*.png"):
        alpha = np.array(Image.open(path))[..., 3]
        assert (alpha == 0).mean() > 0.5 > (alpha == 255).mean() > 0.1


def test_manims_configuration_is_as_it_was(shoot):
    before = {
        name: config[name] for name in ("pixel_width", "frame_rate", "media_dir", "frame_width", "verbosity", "seed")
    }
    shoot(fps=15)
    assert before == {name: config[name] for name in before}


def test_nothing_else_is_left_in_the_folder(shoot, tmp_path):
    shoot()
    assert [p.name for p in tmp_path.iterdir()] == ["media"]
    assert [p.name for p in (tmp_path / "media").iterdir()] == ["films"]
    assert not [p for p in (tmp_path / "media" / "films").iterdir() if p.name.startswith(".")]


def test_progress_tells_training_and_drawing(shoot):
    told = []
    shoot(progress=lambda what, done, total: told.append((what, done, total)))
    assert {what for what, _, _ in told} >= {"drawing"}
    assert max(done for what, done, _ in told if what == "drawing") == pytest.approx(3.6)


# The cache of films


def test_a_film_that_is_there_is_not_drawn_again(shoot, toy, monkeypatch):
    first = shoot().read_bytes()
    Path("media/films/toy-320x180.mp4").unlink()
    monkeypatch.setattr("scenes.production.render.shoot", lambda *_: pytest.fail("drawn again"))
    again = render(toy, toy.parameters(), Output("mp4", 320, 180, 30))
    assert not again.fresh
    assert again.path.read_bytes() == first
    elsewhere = render(toy, toy.parameters(), Output("mp4", 320, 180, 30, path=Path("slides/film.mp4"))).path
    assert elsewhere.read_bytes() == first
    suffixes = {"".join(p.suffixes) for p in elsewhere.parent.iterdir()}
    assert suffixes == {".json", ".mp4", ".png", ".srt", ".vtt", ".ko.srt", ".ko.vtt"}


def test_a_film_that_is_in_place_needs_no_cache(shoot, toy, monkeypatch):
    path = shoot()
    shutil.rmtree(filmcache.root())
    before = {p.name: p.stat().st_mtime_ns for p in path.parent.iterdir()}
    assert not render(toy, toy.parameters(), Output("mp4", 320, 180, 30)).fresh
    assert {p.name: p.stat().st_mtime_ns for p in path.parent.iterdir()} == before


@pytest.mark.parametrize("suffix", [".mp4", ".png", ".srt", ".vtt", ".ko.vtt", ".json"])
@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_file_that_was_damaged_is_put_in_place_again(shoot, suffix, damage):
    path = shoot()
    good = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    broken = path.with_suffix(suffix)
    broken.unlink()
    if damage == "changed":
        broken.write_bytes(good[broken.name][:-7])
    shoot()
    there = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    assert {name: there[name] for name in good} == good
    kept = {f"{broken.name}.mine"} if damage == "changed" and suffix.endswith(("srt", "vtt")) else set()
    assert there.keys() - good.keys() == kept  # somebody may have mended the captions


def test_captions_that_were_mended_by_hand_are_kept(shoot):
    path = shoot()
    ours, mended = path.with_suffix(".ko.srt"), []
    for text in ("mine", "mine again"):
        ours.write_text(text)
        shoot(force=True)
        mended.append(text)
        assert sorted(p.read_text() for p in path.parent.glob("*.mine*")) == sorted(mended)
        assert "mine" not in ours.read_text(encoding="utf-8")


def test_a_film_in_another_language_takes_the_captions_of_the_first_away(shoot):
    path = shoot(language="ko", output=Output("mp4", 320, 180, 30, path=Path("a.mp4")))
    assert path.with_name("a.en.srt").exists()
    shoot(output=Output("mp4", 320, 180, 30, path=Path("a.mp4")))
    assert {p.name for p in Path().glob("a.*")} == {
        f"a.{s}" for s in ["json", "mp4", "png", "srt", "vtt", "ko.srt", "ko.vtt"]
    }


def test_captions_of_another_film_are_not_touched(shoot):
    """`a.ko.vtt` is what the film `a.ko.mp4` has, and what `a.mp4` has in Korean."""
    shoot(language="ko", output=Output("mp4", 320, 180, 30, path=Path("a.ko.mp4")))
    before = {p.name: p.read_bytes() for p in Path().glob("a.ko.*")}
    output = Output("mp4", 320, 180, 30, path=Path("a.mp4"))
    shoot(output=output, parameters={"seconds": 0.5})
    assert {p.name: p.read_bytes() for p in Path().glob("a.ko.*")} == before
    assert not render(ENTRY, ENTRY.parameters(seconds=0.5), output).fresh


def test_captions_that_are_saved_half_written_do_not_lose_the_film(shoot, monkeypatch):
    """Somebody goes on translating while the film is drawn."""
    words = Path("xx.toml")
    good = captions.path_of("en").read_text(encoding="utf-8")
    film = '[toy]\ntitle = "Toy"\nteaches = "x"\n\n[readout]'
    words.write_text(good.replace("[readout]", film, 1), encoding="utf-8")

    def saved(*arguments):
        words.write_text("[half")
        return kept(*arguments)

    kept = filmcache.fingerprints
    monkeypatch.setattr(filmcache, "fingerprints", saved)
    assert shoot(language="xx.toml").exists()


def test_a_film_of_frames_or_one_picture_is_recognised_in_place(toy):
    pictures = (Output("png", 320, 180, last_frame=True), Output("png", 320, 180, stills=True))
    for output in (*pictures, Output("png", 320, 180, 5), Output("gif", 320, 180, 5)):
        made = [render(toy, toy.parameters(), output) for _ in range(2)]
        assert [one.fresh for one in made] == [True, False]


def test_a_source_that_is_saved_meanwhile_keeps_nothing(shoot, monkeypatch):
    """Nobody knows whether the old or the new code drew: the next call draws again."""
    monkeypatch.setattr("scenes.production.recipe.is_current", lambda order: False)
    assert described(shoot())["key"] == ""
    assert not list(filmcache.root().glob("*"))
    monkeypatch.undo()


def test_force_draws_again(shoot, toy):
    shoot()
    assert render(toy, toy.parameters(), Output("mp4", 320, 180, 30), force=True).fresh


@pytest.mark.parametrize(
    "change",
    [
        {"parameters": {"lr": 0.5}},
        {"theme": "light"},
        {"language": "ko"},
        {"output": Output("mp4", 320, 180, 15)},
        {"output": Output("webm", 320, 180, 30)},
    ],
)
def test_whatever_changes_the_film_changes_the_key(toy, change):
    from scenes.production.order import Order

    def key(parameters=None, theme="dark", language="en", output=None):
        made = toy.parameters(**(parameters or {}))
        return Order(toy, made, output or Output("mp4", 320, 180, 30), theme, language).recipe.key

    assert key(**change) != key()
    assert key() == key()


@pytest.mark.parametrize("damage", ["cut", "changed", "index", "gone"])
def test_a_broken_entry_is_rendered_again(shoot, damage):
    delivered = shoot()
    good = delivered.read_bytes()
    delivered.unlink()
    entry = next(filmcache.root().iterdir())
    film = entry / "film.mp4"
    data = film.read_bytes()
    film.unlink()
    if damage == "cut":
        film.write_bytes(data[:-1])
    if damage == "changed":
        film.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
    if damage == "index":
        film.write_bytes(data)
        (entry / filmcache.INDEX).write_text("{}")
    assert shoot().read_bytes() == good
    assert film.read_bytes() == good


def test_a_film_without_a_cache_is_still_a_film(shoot, monkeypatch):
    monkeypatch.setattr(filmcache, "root", lambda: Path("/proc/nowhere"))
    assert shoot().exists()


def test_a_cached_film_needs_neither_manim_nor_torch(shoot, cache_root):
    shoot()
    code = (
        "import sys, toyfilm_entry as t; from scenes.production.render import render;"
        "from scenes.production.output import Output;"
        "made = render(t.ENTRY, t.ENTRY.parameters(), Output('mp4', 320, 180, 30));"
        "assert not made.fresh; print([m for m in ('manim', 'torch', 'av', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr


# What goes wrong


def test_a_film_that_fails_leaves_what_was_there(shoot, monkeypatch):
    import toyfilm

    path = shoot()
    before = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    monkeypatch.setattr(toyfilm.Toy, "beat", lambda self, key: self.wait(1) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        shoot(force=True)
    assert {p.name: p.read_bytes() for p in path.parent.iterdir()} == before


def test_an_interrupt_leaves_what_was_there(shoot, monkeypatch):
    import toyfilm

    path = shoot()
    before = {p.name: p.read_bytes() for p in path.parent.iterdir()}

    def stop(self, key):
        self.wait(0.5)
        raise KeyboardInterrupt

    monkeypatch.setattr(toyfilm.Toy, "beat", stop)
    with pytest.raises(KeyboardInterrupt):
        shoot(force=True)
    assert {p.name: p.read_bytes() for p in path.parent.iterdir()} == before


def test_a_killed_process_leaves_what_was_there(shoot, toy, tmp_path):
    """kill -9 in the middle of a film: nothing new under a final name, the old film whole."""
    path = shoot()
    before = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    code = (
        "import toyfilm as t; from scenes.production.render import render; from scenes.production.output import Output;"
        "tell = lambda what, done, total: print(what, flush=True);"
        "render(t.ENTRY, t.ToyParameters(), Output('mp4', 320, 180, 30), force=True, progress=tell);"
        "render(t.ENTRY, t.ToyParameters(seconds=500), Output('mp4', 320, 180, 30), progress=tell)"
    ).replace("force=True, progress=tell", "progress=None", 1)
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    while "drawing" not in process.stdout.readline():
        assert process.poll() is None
    time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    visible = {p.name: p for p in path.parent.iterdir() if not p.name.startswith(".")}
    assert {name: p.read_bytes() for name, p in visible.items()} == before


def test_what_a_killed_process_left_is_swept_after_a_day(shoot):
    left = Path("media/films/.lossreel-old")
    left.mkdir(parents=True)
    fresh = Path("media/films/.lossreel-new")
    fresh.mkdir()
    os.utime(left, (0, 0))
    shoot()
    assert not left.exists()
    assert fresh.exists()


def test_a_film_that_shows_nothing_is_an_error(shoot, monkeypatch):
    import toyfilm

    monkeypatch.setattr(toyfilm.Toy, "construct", lambda self: None)
    with pytest.raises(RunError, match="shows nothing"):
        shoot()


def test_unknown_theme_and_language_are_refused(shoot):
    with pytest.raises(InputError, match='did you mean "dark"'):
        shoot(theme="drak")
    with pytest.raises(InputError, match='language "kr"'):
        shoot(language="kr")


def test_a_language_without_a_font_is_refused_before_anything_starts(shoot, monkeypatch):
    monkeypatch.setattr("scenes.fonts.font_for", lambda language: None)
    monkeypatch.setattr("learning.store.fetch", lambda *_, **__: pytest.fail("trained"))
    monkeypatch.setattr(fonts.platform, "system", lambda: "Linux")
    with pytest.raises(RunError, match=r"--lang ko.*fonts-noto-cjk"):
        shoot(language="ko")


def test_a_place_that_cannot_be_written_is_named(shoot):
    Path("file").write_text("")
    with pytest.raises(RunError, match=r"cannot write.*-o"):
        shoot(output=Output("mp4", 320, 180, 30, path=Path("file/film.mp4")))


def test_a_folder_in_the_place_of_the_film_is_refused(shoot):
    Path("film.mp4").mkdir()
    assert shoot(output=Output("mp4", 320, 180, 30, path=Path("film.mp4"))) == Path("film.mp4/toy-320x180.mp4")
