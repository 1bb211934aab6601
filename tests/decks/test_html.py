"""HTML decks, read back from the file; what a browser makes of them: test_browser.py."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.errors import RunError
from scenes import captions
from scenes.beats import Subtitle
from scenes.decks import html

WICKED = "</script><script>alert(1)</script> \"q\" 'r' & &amp; <!-- --> ]]> \\ 학습률 🎓\n\x00\x1b\ud800é"
TAME = "</script><script>alert(1)</script> \"q\" 'r' & &amp; <!-- --> ]]> \\ 학습률 🎓 é"


def with_clips(deck, **changes):
    """The deck with something else in every clip."""
    chapters = (
        replace(chapter, slides=tuple(replace(slide, clip=replace(slide.clip, **changes)) for slide in chapter.slides))
        for chapter in deck.chapters
    )
    return replace(deck, chapters=tuple(chapters))


def short(deck, **changes):
    """The deck's first section alone, with something else said of its film."""
    chapter = deck.chapters[0]
    return replace(deck, chapters=(replace(chapter, slides=chapter.slides[:1], **changes),))


def read(deck, path, **options):
    html.write(deck, path, **options)
    page = path / "index.html" if path.is_dir() else path
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def tags(page):
    """The elements of a page, but for paragraphs: lines of a note are as many as were written."""
    return [node.name for node in page.find_all() if node.name != "p"]


def policy_of(page):
    content = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    return {what: whence for what, *whence in (part.split() for part in content.split(";"))}


def sections(page):
    return page.select("section > section")


def clips_of(page):
    return page.select("section > section:has(video)")


def said(section):
    """What the speaker is to say there."""
    return "".join(line.text for line in section.select(".notes p:not([style])"))


def known(section):
    """What the speaker is told besides."""
    return [line.text for line in section.select(".notes p[style]")]


def slides_of(deck):
    return [slide for chapter in deck.chapters for slide in chapter.slides]


def test_one_file_holds_every_clip_and_picture_to_the_byte(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    shown = clips_of(page)
    assert len(shown) == len(slides_of(deck)) > 10
    for section, slide in zip(shown, slides_of(deck), strict=True):
        assert base64.b64decode(section.find("script").string) == slide.clip.video.read_bytes()
        kind, _, picture = section.find("img")["data-src"].partition(",")
        assert kind == "data:image/jpeg;base64"
        assert base64.b64decode(picture) == slide.clip.first.read_bytes()


def test_one_file_refers_to_nothing_but_itself(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    places = {node[name] for name in ("src", "href", "data-src") for node in page.select(f"[{name}]")}
    assert {place.partition("#")[0][:5] for place in places} == {"", "data:"}
    assert [path.name for path in tmp_path.iterdir()] == ["deck.html"]


def test_a_folder_holds_the_page_the_clips_and_reveal_and_nothing_else(deck, tmp_path):
    chapter = replace(deck.chapters[1], id="학습률 #1")
    page = read(replace(deck, chapters=(deck.chapters[0], chapter)), tmp_path / "talk", folder=True)
    names = {"src": "script, link", "href": "link", "data-src": "img", "data-clip": "video"}
    places = {node[name] for name, kinds in names.items() for node in page.select(kinds) if node.get(name)}
    files = {path.relative_to(tmp_path / "talk").as_posix() for path in (tmp_path / "talk").rglob("*.*")}
    assert {unquote(place) for place in places} - {"data:,"} == files - {"index.html"}
    first = slides_of(deck)[0].clip
    assert (tmp_path / "talk" / "clips" / "tangent" / first.video.name).read_bytes() == first.video.read_bytes()
    assert "Hakim" in (tmp_path / "talk" / "reveal" / "LICENSE").read_text()


@pytest.mark.parametrize("folder", [False, True])
def test_the_same_deck_gives_the_same_bytes(deck, tmp_path, folder):
    for name in "ab":
        html.write(deck, tmp_path / name, folder=folder)
    pages = [tmp_path / name / "index.html" if folder else tmp_path / name for name in "ab"]
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_links_lead_to_films_and_to_their_sections(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    expected = [slide.id for film in deck.chapters for slide in (film, *film.slides)]
    assert [section["id"] for section in sections(page)] == expected
    assert page.select_one("section")["id"] == "title"
    assert [unquote(link["href"]) for link in page.select("ol a")] == [
        "#/tangent",
        "#/gradient-check-by-hand-by-machine",
    ]


def test_a_slide_says_to_all_what_it_shows_and_to_the_speaker_what_to_say(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    assert page.title.string == page.h1.string == "How a net learns <1>"
    for section, slide in zip(clips_of(page), slides_of(deck), strict=True):
        assert section.h3.string == slide.clip.title
        assert section.video["aria-label"] == slide.description
        assert said(section) == slide.clip.note
        assert section.video.has_attr("loop") == slide.loops == (slide.clip.key == "roll")
        assert section.video.has_attr("muted")
        assert section.video.has_attr("playsinline")


def test_the_speaker_is_told_which_section_it_is_how_long_and_what_a_film_consists_of(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    for film, place in zip(deck.chapters, ("({} of {})", "({1}개 중 {0}번째)"), strict=True):
        count, times = len(film.slides), [f"0:{round(slide.clip.frames / 5):02d} min" for slide in film.slides]
        parts = list(zip(film.slides, times, strict=True))
        assert known(page.find(id=film.id)) == [f"{time}, {slide.clip.title}" for slide, time in parts]
        for number, (slide, time) in enumerate(parts, 1):
            lines = [line.text for line in page.find(id=slide.id).select(".notes p")]
            assert lines[0] == f"{slide.clip.title} {place.format(number, count)}, {time}"
            assert lines[1:-1] == (["Plays again and again until you go on."] if slide.loops else [])
            assert lines[-1] == slide.clip.note


def test_films_keep_their_language_and_their_theme(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    assert page.html["lang"] == "en"
    assert [page.find(id=film.id).parent["lang"] for film in deck.chapters] == ["en", "ko"]
    colors = [section["data-background-color"] for section in sections(page)]
    dark = len(deck.chapters[0].slides) + 1
    assert colors == ["#0f1117"] * dark + ["#ffffff"] * (len(colors) - dark)


def test_running_times_are_those_of_the_films(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    for time, film in zip(page.select("ol .time"), deck.chapters, strict=True):
        assert page.find(id=film.id).select_one(".time").string == time.string
        minutes, seconds = map(int, time.string.removesuffix(" min").split(":"))
        assert minutes * 60 + seconds == pytest.approx(sum(s.clip.frames for s in film.slides) / 5, abs=0.5)


def test_what_was_written_is_shown_as_it_stands(deck, tmp_path):
    wicked = with_clips(short(deck, title=WICKED, label=WICKED, subtitle=WICKED), title=WICKED, note=WICKED)
    page = read(replace(wicked, title=WICKED, font=WICKED), tmp_path / "deck.html")
    tame = read(short(deck, label="a"), tmp_path / "tame.html")
    assert tags(page) == tags(tame)
    shown = [page.title, page.h1, page.h2, page.h3, *page.select(".film, .label, .below")]
    assert [" ".join(node.text.split()) for node in shown] == [TAME] * 8
    film, section = (note.parent for note in page.select(".notes"))
    assert ["".join(said(slide).split()) for slide in (film, section)] == ["".join(TAME.split())] * 2
    assert known(film)[0].endswith(TAME)
    assert known(section)[0].startswith(TAME)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60))
def test_no_text_becomes_markup(deck, tmp_path, text):
    chapter = short(deck, title=text, subtitle=text, font=text)
    told = with_clips(chapter, title=text, captions={"en": (Subtitle(0, 1, text),)})
    page = read(replace(told, title=text, font=text), tmp_path / "deck.html")
    visible = "".join(
        mark for mark in " ".join(text.split()) if mark.isprintable() or (ord(mark) > 0x9F and mark != "\ufeff")
    )
    assert "".join(page.h1.text.split()) == "".join(visible.split())
    assert [node.name for node in page.h1.find_all()] == []
    assert len(page.find_all("script")) == 5


def test_nothing_runs_but_our_scripts_and_nothing_comes_from_elsewhere(deck, tmp_path):
    page = read(deck, tmp_path / "deck.html")
    policy = policy_of(page)
    assert policy["default-src"] == ["'none'"]
    assert "http" not in str(policy)
    ours = [script.string for script in page.select("body > script:not([type])")]
    digests = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in ours]
    assert {f"'sha256-{digest}'" for digest in digests} < set(policy["script-src"])
    assert len(policy["script-src"]) == len(ours) + 1  # and the speaker's window
    assert not [name for node in page.find_all() for name in node.attrs if name.startswith("on")]


def test_a_film_of_another_shape_is_shown_whole(deck, tmp_path):
    first, second = deck.chapters
    shapes = {"narrow": (120, 180), "wide": (420, 180), "same": (640, 360)}
    for name, (width, height) in shapes.items():
        other = replace(second, width=width, height=height)
        page = read(replace(deck, chapters=(first, other)), tmp_path / f"{name}.html")
        wide, high = map(int, re.findall(r"(\d+)px", page.select(".picture")[-1]["style"]))
        assert wide / high == pytest.approx(width / height, rel=0.01)
        assert (wide, high) == (min(wide, 1920), min(high, 1080))
        assert wide == 1920 or high == 1080


def test_every_language_is_on_the_video_and_the_last_words_stay(deck, tmp_path):
    spoken = {"en": (Subtitle(0.0, 1.0, "a <b> &"), Subtitle(1.0, 2.0, "end")), "xx": (Subtitle(0.5, 1.0, "x"),)}
    told = with_clips(short(deck), captions=spoken, frames=10)
    page = read(told, tmp_path / "deck.html")
    english, other = page.select("track")
    assert (english["label"], other["label"], other["srclang"]) == ("English", "xx", "xx")
    lines = base64.b64decode(english["src"].partition(",")[2]).decode().split("\n\n")[1:]
    assert lines[0] == "00:00:00.000 --> 00:00:01.000\na &lt;b&gt; &amp;"
    assert re.match(r"00:00:01\.000 --> 24:00:02\.000\nend", lines[1])


def test_sixteen_films_stand_on_the_title_slide(deck, tmp_path):
    films = tuple(replace(deck.chapters[0], id=f"film-{number}") for number in range(16))
    page = read(replace(deck, chapters=films), tmp_path / "deck.html")
    assert page.ol["style"] == f"--rows: 8; --cells: {len(deck.chapters[0].title) + 2}"
    assert len(page.select("ol.many > li")) == 16


def told(page):
    """What our script is told."""
    return json.loads(page.find(id="told").string)


def test_a_language_of_ones_own_is_called_what_it_calls_itself(deck, tmp_path):
    words = (captions.HERE / "en.toml").read_text(encoding="utf-8").replace('"English"', '"日本語"')
    (tmp_path / "ja.toml").write_text(words, encoding="utf-8")
    spoken = {tag: (Subtitle(0.0, 1.0, "x"),) for tag in ("ja", "en", "ko", "eo")}
    own = with_clips(short(deck, language="ja", words=captions.load(str(tmp_path / "ja.toml"))), captions=spoken)
    other = with_clips(deck, captions={"ko": spoken["ko"]}).chapters[1]
    page = read(replace(own, chapters=(*own.chapters, other)), tmp_path / "deck.html")
    names = [["ja", "日本語"], ["en", "English"], ["ko", "한국어"], ["eo", "eo"]]
    assert told(page)["languages"] == names
    assert [[track["srclang"], track["label"]] for track in page.find("video").select("track")] == names


@pytest.mark.parametrize("shape", [(240, 180), (180, 320), (420, 180), (320, 180)])
def test_slides_are_16_to_9_whatever_the_first_film_is(deck, tmp_path, shape):
    first = replace(deck.chapters[0], width=shape[0], height=shape[1])
    page = read(replace(deck, chapters=(first, deck.chapters[1])), tmp_path / "deck.html")
    assert (told(page)["width"], told(page)["height"]) == (1920, 1080)
    pictures = [tuple(map(int, re.findall(r"(\d+)px", one["style"]))) for one in page.select(".picture")]
    assert pictures[-1] == (1920, 1080)
    assert pictures[0] == {240: (1440, 1080), 180: (608, 1080), 420: (1920, 823), 320: (1920, 1080)}[shape[0]]


def test_where_reveal_is_missing_it_is_said_how_to_get_it(deck, tmp_path, monkeypatch):
    monkeypatch.setattr(html, "SHIPPED_BY", "lossreel-nowhere")
    with pytest.raises(RunError, match="pip install"):
        html.write(deck, tmp_path / "deck.html")
    monkeypatch.undo()
    monkeypatch.setattr(html, "REVEAL", html.REVEAL / "gone")
    with pytest.raises(RunError, match=r"reset\.css.*No such file.*pip install"):
        html.write(deck, tmp_path / "deck.html")
