"""History: looking things up, saving and loading, and files that are none."""

import io
import json
import os
import pickle
import time
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from learning.errors import InputError, RunError
from learning.experiment import Experiment
from learning.history import ARRAYS, EXTRAS, TESTS, History
from learning.training import train

float32 = st.floats(width=32)  # nan and inf too: they are what two films are about


def make(epoch=(0, 1, 2), **changes):
    """Make a small history of two parameters and four points."""
    states = len(epoch)
    values = {
        "epoch": np.array(epoch),
        "loss": np.arange(states, dtype=np.float32),
        "params": np.arange(2 * states, dtype=np.float32).reshape(states, 2),
        "grads": -np.arange(2 * states, dtype=np.float32).reshape(states, 2),
        "yhat": np.zeros((states, 4), dtype=np.float32),
        "x": np.arange(4, dtype=np.float32),
        "y": np.ones(4, dtype=np.float32),
        "meta": {"format": 1, "names": ["w0", "w1"], "experiment": {"lr": 0.5}, "truth": [2.5, 4]},
    }
    return History(**{**values, **changes})


EXTRA = {
    "batch": np.array([[3, 1], [0, -1], [-1, -1]]),
    "seen": np.array([0, 1, 3]),
    "yhat": np.zeros((3, 3), dtype=np.float32),
    "test_x": np.arange(5, dtype=np.float32),
    "test_y": np.ones(5, dtype=np.float32),
    "test_loss": np.array([4.0, 2.0, 3.0], dtype=np.float32),
    "test_yhat": np.arange(15, dtype=np.float32).reshape(3, 5),
    "plane_origin": np.array([1.0, 2.0]),
    "plane_axes": np.array([[0.0, 1.0], [1.0, 0.0]]),
    "plane_at": np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0]]),
    "plane_loss": np.arange(9, dtype=np.float32).reshape(3, 3),
}
"""Two points an update, ŷ of three of four, five to be tested with, and the loss at nine places of a plane."""

BETWEEN = {"epoch": np.array([0, 2 / 3, 1]), **EXTRA}
"""The same, with a state between two epochs."""


@st.composite
def histories(draw):
    states, points, parameters = draw(st.integers(1, 5)), draw(st.integers(1, 4)), draw(st.integers(1, 3))
    epochs = draw(st.sets(st.integers(0, 1000), min_size=states, max_size=states))

    def numbers(*shape):
        return draw(arrays_of.arrays(np.float32, shape, elements=float32))

    tests, extras = draw(st.none() | st.integers(1, 3)), {}
    if tests is not None:
        extras = {"test_x": numbers(tests), "test_y": numbers(tests)}
        extras |= {"test_loss": numbers(states), "test_yhat": numbers(states, tests)}
    by_update = draw(st.booleans())
    if by_update:
        shape = (states, draw(st.integers(1, points)))
        extras["batch"] = draw(arrays_of.arrays(np.int64, shape, elements=st.integers(-1, points - 1)))
    return History(
        **extras,
        epoch=np.array(sorted(epochs)) / (draw(st.integers(1, 7)) if by_update else 1),
        loss=numbers(states),
        params=numbers(states, parameters),
        grads=numbers(states, parameters),
        yhat=numbers(states, points, *draw(st.sampled_from([(), (3,)]))),
        x=numbers(points, *draw(st.sampled_from([(), (2,)]))),
        y=numbers(points),
        meta={"format": 1, "names": [f"가{i}" for i in range(parameters)], "note": draw(st.text())},
    )


def assert_identical(one, other):
    assert one.meta == other.meta
    assert one.arrays.keys() == other.arrays.keys()
    for name in one.arrays:
        left, right = getattr(one, name), getattr(other, name)
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)


@given(histories())
def test_what_is_saved_comes_back(tmp_path_factory, history):
    path = tmp_path_factory.mktemp("history") / "run.npz"
    history.save(path)
    loaded = History.load(path)
    assert_identical(loaded, history)
    assert loaded.digest() == history.digest()


def test_a_trained_history_comes_back(tmp_path):
    history = train(Experiment(lr=0.5, epochs=40))
    history.save(tmp_path / "새 폴더" / "기록.npz")
    loaded = History.load(tmp_path / "새 폴더" / "기록.npz")
    assert_identical(loaded, history)
    assert loaded.experiment == history.experiment


def test_a_trained_history_with_all_that_there_can_be_comes_back(tmp_path):
    history = train(Experiment(epochs=2, batch_size=30, record="update", record_every=3, test_seed=1))
    history.save(tmp_path / "run.npz")
    loaded = History.load(tmp_path / "run.npz")
    there = {*ARRAYS, "batch", *TESTS}
    assert loaded.arrays.keys() == there
    assert_identical(loaded, history)
    assert loaded.digest() == history.digest()
    with np.load(tmp_path / "run.npz", allow_pickle=False) as archive:
        assert set(archive) == {*there, "meta"}
        np.testing.assert_array_equal(archive["test_yhat"], history.test_yhat)


def test_what_a_history_does_not_have_is_none_and_not_in_its_file(tmp_path):
    make().save(tmp_path / "run.npz")
    loaded = History.load(tmp_path / "run.npz")
    assert [getattr(loaded, name) for name in EXTRAS] == [None] * len(EXTRAS)
    assert set(loaded.arrays) == set(ARRAYS)


def test_anyone_can_read_the_file_with_numpy(tmp_path):
    make().save(tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz", allow_pickle=False) as archive:
        assert set(archive) == {*ARRAYS, "meta"}
        assert archive["params"].tolist() == [[0, 1], [2, 3], [4, 5]]
        assert json.loads(str(archive["meta"]))["names"] == ["w0", "w1"]


def test_a_file_that_somebody_else_wrote_with_numpy_is_as_good(tmp_path):
    history = make()
    columns = {name: getattr(history, name) for name in ARRAYS}
    for name, write in (("plain", np.savez), ("small", np.savez_compressed)):
        write(tmp_path / f"{name}.npz", **columns, meta=json.dumps(history.meta))
        assert_identical(History.load(tmp_path / f"{name}.npz"), history)


def test_the_same_history_gives_the_same_bytes(tmp_path, monkeypatch):
    make().save(tmp_path / "one.npz")
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1234567890")
    make().save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


@pytest.mark.parametrize("name", ARRAYS)
def test_the_digest_sees_every_array(name):
    changed = getattr(make(), name).copy()
    changed[-1] += 1
    assert make(**{name: changed}).digest() != make().digest()


@pytest.mark.parametrize("name", EXTRAS)
def test_the_digest_sees_what_only_some_have(name):
    history = make(**EXTRA)
    turned = {"plane_axes": np.eye(2), "plane_at": EXTRA["plane_at"] + 1, "plane_origin": np.zeros(2)}
    changed = turned.get(name, EXTRA[name]).copy()
    if name not in turned:
        changed[-1] = 2
    digests = {history.digest(), make(**{**EXTRA, name: changed}).digest(), make().digest()}
    assert len(digests) == 3


def test_the_digest_sees_meta_and_precision():
    digests = {
        make().digest(),
        make(meta={**make().meta, "truth": None}).digest(),
        make(loss=make().loss.astype(np.float64)).digest(),
        make(epoch=np.array([0.0, 1.0, 2.0])).digest(),
    }
    assert len(digests) == 4


def test_nobody_can_write_to_the_arrays():
    mine = np.ones(3, dtype=np.float32)
    history = make(**EXTRA, loss=mine)
    mine[0] = 7
    assert history.loss.tolist() == [1, 1, 1]
    for name in (*ARRAYS, *EXTRAS):
        with pytest.raises(ValueError, match="read-only"):
            getattr(history, name)[0] = 5
    with pytest.raises(ValueError, match="read-only"):
        history.column("w0")[0] = 5


def test_the_meta_given_may_change_later():
    meta = {"format": 1, "names": ("w0", "w1")}
    history = make(meta=meta)
    meta["names"] = ()
    assert history.names == ("w0", "w1")


@pytest.mark.parametrize(("epoch", "row"), [(0, 0), (9, 0), (9.99, 0), (10, 1), (24, 1), (25, 2)])
def test_a_row_is_the_last_one_recorded(epoch, row):
    assert make(epoch=(0, 10, 25)).row(epoch) == row


@pytest.mark.parametrize(("epoch", "row"), [(0, 0), (0.66, 0), (2 / 3, 1), (0.99, 1), (1, 2)])
def test_between_epochs_too(epoch, row):
    history = make(**BETWEEN)
    assert history.row(epoch) == row
    assert history.at(epoch).epoch == [0, 2 / 3, 1][row]
    with pytest.raises(InputError, match=r"epoch 1\.1 was not recorded; choose one from 0\.0 to 1\.0"):
        history.row(1.1)


@pytest.mark.parametrize("epoch", [-1, -0.1, 25.1, 26, float("nan"), float("inf")])
def test_an_epoch_outside_is_refused(epoch):
    with pytest.raises(InputError, match=r"was not recorded; choose one from 0 to 25"):
        make(epoch=(0, 10, 25)).at(epoch)


def test_a_state_holds_one_row():
    state = make(epoch=(0, 10, 25)).at(12)
    assert (state.epoch, state.loss) == (10, 1.0)
    assert state.params.tolist() == [2, 3]
    assert state.grads.tolist() == [-2, -3]
    assert state.yhat.tolist() == [0, 0, 0, 0]


def test_columns_by_name():
    history = make()
    assert history.columns == ("epoch", "loss", "w0", "w1", "grad_w0", "grad_w1")
    assert history.column("w1").tolist() == [1, 3, 5]
    assert history.column("grad_w0").tolist() == [0, -2, -4]
    assert history.column("loss").tolist() == [0, 1, 2]
    assert history.column("epoch").tolist() == [0, 1, 2]


def test_the_test_loss_is_a_column_where_there_is_one():
    history = make(**BETWEEN)
    assert history.columns == ("epoch", "loss", "test_loss", "w0", "w1", "grad_w0", "grad_w1")
    assert history.column("test_loss").tolist() == [4, 2, 3]
    assert history.column("epoch").tolist() == [0, 2 / 3, 1]
    with pytest.raises(InputError, match='"test_loss" is unknown'):
        make().column("test_loss")


def test_a_column_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(InputError, match=r'"los" is unknown \(did you mean "loss"\?\); choose one of epoch, loss, w0'):
        make().column("los")


def test_the_first_row_whose_loss_is_no_number():
    nan, inf = np.nan, np.inf
    assert make().first_broken is None
    assert make(loss=np.array([1, inf, nan])).first_broken == 1
    assert make(loss=np.array([nan, 1, 2])).first_broken == 0
    assert make(params=np.array([[1, 2], [3, 4], [nan, 5]])).first_broken is None, "its loss is a number"


def test_the_last_finite_row():
    inf, nan = np.inf, np.nan
    assert make().last_finite == 2
    assert make(loss=np.array([1, inf, nan])).last_finite == 0
    assert make(params=np.array([[1, 2], [3, 4], [nan, 5]])).last_finite == 1
    assert make(grads=np.full((3, 2), inf)).last_finite == 2
    assert make(loss=np.full(3, nan)).last_finite == -1


def test_experiment_and_truth_come_from_meta():
    assert make().experiment == Experiment(lr=0.5)
    assert make().truth == (2.5, 4.0)
    foreign = make(meta={"format": 1, "names": ["w0", "w1"]})
    assert foreign.truth is None
    with pytest.raises(InputError, match="says nothing about its experiment"):
        _ = foreign.experiment


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loss": np.zeros(2)}, r"loss has shape \(2,\) where \(3,\) belongs"),
        ({"params": np.zeros((3, 3))}, r"params has shape \(3, 3\) where \(3, 2\)"),
        ({"grads": np.zeros((2, 2))}, "grads has shape"),
        ({"yhat": np.zeros((3, 5))}, r"yhat has shape \(3, 5\) where \(3, 4\)"),
        ({"x": np.zeros(3)}, "x has shape"),
        ({"y": np.zeros(3)}, "yhat has shape"),
        ({"epoch": np.array([0, 2, 1])}, "increase"),
        ({"meta": {"names": ["w0", "w1"]}}, "format None where this lossreel reads 1"),
        ({"meta": {"format": 2, "names": ["w0", "w1"]}}, "format 2 where this lossreel reads 1"),
        ({"meta": {"format": 1}}, 'no "names"'),
        ({"epoch": np.array([0.0, 0.5, 0.5])}, "increase"),
        ({"epoch": np.array([0.0, np.nan, 1.0])}, "increase"),
        ({"epoch": np.array([0.0, 1.0, np.inf])}, "increase"),
        ({"y": np.ones(4, dtype=int)}, "y holds int64"),
        ({**EXTRA, "batch": EXTRA["batch"].astype(float)}, "batch holds float64"),
        ({**EXTRA, "batch": EXTRA["batch"][:2]}, r"batch has shape \(2, 2\) where \(3, 2\)"),
        ({**EXTRA, "batch": np.zeros(3, dtype=int)}, r"batch has shape \(3,\)"),
        ({**EXTRA, "batch": np.array(3)}, r"batch has shape \(\)"),
        ({**EXTRA, "batch": EXTRA["batch"] + 1}, "points from 0 to 3"),
        ({**EXTRA, "batch": EXTRA["batch"] - 1}, "points from 0 to 3"),
        ({**EXTRA, "test_x": None}, "of test_x, test_y, test_loss, test_yhat there must be all or none"),
        ({**EXTRA, "test_yhat": None}, "all or none"),
        ({**EXTRA, "plane_at": None}, "of plane_origin, plane_axes, plane_at, plane_loss there must be all or none"),
        ({**EXTRA, "plane_axes": np.array([[0.0, 1.0], [0.1, 1.0]])}, "plane_axes must be orthonormal"),
        ({**EXTRA, "plane_at": np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 2.0]])}, "plane_at must ascend"),
        ({**EXTRA, "plane_loss": np.zeros((3, 4))}, r"plane_loss has shape \(3, 4\) where \(3, 3\)"),
        ({**EXTRA, "plane_origin": np.zeros(3)}, r"plane_origin has shape \(3,\) where \(2,\)"),
        ({"test_loss": EXTRA["test_loss"]}, "all or none"),
        ({**EXTRA, "test_x": np.zeros(4)}, r"test_x has shape \(4,\) where \(5,\)"),
        ({**EXTRA, "test_y": np.zeros(4)}, "has shape"),
        ({**EXTRA, "test_loss": np.zeros(2)}, r"test_loss has shape \(2,\) where \(3,\)"),
        ({**EXTRA, "test_yhat": np.zeros((3, 4))}, r"test_yhat has shape \(3, 4\) where \(3, 5\)"),
        ({**EXTRA, "test_yhat": np.zeros((3, 5), dtype=int)}, "test_yhat holds int64"),
    ],
    ids=str,
)
def test_arrays_that_do_not_belong_together_are_refused(changes, words):
    with pytest.raises(InputError, match=words):
        make(**changes)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def whole():
    history = make()
    return {**{name: getattr(history, name) for name in ARRAYS}, "meta": json.dumps(history.meta)}


def without(name):
    return {key: value for key, value in whole().items() if key != name}


def zipped(text):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hello.txt", text)
    return buffer.getvalue()


def array_alone():
    buffer = io.BytesIO()
    np.save(buffer, np.ones(3))
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 500,
        b"epoch,loss\n0,1\n",
        b"PK\x03\x04 and then nothing",
        pickle.dumps({"epoch": [0]}),
        zipped("hello"),
        array_alone(),
        npz(a=np.ones(3)),
        npz(**without("meta")),
        npz(**without("grads")),
        npz(**{**whole(), "meta": "{not json"}),
        npz(**{**whole(), "meta": "[1, 2]"}),
        npz(**{**whole(), "loss": np.ones(9)}),
        npz(**{**whole(), "loss": np.float32(1)}),
        npz(**{**whole(), "epoch": np.float32(1)}),
        npz(**{**whole(), "epoch": np.array(["a", "b", "c"])}),
        npz(**{**whole(), "params": np.array([["a", "b"]] * 3)}),
        npz(**{**whole(), "loss": np.array([1, None, 2], dtype=object)}),
        npz(**whole(), batch=EXTRA["batch"][:1]),
        npz(**whole(), batch=EXTRA["batch"] + 9),
        npz(**whole(), test_loss=EXTRA["test_loss"]),
        npz(**{**whole(), **EXTRA, "test_y": np.array(["a"] * 5)}),
        npz(**{**whole(), **EXTRA, "epoch": np.array([0, np.nan, 1])}),
    ],
)
def test_a_file_that_is_no_history_is_refused_by_name(tmp_path, content):
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        History.load(path)
    assert str(path) in str(caught.value)
    assert "is not a lossreel history" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.data())
def test_a_file_that_was_cut_or_damaged_is_never_read_as_something_else(tmp_path_factory, data):
    history = make(**data.draw(st.sampled_from([{}, BETWEEN])))
    path = tmp_path_factory.mktemp("history") / "run.npz"
    history.save(path)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        loaded = History.load(path)
    except InputError as error:
        refusal = str(error)
        path.unlink()
        assert str(path) in refusal
    else:
        assert_identical(loaded, history)  # the byte was one that says nothing about the content


def test_the_damaged_name_of_an_array_that_need_not_be_there_is_noticed(tmp_path):
    path = tmp_path / "run.npz"
    make(**BETWEEN).save(path)
    path.write_bytes(path.read_bytes().replace(b"batch.npy", b"catch.npy"))
    with pytest.raises(InputError, match='an array "catch"'):
        History.load(path)


def test_a_pickle_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "trapped"),)

    np.savez(tmp_path / "run.npz", **{**whole(), "loss": np.array([Trap()] * 3, dtype=object)})
    with pytest.raises(InputError, match="is not a lossreel history"):
        History.load(tmp_path / "run.npz")
    assert not (tmp_path / "trapped").exists()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no such file"):
        History.load(tmp_path / "nothing.npz")


def test_a_folder_is_no_history(tmp_path):
    with pytest.raises(InputError, match="is not a lossreel history"):
        History.load(tmp_path)


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        make().save(tmp_path / "file" / "run.npz")
