"""What steps are made of, against the steps that torch.optim took and against its own state."""

import numpy as np
import pytest
import torch

from learning.errors import InputError
from learning.experiment import Experiment
from learning.steps import DEFAULTS, steps
from learning.training import train

CURVE = Experiment(data="logistic", model="logistic", loss="mse", lr=0.25, epochs=60, start=(-0.8, -0.3))
STARTS = [(-0.8, -0.3), (-3.0, -1.0), (-10.0, -1.0)]

OPTIONS = [
    ("SGD", {}),
    ("SGD", {"weight_decay": 0.1}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "dampening": 0.3}),
    ("SGD", {"momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"momentum": 0.5, "maximize": True}),
    ("RMSprop", {}),
    ("RMSprop", {"alpha": 0.9, "eps": 1e-3}),
    ("RMSprop", {"momentum": 0.5, "weight_decay": 0.05}),
    ("RMSprop", {"momentum": 0.7, "centered": True, "eps": 1e-2}),
    ("Adam", {}),
    ("Adam", {"betas": (0.5, 0.9), "eps": 1e-3}),
    ("Adam", {"weight_decay": 0.05}),
    ("Adam", {"weight_decay": 0.05, "decoupled_weight_decay": True}),
    ("Adam", {"maximize": True}),
    ("AdamW", {}),
    ("AdamW", {"weight_decay": 0.3, "betas": (0.8, 0.99)}),
]

RUNS = [CURVE.replace(loss=loss, start=start) for loss in ("mse", "bce") for start in STARTS]
RUNS += [Experiment(lr=0.0005), Experiment(loss="mse", lr=0.01, epochs=1)]
RUNS += [Experiment(data="broken-line", model="relu", nodes=3, bias=True, loss="mse", lr=0.02, epochs=40, seed=1)]


def assert_close(told, recorded, rounding):
    """Within float32 rounding of the parameters, and of the column's largest number."""
    np.testing.assert_allclose(told, recorded, rtol=2e-4, atol=rounding + 2e-5 * np.abs(recorded).max())


@pytest.mark.parametrize(("optimizer", "options"), OPTIONS, ids=str)
@pytest.mark.parametrize("run", RUNS, ids=lambda run: f"{run.model} {run.loss} {run.start}")
def test_the_steps_are_those_that_were_taken(run, optimizer, options):
    history = train(run.replace(optimizer=optimizer, optimizer_options=options))
    told, params = steps(history), history.params.astype(float)
    assert told.step.shape == (len(history) - 1, history.params.shape[1])
    last = history.last_finite
    assert last >= min(10, len(history) - 1)
    assert_close(told.step[:last], np.diff(params, axis=0)[:last], 2e-7 * np.abs(params[: last + 1]).max())


def states_of(history, optimizer, options):
    """Feed the recorded gradients to torch's optimizer, one by one, in float64; return its state after each step."""
    weights = torch.nn.Parameter(torch.tensor(history.params[0], dtype=torch.float64))
    torch_optimizer = getattr(torch.optim, optimizer)([weights], lr=history.experiment.lr, **options)
    kept = []
    for params, grads in zip(history.params[:-1], history.grads[:-1], strict=True):
        weights.data = torch.tensor(params, dtype=torch.float64)
        weights.grad = torch.tensor(grads, dtype=torch.float64)
        torch_optimizer.step()
        state = {
            name: value.clone().numpy() for name, value in torch_optimizer.state[weights].items() if value is not None
        }
        kept.append({**state, "step taken": weights.detach().numpy() - params.astype(float)})
    return kept


@pytest.mark.parametrize(("optimizer", "options"), OPTIONS, ids=str)
@pytest.mark.parametrize("start", STARTS)
def test_the_averages_are_those_that_torch_keeps(start, optimizer, options):
    history = train(CURVE.replace(start=start, optimizer=optimizer, optimizer_options=options, epochs=25))
    told, kept = steps(history), states_of(history, optimizer, options)
    names = {"SGD": ("momentum_buffer", ""), "RMSprop": ("momentum_buffer", "square_avg")}
    first, second = names.get(optimizer, ("exp_avg", "exp_avg_sq"))
    for moment, name in ((told.m, first), (told.v, second)):
        there = name in kept[0]
        assert (moment is not None) == there
        if there:
            wanted = np.stack([state[name] for state in kept])
            np.testing.assert_allclose(moment, wanted, rtol=1e-9, atol=1e-300)
    taken = np.stack([state["step taken"] for state in kept])
    np.testing.assert_allclose(told.step, taken, rtol=1e-7, atol=1e-14)


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_slope():
    for start in STARTS:
        told = steps(train(CURVE.replace(start=start, optimizer="Adam", epochs=1)))
        assert np.abs(told.step) == pytest.approx(0.25, rel=2e-3)
        assert told.m_hat == pytest.approx(10 * told.m)
        assert told.v_hat == pytest.approx(1000 * told.v)


def test_what_is_not_used_is_not_there():
    plain = steps(train(CURVE))
    assert (plain.m, plain.v, plain.m_hat, plain.v_hat) == (None, None, None, None)
    heavy = steps(train(CURVE.replace(optimizer_options={"momentum": 0.9})))
    assert (heavy.v, heavy.m_hat, heavy.v_hat) == (None, None, None)
    assert heavy.m.shape == heavy.step.shape


@pytest.mark.parametrize("optimizer", DEFAULTS)
def test_no_step_at_all(optimizer):
    assert steps(train(CURVE.replace(optimizer=optimizer, epochs=0))).step.shape == (0, 2)


@pytest.mark.parametrize("optimizer", DEFAULTS)
def test_a_run_that_diverges_has_steps_that_are_no_numbers(optimizer):
    history = train(Experiment(optimizer=optimizer, lr=1.0, epochs=60, optimizer_options={"weight_decay": 1e3}))
    assert steps(history).step.shape == (60, 2)


@pytest.mark.parametrize("optimizer", DEFAULTS)
def test_the_defaults_are_those_of_torch(optimizer):
    kind = getattr(torch.optim, optimizer)
    defaults = kind([torch.nn.Parameter(torch.ones(1))]).defaults
    assert dict(DEFAULTS[optimizer]) == {name: defaults[name] for name in DEFAULTS[optimizer]}
    assert defaults.keys() - DEFAULTS[optimizer].keys() <= {
        "lr",
        "foreach",
        "fused",
        "capturable",
        "differentiable",
    } | ({"decoupled_weight_decay"} if optimizer == "AdamW" else set())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"optimizer": "Adagrad"}, ['"Adagrad" is unknown', "SGD", "RMSprop", "AdamW"]),
        ({"optimizer": "LBFGS", "epochs": 2}, ['"LBFGS" is unknown']),
        ({"optimizer": "Adam", "optimizer_options": {"amsgrad": True}}, ["amsgrad = True"]),
        ({"record_every": 2}, ["record_every = 2", "record_every 1"]),
        ({"batch_size": 10}, ["batch_size = 10", "without batch_size"]),
    ],
    ids=str,
)
def test_what_cannot_be_told_is_refused_in_one_line(changes, words):
    with pytest.raises(InputError) as caught:
        steps(train(CURVE.replace(**{"epochs": 4, **changes})))
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    "run",
    [
        Experiment(data="polynomial", model="linear", powers=(1, 2, 3), bias=True, loss="mse", lr=0.01, epochs=40),
        Experiment(data="broken-line", model="steps", nodes=20, bias=True, loss="mse", lr=0.01, epochs=40),
        Experiment(data="rise-and-fall", model="relu-logistic", nodes=2, bias=True, loss="bce", lr=0.01, epochs=40),
    ],
    ids=lambda run: run.model,
)
@pytest.mark.parametrize("changes", [{}, {"record": "update"}], ids=str)
def test_of_every_model_and_recorded_either_way(run, changes):
    history = train(run.replace(optimizer="Adam", **changes))
    assert_close(steps(history).step, np.diff(history.params.astype(float), axis=0), 1e-6)


def test_updates_of_few_points_are_refused_though_each_is_recorded():
    with pytest.raises(InputError, match=r"batch_size = 10.*not of the batches"):
        steps(train(CURVE.replace(batch_size=10, record="update", epochs=1)))


def test_a_batch_of_all_the_data_is_no_mini_batch():
    assert steps(train(CURVE.replace(batch_size=2000, epochs=3))).step.shape == (3, 2)
