"""The notes' data against the printed figures, and CSV files good and bad."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from learning.data import LIMIT, data_of, load, truth_of
from learning.errors import InputError
from learning.experiment import Experiment

number = st.floats(min_value=-LIMIT, max_value=LIMIT)


@pytest.fixture
def csv(tmp_path):
    """Write text, or bytes, into a CSV file and return its path."""

    def write(content, name="points.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def refusal(path):
    with pytest.raises(InputError) as caught:
        load(path, 0)
    message = str(caught.value)
    assert path in message
    assert "\n" not in message
    return message


def test_the_notes_data():
    data = load("regression", 43052)
    assert data.x[:3] == pytest.approx([-2.482113, -2.362146, -1.997295], abs=5e-7)
    assert data.x[-2:] == pytest.approx([2.605658, 2.663240], abs=5e-7)
    assert data.y[:3] == pytest.approx([-8.542024, -6.576713, -5.949576], abs=5e-7)
    assert data.y[-2:] == pytest.approx([12.546793, 13.834002], abs=1e-6)
    assert data.x.dtype == data.y.dtype == np.float32
    assert data.true_params == (2.5, 4.0)
    assert data.truth == pytest.approx(2.5 + 4 * data.x)


@pytest.mark.parametrize("seed", [0, 1, 43052])
def test_the_notes_recipe_with_any_seed(seed):
    torch.manual_seed(seed)
    x, _ = torch.randn(100).sort()
    y = torch.stack([torch.ones(100), x]).T @ torch.tensor([2.5, 4]) + torch.randn(100) * 0.5
    data = load("regression", seed)
    np.testing.assert_array_equal(data.x, x.numpy())
    np.testing.assert_array_equal(data.y, y.numpy())


@pytest.mark.parametrize("seed", [0, 43052])
def test_the_notes_recipe_of_the_logistic_data(seed):
    x = torch.linspace(-1, 1, 2000).reshape(2000, 1)
    u = -1 + x * 5
    v = torch.exp(u) / (1 + torch.exp(u))
    torch.manual_seed(seed)
    y = torch.bernoulli(torch.sigmoid(u))
    data = load("logistic", seed)
    np.testing.assert_array_equal(data.x, x.ravel().numpy())
    np.testing.assert_array_equal(data.y, y.ravel().numpy())
    np.testing.assert_allclose(data.truth, v.ravel().numpy(), rtol=1e-6)
    assert (data.true_params, data.name, data.y.dtype) == ((-1.0, 5.0), "logistic", np.float32)
    assert set(data.y.tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("seed", [0, 43052])
@pytest.mark.parametrize(("noise", "slopes"), [(0.3, (1.0, 3.5)), (0.0, (-2.0, 0.5)), (7.5, (0.0, 0.0))])
def test_the_broken_line(seed, noise, slopes):
    torch.manual_seed(seed)
    spread = torch.randn(100).double().numpy()
    x = np.linspace(-1, 1, 100)
    line = np.array([slopes[0] * at if at < 0 else slopes[1] * at for at in x])
    data = load("broken-line", seed, {"noise": noise, "slopes": slopes})
    assert data.x == pytest.approx(x, abs=1e-6)
    assert data.truth == pytest.approx(line, abs=1e-6)
    assert data.y == pytest.approx(line + noise * spread, abs=5e-6)
    assert (data.true_params, data.name, data.y.dtype) == (None, "broken-line", np.float32)


def test_options_that_are_not_given_are_the_notes():
    wanted = load("broken-line", 1, {"noise": 0.3, "slopes": (1.0, 3.5)})
    np.testing.assert_array_equal(load("broken-line", 1).y, wanted.y)
    steep = load("broken-line", 1, {"slopes": (1.0, 4.0)})
    assert (steep.y[50:] > wanted.y[50:]).all()
    np.testing.assert_array_equal(steep.y[:50], wanted.y[:50])


def test_data_of_an_experiment_take_its_seed_and_options():
    net = {"data": "broken-line", "model": "relu", "nodes": 1}
    experiment = Experiment(**net, seed=3, data_seed=5, data_options={"noise": 2})
    np.testing.assert_array_equal(data_of(experiment).y, load("broken-line", 5, {"noise": 2.0}).y)
    np.testing.assert_array_equal(data_of(Experiment(seed=3)).y, load("regression", 3).y)


@pytest.mark.parametrize("data", ["regression", "logistic", "broken-line"])
def test_the_truth_at_any_x_is_that_of_the_data(data):
    options = {"slopes": (-1.5, 2.0)} if data == "broken-line" else {}
    experiment = Experiment(data=data, data_options=options)
    made = data_of(experiment)
    truth = truth_of(experiment, made.x)
    assert truth.dtype == np.float64
    assert truth == pytest.approx(made.truth, rel=1e-5, abs=1e-6)


def test_the_truth_between_the_points():
    assert truth_of(Experiment(), [0, 1, -2]).tolist() == [2.5, 6.5, -5.5]
    assert truth_of(Experiment(data="broken-line"), [-2, 0, 2]).tolist() == [-2, 0, 7]
    assert truth_of(Experiment(data="logistic"), [-1e6, 0.2, 1e6]).tolist() == [0, 0.5, 1]
    assert truth_of(Experiment(data="points.csv"), [0.0]) is None


@pytest.mark.parametrize("y", ["1.5", "-0.25"])
def test_cross_entropy_takes_probabilities_only(csv, y):
    path = csv(f"x,y\n0,0\n1,0.5\n2,1\n3,{y}\n")
    assert len(data_of(Experiment(data=path, model="logistic", loss="mse")).y) == 4
    with pytest.raises(InputError) as caught:
        data_of(Experiment(data=path, model="logistic", loss="bce"))
    for words in (path, f"y has {y}", "0 to 1", "mse"):
        assert words in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "x,y\n1,2\n3,4.5\n",
        "﻿x,y\r\n1,2\r\n3,4.5\r\n",
        "name,y, x ,weight\na,2,1,9\nb,4.5,3,\n",
        '"x","y"\n"1","2"\n\n 3 , 4.5 \n\n',
        "x,y\n1,2,and more\n3,4.5",
        "x,y\r1,2\r3,4.5",
        "y,x\n2e0,1E0\n+4.5,3.\n",
    ],
    ids=["plain", "bom", "columns", "quotes", "long rows", "old mac", "exponents"],
)
def test_a_good_file(csv, content):
    data = load(csv(content), 0)
    assert data.x.tolist() == [1.0, 3.0]
    assert data.y.tolist() == [2.0, 4.5]
    assert data.x.dtype == data.y.dtype == np.float32
    assert (data.truth, data.true_params, data.name) == (None, None, "points")


def test_a_korean_path_and_a_korean_column(csv):
    data = load(csv("이름,x,y\n가,1,2\n나,3,4\n", name="우리 반 점수.CSV"), 0)
    assert data.y.tolist() == [2.0, 4.0]
    assert data.name == "우리 반 점수"


def test_the_order_of_the_rows_is_kept_and_the_seed_does_not_matter(csv):
    path = csv("x,y\n3,1\n1,2\n2,3\n")
    assert load(path, 1).x.tolist() == load(path, 2).x.tolist() == [3.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["one column x", "nothing"]),
        ("\n\n", ["one column x", "nothing"]),
        ("x,z\n1,2\n3,4\n", ["one column y", "x, z"]),
        ("1,2\n3,4\n5,6\n", ["one column x", "1, 2"]),
        ("x;y\n1;2\n3;4\n", ["one column x", "x;y", "comma"]),
        ("x,y,x\n1,2,3\n3,4,5\n", ["one column x", "x, y, x"]),
        ("x,y\n", ["0 points", "at least 2"]),
        ("x,y\n1,2\n", ["1 points", "at least 2"]),
        ("x,y\n1,2\n3,four\n", ["line 3", 'y is "four"', "not a number"]),
        ("x,y\n1,2\n\n\n3,\n", ["line 5", 'y is ""']),
        ("x,y\n1,2\n3\n", ["line 3", 'y is ""']),
        ("x,y\n1,2\nnan,3\n", ["line 3", 'x is "nan"']),
        ("x,y\n1,2\n3,inf\n", ["line 3", 'y is "inf"']),
        ("x,y\n1,2\n3,-1e400\n", ["line 3", "-1e400"]),
        ("x,y\n1,2\n3,1.1e9\n", ["line 3", "1.1e9", "-1e9 to 1e9"]),
        ('x,y\n"1,5",2\n3,4\n', ["line 2", '"1,5"']),
        ('x,y\n1,2\n"3\nand more",4\n', [r'"3\nand more"']),
        ("x,y\n1,2\n3," + "9" * 3000 + "\n", ["line 3", "999…"]),
        ('x,y\n1,2\n3,"4\n', ["not a CSV file"]),
        ("점,y\n1,2\n".encode("cp949"), ["UTF-8"]),
        ("x,y\n1,2\n3,4\n".encode("utf-16"), ["UTF-8"]),
    ],
)
def test_a_bad_file_is_refused_with_line_and_value(csv, content, words):
    message = refusal(csv(content))
    for word in words:
        assert word in message


def test_a_file_that_is_not_there(tmp_path):
    assert "there is no such file" in refusal(str(tmp_path / "nothing.csv"))


def test_a_name_that_is_nearly_right():
    with pytest.raises(InputError, match='did you mean "regression"'):
        load("regresion", 0)


@given(st.lists(st.tuples(number, number), min_size=2, max_size=20))
def test_numbers_come_back_as_written(tmp_path_factory, points):
    path = tmp_path_factory.mktemp("csv") / "points.csv"
    path.write_text("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in points))
    data = load(str(path), 0)
    np.testing.assert_array_equal(np.stack([data.x, data.y], axis=1), np.array(points, dtype=np.float32))


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_read_or_refused_in_one_line(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("csv") / "points.csv"
    path.write_bytes(content)
    refusal(str(path))


@given(st.text(alphabet='xy,\n\r"0123456789.-+e \0', max_size=60))
def test_nearly_csv_is_read_or_refused_in_one_line(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("csv") / "points.csv"
    path.write_text("x,y\n" + text, newline="")
    try:
        data = load(str(path), 0)
    except InputError:
        refusal(str(path))
    else:
        assert np.isfinite(data.x).all()
        assert len(data.x) == len(data.y) >= 2
