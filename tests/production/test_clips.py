"""Sections cut out of a film: real files, opened again and held against the whole."""

import json

import av
import numpy as np
import pytest
from PIL import Image
from test_encode import atoms

from learning.errors import InputError, RunError
from scenes.beats import Subtitle
from scenes.production.clips import Clip, cut, description_of, write_sections

SAID = {
    "en": [
        {"start": 0.0, "end": 1.5, "text": "Before, and {into} the second"},
        {"start": 1.6, "end": 2.0, "text": "Two\nlines \\ here"},
    ],
    "ko": [{"start": 0.5, "end": 2.5, "text": "한국어 <자막>"}],
}


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def telling(film, /, **more):
    """Change what the JSON file beside a film says."""
    path = film.with_suffix(".json")
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **more}), encoding="utf-8")
    return film


def clips_of(film, tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    return cut(film, folder)


@pytest.mark.parametrize("kind", ["mp4", "webm", "mov"])
def test_clips_joined_are_the_film_to_the_bit(shoot, tmp_path, kind):
    film = shoot(kind)
    clips = clips_of(film, tmp_path)
    assert [clip.key for clip in clips] == ["one", "two", "three"]
    joined = [frame for clip in clips for frame in frames_of(clip.video)]
    whole = frames_of(film)
    assert len(joined) == len(whole)
    assert all(np.array_equal(a, b) for a, b in zip(joined, whole, strict=True))


def test_a_clip_knows_how_long_it_is_and_where_it_stood(shoot, tmp_path):
    film = shoot()
    for clip, section in zip(clips_of(film, tmp_path), description_of(film)["sections"], strict=True):
        assert clip.start == pytest.approx(section["start"])
        assert clip.seconds == pytest.approx(section["length"])
        assert (clip.title, clip.note) == (section["title"], section["note"])
        assert len(frames_of(clip.video)) == clip.frames


def test_every_clip_is_what_slides_want(shoot, tmp_path):
    """The list of issue's point for every MP4, read from the file itself."""
    for clip in clips_of(telling(shoot(), captions=SAID), tmp_path):
        names = atoms(clip.video)
        assert names.index("moov") < names.index("mdat")
        with av.open(str(clip.video)) as container:
            context = container.streams.video[0].codec_context
            assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
            assert (context.color_primaries, context.color_trc, context.colorspace, context.color_range) == (1, 1, 1, 1)
            assert not container.streams.audio
            times = [packet.pts * packet.time_base for packet in container.demux(video=0) if packet.size]
        assert [round(time * clip.fps) for time in times] == list(range(clip.frames))
        assert all(time * clip.fps == round(time * clip.fps) for time in times)


def test_pictures_show_the_first_and_the_last_frame(shoot, tmp_path):
    for clip in clips_of(shoot(), tmp_path):
        frames = frames_of(clip.video)
        for picture, frame in ((clip.first, frames[0]), (clip.last, frames[-1])):
            difference = np.abs(np.asarray(Image.open(picture), int) - frame)  # (H, W, 3)
            assert difference.mean() < 1
            assert np.percentile(difference, 99) <= 12
        assert not np.array_equal(frames[0], frames[-1])


def test_captions_are_those_of_the_section_in_its_own_time(shoot, tmp_path):
    one, two, three = clips_of(telling(shoot(), captions=SAID), tmp_path)
    assert one.captions["en"] == (Subtitle(0.0, 1.2, "Before, and {into} the second"),)
    assert two.captions["en"] == (
        Subtitle(0.0, 0.3, "Before, and {into} the second"),
        Subtitle(0.4, 0.8, "Two\nlines \\ here"),
    )
    assert three.captions == {"en": (), "ko": (Subtitle(0.0, 0.1, "한국어 <자막>"),)}


def test_an_mp4_carries_its_captions_and_players_show_them_when_asked_to(shoot, tmp_path):
    two = clips_of(telling(shoot(), captions=SAID), tmp_path)[1]
    with av.open(str(two.video)) as container:
        assert [stream.metadata["language"] for stream in container.streams.subtitles] == ["eng", "kor"]
        for stream, captions in zip(container.streams.subtitles, two.captions.values(), strict=True):
            container.seek(0)
            packets = [(float(p.pts * p.time_base), bytes(p)[2:].decode()) for p in container.demux(stream) if p.size]
            shown = [(start, " ".join(text.split())) for start, text in packets if text]
            assert shown == [(caption.start, " ".join(caption.text.split())) for caption in captions]


def test_sections_of_a_real_render_have_the_captions_of_the_film(shoot):
    film = shoot()
    folder = write_sections(film)
    assert folder == film.with_name(f"{film.stem}-sections")
    suffixes = {".mp4", ".jpg", ".srt", ".vtt"}
    for number, key in enumerate(("one", "two", "three"), start=1):
        stem = f"{number:02d}-{key}"
        assert {path.suffix for path in folder.glob(f"{stem}.*")} == suffixes
        assert f"<{key}> & so on" in (folder / f"{stem}.srt").read_text(encoding="utf-8")
        assert (folder / f"{stem}-last.jpg").exists()


def test_sections_written_again_replace_those_before_and_nothing_else(shoot):
    film = shoot()
    before = {path.name: path.read_bytes() for path in write_sections(film).iterdir()}
    assert {path.name: path.read_bytes() for path in write_sections(film).iterdir()} == before
    (film.with_name(f"{film.stem}-sections") / "thesis.docx").write_bytes(b"mine")
    with pytest.raises(InputError, match=r"holds thesis\.docx"):
        write_sections(film)
    assert (film.with_name(f"{film.stem}-sections") / "thesis.docx").read_bytes() == b"mine"


@pytest.mark.parametrize("told", [None, "{", "[]", "{}", '{"sections": [], "fps": 30}'])
def test_a_film_whose_description_is_gone_or_broken_is_an_error_with_a_next_step(shoot, tmp_path, told):
    film = shoot()
    path = film.with_suffix(".json")
    path.unlink() if told is None else path.write_text(told)
    with pytest.raises(RunError, match=r"toy.*\.json cannot be used .*render toy.*\.mp4 again, with --force"):
        clips_of(film, tmp_path)


def test_a_film_that_is_not_the_one_that_is_told_of_is_not_cut(shoot, tmp_path):
    film = shoot()
    told = description_of(film)
    sections = [dict(section) for section in told["sections"]]
    sections[1]["start"] += 0.5
    for number, wrong in enumerate(({"sections": sections}, {"frames": told["frames"] - 4}, {"frames": 10_000})):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(RunError, match="render it again"):
            cut(telling(film, **{**told, **wrong}), tmp_path / str(number))


@pytest.mark.parametrize("kept", [0, 100, 2000])
def test_a_film_that_is_damaged_is_an_error(shoot, tmp_path, kept):
    film = shoot()
    film.write_bytes(film.read_bytes()[:kept])
    with pytest.raises(RunError, match="render it again"):
        clips_of(film, tmp_path)


def test_a_clip_is_named_by_its_place_and_its_key(shoot, tmp_path):
    clip = clips_of(shoot(), tmp_path)[2]
    assert isinstance(clip, Clip)
    assert [path.name for path in (clip.video, clip.first)] == ["03-three.mp4", "03-three-first.jpg"]
