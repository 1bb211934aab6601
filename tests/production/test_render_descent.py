"""The headline film through the whole production, small and with few frames."""

import json

import av
import pytest

from scenes.catalogue import FILMS
from scenes.production.output import Output
from scenes.production.render import render

DESCENT = FILMS["descent"]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """The film at four frames a second, and what its description says."""
    folder = tmp_path_factory.mktemp("descent")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOSSREEL_CACHE", str(folder / "cache"))
        path = render(DESCENT, DESCENT.parameters(), Output("mp4", 320, 180, 4, path=folder / "film.mp4")).path
    return path, json.loads(path.with_suffix(".json").read_text())


def test_sections_cover_the_film_without_gaps(film):
    _, facts = film
    end = 0.0
    for section in facts["sections"]:
        assert section["start"] == pytest.approx(end, abs=1e-5)
        assert section["length"] >= 1
        assert section["title"]
        assert section["note"]
        end = section["start"] + section["length"]
    assert end == pytest.approx(facts["seconds"], abs=1e-5)


def test_sections_start_at_key_frames_and_frames_are_all_there(film):
    path, facts = film
    with av.open(str(path)) as container:
        frames = [frame.key_frame for frame in container.decode(video=0)]
    assert len(frames) == facts["frames"] == round(facts["seconds"] * 4)
    assert all(frames[round(section["start"] * 4)] for section in facts["sections"])


def test_the_running_time_in_the_catalogue_is_about_right(film):
    assert film[1]["seconds"] == pytest.approx(DESCENT.seconds, rel=0.2)


def test_captions_end_with_the_film(film):
    path, facts = film
    cues = [line for line in path.with_suffix(".vtt").read_text(encoding="utf-8").splitlines() if "-->" in line]
    minutes, seconds = cues[-1].split(" --> ")[1].split(":")[1:]
    assert 60 * int(minutes) + float(seconds) <= facts["seconds"] + 0.26
    assert len(cues) >= len(facts["sections"])
