"""`--history`: films of runs that are recorded already."""

import json
from pathlib import Path

import numpy as np
import pytest

from learning.errors import InputError
from learning.experiment import Experiment
from learning.training import train
from scenes import cli
from scenes.catalogue import find
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.recorded import parameters_for, runs_of
from scenes.production.render import fulfil

TINY = Output("mp4", 160, 90, 2)


def saved(name="run.npz", **values):
    train(Experiment(**{"epochs": 5, **values})).save(name)
    return Path(name)


def net(name="net.npz", **values):
    return saved(name, **{"model": "relu", "nodes": 3, "data": "broken-line", "loss": "mse", "lr": 0.1, **values})


def order(film, path, **given):
    return Order(find(film), parameters_for(find(film), path, given), TINY, "dark", "en", path)


def test_a_film_gets_the_parameters_that_the_run_was_recorded_with():
    path = saved(lr=0.0005, start=(1.0, 2.0), optimizer="Adam")
    parameters = parameters_for(find("descent"), path, {"lr": None})
    assert (parameters.lr, parameters.start, parameters.optimizer, parameters.epochs) == (0.0005, (1.0, 2.0), "Adam", 5)


def test_what_is_shown_is_what_the_file_says_and_nothing_is_trained(monkeypatch):
    path = net()
    monkeypatch.setattr("learning.store.fetch_all", lambda *_, **__: pytest.fail("trained"))
    asked = order("plane", path)
    assert np.array_equal(runs_of(asked)["net"].params, train(runs_of(asked)["net"].experiment).params)
    made = fulfil(asked)
    assert made.path == Path("media/films/plane-net-160x90-2fps.mp4")
    told = json.loads(made.path.with_suffix(".json").read_text())
    assert told["history"] == "net.npz"
    assert list(told["histories"].values()) == [runs_of(asked)["net"].digest()]


def test_another_content_is_another_film_and_another_place_is_not():
    first = order("plane", net()).recipe.key
    Path("elsewhere").mkdir()
    assert order("plane", net("elsewhere/other.npz")).recipe.key == first
    assert order("plane", net("third.npz", seed=9)).recipe.key != first


@pytest.mark.parametrize(
    ("film", "make", "given", "message"),
    [
        ("stuck", net, {}, "stuck shows several runs, .* is one: --history goes with descent, plane"),
        ("descent", net, {}, "recorded with model = relu, not line: try the film plane"),
        ("descent", saved, {"lr": 0.5}, r"recorded with lr = 0\.001, not 0\.5"),
        ("descent", lambda: saved(batch_size=10), {}, "recorded with batch_size = 10, not None"),
        ("plane", lambda: Path("nowhere.npz"), {}, "there is no such file; give the path of a history"),
    ],
)
def test_what_a_film_cannot_show_is_said_with_the_reason_and_a_film_that_can(film, make, given, message):
    path = make()
    with pytest.raises(InputError, match=message) as refusal:
        parameters_for(find(film), path, given)
    assert "\n" not in str(refusal.value)


def test_a_history_that_is_gone_is_an_error_of_one_line():
    asked = order("plane", net())
    Path("net.npz").unlink()
    with pytest.raises(InputError, match=r"net\.npz: No such file or directory; give the path of a history"):
        _ = asked.recipe


def test_the_command_line_takes_it(capsys):
    path = saved()
    assert cli._run(["sheet", "descent", "--history", str(path), "-o", "sheet.png"], False) == 0
    assert capsys.readouterr().out == "sheet.png\n"
    assert cli._run(["sheet", "tangent", "--history", str(path)], False) == 2
    assert "--history goes with descent, plane" in capsys.readouterr().err
