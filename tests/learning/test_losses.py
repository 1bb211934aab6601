"""The losses against torch's own, of one run and of many."""

import pytest
import torch

from learning.losses import LOSSES

OURS_AND_TORCHS = [
    ("sse", torch.nn.MSELoss(reduction="sum")),
    ("mse", torch.nn.MSELoss()),
    ("bce", torch.nn.BCEWithLogitsLoss()),
]
GENERATOR = torch.Generator().manual_seed(0)
OUTPUT, Y = 5 * torch.randn(4, 333, generator=GENERATOR), torch.rand(333, generator=GENERATOR)


def value_and_gradient(loss, output, y):
    leaf = output.clone().requires_grad_()
    value = loss(leaf, y)
    value.sum().backward()
    return value.detach(), leaf.grad


@pytest.mark.parametrize(("name", "torchs"), OURS_AND_TORCHS)
def test_a_loss_is_torchs(name, torchs):
    ours, theirs = (value_and_gradient(loss, OUTPUT[0], Y) for loss in (LOSSES[name].of, torchs))
    assert ours[0].shape == ()
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("name", LOSSES)
def test_many_runs_have_the_bits_of_each(name):
    values, gradients = value_and_gradient(LOSSES[name].of, OUTPUT, Y.expand(4, -1))
    for k, output in enumerate(OUTPUT):
        value, gradient = value_and_gradient(LOSSES[name].of, output, Y)
        assert torch.equal(values[k], value)
        assert torch.equal(gradients[k], gradient)


def test_only_cross_entropy_takes_logits():
    assert [name for name, loss in LOSSES.items() if loss.takes_logits] == ["bce"]
