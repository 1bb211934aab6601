"""The notes' data against the printed figures, and CSV files good and bad."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from learning.data import DATA_SETS, LIMIT, data_of, fresh_data_of, load, true_params_of, truth_of
from learning.errors import InputError, ProbabilityError
from learning.experiment import NOT_DRAWN, Experiment
from learning.model import MODELS

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


def test_the_notes_thirteen_points():
    x = torch.tensor([-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6.0])
    y = torch.tensor([0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 1])
    data = load("zeros-and-ones", 0)
    assert (data.x.tolist(), data.y.tolist()) == (x.tolist(), y.tolist())
    np.testing.assert_allclose(data.truth, torch.exp(x) / (1 + torch.exp(x)), rtol=1e-6)
    assert (data.true_params, data.x.dtype, data.y.dtype) == ((0.0, 1.0), np.float32, np.float32)


@pytest.mark.parametrize("seed", [0, 43052])
def test_the_probability_that_rises_and_falls(seed):
    # the note prints these of its file dnnex.csv
    printed = {0: (-1, 0.000045), 1: (-0.998999, 0.000046), 4: (-0.995998, 0.000048)}
    printed |= {-5: (0.995998, 0.505002), -4: (0.996998, 0.503752), -2: (0.998999, 0.501251), -1: (1, 0.5)}
    data = load("rise-and-fall", seed)
    for row, (x, probability) in printed.items():
        assert data.x[row] == pytest.approx(x, abs=5e-7)
        assert data.truth[row] == pytest.approx(probability, abs=5.1e-7)
    assert data.x[data.truth.argmax()] == pytest.approx(0, abs=1e-3)
    assert data.truth.max() == pytest.approx(1 / (1 + np.exp(-5)), abs=1e-4)
    torch.manual_seed(seed)
    np.testing.assert_array_equal(data.y, torch.bernoulli(torch.from_numpy(data.truth)))
    assert (len(data.x), data.true_params, set(data.y.tolist())) == (2000, None, {0.0, 1.0})
    near = np.abs(data.x) < 0.3
    assert data.y[near].mean() == pytest.approx(data.truth[near].mean(), abs=0.05)


@pytest.mark.parametrize("seed", [0, 1422])
def test_the_noisy_line(seed):
    torch.manual_seed(seed)
    x = torch.randn(100, 1) * 10
    y = x + 3 * torch.randn(100, 1)
    data = load("noisy-line", seed)
    np.testing.assert_array_equal(data.x, x.ravel())
    np.testing.assert_array_equal(data.y, y.ravel())
    np.testing.assert_array_equal(data.truth, data.x)
    assert not (np.diff(data.x) > 0).all()  # the note does not sort them
    assert data.true_params == (0.0, 1.0)


@pytest.mark.parametrize("seed", [0, 1, 43052])
def test_the_notes_polynomial(seed):
    torch.manual_seed(seed)
    x, _ = torch.randn(100).sort()
    columns = torch.vstack([x, x**2, x**3]).T
    weights, noise = torch.tensor([[4.0], [3.0], [-2.0]]), torch.randn(100, 1)
    data = load("polynomial", seed)
    np.testing.assert_array_equal(data.x, x)
    np.testing.assert_allclose(data.y, (columns @ weights + 1.0 + noise).ravel(), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(data.truth, np.polyval([-2, 3, 4, 1], x.double()), rtol=1e-5, atol=1e-5)
    assert data.true_params == (1.0, 4.0, 3.0, -2.0)


@pytest.mark.parametrize("seed", [0, 43052])
def test_the_notes_noise(seed):
    torch.manual_seed(seed)
    x = torch.linspace(-1, 1, 100).reshape(100, 1)
    y = torch.randn(100, 1)
    data = load("noise", seed)
    np.testing.assert_array_equal(data.x, x.ravel())
    np.testing.assert_array_equal(data.y, y.ravel())
    assert (data.truth.tolist(), data.true_params) == ([0.0] * 100, None)


def test_the_homeworks_five_points():
    data = load("five-points", 202043052)
    # the note prints these
    assert data.x == pytest.approx([-2.9777, -0.2220, -0.1181, 0.1084, 1.7688], abs=5e-5)
    assert data.y == pytest.approx([-14.4443, -7.5551, -7.2952, -6.7290, -2.5781], abs=5e-5)
    torch.manual_seed(202043052)
    x, _ = torch.randn(5).sort()
    np.testing.assert_array_equal(data.x, x)
    np.testing.assert_array_equal(data.y, 2.5 * x - 7)
    np.testing.assert_array_equal(data.truth, data.y)
    assert data.true_params == (-7.0, 2.5)


@given(st.floats(-1e4, 1e4))
def test_the_mean_square_of_a_number_on_the_parabola_is_the_notes_loss(w):
    data = load("parabola", 0)
    loss = torch.nn.functional.mse_loss(torch.full((2,), w).double(), torch.from_numpy(data.y).double()).item()
    assert loss == pytest.approx(w**2 - 2 * w + 3, rel=1e-6)
    assert (data.x.tolist(), data.true_params) == ([-1, 1], (1.0,))


@given(st.sampled_from(sorted(DATA_SETS)), st.integers(0, 2**32 - 1))
def test_any_seed_draws_the_same_data_again_and_others_than_the_next(name, seed):
    torch.manual_seed(seed)
    before = torch.get_rng_state()
    data, again, other = load(name, seed), load(name, seed), load(name, (seed + 1) % 2**32)
    assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(data.x, again.x)
    np.testing.assert_array_equal(data.y, again.y)
    assert data.name == name
    assert {data.x.dtype, data.y.dtype, data.truth.dtype} == {np.dtype("f4")}
    assert data.x.shape == data.y.shape == data.truth.shape
    assert np.isfinite([data.x, data.y, data.truth]).all()
    assert (data.y.tolist() == other.y.tolist()) == (name in NOT_DRAWN)
    assert data.is_coin == (set(data.y.tolist()) == {0.0, 1.0})


def test_fresh_data_are_those_of_the_other_seed():
    experiment = Experiment(data="broken-line", test_seed=7, data_options={"noise": 2, "slopes": (-1, 1)})
    fresh = fresh_data_of(experiment)
    np.testing.assert_array_equal(fresh.y, load("broken-line", 7, {"noise": 2.0, "slopes": (-1.0, 1.0)}).y)
    assert (fresh.y != data_of(experiment).y).all()
    assert fresh_data_of(experiment.replace(test_seed=None)) is None


LAYER = {"model": "linear"}


@pytest.mark.parametrize(
    ("changes", "truth"),
    [
        ({}, (2.5, 4.0)),
        ({"model": "logistic", "loss": "mse"}, None),
        ({"data": "logistic"}, None),
        ({"data": "logistic", "model": "logistic"}, (-1.0, 5.0)),
        ({"data": "zeros-and-ones", "model": "logistic"}, (0.0, 1.0)),
        ({"data": "rise-and-fall", "model": "logistic"}, None),
        ({"data": "five-points"}, (-7.0, 2.5)),
        ({"data": "noisy-line"}, (0.0, 1.0)),
        ({"data": "polynomial"}, None),
        ({"data": "parabola"}, None),
        ({"data": "noise"}, None),
        ({"data": "points.csv"}, None),
        ({"model": "relu", "nodes": 1}, None),
        ({**LAYER, "powers": (1,)}, None),
        ({**LAYER, "powers": (1,), "bias": True}, (4.0, 2.5)),
        ({**LAYER, "powers": (0, 1)}, (2.5, 4.0)),
        ({**LAYER, "powers": (0, 1), "bias": True}, None),
        ({**LAYER, "powers": (1, 1, 0)}, None),
        ({**LAYER, "powers": (2, 1, 0)}, (0.0, 4.0, 2.5)),
        ({**LAYER, "data": "parabola", "powers": (0,)}, (1.0,)),
        ({**LAYER, "data": "polynomial", "powers": (1, 2, 3), "bias": True}, (4.0, 3.0, -2.0, 1.0)),
        ({**LAYER, "data": "polynomial", "powers": (1, 2), "bias": True}, None),
        ({**LAYER, "data": "logistic", "powers": (0, 1)}, None),
    ],
    ids=str,
)
def test_the_true_parameters_are_those_of_the_model(csv, changes, truth):
    experiment = Experiment(start=None, **changes)
    if experiment.data_file is not None:
        experiment = experiment.replace(data=csv("x,y\n0,1\n1,2\n"))
    data = data_of(experiment)
    assert true_params_of(experiment, data) == truth
    if truth is not None:  # with them the model says what lies under the points
        model = MODELS[experiment.model](experiment.replace(start=truth))
        yhat = model.link(model(model.features(torch.from_numpy(data.x))))
        np.testing.assert_allclose(yhat.detach(), data.truth, rtol=1e-5, atol=1e-5)


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


@pytest.mark.parametrize("data", DATA_SETS)
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
    assert truth_of(Experiment(data="zeros-and-ones"), [-1e6, 0, 1e6]).tolist() == [0, 0.5, 1]
    assert truth_of(Experiment(data="rise-and-fall"), [-1 / 3, 1, 1e6]) == pytest.approx([0.5, 0.5, 0])
    assert truth_of(Experiment(data="polynomial"), [0, 1, -2]).tolist() == [1, 6, 21]
    assert truth_of(Experiment(data="noisy-line"), [3, -7]).tolist() == [3, -7]
    assert truth_of(Experiment(data="five-points"), [0, 2]).tolist() == [-7, -2]
    assert truth_of(Experiment(data="noise"), [0, 2]).tolist() == [0, 0]
    assert truth_of(Experiment(data="parabola"), [0, 2]).tolist() == [1, 1]
    assert truth_of(Experiment(data="points.csv"), [0.0]) is None


@pytest.mark.parametrize("y", ["1.5", "-0.25"])
def test_cross_entropy_takes_probabilities_only(csv, y):
    path = csv(f"x,y\n0,0\n1,0.5\n2,1\n3,{y}\n")
    assert len(data_of(Experiment(data=path)).y) == 4
    for loss in ("bce", "mse"):
        with pytest.raises(ProbabilityError) as caught:
            data_of(Experiment(data=path, model="logistic", loss=loss))
        for words in (path, f"y has {y}", "0 to 1", "any number"):
            assert words in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        "x,y\n1,2\n3,4.5\n",
        "﻿x,y\r\n1,2\r\n3,4.5\r\n",
        "name,y, x ,weight\na,2,1,9\nb,4.5,3,\n",
        '"x","y"\n"1","2"\n\n 3 , 4.5 \n\n',
        "x,y\n1,2, ,\n3,4.5",
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
        ("", ["is empty", "x,y"]),
        ("\n\n", ["is empty", "x,y"]),
        ("x,z,t\n1,2,3\n3,4,5\n", ["no column y", "x, z, t"]),
        ("1,2\n3,4\n5,6\n", ["names of columns belong", "1, 2"]),
        ("x,y,x\n1,2,3\n3,4,5\n", ["2 columns called x"]),
        ("x,y\n1,2,and more\n3,4\n", ["line 2", "3 cells where the header has 2"]),
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
        ("점,y\n1,둘\n".encode("cp949"), ["line 2", "둘"]),
        ("x,y\n1,2\n3,4\n".encode("utf-16-le"), ["UTF-8"]),
        ("x,y\n1,2e-9\n3,4e-9\n", ["y only goes from 2e-09 to 4e-09", "standardize"]),
        ("x,y\n1000000000,2\n999999999,4\n", ["x only goes from 999999999 to 1000000000", "standardize"]),
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
    x, y = np.transpose(points)
    try:
        data = load(str(path), 0)
    except InputError:  # numbers that hardly differ
        assert min(np.ptp(x), np.ptp(y)) < 1e-6 or np.spacing(np.float32(np.abs(points).max())) > 1e-7
        return
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
