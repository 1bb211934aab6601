"""docs/notes-to-films.md holds: every film that it names shows those beats with those parameters."""

import re
import shlex
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import pytest
from playing import play

from scenes import captions
from scenes.catalogue import FILMS, find
from scenes.options import parameter_options, parameters_from
from scenes.parameters import FilmParameters

QUICKER = {
    ("stuck", ""): "--runs 20 --epochs 500",
    ("overfit", ""): "--epochs 300",
    ("diagrams", ""): "--epochs 300",
    ("logistic", ""): "--epochs 500",
    ("logistic-limit", ""): "--epochs 500 --net-epochs 500",
    ("relu-nodes", "--epochs 10000"): "--epochs 500",
    ("flat-regions", "--starts -10,-1 --epochs 2000"): "--starts -10,-1 --epochs 200",
}
"""Where training would take long: fewer updates, on which the beats do not depend."""

TABLE = Path(__file__).parents[2] / "docs" / "notes-to-films.md"


@dataclass(frozen=True)
class Row:
    """What one line of the tables says."""

    note: str
    what: str
    film: str
    beats: tuple[str, ...]
    options: str


@cache
def rows() -> tuple[Row, ...]:
    found, note = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            note = line.split()[1].rstrip(":")
        elif line.startswith("|") and not re.match(r"\| (---|in the note)", line):
            what, film, beats, options = (cell.strip() for cell in line.strip("|").split("|"))
            found.append(Row(note, what, film.strip("`"), tuple(re.findall(r"`([^`]+)`", beats)), options.strip("`")))
    return tuple(found)


def parsed(film: str, options: str) -> FilmParameters:
    """The parameters that these words mean on the command line."""
    model = find(film).parameters
    command = click.Command(film, params=list(parameter_options(model)))
    return parameters_from(model, command.make_context(film, shlex.split(options)).params)


@cache
def beats_of(film: str, options: str) -> tuple[str, ...]:
    parsed(film, options)  # they can be asked for
    return tuple(play(film, parsed(film, QUICKER.get((film, options), options)), "dark", "en").strays)


@pytest.mark.parametrize(("film", "options"), sorted({(row.film, row.options) for row in rows()}))
def test_the_beats_are_there(film, options):
    there = beats_of(film, options)
    for row in rows():
        if (row.film, row.options) == (film, options):
            assert row.beats, row
            assert set(row.beats) <= set(there), row


def test_every_note_is_gone_through_and_every_film_is_used():
    count = defaultdict(int)
    for row in rows():
        count[row.note] += 1
    assert list(count) == ["S1", "S2", "S3", "S4", "S5"]
    assert min(count.values()) >= 10
    assert {row.film for row in rows()} == set(FILMS) - {"plane"}  # which goes beyond the notes


@pytest.mark.parametrize(
    ("film", "beat", "words"),
    [
        ("descent", "step", ("new tensor", "새 텐서")),
        ("descent", "slope", ("adds", "더해")),
        ("logistic", "net", ("net[0]", "net[0]")),
        ("stochastic", "rest", ("local minim", "국소")),
    ],
)
def test_what_no_picture_shows_is_in_a_note(film, beat, words):
    for language, word in zip(captions.LANGUAGES, words, strict=True):
        texts = captions.load(language)
        notes = [texts.template(key) for key in texts if key.startswith(f"{film}.{beat}.note")]
        assert any(word in note for note in notes), (film, beat, language)
    assert any(row.film == film and beat in row.beats for row in rows())
