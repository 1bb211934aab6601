"""How epochs become seconds."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.pacing import durations, pacing

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
