"""The examples of the page on recording run, and record."""

import numpy as np
import pytest
from fences import Reader, blocks
from PIL import Image

from learning.history import History


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    reader = Reader(tmp_path_factory.mktemp("record"))
    programs = [block for block in blocks("record.md") if block.language == "python"]
    reader.run_programs(programs)
    for block in blocks("record.md"):
        if block not in programs:
            reader.follow(block)
    return reader


def history(reader, name):
    return History.load(reader.folder / name)


def test_there_are_three_and_each_saves_a_history(reader):
    assert sorted(path.name for path in reader.folder.glob("*.npz")) == ["decay.npz", "hinge.npz", "quarters.npz"]


def test_the_film_of_it_is_drawn(reader):
    (sheet,) = reader.folder.glob("media/films/plane-*sheet.png")
    with Image.open(sheet) as picture:
        assert picture.width > 2000


def test_batches_are_recorded_over_all_the_data(reader):
    run = history(reader, "hinge.npz")
    assert run.epoch[-1] == 60
    assert run.loss == pytest.approx(np.mean((run.yhat.reshape(len(run), -1) - run.y) ** 2, axis=1), rel=1e-4)
    assert run.loss[-1] < run.loss[0] / 10
    assert "hinge" not in reader.said[0]
    assert reader.said[1].split()[:2] == ["epoch", "loss"]


def test_a_step_with_a_closure_is_one_update(reader):
    run = history(reader, "decay.npz")
    assert len(run) == 11
    assert run.names == ("height", "rate")
    height, rate = run.params.T
    assert run.yhat == pytest.approx(height[:, None] * np.exp(-rate[:, None] * run.x), rel=1e-5)
    assert run.params[-1] == pytest.approx([3, 2], abs=0.3)


def test_what_logits_mean_is_recorded(reader):
    run = history(reader, "quarters.npz")
    said = run.yhat.reshape(len(run), -1)
    assert said.min() >= 0
    assert said.max() <= 1
    crossed = -np.mean(np.where(run.y == 1, np.log(said), np.log1p(-said)), axis=1)
    assert run.loss == pytest.approx(crossed, rel=1e-3)
    assert np.linalg.norm(run.grads, axis=1).max() > 0
