"""Planes of a path against components computed another way, and the loss upon them against torch and the record."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.errors import InputError
from learning.experiment import Experiment, parameter_names
from learning.landscape import losses_at, over_plane, through
from learning.model import make
from learning.plane import Plane, principal, random, shapes_of, shares
from learning.training import train

MODELS = {
    "line": {},
    "line-mse": {"loss": "mse"},
    "logistic": {"model": "logistic", "data": "logistic", "loss": "bce"},
    "logistic-mse": {"model": "logistic", "data": "logistic", "loss": "mse"},
    "linear": {"model": "linear", "data": "polynomial", "powers": (1, 2, 3), "bias": True, "loss": "mse"},
    "columns": {"model": "linear", "powers": (0, 1), "loss": "sse"},
    "relu": {"model": "relu", "data": "broken-line", "nodes": 3, "loss": "mse", "lr": 0.1},
    "relu-bias": {"model": "relu", "data": "broken-line", "nodes": 3, "bias": True, "loss": "sse", "lr": 1e-3},
    "relu-logistic": {"model": "relu-logistic", "data": "rise-and-fall", "nodes": 2, "bias": True, "loss": "bce"},
    "relu-squares": {"model": "relu-logistic", "data": "rise-and-fall", "nodes": 2, "loss": "mse"},
    "steps": {"model": "steps", "data": "broken-line", "nodes": 4, "bias": True, "loss": "mse"},
}


@pytest.fixture(scope="module")
def net():
    return train(Experiment(model="relu", data="broken-line", loss="mse", nodes=8, lr=0.1, epochs=300, seed=5))


@pytest.fixture(scope="module")
def two():
    return train(Experiment(model="relu", data="broken-line", loss="mse", nodes=1, lr=0.1, epochs=40, seed=1))


def by_covariance(params):
    """Shares and directions (P, P) of the components, the largest first, from the covariance's eigenvectors."""
    values, vectors = np.linalg.eigh(np.cov(params.astype(float), rowvar=False))
    return values[::-1] / values.sum(), vectors.T[::-1]


def torch_loss(experiment, params, x, y):
    """The loss of torch's own model, in float64, at one vector of parameters."""
    model = make(experiment).double()
    torch.nn.utils.vector_to_parameters(torch.tensor(params), model.parameters())
    inputs, truth = torch.tensor(x).double(), torch.tensor(y).double()
    with torch.no_grad():
        u = model(model.features(inputs))
        if experiment.loss == "bce":
            return torch.nn.functional.binary_cross_entropy_with_logits(u, truth).item()
        reduction = {"sse": "sum", "mse": "mean"}[experiment.loss]
        return torch.nn.functional.mse_loss(model.link(u), truth, reduction=reduction).item()


# Directions


def test_the_axes_and_shares_are_those_of_the_covariance(net):
    plane, (expected, vectors) = principal(net.params), by_covariance(net.params)
    assert shares(net.params)[:4] == pytest.approx(expected[:4], abs=1e-9)
    for axis, vector in zip(plane.axes, vectors, strict=False):
        assert abs(axis @ vector) == pytest.approx(1, abs=1e-9)
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-12)


def test_the_shares_add_up_to_all_movement_and_the_plane_holds_the_first_two(net):
    every = shares(net.params)
    assert len(every) == 16
    assert every.sum() == pytest.approx(1, abs=1e-12)
    assert (np.diff(every) <= 0).all()
    assert principal(net.params).share(net.params) == pytest.approx(every[0] + every[1], abs=1e-12)


def test_no_other_plane_holds_more(net):
    best = principal(net.params).share(net.params)
    for seed in range(20):
        assert random(net.params, shapes_of(net.names), seed).share(net.params) < best


def test_the_plane_goes_through_the_last_finite_state(net):
    params = np.vstack([net.params, np.full((2, 16), np.nan)])
    plane = principal(params)
    np.testing.assert_array_equal(plane.origin, net.params[-1].astype(float))
    assert plane.residual(net.params[-1]) == 0
    np.testing.assert_array_equal(plane.axes, principal(net.params).axes)


def test_the_state_farthest_along_an_axis_is_ahead(net):
    for params in (net.params, -net.params, net.params[:, ::-1], net.params[: len(net) // 2]):
        along = principal(params).coordinates(params)
        assert (along.max(axis=0) > -along.min(axis=0)).all()


def test_a_mirrored_path_has_the_same_picture(net):
    one, other = (principal(params).coordinates(params) for params in (net.params, -net.params))
    assert one == pytest.approx(other, abs=1e-9)


@settings(max_examples=60)
@given(st.integers(1, 6), st.integers(2, 7), st.integers(0, 2**16), st.floats(-12, 12))
def test_any_path_has_a_plane(states, parameters, seed, size):
    params = 10**size * np.random.default_rng(seed).normal(size=(states, parameters))
    plane, every = principal(params), shares(params)
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-9)
    assert every.sum() == pytest.approx(float(states > 1), abs=1e-9)
    away = np.linalg.norm(params - params[-1], axis=1) ** 2
    inside = np.sum(plane.coordinates(params) ** 2, axis=1) + plane.residual(params) ** 2
    assert inside == pytest.approx(away, rel=1e-9, abs=1e-9 * away.max())
    np.testing.assert_array_equal(plane.axes, principal(params.copy()).axes)


@pytest.mark.parametrize("parameters", [2, 3, 9])
def test_a_path_that_stands_still_has_the_plane_of_the_first_two_parameters(parameters):
    still = np.tile(np.float32(0.1) + np.arange(parameters), (5, 1))
    plane = principal(still)
    np.testing.assert_array_equal(plane.axes, np.eye(parameters)[:2])
    assert (plane.share(still), shares(still).sum()) == (0, 0)


def test_a_straight_path_gets_a_second_direction_at_a_right_angle():
    straight = np.linspace(3, 0, 7)[:, None] * np.array([0.0, 3.0, 4.0])
    plane = principal(straight)
    assert plane.axes == pytest.approx(np.array([[0, 0.6, 0.8], [1, 0, 0]]), abs=1e-12)
    assert plane.share(straight) == pytest.approx(1)
    assert shares(straight) == pytest.approx([1, 0, 0], abs=1e-12)


def test_sizes_near_the_ends_of_float64_make_no_difference():
    path = np.random.default_rng(4).normal(size=(9, 4))
    for size in (1e-300, 1e300):
        assert shares(size * path) == pytest.approx(shares(path), rel=1e-9)
        assert principal(size * path).axes == pytest.approx(principal(path).axes, abs=1e-9)
        assert principal(size * path).share(size * path) == pytest.approx(principal(path).share(path), rel=1e-9)


def test_points_and_coordinates_undo_each_other(net):
    plane = principal(net.params)
    some = np.random.default_rng(0).normal(size=(3, 5, 2))
    assert plane.points(some).shape == (3, 5, 16)
    assert plane.coordinates(plane.points(some)) == pytest.approx(some, abs=1e-12)
    assert plane.residual(plane.points(some)) == pytest.approx(np.zeros((3, 5)), abs=1e-12)


# Random directions


def test_random_directions_are_those_of_their_seed(net):
    one, again, other = (random(net.params, shapes_of(net.names), seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.axes, again.axes)
    assert np.abs(one.axes - other.axes).max() > 0.1
    np.testing.assert_array_equal(one.origin, net.params[-1].astype(float))


def test_a_random_direction_is_as_long_in_each_filter_as_the_filter():
    rng = np.random.default_rng(1)
    shapes = ((4, 3), (4,), (2, 4), (2,))
    weights = rng.normal(size=26) * np.repeat([1, 10, 100, 0.1], [12, 4, 8, 2])
    plane = random(weights[None], shapes, 7)
    filters = [slice(3 * k, 3 * k + 3) for k in range(4)] + [slice(12 + k, 13 + k) for k in range(4)]
    filters += [slice(16, 20), slice(20, 24), slice(24, 25), slice(25, 26)]
    share = [np.linalg.norm(plane.axes[0][part]) / np.linalg.norm(weights[part]) for part in filters]
    assert share == pytest.approx([1 / np.linalg.norm(weights)] * len(filters))


def test_weights_of_zero_stay_zero():
    weights = np.array([[1.0, 2.0, 3.0, 4.0, 0.0, 0.0]])
    plane = random(weights, ((1, 4), (1, 2)), 0)
    assert (plane.axes[:, 4:] == 0).all()
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-12)


@pytest.mark.parametrize("weights", [[0.0] * 4, [0.0, 0.0, 5.0, 0.0], [1.0, -2.0, 0.0, 0.0]])
@pytest.mark.parametrize("seed", range(5))
def test_where_filters_leave_no_two_directions_there_are_two_all_the_same(weights, seed):
    plane = random(np.array([weights]), ((4,),), seed)
    assert plane.axes @ plane.axes.T == pytest.approx(np.eye(2), abs=1e-9)


@pytest.mark.parametrize("case", MODELS)
def test_shapes_are_read_from_names(case):
    experiment = Experiment(**MODELS[case])
    names = parameter_names(experiment)
    shapes = shapes_of(names)
    assert sum(int(np.prod(shape)) for shape in shapes) == len(names)
    if experiment.model == "relu":
        model = make(experiment)
        assert list(shapes) == [tuple(parameter.shape) for parameter in model.parameters()]


@pytest.mark.parametrize(
    ("names", "shapes"),
    [
        (["w0", "w1"], ((), ())),
        (["a[0,0]", "a[0,1]", "b[0]"], ((1, 2), (1,))),
        (["a[0]", "a[7]"], ((), ())),
        (["c[0,0,0,0]", "c[0,0,0,1]", "c[1,0,0,0]", "c[1,0,0,1]"], ((2, 1, 1, 2),)),
        ([], ()),
    ],
)
def test_names_that_say_no_shape_are_single_numbers(names, shapes):
    assert shapes_of(names) == shapes


# What is refused


@pytest.mark.parametrize("ask", [principal, shares, lambda params: random(params, ((1,),), 0)])
def test_one_parameter_has_no_plane(ask):
    with pytest.raises(InputError, match="at least two parameters"):
        ask(np.ones((5, 1)))


@pytest.mark.parametrize("ask", [principal, shares])
def test_a_path_without_a_finite_state_has_no_plane(ask):
    with pytest.raises(InputError, match="no state of this path is finite"):
        ask(np.full((2, 3), np.inf))


def test_shapes_of_other_parameters_are_refused():
    with pytest.raises(InputError, match="hold 5 parameters, the path 3"):
        random(np.ones((2, 3)), ((5, 1),), 0)


@pytest.mark.parametrize(
    ("origin", "axes", "why"),
    [
        (np.zeros(3), np.eye(2), "belong together"),
        (np.zeros((1, 2)), np.eye(2), "belong together"),
        (np.zeros(2), 2 * np.eye(2), "orthonormal"),
        (np.zeros(2), np.array([[1.0, 0.0], [0.6, 0.8]]), "orthonormal"),
        (np.zeros(2), np.full((2, 2), np.nan), "orthonormal"),
    ],
)
def test_what_spans_no_plane_is_refused(origin, axes, why):
    with pytest.raises(InputError, match=why):
        Plane(origin, axes)


# The loss


@pytest.mark.parametrize("case", MODELS)
def test_the_loss_at_any_parameters_is_that_of_torch(case):
    run = train(Experiment(**{"epochs": 3, "start": None, **MODELS[case]}))
    spots = np.random.default_rng(2).normal(scale=2, size=(6, len(run.names)))
    expected = [torch_loss(run.experiment, spot, run.x, run.y) for spot in spots]
    assert losses_at(run, spots) == pytest.approx(expected, rel=1e-9)
    assert losses_at(run, run.params) == pytest.approx(run.loss, rel=1e-5)


def test_a_point_has_the_same_loss_whichever_others_are_asked_for(net):
    spots = np.random.default_rng(5).normal(size=(900, 16))
    whole = losses_at(net, spots)
    for some in (slice(0, 1), slice(7, 400), slice(899, 900)):
        np.testing.assert_array_equal(losses_at(net, spots[some]), whole[some])
    assert losses_at(net, np.empty((0, 16))).shape == (0,)


def test_a_loss_beyond_all_numbers_is_said_quietly(net):
    assert not np.isfinite(losses_at(net, np.full((1, 16), 1e200))).any()
    assert not np.isfinite(losses_at(net, np.full((1, 16), np.inf))).any()


def test_over_a_plane_stands_the_loss_of_its_points(net):
    plane = principal(net.params)
    first, second = np.linspace(-1, 2, 5), np.linspace(-0.5, 0.5, 4)
    loss = over_plane(net, plane, (first, second))
    assert loss.shape == (5, 4)
    for i, j in np.ndindex(5, 4):
        at = plane.origin + first[i] * plane.axes[0] + second[j] * plane.axes[1]
        assert loss[i, j] == pytest.approx(torch_loss(net.experiment, at, net.x, net.y), rel=1e-9)


def test_upon_the_plane_of_two_parameters_lies_the_recorded_loss(two):
    plane = principal(two.params)
    feet = plane.points(plane.coordinates(two.params))
    assert plane.residual(two.params).max() < 1e-12
    assert plane.share(two.params) == pytest.approx(1)
    assert losses_at(two, feet) == pytest.approx(losses_at(two, two.params), rel=1e-12)
    assert losses_at(two, feet) == pytest.approx(two.loss, rel=1e-5)


def test_the_gap_between_plane_and_record_is_what_the_plane_leaves_out(net):
    """By the slope on the way from a state to its foot: no more than the largest of them times the residual."""
    plane, states = principal(net.params), net.params.astype(float)
    feet = plane.points(plane.coordinates(states))
    gap = np.abs(losses_at(net, feet) - net.loss)
    way = states + np.linspace(0, 1, 21)[:, None, None] * (feet - states)  # (21, T, P)
    step = plane.residual(states) / 20
    slopes = np.abs(np.diff(np.stack([losses_at(net, each) for each in way]), axis=0)).max(axis=0)
    assert (gap <= 20 * slopes + 1e-4 * net.loss).all()
    assert gap[-1] < 1e-5
    assert gap.max() > 100 * gap[-1]
    assert step.max() > 0.005


def test_between_states_a_run_is_followed_at_the_loss_that_is_there(net):
    trace = through(net, per_step=4)
    known = np.isin(trace.epoch, net.epoch)
    rows = np.searchsorted(net.epoch, trace.epoch[known])
    np.testing.assert_array_equal(trace.loss[known], net.loss[rows])
    assert trace.params.shape == (len(trace.epoch), 16)
    assert trace.loss[~known] == pytest.approx(losses_at(net, trace.params[~known]))


def test_of_somebody_elses_run_the_loss_between_states_is_a_blend(net):
    foreign = dataclasses.replace(net, meta={**net.meta, "experiment": None})
    trace = through(foreign, per_step=2)
    assert trace.loss[1] == pytest.approx((net.loss[0].astype(float) + net.loss[1]) / 2)
    with pytest.raises(InputError, match="says nothing about its experiment"):
        losses_at(foreign, foreign.params)


def test_of_several_nets_side_by_side_no_loss_is_known():
    run = train(Experiment(model="relu", data="broken-line", loss="mse", nodes=2, nets=2, epochs=1))
    with pytest.raises(InputError, match="only of a single net"):
        losses_at(run, run.params)


def test_a_plane_of_another_run_is_refused(net, two):
    with pytest.raises(InputError, match="a plane of 2 parameters: the history has 16"):
        over_plane(net, principal(two.params), (np.zeros(2), np.zeros(2)))


def test_a_trace_through_needs_points(net):
    with pytest.raises(InputError, match="per_step"):
        through(net, per_step=0)
