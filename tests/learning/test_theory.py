"""Theory against the notes' printed figures, NumPy's own routes, and autograd."""

import numpy as np
import pytest
import torch

from learning.data import load
from learning.theory import critical_lr, finite_difference, gradient, hessian, least_squares

START = (-5.0, 10.0)


@pytest.fixture(scope="module")
def data():
    return load("regression", 43052)


def test_least_squares_is_the_printed_minimum(data):
    minimum = least_squares(data.x, data.y)
    assert minimum == pytest.approx([2.4459, 4.0043], abs=5e-5)
    residuals = data.y - minimum[0] - minimum[1] * data.x
    assert np.sum(residuals**2) == pytest.approx(26.3600, abs=5e-5)


def test_least_squares_agrees_with_polyfit(data):
    slope, bias = np.polyfit(data.x.astype(float), data.y.astype(float), 1)
    assert least_squares(data.x, data.y) == pytest.approx([bias, slope], rel=1e-9)


def test_constant_x_gives_the_shortest_of_the_minima():
    # every (w0, w1) with w0 + 2 w1 = 5 is a minimum; (1, 2) is the one nearest to the origin
    assert least_squares([2.0, 2.0, 2.0], [4.0, 5.0, 6.0]) == pytest.approx([1.0, 2.0])


def test_hessian_has_the_printed_eigenvalues(data):
    assert np.linalg.eigvalsh(hessian(data.x, "sse")) == pytest.approx([185.9603, 242.7701], abs=1e-3)


@pytest.mark.parametrize("loss", ["sse", "mse"])
def test_hessian_agrees_with_autograd(data, loss):
    x, y = torch.from_numpy(data.x).double(), torch.from_numpy(data.y).double()
    reduce = {"sse": torch.sum, "mse": torch.mean}[loss]
    expected = torch.autograd.functional.hessian(
        lambda w: reduce((y - w[0] - w[1] * x) ** 2), torch.tensor(START, dtype=torch.float64)
    )
    assert hessian(data.x, loss) == pytest.approx(expected.numpy(), rel=1e-9)


def test_critical_learning_rate(data):
    assert critical_lr(data.x, "sse") == pytest.approx(0.008238, abs=5e-7)
    assert critical_lr(data.x, "mse") == pytest.approx(0.8238, abs=5e-5)


@pytest.mark.parametrize(("share", "diverges"), [(0.999, False), (1.001, True)])
def test_descent_diverges_just_beyond_the_critical_rate(data, share, diverges):
    minimum = least_squares(data.x, data.y)
    weights = np.array(START)
    for _ in range(5000):
        weights = weights - share * critical_lr(data.x) * gradient(data.x, data.y, weights)
    assert (np.linalg.norm(weights - minimum) > np.linalg.norm(START - minimum)) == diverges


def test_gradient_by_formula_is_the_printed_one(data):
    assert gradient(data.x, data.y, START) == pytest.approx([-1342.2522, 1188.9305], abs=1e-3)
    assert gradient(data.x, data.y, START, "mse") == pytest.approx([-13.422522, 11.889305], abs=1e-5)


def test_gradient_vanishes_at_the_minimum(data):
    assert gradient(data.x, data.y, least_squares(data.x, data.y)) == pytest.approx([0, 0], abs=1e-9)


def test_forward_differences_in_float32_are_the_printed_ones(data):
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)

    def loss(w):
        return torch.sum((y - w[0] - w[1] * x) ** 2)

    assert finite_difference(loss, START, 0.001) == pytest.approx([-1341.7968, 1190.4297], abs=1e-4)


def test_forward_differences_are_off_by_half_h_times_curvature():
    # (f(w + h) - f(w)) / h of a quadratic is exactly f'(w) + h f''/2
    measured = finite_difference(lambda w: 3 * w[0] ** 2 + 5 * w[1] ** 2, (1.0, -2.0), 0.25)
    assert measured == pytest.approx([6 + 0.25 * 3, -20 + 0.25 * 5], rel=1e-12)
