"""The cache: trains once, keeps whole files only, survives damage and company."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from learning import history as history_module
from learning import source, store, training
from learning.cache import SOURCES
from learning.errors import InputError, RunError
from learning.experiment import Experiment
from learning.history import History

SHORT = Experiment(epochs=3)

FETCH = """
import json, sys
from learning.experiment import Experiment
from learning.store import fetch
history = fetch(Experiment(epochs=3))
print(json.dumps([history.digest(), "torch" in sys.modules]))
"""


@pytest.fixture
def trainings(monkeypatch):
    """Count how often something is trained."""
    counted, train = [], training.train

    def counting(experiment, progress=None):
        counted.append(experiment)
        return train(experiment, progress)

    monkeypatch.setattr(training, "train", counting)
    return counted


def files(root):
    return sorted(path.name for path in Path(root).rglob("*") if path.is_file() and path.name != SOURCES)


def test_trains_once(trainings, cache_root):
    first, second = store.fetch(SHORT), store.fetch(SHORT)
    assert trainings == [SHORT]
    assert second.digest() == first.digest() == training.train(SHORT).digest()
    assert files(cache_root) == [f"{store.key_of(SHORT)}.npz"]
    assert store.path_of(SHORT).is_file()


def test_another_experiment_is_trained(trainings):
    store.fetch(SHORT)
    assert store.fetch(SHORT.replace(lr=0.002)).experiment.lr == 0.002
    assert len(trainings) == 2


def test_a_data_file_that_changed_is_trained_again(trainings, tmp_path):
    file = tmp_path / "points.csv"
    experiment = Experiment(data=str(file), epochs=1)
    for text in ("x,y\n0,1\n1,2\n", "x,y\n0,1\n1,3\n", "x,y\n0,1\n1,2\n"):
        file.write_text(text)
        assert store.fetch(experiment).y[1] == float(text.strip()[-1])
    assert len(trainings) == 2


def test_a_root_of_ones_own(trainings, tmp_path, cache_root):
    store.fetch(SHORT, root=tmp_path / "mine")
    assert files(tmp_path / "mine") == [f"{store.key_of(SHORT)}.npz"]
    assert files(cache_root) == []


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04"])
def test_a_damaged_entry_is_trained_again(trainings, content):
    good = store.fetch(SHORT)
    store.path_of(SHORT).write_bytes(content)
    assert store.fetch(SHORT).digest() == good.digest()
    assert History.load(store.path_of(SHORT)).digest() == good.digest()
    assert len(trainings) == 2


def test_a_truncated_entry_is_trained_again(trainings):
    good = store.fetch(SHORT)
    path = store.path_of(SHORT)
    path.write_bytes(path.read_bytes()[:-20])
    assert store.fetch(SHORT).digest() == good.digest()


def test_an_entry_of_another_experiment_is_trained_again(trainings):
    training.train(Experiment(epochs=7)).save(store.path_of(SHORT))
    assert store.fetch(SHORT).epoch[-1] == 3


def test_progress_is_told_while_training_only():
    calls = []
    store.fetch(SHORT, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (3, 3)
    calls.clear()
    store.fetch(SHORT, progress=lambda done, total: calls.append((done, total)))
    assert calls == []


def fetch_in_a_process():
    return subprocess.Popen([sys.executable, "-c", FETCH], stdout=subprocess.PIPE, text=True)


def test_only_the_first_fetch_imports_torch():
    first, second = (json.loads(fetch_in_a_process().communicate()[0]) for _ in range(2))
    assert first[1] is True
    assert second == [first[0], False]


def test_processes_that_fetch_at_once_get_the_same(cache_root):
    processes = [fetch_in_a_process() for _ in range(3)]
    answers = [json.loads(process.communicate()[0]) for process in processes]
    assert {digest for digest, _ in answers} == {store.fetch(SHORT).digest()}
    assert files(cache_root) == [f"{store.key_of(SHORT)}.npz"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, MemoryError, OSError(28, "No space left on device")])
def test_an_interrupted_write_leaves_nothing(monkeypatch, cache_root, interruption):
    def write_half(file, arrays):
        file.write(b"half")
        file.flush()
        assert [name.endswith(".part") for name in files(cache_root)] == [True]
        raise interruption

    with monkeypatch.context() as patch:
        patch.setattr(history_module, "_write", write_half)
        with pytest.raises((KeyboardInterrupt, MemoryError, RunError)):
            store.fetch(SHORT)
    assert files(cache_root) == []
    assert store.fetch(SHORT).epoch[-1] == 3


def test_an_interrupted_write_leaves_what_was_there(monkeypatch, tmp_path):
    path = tmp_path / "run.npz"
    training.train(SHORT).save(path)
    before = path.read_bytes()

    def stop(file, arrays):
        raise KeyboardInterrupt

    monkeypatch.setattr(history_module, "_write", stop)
    with pytest.raises(KeyboardInterrupt):
        training.train(Experiment(epochs=5)).save(path)
    assert path.read_bytes() == before
    assert files(tmp_path) == ["run.npz"]


def test_an_experiment_that_cannot_run_leaves_nothing(cache_root, tmp_path):
    with pytest.raises(InputError):
        store.fetch(Experiment(data=str(tmp_path / "nothing.csv")))
    with pytest.raises(InputError):
        store.fetch(Experiment(optimizer_options={"momentm": 1}))
    assert files(cache_root) == []


def test_a_file_that_is_saved_while_it_is_trained_and_saved_back_deceives_nobody(monkeypatch, tmp_path):
    """Key and training read once: A is saved, B, and A again, and what is kept of A is A's."""
    file, a, b = tmp_path / "points.csv", "x,y\n0,1\n1,2\n", "x,y\n0,9\n1,8\n"
    file.write_text(a)
    train = training.train

    def interfering(*arguments):
        file.write_text(b)
        return train(*arguments)

    monkeypatch.setattr(training, "train", interfering)
    history = store.fetch(SHORT.replace(data=str(file)))
    np.testing.assert_array_equal(history.y, [1, 2])
    file.write_text(a)
    np.testing.assert_array_equal(store.fetch(SHORT.replace(data=str(file))).y, [1, 2])


def test_another_processor_is_another_key(monkeypatch):
    before = store.key_of(SHORT)
    monkeypatch.setattr(source, "processor", lambda: "riscv")
    source.versions.cache_clear()
    assert store.key_of(SHORT) != before
    monkeypatch.undo()
    source.versions.cache_clear()


def test_a_data_file_that_moved_is_not_trained_again_and_says_where_it_is(trainings, tmp_path):
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text("x,y\n0,1\n1,2\n2,2\n")
    one, two = (SHORT.replace(data=str(tmp_path / name)) for name in ("one.csv", "two.csv"))
    first = store.fetch(one)
    (tmp_path / "one.csv").unlink()
    second = store.fetch(two)
    assert trainings == [one]
    assert (second.experiment, second.meta["data"]) == (two, "two")
    np.testing.assert_array_equal(first.params, second.params)


@pytest.mark.parametrize("package", store.TRAINED_WITH)
def test_another_version_of_what_trains_is_another_key(monkeypatch, package):
    before, versions = store.key_of(SHORT), source.versions(*store.TRAINED_WITH)
    monkeypatch.setattr(source, "versions", lambda *names: {**versions, package: "99.1"})
    assert store.key_of(SHORT) != before


def test_other_code_that_trains_is_another_key(monkeypatch):
    before, code = store.key_of(SHORT), source.closure(store.TRAINED_BY)
    changed = replace(code["learning.losses"], digest="0")
    monkeypatch.setattr(source, "closure", lambda *names: {**code, "learning.losses": changed})
    assert store.key_of(SHORT) != before


def test_a_file_in_the_way_of_the_cache_says_so(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        store.fetch(SHORT, root=tmp_path / "file")


def test_kept_numbers_are_the_trained_numbers(trainings):
    trained, kept = store.fetch(SHORT), store.fetch(SHORT)
    np.testing.assert_array_equal(kept.params, trained.params)
    assert kept.params.dtype == np.float32
    assert not kept.params.flags.writeable


NET = Experiment(data="broken-line", data_seed=1, model="relu", nodes=2, loss="mse", lr=0.1, epochs=5)


def test_fetching_all_gives_what_fetching_each_gives(cache_root, tmp_path):
    runs = {f"seed {seed}": NET.replace(seed=seed) for seed in range(3)} | {"line": SHORT, "again": SHORT}
    runs |= {f"rate {lr}": SHORT.replace(lr=lr) for lr in (0.002, 0.0005)}
    histories = store.fetch_all(runs)
    assert list(histories) == list(runs)
    assert histories["line"] is histories["again"]
    assert len(files(cache_root)) == 6
    for label, experiment in runs.items():
        assert histories[label].experiment == experiment
        assert histories[label].digest() == store.fetch(experiment, root=tmp_path / "other").digest()
    digests = {label: history.digest() for label, history in store.fetch_all(runs).items()}
    assert digests == {label: history.digest() for label, history in histories.items()}


def test_only_what_is_missing_is_trained(monkeypatch):
    store.fetch(NET.replace(seed=1))
    store.path_of(NET.replace(seed=1)).with_name("x").write_bytes(b"")
    asked, as_trained = [], training.as_trained

    def watching(experiments, progress):
        asked.append(list(experiments))
        return as_trained(experiments, progress)

    monkeypatch.setattr(training, "as_trained", watching)
    runs = {str(seed): NET.replace(seed=seed) for seed in range(3)}
    store.fetch_all(runs)
    store.fetch_all(runs)
    assert asked == [[NET.replace(seed=0), NET.replace(seed=2)]]


def test_fetching_all_tells_of_the_training():
    calls = []
    runs = {"one": NET, "two": NET.replace(seed=2), "line": SHORT}
    store.fetch_all(runs, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (8, 8)
    calls.clear()
    store.fetch_all(runs, progress=lambda done, total: calls.append((done, total)))
    assert calls == []
    assert store.fetch_all({}) == {}


def test_what_was_trained_is_kept_whatever_becomes_of_the_others(cache_root):
    with pytest.raises(InputError, match="momentm"):
        store.fetch_all({"good": NET, "bad": SHORT.replace(optimizer_options={"momentm": 1})})
    assert files(cache_root) == [f"{store.key_of(NET)}.npz"]


def test_many_nets_in_one_history_come_back(tmp_path):
    kept = store.fetch(NET.replace(nets=3))
    assert store.fetch(NET.replace(nets=3)).digest() == kept.digest()
    assert kept.yhat.shape == (6, 100, 3)
