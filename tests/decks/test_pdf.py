"""Handouts, read back from the PDF file."""

import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ContentStream, IndirectObject

from learning.errors import RunError
from scenes import captions
from scenes.beats import Subtitle
from scenes.captions import LANGUAGES, SYMBOLS, load
from scenes.decks.deck import Chapter, Deck, Slide
from scenes.decks.pdf import write
from scenes.fonts import check_font
from scenes.production.clips import JPEG, Clip

SECTIONS = (
    ("data", "The data", ("100 points.", "Which line?"), "Ask the class: intercept −5, slope 10?"),
    ("wrong", "How wrong & why?", ("ŵ₀ = −5, ŵ₁ = 10",), "ŷ(1 − ŷ), ∂loss/∂w₀ ≈ 5.19×10¹¹ … 10⁻³ 10⁴⁵⁶⁷⁸⁹⁰ → ½ λ ≤ ∞"),
    ("learned", "What was learned", (), "In code: w.data = w - lr * w.grad\n\nNot w = w - lr * w.grad <b>!</b>"),
)
KOREAN = (
    (
        "question",
        "한 걸음은 얼마나 멀리?",
        ("그래디언트는 오르막을 가리킨다. 그래서 그 반대로 걷는다",),
        "α가 0.01일 때",
    ),
    ("run", "기울기는 하나, 첫걸음은 여럿", ("손실을 λmax로 나누기",), "학습이 모두 (−5, 10)에서 출발합니다."),
)
POINTS = 72 / 25.4
"""To a millimetre."""

WICKED = (
    '#read("/etc/passwd")',
    "*b* _i_ `c`",
    "<script>alert(1)</script>",
    "$x$ $ x $",
    "\\",
    "= a",
    "- b",
    "/* c",
    "@d <e>",
)


def make_picture(path, size=(160, 90)):
    """Save a picture unlike every other."""
    pixels = np.random.default_rng(list(path.name.encode())).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize(size).save(path, **(JPEG if path.suffix == ".jpg" else {}))
    return path


def make_slide(folder, film, key, title, said, note, start=0.0, language="en", size=(160, 90)):
    cues = tuple(Subtitle(at, at + 1.0, text) for at, text in enumerate(said))
    last = make_picture(folder / f"{film}-{key}.jpg", size)
    clip = Clip(key, title, note, start, 60, 30, Path("none.mp4"), Path("none.jpg"), last, {language: cues})
    return Slide(f"{film}.{key}", clip, loops=False, of=film)


def make_chapter(folder, name, sections, *, label="", language="en", theme="dark", size=(160, 90)):
    slides = (
        make_slide(folder, name, *section, start=62.0 * at, language=language, size=size)
        for at, section in enumerate(sections)
    )
    return Chapter(
        id=name,
        title=name,
        label=label,
        subtitle=f"What {name} teaches",
        language=language,
        font=check_font(language),
        theme=theme,
        width=size[0],
        height=size[1],
        poster=make_picture(folder / f"{name}.png", size),
        slides=tuple(slides),
        words=captions.load(language),
    )


def make_deck(*chapters, title="How a net learns"):
    first = chapters[0]
    return Deck(title, first.language, first.font, first.theme, chapters)


@pytest.fixture
def deck(tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    korean = make_chapter(folder, "학습률이 하는 일", KOREAN, label="too large & more", language="ko", theme="light")
    return make_deck(make_chapter(folder, "Gradient descent", SECTIONS), korean)


@pytest.fixture
def handout(tmp_path):
    """Writes a deck and reads it back."""
    path = tmp_path / "out" / "handout.pdf"
    path.parent.mkdir()

    def make(deck):
        write(deck, path)
        assert list(path.parent.iterdir()) == [path]
        return PdfReader(path)

    return make


def solid(text):
    """A text without its spaces, which lines that break add and take away."""
    return "".join(text.split())


def text_of(reader):
    return solid("".join(page.extract_text() for page in reader.pages))


def assert_in_order(texts, whole):
    place = 0
    for text in map(solid, texts):
        found = whole.find(text, place)
        assert found >= 0, f"{text!r} is not after {whole[max(place - 80, 0) : place]!r}"
        place = found + len(text)


def objects(reader):
    """Everything in a file."""
    return [IndirectObject(number, 0, reader).get_object() for number in sorted(reader.xref[0] | reader.xref_objStm)]


def bookmarks(reader, entries=None, depth=0):
    """Yield (depth, title, page) of the outline; the first page is 1."""
    for entry in reader.outline if entries is None else entries:
        if isinstance(entry, list):
            yield from bookmarks(reader, entry, depth + 1)
        else:
            yield depth, entry.title, reader.get_destination_page_number(entry) + 1


def strokes(page):
    return sum(operator == b"S" for _, operator in ContentStream(page.get_contents(), page.pdf).operations)


def placements(page):
    """Yield the name of every picture of a page and the matrix it is drawn with, `(3, 3)`, points."""
    stack, now = [], np.eye(3)
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"q":
            stack.append(now)
        elif operator == b"Q":
            now = stack.pop()
        elif operator == b"cm":
            now = np.column_stack([np.reshape([float(number) for number in operands], (3, 2)), (0, 0, 1)]) @ now
        elif operator == b"Do":
            yield operands[0], now


def pictures(page):
    """Yield the JPEG files that a page holds, as they are in the file, in the order they are drawn."""
    for name, _ in placements(page):
        picture = page["/Resources"]["/XObject"][name]
        assert picture["/Filter"] == "/DCTDecode"
        yield picture._data


def test_everything_that_was_said_and_noted_is_there_in_order(deck, handout):
    whole = text_of(handout(deck))
    assert_in_order([deck.title, *(chapter.title for chapter in deck.chapters)], whole)
    said = []
    for chapter in deck.chapters:
        said += [chapter.title, chapter.label, chapter.subtitle]
        for slide in chapter.slides:
            cues = next(iter(slide.clip.captions.values()))
            said += [slide.clip.title, *(cue.text for cue in cues), slide.clip.note]
    assert_in_order(said, whole[whole.index(solid(deck.chapters[0].subtitle)) - len("Gradientdescent") :])


def test_the_cover_says_how_long_a_film_is_and_leads_to_its_page(deck, handout):
    reader = handout(deck)
    assert_in_order(
        ["Gradient descent", "0:06", "2", "학습률이 하는 일", "too large & more · 0:04", "4"], text_of(reader)
    )
    places = [link.get_object()["/Dest"][0].get_object() for link in reader.pages[0]["/Annots"]]
    assert {reader.get_page_number(place) + 1 for place in places} == {2, 4}


def test_bookmarks_are_the_films_and_their_sections(deck, handout):
    assert list(bookmarks(handout(deck))) == [
        (0, "Gradient descent", 2),
        (1, "The data", 2),
        (1, "How wrong & why?", 2),
        (1, "What was learned", 3),
        (0, "학습률이 하는 일 · too large & more", 4),
        (1, "한 걸음은 얼마나 멀리?", 4),
        (1, "기울기는 하나, 첫걸음은 여럿", 4),
    ]


def test_the_last_picture_of_every_section_is_there_as_it_is(deck, handout):
    reader = handout(deck)
    drawn = [list(pictures(page)) for page in reader.pages]
    assert [len(on_page) for on_page in drawn] == [2, 2, 1, 2]
    slides = [slide for chapter in deck.chapters for slide in chapter.slides]
    assert [content for on_page in drawn[1:] for content in on_page] == [s.clip.last.read_bytes() for s in slides]
    posters = [Image.open(io.BytesIO(content)).size for content in drawn[0]]
    assert posters == [(160, 90)] * 2


def test_pictures_are_as_wide_as_the_text_on_paper_and_posters_nearly_so(deck, handout):
    reader = handout(deck)
    widths = [[abs(matrix[0, 0]) / POINTS for _, matrix in placements(page)] for page in reader.pages]
    assert min(widths[0]) > 140
    assert widths[2] == pytest.approx([174], abs=0.1)
    assert min(widths[1] + widths[3]) > 139  # the title of the film stands above them


@pytest.mark.parametrize(("films", "least"), [(1, 170), (3, 90), (6, 80), (9, 50), (30, 30)])
def test_the_cover_is_one_page_while_its_posters_can_be_seen(tmp_path, handout, films, least):
    reader = handout(make_deck(*(make_chapter(tmp_path, f"film {n}", SECTIONS[:1]) for n in range(films))))
    cover = len(reader.pages) - films
    assert cover == (1 if films < 19 else 2)
    widths = [matrix[0, 0] / POINTS for page in reader.pages[:cover] for _, matrix in placements(page)]
    assert len(widths) == films
    assert min(widths) > least


def test_the_file_tells_its_title_its_language_and_what_its_pictures_show(deck, handout):
    reader = handout(deck)
    assert reader.metadata.title == deck.title
    assert "/CreationDate" not in reader.metadata
    assert reader.root_object["/Lang"] == "en"
    assert reader.root_object["/MarkInfo"]["/Marked"] == True  # noqa: E712  # a PDF's own kind of truth
    told = [item["/Alt"] for item in objects(reader) if isinstance(item, dict) and "/Alt" in item]
    shown = [slide.description for chapter in deck.chapters for slide in chapter.slides]
    assert sorted(told) == sorted([*shown, *(chapter.title for chapter in deck.chapters)])


@pytest.mark.parametrize(
    ("tag", "told"), [("ko", "ko"), ("zh-Hant-TW", "zh-TW"), ("pt-br", "pt-BR"), ("fil", "fil"), ("x-own", "und")]
)
def test_a_deck_in_another_language_says_so(deck, handout, tag, told):
    assert handout(replace(deck, language=tag)).root_object["/Lang"] == told


def test_a_deck_gives_the_same_bytes_each_time(deck, tmp_path):
    write(deck, tmp_path / "a.pdf")
    (tmp_path / "elsewhere").mkdir()
    write(deck, tmp_path / "elsewhere" / "b.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "elsewhere" / "b.pdf").read_bytes()


def said_by(deck, text):
    """A deck of one film in which everybody says the same."""
    chapter = deck.chapters[0]
    slide = chapter.slides[0]
    clip = replace(slide.clip, title=text, note=text, captions={"en": (Subtitle(0, 1, text),)})
    slides = (replace(slide, clip=clip, of=text),)
    return replace(deck, title=text, chapters=(replace(chapter, title=text, label=text, subtitle=text, slides=slides),))


@pytest.mark.parametrize("text", WICKED)
def test_markup_is_text(deck, handout, text):
    reader = handout(said_by(deck, text))
    assert reader.metadata.title == text
    assert [title for _, title, _ in bookmarks(reader)] == [f"{text} · {text}", text]
    assert text_of(reader).count(solid(text)) >= 8


PRINTABLE = st.characters(min_codepoint=33, max_codepoint=126) | st.sampled_from(" 가각힣ŵŷ₀₁∂−×é")


@settings(max_examples=25)
@given(text=st.text(PRINTABLE, min_size=1, max_size=60).map(str.strip).filter(bool))
def test_any_text_comes_out_as_what_it_is(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("any")
    sections = [("one", text, (text,), text)]
    path = folder / "handout.pdf"
    write(make_deck(make_chapter(folder, "film", sections), title=text), path)
    reader = PdfReader(path)
    assert reader.metadata.title == " ".join(text.split())
    assert_in_order([text, text, text, text, text], text_of(reader))


@settings(max_examples=40)
@given(text=st.text(min_size=1, max_size=20))
def test_what_cannot_be_shown_is_named_and_nothing_else_fails(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("all")
    deck = make_deck(make_chapter(folder, "film", SECTIONS[:1]), title="T" + text)
    try:
        write(deck, folder / "handout.pdf")
    except RunError as error:
        assert "no font of this machine has" in str(error)  # noqa: PT017  # most texts need no error
        assert not (folder / "handout.pdf").exists()


def test_control_characters_and_newlines_leave_no_trace_in_a_line(deck, handout):
    reader = handout(said_by(deck, "a\x00b\x1b\nc\ufeff\ud800\td"))
    assert reader.metadata.title == "ab c d"


def test_a_character_that_no_font_has_is_an_error_and_no_empty_box(deck, tmp_path):
    with pytest.raises(RunError, match=r"no font of this machine has .*10fffd.*install"):
        write(replace(deck, title="a\U0010fffdb"), tmp_path / "handout.pdf")
    assert not (tmp_path / "handout.pdf").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_character_of_our_captions_can_be_shown(deck, handout, language):
    captions = load(language)
    used = {mark for key in captions for mark in captions.template(key)} | set(
        "".join(w.plain for w in SYMBOLS.values())
    )
    note = " ".join(sorted(used | set("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−×…∞→≈")))
    slide = deck.chapters[0].slides[0]
    slides = (replace(slide, clip=replace(slide.clip, note=note)),)
    chapter = replace(deck.chapters[0], slides=slides, font=check_font(language), language=language)
    assert solid(note) in text_of(handout(replace(deck, chapters=(chapter,))))


@pytest.mark.parametrize(("language", "word"), [("en", "word"), ("ko", "낱말")])
def test_a_very_long_note_flows_onto_the_next_pages(tmp_path, handout, language, word):
    note = " ".join(f"{word}-{number}." for number in range(1000))
    sections = (SECTIONS[0], ("long", "Long", ("said",), note), SECTIONS[1])
    reader = handout(make_deck(make_chapter(tmp_path, "film", sections, language=language)))
    assert len(reader.pages) > 3
    assert all("film" in page.extract_text() for page in reader.pages)  # the running head
    parts = "".join(solid(page.extract_text()) for page in reader.pages).split(f"{word}-")[1:]
    assert [int(part.partition(".")[0]) for part in parts] == list(range(1000))
    assert "Howwrong&why?" in solid(reader.pages[-1].extract_text())


def test_a_hundred_and_thirty_sections_are_two_to_a_page_and_large(tmp_path, handout):
    sections = [(f"s{n}", f"Section {n}", ("said",), "A note of some length. " * n) for n in range(13)]
    reader = handout(make_deck(*(make_chapter(tmp_path, f"film {n}", sections) for n in range(10))))
    assert [len(page.images) for page in reader.pages] == [10, *[2, 2, 2, 2, 2, 2, 1] * 10]
    titles = [title for depth, title, _ in bookmarks(reader) if depth == 1]
    assert titles == [f"Section {n}" for n in range(13)] * 10
    numbers = [page.extract_text().split()[-1] for page in reader.pages[1:]]
    assert numbers == [str(n) for n in range(2, 72)]
    sizes = [[tuple(matrix.diagonal()[:2] / POINTS) for _, matrix in placements(page)] for page in reader.pages[1:]]
    assert all(upper == lower for upper, lower in (on_page for on_page in sizes if len(on_page) == 2))
    assert min(abs(width) for on_page in sizes for width, _ in on_page) > 139  # however long the notes are


@pytest.mark.parametrize("size", [(90, 160), (100, 100), (320, 100)])
def test_pictures_of_other_shapes_keep_them(tmp_path, handout, size):
    reader = handout(make_deck(make_chapter(tmp_path, "film", SECTIONS[:2], size=size)))
    page = reader.pages[1]
    drawn = [(abs(matrix[0, 0]), abs(matrix[1, 1])) for _, matrix in placements(page)]
    assert len(drawn) == 2
    for width, height in drawn:
        assert width / height == pytest.approx(size[0] / size[1], rel=1e-3)
        assert width < 175 * POINTS  # no wider than the text
        assert height < 99 * POINTS


def test_a_word_without_end_stays_in_its_column(tmp_path, handout):
    sections = [("one", "x" * 60, ("y" * 60,), "z" * 400)]
    lines = handout(make_deck(make_chapter(tmp_path, "film", sections))).pages[1].extract_text().split()
    for letter, most in (("x", 80), ("y", 60), ("z", 80)):
        runs = [len(line) for line in lines if set(line) == {letter}]
        assert sum(runs) == {"x": 60, "y": 60, "z": 400}[letter]
        assert max(runs) <= most


def test_korean_is_broken_between_words(deck, handout):
    sentence = "손실을 바꾸면서 학습률을 그대로 둘 때 가장 흔히 겪는 일입니다 " * 6
    korean = deck.chapters[1]
    slide = korean.slides[0]
    slides = (replace(slide, clip=replace(slide.clip, note=sentence)),)
    reader = handout(make_deck(replace(korean, slides=slides)))
    lines = reader.pages[1].extract_text().splitlines()
    note = [line.split() for line in lines if "바꾸면서" in line or "겪는" in line]
    assert len(note) > 3
    assert {word for line in note for word in line} == set(sentence.split())


def test_a_light_picture_has_a_line_around_it_on_white_paper(tmp_path, handout):
    drawn = {}
    for theme in ("dark", "light"):
        reader = handout(make_deck(make_chapter(tmp_path, "film", SECTIONS[:2], theme=theme)))
        drawn[theme] = [strokes(page) for page in reader.pages]
    assert np.subtract(drawn["light"], drawn["dark"]).tolist() == [1, 2]


def test_what_stood_twice_in_a_row_is_told_once_and_only_in_the_language_of_the_film(deck, handout):
    chapter = deck.chapters[0]
    slide = chapter.slides[0]
    cues = tuple(Subtitle(at, at + 1, text) for at, text in enumerate(("once", "once", "twice", "once")))
    clip = replace(slide.clip, captions={"en": cues, "ko": (Subtitle(0, 1, "한번"),)})
    whole = text_of(handout(replace(deck, chapters=(replace(chapter, slides=(replace(slide, clip=clip),)),))))
    assert "oncetwiceonce" in whole
    assert "onceonce" not in whole
    assert "한번" not in whole


def test_a_caption_that_still_stands_is_not_told_again(deck, handout):
    chapter = deck.chapters[0]
    said = (("first", "stays"), ("stays", "second"), ("second",), ("second", "stays", "second"), ("other",))
    cues = [tuple(Subtitle(at, at + 1, text) for at, text in enumerate(texts)) for texts in said]
    slide = chapter.slides[0]
    slides = tuple(replace(slide, clip=replace(slide.clip, note="|", captions={"en": told})) for told in cues)
    whole = text_of(handout(replace(deck, chapters=(replace(chapter, slides=slides),))))
    words = re.findall(r"first|stays|second|other|\|", whole)
    assert " ".join(words) == "first stays | second | | stays second | other |"


def test_a_section_says_from_when_to_when_it_plays(deck, handout):
    assert_in_order(["The data", "0:00–0:02", "How wrong", "1:02–1:04"], text_of(handout(deck)))


@pytest.mark.parametrize("chapter", [0, 1])
def test_no_word_is_alone_in_the_last_line_of_a_note(deck, handout, chapter):
    word = ("word", "낱말")[chapter]
    shown = deck.chapters[chapter]
    slide = shown.slides[0]
    notes = [" ".join([word] * number + [f"{word}{number}."]) for number in range(15, 45)]
    slides = tuple(replace(slide, clip=replace(slide.clip, note=note)) for note in notes)
    reader = handout(make_deck(replace(shown, slides=slides)))
    lines = [line.strip() for page in reader.pages for line in page.extract_text().splitlines()]
    assert sum(line.endswith(f"{word} {word}{number}.") for number in range(15, 45) for line in lines) == len(notes)
