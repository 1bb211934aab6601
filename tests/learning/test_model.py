"""The models against torch's own layers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from learning.experiment import Experiment, parameter_names
from learning.model import MODELS, Line, Logistic, ReluNet, make, side_by_side

EXPERIMENTS = [
    Experiment(start=None),
    Experiment(model="logistic"),
    Experiment(model="relu", nodes=1),
    Experiment(model="relu", nodes=3, bias=True),
    Experiment(model="relu", nodes=1024),
    Experiment(model="linear", powers=(0, 1)),
    Experiment(model="linear", powers=(1, 2, 3), bias=True),
    Experiment(model="relu-logistic", nodes=2, bias=True),
    Experiment(model="steps", nodes=500, bias=True),
    Experiment(model="linear", powers=(1,), bias=True, data="five-points", seeded_once=True),
]


class Mooyaho(torch.nn.Module):
    """The note's own activation."""

    def forward(self, u):
        return torch.sigmoid(200 * u)


def sequential(seed, nodes, bias, model="relu"):
    """The notes' net."""
    torch.manual_seed(seed)
    layer1 = torch.nn.Linear(in_features=1, out_features=nodes, bias=bias)
    layer2 = torch.nn.Linear(in_features=nodes, out_features=1, bias=bias)
    if model == "relu-logistic":
        return torch.nn.Sequential(layer1, torch.nn.ReLU(), layer2, torch.nn.Sigmoid())
    return torch.nn.Sequential(layer1, Mooyaho() if model == "steps" else torch.nn.ReLU(), layer2)


def assert_same_slopes(ours, theirs, rel=1e-4):
    """In units of the largest slope of each parameter: sums of float32 are rounded in another order."""
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        wanted = other.grad.reshape(mine.shape)
        np.testing.assert_allclose(mine.grad, wanted, rtol=rel, atol=rel * wanted.abs().max())


def test_the_line_is_what_torch_makes_of_the_same_numbers():
    x = torch.linspace(-2, 3, 11)
    layer = torch.nn.Linear(1, 1)
    with torch.no_grad():
        layer.bias.fill_(-5)
        layer.weight.fill_(10)
    line = Line((-5.0, 10.0))
    yhat = line.link(line(line.features(x)))
    assert yhat.shape == (11,)
    np.testing.assert_allclose(yhat.detach(), layer(x.reshape(-1, 1)).detach().ravel(), rtol=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 43052])
@pytest.mark.parametrize("model", ["line", "logistic"])
def test_without_a_start_line_and_logistic_start_as_torch_would(seed, model):
    torch.manual_seed(seed)
    layer = torch.nn.Linear(1, 1)
    assert weights(make(Experiment(model=model, seed=seed, start=None))) == [layer.bias.item(), layer.weight.item()]


def test_the_first_curve_of_the_notes():
    # reference-figures.md: sigmoid(-0.8 - 0.3x) from 0.3775 to 0.2497
    curve = Logistic((-0.8, -0.3))
    yhat = curve.link(curve(curve.features(torch.linspace(-1, 1, 2000)))).tolist()
    assert (yhat[0], yhat[-1]) == pytest.approx((0.3775, 0.2497), abs=5e-5)


def test_the_first_weights_of_the_notes_nets():
    # reference-figures.md
    one, two = relu_net(1, 1), relu_net(1, 2)
    assert weights(one) == pytest.approx([0.5153, -0.4414], abs=5e-5)
    assert weights(two) == pytest.approx([0.5153, -0.4414, -0.1371, 0.3319], abs=5e-5)
    assert weights(relu_net(40352, 2)) == pytest.approx([-0.2283, 0.0927, 0.2401, 0.5908], abs=5e-5)


def relu_net(seed, nodes, bias=False, model="relu"):
    return make(Experiment(model=model, nodes=nodes, bias=bias, seed=seed))


def weights(model):
    return torch.nn.utils.parameters_to_vector(model.parameters()).tolist()


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("nodes", [1, 2, 5, 1024])
@pytest.mark.parametrize("model", ["relu", "relu-logistic", "steps"])
def test_a_net_is_what_torch_makes_of_its_layers(model, nodes, bias):
    ours, theirs = relu_net(7, nodes, bias, model), sequential(7, nodes, bias, model)
    assert weights(ours) == weights(theirs)
    x = torch.linspace(-1, 2, 31)
    yhat, wanted = ours.link(ours(ours.features(x))), theirs(x.reshape(-1, 1)).ravel()
    assert yhat.shape == (31,)
    np.testing.assert_allclose(yhat.detach(), wanted.detach(), rtol=1e-5, atol=1e-6)
    yhat.pow(2).sum().backward()
    wanted.pow(2).sum().backward()
    assert_same_slopes(ours, theirs)


@pytest.mark.parametrize("model", ["relu", "relu-logistic", "steps"])
def test_every_weight_of_a_net_has_a_slope(model):
    start = (1.0, -1.0, 0.1, 0.2, 0.5, -0.7, 0.1)
    x, net = torch.linspace(-1, 2, 31), make(Experiment(model=model, nodes=2, bias=True, start=start))
    net.link(net(x)).pow(2).sum().backward()
    assert all((parameter.grad != 0).all() for parameter in net.parameters())


def test_a_step_is_as_steep_as_the_notes_and_has_its_slope_at_the_step():
    net = make(Experiment(model="steps", nodes=1, bias=True, start=(1.0, -0.5, 3.0, 1.0)))
    x = torch.tensor([0.0, 0.49, 0.5, 0.51, 1.0], requires_grad=True)
    yhat = net(x)
    assert yhat.tolist() == pytest.approx([1, 1 + 3 / (1 + np.exp(2)), 2.5, 1 + 3 / (1 + np.exp(-2)), 4], rel=1e-5)
    yhat.sum().backward()
    assert x.grad.tolist() == pytest.approx([0, 63, 150, 63, 0], abs=0.1)  # 3 times 200 v (1 - v)


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("powers", [(1,), (0,), (0, 1), (1, 2, 3), (3, 0, 2), (1, 1), tuple(range(10))])
def test_a_linear_layer_is_that_of_torch_upon_the_columns(powers, bias):
    torch.manual_seed(43052)
    theirs = torch.nn.Linear(len(powers), 1, bias)
    ours = make(Experiment(model="linear", powers=powers, bias=bias))
    assert weights(ours) == weights(theirs)
    x = torch.linspace(-1.5, 2, 31)
    columns = torch.vstack([torch.ones(31) if power == 0 else x**power for power in powers]).T  # (N, D)
    features = ours.features(x)
    np.testing.assert_array_equal(features, columns.T)
    yhat, wanted = ours.link(ours(features)), theirs(columns).ravel()
    np.testing.assert_allclose(yhat.detach(), wanted.detach(), rtol=1e-5, atol=1e-5)
    yhat.pow(2).mean().backward()
    wanted.pow(2).mean().backward()
    assert_same_slopes(ours, theirs)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=10), st.booleans(), st.data())
def test_a_linear_layer_is_the_polynomial_of_its_weights(powers, bias, data):
    count = len(powers) + bias
    start = data.draw(st.lists(st.floats(-10, 10, width=32), min_size=count, max_size=count))
    layer, x = make(Experiment(model="linear", powers=powers, bias=bias, start=start)), np.linspace(-1, 1, 7)
    wanted = sum(weight * x**power for weight, power in zip(start, (*powers, 0), strict=False))
    yhat = layer(layer.features(torch.tensor(x, dtype=torch.float32))).detach()
    np.testing.assert_allclose(yhat, wanted, rtol=1e-4, atol=1e-4)


def test_the_first_weights_of_the_notes_layers():
    # reference-figures.md
    for seed, wanted in ((43052, [-0.3467, -0.8470]), (1, [0.5153, -0.4414])):
        layer = make(Experiment(model="linear", powers=(1,), bias=True, seed=seed))
        assert weights(layer) == pytest.approx(wanted, abs=5e-5)
    for bias, wanted in ((False, [-0.2451, -0.5989]), (True, [-0.2451, -0.5989, 0.2549])):
        layer = make(Experiment(model="linear", powers=(0, 1), bias=bias))
        assert weights(layer) == pytest.approx(wanted, abs=5e-5)


def test_the_homeworks_layer_is_drawn_after_its_points():
    homework = Experiment(model="linear", powers=(1,), bias=True, data="five-points", seed=202043052)
    once = homework.replace(seeded_once=True)
    torch.manual_seed(202043052)
    torch.randn(5)
    layers = [torch.nn.Linear(1, 1) for _ in range(5)]
    assert weights(make(once)) == weights(layers[0]) == pytest.approx([0.7621, 0.2222], abs=5e-5)
    assert weights(make(homework)) != weights(make(once))
    assert weights(make(once.replace(data_seed=202043052))) == weights(make(once))
    # the note prints those of a fifth layer: its author must have run that cell, or others, several times
    assert weights(layers[4]) == pytest.approx([0.0092, 0.1899], abs=5e-5)


@pytest.mark.parametrize("seed", [0, 43052])
@pytest.mark.parametrize(
    ("data", "draw"),
    [
        ("regression", lambda: (torch.randn(100), torch.randn(100))),
        ("noisy-line", lambda: (torch.randn(100, 1), torch.randn(100, 1))),
        ("polynomial", lambda: (torch.randn(100), torch.randn(100, 1))),
        ("logistic", lambda: torch.bernoulli(torch.full((2000, 1), 0.5))),
        ("rise-and-fall", lambda: torch.bernoulli(torch.full((2000, 1), 0.5))),
        ("broken-line", lambda: torch.randn(100)),
        ("noise", lambda: torch.randn(100, 1)),
        ("five-points", lambda: torch.randn(5)),
        ("parabola", lambda: None),
        ("zeros-and-ones", lambda: None),
    ],
)
def test_seeded_once_a_program_draws_data_then_layers(data, draw, seed):
    torch.manual_seed(seed)
    draw()
    layer1, layer2 = torch.nn.Linear(1, 3), torch.nn.Linear(3, 1)
    net = make(Experiment(data=data, model="relu", nodes=3, bias=True, seed=seed, seeded_once=True))
    assert weights(net) == weights(torch.nn.Sequential(layer1, layer2))


def test_a_relu_net_can_start_anywhere():
    start = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    net = ReluNet(start, 2, True)
    assert tuple(weights(net)) == start
    # 5 ReLU(x + 3) + 6 ReLU(2x + 4) + 7
    assert net(torch.tensor([-4.0, -2.5, 1.0])).tolist() == [7.0, 9.5, 63.0]


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: f"{experiment.model} {experiment.nodes}")
def test_every_model_has_as_many_parameters_as_names(experiment):
    model = make(experiment)
    assert len(parameter_names(experiment)) == len(weights(model))


def test_every_model_is_tried():
    assert {experiment.model for experiment in EXPERIMENTS} == set(MODELS)


def test_logits_are_a_line_and_the_link_makes_probabilities_of_them():
    curve, x = Logistic((-1.0, 5.0)), torch.linspace(-30, 30, 61)
    u = curve(curve.features(x))
    assert torch.equal(u, -1 + 5 * x)
    np.testing.assert_allclose(curve.link(u).detach(), 1 / (1 + np.exp(1 - 5 * x.double())), rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda experiment: f"{experiment.model} {experiment.nodes}")
def test_models_side_by_side_say_what_each_says(experiment):
    models = [make(experiment.replace(seed=seed)) for seed in range(4)]
    before = [weights(model) for model in models]
    batch, x = side_by_side(models), torch.linspace(-1, 1, 50)
    features = batch.features(x)
    u, yhat = batch(features), batch.link(batch(features))
    assert u.shape == yhat.shape == (4, 50)
    for k, model in enumerate(models):
        assert torch.equal(u[k], model(features))
        assert torch.equal(yhat[k], model.link(model(features)))
    assert [weights(model) for model in models] == before


def test_making_a_model_leaves_the_global_generator_alone():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    for experiment in EXPERIMENTS:
        make(experiment)
    assert torch.equal(torch.get_rng_state(), before)
