"""HTML decks in a real browser without a network: they play, hold, step, and ask nobody for anything."""

import io
import re
import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from scenes.beats import Subtitle
from scenes.decks import html

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
NO_NETWORK = ["--host-resolver-rules=MAP * ~NOTFOUND", "--proxy-server=127.0.0.1:9"]
SIZE = {"width": 320, "height": 180}
"""That of the films: what is on the screen is what was in the video, to the pixel."""
PATIENCE = 5.0
"""Seconds after which what was decoded is on the screen, however busy the machine."""
QUICK = 16
"""The highest rate at which Chromium plays."""

VIDEO = "Reveal.getCurrentSlide().querySelector('video')"
HURRY = (
    f"() => new Promise(done => {{ const v = {VIDEO}; v.playbackRate = {QUICK}; v.ended ? done() : v.onended = done }})"
)
PLAYS = f"() => {{ const v = {VIDEO}; return !v.paused && v.currentTime > 0 && v.currentTime < v.duration }}"
LOADED = "() => [...document.querySelectorAll('video')].map(v => v.hasAttribute('src'))"
AT_ITS_END = "video => video.paused && !video.seeking && video.currentTime > 0 && video.currentTime === video.duration"
HERE = "() => Reveal.getCurrentSlide().id"


@pytest.fixture(scope="module")
def launch(program):
    """Starts a browser."""
    path = program("chromium", "chromium-browser", "google-chrome", package="chromium")
    with sync_playwright() as playwright:
        yield lambda flags: closing(playwright.chromium.launch(executable_path=path, args=flags))


@pytest.fixture(scope="module")
def chromium(launch):
    with launch(FLAGS + NO_NETWORK) as browser:
        yield browser


@pytest.fixture(scope="module")
def written(deck, tmp_path_factory):
    """The deck in both forms."""
    folder = tmp_path_factory.mktemp("decks")
    html.write(deck, folder / "deck.html")
    html.write(deck, folder / "deck", folder=True)
    return {"file": folder / "deck.html", "folder": folder / "deck" / "index.html"}


@pytest.fixture
def shown(chromium):
    """Show a page; afterwards its console is clean, and nothing was asked of any other machine."""
    context = chromium.new_context(viewport=SIZE)
    said, asked = [], []
    context.on("console", lambda message: said.append(message.text))
    context.on("weberror", lambda error: said.append(str(error.error)))
    context.on("request", lambda request: asked.append(request.url))

    def show(path, place=""):
        page = context.new_page()
        page.goto(path.as_uri() + place)
        page.wait_for_function("() => Reveal.isReady()")
        return page

    yield show
    context.close()
    assert said == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "blob", "data", "about"}


@contextmanager
def arriving(page):
    """Wait until another slide is there."""
    before = page.evaluate(HERE)
    yield
    page.wait_for_function(f"before => ({HERE})() !== before", arg=before)


def press(page, *keys):
    for key in keys:
        with arriving(page):
            page.keyboard.press(key)


def wait_for(page, element, condition):
    """Wait until something is so of an element, in whatever frame it is."""
    until = time.monotonic() + PATIENCE
    while not (holds := element.evaluate(condition)) and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert holds


def shows(page, picture):
    """Whether the page comes to show a picture: a thousandth of its pixels may be off by more than 30 levels."""
    until = time.monotonic() + PATIENCE
    while (off := share_off(page, picture)) > 0.001 and time.monotonic() < until:
        page.wait_for_timeout(50)
    return off <= 0.001


def share_off(page, picture):
    on_screen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    difference = np.abs(np.asarray(on_screen, float) - np.asarray(Image.open(picture).convert("RGB"), float))
    return (difference.mean(axis=2) > 30).mean()


@pytest.mark.parametrize("form", ["file", "folder"])
def test_every_section_plays_on_arrival_to_its_end_and_holds_its_last_frame(deck, written, shown, form):
    page = shown(written[form])
    few = [replace(deck.chapters[0], slides=deck.chapters[0].slides[:3])]  # nothing but where the clips are is other
    for chapter in deck.chapters if form == "file" else few:
        press(page, "ArrowRight")
        assert page.evaluate(HERE) == chapter.id
        for slide in chapter.slides:
            press(page, "Space")
            assert page.evaluate(HERE) == slide.id
            if not slide.loops:
                page.evaluate(HURRY)
                page.wait_for_function(f"() => {VIDEO}.ended && {VIDEO}.paused && !{VIDEO}.seeking")
                at, duration = page.evaluate(f"() => [{VIDEO}.currentTime, {VIDEO}.duration]")
                assert at == duration
                assert duration == pytest.approx(slide.clip.seconds, abs=0.01)
                assert shows(page, slide.clip.last)


def test_a_section_that_is_to_loop_begins_again_by_itself(deck, written, shown):
    page = shown(written["file"], "#/tangent.roll")
    page.wait_for_function(PLAYS)
    page.evaluate(f"() => {{ {VIDEO}.currentTime = {VIDEO}.duration - 0.3 }}")
    page.wait_for_function(f"() => !{VIDEO}.paused && {VIDEO}.currentTime < {VIDEO}.duration / 2")
    assert not page.evaluate(f"() => {VIDEO}.ended")


def test_keys_go_on_and_back_even_while_the_video_plays(deck, written, shown):
    page = shown(written["file"], "#/tangent.question")
    first, second, third = (slide.id for slide in deck.chapters[0].slides[:3])
    for key, place in (
        ("Space", second),
        ("ArrowLeft", first),
        ("PageDown", second),
        ("ArrowRight", third),
        ("PageUp", second),
        ("n", third),
        ("p", second),
    ):
        page.wait_for_function(PLAYS)
        press(page, key)
        assert page.evaluate(HERE) == place
    press(page, "Home")
    assert page.evaluate(HERE) == "title"
    press(page, "End")
    assert page.evaluate(HERE) == deck.chapters[-1].slides[-1].id


def test_a_section_to_which_one_returns_plays_again_from_its_first_frame(deck, written, shown):
    page = shown(written["file"], "#/tangent.slope")
    page.evaluate(HURRY)
    press(page, "ArrowRight")
    page.wait_for_function("() => document.getElementById('tangent.slope').querySelector('video').currentTime === 0")
    press(page, "ArrowLeft")
    page.wait_for_function(PLAYS)


def test_what_stands_there_before_the_video_plays_is_its_first_frame(deck, written, shown):
    page = shown(written["file"], "#/tangent.question")
    page.evaluate(HURRY)
    slide = deck.chapters[0].slides[1]
    page.evaluate("() => { HTMLMediaElement.prototype.play = () => Promise.reject(new Error('refused')) }")
    press(page, "ArrowRight")
    page.wait_for_function(f"() => {VIDEO}.readyState > 1")
    assert shows(page, slide.clip.first)
    page.evaluate(f"() => {VIDEO}.remove()")
    assert shows(page, slide.clip.first)


def test_a_video_that_cannot_be_played_stops_nobody(deck, shown, tmp_path):
    (tmp_path / "broken.mp4").write_bytes(b"no video at all")
    chapter = deck.chapters[0]
    broken = replace(chapter.slides[0], clip=replace(chapter.slides[0].clip, video=tmp_path / "broken.mp4"))
    html.write(
        replace(deck, chapters=(replace(chapter, slides=(broken, *chapter.slides[1:])),)), tmp_path / "deck.html"
    )
    page = shown(tmp_path / "deck.html", "#/tangent.question")
    page.wait_for_function(f"() => {VIDEO}.error")
    assert shows(page, broken.clip.first)
    press(page, "ArrowRight")
    page.wait_for_function(PLAYS)


def test_r_plays_again_and_w_waits(deck, written, shown):
    page = shown(written["file"], "#/tangent.question")
    page.evaluate(HURRY)
    page.keyboard.press("r")
    page.wait_for_function(PLAYS)
    page.evaluate(f"() => {{ {VIDEO}.playbackRate = 1 }}")
    page.keyboard.press("w")
    stood = page.evaluate(f"() => [{VIDEO}.paused, {VIDEO}.currentTime]")
    page.wait_for_timeout(200)
    assert page.evaluate(f"() => [{VIDEO}.paused, {VIDEO}.currentTime]") == stood
    assert stood[0]
    page.keyboard.press("w")
    page.wait_for_function(f"at => !{VIDEO}.paused && {VIDEO}.currentTime > at", arg=stood[1])


def test_help_names_our_keys(written, shown):
    page = shown(written["file"])
    page.keyboard.press("Shift+Slash")
    table = page.locator(".r-overlay-help-content").inner_text()
    for line in ("R\tPlay this section again", "W\tWait, and go on", "C\tSubtitles", "S\tSpeaker notes view"):
        assert line in table


def test_c_goes_through_the_languages_and_the_last_words_stay(deck, shown, tmp_path):
    chapter = deck.chapters[0]
    long = chapter.slides[0].clip.seconds
    spoken = {"en": (Subtitle(0.0, long, "<b>bold</b> & more of it"),), "ko": (Subtitle(0.0, long, "자막입니다"),)}
    slides = tuple(replace(slide, clip=replace(slide.clip, captions=spoken)) for slide in chapter.slides[:2])
    html.write(replace(deck, chapters=(replace(chapter, slides=slides),)), tmp_path / "deck.html")
    page = shown(tmp_path / "deck.html", "#/tangent.question")
    line = page.locator("section.present section.present .subtitle")
    assert line.inner_text() == ""
    page.evaluate(HURRY)
    for said, text in (("English", "<b>bold</b> & more of it"), ("한국어", "자막입니다"), ("No subtitles", "")):
        page.keyboard.press("c")
        page.wait_for_function(
            "text => document.querySelector('.present .present .subtitle').innerText === text", arg=text
        )
        assert said in page.locator("#said").inner_text()
    page.keyboard.press("c")
    press(page, "ArrowRight")
    page.wait_for_function("() => document.querySelector('.present .present .subtitle').innerText.includes('bold')")


@pytest.mark.parametrize("text", ["모두 더하면 손실은 8,587.69", "WWWWW " * 12])
def test_subtitles_stay_where_projectors_do_not_crop(deck, shown, tmp_path, text):
    chapter = deck.chapters[0]
    slide = chapter.slides[0]
    spoken = {"ko" if "모두" in text else "en": (Subtitle(0.0, slide.clip.seconds, text),)}
    told = replace(chapter, slides=(replace(slide, clip=replace(slide.clip, captions=spoken)),))
    html.write(replace(deck, chapters=(told,)), tmp_path / "deck.html")
    page = shown(tmp_path / "deck.html", "#/tangent.question")
    page.keyboard.press("c")
    said = page.locator(".present .present .subtitle span")
    said.wait_for()
    box, behind = said.bounding_box(), page.locator(".present .present .subtitle").bounding_box()
    line = 0.04 * 1.25 * SIZE["height"]
    assert box["height"] == pytest.approx(line * (1 if "모두" in text else 2), abs=0.5)
    assert box["y"] + box["height"] == pytest.approx(0.95 * SIZE["height"], abs=0.5)
    assert box["x"] >= 0.05 * SIZE["width"]
    assert behind["y"] + behind["height"] == pytest.approx(SIZE["height"], abs=0.5)
    assert behind["y"] <= 0.9 * SIZE["height"]


def test_what_is_said_to_the_lecturer_stands_in_a_box_over_the_title_and_goes(deck, written, shown):
    page = shown(written["file"], f"#/{deck.chapters[1].slides[0].id}")
    page.keyboard.press("c")
    said = page.locator("#said.fresh")
    colors = said.evaluate("line => [getComputedStyle(line).backgroundColor, getComputedStyle(line).borderStyle]")
    assert colors == ["rgb(255, 255, 255)", "solid"]  # as the film is
    box = said.bounding_box()
    assert box["x"] + box["width"] < 0.5 * SIZE["width"]
    assert box["y"] + box["height"] < 0.13 * SIZE["height"]
    page.keyboard.press("c")
    begun = time.monotonic()
    page.wait_for_function("() => getComputedStyle(document.getElementById('said')).opacity === '0'")
    assert 1 < time.monotonic() - begun < 1.7 + PATIENCE


def test_links_lead_deep_into_the_deck(deck, shown, tmp_path):
    chapter = deck.chapters[1]
    slides = tuple(replace(slide, id=f"학습률 1.5.{slide.clip.key}") for slide in chapter.slides)
    html.write(
        replace(deck, chapters=(deck.chapters[0], replace(chapter, id="학습률 1.5", slides=slides))),
        tmp_path / "d.html",
    )
    page = shown(tmp_path / "d.html", f"#/{slides[2].id}")
    page.wait_for_function(PLAYS)
    assert page.evaluate(HERE) == slides[2].id
    page.evaluate("() => { location.hash = '#/tangent.slope' }")
    page.wait_for_function(f"() => ({HERE})() === 'tangent.slope'")
    press(page, "Home")
    page.locator("ol a").last.click()
    page.wait_for_function(f"() => ({HERE})() === '학습률 1.5'")


def test_the_speaker_sees_the_note_and_what_comes_next_and_leads_from_there(deck, written, shown):
    first, second, third = deck.chapters[1].slides[:3]
    page = shown(written["file"], f"#/{first.id}")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    note = speaker.locator(".speaker-controls-notes .value")
    note.get_by_text(first.clip.note).wait_for()
    current, upcoming = (speaker.frame_locator(f"#{name}-slide iframe") for name in ("current", "upcoming"))
    here = "section.present section.present"
    current.locator(f"{here}[id='{first.id}']").wait_for()
    upcoming.locator(f"{here}[id='{second.id}']").wait_for()
    place = f"{first.clip.title} ({len(deck.chapters[1].slides)}개 중 1번째), 0:{round(first.clip.seconds):02d} min"
    assert note.locator("p").first.inner_text() == place
    wait_for(speaker, upcoming.locator(f"{here} video"), AT_ITS_END)
    speaker.keyboard.press("ArrowRight")
    page.wait_for_function(f"id => ({HERE})() === id", arg=second.id)
    note.get_by_text(second.clip.note).wait_for()
    upcoming.locator(f"{here}[id='{third.id}']").wait_for()
    page.wait_for_function(PLAYS)
    speaker.keyboard.press("w")
    page.wait_for_function(f"() => {VIDEO}.paused")


def test_the_speaker_sees_the_end_of_what_will_loop_and_what_a_film_consists_of(deck, written, shown):
    chapter = deck.chapters[0]
    looping = next(slide for slide in chapter.slides if slide.loops)
    page = shown(written["file"], f"#/{chapter.slides[chapter.slides.index(looping) - 1].id}")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    upcoming = speaker.frame_locator("#upcoming-slide iframe")
    upcoming.locator(f"section.present section.present[id='{looping.id}']").wait_for()
    wait_for(speaker, upcoming.locator("section.present section.present video"), AT_ITS_END)
    page.evaluate(f"() => {{ location.hash = '#/{chapter.id}' }}")
    note = speaker.locator(".speaker-controls-notes .value")
    note.get_by_text(chapter.subtitle).wait_for()
    for slide in chapter.slides:
        assert slide.clip.title in note.inner_text()


def test_a_deck_of_more_sections_than_a_page_may_have_videos_plays_to_the_end(deck, shown, tmp_path):
    chapters = tuple(
        replace(
            film, id=f"{film.id}-{at}", slides=tuple(replace(slide, id=f"{slide.id}-{at}") for slide in film.slides)
        )
        for at in range(8)
        for film in deck.chapters
    )
    html.write(replace(deck, chapters=chapters), tmp_path / "deck", folder=True)
    slides = [slide for film in chapters for slide in film.slides]
    assert len(slides) > 130
    page = shown(tmp_path / "deck" / "index.html")
    for _ in range(len(slides) + len(chapters)):
        page.keyboard.press("ArrowRight")
        page.wait_for_function(f"() => !{VIDEO} || {VIDEO}.readyState > 1")
    assert page.evaluate(HERE) == slides[-1].id
    page.wait_for_function(PLAYS)
    assert sum(page.evaluate(LOADED)) <= 4


@pytest.mark.parametrize("width", [320, 500])
def test_nothing_is_cut_off_whatever_the_shape_of_the_screen(written, shown, width):
    page = shown(written["file"], "#/tangent.question")
    page.set_viewport_size({"width": width, "height": 240})
    page.wait_for_function(
        "width => innerWidth === width && Reveal.getScale() === Math.min(width / 1920, 240 / 1080)", arg=width
    )
    box = page.locator("section.present section.present video").bounding_box()
    scale = min(width / 1920, 240 / 1080)
    assert (box["width"], box["height"]) == pytest.approx((1920 * scale, 1080 * scale), abs=0.5)
    assert (box["x"], box["y"]) == pytest.approx(((width - box["width"]) / 2, (240 - box["height"]) / 2), abs=0.5)


@contextmanager
def listening():
    """A server on this machine: its address, and the paths that it has been asked for."""
    asked = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


INTRUDE = """async address => {
    const settled = (element, place) => new Promise(done => {
        element.onload = element.onerror = done;
        element.src = place;
        document.body.append(element);
    });
    const script = document.createElement("script");
    script.textContent = "window.ran = (window.ran || 0) + 1";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = (window.ran || 0) + 1'>");
    await settled(new Image(), `${address}/image`);
    await settled(document.createElement("script"), `${address}/script`);
    await fetch(`${address}/fetched`).catch(() => {});
    return window.ran || 0;
}"""
"""What a script that got in would try; returns how many of two others it could run."""


def test_a_script_that_got_in_would_not_run_nor_reach_anybody(launch, written, tmp_path):
    deck = written["file"].read_text(encoding="utf-8")
    unguarded, policies = re.subn("<meta http-equiv=.Content-Security-Policy. [^>]*>", "", deck)
    assert policies == 1
    (tmp_path / "unguarded.html").write_text(unguarded, encoding="utf-8")
    with launch(FLAGS) as browser, listening() as (address, asked):
        tried = {}
        for path in (written["file"], tmp_path / "unguarded.html"):
            page = browser.new_page(viewport=SIZE)
            page.goto(path.as_uri())
            tried[path.stem] = page.evaluate(INTRUDE, address), sorted(asked)
    assert tried == {"deck": (0, []), "unguarded": (2, ["/fetched", "/image", "/script"])}
