import csv
import io
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.errors import InputError
from learning.tables import read_table

PATH = Path("points.csv")
number = st.floats(-1e9, 1e9, allow_subnormal=False)
name = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), min_size=1, max_size=12).map(str.strip)


def read(content, x=None, y=None, limit=1e9):
    return read_table(PATH, content if isinstance(content, bytes) else content.encode(), x, y, limit)


def refusal(content, x=None, y=None):
    with pytest.raises(InputError) as caught:
        read(content, x, y)
    message = str(caught.value)
    assert message.startswith("points.csv")
    assert "\n" not in message
    return message


HEIGHTS = "키,몸무게 (kg)\n170,61.5\n181,74\n"


@pytest.mark.parametrize(
    "content",
    [
        HEIGHTS.encode(),
        HEIGHTS.encode("utf-8-sig"),
        HEIGHTS.encode("cp949"),
        HEIGHTS.encode("utf-16"),
        b"\xfe\xff" + HEIGHTS.encode("utf-16-be"),
        HEIGHTS.replace(",", ";").encode(),
        HEIGHTS.replace(",", "\t").encode("cp949"),
        HEIGHTS.replace("\n", "\r\n").encode() + b"\r\n\r\n,\r\n",
        HEIGHTS.replace(",", ";").replace(".", ",").encode("utf-8-sig"),
        '이름, "키","몸무게 (kg)"\n가, 170 ,"61.5"\n\n나,181,74.,\n'.encode(),
        b"\xe1\x84\x8f\xe1\x85\xb5" + HEIGHTS.encode()[3:],  # as macOS takes a syllable apart
    ],
)
def test_any_program_may_have_written_it(content):
    table = read(content, "키", "몸무게 (kg)")
    assert table.names == ("키", "몸무게 (kg)")
    assert (table.x.tolist(), table.y.tolist()) == ([170.0, 181.0], [61.5, 74.0])


@pytest.mark.parametrize(
    ("header", "asked", "names"),
    [
        ("a,x,b,y", (None, None), ("x", "y")),
        ("y,x", (None, None), ("x", "y")),
        ("weight,height", (None, None), ("weight", "height")),
        ("weight,x", (None, None), ("x", "weight")),
        ("weight,height", ("height", None), ("height", "weight")),
        ("weight,height", (None, "weight"), ("height", "weight")),
        ("x,y,z", ("z", "x"), ("z", "x")),
        (",weight,height", (None, None), ("weight", "height")),  # what pandas writes has its row numbers in front
    ],
)
def test_columns_are_those_asked_for_or_x_and_y_or_the_only_two(header, asked, names):
    columns = header.split(",")
    table = read(f"{header}\n" + "".join(",".join(str(10 * r + k) for k in range(len(columns))) + "\n" for r in (1, 2)))
    if asked != (None, None):
        text = f"{header}\n" + "".join(",".join(str(10 * r + k) for k in range(len(columns))) + "\n" for r in (1, 2))
        table = read(text, *asked)
    assert table.names == names
    assert table.x[0] == 10 + columns.index(names[0])
    assert table.y[0] == 10 + columns.index(names[1])


def test_words_are_no_column_of_numbers():
    assert read("name,weight,height\nkim,1,2\nlee,3,4\n").names == ("weight", "height")


@pytest.mark.parametrize(
    ("content", "asked", "words"),
    [
        ("a,b,c\n1,2,3\n4,5,6\n", (None, None), ["no column x and no y", "a, b, c", "--x NAME --y NAME"]),
        ("n,a,b,c\nkim,2,3,4\n", (None, None), ["those of numbers a, b, c"]),
        ("a,b,c\n1,2,3\n4,5,6\n", ("cc", "a"), ['column "cc" is unknown', 'did you mean "c"']),
        ("a,b\n1,2\n4,5\n", ("a", "a"), ["x and y are both the column a"]),
        ("a,a\n1,2\n4,5\n", ("a", None), ["2 columns called a", "rename"]),
        ("x,y\n1,5,2,5\n2,5,3,5\n", (None, None), ["line 2", "4 cells where the header has 2", "need ;"]),
        ('x,y\n"1,5",2\n3,4\n', (None, None), ["line 2", '"1,5"', "a decimal comma needs ;"]),
        ("x;y\n1,5;2\n1.5;4\n", (None, None), ["line 3", '"1.5"', '"1,5"', "all with a comma"]),
        ("x;y\n1.234,5;2\n1;4\n", (None, None), ["line 2", "1.234,5", "not a number"]),
        ("x,y\n1,2\n3,\n", (None, None), ["line 3", 'y is ""', "missing"]),
        ("x,y\n1,2\n3,NA\n", (None, None), ["line 3", 'y is "NA"']),
        ("x,y\n1,2\n1_0,3\n", (None, None), ["line 3", '"1_0"']),
        ("x,y\n1,2\n3,-1e400\n", (None, None), ["line 3", "-1e400", "-1e9 to 1e9"]),
        ("1,2\n3,4\n", (None, None), ["1, 2", "names of columns", "x,y"]),
        (b"PK\x03\x04 and so on", (None, None), ["archive", "CSV UTF-8"]),
        (b"\xe9t\xe9,y\n1,2\n2,3\n", (None, None), ["UTF-8", "CP949"]),
        ("x,y\n1,2\n3,4\n".encode("utf-16-le"), (None, None), ["UTF-16 with its mark"]),
        ("", (None, None), ["empty"]),
        ("x,y\n1,2\n", (None, None), ["1 points", "at least 2"]),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_the_next_step(content, asked, words):
    message = refusal(content, *asked)
    for word in words:
        assert word in message


def test_a_name_is_never_taken_for_something_else():
    long = "a very long name " * 20
    message = refusal(f'"{long}","b\nc",d\n1,2,3\n2,3,4\n')
    assert len(message) < 400


@given(st.lists(st.tuples(number, number), min_size=2, max_size=12), st.sampled_from(",;\t"), name, name, st.booleans())
def test_numbers_and_names_come_back_as_a_program_writes_them(points, separator, first, second, comma):
    if first == second or not first or not second:
        second, first = "the other", "the one"
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow([first, "note", second])
    is_comma = comma and separator == ";"
    for x, y in points:
        cells = [repr(x), "so; \t, so", repr(y)]
        writer.writerow([cell.replace(".", ",") if is_comma and cell != cells[1] else cell for cell in cells])
    import unicodedata

    asked = [unicodedata.normalize("NFC", one) for one in (first, second)]
    if asked[0] == asked[1] or "note" in asked:
        return
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        table = read(text.getvalue().encode(encoding), first, second)
        assert table.names == tuple(asked)
        assert list(zip(table.x.tolist(), table.y.tolist(), strict=True)) == points


@given(st.one_of(st.binary(max_size=120), st.text(alphabet='xy,;\t\n\r"01.-e \0,', max_size=60).map(str.encode)))
def test_whatever_it_is_it_is_read_or_refused_in_one_line(content):
    for asked in ((None, None), ("x", "y")):
        try:
            table = read(b"x,y\n" + content, *asked)
        except InputError:
            refusal(b"x,y\n" + content, *asked)
        else:
            assert len(table.x) == len(table.y) >= 2
            assert np.isfinite([table.x, table.y]).all()


def test_a_million_rows_take_seconds():
    content = b"name,x,y\n" + b"".join(b"a,%d.25,%d\n" % (k, k % 7) for k in range(10**6))
    begun = time.perf_counter()
    table = read(content)
    assert time.perf_counter() - begun < 20  # 1.5 s alone; other tests run beside
    assert len(table.x) == 10**6
    assert table.x[-1] == 999_999.25
