"""The surface, the trace on it and the window around it, against torch and against the recorded numbers."""

import dataclasses
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.errors import InputError
from learning.experiment import Experiment
from learning.landscape import (
    TRACE_POINTS,
    Window,
    along,
    cross_entropy,
    gradient_at,
    gradient_over,
    loss_at,
    minimum_of,
    over_window,
    window_around,
)
from learning.theory import finite_difference, least_squares
from learning.training import train

MINIMUM = (2.4459, 4.0043)  # reference-figures.md
coordinate = st.floats(-1e4, 1e4)


@pytest.mark.parametrize("u", [-800.0, -3.0, 0.0, 0.25, 40.0, 800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_cross_entropy_of_a_point_is_torchs(u, y):
    expected = torch.nn.functional.binary_cross_entropy_with_logits(*torch.tensor([[u], [y]], dtype=torch.float64))
    assert cross_entropy(np.array([u]), np.array([y])) == pytest.approx([expected.item()], rel=1e-12, abs=1e-300)


@pytest.fixture(scope="module")
def history():
    return train(Experiment())


def torch_loss(history, w0, w1):
    x, y = torch.from_numpy(history.x.copy()).double(), torch.from_numpy(history.y.copy()).double()
    reduction = {"sse": "sum", "mse": "mean"}[history.experiment.loss]
    return torch.nn.functional.mse_loss(w0 + w1 * x, y, reduction=reduction).item()


@pytest.mark.parametrize("loss", ["sse", "mse"])
def test_the_loss_over_a_window_is_that_of_torch(loss):
    history = train(Experiment(loss=loss, epochs=0))
    landscape = over_window(history, Window((-6, 11), (-4, 12)), resolution=33)
    assert landscape.loss.shape == (33, 33)
    assert (landscape.w0[0], landscape.w0[-1], landscape.w1[0], landscape.w1[-1]) == (-6, 11, -4, 12)
    for i, j in np.random.default_rng(0).integers(0, 33, size=(40, 2)):
        expected = torch_loss(history, landscape.w0[i], landscape.w1[j])
        assert landscape.loss[i, j] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=50)
@given(coordinate, coordinate)
def test_the_loss_anywhere_is_that_of_torch(w0, w1):
    history = train(Experiment(epochs=0))
    assert loss_at(history, [(w0, w1)])[0] == pytest.approx(torch_loss(history, w0, w1), rel=1e-11)


def test_the_loss_at_the_recorded_states_is_the_recorded_loss(history):
    np.testing.assert_allclose(loss_at(history, history.params), history.loss, rtol=1e-6)


def test_many_points_and_much_data_go_in_blocks(tmp_path):
    file = tmp_path / "many.csv"
    rng = np.random.default_rng(1)
    np.savetxt(file, rng.normal(size=(50_000, 2)), delimiter=",", header="x,y", comments="")
    history = train(Experiment(data=str(file), loss="mse", epochs=0))
    points = rng.normal(size=(400, 2))
    tracemalloc.start()
    loss = loss_at(history, points)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64e6  # all the residuals at once would be 160 MB
    assert loss[::20] == pytest.approx([torch_loss(history, w0, w1) for w0, w1 in points[::20]], rel=1e-10)


def test_a_point_has_the_same_bits_whichever_others_are_asked_for():
    history = train(Experiment(data="logistic", model="logistic", loss="mse", lr=0.25, epochs=0))
    points = np.random.default_rng(2).normal(scale=4, size=(300, 2))
    loss, slope = loss_at(history, points), gradient_at(history, points)
    for some in (slice(0, 1), slice(5, 12), slice(250, 300)):
        np.testing.assert_array_equal(loss_at(history, points[some]), loss[some])
        np.testing.assert_array_equal(gradient_at(history, points[some]), slope[some])


def test_a_loss_beyond_all_numbers_is_inf(history):
    assert loss_at(history, [(1e200, 1e200)]).tolist() == [np.inf]


def test_no_point_at_all(history):
    assert loss_at(history, np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize("resolution", [1, 0, -3])
def test_a_resolution_that_makes_no_grid_is_refused(history, resolution):
    with pytest.raises(InputError, match="at least 2"):
        over_window(history, Window((0, 1), (0, 1)), resolution)


def test_a_window_contains_its_border_but_not_nan():
    window = Window((-1, 2), (0, 3))
    points = [(-1, 0), (2, 3), (0, 1), (2.1, 1), (0, -0.1), (np.nan, 1), (np.inf, 1)]
    assert window.contains(points).tolist() == [True, True, True, False, False, False, False]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"lr": 0.02},
        {"lr": 1.0, "epochs": 40},
        {"loss": "mse", "lr": 0.1},
        {"optimizer": "adam", "lr": 0.5},
        {"record_every": 4},
        {"batch_size": 10},
        {"epochs": 0},
        {"epochs": 1},
    ],
    ids=str,
)
def test_the_trace_has_the_recorded_numbers_and_lies_on_the_surface(changes):
    history = train(Experiment(**changes))
    trace = along(history, per_step=7)
    rows = history.last_finite + 1
    assert len(trace.epoch) == (rows - 1) * 7 + 1
    assert trace.epoch[::7].tolist() == history.epoch[:rows].tolist()
    np.testing.assert_array_equal(trace.params[::7], history.params[:rows])
    np.testing.assert_array_equal(trace.loss[::7], history.loss[:rows])
    np.testing.assert_allclose(trace.loss, loss_at(history, trace.params), rtol=2e-6)
    assert np.isfinite(trace.loss).all()
    assert (np.diff(trace.epoch) > 0).all()


def test_between_recorded_states_the_trace_is_straight_but_the_loss_is_not(history):
    trace = along(history, per_step=2)
    np.testing.assert_allclose(trace.params[1], (history.params[0] + history.params[1]) / 2, rtol=1e-6)
    assert trace.loss[1] == pytest.approx(torch_loss(history, *trace.params[1]), rel=1e-12)
    assert trace.loss[1] < 0.99 * (history.loss[0] + history.loss[1]) / 2


@pytest.mark.parametrize("epochs", [51, 500, 20_000])
@pytest.mark.parametrize("per_step", [1, 12, 100])
def test_a_long_trace_is_thin_but_whole_at_first(epochs, per_step):
    history = train(Experiment(epochs=epochs, lr=1e-5))
    trace = along(history, per_step)
    shown = min(per_step, 40)
    assert len(trace.epoch) <= TRACE_POINTS + 1
    assert trace.epoch[: 50 * shown + 1 : shown] == pytest.approx(np.arange(51), rel=1e-12)
    assert (trace.epoch[0], trace.epoch[-1]) == (0, epochs)
    assert (np.diff(trace.epoch) > 0).all()
    recorded = np.isin(trace.epoch, history.epoch)
    assert recorded.sum() >= min(epochs, 1500)
    np.testing.assert_array_equal(trace.loss[recorded], history.loss[trace.epoch[recorded].astype(int)])


def test_a_trace_needs_points(history):
    with pytest.raises(InputError, match="per_step = 0"):
        along(history, per_step=0)


def test_a_history_without_a_finite_state_has_no_path(history):
    lost = dataclasses.replace(history, loss=np.full_like(history.loss, np.nan))
    for follow in (along, lambda run: window_around(run, MINIMUM)):
        with pytest.raises(InputError, match="no state of this history is finite"):
            follow(lost)


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "linear", "powers": (0, 1)},
        {"model": "steps", "nodes": 1},
        {"model": "relu-logistic", "nodes": 1, "loss": "mse"},
    ],
    ids=str,
)
def test_a_model_whose_surface_is_not_known_is_named(changes):
    run = train(Experiment(start=None, epochs=0, **changes))
    for ask in (minimum_of, lambda run: loss_at(run, [(0, 0)]), lambda run: gradient_at(run, [(0, 0)]), along):
        with pytest.raises(InputError, match=f'"{changes["model"]}" is unknown.*; choose one of line, logistic'):
            ask(run)


@pytest.mark.parametrize("batch_size", [7, 100])
def test_a_trace_goes_from_update_to_update(batch_size):
    history = train(Experiment(record="update", batch_size=batch_size, epochs=2))
    trace = along(history, per_step=2)
    assert trace.epoch[::2].tolist() == history.epoch[: len(trace.epoch[::2])].tolist()
    np.testing.assert_array_equal(trace.loss[::2], history.loss)
    np.testing.assert_allclose(trace.loss, loss_at(history, trace.params), rtol=2e-6)
    assert (np.diff(trace.epoch) > 0).all()
    assert window_around(history, MINIMUM).contains(history.params).all()


def test_a_model_of_other_parameters_has_no_surface(history):
    foreign = dataclasses.replace(history, meta={**history.meta, "experiment": None})
    with pytest.raises(InputError, match="says nothing about its experiment"):
        loss_at(foreign, [(0, 0)])


@settings(max_examples=60, deadline=None)
@given(coordinate, coordinate, st.sampled_from(["sse", "mse"]), st.sampled_from([0, 5]))
def test_the_window_holds_start_and_minimum(w0, w1, loss, epochs):
    history = train(Experiment(start=(w0, w1), loss=loss, epochs=epochs))
    window = window_around(history, minimum_of(history))
    assert window.contains([(w0, w1), minimum_of(history)]).all()
    middle = [np.mean(window.w0), np.mean(window.w1)]
    assert middle == pytest.approx(minimum_of(history), rel=1e-6, abs=1e-6)
    widths = [window.w0[1] - window.w0[0], window.w1[1] - window.w1[0]]
    assert max(widths) < 2 * min(widths)  # this data curves about as much along both


def test_the_window_of_the_notes_run(history):
    window = window_around(history, MINIMUM)
    assert window.contains(history.params).all()
    assert np.diff([window.w0, window.w1]).ravel() == pytest.approx([17, 16], abs=1.5)  # the notes draw 17 by 17


@pytest.mark.parametrize(
    "changes",
    [{"lr": 0.0083}, {"lr": 0.0085}, {"optimizer": "adam", "lr": 0.5}, {"batch_size": 1, "lr": 0.02}],
    ids=str,
)
def test_the_window_holds_a_path_that_stays_near(changes):
    history = train(Experiment(**changes))
    assert window_around(history, MINIMUM).contains(history.params).all()


@pytest.mark.parametrize("changes", [{"lr": 0.02}, {"lr": 0.01}, {"lr": 1.0, "epochs": 200}], ids=str)
def test_a_run_that_diverges_does_not_blow_the_window_up(changes):
    history = train(Experiment(**changes))
    window = window_around(history, MINIMUM)
    farthest = 4 * 1.15 * np.hypot(-5 - MINIMUM[0], 10 - MINIMUM[1])
    for (low, high), middle in zip((window.w0, window.w1), MINIMUM, strict=True):
        assert (high - low) / 2 <= 1.2 * farthest
        assert (high + low) / 2 == pytest.approx(middle)
    assert not window.contains(history.params).all()


@pytest.mark.parametrize("epochs", [0, 30])
def test_a_start_at_the_minimum_gets_a_window_in_which_the_loss_clearly_rises(epochs):
    minimum = minimum_of(train(Experiment(epochs=0)))
    history = train(Experiment(start=tuple(minimum), epochs=epochs))
    window = window_around(history, minimum)
    assert window.contains([minimum, history.params[0]]).all()
    rim = over_window(history, window, 9).loss[[0, -1, 4, 4], [4, 4, 0, -1]]
    assert (rim > 1.5 * history.loss[0]).all()
    assert (rim < 10 * history.loss[0]).all()


@pytest.mark.parametrize(
    "rows",
    [
        "1,2\n1,4\n1,9\n",  # constant x: a whole valley of minima
        "0,1\n0,2\n0,3\n",  # w1 does nothing at all
        "1,3\n2,5\n3,7\n",  # a perfect fit: the least loss is nothing
        "1,0\n2,0\n3,0\n",  # and the best line is no line
        "1000,20\n2000,41\n3000,59\n",  # w0 and w1 of very different sizes
    ],
)
@pytest.mark.parametrize("start", [(-5.0, 10.0), "minimum"])
@pytest.mark.parametrize("loss", ["sse", "mse"])
def test_the_window_is_never_degenerate(tmp_path, rows, start, loss):
    file = tmp_path / "points.csv"
    file.write_text("x,y\n" + rows)
    experiment = Experiment(data=str(file), loss=loss, lr=1e-8, epochs=3)
    minimum = minimum_of(train(experiment))
    history = train(experiment.replace(start=tuple(minimum) if start == "minimum" else start))
    window = window_around(history, minimum)
    assert window.contains([minimum, history.params[0]]).all()
    for low, high in (window.w0, window.w1):
        assert np.isfinite([low, high]).all()
        assert high - low > 1e-3 * (1e-3 + max(abs(low), abs(high)))
    assert np.ptp(over_window(history, window, 9).loss) > 0


CURVES = [{"data": "logistic", "model": "logistic", "loss": loss} for loss in ("sse", "mse", "bce")]
SURFACES = [{}, {"loss": "mse"}, *CURVES]


def torch_loss_and_gradient(history, point):
    """By float64 autograd, through torch's own losses of logits or residuals."""
    x, y = torch.from_numpy(history.x.copy()).double(), torch.from_numpy(history.y.copy()).double()
    weights = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    u, run = weights[0] + weights[1] * x, history.experiment
    if run.loss == "bce":
        loss = torch.nn.functional.binary_cross_entropy_with_logits(u, y)
    else:
        yhat = torch.sigmoid(u) if run.model == "logistic" else u
        loss = torch.nn.functional.mse_loss(yhat, y, reduction={"sse": "sum", "mse": "mean"}[run.loss])
    loss.backward()
    return loss.item(), weights.grad.numpy()


@pytest.mark.parametrize("changes", SURFACES, ids=str)
@settings(max_examples=30, deadline=None)
@given(w0=st.floats(-60, 60), w1=st.floats(-60, 60))
def test_loss_and_gradient_anywhere_are_those_of_autograd(changes, w0, w1):
    history = train(Experiment(epochs=0, **changes))
    loss, gradient = torch_loss_and_gradient(history, (w0, w1))
    assert loss_at(history, [(w0, w1)])[0] == pytest.approx(loss, rel=1e-10, abs=1e-14)
    assert gradient_at(history, [(w0, w1)])[0] == pytest.approx(gradient, rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("changes", SURFACES, ids=str)
def test_the_size_of_the_gradient_over_a_window(changes):
    history = train(Experiment(epochs=0, **changes))
    window = Window((-11, 3), (-2, 10))
    size, ground = gradient_over(history, window, 17), over_window(history, window, 17)
    assert size.shape == (17, 17)
    for i, j in np.random.default_rng(0).integers(0, 17, size=(20, 2)):
        point = (ground.w0[i], ground.w1[j])
        assert size[i, j] == pytest.approx(np.hypot(*torch_loss_and_gradient(history, point)[1]), rel=1e-9, abs=1e-15)
        slopes = finite_difference(lambda w: loss_at(history, [w])[0], point, 1e-6)
        assert size[i, j] == pytest.approx(np.hypot(*slopes), rel=1e-3, abs=1e-5)


@pytest.mark.parametrize("changes", SURFACES, ids=str)
def test_loss_and_gradient_at_recorded_states_are_the_recorded_ones(changes):
    history = train(Experiment(lr=0.001, epochs=20, start=(-3.0, -1.0), **changes))
    np.testing.assert_allclose(loss_at(history, history.params), history.loss, rtol=2e-6)
    scale = np.abs(history.grads).max()
    np.testing.assert_allclose(gradient_at(history, history.params), history.grads, rtol=1e-4, atol=1e-6 * scale)


@pytest.mark.parametrize("start", [(-0.8, -0.3), (-3.0, -1.0), (-10.0, -1.0)])
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
@pytest.mark.parametrize("changes", CURVES[1:], ids=str)
def test_a_logistic_trace_lies_on_its_surface(changes, optimizer, start):
    history = train(Experiment(lr=0.25, epochs=100, start=start, optimizer=optimizer, **changes))
    trace = along(history, per_step=3)
    np.testing.assert_array_equal(trace.loss[:151:3], history.loss[:51])
    np.testing.assert_allclose(trace.loss, loss_at(history, trace.params), rtol=2e-6)


def test_cross_entropy_goes_on_where_float32_ends(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("x,y\n-1,1\n1,0\n2,0.5\n")
    history = train(Experiment(data=str(file), model="logistic", loss="bce", epochs=0))
    # at w = (0, 3000): -log sigmoid(-3000), -log(1 - sigmoid(3000)), and half of -log(1 - sigmoid(6000))
    assert loss_at(history, [(0, 3000)])[0] == pytest.approx(3000)
    assert loss_at(history, [(0, 1e300)])[0] == pytest.approx(1e300)
    assert gradient_at(history, [(0, 3000)])[0] == pytest.approx([0.5 / 3, (1 + 1 + 1) / 3])
    assert np.isfinite(gradient_at(history, [(0, 1e300)])).all()


def test_the_minimum_of_a_line_is_least_squares(history):
    assert minimum_of(history).tolist() == least_squares(history.x, history.y).tolist()


@pytest.mark.parametrize("changes", CURVES, ids=str)
@pytest.mark.parametrize("seed", [0, 1, 43052])
def test_at_the_minimum_of_a_curve_the_gradient_vanishes_and_every_way_leads_up(changes, seed):
    history = train(Experiment(epochs=0, seed=seed, **changes))
    lowest = minimum_of(history)
    share = len(history.x) if changes["loss"] == "sse" else 1
    assert torch_loss_and_gradient(history, lowest)[1] / share == pytest.approx([0, 0], abs=1e-10)
    around = lowest + np.random.default_rng(0).normal(size=(200, 2)) * np.logspace(-3, 1, 200)[:, None]
    assert (loss_at(history, around) > loss_at(history, [lowest])).all()


def test_the_minimum_of_cross_entropy_is_what_torch_finds():
    history = train(Experiment(data="logistic", model="logistic", loss="bce", epochs=0))
    x, y = torch.from_numpy(history.x.copy()).double(), torch.from_numpy(history.y.copy()).double()
    weights = torch.zeros(2, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=300, tolerance_grad=1e-12, tolerance_change=0)

    def closure():
        optimizer.zero_grad()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(weights[0] + weights[1] * x, y)
        loss.backward()
        return loss

    optimizer.step(closure)
    assert minimum_of(history) == pytest.approx(weights.detach().numpy(), rel=1e-8)


@pytest.mark.parametrize("loss", ["sse", "mse", "bce"])
@pytest.mark.parametrize(
    "rows",
    [
        "-2,0\n-1,0\n1,1\n2,1\n",  # one x separates them: no loss is least
        "1,0\n1,1\n1,1\n",  # constant x
        "0,1\n0,1\n",  # nothing but ones, at x = 0
        "1,0.25\n2,0.5\n3,0.75\n",  # probabilities
        "-1e9,0\n1e9,1\n0,0\n",
    ],
)
def test_far_data_have_a_finite_lowest_point(tmp_path, rows, loss):
    file = tmp_path / "points.csv"
    file.write_text("x,y\n" + rows)
    history = train(Experiment(data=str(file), model="logistic", loss=loss, epochs=0, start=(0, 0)))
    lowest = minimum_of(history)
    assert np.isfinite(lowest).all()
    assert loss_at(history, [lowest])[0] <= loss_at(history, [(0, 0)])[0]


@pytest.mark.parametrize(
    "ask", [minimum_of, lambda run: loss_at(run, [(0, 0)]), lambda run: gradient_at(run, [(0, 0)])]
)
def test_a_net_has_no_surface_over_two_weights(ask):
    run = train(Experiment(data="broken-line", model="relu", nodes=1, loss="mse", epochs=0))
    with pytest.raises(InputError, match='"relu" is unknown; choose one of line, logistic'):
        ask(run)


def test_a_window_around_a_run_is_for_lines():
    run = train(Experiment(data="logistic", model="logistic", loss="bce", epochs=0))
    with pytest.raises(InputError, match="window around a run"):
        window_around(run, (0, 0))


def test_a_gradient_needs_a_grid(history):
    with pytest.raises(InputError, match="at least 2"):
        gradient_over(history, Window((0, 1), (0, 1)), 1)
