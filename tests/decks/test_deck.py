"""What the writers of decks are told of a lecture."""

import re
from dataclasses import replace

import pytest

from scenes import captions
from scenes.beats import Subtitle
from scenes.catalogue import find
from scenes.decks import deck as decks
from scenes.lectures import lecture
from scenes.production.order import Order
from scenes.production.output import Output


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("Descent", "How wrong is it?", "… and add them up"), "Descent. How wrong is it? … and add them up."),
        (("Loss…", "Why?!", "It falls."), "Loss… Why?! It falls."),
        (("Descent", "The data", ""), "Descent. The data."),
        (("손실", "“얼마나?”", "(모두 더한다.)"), "손실. “얼마나?” (모두 더한다.)"),
        (("f(x)", "Ask: ", "再び、学習する。"), "f(x). Ask: 再び、学習する。"),
    ],
)
def test_a_description_is_sentences_that_end_once_each_with_its_own_mark(deck, said, told):
    slide = deck.chapters[0].slides[0]
    of, title, caption = said
    spoken = {"en": (Subtitle(0.0, 1.0, caption),)} if caption else {}
    assert replace(slide, of=of, clip=replace(slide.clip, title=title, captions=spoken)).description == told


def test_every_section_of_a_film_is_described_in_sentences(deck):
    for chapter in deck.chapters:
        for slide in chapter.slides:
            assert slide.description.startswith(chapter.title)
            assert slide.clip.title in slide.description
            assert slide.description.endswith(tuple(".?!…"))
            assert not re.search(r"[.?!…]\.|  ", slide.description)


def order(film, **parameters):
    entry = find(film)
    return Order(entry, entry.parameters(**parameters), Output(), "dark", "en")


@pytest.mark.parametrize(
    ("film", "parameters", "told"),
    [
        ("learning-rate", {"lr": (0.0083, 0.0085, 0.01)}, "lr 0.0083, 0.0085, 0.01"),
        ("descent", {"start": (3, -2.5), "optimizer": "Adam", "lr": 1e-5}, "lr 1e-05; start 3, -2.5; optimizer Adam"),
        ("descent", {"lr": 0.001, "epochs": 31}, "epochs 31"),
        ("optimizers", {"starts": ((-1, 2), (0.5, 0))}, "starts -1,2 0.5,0"),
        ("overfit", {"data_seed": 5}, "data-seed 5"),
    ],
)
def test_a_film_with_other_numbers_says_which_and_no_longer_what_it_teaches(film, parameters, told):
    assert decks.subtitle(order(film, **parameters), captions.load("en")) == told


def test_a_film_as_it_is_says_what_it_teaches_in_its_language():
    for language in captions.LANGUAGES:
        words = captions.load(language)
        assert decks.subtitle(order("descent"), words) == words.template("descent.teaches")


def test_a_data_file_is_named_and_not_where_it_lies(tmp_path):
    (tmp_path / "class 3.csv").write_text("x,y\n1,2\n2,4\n3,5\n", encoding="utf-8")
    told = decks.subtitle(order("descent", data=str(tmp_path / "class 3.csv")), captions.load("en"))
    assert told == "data class 3.csv"


def test_a_chapter_tells_what_was_changed(talk, deck, tmp_path):
    read = lecture.read(talk / "lecture.toml", folder=talk / "films")
    film = read.films[0]
    assert deck.chapters[0].subtitle == captions.load("en").text("tangent.teaches")
    parameters = type(film.order.parameters)(weights=(3, 2))
    changed = replace(film, order=replace(film.order, parameters=parameters))
    (chapter,) = decks.collect(replace(read, films=(changed,)), tmp_path / "cut").chapters
    assert chapter.subtitle == "weights 3, 2"
