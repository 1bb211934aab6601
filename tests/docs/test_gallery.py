"""The gallery of the documentation: what it shows of a film, and how much of all of them."""

import json

import av
import pytest
from fences import DOCS

from learning.errors import InputError
from scenes.catalogue import find
from scenes.ownfilms import template
from scenes.production.output import Output
from scenes.production.render import render


@pytest.fixture
def gallery(monkeypatch):
    monkeypatch.syspath_prepend(DOCS / "_tools")
    import gallery

    return gallery


def test_of_a_film_the_liveliest_section_is_shown(gallery, tmp_path):
    entry = find(str(template.write("gallery-line", tmp_path)[0]))
    film = render(entry, entry.parameters(), Output("mp4", 160, 90, 5, path=tmp_path / "line.mp4")).path
    shown = gallery.excerpt(film, tmp_path / "few" / "line.mp4")
    sections = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))["sections"]
    training = next(section for section in sections if section["key"] == "train")
    with av.open(str(shown)) as video:
        assert sum(1 for _ in video.decode(video=0)) == round(5 * training["length"])
    before = shown.stat().st_mtime_ns
    assert gallery.excerpt(film, shown).stat().st_mtime_ns == before


def test_a_player_is_written_where_there_are_films(gallery, tmp_path):
    page = gallery.Gallery("films", ("descent",), tmp_path).page()
    assert page.count("<video") == 1
    assert 'src="gallery/descent.mp4" poster="gallery/descent.png"' in page


def test_what_is_asked_of_the_gallery_is_checked(gallery, tmp_path, monkeypatch):
    monkeypatch.setenv("LOSSREEL_GALLERY", "movies")
    with pytest.raises(InputError, match=r"movies.*films"):
        gallery.Gallery.of_environment(tmp_path)
    monkeypatch.setenv("LOSSREEL_GALLERY", "films:stuck,descent")
    assert gallery.Gallery.of_environment(tmp_path).names == ("stuck", "descent")
