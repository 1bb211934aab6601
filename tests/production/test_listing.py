"""What the command line prints."""

import csv
import io
import json

import numpy as np
import pytest

from learning.experiment import Experiment
from learning.history import History
from learning.store import fetch
from scenes.production import listing


@pytest.fixture
def history():
    return fetch(Experiment())


def long(history, rows=10_000):
    """The same history, longer, and diverged at its end."""
    repeat = lambda array: np.resize(array, (rows, *array.shape[1:]))  # noqa: E731
    loss = repeat(history.loss).copy()
    loss[-3:] = [np.inf, np.nan, -np.inf]
    return History(
        epoch=np.arange(rows),
        loss=loss,
        params=repeat(history.params),
        grads=repeat(history.grads),
        yhat=repeat(history.yhat),
        x=history.x,
        y=history.y,
        meta=history.meta,
    )


def test_a_table_shows_the_recorded_numbers(history):
    lines = listing.history_as_text(history, whole=True).splitlines()
    assert lines[0].split() == ["epoch", "loss", "w0", "w1", "grad_w0", "grad_w1"]
    assert lines[1].split()[:4] == ["0", "8587.688", "-5", "10"]
    assert [round(float(cell), 2) for cell in lines[1].split()[4:]] == [-1342.25, 1188.93]
    assert len(lines) == 32
    assert len({len(line) for line in lines}) == 1


def test_a_long_table_shows_head_and_tail(history):
    lines = listing.history_as_text(long(history)).splitlines()
    assert len(lines) == 1 + listing.HEAD + 1 + listing.TAIL
    assert "9975 rows more: --all" in lines[listing.HEAD + 1]
    assert lines[-1].split()[:2] == ["9999", "-inf"]
    assert len(listing.history_as_text(long(history), whole=True).splitlines()) == 10_001


def test_a_table_keeps_to_the_width_of_the_terminal(history, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    lines = listing.history_as_text(history, whole=True).splitlines()
    assert max(map(len, lines[:-1])) <= 30
    assert lines[-1] == "… 3 columns more: --csv has them"


def test_csv_holds_every_digit(history):
    rows = list(csv.DictReader(io.StringIO(listing.history_as_csv(history))))
    assert len(rows) == len(history)
    for name in history.columns:
        read = np.array([row[name] for row in rows], dtype=history.column(name).dtype)
        assert np.array_equal(read, history.column(name))


def test_json_is_valid_and_holds_every_digit_and_what_is_no_number(history):
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    whole = json.loads(listing.history_as_json(long(history, 40)), parse_constant=refuse)
    assert [row["loss"] for row in whole["rows"][-3:]] == ["inf", "nan", "-inf"]
    assert [np.float32(row["w0"]) for row in whole["rows"]] == list(long(history, 40).column("w0"))
    assert whole["rows"][0]["epoch"] == 0
    assert whole["meta"]["names"] == ["w0", "w1"]


def test_films_are_listed_with_what_they_teach_and_their_defaults():
    text = listing.films_as_text()
    assert "descent  (" in text
    assert "start -5,10" in text
    entry = next(film for film in json.loads(listing.films_as_json()) if film["name"] == "descent")
    assert entry["parameters"]["lr"]["default"] == 0.001
    assert entry["parameters"]["lr"]["bounds"] == "more than 0, at most 1000"
