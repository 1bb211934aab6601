"""What films draw of a run: against formulas, and against the recorded history."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.experiment import Experiment
from learning.training import train
from scenes import material
from scenes.figures import line as figures
from scenes.panels import mesh
from scenes.panels.terrain import BOX_HEIGHT, leaves_at


def squares(run, params):
    x, y = run.x.astype(float), run.y.astype(float)
    return ((y - params[:, :1] - params[:, 1:] * x) ** 2).sum(axis=1)


def test_a_ball_that_leaves_is_followed_to_the_edge():
    run = train(Experiment(lr=0.5, epochs=3))
    ground = material.terrain(run)
    route = material.route(run, ground)
    model = ground.model(route.params, route.loss)
    on = ground.on_map(route.params, route.loss)
    last = model[np.flatnonzero(~on)[0] - 1]
    assert leaves_at(ground, route) == 1
    assert max(abs(last[0]), abs(last[1]), last[2] / 1.3) > 0.97, "it is drawn up to the border"
    finite = np.isfinite(route.loss) & (route.loss < 1e30)
    assert route.loss[finite] == pytest.approx(squares(run, route.params[finite]), rel=1e-5)
    assert (np.diff(route.epoch) > 0).all()


def test_a_run_that_stays_is_left_as_it_is():
    run = train(Experiment())
    ground = material.terrain(run)
    route = material.route(run, ground)
    assert leaves_at(ground, route) is None
    assert ground.on_map(route.params, route.loss).all()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "learned"),
        ({"epochs": 0}, "none"),
        ({"epochs": 5}, "short"),
        ({"lr": 0.0001}, "short"),
        ({"lr": 0.0083}, "turned"),
        ({"lr": 0.0083, "epochs": 8}, "turned"),
        ({"lr": 0.83, "loss": "mse"}, "turned"),
        ({"optimizer": "Adam", "lr": 1.0, "epochs": 20}, "short"),
        ({"optimizer": "Adam", "lr": 1.3458, "epochs": 10}, "turned"),
        ({"lr": 0.0085}, "diverged"),
        ({"lr": 0.5, "epochs": 40}, "lost"),
        ({"loss": "mse", "lr": 0.1}, "learned"),
    ],
)
def test_what_became_of_a_run(changes, expected):
    assert material.outcome(train(Experiment(**changes))) == expected


@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-6, 1e-4]))
@settings(max_examples=100)
def test_the_noise_of_single_precision_is_no_turn(seed, size):
    """A loss that lies still but for rounding has a least row somewhere, and ends a little above it."""
    run = train(Experiment(epochs=30))
    noise = 1 + size * np.random.default_rng(seed).uniform(-1, 1, 31)
    assert not material.turned(replace(run, loss=(run.loss[-1] * noise).astype(np.float32)))


def test_least_loss_and_its_epoch_are_those_recorded():
    """Once a run that went 8588, 359, 694 was said to need more epochs."""
    run = train(Experiment(lr=0.0083))
    quoted = figures.of_line(run, material.minimum(run), None)
    assert [quoted[key].plain for key in ("low", "low_epoch", "loss")] == ["358.70", "6", "693.97"]
    assert (np.diff(run.loss[:7]) < 0).all()
    assert (np.diff(run.loss[6:]) > 0).all()


def test_the_loss_that_is_no_number_is_that_of_the_epoch_named():
    """Once a film said "in epoch 9 the loss is nan": that was the last epoch's; epoch 9 had recorded inf."""
    run = train(Experiment(lr=0.5, epochs=40))
    quoted = figures.of_line(run, material.minimum(run), 1)
    first = int(np.flatnonzero(~np.isfinite(run.loss))[0])
    assert quoted["broken"].plain == str(int(run.epoch[first]))
    assert quoted["lost"].plain == str(float(run.loss[first])) == "inf"


def test_figures_are_the_recorded_numbers():
    quoted = figures.of_line(run := train(Experiment()), material.minimum(run), None)
    plain = {key: words.plain for key, words in quoted.items()}
    assert (plain["loss0"], plain["g0"], plain["g1"]) == ("8,587.69", "−1,342.25", "1,188.93")
    assert (plain["before"], plain["after"]) == ("(−5.0000, 10.0000)", "(−3.6577, 8.8111)")
    assert (plain["learned"], plain["least"]) == ("(2.429, 4.014)", "(2.446, 4.004)")
    assert (plain["truth"], plain["lr"], plain["lowest"]) == ("(2.5, 4)", "0.001", "26.36")


ANGLE = st.floats(-np.pi, np.pi)


@settings(max_examples=200)
@given(ANGLE, st.floats(0.01, 2))
def test_the_start_is_seen_at_the_back_and_a_corner_in_front(angle, distance):
    way = distance * np.array([np.cos(angle), np.sin(angle)])
    azimuth = material.azimuth_facing(way, np.zeros(2))
    assert -180 < azimuth <= 180
    assert material.CORNER_ON - 1e-9 <= azimuth % 90 <= 90 - material.CORNER_ON + 1e-9
    turned = np.degrees(angle) + azimuth
    assert np.sin(np.radians(turned)) > 0, "behind the minimum, not before it"


SQUARES = {"data": "logistic", "model": "logistic", "loss": "mse", "epochs": 1}


def test_a_window_that_is_all_plateau_has_a_surface():
    """Far out the squares are the same number everywhere: once nothing was left of such a surface below its ceiling."""
    ground = material.ground_within(train(Experiment(start=(60.0, 0.0), **SQUARES)), (50.0, 70.0, -5.0, 5.0))
    assert np.ptp(ground.loss) == 0
    built = mesh.build(ground.grid[:, :, 2], BOX_HEIGHT, 10)
    assert len(built.faces) == (material.RESOLUTION - 1) ** 2


def test_the_whole_surface_lies_below_its_ceiling():
    ground = material.ground_within(train(Experiment(start=(-3.0, -1.0), **SQUARES)), (-11.0, 3.0, -2.0, 10.0))
    assert ground.loss.max() < ground.ceiling == pytest.approx(ground.loss.max(), rel=1e-5)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=1, max_size=5))
def test_a_window_grows_to_hold_every_start(starts):
    asked = (-11.0, 3.0, -2.0, 10.0)
    grown = material.borders_around(asked, starts)
    assert grown[0] <= asked[0] < asked[1] <= grown[1]
    assert grown[2] <= asked[2] < asked[3] <= grown[3]
    for w0, w1 in starts:
        assert grown[0] < w0 < grown[1]
        assert grown[2] < w1 < grown[3]


def test_a_window_that_holds_the_starts_stays_as_asked():
    assert material.borders_around((-11.0, 3.0, -2.0, 10.0), [(-10.0, -1.0)]) == (-11.0, 3.0, -2.0, 10.0)
