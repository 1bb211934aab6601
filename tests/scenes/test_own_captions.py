"""Somebody's own captions: what a translator begins with, and what is said of a file that is wrong."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.errors import InputError
from scenes import captions
from scenes.captions import own
from scenes.captions.starter import starter
from scenes.catalogue import FILMS

TEXT = starter(("descent",), "en")


def refusal(text, film="descent", name="ja.toml"):
    """What is said of a file; empty if nothing is."""
    Path(name).write_text(text, encoding="utf-8")
    try:
        own.check(Path(name), film)
    except InputError as error:
        said = str(error)
    else:
        said = ""
    assert "\n" not in said
    return said


@pytest.fixture(autouse=True)
def workplace_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("language", captions.LANGUAGES)
@pytest.mark.parametrize("film", FILMS)
def test_what_a_translator_begins_with_is_complete_and_no_more(film, language):
    text = starter((film,), language)
    assert refusal(text, film) == ""
    tables, whole = tomllib.loads(text), tomllib.loads(captions.path_of(language).read_text(encoding="utf-8"))
    assert set(tables) == {name for name in whole if name not in FILMS} | {film}
    assert tables == {name: whole[name] for name in tables}
    assert text.startswith(captions.path_of(language).read_text(encoding="utf-8").splitlines()[0])


def test_without_films_it_is_the_whole_file_and_unknown_ones_are_refused():
    assert starter((), "ko") == captions.path_of("ko").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="descent"):
        starter(("decsent",), "en")
    with pytest.raises(InputError, match="en, ko"):
        starter((), "de")


def test_films_that_a_file_does_not_have_are_no_fault_until_they_are_wanted():
    assert refusal(TEXT) == ""
    count = sum(key.startswith("stuck.") for key in captions.load("en"))
    assert refusal(TEXT, "stuck").startswith(f"ja.toml: {count} texts of stuck are missing: stuck.title, stuck.")
    assert refusal(TEXT, "stuck").endswith("; `lossreel captions stuck` prints them all")


def test_the_languages_name_may_be_left_out_and_a_font_be_named():
    assert refusal(re.sub(r"(?m)^language = .*$", "", TEXT)) == ""
    assert refusal(f'font = "Any"\n{TEXT}') == ""


TITLE, POINTS = 'title = "How wrong is it?"', "{points:data}"
BRACES = "a text has braces that say nothing: descent.data.ask (line N); a placeholder is {name} or {name:colour}"
OTHERS = "a text has other placeholders than in English: descent.data.ask (line N)"
WRONG = [
    (TITLE, "title = 7", "a value is no text: descent.wrong.title (line N) = 7; write text between"),
    (TITLE, 'title = " "', "a value is no text: descent.wrong.title (line N) is empty; write text"),
    (TITLE, 'titel = "a"', 'a key is unknown: descent.wrong.titel (line N) (did you mean "descent.wrong.title"?)'),
    (TITLE, "", "a text of descent is missing: descent.wrong.title; `lossreel captions descent` prints"),
    (POINTS, "{points:data", BRACES),
    (POINTS, "{points!r}", BRACES),
    (POINTS, "{}", BRACES),
    (POINTS, "{points.x}", BRACES),
    (POINTS, "points", f"{OTHERS} lacks {{points}}; "),
    (POINTS, "{points} {x}", f"{OTHERS} has {{x}}; "),
    (POINTS, "{point:data}", f"{OTHERS} lacks {{points}} and has {{point}}; "),
    (
        POINTS,
        "{points:dat}",
        'a text has a colour that means nothing: descent.data.ask (line N) dat (did you mean "data"?)',
    ),
    (POINTS, "{points:text}", "a text has a colour that means nothing: descent.data.ask (line N) text; choose one of"),
    ("[surface]", "[other]", "2 keys are unknown: other.start (line"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_what_is_wrong_is_named_with_its_line(old, new, said):
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert refusal(TEXT.replace(old, new, 1)).startswith(f"ja.toml: {said.replace('line N', f'line {line}')}")


def test_what_is_no_toml_is_told_with_its_line():
    assert re.match(r"ja\.toml, line \d+: .*\[readout", refusal(TEXT.replace("[readout]", "[readout", 1)))


def test_faults_of_a_sort_are_counted_and_the_first_ones_named():
    message = refusal("\n".join(line for line in TEXT.splitlines() if not line.startswith("note")))
    names = [key for key in captions.load("en") if re.match(r"(axes|descent\.\w+)\.note", key)]
    count = len(names)
    assert message.startswith(f"ja.toml: {count} texts of descent are missing: {', '.join(names[:2])}, ")
    assert f" and {count - 3} more; " in message


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(["", '"', "{", "}", "=", "[", "\n", "x", "{loss}", "가"]))
def test_any_slip_is_told_in_one_line_or_harmless(tmp_path_factory, place, slip):
    """What is let pass can be filled in: every text with the placeholders of English, coloured by meanings."""
    folder = tmp_path_factory.mktemp("slip")
    text = TEXT[:place] + slip + TEXT[place + 1 :]
    if refusal(text, name=str(folder / "ja.toml")) == "":
        made, english = captions.load(str(folder / "ja.toml")), captions.load("en")
        for key in made:
            if key != "language":
                names = captions.placeholders(english.template(key))
                assert made.typeset(key, **dict.fromkeys(names, "7"))


@pytest.mark.parametrize(
    ("name", "tag"),
    [("ja.toml", "ja"), ("week/PT-br.TOML", "pt-BR"), ("zh-hant-tw.toml", "zh-Hant-TW"), ("es-419.toml", "es-419")],
)
def test_a_files_name_is_its_language(name, tag):
    assert (captions.tag_of(name), captions.is_own(name)) == (tag, True)


@pytest.mark.parametrize("name", ["japanese.toml", "ja_JP.toml", "j.toml", "my captions.toml", "ja-.toml", ".toml"])
def test_other_names_are_refused(name):
    assert refusal(TEXT, name=name).endswith(
        "the file's name is to tell its language, as ja.toml or pt-BR.toml: rename it"
    )


def test_a_file_that_is_not_there_or_a_folder_is_told():
    for name, said in [("ja.toml", "ja.toml: there is no such file; name a file with captions: --captions ja.toml")]:
        with pytest.raises(InputError, match=re.escape(said)):
            own.check(Path(name), "descent")
    Path("de.toml").mkdir()
    with pytest.raises(InputError, match=r"de\.toml is a folder"):
        own.check(Path("de.toml"), "descent")
