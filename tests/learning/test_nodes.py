"""What is told of the nodes, against plain loops, autograd, and runs whose fate is known."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learning import nodes
from learning.errors import InputError
from learning.experiment import Experiment
from learning.history import History
from learning.training import train

NET = Experiment(data="broken-line", data_seed=43052, model="relu", nodes=2, loss="mse", lr=0.1, epochs=300, seed=1)
STUCK = NET.replace(seed=40352)
LEAST = 0.10083841
"""The least loss of these data: what seed 1 ends at."""

RUNS = [
    NET,
    STUCK,
    NET.replace(nodes=1),
    NET.replace(nodes=5, bias=True, epochs=50),
    NET.replace(nodes=1024, epochs=3),
    NET.replace(loss="sse", lr=0.001, epochs=20),
    NET.replace(data="regression", data_options=(), lr=0.01, epochs=20, nodes=3, bias=True),
    NET.replace(epochs=0),
    NET.replace(nets=3, epochs=20),
    NET.replace(nets=3, nodes=4, bias=True, epochs=20),
]
each_run = pytest.mark.parametrize("experiment", RUNS, ids=lambda run: f"{run.seed} {run.nodes} {run.bias} {run.nets}")


@pytest.fixture(scope="module")
def learned():
    return train(NET.replace(epochs=1000))


@pytest.fixture(scope="module")
def unlucky():
    return train(STUCK.replace(epochs=1000))


def yhat_of(history, net):
    return history.yhat if history.yhat.ndim == 2 else history.yhat[:, :, net]


@each_run
def test_contributions_and_bias_add_up_to_the_recorded_yhat(experiment):
    history = train(experiment)
    for net in range(experiment.nets):
        of = nodes.layers(history, net)
        assert {column.dtype for column in of} == {np.dtype("f4")}
        total = nodes.contributions(history, net=net).sum(axis=-1) + of.b2[:, None]
        np.testing.assert_allclose(total, yhat_of(history, net), rtol=0, atol=1e-5)


@each_run
def test_layers_are_found_by_name(experiment):
    history, last = train(experiment), experiment.nets - 1
    of, prefix = nodes.layers(history, last), f"net{last}." if last else ""
    for node in range(experiment.nodes):
        np.testing.assert_array_equal(of.w1[:, node], history.column(f"{prefix}layer1.weight[{node},0]"))
        np.testing.assert_array_equal(of.w2[:, node], history.column(f"{prefix}layer2.weight[0,{node}]"))
        bias = history.column(f"{prefix}layer1.bias[{node}]") if experiment.bias else np.zeros(len(history))
        np.testing.assert_array_equal(of.b1[:, node], bias)
    bias = history.column(f"{prefix}layer2.bias[0]") if experiment.bias else np.zeros(len(history))
    np.testing.assert_array_equal(of.b2, bias)


@each_run
def test_pre_activations_have_the_bits_that_torch_had(experiment):
    history = train(experiment)
    of, x = nodes.layers(history), torch.from_numpy(history.x.copy())
    u = nodes.pre_activations(history)
    assert u.shape == (len(history), len(history.x), experiment.nodes)
    for row in (0, len(history) - 1):
        w1, b1 = torch.tensor(of.w1[row]), torch.tensor(of.b1[row])
        np.testing.assert_array_equal(u[row], (w1[:, None] * x + b1[:, None]).T)
    np.testing.assert_array_equal(nodes.activations(history), np.where(u > 0, u, 0))
    np.testing.assert_array_equal(nodes.pre_activations(history, [0, -1]), u[[0, -1]])
    np.testing.assert_array_equal(nodes.pre_activations(history, slice(0, 2)), u[:2])


@each_run
def test_uncovered_and_dead_by_a_plain_loop(experiment):
    history, net = train(experiment), experiment.nets - 1
    u = nodes.pre_activations(history, net=net)
    uncovered, dead = nodes.uncovered(history, net), nodes.dead(history, net)
    assert uncovered.shape == u.shape[:2]
    assert dead.shape == (len(history), experiment.nodes)
    for row in (0, len(history) // 2, len(history) - 1):
        assert uncovered[row].tolist() == [all(value <= 0 for value in point) for point in u[row]]
        assert dead[row].tolist() == [all(value <= 0 for value in node) for node in u[row].T]


def test_a_long_run_goes_in_blocks(monkeypatch, learned):
    whole = nodes.uncovered(learned), nodes.dead(learned), nodes.pattern_since(learned)
    monkeypatch.setattr(nodes, "BLOCK", 777)
    blocks = nodes.uncovered(learned), nodes.dead(learned), nodes.pattern_since(learned)
    np.testing.assert_array_equal(blocks[0], whole[0])
    np.testing.assert_array_equal(blocks[1], whole[1])
    assert blocks[2] == whole[2]


def test_a_node_that_looks_nowhere_is_dead():
    history = train(NET.replace(bias=True, nodes=2, epochs=5, start=(1, 1, -5, 0, 1, 1, 0)))
    assert nodes.dead(history).tolist() == [[True, False]] * 6


@each_run
def test_pieces_at_any_points(experiment):
    history, row = train(experiment), -1
    pieces = nodes.at_points(history, history.x, row)
    u = nodes.pre_activations(history, [row])[0]
    np.testing.assert_allclose(pieces.u, u, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(pieces.contribution, nodes.contributions(history, [row])[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(pieces.yhat, yhat_of(history, 0)[row], rtol=1e-5, atol=1e-5)
    fine = nodes.at_points(history, np.linspace(-2, 2, 501), row)
    assert (fine.u.shape, fine.yhat.shape, fine.yhat.dtype) == ((501, experiment.nodes), (501,), np.float64)
    np.testing.assert_array_equal(fine.v, np.maximum(fine.u, 0))


@each_run
def test_the_gradient_by_points_adds_up_to_the_recorded_one(experiment):
    history = train(experiment)
    for net in range(experiment.nets):
        count = history.params.shape[1] // experiment.nets
        for row in (0, len(history) // 2, len(history) - 1):
            share = nodes.gradient_share(history, row, net)
            assert share.shape == (len(history.x), count)
            recorded = history.grads[row, net * count : (net + 1) * count]
            np.testing.assert_allclose(
                share.sum(axis=0), recorded, rtol=1e-4, atol=1e-5 * max(1, np.abs(recorded).max())
            )


def test_the_gradient_of_each_point_is_that_of_autograd():
    history = train(NET.replace(nodes=3, bias=True, epochs=4))
    share = nodes.gradient_share(history, 2)
    for point in (0, 30, 77):
        w = torch.tensor(history.params[2], dtype=torch.float64, requires_grad=True)
        hidden = torch.relu(float(history.x[point]) * w[:3] + w[3:6])
        ((float(history.y[point]) - hidden @ w[6:9] - w[9]) ** 2 / 100).backward()
        assert share[point] == pytest.approx(w.grad.numpy(), rel=1e-9, abs=1e-12)


def test_uncovered_points_add_exactly_nothing(unlucky):
    for row in (0, 60, len(unlucky) - 1):
        share, bare = nodes.gradient_share(unlucky, row), nodes.uncovered(unlucky)[row]
        assert (share[bare] == 0).all()
        assert (share[~bare] != 0).any(axis=1).all()
    assert bare.tolist() == (unlucky.x < 0).tolist()


def test_the_stuck_run_turns_one_node_over_and_then_never_again(unlucky):
    since = nodes.pattern_since(unlucky)
    assert since == pytest.approx(54, abs=2)
    right = nodes.layers(unlucky).w1 > 0  # (T, H)
    assert right[0].tolist() == [False, True]
    assert right[unlucky.row(since) :].all()
    assert not right[unlucky.row(since) - 1].all()


def test_a_pattern_that_never_changes(learned):
    assert nodes.pattern_since(learned) == 0
    assert nodes.pattern_since(train(NET.replace(epochs=0))) == 0


def test_with_few_rows_the_epoch_is_a_recorded_one():
    history = train(STUCK.replace(epochs=200, record_every=50))
    assert nodes.pattern_since(history) == 100


def test_the_least_loss_of_a_pattern(learned, unlucky):
    assert nodes.least_with_pattern(learned) == pytest.approx(LEAST, abs=5e-8)
    assert nodes.least_with_pattern(unlucky) == pytest.approx(0.27246118, abs=5e-8)
    left = unlucky.y[unlucky.x < 0].astype(float)
    x, y = (column[unlucky.x > 0].astype(float) for column in (unlucky.x, unlucky.y))
    slope = (x @ y) / (x @ x)
    assert nodes.least_with_pattern(unlucky) == pytest.approx((left @ left + np.sum((y - slope * x) ** 2)) / 100)


def test_the_loss_settles_at_the_least_that_the_pattern_allows(learned, unlucky):
    for history, least in ((learned, 0.1008384), (unlucky, 0.27246118)):
        since = nodes.settled_since(history)
        k = history.row(since)
        assert history.loss[k:] == pytest.approx(least, rel=2e-6)
        assert abs(history.loss[k - 1] - least) > 5e-7 * least
        assert nodes.settled_since(history, tolerance=0.5) <= since
        assert nodes.settled_since(history, tolerance=1e-12) is None
    assert nodes.settled_since(train(NET.replace(epochs=20))) is None


def test_a_perfect_fit_settles_too():
    history = train(NET.replace(data_options={"noise": 0}, epochs=1500))
    since = nodes.settled_since(history)
    assert 50 < since < 1500
    assert history.loss[-1] < 1e-10


def test_a_loss_below_the_last_patterns_least_is_not_settled():
    # one node turns over from the better half to the worse: what it had is no longer within reach
    history = train(STUCK.replace(epochs=100))
    lower = dataclasses.replace(history, yhat=np.broadcast_to(history.y, history.yhat.shape).copy())
    assert nodes.settled_since(lower) is None


def test_least_squares_over_a_pattern_with_biases_is_a_bound():
    history = train(NET.replace(nodes=4, bias=True, epochs=3000, record_every=100))
    for row in range(0, len(history), 5):
        assert nodes.least_with_pattern(history, row) <= history.loss[row] * (1 + 1e-6)


def test_a_run_repeats_from_its_first_fixed_point_on():
    history = train(NET.replace(epochs=3000))
    epoch = nodes.repeats_from(history)
    assert 100 < epoch < 2000
    assert (history.params[epoch:] == history.params[epoch]).all()
    assert (history.params[epoch - 1] != history.params[epoch]).any()
    assert nodes.repeats_from(train(NET.replace(epochs=epoch))) is None
    assert nodes.repeats_from(train(NET.replace(epochs=epoch + 1))) == epoch


def test_a_cycle_repeats_from_where_it_begins():
    history = train(NET.replace(epochs=7))
    params = history.params[[0, 1, 2, 3, 4, 2, 3, 4]].copy()
    assert nodes.repeats_from(dataclasses.replace(history, params=params)) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"record_every": 2},
        {"batch_size": 10},
        {"optimizer": "Adam"},
        {"optimizer_options": {"momentum": 0.9}},
    ],
    ids=str,
)
def test_where_equal_parameters_would_prove_nothing_there_is_no_answer(changes):
    still = train(NET.replace(lr=1e-30, epochs=4, **changes))
    assert (still.params[-1] == still.params[0]).all()
    assert nodes.repeats_from(still) is None


def test_a_run_without_momentum_that_stands_still_repeats_at_once():
    for changes in ({}, {"optimizer_options": {"momentum": 0.0}}, {"batch_size": 100}):
        assert nodes.repeats_from(train(NET.replace(lr=1e-30, epochs=4, **changes))) == 0
    assert nodes.repeats_from(train(NET.replace(epochs=0))) is None


def test_a_run_that_is_lost_does_not_repeat():
    history = train(NET.replace(lr=1e6, epochs=60))
    assert np.isnan(history.params[-1]).any()
    assert nodes.repeats_from(history) is None
    assert nodes.settled_since(history) is None
    assert nodes.stuck(history).tolist() == [False]
    assert nodes.uncovered(history).shape == (61, 100)
    assert not np.isfinite(nodes.losses(history)[-1]).all()


def test_losses_of_many_nets_are_those_of_each():
    experiment = NET.replace(nets=4, epochs=10)
    history = train(experiment)
    losses = nodes.losses(history)
    assert losses.shape == (11, 4)
    for net in range(4):
        alone = train(experiment.replace(nets=1, seed=1 + net))
        assert losses[:, net] == pytest.approx(alone.loss, rel=1e-6)
        assert nodes.losses(alone)[:, 0] == pytest.approx(alone.loss, rel=1e-6)
    total = train(experiment.replace(loss="sse", lr=0.001))
    assert nodes.losses(total).sum(axis=1) == pytest.approx(total.loss, rel=1e-6)


def test_the_least_loss_of_a_bent_line(learned):
    assert nodes.least_loss(learned.x, learned.y) == pytest.approx(LEAST, abs=5e-8)
    assert nodes.least_loss(learned.x, learned.y, "sse") == pytest.approx(100 * LEAST, abs=5e-6)
    assert nodes.least_loss([-1, 0, 1], [2, 3, 4]) == pytest.approx(9 / 3)
    assert nodes.least_loss([1, 2], [2, 4]) == pytest.approx(0, abs=1e-30)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=12), st.data())
def test_no_two_slopes_do_better_than_the_least_loss(points, data):
    x, y = np.array(points).T
    left, right = data.draw(st.floats(-100, 100)), data.draw(st.floats(-100, 100))
    loss = np.mean((y - np.where(x < 0, left * x, right * x)) ** 2)
    assert nodes.least_loss(x, y) <= loss * (1 + 1e-9) + 1e-9


def test_who_is_stuck(learned, unlucky):
    assert nodes.stuck(learned).tolist() == [False]
    assert nodes.stuck(unlucky).tolist() == [True]
    assert nodes.stuck(train(NET.replace(nodes=1, epochs=5))).tolist() == [True]
    assert nodes.stuck(train(NET.replace(epochs=0))).tolist() == [False]  # on its way, but not stuck


def test_stuck_nets_are_those_whose_loss_stays_clearly_above_the_least():
    history = train(NET.replace(nets=60, seed=0, epochs=3000, record_every=3000))
    above = nodes.losses(history)[-1] > 1.05 * LEAST
    assert nodes.stuck(history).tolist() == above.tolist()
    assert 10 < above.sum() < 50


def test_a_point_at_zero_needs_no_node(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("x,y\n-1,1\n0,5\n1,1\n")
    experiment = Experiment(data=str(file), model="relu", nodes=2, loss="mse", epochs=0, start=(1, -1, 1, 1))
    assert nodes.uncovered(train(experiment)).tolist() == [[False, True, False]]
    assert nodes.stuck(train(experiment)).tolist() == [False]
    assert nodes.stuck(train(experiment.replace(start=(1, 1, 1, 1)))).tolist() == [True]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_a_net_is_stuck_just_where_its_first_weights_leave_a_side_bare(seed, size):
    history = train(NET.replace(seed=seed, nodes=size, epochs=0))
    w1 = nodes.layers(history).w1[0]
    assert nodes.stuck(history).tolist() == [bool((w1 > 0).all() or (w1 <= 0).all())]


def test_stuck_is_not_known_of_nets_with_bias():
    with pytest.raises(InputError, match="bias = True"):
        nodes.stuck(train(NET.replace(bias=True, epochs=0)))


BENT = Experiment(data="rise-and-fall", model="relu-logistic", nodes=3, bias=True, loss="bce", lr=0.1, epochs=5, seed=5)
STEPS = NET.replace(model="steps", nodes=7, bias=True, lr=0.01, epochs=20)


@pytest.mark.parametrize("experiment", [BENT, BENT.replace(bias=False), STEPS], ids=lambda run: run.model)
def test_nodes_of_other_nets_add_up_to_the_recorded_yhat(experiment):
    history = train(experiment)
    of, x = nodes.layers(history), history.x.astype(float)
    u = nodes.pre_activations(history)
    np.testing.assert_allclose(u, of.w1[:, None] * x[:, None] + of.b1[:, None], rtol=1e-5, atol=1e-6)
    v = torch.from_numpy(u).double()
    v = torch.sigmoid(200 * v) if experiment.model == "steps" else torch.relu(v)
    np.testing.assert_allclose(nodes.activations(history), v, rtol=1e-4, atol=1e-6)
    total = nodes.contributions(history).sum(axis=-1) + of.b2[:, None]
    yhat = torch.sigmoid(torch.from_numpy(total)) if experiment.model == "relu-logistic" else total
    np.testing.assert_allclose(history.yhat, yhat, rtol=1e-4, atol=1e-4)
    pieces = nodes.at_points(history, history.x, -1)
    np.testing.assert_allclose(pieces.yhat, history.yhat[-1], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(pieces.total, total[-1], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(pieces.u, u[-1], rtol=1e-4, atol=1e-5)


def test_of_relu_nodes_before_a_sigmoid_it_is_known_where_they_are_active():
    history = train(BENT)
    active = nodes.pre_activations(history) > 0
    np.testing.assert_array_equal(nodes.uncovered(history), ~active.any(axis=2))
    np.testing.assert_array_equal(nodes.dead(history), ~active.any(axis=1))
    assert nodes.pattern_since(history) in history.epoch


@pytest.mark.parametrize(
    "experiment", [BENT, BENT.replace(loss="mse"), STEPS], ids=lambda run: f"{run.model} {run.loss}"
)
@pytest.mark.parametrize(
    "ask",
    [
        nodes.stuck,
        nodes.settled_since,
        nodes.least_with_pattern,
        lambda history: nodes.gradient_share(history, -1),
    ],
)
def test_what_holds_of_relu_nets_only_is_refused_of_others(experiment, ask):
    with pytest.raises(InputError, match=f"model = {experiment.model}: .* only of the model relu; choose") as caught:
        ask(train(experiment.replace(epochs=0)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ask", [nodes.uncovered, nodes.dead])
def test_steps_are_nowhere_off(ask):
    with pytest.raises(InputError, match=r"model = steps: .* only of the model relu or relu-logistic"):
        ask(train(STEPS.replace(epochs=0)))


def test_losses_that_are_none_of_squares_are_refused():
    with pytest.raises(InputError, match=r"loss = 'bce'.*only of squares"):
        nodes.losses(train(BENT))
    history = train(STEPS.replace(nets=3))
    assert nodes.losses(history).sum(axis=1) == pytest.approx(history.loss, rel=1e-5)


@pytest.mark.parametrize("net", [-1, 3, 100])
def test_a_net_that_is_not_there_is_refused(net):
    with pytest.raises(InputError, match=f"net = {net}.*from 0 to 2"):
        nodes.layers(train(NET.replace(nets=3, epochs=0)), net)


@pytest.mark.parametrize("names", [["w0", "w1"], ["layer1.weight[0,0]", "other"], []])
def test_what_is_no_net_is_refused(names):
    count = len(names)
    columns = {"params": np.zeros((1, count)), "grads": np.zeros((1, count)), "yhat": np.zeros((1, 2))}
    points = {"x": np.zeros(2), "y": np.zeros(2)}
    meta = {"format": 1, "names": names}
    history = History(epoch=np.array([0]), loss=np.zeros(1), **columns, **points, meta=meta)
    with pytest.raises(InputError, match=r"not of a net.* choose the model relu, relu-logistic or steps") as caught:
        nodes.layers(history)
    assert "\n" not in str(caught.value)
