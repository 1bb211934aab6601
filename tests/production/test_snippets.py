"""What is pasted into documents: read back as a browser, a Markdown reader, Quarto and TeX read it."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from learning.errors import InputError
from scenes import cli
from scenes.production.output import Output
from scenes.production.snippets import KINDS, Exhibit, Track, check, snippet

LETTERS = st.characters(exclude_categories=("Cs",))
TITLES = st.text(LETTERS, max_size=40)
NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=30)
ODD = "<script>alert(\"1\")</script> & '손실' `r 1` {id} [x](y) *a* _b_ ![c](d) #e ~f~ $g$ @h \\"


def exhibit(title="Loss", stem="film", suffix=".mp4", width=1280, height=720):
    folder = Path("media")
    tracks = (Track(folder / f"{stem}.vtt", "en", 'A"<&'), Track(folder / f"{stem}.ko.vtt", "ko", "한국어"))
    beside = (folder / f"{stem}.png", tracks) if suffix in (".mp4", ".webm") else (None, ())
    one_line = Exhibit.of(Path(), title, "en", Output("gif", width, height, 15)).title
    return Exhibit(folder / f"{stem}{suffix}", one_line, width, height, *beside)


def words(title):
    """What of a title is sure to be kept."""
    return "".join(letter for letter in title if letter.isalnum())


def file_of(url):
    """The file that a browser asks for, where the page is in the working directory."""
    parts = urlsplit(urljoin("file:///here/page.html", url))
    assert (parts.netloc, parts.query, parts.fragment) == ("", "", "")
    return unquote(parts.path).removeprefix("/here/")


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@given(title=TITLES, stem=NAMES)
@example(title=ODD, stem="100% #1 손실 & co")
@example(title='"><script>', stem="javascript:x")
@example(title="two\n\nlines", stem="a?b")
def test_html_is_one_video_with_poster_and_captions_whatever_its_names(title, stem):
    shown = exhibit(title, stem)
    page = Tags(text := snippet("html", shown))
    assert [tag for tag, _ in page.found] == ["video", "track", "track"]
    assert not page.text.strip()
    video, english, korean = (attributes for _, attributes in page.found)
    assert file_of(video["src"]) == f"media/{stem}.mp4"
    assert file_of(video["poster"]) == f"media/{stem}.png"
    assert video["aria-label"] == shown.title
    assert (video["width"], video["height"], video["preload"]) == ("1280", "720", "metadata")
    assert {"controls", "playsinline", "muted"} <= video.keys()
    assert "autoplay" not in video
    assert [file_of(one["src"]) for one in (english, korean)] == [f"media/{stem}.vtt", f"media/{stem}.ko.vtt"]
    assert (english["kind"], english["srclang"], english["label"]) == ("captions", "en", 'A"<&')
    assert len(text.splitlines()) == 4


@given(title=TITLES, stem=NAMES)
@example(title=ODD, stem="100% (1) 손실")
@example(title="]( [x] https://a.b <http://c.d>", stem="a b")
@example(title="", stem=".")
def test_markdown_is_a_picture_that_links_to_the_film(title, stem):
    shown = exhibit(title, stem)
    text = snippet("markdown", shown)
    tokens = MarkdownIt().parse(text)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    link, picture, end = tokens[1].children
    assert (link.type, picture.type, end.type) == ("link_open", "image", "link_close")
    assert file_of(link.attrs["href"]) == f"media/{stem}.mp4"
    assert file_of(picture.attrs["src"]) == f"media/{stem}.png"
    assert "".join(child.content for child in picture.children or ()) == shown.title


@given(title=TITLES, stem=NAMES)
@example(title=ODD, stem="lr=0.1 #1")
@example(title='a" aspect-ratio="1x1', stem="손실")
@example(title="a >}} b", stem=">}}")
def test_quarto_has_one_shortcode_whose_values_end_where_they_should(title, stem):
    text = snippet("quarto", exhibit(title, stem))
    found = re.fullmatch(r'\{\{< video ([^\s"=]+) title="([^"<>{}&\\`]*)" aspect-ratio="16x9" >\}\}', text)
    assert found, text
    assert file_of(found[1]) == f"media/{stem}.mp4"
    assert words(found[2]) == words(" ".join(title.split()))


@pytest.mark.parametrize(
    ("size", "ratio"),
    [((854, 480), "16x9"), ((640, 480), "4x3"), ((500, 500), "1x1"), ((2520, 1080), "21x9"), ((600, 400), None)],
)
def test_quarto_is_told_the_shapes_that_it_knows(size, ratio):
    text = snippet("quarto", exhibit(width=size[0], height=size[1]))
    assert (f'aspect-ratio="{ratio}"' in text) if ratio else ("aspect-ratio" not in text)


def as_tex_reads(name):
    """The file that TeX opens: what is detokenized as it stands, and the characters made by number."""
    piece = r"\\detokenize\{([^{}]*)\}|\\csname char_generate:nn\\endcsname\{(\d+)\}\{12\}|(\\space)"
    assert re.fullmatch(f"(?:{piece})*", name), name
    return "".join(text or (chr(int(code)) if code else " ") for text, code, _ in re.findall(piece, name))


@given(stem=NAMES.filter(lambda name: '"' not in name))
@example(stem="a_b 100% #1 ~x^2 & {손실}")
@example(stem="three   spaces")
def test_latex_names_poster_and_film_with_nothing_that_tex_takes_for_a_command(stem):
    comment, command = snippet("latex", exhibit(stem=stem)).splitlines()
    assert comment.startswith("%")
    assert comment.endswith(r"\usepackage{multimedia}")
    assert not re.search("[%#]|  ", command)
    assert command.count("{") == command.count("}")
    movie = re.fullmatch(r"\\movie\[showcontrols\]\{\\includegraphics\[[^]]*\]\{(.*)\}\}\{(.*)\}", command)
    assert movie
    assert as_tex_reads(movie[1]) == f"media/{stem}.png"
    assert as_tex_reads(movie[2]) == f"media/{stem}.mp4"


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_pictures_are_pictures_everywhere(suffix):
    shown = exhibit("a [b]", "moves", suffix)
    for kind in ("quarto", "markdown"):
        assert snippet(kind, shown) == rf"![a \[b\]](media/moves{suffix})"
    [(tag, attributes)] = Tags(snippet("html", shown)).found
    assert (tag, attributes["src"], attributes["alt"]) == ("img", f"media/moves{suffix}", "a [b]")
    if suffix == ".png":
        assert as_tex_reads(re.search(r"]\{(.*)\}$", snippet("latex", shown))[1]) == "media/moves.png"


@pytest.mark.parametrize(
    ("kind", "output", "message"),
    [
        *((kind, Output("mov"), "mov cannot be embedded: mp4, webm, gif and webp can") for kind in KINDS),
        *((kind, Output("png"), "a folder of pictures cannot be embedded") for kind in KINDS),
        ("latex", Output("gif", fps=15), "LaTeX cannot show gif: choose --format mp4 or webm, or -s"),
        ("latex", Output("webp", fps=15), "LaTeX cannot show webp"),
        ("latex", Output(path=Path('a"b.mp4')), r'in a name: "a\"b.mp4"; choose another with -o'),
        ("latex", Output(path=Path("a(b.mp4")), "one bracket alone"),
    ],
)
def test_what_cannot_be_embedded_is_refused(kind, output, message):
    with pytest.raises(InputError, match=re.escape(message)):
        check(kind, output)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("output", [Output(), Output("webm"), Output("png", last_frame=True)])
def test_what_can_be_embedded_is_not(kind, output):
    check(kind, output)


@pytest.fixture
def run(capsys):
    def call(*arguments):
        status = cli._run(["render", "toy", "-r", "320,180", "--fps", "5", *map(str, arguments)], False)
        return status, *capsys.readouterr()

    return call


def test_the_command_prints_the_snippet_alone_so_that_it_can_be_appended_to_a_document(run):
    name = Path("my films") / "100% 손실.mp4"
    outs = {}
    for kind in KINDS:
        status, outs[kind], err = run("-o", name, "--lang", "ko", "--snippet", kind)
        assert (status, "100%" in err) == (0, False)
    for other in ("de", "no tag"):
        name.with_suffix(f".{other}.vtt").write_text("WEBVTT\n")
    _, out, _ = run("-o", name, "--lang", "ko", "--snippet", "html")
    (_, video), *tracks = Tags(out).found
    assert video["aria-label"] == "Toy in ko"
    for url in (video["src"], video["poster"], *(one["src"] for _, one in tracks)):
        assert Path(os.fsdecode(unquote_to_bytes(url))).stat().st_size
    told = [(one["srclang"], one["label"]) for _, one in tracks]
    assert told[0] == ("ko", "한국어")
    assert ("de", "de") in told
    assert "no tag" not in out
    assert re.fullmatch(r"\{\{< video my%20films/100%25%20.* >\}\}\n", outs["quarto"])
    assert outs["markdown"].startswith("[![Toy in ko](my%20films/100%25%20")
    assert r"\csname char_generate:nn\endcsname{37}{12}" in outs["latex"].splitlines()[1]


def test_without_a_snippet_the_path_is_printed(run):
    status, out, _ = run("-o", "film.mp4")
    assert (status, out) == (0, "film.mp4\n")


def test_the_last_frame_is_a_picture(run):
    status, out, _ = run("-s", "-o", "last.png", "--snippet", "markdown")
    assert (status, out) == (0, "![Toy in en](last.png)\n")
    assert Path("last.png").exists()


def test_a_film_without_poster_is_a_link(tmp_path):
    shown = Exhibit.of(tmp_path / "film.mp4", "a_b", "en", Output())
    assert (shown.poster, shown.tracks) == (None, ())
    assert snippet("markdown", shown) == r"[a\_b](film.mp4)"
    assert "poster" not in snippet("html", shown)


def test_nothing_is_made_that_cannot_be_embedded(run):
    status, out, err = run("--format", "mov", "--snippet", "html")
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert not list(Path().rglob("*.mov"))
    assert 'did you mean "quarto"' in run("--snippet", "quatro")[2]
