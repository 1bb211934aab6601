"""The loss of a linear model at any weights, against the sums written out."""

import numpy as np
import pytest

from learning.theory import loss_of


def test_one_weight_of_the_two_points_is_the_parabola():
    y = np.array([1 - np.sqrt(2), 1 + np.sqrt(2)])
    w = np.linspace(-4, 6, 11)
    assert loss_of(np.ones((2, 1)), y, w[:, None], "mse") == pytest.approx(w**2 - 2 * w + 3)


def test_sums_and_means_of_squares_written_out():
    random = np.random.default_rng(3)
    features, y, weights = random.normal(size=(7, 2)), random.normal(size=7), random.normal(size=(4, 2))
    for row, found in zip(weights, loss_of(features, y, weights), strict=True):
        assert found == pytest.approx(sum((y[i] - features[i] @ row) ** 2 for i in range(7)))
    assert loss_of(features, y, weights, "mse") == pytest.approx(loss_of(features, y, weights) / 7)
