"""Theory against the notes' printed figures, NumPy's own routes, and autograd."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from learning.data import load
from learning.experiment import Experiment
from learning.theory import (
    best_line,
    best_weights,
    critical_lr,
    design,
    factor,
    finite_difference,
    gradient,
    hessian,
    least_squares,
    sigmoid,
    top_direction,
)
from learning.training import train

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


def test_best_weights_of_powers_agree_with_polyfit(data):
    x, y = data.x.astype(float), data.y.astype(float)
    features = np.stack([x, x**2, x**3, np.ones_like(x)], axis=1)
    cubic = np.polyfit(x, y, 3)
    assert best_weights(features, y) == pytest.approx([cubic[2], cubic[1], cubic[0], cubic[3]], rel=1e-8)


def test_at_the_best_weights_no_feature_is_left_in_the_residuals(data):
    features = np.random.default_rng(0).normal(size=(len(data.y), 5))
    residuals = data.y - features @ best_weights(features, data.y)
    assert features.T @ residuals == pytest.approx(np.zeros(5), abs=1e-9)


def test_of_equal_features_each_gets_its_share():
    assert best_weights([[1.0, 1.0], [2.0, 2.0]], [3.0, 6.0]) == pytest.approx([1.5, 1.5])


def test_the_best_line_is_what_polyfit_says_at_the_points(data):
    slope, bias = np.polyfit(data.x.astype(float), data.y.astype(float), 1)
    assert best_line(data.x, data.y) == pytest.approx(bias + slope * data.x.astype(float), abs=1e-9)


def test_constant_x_gives_the_shortest_of_the_minima():
    # every (w0, w1) with w0 + 2 w1 = 5 is a minimum; (1, 2) is the one nearest to the origin
    assert least_squares([2.0, 2.0, 2.0], [4.0, 5.0, 6.0]) == pytest.approx([1.0, 2.0])


def test_hessian_has_the_printed_eigenvalues(data):
    assert np.linalg.eigvalsh(hessian(design(data.x), "sse")) == pytest.approx([185.9603, 242.7701], abs=1e-3)


@pytest.mark.parametrize("loss", ["sse", "mse"])
def test_hessian_agrees_with_autograd(data, loss):
    x, y = torch.from_numpy(data.x).double(), torch.from_numpy(data.y).double()
    reduce = {"sse": torch.sum, "mse": torch.mean}[loss]
    expected = torch.autograd.functional.hessian(
        lambda w: reduce((y - w[0] - w[1] * x) ** 2), torch.tensor(START, dtype=torch.float64)
    )
    assert hessian(design(data.x), loss) == pytest.approx(expected.numpy(), rel=1e-9)


def test_critical_learning_rate(data):
    assert critical_lr(design(data.x), "sse") == pytest.approx(0.008238, abs=5e-7)
    assert critical_lr(design(data.x), "mse") == pytest.approx(0.8238, abs=5e-5)


@pytest.mark.parametrize(("share", "diverges"), [(0.999, False), (1.001, True)])
def test_descent_diverges_just_beyond_the_critical_rate(data, share, diverges):
    minimum = least_squares(data.x, data.y)
    weights = np.array(START)
    for _ in range(5000):
        weights = weights - share * critical_lr(design(data.x)) * gradient(data.x, data.y, weights)
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


def test_top_direction_is_the_eigenvector_of_the_largest_eigenvalue(data):
    features = design(data.x)
    direction = top_direction(features)
    assert np.linalg.norm(direction) == pytest.approx(1)
    assert direction[np.argmax(np.abs(direction))] > 0
    assert hessian(features) @ direction == pytest.approx(242.7701 * direction, rel=1e-6)


@settings(max_examples=50, deadline=None)
@given(arrays_of.arrays(np.float64, (7, 3), elements=st.floats(-10, 10)))
def test_no_direction_curves_more_than_the_top_one(features):
    direction, others = top_direction(features), np.random.default_rng(0).normal(size=(50, 3))
    curves = np.array([way @ hessian(features) @ way / (way @ way) for way in (direction, *others)])
    assert curves[0] >= curves[1:].max() - 1e-9
    assert direction[np.argmax(np.abs(direction))] > 0


def test_a_polynomial_is_a_linear_model_too():
    x = torch.linspace(-2, 2, 9).double()
    features = torch.stack([x**k for k in range(4)], dim=1)  # (9, 4)
    expected = torch.autograd.functional.hessian(lambda w: torch.mean((1 - features @ w) ** 2), torch.ones(4).double())
    assert hessian(features, "mse") == pytest.approx(expected.numpy(), rel=1e-9)
    assert critical_lr(features, "mse") == pytest.approx(2 / torch.linalg.eigvalsh(expected)[-1].item())


@pytest.mark.parametrize("lr", [0.0001, 0.001, 0.0038, 0.0083, 0.0085, 0.01, 0.015])
def test_each_recorded_step_multiplies_the_distance_by_the_factor(lr):
    history = train(Experiment(lr=lr))
    features = design(history.x)
    away = (history.params - least_squares(history.x, history.y)) @ top_direction(features)  # (T,)
    far = np.abs(away[:-1]) > 0.02  # nearer, float32 has too few digits left
    assert far.sum() >= 2
    assert away[1:][far] / away[:-1][far] == pytest.approx(factor(lr, features), abs=2e-4)


def test_the_factor_is_minus_one_at_the_critical_rate(data):
    for loss in ("sse", "mse"):
        assert factor(critical_lr(design(data.x), loss), design(data.x), loss) == pytest.approx(-1)


@given(st.floats(-1e300, 1e300))
def test_sigmoid_at_any_number(u):
    expected = torch.sigmoid(torch.tensor(u, dtype=torch.float64)).item()
    assert float(sigmoid(u)) == pytest.approx(expected, rel=1e-14, abs=1e-320)


def test_sigmoid_keeps_the_shape_and_ends_at_0_and_1():
    assert sigmoid(np.zeros((2, 3))).shape == (2, 3)
    assert sigmoid([-np.inf, 0, np.inf]).tolist() == [0, 0.5, 1]
    assert np.isnan(sigmoid(np.nan))
