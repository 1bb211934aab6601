"""Functions of each element, wherever it stands."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from learning.lanes import LANES, in_whole_lanes

NUMBERS = 4 * torch.randn(5, 3 * LANES, generator=torch.Generator().manual_seed(1))


@given(st.integers(1, 3 * LANES), st.integers(1, 5))
@pytest.mark.parametrize("function", [torch.sigmoid, torch.exp, torch.nn.functional.softplus])
def test_a_row_of_a_batch_has_the_bits_that_it_has_alone(function, points, runs):
    rows = NUMBERS[:runs, :points].contiguous()
    batch = in_whole_lanes(function, rows)
    assert batch.shape == rows.shape
    assert all(torch.equal(of_all, in_whole_lanes(function, row)) for of_all, row in zip(batch, rows, strict=True))
    torch.testing.assert_close(batch, function(rows))


@pytest.mark.parametrize("points", [1, 100, LANES, LANES + 1])
def test_so_do_gradients(points):
    rows = NUMBERS[:, :points].clone().requires_grad_()
    in_whole_lanes(torch.sigmoid, rows).pow(2).sum().backward()
    for k, row in enumerate(rows.detach()):
        alone = row.clone().requires_grad_()
        in_whole_lanes(torch.sigmoid, alone).pow(2).sum().backward()
        assert torch.equal(rows.grad[k], alone.grad)
    plain = rows.detach().requires_grad_()
    torch.sigmoid(plain).pow(2).sum().backward()
    torch.testing.assert_close(rows.grad, plain.grad)


def test_of_two_tensors():
    one, other = NUMBERS[0, :7], NUMBERS[1, :7]
    assert torch.equal(in_whole_lanes(torch.add, one, other), one + other)
