import re

import numpy as np
import pytest

from learning import landscape
from learning.data import SEEN, check, data_of
from learning.errors import InputError, ProbabilityError
from learning.experiment import Experiment
from learning.history import History
from learning.training import train, train_many


@pytest.fixture
def table(tmp_path):
    """Write a CSV file with two columns, and return its path."""

    def write(x, y, names="height,weight", name="own.csv"):
        rows = "".join(f"{a!r},{b!r}\n" for a, b in zip(np.asarray(x).tolist(), np.asarray(y).tolist(), strict=True))
        path = tmp_path / name
        path.write_text(f"{names}\n{rows}", encoding="utf-8")
        return str(path)

    return write


def cloud(points, seed=1):
    random = np.random.default_rng(seed)
    x = random.normal(172, 8, points)
    return x, 60 + 0.9 * (x - 172) + random.normal(0, 6, points)


def refusal(**values):
    with pytest.raises(InputError) as caught:
        data_of(Experiment(**values))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_standardized_columns_are_what_was_recorded_and_meta_says_what_was_taken_out(table):
    x, y = cloud(50)
    run = train(Experiment(data=table(x, y), standardize=True, epochs=3))
    for name, values, recorded in (("x", x, run.x), ("y", y, run.y)):
        mean, sd = run.meta["standardized"][name]
        assert (mean, sd) == pytest.approx((sum(values) / 50, np.sqrt(np.mean((values - values.mean()) ** 2))))
        np.testing.assert_allclose(mean + sd * recorded.astype(float), values, rtol=1e-6)
    assert run.meta["columns"] == ["height", "weight"]
    assert run.loss[0] == pytest.approx(np.sum((run.y - (-5 + 10 * run.x.astype(float))) ** 2), rel=1e-5)


def test_zeros_and_ones_stay_zeros_and_ones(table):
    x, _ = cloud(50)
    path = table(x, (x > 172).astype(int))
    run = train(Experiment(data=path, standardize=True, model="logistic", loss="bce", epochs=2))
    assert set(run.y.tolist()) == {0.0, 1.0}
    assert run.meta["standardized"].keys() == {"x"}
    assert abs(float(run.x.mean())) < 1e-6


def test_either_column_may_be_x(table):
    x, y = cloud(20)
    path = table(x, y)
    one, other = data_of(Experiment(data=path)), data_of(Experiment(data=path, x="weight"))
    np.testing.assert_array_equal(one.x, other.y)
    assert other.columns == ("weight", "height")


def test_of_many_points_some_are_seen_and_all_are_learned_from(table, tmp_path):
    x, y = cloud(7000)
    path = table(x, y)
    asked = Experiment(data=path, standardize=True, loss="mse", lr=0.1, epochs=4)
    run = train(asked)
    assert run.yhat.shape == (5, SEEN)
    assert {float(run.x.min()), float(run.x.max())} <= set(run.seen_x.tolist())
    ranks = np.sort(np.argsort(np.argsort(run.x, kind="stable"))[run.seen])
    assert set(np.diff(ranks).tolist()) == {3, 4}, "evenly in the order of x"
    for k, (w0, w1) in enumerate(run.params.astype(float)):
        np.testing.assert_allclose(run.yhat[k], w0 + w1 * run.x[run.seen], rtol=1e-4, atol=1e-5)
        assert run.loss[k] == pytest.approx(np.mean((run.y - w0 - w1 * run.x.astype(float)) ** 2), rel=1e-4)
    run.save(tmp_path / "run.npz")
    loaded = History.load(tmp_path / "run.npz")
    np.testing.assert_array_equal(loaded.seen, run.seen)
    for both in zip(train_many([asked, asked.replace(lr=0.2)]), [run, train(asked.replace(lr=0.2))], strict=True):
        assert both[0].digest() == both[1].digest()


@pytest.mark.parametrize("loss", ["sse", "mse"])
def test_the_bowl_of_many_points_is_the_sum_over_all_of_them(table, loss):
    x, y = cloud(21_000)
    run = train(Experiment(data=table(x, y), standardize=True, loss=loss, lr=1e-6, epochs=1))
    places = np.array([[-5.0, 10.0], [0.0, 0.7], [3.0, -2.0]])
    missed = run.y.astype(float) - (places[:, :1] + places[:, 1:] * run.x.astype(float))  # (3, N)
    share = 1 if loss == "sse" else len(run.y)
    np.testing.assert_allclose(landscape.loss_at(run, places), np.sum(missed**2, axis=1) / share, rtol=1e-9)
    slopes = [-2 * np.sum(missed * column, axis=1) / share for column in (np.ones(len(run.x)), run.x.astype(float))]
    np.testing.assert_allclose(landscape.gradient_at(run, places), np.transpose(slopes), rtol=1e-9, atol=1e-9)


def test_a_history_says_nothing_of_columns_where_there_are_none():
    run = train(Experiment(epochs=1))
    assert run.seen is None
    assert not {"columns", "standardized"} & run.meta.keys()
    assert run.seen_x is run.x


def test_what_a_file_cannot_be_is_said(table):
    x, y = cloud(30)
    constant, flat = table(np.full(30, 3.5), y, name="a.csv"), table(x, np.full(30, 2.0), name="b.csv")
    assert "height is 3.5 in every row" in refusal(data=constant, standardize=True)
    assert "weight is 2 in every row" in refusal(data=flat, standardize=True)
    assert len(data_of(Experiment(data=constant)).x) == len(data_of(Experiment(data=flat)).x) == 30
    tiny = table(x * 1e-10, y, name="c.csv")
    assert "standardize" in refusal(data=tiny)
    assert data_of(Experiment(data=tiny, standardize=True)).x.std() == pytest.approx(1)
    huge = table(x * 1e10, y * 1e90, name="d.csv")
    assert re.search(r"line 2: height is .*only numbers from -1e9 to 1e9", refusal(data=huge))
    assert data_of(Experiment(data=huge, standardize=True)).y.std() == pytest.approx(1)
    years = table(1_000_000 + np.arange(30) / 100, y, name="e.csv")
    assert "height only goes from 1000000 to 1000000.29" in refusal(data=years)


def test_a_curve_of_probability_wants_probabilities_and_an_x_of_ordinary_size(table):
    x, y = cloud(30)
    with pytest.raises(ProbabilityError, match=r"weight has .*only 0 to 1 will do"):
        data_of(Experiment(data=table(x / 100, y), model="logistic", loss="mse"))
    scores = table(x, (y > 60).astype(int), name="scores.csv")
    curve = Experiment(data=scores, model="logistic", loss="bce")
    cubic = Experiment(data=scores, model="linear", powers=(1, 2, 3), bias=True)
    for run, said in ((curve, "height goes from .*a curve of prob"), (cubic, "a polynomial needs .*: standardize")):
        with pytest.raises(InputError, match=said):
            check([Experiment(), run])
    check([run.replace(standardize=True) for run in (curve, cubic)])
    check([cubic.replace(powers=(0, 1))])
    shares = Experiment(data=table(x - 172, np.full(30, 0.25), name="shares.csv"), model="logistic", loss="bce")
    data_of(shares)
    with pytest.raises(ProbabilityError, match=r"weight has 0.25, .*zeros and ones"):
        check([shares])


def test_what_looks_at_every_point_takes_no_more_than_it_can(table):
    x, y = cloud(2001)
    path = table(x, y)
    message = refusal(data=path, record="update", batch_size=1)
    assert "2,001 rows" in message
    assert "keep every second row" in message
    many = table(np.tile([-1.0, 1.0], 50_001), np.tile([0, 1], 50_001), name="many.csv")
    assert "at most 100,000" in refusal(data=many, model="logistic", loss="bce")
    assert len(data_of(Experiment(data=many)).x) == 100_002


@pytest.mark.parametrize("values", [{"x": "a"}, {"y": "b"}, {"standardize": True}])
def test_only_files_have_columns(values):
    with pytest.raises(InputError, match="only a data file has columns, not the data regression"):
        Experiment(**values)
