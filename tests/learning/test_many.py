"""Runs side by side, in one history or in many, against each of them alone, bit for bit."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from learning import nodes, training
from learning.errors import InputError
from learning.experiment import COUPLING, OPTIMIZERS, Experiment, parameter_names
from learning.history import ARRAYS, EXTRAS
from learning.training import as_trained, together, train, train_many

NET = Experiment(data="broken-line", data_seed=43052, model="relu", nodes=2, loss="mse", lr=0.1, epochs=40)
LINE = Experiment(epochs=40)
CURVE = Experiment(data="logistic", model="logistic", loss="bce", lr=0.25, epochs=20, start=(-0.8, -0.3))
LAYER = Experiment(data="polynomial", model="linear", powers=(1, 2, 3), bias=True, loss="mse", lr=0.01, epochs=20)
STEPS = NET.replace(model="steps", nodes=20, bias=True, lr=0.01, epochs=20)
BENT = Experiment(data="rise-and-fall", model="relu-logistic", nodes=2, bias=True, loss="bce", lr=0.1, epochs=10)
OTHERS = [LAYER, LAYER.replace(powers=(1,), bias=False), STEPS, BENT, BENT.replace(loss="mse", bias=False)]
MODELS = [LINE, LINE.replace(loss="mse", lr=0.1), *(CURVE.replace(loss=loss) for loss in ("bce", "mse", "sse")), NET]
ELEMENTWISE = [name for name in OPTIMIZERS if name not in COUPLING]
COLUMNS = (*ARRAYS, *EXTRAS)


def assert_identical(one, other):
    for name in COLUMNS:
        mine, its = getattr(one, name), getattr(other, name)
        assert (mine is None) == (its is None)
        np.testing.assert_array_equal(mine, its, err_msg=name)
    assert one.digest() == other.digest()


def assert_one_batch_gives_what_each_gives(runs):
    assert len(together(runs)) == 1
    histories = train_many(runs)
    for experiment, history in zip(runs, histories, strict=True):
        assert history.experiment == experiment
        assert_identical(history, train(experiment))
    return histories


def short(experiment):
    return f"{experiment.model} {experiment.loss}"


def alone(experiment, net):
    """The run of one of an experiment's nets by itself."""
    return train(experiment.replace(nets=1, seed=experiment.seed + net, data_seed=experiment.seed_of_data))


def assert_nets_are_those_alone(experiment, which):
    history = train(experiment)
    count = history.params.shape[1] // experiment.nets
    assert history.yhat.shape == (len(history), len(history.x), experiment.nets)
    for net in which:
        run = alone(experiment, net)
        own = slice(net * count, (net + 1) * count)
        np.testing.assert_array_equal(history.params[:, own], run.params)
        np.testing.assert_array_equal(history.grads[:, own], run.grads)
        np.testing.assert_array_equal(history.yhat[:, :, net], run.yhat)
        assert history.names[own] == tuple(f"net{net}.{name}" for name in run.names)
    return history


@pytest.mark.parametrize("optimizer", ELEMENTWISE)
@pytest.mark.parametrize("bias", [False, True])
def test_nets_side_by_side_have_the_bits_that_they_have_alone(optimizer, bias):
    assert_nets_are_those_alone(NET.replace(nets=13, nodes=3, bias=bias, optimizer=optimizer, lr=0.03), (0, 5, 12))


@pytest.mark.parametrize(
    "changes",
    [
        {"nodes": 1},
        {"nodes": 16, "nets": 200, "epochs": 10},
        {"nodes": 1024, "nets": 3, "epochs": 5},
        {"nodes": 1024, "nets": 2, "epochs": 5, "bias": True, "lr": 0.001},
        {"loss": "sse", "lr": 0.002},
        {"lr": 50.0},
        {"data": "regression", "data_options": (), "lr": 0.01},
        {"data_seed": None},
        {"epochs": 0},
        {"record_every": 7},
        {"optimizer_options": {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}},
        {"optimizer": "Adam", "optimizer_options": {"amsgrad": True, "weight_decay": 0.1}},
        {"optimizer": "RMSprop", "lr": 0.01, "optimizer_options": {"centered": True, "momentum": 0.5}},
        {"seed": 2**32 - 4},
        {"model": "steps", "nodes": 33, "bias": True, "lr": 0.01},
        {"model": "relu-logistic", "data": "rise-and-fall", "data_options": (), "bias": True, "epochs": 8},
        {"model": "relu-logistic", "data": "rise-and-fall", "data_options": (), "loss": "bce", "epochs": 8},
    ],
    ids=str,
)
def test_so_they_have_whatever_the_run(changes):
    experiment = NET.replace(**{"nets": 4, **changes})
    assert_nets_are_those_alone(experiment, (0, experiment.nets - 1))


def test_nets_recorded_by_update_have_the_points_of_each():
    history, by_epoch = train(NET.replace(nets=3, record="update", epochs=2)), train(NET.replace(nets=3, epochs=2))
    assert history.batch.tolist() == [list(range(100))] * 2 + [[-1] * 100]
    assert history.epoch.tolist() == [0, 1, 2]
    np.testing.assert_array_equal(history.params, by_epoch.params)


def test_the_recorded_loss_is_the_sum_of_theirs():
    history = train(NET.replace(nets=5))
    sums = np.sum([alone(NET.replace(nets=5), net).loss for net in range(5)], axis=0)
    np.testing.assert_allclose(history.loss, sums, rtol=1e-6)


def test_the_gradients_are_those_of_the_sum():
    experiment = NET.replace(nets=4, nodes=3, bias=True, epochs=2)
    history = train(experiment)
    weights = torch.tensor(history.params[1], dtype=torch.float64, requires_grad=True)
    x, y = (torch.tensor(column, dtype=torch.float64) for column in (history.x, history.y))
    loss = 0
    for w in weights.split(10):
        hidden = torch.relu(x[:, None] * w[:3] + w[3:6])
        loss = loss + torch.nn.functional.mse_loss(hidden @ w[6:9] + w[9], y)
    loss.backward()
    assert history.loss[1] == pytest.approx(loss.item(), rel=1e-6)
    np.testing.assert_allclose(history.grads[1], weights.grad, rtol=1e-4, atol=1e-6)


def test_the_same_nets_get_stuck():
    experiment = NET.replace(nets=40, seed=0, epochs=600, record_every=600)
    batch = nodes.stuck(train(experiment))
    assert batch.tolist() == [bool(nodes.stuck(alone(experiment, net))[0]) for net in range(40)]
    assert 5 < batch.sum() < 35


def test_many_experiments_have_the_histories_that_they_have_alone():
    runs = [NET.replace(seed=seed) for seed in (40352, 1, 5)]
    runs += [NET.replace(start=(1.0, -0.5, 0.2, 0.3)), NET.replace(lr=0.2), NET.replace(nodes=3), runs[1]]
    runs += [NET.replace(nets=2), NET.replace(optimizer="LBFGS", epochs=3), NET.replace(batch_size=10), Experiment()]
    runs += [Experiment(data="logistic", model="logistic", loss="bce", epochs=3, start=(w, 0)) for w in (1, 2, 3)]
    for experiment, history in zip(runs, train_many(runs), strict=True):
        assert history.experiment == experiment
        assert_identical(history, train(experiment))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9),
    st.integers(1, 20),
    st.booleans(),
    st.sampled_from(["SGD", "Adam", "RMSprop"]),
)
def test_any_seeds_and_sizes_have_the_histories_that_they_have_alone(seeds, size, bias, optimizer):
    same = NET.replace(nodes=size, bias=bias, optimizer=optimizer, epochs=6)
    runs = [same.replace(seed=seed) for seed in seeds]
    for experiment, history in zip(runs, train_many(runs), strict=True):
        assert_identical(history, train(experiment))


@pytest.mark.parametrize("experiment", [*MODELS, *OTHERS], ids=short)
def test_starts_make_one_batch(experiment):
    starts = [(-5, 10), (0, 0), (0.3, -0.7), (-10, -1), (60, -40), (1e-3, 1e3)]
    size = len(parameter_names(experiment))
    assert_one_batch_gives_what_each_gives([experiment.replace(start=(start * size)[:size]) for start in starts])


@pytest.mark.parametrize("experiment", [*MODELS, *OTHERS], ids=short)
def test_learning_rates_make_one_batch(experiment):
    rates = [experiment.lr * 1.3**k for k in (3, -9, 0, 1, 2, -1, -30, 4, 5, 12)]
    histories = assert_one_batch_gives_what_each_gives([experiment.replace(lr=lr) for lr in rates])
    assert len({history.params[1].tobytes() for history in histories}) == len(rates)


@pytest.mark.parametrize("optimizer", ELEMENTWISE)
@pytest.mark.parametrize("experiment", [LINE, CURVE, NET.replace(bias=True)], ids=short)
def test_seeds_rates_and_starts_at_once_make_one_batch(optimizer, experiment):
    same = experiment.replace(optimizer=optimizer, epochs=12, data_seed=43052, start=None)
    runs = [same.replace(seed=seed, lr=lr) for seed, lr in zip(range(9), (0.1, 0.02, 0.3) * 3, strict=True)]
    first = train(same.replace(epochs=0)).params[0]
    assert_one_batch_gives_what_each_gives([*runs, same.replace(start=tuple(2 * first.astype(float)), lr=0.02)])


@pytest.mark.parametrize(
    "options",
    [
        ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
        ("Adam", {"amsgrad": True, "weight_decay": 0.1}),
        ("RMSprop", {"centered": True, "momentum": 0.5}),
    ],
    ids=str,
)
def test_so_they_do_whatever_the_options(options):
    same = CURVE.replace(optimizer=options[0], optimizer_options=options[1])
    assert_one_batch_gives_what_each_gives([same.replace(lr=lr) for lr in (0.5, 0.01, 0.1)])


@pytest.mark.parametrize("experiment", MODELS, ids=short)
@pytest.mark.parametrize("batch_size", [1, 30])
def test_mini_batches_of_one_seed_make_one_batch(experiment, batch_size):
    same = experiment.replace(batch_size=batch_size, epochs=1, lr=1e-3)
    assert_one_batch_gives_what_each_gives([same, same.replace(lr=2e-3), same.replace(lr=5e-4)])
    assert len(together([same.replace(data_seed=1, seed=seed) for seed in (1, 2)])) == 2


@pytest.mark.parametrize("experiment", [*MODELS, *OTHERS], ids=short)
@pytest.mark.parametrize("changes", [{}, {"batch_size": 30, "record": "update", "epochs": 1}], ids=str)
def test_with_test_data_runs_make_one_batch(experiment, changes):
    same = experiment.replace(test_seed=7, epochs=4, start=None, lr=1e-3).replace(**changes)
    histories = assert_one_batch_gives_what_each_gives([same, same.replace(lr=2e-3), same.replace(lr=5e-4)])
    assert all(history.test_loss.shape == history.epoch.shape for history in histories)
    assert all(np.isfinite(history.test_yhat).all() for history in histories)


@pytest.mark.parametrize("experiment", [LINE, LAYER, STEPS], ids=short)
def test_seeded_once_runs_of_one_seed_make_one_batch(experiment):
    same = experiment.replace(seeded_once=True, start=None, epochs=4, data_seed=None, seed=5)
    assert_one_batch_gives_what_each_gives([same, same.replace(lr=2e-3), same.replace(lr=5e-4, test_seed=None)])
    runs = [same, same.replace(seed=6), same.replace(seeded_once=False), same.replace(test_seed=1)]
    assert len(together(runs)) == 4
    for run, history in zip(runs, train_many(runs), strict=True):
        assert_identical(history, train(run))


@settings(max_examples=25)
@given(
    st.sampled_from([LINE.replace(start=None), LAYER, STEPS]),
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([0.01, 0.001]), st.booleans(), st.none() | st.integers(3, 4)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([{}, {"batch_size": 30, "record": "update"}, {"batch_size": 1, "record_every": 2}]),
)
def test_any_mixture_has_the_histories_that_each_has_alone(experiment, mixture, changes):
    same = experiment.replace(epochs=2, data_seed=None, **changes)
    runs = [
        same.replace(seed=seed, lr=lr, seeded_once=once, test_seed=test_seed) for seed, lr, once, test_seed in mixture
    ]
    for run, history in zip(runs, train_many(runs), strict=True):
        assert history.experiment == run
        assert_identical(history, train(run))


weights = st.floats(-1e6, 1e6, width=32)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(MODELS[:5]),
    st.lists(st.tuples(st.tuples(weights, weights), st.floats(1e-6, 100)), min_size=2, max_size=12, unique=True),
)
def test_any_starts_and_rates_have_the_histories_that_they_have_alone(experiment, pairs):
    assert_one_batch_gives_what_each_gives([experiment.replace(start=start, lr=lr, epochs=5) for start, lr in pairs])


def points_of(folder, points):
    """A file of so many points, y from 0 to 1."""
    file, generator = folder / "points.csv", np.random.default_rng(0)
    numbers = np.stack([generator.normal(size=points), generator.random(points)], axis=1)
    np.savetxt(file, numbers, delimiter=",", header="x,y", comments="")
    return str(file)


@pytest.mark.parametrize("experiment", [*MODELS[:-1], NET.replace(nodes=3, bias=True)], ids=short)
@pytest.mark.parametrize("points", [2, 3, 17, 37, 40_000])
def test_points_of_a_file_have_the_histories_that_they_have_alone(tmp_path, points, experiment):
    file = points_of(tmp_path, points)
    same = experiment.replace(data=file, data_options=(), data_seed=None, start=None, epochs=4)
    runs = [same.replace(seed=seed) for seed in range(5)]  # of the first weights only: a file has no seed
    assert_one_batch_gives_what_each_gives([*runs, *(run.replace(lr=0.01) for run in runs[:2])])


def test_runs_that_diverge_do_not_harm_the_others():
    starts = [(0.5, -0.4, -0.1, 0.3), (1e6, 1e6, 1e6, 1e6), (0.2, 0.1, 0.3, -0.2)]
    runs = [NET.replace(start=start) for start in starts]
    histories = assert_one_batch_gives_what_each_gives(runs)
    assert [bool(np.isfinite(history.params).all()) for history in histories] == [True, False, True]


def test_rates_that_diverge_do_not_harm_the_others():
    runs = [LINE.replace(lr=lr, epochs=200) for lr in (0.001, 0.0083, 0.1, 1e6)]
    histories = assert_one_batch_gives_what_each_gives(runs)
    assert [bool(np.isfinite(history.params).all()) for history in histories] == [True, True, False, False]


def test_what_belongs_together():
    seeds = [NET.replace(seed=seed) for seed in range(3)]
    fast, other = NET.replace(lr=0.2), NET.replace(seed=9, start=(1, 2, 3, 4))
    groups = together([fast, *seeds, NET.replace(nodes=3), seeds[0], other])
    assert groups == [(*seeds, other, fast), (NET.replace(nodes=3),)]  # those of equal rate are neighbours
    assert together([LINE, CURVE, LINE.replace(lr=1.0)]) == [(LINE, LINE.replace(lr=1.0)), (CURVE,)]
    same_data = NET.replace(data_seed=None, seed=43052)
    assert together([NET, same_data]) == [(NET, same_data)]
    for changes in (
        {"data_seed": None},
        {"optimizer": "LBFGS"},
        {"optimizer": "Adafactor"},
        {"batch_size": 10},
        {"nets": 2},
    ):
        assert [len(group) for group in together([NET.replace(**changes, seed=seed) for seed in (0, 5)])] == [1, 1]
    for changes in ({"epochs": 3}, {"record_every": 2}, {"loss": "mse"}, {"optimizer": "Adam"}, {"data_seed": 2}):
        assert len(together([LINE, LINE.replace(**changes)])) == 2


def test_no_experiment_at_all():
    assert train_many([]) == []
    assert together([]) == []


def test_progress_of_many_goes_up_to_the_end():
    calls = []
    runs = [NET.replace(seed=seed) for seed in range(3)] + [Experiment(epochs=7), NET.replace(nodes=1, epochs=3)]
    train_many(runs, lambda done, total: calls.append((done, total)))
    assert [done for done, _ in calls] == sorted(done for done, _ in calls)
    assert {total for _, total in calls} == {50}
    assert calls[-1] == (50, 50)


def test_each_group_is_handed_over_when_it_is_there():
    bad = NET.replace(optimizer_options={"momentm": 1})
    trained = as_trained([NET, NET.replace(seed=2), bad])
    assert [next(trained)[0], next(trained)[0]] == [NET, NET.replace(seed=2)]
    with pytest.raises(InputError, match="momentm"):
        next(trained)


def test_a_rate_that_is_refused_is_named():
    with pytest.raises(InputError, match=r"lr = 1e\+300"):
        train_many([LINE, LINE.replace(lr=1e300)])


def test_together_many_histories_may_be_larger_than_one(monkeypatch):
    monkeypatch.setattr(training, "LARGEST_HISTORY", 2**15)
    assert len(train_many([LINE.replace(lr=lr) for lr in (0.001, 0.002, 0.003)])) == 3
    with pytest.raises(InputError, match="record_every"):
        train_many([LINE.replace(lr=lr, epochs=100) for lr in (0.001, 0.002)])


def test_many_histories_that_would_be_huge_are_refused(monkeypatch):
    monkeypatch.setattr(training, "LARGEST_HISTORY", 2**20)
    with pytest.raises(InputError, match="record_every"):
        train(NET.replace(nets=100, epochs=1000))
