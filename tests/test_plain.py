"""Texts of users, without what has no form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.plain import lines, one_line, visible

SHOWN = "aé한🎓\u200d<&"
FORMLESS = "\x00\x07\x1b\x7f\x80\x9f\ud800\udfff\ufeff"
SPACES = " \t\n\r\x0b\x0c\x1c\x85\xa0\u2028\u3000"
EVERYTHING = st.text(st.sampled_from(SHOWN + FORMLESS + SPACES) | st.characters(codec=None), max_size=30)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x00b\x1b\nc\ufeff\ud800\td", "ab c d"),
        ("\ufeff a \x07 b \x9b", "a b"),
        ("말 “q” 🎓\u3000<b>\r\n& ", "말 “q” 🎓 <b> &"),
        ("\x00\ufeff \n", ""),
    ],
)
def test_a_text_in_one_line(text, line):
    assert one_line(text) == line


def test_lines_are_those_that_say_something():
    assert lines("\ufeff one\x00\n\n \x1b \r\ntwo  words\u2028three") == ["one", "two words", "three"]


def test_lines_stay_lines_where_only_what_is_unseen_goes():
    assert visible(" a\x00 \n\n\ufeff b\ud800") == " a \n\n b"


@given(EVERYTHING)
def test_nothing_that_has_a_form_is_lost_and_nothing_else_is_kept(text):
    line = one_line(text)
    assert set(line).isdisjoint(FORMLESS + SPACES[1:])
    assert line == one_line(line) == " ".join(line.split(" ")).strip(" ")
    assert [letter for letter in line if letter in SHOWN] == [letter for letter in text if letter in SHOWN]
    assert " ".join(lines(text)) == line
    line.encode()
