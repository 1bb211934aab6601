"""Films read like storyboards: short, and none repeats another."""

import importlib
import itertools
import statistics
from pathlib import Path

import pytest

from scenes.catalogue import FILMS

SHORT, LONGEST, ALIKE = 90, 160, 6


def lines_of(film: str) -> list[str]:
    """The lines of a film's file, without the white space around them."""
    path = importlib.import_module(FILMS[film].scene.partition(":")[0]).__file__
    assert path is not None
    return [line.strip() for line in Path(path).read_text(encoding="utf-8").splitlines()]


def passages(lines: list[str]) -> set[tuple[str, ...]]:
    """All runs of so many neighbouring lines that would be called a copy."""
    return {tuple(lines[start : start + ALIKE]) for start in range(len(lines) - ALIKE + 1)}


def test_half_of_the_films_are_short():
    lengths = {film: len(lines_of(film)) for film in FILMS}
    assert statistics.median(lengths.values()) <= SHORT, lengths
    assert max(lengths.values()) <= LONGEST, lengths


@pytest.mark.parametrize(("one", "other"), itertools.combinations(FILMS, 2))
def test_no_film_repeats_another(one, other):
    assert passages(lines_of(one)) & passages(lines_of(other)) == set()


def test_a_repeated_passage_would_be_noticed():
    lines = [str(number) for number in range(9)]
    assert passages(lines) & passages(["x", *lines[2:8], "y"])
    assert not passages(lines) & passages([*lines[:5], "x", *lines[5:]])
