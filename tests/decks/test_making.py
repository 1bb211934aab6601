"""Which deck is made and where it goes, before anything is made."""

from pathlib import Path

import pytest

from learning.errors import InputError
from scenes.decks import deck as decks
from scenes.decks.making import kinds_of, target_of, told
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
    ("named", "given", "kinds"),
    [
        (["html"], None, ["html"]),
        (["pdf", "html", "pdf"], None, ["html", "pdf"]),
        ([], Path("talk.pptx"), ["pptx"]),
        ([], Path("TALK.PDF"), ["pdf"]),
        (["pptx"], Path("talk"), ["pptx"]),
        (["html"], Path("lecture-3.1"), ["html"]),
    ],
)
def test_the_format_is_what_is_named_or_what_the_file_is_called(named, given, kinds):
    assert kinds_of(named, given) == kinds


@pytest.mark.parametrize(
    ("named", "given", "message"),
    [
        ([], None, "name one of html, pptx, pdf, e.g. --to html"),
        ([], Path("talk.key"), "name one of html, pptx, pdf"),
        (["html"], Path("talk.pdf"), "disagree"),
        (["html", "pdf"], Path("talk.pdf"), "disagree"),
    ],
)
def test_a_format_that_is_not_clear_is_asked_for(named, given, message):
    with pytest.raises(InputError, match=message):
        kinds_of(named, given)


def test_a_deck_is_called_like_its_lecture_unless_it_is_given_a_name(tmp_path):
    talk = read(DESCENT)
    assert target_of(talk, "pdf", None, as_folder=False) == Path("media/decks/talk.pdf")
    assert target_of(talk, "html", None, as_folder=True) == Path("media/decks/talk")
    assert target_of(talk, "pptx", Path("slides/a.pptx"), as_folder=False) == Path("slides/a.pptx")
    assert target_of(talk, "pptx", Path("lecture-3.1"), as_folder=False) == Path("lecture-3.1.pptx")
    assert target_of(talk, "pptx", tmp_path, as_folder=False) == tmp_path / "talk.pptx"


def test_a_folder_that_holds_something_else_is_not_replaced():
    Path("slides").mkdir()
    talk = read(DESCENT)
    assert target_of(talk, "html", Path("slides"), as_folder=True) == Path("slides")
    (Path("slides") / "index.html").write_text("mine")
    with pytest.raises(InputError, match=r"slides holds index\.html, which lossreel has not put there"):
        target_of(talk, "html", Path("slides"), as_folder=True)


def test_only_html_can_be_a_folder():
    with pytest.raises(InputError, match="--folder goes with --to html: a pptx file is one file"):
        target_of(read(DESCENT), "pptx", None, as_folder=True)


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
