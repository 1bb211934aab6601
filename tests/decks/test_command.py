"""`lossreel deck`, from a lecture file to files that are opened again."""

import re
from pathlib import Path

import pytest
from pptx import Presentation
from pypdf import PdfReader

from scenes import cli

SLIDES = re.compile(r'<section[^>]* id="([^"]+)"')


@pytest.fixture(autouse=True)
def workplace_of_its_own(talk, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOSSREEL_CACHE", str(talk / "cache"))
    return tmp_path


@pytest.fixture
def run(talk, capfd):
    def call(*arguments):
        status = cli._run(["deck", str(talk / "lecture.toml"), *map(str, arguments)], False)
        return status, *capfd.readouterr()

    return call


def test_one_command_makes_every_format(run):
    status, out, err = run("--to", "pdf", "--to", "html", "--to", "pptx")
    assert (status, err) == (0, "")
    names = [f"lecture.{kind}" for kind in ("html", "pptx", "pdf")]
    assert [line.split(" (")[0] for line in out.splitlines()[-3:]] == [str(Path("media/decks", n)) for n in names]
    assert sorted(path.name for path in Path("media/decks").iterdir()) == sorted(names)
    ids = SLIDES.findall(Path("media/decks/lecture.html").read_text(encoding="utf-8"))
    assert len(Presentation("media/decks/lecture.pptx").slides) == len(ids)
    assert "How a net learns <1>" in PdfReader("media/decks/lecture.pdf").pages[0].extract_text()


def test_a_deck_made_again_is_the_same_to_the_byte(run):
    made = [run("--to", "html", "--to", "pptx", "-o", ".")[0] for _ in range(2)]
    before = {path: path.read_bytes() for path in Path().glob("lecture.*")}
    run("--to", "html", "--to", "pptx", "-o", ".")
    assert made == [0, 0]
    assert len(before) == 2
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_folder_is_replaced_as_long_as_nothing_else_is_in_it(run):
    """A page and films of one's own with our names, too, are somebody's work."""
    for _ in range(2):
        assert run("--to", "html", "--folder", "-o", "talk")[0] == 0
    clips = sorted(path.name for path in Path("talk", "clips").rglob("*.mp4"))
    assert clips
    Path("talk", ".DS_Store").write_bytes(b"litter")
    assert run("--to", "html", "--folder", "-o", "talk")[0] == 0
    Path("talk", "clips", "raw.mov").write_bytes(b"mine")
    status, _, err = run("--to", "html", "--folder", "-o", "talk")
    assert status == 2
    assert "talk holds clips/raw.mov, which lossreel has not put there" in err
    assert Path("talk", "clips", "raw.mov").read_bytes() == b"mine"


def test_slides_that_were_edited_are_not_overwritten(run):
    assert run("--to", "pptx", "-o", "talk.pptx")[0] == 0
    shown = Presentation("talk.pptx")
    shown.slides[0].shapes[0].text_frame.text = "My lecture"
    shown.save("talk.pptx")
    edited = Path("talk.pptx").read_bytes()
    status, _, err = run("--to", "pptx", "-o", "talk.pptx")
    assert status == 2
    assert "talk.pptx is not as lossreel has made it" in err
    assert Path("talk.pptx").read_bytes() == edited


def test_a_handout_that_was_written_upon_is_not_overwritten(run):
    assert run("--to", "pdf", "-o", "talk.pdf")[0] == 0
    assert PdfReader("talk.pdf").pages
    assert run("--to", "pdf", "-o", "talk.pdf")[0] == 0
    with Path("talk.pdf").open("ab") as file:
        file.write(b"% my notes")
    status, _, err = run("--to", "pdf", "-o", "talk.pdf")
    assert (status, "talk.pdf is not as lossreel has made it" in err) == (2, True)


def test_a_film_that_fails_says_that_there_is_no_deck(run, monkeypatch):
    monkeypatch.setattr("scenes.lectures.build.take_from_cache", lambda order: 1 / 0)
    status, out, err = run("--to", "html", "-o", "talk.html")
    assert status == 1
    assert "2 failed" in out
    assert err.endswith(
        "no deck is made of a lecture that lacks films: mend what failed, then give the command again\n"
    )
    assert not Path("talk.html").exists()
