"""Measures in words."""

import pytest

from scenes import measures


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (999, "999 B"), (2_200_000, "2.2 MB"), (5e12, "5000.0 GB")])
def test_sizes_are_readable(count, text):
    assert measures.size(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (59.6, "1:00"), (75, "1:15"), (3601, "60:01")])
def test_running_times_are_minutes_and_seconds(seconds, text):
    assert measures.clock(seconds) == text
    assert measures.duration(seconds) == f"{text} min"


@pytest.mark.parametrize(("text", "width"), [("", 0), ("lr é", 4), ("학습률 1", 8), ("（１）", 6)])
def test_a_letter_of_east_asia_takes_two_cells(text, width):
    assert measures.cells(text) == width
    assert measures.padded(text, 10) == text + (10 - width) * " "
