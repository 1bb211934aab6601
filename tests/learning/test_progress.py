"""Resting and arriving, on runs made up for it and on the notes' runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning.errors import InputError
from learning.experiment import Experiment
from learning.history import History
from learning.progress import arrives, from_then_on, resting, row_from_then_on
from learning.theory import least_squares
from learning.training import train

CURVE = Experiment(data="logistic", model="logistic", loss="mse", lr=0.25, epochs=100, start=(-10, -1))


def make(places, loss=None, epoch=None):
    """Make a run of one parameter that was at these places."""
    states = len(places)
    return History(
        epoch=np.arange(states) if epoch is None else np.array(epoch),
        loss=np.zeros(states) if loss is None else np.array(loss, dtype=float),
        params=np.array(places, dtype=float).reshape(states, -1),
        grads=np.zeros((states, np.size(places) // states)),
        yhat=np.zeros((states, 2)),
        x=np.zeros(2),
        y=np.zeros(2),
        meta={"format": 1, "names": ["w"] * (np.size(places) // states)},
    )


@pytest.mark.parametrize(
    ("places", "rests"),
    [
        ([0, 0.1, 0.5, -0.5, 0.6, 0.1], [0, 1, 2, 3, 0, 0]),
        ([5, 5, 5], [0, 1, 2]),
        ([0, 1, 0, 0], [0, 0, 0, 0]),
        ([0, 0.1, np.nan, 0], [0, 1, 0, 0]),
        ([0, np.inf, 0], [0, 0, 0]),
        ([3], [0]),
    ],
)
def test_a_run_rests_until_it_leaves_and_not_again(places, rests):
    assert resting(make(places), 0.5).tolist() == rests


def test_resting_counts_epochs_not_rows():
    assert resting(make([0, 0, 0, 9], epoch=(0, 10, 20, 25)), 1.0).tolist() == [0, 10, 20, 0]


def test_between_epochs_a_run_rests_for_a_part_of_one():
    rests = resting(make([0, 0, 0, 9], epoch=(0, 0.25, 0.5, 0.75)), 1.0)
    assert rests.tolist() == [0, 0.25, 0.5, 0]
    assert resting(make([0, 0]), 1.0).dtype == np.int64


def test_distance_is_euclidean():
    run = make([(0, 0), (3, 4)])
    assert resting(run, 5.0).tolist() == [0, 1]
    assert resting(run, 4.99).tolist() == [0, 0]


@given(st.lists(st.floats(width=32), min_size=1, max_size=20), st.floats(0, 10))
def test_resting_is_all_epochs_up_to_the_first_that_is_far(places, distance):
    run = make(places)
    expected, left = [], False
    for k, place in enumerate(places):
        left = left or not abs(place - places[0]) <= distance
        expected.append(0 if left else k)
    assert resting(run, distance).tolist() == expected


def test_the_worst_start_rests_by_squares_and_leaves_at_once_by_cross_entropy():
    assert resting(train(CURVE), 0.01)[-1] == 100
    assert resting(train(CURVE.replace(loss="bce")), 0.01).tolist() == [0] * 101


@pytest.mark.parametrize("distance", [-0.1, float("nan")])
def test_a_distance_that_is_none_is_refused(distance):
    with pytest.raises(InputError, match=r"distance = .* 0 or more"):
        resting(make([0]), distance)


@pytest.mark.parametrize(
    ("loss", "epoch"),
    [
        ([10, 1.1, 0.9, 1.4, 1.0], 1),
        ([10, 1.1, 2, 1.4, 1.0], 3),
        ([10, 5, 3, 2], None),
        ([10, 1, 1, 5], None),
        ([10, 1, np.nan, 1], 3),
        ([10, 1, np.nan], None),
        ([1.0, 1.0], 0),
        ([1.0], 0),
        ([10.0], None),
    ],
)
def test_a_run_arrives_when_it_stays_down(loss, epoch):
    assert arrives(make([0] * len(loss), loss=loss), minimum_loss=1.0) == epoch  # 1.45 is 5 % of the way above 1


def test_arriving_is_at_a_recorded_epoch():
    assert arrives(make([0, 0, 0], loss=[8, 1, 1], epoch=(0, 7, 9)), 1.0) == 7


@pytest.mark.parametrize(("loss", "epoch"), [([8, 8, 1, 1, 1], 1), ([8, 8, 8, 1, 1], 2), ([1, 1, 1, 1, 1], 0)])
def test_between_epochs_a_run_has_arrived_by_the_next_whole_one(loss, epoch):
    answer = arrives(make([0] * 5, loss=loss, epoch=(0, 0.5, 1, 1.5, 2)), 1.0)
    assert (answer, type(answer)) == (epoch, int)


def test_the_notes_runs_arrive_by_their_learning_rates():
    least = least_squares(*(getattr(train(Experiment(epochs=0)), name) for name in ("x", "y")))
    assert least == pytest.approx([2.4459, 4.0043], abs=5e-5)
    epochs = [arrives(train(Experiment(lr=lr)), 26.36) for lr in (0.0001, 0.001, 0.0015, 0.0038, 0.0085, 0.01)]
    assert epochs[0] is None
    assert epochs[1] > epochs[2] > epochs[3] > 0
    assert epochs[4:] == [None, None]


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(InputError, match=r"share = .* from 0 to 1"):
        arrives(make([0]), 0.0, share)


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_from_then_on_it_holds_and_just_before_it_did_not(true):
    run = make([0] * len(true), epoch=range(3, 3 + len(true)))
    epoch = from_then_on(run, np.array(true))
    assert row_from_then_on(np.array(true)) == (None if epoch is None else epoch - 3)
    if epoch is None:
        assert not true[-1]
    else:
        assert all(true[epoch - 3 :])
        assert epoch == 3 or not true[epoch - 4]
