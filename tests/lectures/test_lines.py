"""Lines of a TOML text, found with the parser alone."""

import time
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes.toml.lines import header_lines, line_of, statements, unfinished

EXAMPLE = '''\
# lr = 1 is a comment
title = """
lr = 0.1
[[film]]
name = "not a film"
"""
quality = "h"  # [[film]]

[defaults]
start = [
  -5,  # epochs = 3

  10,
]
data.set.name = "a"
data.set."a b" = """]"""

[[film]]
name = "descent"
lr = [0.1, 0.2]
 options = { lr = [1,
  2], "name" = \'\'\'
lr = 2\'\'\' }
[[ "film" ]] # the second
name = "stuck"
[film.more.still]
lr = 1
[other]
film = [[1], [2]]
[[film]]
'lr' = 1'''

LINES = {
    ("title",): 2,
    ("quality",): 7,
    ("defaults",): 9,
    ("defaults", "start"): 10,
    ("defaults", "start", 0): 11,
    ("defaults", "start", 1): 13,
    ("defaults", "data"): 15,
    ("defaults", "data", "set", "name"): 15,
    ("defaults", "data", "set", "a b"): 16,
    ("film",): 18,
    ("film", 0): 18,
    ("film", 0, "name"): 19,
    ("film", 0, "lr"): 20,
    ("film", 0, "lr", 1): 20,
    ("film", 0, "options", "lr"): 21,
    ("film", 0, "options", "name"): 21,
    ("film", 1): 24,
    ("film", 1, "name"): 25,
    ("film", 1, "more"): 26,
    ("film", 1, "more", "still", "lr"): 27,
    ("other",): 28,
    ("other", "film", 1): 29,
    ("film", 2): 30,
    ("film", 2, "lr"): 31,
}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("key", "line"), LINES.items())
def test_a_key_is_where_it_is_written(key, line, end):
    assert line_of(EXAMPLE.replace("\n", end), key) == line


def test_films_begin_at_their_headers():
    assert header_lines(EXAMPLE, "film") == [18, 24, 30]


@pytest.mark.parametrize("text", ["film = [{}]", "[other]\nfilm = [{}]", "[film]", "[[film.film]]", "[[films]]", ""])
def test_what_is_no_header_of_a_film(text):
    assert header_lines(text, "film") == []


INLINE = """\
# film
film = [ { name = "a", lr = 1 },
  # { name = "no" },
  { name = "b", lr = [ 1,
      2 ] },

  { name = "c" }, { name = "d", start = ["]", "}"] },
  { name = '''
]
'''}
]  # so far
quality = "h"
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("film",), 2),
        (("film", 0), 2),
        (("film", 0, "lr"), 2),
        (("film", 1, "lr"), 4),
        (("film", 2, "name"), 7),
        (("film", 3, "start"), 7),
        (("film", 4, "name"), 8),
        (("quality",), 12),
    ],
)
def test_films_within_one_array_are_where_they_begin(key, line):
    assert line_of(INLINE, key) == line
    assert header_lines(INLINE, "film") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = [1,\n# so\n2\n", 2),
        ("a = [\n]\nb = '''x\n\nc = 1\n", 3),
        ('a = 1\n\nb = "', 3),
        ("a = [\n1\n]\n", None),
        ("", None),
    ],
)
def test_a_text_that_breaks_off(text, line):
    assert unfinished(text) == line


# Random texts, of which is known where each key was written.

NAMES = st.sampled_from(["lr", "film", "name", "a-b", '"a b"', "'lr.x'", "deep_1", "1"])
SINGLE = st.sampled_from(
    [
        "1",
        "-2.5e-3",
        "nan",
        "true",
        "1979-05-27",
        '"lr = 1 # [[film]]"',
        "'''x'''",
        "[]",
        "[[1, 2], [3]]",
        '"\\"]"',
        "'}'",
    ]
)
INSIDE = st.sampled_from(
    ["lr = 1", "[[film]]", "[defaults]", "# a = 2", "", "  ", "]", "}", "a = [", "'", "1,", '[ "x" ]']
)
NOISE = st.sampled_from(["", "  ", "# lr = 2", "\t# [[film]]", "#", "# '''"])


def bare(name):
    return name.strip("\"'")


@st.composite
def texts(draw):
    """A text over several lines, one that its statement does not end in."""
    quote = draw(st.sampled_from(["'''", '"""']))
    inside = draw(st.lists(INSIDE, max_size=5))
    return "\n".join([quote, *inside, quote])


@st.composite
def arrays(draw):
    """An array over several lines, with comments and texts that look like keys."""
    rows = draw(
        st.lists(st.one_of(SINGLE.map(lambda value: f"  {value},"), NOISE, texts().map(lambda text: f"{text},")))
    )
    return "\n".join(["[", *rows, draw(st.sampled_from(["]", "  ] # lr = 1"]))])


def assignments(keys):
    """Lines of an inline table, and the keys in it."""
    return ", ".join(f"{key} = {value}" for key, value in keys.items())


@st.composite
def pairs(draw, name):
    """A statement that gives a key a value, and the ways to all the keys in it."""
    kind = draw(st.sampled_from(["single", "text", "array", "dotted", "table"]))
    if kind == "dotted":
        below = draw(NAMES)
        return f"{name} . {below} = {draw(SINGLE)}", [(bare(name),), (bare(name), bare(below))]
    if kind == "table":
        content = draw(
            st.dictionaries(NAMES, st.one_of(SINGLE, arrays().filter(lambda a: a.endswith("]"))), max_size=3)
        )
        content = {bare(key): value for key, value in content.items() if bare(key).isalnum()}
        return f"{name} = {{ {assignments(content)} }}", [(bare(name),), *((bare(name), key) for key in content)]
    value = draw({"single": SINGLE, "text": texts(), "array": arrays()}[kind])
    return f"{name} = {value}", [(bare(name),)]


class Writer:
    """Writes statements down, and where each key was first written."""

    def __init__(self):
        self.lines, self.truth = [], {}

    def write(self, statement, *keys):
        for key in keys:
            self.truth.setdefault(key, len(self.lines) + 1)
        self.lines += statement.split("\n")


@st.composite
def documents(draw):
    """A TOML text, the line of every key, and the lines of the films."""
    writer = Writer()

    def body(above):
        for name in draw(st.lists(NAMES.filter(lambda name: above or name != "film"), unique_by=bare, max_size=4)):
            for noise in draw(st.lists(NOISE, max_size=2)):
                writer.write(noise)
            statement, keys = draw(pairs(name))
            writer.write(statement, *((*above, *key) for key in keys))

    body(())
    top = {key[0] for key in writer.truth}
    films = []
    for kind in draw(st.lists(st.sampled_from(["film", "other", "defaults", "below", "blank"]), max_size=8)):
        if kind == "film":
            above = ("film", len(films))
            films.append(len(writer.lines) + 1)
            writer.write(draw(st.sampled_from(["[[film]]", '  [["film"]]', "[[ film ]] # [[film]]"])), ("film",), above)
        elif kind == "below" and films and ("film", len(films) - 1, "below") not in writer.truth:
            above = ("film", len(films) - 1, "below", "it")
            writer.write("[film.below.it]", above[:-1], above)
        elif kind in ("other", "defaults") and kind not in top:
            top.add(kind)
            above = (kind,)
            writer.write(f"[{kind}]", above)
        else:
            writer.write("")
            continue
        body(above)
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(writer.lines) + draw(st.sampled_from(["", end])), writer.truth, films


@settings(deadline=None)
@given(documents())
def test_every_key_of_any_text_is_where_it_was_written(document):
    text, truth, films = document
    tomllib.loads(text)
    assert {key: line_of(text, key) for key in truth} == truth
    assert header_lines(text, "film") == films


def has(value, key):
    try:
        for part in key:
            value = value[part]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def line_by_prefixes(text, key):
    """The line after the last shorter part of the text that is valid and has not the key: every part is tried."""
    lines = text.split("\n")
    boundary = 0
    for count in range(1, len(lines) + 1):
        try:
            read = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        if has(read, key):
            return boundary + 1
        boundary = count
    raise AssertionError(key)


@settings(deadline=None)
@given(documents())
def test_trying_every_part_of_the_text_gives_the_same(document):
    text, truth, _ = document
    text = text.replace("\r\n", "\n")
    assert {key: line_of(text, key) for key in truth} == {key: line_by_prefixes(text, key) for key in truth}


@settings(deadline=None)
@given(documents())
def test_statements_cover_the_text_one_after_the_other(document):
    text, _, _ = document
    found = list(statements(text))
    assert [one.first for one in found] == [1, *(one.last + 1 for one in found[:-1])]
    assert found[-1].last == text.count("\n") + 1


@st.composite
def inline_films(draw):
    """Films in one array, an element a line or several; the line in which each begins."""
    lines, begins = ["title = '''", "film = [", "'''", "film = ["], []
    for number in range(draw(st.integers(1, 6))):
        lines += draw(st.lists(NOISE, max_size=2))
        begins.append(len(lines) + 1)
        value = draw(st.one_of(SINGLE, texts(), arrays().filter(lambda array: array.endswith("]"))))
        element = f"{{ name = 'f{number}', lr = {value} }},"
        lines += element.split("\n")
    return "\n".join([*lines, "]", "quality = 'h'"]), begins


@settings(deadline=None)
@given(inline_films())
def test_every_film_of_an_array_is_where_it_begins(document):
    text, begins = document
    assert [line_of(text, ("film", number, "lr")) for number in range(len(begins))] == begins
    assert line_of(text, ("quality",)) == text.count("\n") + 1


ROWS = range(250)
LONG = {
    "tables": ("\n".join(f'[[film]]\nname = "descent"\nlabel = "n {k}"\nlr = [1, 2]' for k in ROWS), 997),
    "one array": (
        "film = [\n" + "\n".join(f'  {{ name = "d",\tlr = [{k}], x = ["="] }},' for k in range(1000)) + "\n]",
        251,
    ),
    "a long list": (
        '[[film]]\nname = "d"\nlr = [\n' + "0.1,\n[0.1, 0.2],\n" * 500 + "]\n" + "[[film]]\nlr = 1\n" * 249,
        1005 + 2 * 248,
    ),
    "a long text": ('title = """\n' + "[a]\nlr = 1\n\n" * 330 + '"""\n' + "[[film]]\nlr = 1\n" * 250, 993 + 2 * 249),
}


@pytest.mark.parametrize("kind", LONG)
def test_a_thousand_lines_take_less_than_a_second(kind):
    text, line = LONG[kind]
    begun = time.process_time()
    assert line_of(text, ("film", 249)) == line
    assert time.process_time() - begun < 1


def test_a_text_of_hundreds_of_lines_takes_less_than_a_second():
    text = "[[film]]\nlr = 1\n" * 250 + 'label = """\n' + "[a]\nlr = 1\n" * 250 + '"""\n'
    begun = time.process_time()
    assert line_of(text, ("film", 249, "label")) == 501
    assert time.process_time() - begun < 1
