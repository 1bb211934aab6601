"""Every word in two languages: the same keys, the same numbers, and nothing that is not text.

That a film fills every placeholder is tested where films are played, in test_layout.py.
"""

import itertools

import pytest

from learning.errors import InputError
from scenes import captions
from scenes.captions import SYMBOLS, Captions, placeholders
from scenes.catalogue import FILMS
from scenes.look import Look
from scenes.markup import Words


def test_both_languages_say_the_same_things():
    english, korean = (captions.load(language) for language in ("en", "ko"))
    assert list(english) == list(korean)
    for key in english:
        assert placeholders(english.template(key)) == placeholders(korean.template(key)), key


@pytest.mark.parametrize("language", captions.LANGUAGES)
def test_every_word_of_a_film_stands_in_one_of_its_captions(language):
    loaded = captions.load(language)
    for film in FILMS:
        own = [key for key in loaded if key.startswith(f"{film}.")]
        quoted = set().union(*(placeholders(loaded.template(key)) for key in own))
        words = {key.removeprefix(f"{film}.words.") for key in own if key.startswith(f"{film}.words.")}
        assert words <= quoted, film


def test_colours_in_captions_are_meanings_of_the_theme():
    meanings = Look("dark", "en").theme.meanings()
    for language in captions.LANGUAGES:
        loaded = captions.load(language)
        for key in loaded:
            for _, field, meaning in captions.pieces(loaded.template(key)):
                assert not field or not meaning or meaning in meanings, (key, meaning)


@pytest.mark.parametrize("name", FILMS)
def test_every_film_has_a_title_and_says_what_it_teaches(name):
    for language in captions.LANGUAGES:
        assert captions.load(language).text(f"{name}.title")
        assert captions.load(language).text(f"{name}.teaches")


def test_a_caption_file_holds_text_not_code():
    nasty = Captions("xx", {"a": '#read("/etc/passwd") $x$ *b* \\ "q" </script> {x}'})
    assert nasty.text("a", x="#sys") == '#read("/etc/passwd") $x$ *b* \\ "q" </script> #sys'
    ink = Look("dark", "en").ink(nasty.typeset("a", x="#sys"))
    plain = Look("dark", "en").ink(captions.escape('#read("/etc/passwd") $x$ *b* \\ "q" </script> #sys'))
    assert ink.advance == pytest.approx(plain.advance, rel=0.02)


def test_an_empty_value_is_a_text_and_a_missing_one_is_none():
    said = Captions("xx", {"a": "<{x}> {y:loss} {alpha}"})
    assert said.text("a", x="", y="") == "<>  α"
    assert said.text("a", x="", y="", alpha="") == "<>  "
    assert said.typeset("a", x=Words("", ""), y="", alpha=Words("", "")) == '#"<";#"> ";#loss[#"";]#" ";'
    with pytest.raises(KeyError, match="y"):
        said.text("a", x="")


def test_an_unknown_key_suggests_the_nearest():
    with pytest.raises(KeyError, match=r"descent\.title"):
        captions.load("en").text("descent.titel")


def test_an_unknown_language_names_those_there_are():
    with pytest.raises(InputError, match="en, ko"):
        captions.load("de")


def test_numbers_stand_in_a_text_in_both_forms():
    made = Captions("xx", {"a": "loss {loss:loss}!"})
    value = Words("1×10²", "1×10#super[2]")
    assert made.text("a", loss=value) == "loss 1×10²!"
    assert "#loss[1×10#super[2]]" in made.typeset("a", loss=value)


def test_subtitles_and_notes_carry_no_markup():
    for language, key in itertools.product(captions.LANGUAGES, captions.load("en")):
        loaded = captions.load(language)
        values = {name: Words("7", "7") for name in placeholders(loaded.template(key)) - set(SYMBOLS)}
        assert not set("#$") & set(loaded.text(key, **values)), key
