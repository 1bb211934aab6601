"""The line against torch's own layer."""

import numpy as np
import pytest
import torch

from learning.model import MODELS, Line


def test_the_line_is_what_torch_makes_of_the_same_numbers():
    x = torch.linspace(-2, 3, 11)
    layer = torch.nn.Linear(1, 1)
    with torch.no_grad():
        layer.bias.fill_(-5)
        layer.weight.fill_(10)
    line = Line(0, (-5.0, 10.0))
    yhat = line(line.features(x))
    assert yhat.shape == (11,)
    np.testing.assert_allclose(yhat.detach(), layer(x.reshape(-1, 1)).detach().ravel(), rtol=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 43052])
def test_without_a_start_a_line_starts_as_torch_would(seed):
    torch.manual_seed(seed)
    layer = torch.nn.Linear(1, 1)
    assert Line(seed, None).weights.tolist() == [layer.bias.item(), layer.weight.item()]


@pytest.mark.parametrize("name", MODELS)
def test_every_model_names_all_its_parameters(name):
    model = MODELS[name](0, None)
    assert len(model.names) == sum(parameter.numel() for parameter in model.parameters())
