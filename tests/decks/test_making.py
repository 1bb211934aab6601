"""Which deck is made and where it goes, before anything is made."""

from pathlib import Path

import pytest

from learning.errors import InputError, RunError
from scenes.decks import deck as decks
from scenes.decks.making import targets_of, told
from scenes.decks.seals import is_as_made, seal
from scenes.lectures import lecture


@pytest.fixture(autouse=True)
def workplace_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(text, name="talk.toml"):
    Path(name).write_text(f"{text}\n", encoding="utf-8")
    return lecture.read(Path(name))


DESCENT = '[[film]]\nname = "descent"'


@pytest.mark.parametrize(
    ("named", "given", "targets"),
    [
        (["html"], None, ["media/decks/talk.html"]),
        (["pdf", "html", "pdf"], None, ["media/decks/talk.html", "media/decks/talk.pdf"]),
        ([], "slides.pptx", ["slides.pptx"]),
        ([], "SLIDES.PDF", ["SLIDES.PDF"]),
        (["pptx"], "slides", ["slides.pptx"]),
        (["html"], "lecture-3.1", ["lecture-3.1.html"]),
        (["html", "pdf"], "new/", ["new/talk.html", "new/talk.pdf"]),
        (["html"], "강의/", ["강의/talk.html"]),
        (["html"], ".", ["talk.html"]),
    ],
)
def test_where_a_deck_goes(named, given, targets):
    found = targets_of(read(DESCENT), named, given, as_folder=False)
    assert list(found.values()) == [Path(target) for target in targets]


@pytest.mark.parametrize(
    ("given", "target"), [(None, "media/decks/talk"), ("a", "a"), ("a/", "a/talk"), ("b.c", "b.c")]
)
def test_where_a_deck_goes_that_is_a_folder(given, target):
    assert targets_of(read(DESCENT), ["html"], given, as_folder=True) == {"html": Path(target)}


@pytest.mark.parametrize(
    ("named", "given", "message"),
    [
        ([], None, "name one of html, pptx, pdf, e.g. --to html"),
        ([], "talk.key", "name one of html, pptx, pdf"),
        (["html"], "talk.pdf", "disagree"),
        (["html", "pdf"], "talk.pdf", "disagree"),
    ],
)
def test_a_format_that_is_not_clear_is_asked_for(named, given, message):
    with pytest.raises(InputError, match=message):
        targets_of(read(DESCENT), named, given, as_folder=False)


@pytest.mark.parametrize("kind", ["html", "pdf", "pptx"])
def test_what_somebody_else_has_made_is_not_replaced(kind):
    Path(f"talk.{kind}").write_text("mine")
    with pytest.raises(InputError, match=rf"talk\.{kind} is not as lossreel has made it: move it away"):
        targets_of(read(DESCENT), [kind], "./", as_folder=False)


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_a_seal_breaks_with_every_change(kind):
    path = Path(f"talk.{kind}")
    path.write_bytes(b"some deck\n")
    assert not is_as_made(path, kind)
    seal(path, kind)
    whole = path.read_bytes()
    assert is_as_made(path, kind)
    for changed in (whole.replace(b"some", b"same"), whole + b"x", whole[:-1], b"x" + whole, whole * 2, b""):
        path.write_bytes(changed)
        assert not is_as_made(path, kind)


def test_a_folder_that_holds_something_else_is_not_replaced():
    Path("slides").mkdir()
    talk = read(DESCENT)
    assert targets_of(talk, ["html"], "slides", as_folder=True) == {"html": Path("slides")}
    (Path("slides") / "index.html").write_text("mine")
    with pytest.raises(InputError, match=r"slides holds index\.html, which lossreel has not put there"):
        targets_of(talk, ["html"], "slides", as_folder=True)


def test_only_html_can_be_a_folder_and_a_folder_is_no_file():
    with pytest.raises(InputError, match="--folder goes with --to html: a deck in another format is one file"):
        targets_of(read(DESCENT), ["pptx"], None, as_folder=True)
    with pytest.raises(InputError, match=r"--folder makes a folder, talk\.html is the name of a file"):
        targets_of(read(DESCENT), ["html"], "talk.html", as_folder=True)


def test_a_place_where_nothing_can_be_written_is_said_before_anything_is_made():
    with pytest.raises(RunError, match="cannot write to"):
        targets_of(read(DESCENT), ["html"], "talk.toml/deck.html", as_folder=False)


@pytest.mark.parametrize(
    ("more", "kind"), [('format = "gif"', "gif"), ("last_frame = true", "a picture"), ('format = "webm"', "webm")]
)
def test_a_film_that_is_no_mp4_is_named_before_anything_is_made(more, kind):
    talk = read(f'{DESCENT}\n\n[[film]]\nname = "tangent"\n{more}')
    with pytest.raises(InputError, match=rf"talk\.toml, line 4: tangent is {kind}, a deck needs MP4"):
        decks.check(talk)


def test_sections_that_loop_are_known_before_anything_is_made():
    assert read(f'{DESCENT}\nloop = ["repeat", "slope-2"]').films[0].loops == ("repeat", "slope-2")
    assert read(f'{DESCENT}\nloop = "repeat"').films[0].loops == ("repeat",)
    with pytest.raises(InputError, match=r'line 3: section of descent "repaet" is unknown \(did you mean "repeat"'):
        read(f'{DESCENT}\nloop = ["repaet"]')
    with pytest.raises(InputError, match="line 3: loop = 3: must be the keys of sections"):
        read(f"{DESCENT}\nloop = 3")
    with pytest.raises(InputError, match=r"line 3: loop = \[3\]: must be the keys of sections"):
        read(f"{DESCENT}\nloop = [3]")


def test_the_size_of_a_deck_is_that_of_all_its_files():
    Path("deck", "clips").mkdir(parents=True)
    (Path("deck") / "index.html").write_bytes(bytes(1_500_000))
    (Path("deck") / "clips" / "a.mp4").write_bytes(bytes(2_000_000))
    assert told(Path("deck")) == f"{Path('deck')} (3.5 MB)"
    assert told(Path("deck", "index.html")).endswith("(1.5 MB)")
