"""PowerPoint decks, opened again: by python-pptx, as the zip that they are, by a validator and by LibreOffice."""

import io
import re
import subprocess
import zipfile
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path, PurePosixPath

import av
import numpy as np
import pptx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from openxml_audit import OpenXmlValidator
from PIL import Image

from scenes import captions
from scenes.beats import Subtitle
from scenes.decks.deck import Chapter, Deck, Slide
from scenes.decks.pptx import TITLE_SIZES, write
from scenes.decks.pptx_text import culture, fitting, legal
from scenes.production.clips import JPEG, Clip
from scenes.theme import DARK, LIGHT

FPS = 10
WICKED = "<script>alert(\"1\")</script> & 'q' ]]> 😀 한글 {x} $y\nsecond\x1bline"
READ = WICKED.replace("\x1b", "␛")

NAMES = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "p14": "http://schemas.microsoft.com/office/powerpoint/2010/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}


def pictures(seed, frames, size):
    """Frames that differ from each other and from those of other seeds, and are smooth enough for a JPEG."""
    corners = np.random.default_rng(seed).integers(0, 255, (frames, 2, 3, 3), dtype=np.uint8)
    return [Image.fromarray(corner).resize(size, Image.Resampling.BICUBIC) for corner in corners]


def film(path, shown):
    """Encode pictures as H.264."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=FPS, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = *shown[0].size, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for picture in shown:
            target.mux(stream.encode(av.VideoFrame.from_image(picture)))
        target.mux(stream.encode(None))


def make_slide(folder, name, seed, frames, size=(320, 180), language="en", loops=False, said=("first", "last words")):
    shown, stem = pictures(seed, frames, size), folder / name
    video, first, last = (stem.with_name(f"{name}{end}") for end in (".mp4", "-first.jpg", "-last.jpg"))
    film(video, shown)
    shown[0].save(first, **JPEG)
    shown[-1].save(last, **JPEG)
    cues = {language: tuple(Subtitle(at / 10, (at + 1) / 10, text) for at, text in enumerate(said))}
    title = {"en": f"Section {name}", "ko": "기울기"}[language]
    note = f"The loss falls from 8,587.69 to 26.40 in {name}.\n\nAsk why."
    return Slide(name, Clip(name, title, note, 0.0, frames, FPS, video, first, last, cues), loops, "A film")


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """Two films: dark, English, 16:9, the second of whose videos loops; light, Korean, 4:3."""
    folder = tmp_path_factory.mktemp("clips")
    english = [make_slide(folder, "descent.data", 1, 12), make_slide(folder, "descent.run", 2, 25, loops=True)]
    korean = [make_slide(folder, "rate.why", 3, 7, (160, 120), "ko", said=())]
    common = {"poster": english[0].clip.first, "font": "Noto Sans CJK KR"}
    first = Chapter("descent", "Gradient descent", "", "It learns", "en", theme="dark", width=320, height=180,
                    slides=tuple(english), words=captions.load("en"), **common)  # fmt: skip
    second = Chapter("rate", "학습률이 하는 일", "too large & more", "걸음, 또 걸음", "ko", theme="light", width=160,
                     height=120, slides=tuple(korean), words=captions.load("ko"), **common)  # fmt: skip
    return Deck("How a net learns <1>", "en", "Noto Sans CJK KR", "dark", (first, second))


@pytest.fixture(scope="module")
def written(deck, tmp_path_factory):
    path = tmp_path_factory.mktemp("written") / "deck.pptx"
    write(deck, path)
    return path


def rewritten(deck, folder):
    """The pages of a deck that is written anew."""
    write(deck, folder / "deck.pptx")
    return list(pptx.Presentation(str(folder / "deck.pptx")).slides)


@pytest.fixture(scope="module")
def pages(written):
    return list(pptx.Presentation(str(written)).slides)


@pytest.fixture(scope="module")
def parts(written):
    """The files in the zip."""
    with zipfile.ZipFile(written) as package:
        return {name: package.read(name) for name in package.namelist()}


def find(element, path):
    return etree.fromstring(etree.tostring(element)).xpath(path, namespaces=NAMES)


def videos_of(pages):
    return [page for page in pages if page.slide_layout.name == "Section"]


def words(page):
    return [shape.text_frame.text for shape in page.placeholders]


def test_a_title_for_the_lecture_one_for_each_film_and_a_slide_for_each_section(deck, pages):
    assert [page.slide_layout.name for page in pages] == ["Lecture", "Film", "Section", "Section", "Film", "Section"]
    assert [page.name for page in pages] == ["lecture.1", "descent", "descent.data", "descent.run", "rate", "rate.why"]
    titles = [
        deck.title,
        "Gradient descent",
        "Section descent.data",
        "Section descent.run",
        "학습률이 하는 일",
        "기울기",
    ]
    assert [page.shapes.title.text_frame.text for page in pages] == titles


def test_the_first_slide_lists_the_films_with_label_and_time(pages):
    assert words(pages[0])[1].split("\n") == [
        "0:04 min\tGradient descent",
        "0:01 min\t학습률이 하는 일\N{EM SPACE}too large & more",
    ]


def test_the_title_of_a_film_says_what_it_teaches_and_nothing_waits_to_be_filled(pages):
    assert words(pages[1]) == ["Gradient descent", "It learns", "0:04 min"]
    assert words(pages[4]) == ["학습률이 하는 일", "too large & more\n걸음, 또 걸음", "0:01 min"]


def test_a_film_of_which_nothing_is_said_leaves_no_empty_box(deck, tmp_path):
    bare = replace(deck.chapters[0], label="", subtitle="")
    assert words(rewritten(replace(deck, chapters=(bare,)), tmp_path)[1]) == ["Gradient descent", "0:04 min"]


def test_twenty_films_go_onto_three_pages(deck, tmp_path):
    one = replace(deck.chapters[1], slides=())
    many = [replace(one, id=f"rate-{number}", label=f"number {number}") for number in range(20)]
    made = rewritten(replace(deck, chapters=tuple(many)), tmp_path)
    listed = [words(page)[1].count("\n") + 1 for page in made if page.slide_layout.name == "Lecture"]
    assert listed == [8, 8, 4]


def embedded(page, relation):
    """The part that the video of a page names for a purpose."""
    named = {"media": "//p14:media/@r:embed", "video": "//a:videoFile/@r:link", "poster": "//a:blip/@r:embed"}
    (number,) = find(page.element, named[relation])
    assert not page.part.rels[number].is_external
    return page.part.related_part(number)


def test_each_video_is_in_the_file_to_the_byte_and_plays(deck, pages):
    clips = [slide.clip for chapter in deck.chapters for slide in chapter.slides]
    for clip, page in zip(clips, videos_of(pages), strict=True):
        part = embedded(page, "media")
        assert part is embedded(page, "video")
        assert part.content_type == "video/mp4"
        assert part.blob == clip.video.read_bytes()
        with av.open(io.BytesIO(part.blob)) as video:
            assert sum(1 for _ in video.decode(video=0)) == clip.frames


def test_what_stands_there_until_a_video_plays_is_its_first_frame(deck, pages):
    clips = [slide.clip for chapter in deck.chapters for slide in chapter.slides]
    for clip, page in zip(clips, videos_of(pages), strict=True):
        assert embedded(page, "poster").blob == clip.first.read_bytes()


def test_a_video_that_is_shown_twice_is_kept_once(deck, tmp_path):
    slide = deck.chapters[0].slides[0]
    twice = replace(deck.chapters[0], slides=(slide, replace(slide, id="descent.again")))
    write(replace(deck, chapters=(twice,)), tmp_path / "deck.pptx")
    with zipfile.ZipFile(tmp_path / "deck.pptx") as package:
        kept = [name for name in package.namelist() if name.startswith("ppt/media/")]
    assert sorted(PurePosixPath(name).suffix for name in kept) == [".jpg", ".mp4"]


def test_what_is_compressed_is_not_compressed_again(written):
    with zipfile.ZipFile(written) as package:
        kinds = {(PurePosixPath(entry.filename).suffix, entry.compress_type) for entry in package.infolist()}
    assert {kind for kind in kinds if kind[1] == zipfile.ZIP_STORED} == {(".mp4", 0), (".jpg", 0)}


def test_a_video_says_what_is_to_be_seen(deck, pages):
    told = [find(page.element, "//p:pic//p:cNvPr/@descr") for page in videos_of(pages)]
    assert told == [[slide.description] for chapter in deck.chapters for slide in chapter.slides]
    assert told[0] == ["A film. Section descent.data. last words."]


def test_a_video_starts_when_its_slide_is_there_and_a_click_upon_it_goes_on(pages):
    for page in videos_of(pages):
        (shape,) = find(page.element, "//p:pic//p:cNvPr/@id")
        assert find(page.element, "//p:spTgt/@spid") == [shape, shape]
        assert find(page.element, "//p:cmd/@cmd") == ["playFrom(0.0)"]
        started = "//p:cTn[@nodeType='mainSeq']//p:cTn[p:stCondLst/p:cond[@evt='onBegin']/p:tn/@val='2']"
        assert find(page.element, f"{started}//p:cTn[@nodeType='afterEffect']//p:cmd")
        assert find(page.element, "//p:cTn/@nodeType") == ["tmRoot", "mainSeq", "afterEffect"]
        assert not find(page.element, "//p:transition | //p:pic//a:hlinkClick")


def test_no_bar_comes_up_where_the_pointer_is(parts):
    assert etree.fromstring(parts["ppt/presProps.xml"]).xpath("//p14:showMediaCtrls/@val", namespaces=NAMES) == ["0"]


def test_a_video_holds_its_last_frame_or_plays_again_and_again(pages):
    (data, run, why), path = videos_of(pages), "//p:video//p:cTn"
    assert [dict(find(page.element, path)[0].attrib) for page in (data, why)] == [
        {"id": "7", "fill": "hold", "display": "0"}
    ] * 2
    assert find(run.element, f"{path}/@repeatCount") == ["indefinite"]
    assert [find(page.element, "//p:cmd//p:cTn/@dur") for page in (data, run, why)] == [["1200"], ["2500"], ["700"]]


def test_a_video_fills_the_slide_or_as_much_as_its_shape_allows(deck, pages, tmp_path):
    (data, _, why) = videos_of(pages)
    assert Fraction(12192000, 6858000) == Fraction(16, 9)
    assert box(data) == (0, 0, 12192000, 6858000)
    assert box(why) == (1524000, 0, 9144000, 6858000)
    almost = replace(deck, chapters=(replace(deck.chapters[0], width=854, height=480),))
    wide = replace(deck, chapters=(replace(deck.chapters[0], width=200, height=100),))
    assert box(rewritten(almost, tmp_path)[2]) == (0, 0, 12192000, 6858000)
    assert box(rewritten(wide, tmp_path)[2]) == (0, 381000, 12192000, 6096000)


def box(page):
    (picture,) = [shape for shape in page.shapes if not shape.is_placeholder]
    return (picture.left, picture.top, picture.width, picture.height)


def test_a_title_names_the_slide_and_is_not_seen(pages):
    for page in videos_of(pages):
        title = page.shapes.title
        assert title.text_frame.text
        assert title.top + title.height < 0


def test_notes_tell_the_recorded_numbers_the_caption_the_place_and_the_time(pages):
    data, run, why = (page.notes_slide.notes_text_frame.text.split("\n") for page in videos_of(pages))
    assert data == [
        "The loss falls from 8,587.69 to 26.40 in descent.data.",
        "Ask why.",
        "On the screen at the end: last words",
        "Section descent.data (1 of 2), 0:01 min",
    ]
    assert run[-2:] == ["Section descent.run (2 of 2), 0:02 min", "Plays again and again until you go on."]
    assert why[2:] == ["기울기 (1개 중 1번째), 0:01 min"]


def test_a_language_of_its_own_has_the_decks_words_too(deck, tmp_path):
    told = {"ends": "最後：{caption}", "section": "{title}、{count}中{number}、{time}", "loops": "繰り返し"}
    words = captions.Captions("ja", {"deck": told})
    chapter = replace(deck.chapters[0], language="ja", words=words)
    page = rewritten(replace(deck, language="ja", chapters=(chapter,)), tmp_path)[2]
    assert find(page.notes_slide.element, "//a:t[contains(., '2中1')]/../a:rPr/@lang") == ["ja-JP"]
    assert find(page.element, "//a:rPr/@lang") == ["ja-JP"]


def test_words_tell_their_language(pages):
    assert [set(find(page.element, "//a:rPr/@lang")) for page in pages[1:]] == [
        {"en-US"}, {"en-US"}, {"en-US"}, {"ko-KR"}, {"ko-KR"}
    ]  # fmt: skip
    assert set(find(pages[0].element, "//a:rPr/@lang")) == {"en-US", "ko-KR"}
    assert [culture(tag) for tag in ("en", "de", "pt-BR", "sw")] == ["en-US", "de-DE", "pt-BR", "sw"]


def look(page, package):
    """The background, the colour of text and the fonts that a page inherits, through master and theme."""
    master = page.slide_layout.slide_master
    mapping = find(master.element, "//p:clrMap")[0].attrib
    theme = etree.fromstring(master.part.part_related_by(f"{NAMES['r']}/theme").blob)
    colors = [
        theme.xpath(f"//a:clrScheme/a:{mapping[role]}/a:srgbClr/@val", namespaces=NAMES) for role in ("bg1", "tx1")
    ]
    assert find(master.element, "//p:bg//a:schemeClr/@val") == ["bg1"]
    fonts = theme.xpath("//a:minorFont/*[self::a:latin or self::a:ea]/@typeface", namespaces=NAMES)
    return [f"#{color.lower()}" for (color,) in colors], fonts


def test_slides_have_the_colours_and_the_font_of_their_film(pages, written):
    seen = [look(page, written) for page in pages]
    for theme, numbers in ((DARK, (0, 1, 2, 3)), (LIGHT, (4, 5))):
        for number in numbers:
            assert seen[number] == ([theme.background, theme.text], ["Noto Sans CJK KR"] * 2)


def test_each_film_is_a_section_of_the_presentation_the_same_whenever_it_is_made(deck, written, tmp_path):
    listed = sections(written)
    assert [(name, len(ids)) for name, _, ids in listed] == [
        ("How a net learns <1>", 1),
        ("Gradient descent", 3),
        ("학습률이 하는 일: too large & more", 2),
    ]
    assert [number for _, _, ids in listed for number in ids] == [str(256 + number) for number in range(6)]
    write(replace(deck, chapters=deck.chapters[1:]), tmp_path / "deck.pptx")
    assert sections(tmp_path / "deck.pptx")[1][1] == listed[2][1]


def sections(path):
    found = find(pptx.Presentation(str(path)).part._element, "//p14:section")
    return [(one.get("name"), one.get("id"), one.xpath(".//@id", namespaces=NAMES)[1:]) for one in found]


def test_the_file_tells_its_title_and_language_and_no_time(written, parts):
    told = pptx.Presentation(str(written)).core_properties
    assert (told.title, told.language, told.author) == ("How a net learns <1>", "en-US", "")
    assert (told.created, told.modified) == (None, None)
    assert not {name for name in parts if re.search("thumbnail|printerSettings", name)}


def test_the_same_deck_is_the_same_bytes(deck, written, tmp_path):
    write(deck, tmp_path / "other name.pptx")
    assert (tmp_path / "other name.pptx").read_bytes() == written.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["other name.pptx"]
    with zipfile.ZipFile(written) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def wicked(deck):
    """The same with a text everywhere that is no markup, though it looks so."""
    chapter = replace(deck.chapters[1], title=WICKED, label=WICKED, subtitle=WICKED)
    slide = chapter.slides[0]
    clip = replace(slide.clip, title=WICKED, note=WICKED, captions={"ko": (Subtitle(0.0, 0.5, WICKED),)})
    return replace(deck, title=WICKED, chapters=(replace(chapter, slides=(replace(slide, clip=clip, of=WICKED),)),))


def test_text_is_text_wherever_it_stands(deck, tmp_path):
    first, about, section = rewritten(wicked(deck), tmp_path)
    one_line, broken = " ".join(READ.split()), READ.replace("\n", "\v")
    assert words(first) == [broken, f"0:01 min\t{one_line}\N{EM SPACE}{one_line}"]
    assert words(about) == [broken, f"{broken}\n{broken}", "0:01 min"]
    assert words(section) == [broken]
    assert find(section.element, "//p:pic//p:cNvPr/@descr") == [f"{READ}. {READ}. {READ}."]
    assert section.notes_slide.notes_text_frame.text.startswith(f"{READ}\n")
    assert sections(tmp_path / "deck.pptx")[0][0] == one_line
    assert OpenXmlValidator().validate(str(tmp_path / "deck.pptx")).errors == []


@given(st.text(alphabet=st.characters(codec=None), max_size=20))
def test_xml_holds_every_text(text):
    held = legal(text)
    element = etree.Element("a", b=held)
    element.text = held
    read = etree.fromstring(etree.tostring(element, encoding="utf-8"))
    assert (read.text or "", read.get("b")) == (held, held)
    assert len(held) == len(text.replace("\r\n", "\n"))


@given(st.text("aW 한\n", max_size=300), st.text("aW 한\n", max_size=300), st.floats(50, 900), st.floats(20, 400))
@settings(max_examples=50)
def test_more_text_is_never_larger(text, more, width, height):
    size = fitting([text], width, height, TITLE_SIZES)
    assert fitting([text + more], width, height, TITLE_SIZES) <= size
    assert fitting([text, more], width, height, TITLE_SIZES) <= size
    assert fitting([text], width, 2 * height, TITLE_SIZES) >= size


def test_a_long_title_is_set_smaller_and_a_short_one_as_the_layout_has_it(deck, pages, tmp_path):
    assert pages[0].shapes.title.text_frame.paragraphs[0].runs[0].font.size is None
    long = rewritten(replace(deck, title="How a net learns to tell two of a kind apart " * 4), tmp_path)[0]
    assert 20 <= long.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt < 54


def problems(path):
    return [error.description for error in OpenXmlValidator(max_errors=0).validate(str(path)).errors]


def test_the_file_is_what_the_standard_asks_for(written):
    assert problems(written) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<p:prevCondLst>", b"<p:nextCondLst/><p:prevCondLst>"),
        (b'nodeType="afterEffect"', b'nodeType="sometime"'),
        (b'<p:cNvPr id="3"', b'<p:cNvPr id="2"'),
    ],
)
def test_the_validator_sees_what_is_wrong(parts, tmp_path, old, new):
    with zipfile.ZipFile(tmp_path / "bad.pptx", "w") as package:
        for name, content in parts.items():
            package.writestr(name, content.replace(old, new) if name == "ppt/slides/slide3.xml" else content)
    assert problems(tmp_path / "bad.pptx")


def test_whatever_a_part_uses_is_there_and_has_a_type(parts):
    types = etree.fromstring(parts["[Content_Types].xml"])
    by_name = {one.get("PartName") for one in types if one.get("PartName")}
    by_suffix = {f".{one.get('Extension')}" for one in types if one.get("Extension")} - {".xml"}
    used = set()
    for name in (name for name in parts if name.endswith(".rels")):
        for one in etree.fromstring(parts[name]):
            assert one.get("TargetMode") != "External"
            used.add(target(name, one.get("Target")))
    kept = {name for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"}
    assert used == kept
    assert {name for name in kept if f"/{name}" not in by_name and Path(name).suffix not in by_suffix} == set()


def target(relations, path):
    """The name of a part that another one calls by a path from where that one is."""
    here = [] if path.startswith("/") else list(PurePosixPath(relations).parent.parent.parts)
    for step in PurePosixPath(path.lstrip("/")).parts:
        here = here[:-1] if step == ".." else [*here, step]
    return "/".join(here)


def test_no_two_masters_or_layouts_and_no_two_shapes_of_a_part_have_one_number(parts):
    numbered = Counter()
    for name in (name for name in parts if name.endswith(".xml") and name.startswith("ppt/")):
        root = etree.fromstring(parts[name])
        shapes = root.xpath("//p:cNvPr/@id", namespaces=NAMES)
        assert len(shapes) == len(set(shapes)), name
        numbered.update(root.xpath("//p:sldMasterId/@id | //p:sldLayoutId/@id", namespaces=NAMES))
    assert len(numbered) == 2 * (1 + 3)
    assert set(numbered.values()) == {1}


def test_libreoffice_opens_it_and_shows_the_posters(program, deck, written, tmp_path):
    soffice, pdftoppm = program("soffice", package="libreoffice-impress"), program("pdftoppm", package="poppler-utils")
    home = f"-env:UserInstallation={(tmp_path / 'home').as_uri()}"
    convert = [soffice, "--headless", home, "--convert-to", "pdf", "--outdir", str(tmp_path), str(written)]
    subprocess.run(convert, check=True, capture_output=True, timeout=120)
    subprocess.run([pdftoppm, "-r", "50", str(tmp_path / "deck.pdf"), str(tmp_path / "page")], check=True)
    seen = [Image.open(path).convert("RGB") for path in sorted(tmp_path.glob("page*.ppm"))]
    assert len(seen) == 6
    _, _, data, run, _, why = seen
    for page, clip in ((data, deck.chapters[0].slides[0].clip), (run, deck.chapters[0].slides[1].clip)):
        assert likeness(page, clip.first) < 6 < 30 < likeness(page, clip.last)
    middle = why.crop((round(why.width / 8), 0, round(why.width * 7 / 8), why.height))
    assert likeness(middle, deck.chapters[1].slides[0].clip.first) < 6
    assert why.getpixel((3, why.height // 2)) == (255, 255, 255)
    assert seen[0].getpixel((3, 3)) == tuple(bytes.fromhex(DARK.background[1:]))


def likeness(page, picture):
    """How far the pixels of a page are from those of a picture, on average, in levels."""
    with Image.open(picture) as other:
        wanted = np.asarray(other.convert("RGB").resize(page.size, Image.Resampling.BICUBIC), dtype=float)
    return np.abs(np.asarray(page, dtype=float) - wanted)[3:-3, 3:-3].mean()
