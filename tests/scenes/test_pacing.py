"""How epochs become seconds."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.pacing import MOST, STEADY_BY, durations, durations_by, pacing

COUNTS = st.integers(1, 10_000)


@given(COUNTS)
def test_steps_never_take_longer_than_the_total_nor_than_the_first(count):
    seconds = durations(count, 1.1, 8.0)
    assert len(seconds) == count
    assert seconds.sum() == pytest.approx(min(1.1 * count, 8.0), rel=1e-3)
    assert seconds[0] == pytest.approx(1.1, rel=1e-3)
    assert (np.diff(seconds) <= 1e-9).all()


def test_few_steps_are_all_slow():
    assert durations(3, 1.1, 8.0) == pytest.approx([1.1, 1.1, 1.1])


@given(COUNTS, st.lists(st.floats(0, 1), min_size=2, max_size=20))
def test_the_clock_only_runs_forwards(count, shares):
    rate = pacing(durations(count, 1.1, 8.0))
    reached = [rate(share) for share in sorted(shares)]
    assert all(a <= b + 1e-9 for a, b in itertools.pairwise(reached))
    assert rate(0.0) == pytest.approx(0)
    assert rate(1.0) == 1.0


def test_a_step_has_arrived_when_its_time_is_over():
    seconds = durations(30, 1.1, 8.0)
    rate = pacing(seconds)
    for step, end in enumerate(np.cumsum(seconds)[:-1], start=1):
        assert rate(end / seconds.sum()) == pytest.approx(step / 30, abs=1e-6)


def test_the_last_of_very_many_epochs_do_not_fall_into_one_frame():
    rate = pacing(durations(10_000, 1.1, 8.0))
    frame = 1 / (8.0 * 30)
    assert max(rate(k * frame + frame) - rate(k * frame) for k in range(239)) < 0.1


CHANGES = st.lists(st.floats(0, 1), min_size=1, max_size=400).map(np.array)


@given(CHANGES)
def test_steps_by_change_keep_to_the_total_and_none_is_too_long(change):
    seconds = durations_by(change, 8.0)
    assert len(seconds) == len(change)
    assert seconds.sum() <= 8.0 + 1e-6
    assert seconds.max() <= MOST + 1e-9
    assert (seconds > 0).all()
    assert (np.diff(seconds[np.argsort(change, kind="stable")]) >= -1e-9).all(), "more change, more time"


def test_equal_changes_take_equal_times():
    """A way of which nine tenths lie in the first hundred of ten thousand steps."""
    change = np.where(np.arange(10_000) < 100, 0.9 / 100, 0.1 / 9_900)
    seconds = durations_by(change, 8.0)
    assert seconds.sum() == pytest.approx(8.0, rel=1e-3)
    moving = seconds - STEADY_BY * 8.0 / 10_000
    assert moving[:100].sum() / moving.sum() == pytest.approx(0.9, abs=1e-3)


@pytest.mark.parametrize("count", [1, 5, 11])
def test_few_steps_by_change_are_all_slow(count):
    assert durations_by(np.linspace(0, 1, count), 8.0) == pytest.approx(np.full(count, MOST))


def test_where_nothing_happens_time_goes_evenly_and_is_not_wasted():
    assert durations_by(np.zeros(1000), 8.0) == pytest.approx(np.full(1000, STEADY_BY * 8.0 / 1000))
    assert durations_by(np.zeros(1000), 8.0).sum() < 1.0


def test_a_clock_paced_by_change_arrives_at_its_epochs():
    seconds = durations_by(np.exp(-np.arange(200) / 10), 8.0)
    rate = pacing(seconds)
    for step, end in enumerate(np.cumsum(seconds)[:-1], start=1):
        assert rate(end / seconds.sum()) == pytest.approx(step / 200, abs=1e-6)
