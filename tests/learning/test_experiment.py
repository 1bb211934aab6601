"""Experiment: what it takes, what it refuses and how it says so, and its key."""

import math
import pickle
from typing import get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from learning.data import DATA_SETS, load
from learning.errors import InputError
from learning.experiment import (
    COUPLING,
    DATA_OPTIONS,
    DATA_SET_NAMES,
    MODEL_NAMES,
    NETS,
    NOT_DRAWN,
    OPTIMIZERS,
    PROBABILITIES,
    START_LIMIT,
    Experiment,
    parameter_names,
)

positive = st.floats(min_value=0, exclude_min=True, allow_infinity=False, allow_nan=False)
not_a_rate = st.one_of(st.just(math.nan), st.just(math.inf), st.floats(max_value=0))
weight = st.floats(min_value=-START_LIMIT, max_value=START_LIMIT)
not_a_weight = st.one_of(
    st.sampled_from([math.nan, math.inf, -math.inf]),
    st.floats(min_value=START_LIMIT, exclude_min=True, allow_infinity=False),
    st.floats(max_value=-START_LIMIT, exclude_max=True, allow_infinity=False),
)

OTHER = {
    "loss": "mse",
    "optimizer": "Adam",
    "optimizer_options": {"momentum": 0.9},
    "lr": 0.002,
    "epochs": 31,
    "batch_size": 10,
    "seed": 1,
    "data_seed": 1,
    "test_seed": 1,
    "start": (-5.0, 9.0),
    "record": "update",
    "record_every": 2,
}
"""A value other than the default for every field that a line takes."""

NET = {"data": "broken-line", "model": "relu", "nodes": 2, "loss": "mse"}
LAYER = {"model": "linear", "powers": (1,)}

EXAMPLE = {
    **{name: Experiment(model=name, start=None) for name in ("line", "logistic")},
    "linear": Experiment(**LAYER),
    **{name: Experiment(**{**NET, "model": name}) for name in NETS},
}


def refusal(**values):
    with pytest.raises(InputError) as caught:
        Experiment(**values)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_defaults_are_those_of_the_notes():
    assert Experiment().model_dump() == {
        "data": "regression",
        "x": None,
        "y": None,
        "standardize": False,
        "data_options": (),
        "data_seed": None,
        "model": "line",
        "powers": None,
        "nodes": None,
        "bias": False,
        "nets": 1,
        "loss": "sse",
        "optimizer": "SGD",
        "optimizer_options": (),
        "lr": 0.001,
        "epochs": 30,
        "batch_size": None,
        "seed": 43052,
        "start": (-5.0, 10.0),
        "seeded_once": False,
        "test_seed": None,
        "record": "epoch",
        "record_every": 1,
    }


@given(positive)
def test_any_positive_learning_rate_is_allowed(lr):
    assert Experiment(lr=lr).lr == lr


@given(not_a_rate)
def test_a_learning_rate_that_is_none_is_refused(lr):
    message = refusal(lr=lr)
    assert message.startswith(f"lr = {lr!r}: must be")
    assert message.endswith("the default is 0.001")


@given(weight, weight)
def test_any_start_within_the_limit_is_allowed(w0, w1):
    assert Experiment(start=[w0, w1]).start == (w0, w1)


@given(not_a_weight, weight, st.booleans())
def test_a_start_beyond_the_limit_is_refused(bad, good, first):
    message = refusal(start=(bad, good) if first else (good, bad))
    assert f"start[{0 if first else 1}] = {bad!r}" in message


@given(st.lists(weight, max_size=6).filter(lambda values: len(values) != 2))
def test_a_start_of_the_wrong_length_is_refused(values):
    assert "2 parameters, w0, w1" in refusal(start=values)


@given(st.integers(max_value=-1) | st.integers(min_value=1_000_001))
def test_epochs_outside_are_refused(epochs):
    assert refusal(epochs=epochs).startswith(f"epochs = {epochs}: must be")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"loss": "ssee"}, ["loss = 'ssee'", "'sse', 'mse' or 'bce'"]),
        ({"optimizer": "Adm"}, ['"Adm"', 'did you mean "Adam"?', "LBFGS"]),
        ({"optimizer": "SparseAdam"}, ['"SparseAdam"', "choose one of"]),
        ({"data": "regresion"}, ['"regresion"', 'did you mean "regression"?', ".csv"]),
        ({"model": "lime"}, ['"lime"', 'did you mean "line"?']),
        ({"epocs": 3}, ['"epocs"', 'did you mean "epochs"?']),
        ({"epochs": 2.5}, ["epochs = 2.5", "the default is 30"]),
        ({"epochs": True}, ["epochs = True", "must be a number"]),
        ({"lr": "fast"}, ["lr = 'fast'", "the default is 0.001"]),
        ({"batch_size": 0}, ["batch_size = 0"]),
        ({"seed": -1}, ["seed = -1"]),
        ({"record_every": 0}, ["record_every = 0"]),
        ({"optimizer_options": {"lr": 0.1}}, ["set lr instead"]),
        ({"optimizer_options": {"momentum": math.nan}}, ["momentum = nan", "finite"]),
        ({"optimizer_options": {"betas": (0.9, math.inf)}}, ["betas = (0.9, inf)", "finite"]),
        ({"optimizer_options": [("momentum", 0.1), ("momentum", 0.2)]}, ["momentum", "2 times"]),
        ({"optimizer_options": 3}, ["optimizer_options = 3"]),
        ({"optimizer_options": [3]}, ["optimizer_options"]),
        ({"seed": 2**32}, ["seed = 4294967296"]),
        ({"data_seed": -1}, ["data_seed = -1"]),
        ({"data_seed": True}, ["data_seed = True", "must be a number"]),
        ({"data_options": {"noise": 1}}, ['"noise"', '"regression" take none']),
        ({"data": "points.csv", "data_options": {"noise": 1}}, ['"points.csv" take none']),
        ({"data": "broken-lin"}, ['did you mean "broken-line"?']),
        ({"loss": "bce"}, ["loss = 'bce'", "probability", "the model line", "logistic"]),
        ({"loss": "bce"}, ["relu-logistic"]),
        ({"nodes": 2}, ["nodes = 2", "only the model relu, relu-logistic or steps"]),
        ({"bias": True}, ["bias = True", "only the model linear, relu, relu-logistic or steps"]),
        ({"nets": 3}, ["nets = 3", "only the model relu, relu-logistic or steps"]),
        ({**LAYER, "nodes": 2}, ["nodes = 2", "only the model relu"]),
        ({**LAYER, "nets": 2}, ["nets = 2", "only the model relu"]),
        ({**LAYER, "loss": "bce"}, ["the model linear does not give"]),
        ({**LAYER, "powers": None}, ["powers = None", "the model linear", "(1, 2, 3)"]),
        ({**LAYER, "powers": ()}, ["powers has 0 values", "at least 1"]),
        ({**LAYER, "powers": (1,) * 11}, ["powers has 11 values", "at most 10"]),
        ({**LAYER, "powers": (1, 10)}, ["powers[1] = 10"]),
        ({**LAYER, "powers": (-1,)}, ["powers[0] = -1"]),
        ({**LAYER, "powers": (True,)}, ["powers[0] = True"]),
        ({**LAYER, "powers": (0.5,)}, ["powers[0] = 0.5"]),
        ({**LAYER, "start": (1, 2)}, ["start = (1.0, 2.0)", "the model linear", "1 parameters, weight[0,0]"]),
        ({**LAYER, "powers": (1, 2), "bias": True, "start": (1,)}, ["3 parameters", "weight[0,1], bias[0]"]),
        ({"powers": (1, 2)}, ["powers = (1, 2)", "only the model linear"]),
        ({**NET, "powers": (1, 2)}, ["powers = (1, 2)", "only the model linear"]),
        ({"model": "steps"}, ["nodes = None", "the model steps"]),
        ({**NET, "model": "steps", "loss": "bce"}, ["the model steps does not give"]),
        ({"model": "relu-logstic"}, ['did you mean "relu-logistic"?']),
        ({"test_seed": -1}, ["test_seed = -1"]),
        ({"test_seed": 2**32}, ["test_seed = 4294967296"]),
        ({"test_seed": True}, ["test_seed = True", "must be a number"]),
        ({"test_seed": 43052}, ["test_seed = 43052", "the seed of the data", "another"]),
        ({"seed": 5, "data_seed": 7, "test_seed": 7}, ["test_seed = 7", "the seed of the data"]),
        ({"data": "points.csv", "test_seed": 1}, ["test_seed = 1", "data file", "leave it out"]),
        ({"data": "zeros-and-ones", "test_seed": 1}, ["test_seed = 1", "zeros-and-ones", "whatever the seed"]),
        ({"data": "parabola", "test_seed": 1}, ["test_seed = 1", "parabola", "whatever the seed"]),
        ({**NET, "nets": 2, "test_seed": 1}, ["test_seed = 1", "nets = 2", "a single net"]),
        ({**NET, "nets": 2, "seeded_once": True}, ["seeded_once = True", "nets = 2"]),
        ({**LAYER, "data": "points.csv", "seeded_once": True}, ["seeded_once = True", "data file", "leave it out"]),
        ({**LAYER, "data_seed": 7, "seeded_once": True}, ["data_seed = 7", "one seed"]),
        ({"seeded_once": True}, ["seeded_once = True", "start = (-5.0, 10.0)", "start None"]),
        ({"seeded_once": "perhaps"}, ["seeded_once = 'perhaps'", "the default is False"]),
        ({"record": "updates"}, ["record = 'updates'", "'epoch' or 'update'"]),
        ({**NET, "data_options": {"nose": 1}}, ['"nose"', 'did you mean "noise"?', "slopes"]),
        ({**NET, "data_options": {"noise": -0.1}}, ["noise = -0.1", "from 0", "0.3"]),
        ({**NET, "data_options": {"noise": math.nan}}, ["noise = nan"]),
        ({**NET, "data_options": {"noise": math.inf}}, ["noise = inf"]),
        ({**NET, "data_options": {"noise": True}}, ["noise = True"]),
        ({**NET, "data_options": {"noise": "much"}}, ["noise = 'much'"]),
        ({**NET, "data_options": {"noise": (1.0, 2.0)}}, ["noise = (1.0, 2.0)"]),
        ({**NET, "data_options": {"slopes": 3}}, ["slopes = 3", "two numbers"]),
        ({**NET, "data_options": {"slopes": (1, 2, 3)}}, ["slopes = (1.0, 2.0, 3.0)", "two numbers"]),
        ({**NET, "data_options": {"slopes": (1, math.nan)}}, ["slopes = (1.0, nan)"]),
        ({**NET, "data_options": (("noise", 1), ("noise", 2))}, ["noise", "2 times"]),
        ({**NET, "nodes": None}, ["nodes = None", "1 to 1024", "nodes"]),
        ({**NET, "nodes": 0}, ["nodes = 0"]),
        ({**NET, "nodes": 1025}, ["nodes = 1025"]),
        ({**NET, "nodes": True}, ["nodes = True"]),
        ({**NET, "nets": 0}, ["nets = 0"]),
        ({**NET, "nets": 2001}, ["nets = 2001"]),
        ({**NET, "nets": 2000, "nodes": 1024}, ["nets = 2000", "1024 nodes", "at most 64"]),
        ({**NET, "loss": "bce"}, ["the model relu does not give"]),
        ({**NET, "start": (1, 2, 3)}, ["start = (1.0, 2.0, 3.0)", "4 parameters", "layer1.weight[0,0]"]),
        ({**NET, "nodes": 1024, "start": (1,) * 9}, ["2048 parameters", "… layer2.weight[0,1023]"]),
        ({**NET, "nets": 2, "start": (1, 2, 3, 4)}, ["start = ", "nets = 2", "leave it out"]),
        ({**NET, "nets": 3, "seed": 2**32 - 2}, ["seed = 4294967294", "at most 4294967293"]),
        ({**NET, "nets": 2, "batch_size": 10}, ["batch_size = 10", "nets = 2"]),
        ({**NET, "nets": 2, "optimizer": "LBFGS"}, ["'LBFGS'", "couple", "nets = 2"]),
        ({**NET, "nets": 2, "optimizer": "Adafactor"}, ["'Adafactor'", "couple"]),
        ({"data": "a\nb"}, [r'"a\nb"']),
        ({"optimizer": "A" * 5000}, ["AAA…"]),
    ],
    ids=str,
)
def test_a_refusal_names_the_value_and_what_is_allowed(values, words):
    message = refusal(**values)
    assert len(message) < 400
    for word in words:
        assert word in message


@pytest.mark.parametrize("spelling", ["adam", "ADAM", "Adam"])
def test_an_optimizer_is_spelled_as_torch_does(spelling):
    assert Experiment(optimizer=spelling).optimizer == "Adam"


def test_what_is_wrong_inside_another_model_is_still_one_line():
    class Lecture(BaseModel):
        run: Experiment

    with pytest.raises(ValueError, match=r"lr = -1: must be greater than 0; the default is 0\.001"):
        Lecture(run={"lr": -1})


def test_frozen_hashable_and_equal_by_value():
    one, other = (
        Experiment(optimizer_options={"momentum": 0.9}),
        Experiment(optimizer_options=(("momentum", 0.9),)),
    )
    assert one == other
    assert len({one, other}) == 1
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(ValueError, match="frozen"):
        one.lr = 1.0


def test_replace_checks_again():
    assert Experiment(lr=0.1).replace(epochs=3) == Experiment(lr=0.1, epochs=3)
    with pytest.raises(InputError):
        Experiment().replace(lr=-1)


def test_round_trip_through_json():
    experiment = Experiment(optimizer="adam", optimizer_options={"betas": (0.8, 0.9), "amsgrad": True}, start=None)
    assert Experiment(**experiment.model_dump(mode="json")) == experiment
    assert Experiment.model_validate_json(experiment.model_dump_json()) == experiment


def test_the_key_is_a_sha256():
    key = Experiment().key()
    assert len(key) == 64
    int(key, 16)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"lr": 0.1}, {"lr": 0.10}),
        ({"lr": 1}, {"lr": 1.0}),
        ({"optimizer": "adam"}, {"optimizer": "Adam"}),
        ({"start": (0.0, 1)}, {"start": [-0.0, 1.0]}),
        ({"optimizer_options": {"momentum": 1}}, {"optimizer_options": {"momentum": 1.0}}),
        (NET, {**NET, "data_options": {"noise": 0.3}}),
        (NET, {**NET, "data_options": {"slopes": [1, 3.5], "noise": 0.3}}),
        (NET, {**NET, "start": None}),
        (
            {**NET, "data_options": {"noise": 0, "slopes": (0, 1)}},
            {**NET, "data_options": (("slopes", (-0.0, 1.0)), ("noise", 0.0))},
        ),
        ({"optimizer_options": {"nesterov": True}}, {"optimizer_options": {"nesterov": 1}}),
        ({**LAYER, "powers": [1, 2]}, {**LAYER, "powers": (1, 2)}),
        (LAYER, {**LAYER, "start": None}),
        (
            {"optimizer_options": {"momentum": 0.9, "nesterov": True}},
            {"optimizer_options": {"nesterov": True, "momentum": 0.9}},
        ),
    ],
    ids=str,
)
def test_equal_experiments_have_equal_keys(one, other):
    assert Experiment(**one) == Experiment(**other)
    assert Experiment(**one).key() == Experiment(**other).key()


def test_every_field_changes_the_key(tmp_path):
    file = tmp_path / "points.csv"
    file.write_text("x,y\n0,1\n1,2\n")
    changed = {**OTHER, "data": str(file)}
    nets = [{}, {"nodes": 3}, {"bias": True}, {"nets": 2}, {"data_options": {"noise": 0.2}}, {"data": "regression"}]
    nets += [{"data_options": {"slopes": (1, 3)}}, {"start": (1, 2, 3, 4)}]
    nets += [{"model": "steps"}, {"model": "relu-logistic"}, {"seeded_once": True}]
    columns = [{"x": "y", "y": "x"}, {"x": "x"}, {"y": "y"}, {"standardize": True}]
    layers = [{}, {"powers": (2,)}, {"powers": (1, 2)}, {"powers": (2, 1)}, {"bias": True}]
    fields = changed.keys() | {"model"} | {name for some in (*nets, *layers, *columns) for name in some} | {"data"}
    assert fields == Experiment.model_fields.keys()
    runs = [{}, *({name: value} for name, value in changed.items()), {"model": "logistic", "start": (-5, 10)}]
    runs += [{**NET, **net} for net in nets] + [{**LAYER, **layer} for layer in layers]
    runs += [{"test_seed": 2}, *({"data": str(file), **some} for some in columns)]
    assert len({Experiment(**run).key() for run in runs}) == len(runs)


@given(positive, positive)
def test_different_learning_rates_have_different_keys(one, other):
    assert (Experiment(lr=one).key() == Experiment(lr=other).key()) == (one == other)


def test_the_content_of_a_data_file_changes_the_key(tmp_path):
    file = tmp_path / "점들.csv"
    experiment = Experiment(data=str(file))
    with pytest.raises(InputError, match="there is no such file"):
        experiment.key()
    file.write_text("x,y\n0,1\n1,2\n")
    first = experiment.key()
    assert experiment.key() == first
    file.write_text("x,y\n0,1\n1,3\n")
    assert experiment.key() != first


def test_where_a_data_file_is_does_not_change_the_key(tmp_path):
    for name in ("one.csv", "other/점들.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x,y\n0,1\n1,2\n")
    keys = {Experiment(data=str(tmp_path / name)).key() for name in ("one.csv", "other/점들.csv")}
    assert len(keys) == 1
    assert keys != {Experiment().key()}


def test_a_folder_is_not_a_data_file(tmp_path):
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        Experiment(data=str(folder)).key()


def test_the_names_that_need_no_import_are_the_names_there_are():
    from learning import landscape, losses, model

    names = get_args(Experiment.model_fields["loss"].annotation)
    assert set(DATA_SET_NAMES) == set(DATA_SETS) == set(DATA_OPTIONS)
    assert set(MODEL_NAMES) == set(model.MODELS)
    assert set(names) == set(losses.LOSSES) == {loss for costs in landscape.COSTS.values() for loss in costs}


def test_the_data_that_are_not_drawn_are_those_that_no_seed_changes():
    drawn = {name: {tuple(load(name, seed).y) for seed in (0, 1)} for name in DATA_SETS}
    assert set(NOT_DRAWN) == {name for name, values in drawn.items() if len(values) == 1}


def test_the_models_of_probabilities_and_the_nets_are_those():
    from learning import model

    made = {name: model.MODELS[name](EXAMPLE[name]) for name in MODEL_NAMES}
    u = torch.tensor([-5.0, 0.0, 5.0])
    assert set(PROBABILITIES) == {name for name in made if torch.equal(made[name].link(u), torch.sigmoid(u))}
    assert set(NETS) == {name for name in made if hasattr(made[name], "layer2")}


def test_only_the_line_has_a_first_guess_of_its_own():
    assert Experiment().start == (-5.0, 10.0)
    assert Experiment(start=None).start is None
    assert Experiment(model="logistic", loss="mse").start is None
    assert Experiment(**NET).start is None
    assert Experiment(**LAYER).start is None
    assert Experiment(model="logistic", start=(1, 2)).start == (1.0, 2.0)


def test_the_names_of_the_parameters():
    assert parameter_names(Experiment()) == parameter_names(Experiment(model="logistic")) == ("w0", "w1")
    assert parameter_names(Experiment(**NET)) == (
        "layer1.weight[0,0]",
        "layer1.weight[1,0]",
        "layer2.weight[0,0]",
        "layer2.weight[0,1]",
    )
    assert parameter_names(Experiment(**{**NET, "nodes": 1, "bias": True, "nets": 2})) == (
        "net0.layer1.weight[0,0]",
        "net0.layer1.bias[0]",
        "net0.layer2.weight[0,0]",
        "net0.layer2.bias[0]",
        "net1.layer1.weight[0,0]",
        "net1.layer1.bias[0]",
        "net1.layer2.weight[0,0]",
        "net1.layer2.bias[0]",
    )


def test_the_names_of_a_linear_layer_are_those_of_torch_with_indices():
    assert parameter_names(Experiment(**LAYER)) == ("weight[0,0]",)
    assert parameter_names(Experiment(model="linear", powers=(3, 1), bias=True)) == (
        "weight[0,0]",
        "weight[0,1]",
        "bias[0]",
    )


powers = st.lists(st.integers(0, 9), min_size=1, max_size=10)
seeds = st.integers(0, 2**32 - 1)


@given(powers, st.booleans(), st.sampled_from(["epoch", "update"]), st.integers(1, 1000), seeds, seeds)
def test_any_linear_layer_is_read_back_from_json(powers, bias, record, every, seed, test_seed):
    values = {"powers": powers, "bias": bias, "record": record, "record_every": every, "seed": seed}
    layer = Experiment(model="linear", test_seed=None if test_seed == seed else test_seed, **values)
    again = Experiment.model_validate_json(layer.model_dump_json())
    assert again == layer
    assert again.key() == layer.key()
    assert len(parameter_names(layer)) == len(powers) + bias


@given(seeds, st.none() | seeds, seeds)
def test_test_data_have_any_seed_but_that_of_the_data(seed, data_seed, test_seed):
    of_data = seed if data_seed is None else data_seed
    if test_seed == of_data:
        assert "the seed of the data" in refusal(seed=seed, data_seed=data_seed, test_seed=test_seed)
    else:
        assert Experiment(seed=seed, data_seed=data_seed, test_seed=test_seed).test_seed == test_seed
    with pytest.raises(InputError, match="the seed of the data"):
        Experiment(seed=seed, data_seed=data_seed, test_seed=of_data)


@settings(deadline=None)
@given(st.integers(1, 1024), st.booleans())
def test_a_start_of_a_net_has_a_number_for_each_parameter(nodes, bias):
    net = Experiment(**{**NET, "nodes": nodes, "bias": bias})
    count = len(parameter_names(net))
    assert count == len(set(parameter_names(net))) == 2 * nodes + bias * (nodes + 1)
    assert len(net.replace(start=(0.5,) * count).start) == count
    with pytest.raises(InputError, match=f"{count} parameters"):
        net.replace(start=(0.5,) * (count + 1))


def test_the_seed_of_the_data_is_that_of_the_run_or_its_own():
    assert Experiment(seed=5).seed_of_data == 5
    assert Experiment(seed=5, data_seed=0).seed_of_data == 0


def test_options_of_the_data_are_all_there_and_sorted():
    assert Experiment(**NET).data_options == (("noise", 0.3), ("slopes", (1.0, 3.5)))
    net = Experiment(**NET, data_options={"slopes": (2, -1)})
    assert net.data_options == (("noise", 0.3), ("slopes", (2.0, -1.0)))
    assert Experiment.model_validate_json(net.model_dump_json()) == net
    assert net.replace(lr=1.0).data_options == net.data_options


def test_the_optimizers_that_couple_weights_are_optimizers():
    assert set(COUPLING) < set(OPTIMIZERS)
