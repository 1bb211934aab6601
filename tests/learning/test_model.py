"""The models against torch's own layers."""

import numpy as np
import pytest
import torch

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
]


def sequential(seed, nodes, bias):
    """The notes' net."""
    torch.manual_seed(seed)
    layer1 = torch.nn.Linear(in_features=1, out_features=nodes, bias=bias)
    layer2 = torch.nn.Linear(in_features=nodes, out_features=1, bias=bias)
    return torch.nn.Sequential(layer1, torch.nn.ReLU(), layer2)


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


def relu_net(seed, nodes, bias=False):
    return make(Experiment(model="relu", nodes=nodes, bias=bias, seed=seed))


def weights(model):
    return torch.nn.utils.parameters_to_vector(model.parameters()).tolist()


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("nodes", [1, 2, 5, 1024])
def test_a_relu_net_is_what_torch_makes_of_its_layers(nodes, bias):
    ours, theirs = relu_net(7, nodes, bias), sequential(7, nodes, bias)
    assert weights(ours) == weights(theirs)
    x = torch.linspace(-1, 2, 31)
    yhat, wanted = ours(x), theirs(x.reshape(-1, 1)).ravel()
    assert yhat.shape == (31,)
    np.testing.assert_allclose(yhat.detach(), wanted.detach(), rtol=1e-5, atol=1e-6)
    yhat.pow(2).sum().backward()
    wanted.pow(2).sum().backward()
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(mine.grad, other.grad, rtol=1e-4, atol=1e-4)


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
