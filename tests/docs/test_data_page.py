"""What the page on one's own data says can be done, can be done."""

import pytest
from fences import DOCS, Reader, blocks
from PIL import Image

from learning.data import MOST_CURVED, MOST_ROWS, SEEN
from scenes.catalogue import FILMS


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    reader = Reader(tmp_path_factory.mktemp("data"))
    for block in blocks("data.md"):
        reader.follow(block)
    return reader


def test_every_sheet_is_drawn(reader):
    sheets = [reader.folder / said.split()[-1] for said in reader.said if said.rstrip().endswith("-sheet.png")]
    assert len(set(sheets)) == 3
    for sheet in sheets:
        with Image.open(sheet) as picture:
            assert picture.width > 2000


def test_the_lecture_knows_what_would_be_done(reader):
    assert "descent" in reader.said[-1]


def test_the_films_that_it_names_are_those_that_take_columns():
    rows = [line for line in (DOCS / "data.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    told = {name for name in FILMS if any(f"`{name}`" in row for row in rows)}
    assert told == {name for name, entry in FILMS.items() if "x" in entry.parameters.model_fields}
    assert "Ten films" in (DOCS / "data.md").read_text(encoding="utf-8")
    assert len(told) == 10


def test_the_numbers_that_it_gives_are_those_of_the_program():
    text = (DOCS / "data.md").read_text(encoding="utf-8")
    for number in (SEEN, MOST_ROWS, MOST_CURVED):
        assert f"{number:,}" in text
