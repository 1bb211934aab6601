"""The key of a film: whatever can change a pixel is in it, and nothing else."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from learning import source
from scenes import captions
from scenes.catalogue import FILMS
from scenes.production import recipe
from scenes.production.order import Order
from scenes.production.output import FORMATS, QUALITIES, WITH_ALPHA, Output

REAL = [name for name in FILMS if name != "toy"]
OUTPUT = Output("mp4", 320, 180, 5)
CSV = "x,y\n0,1\n1,3\n2,4\n3,8\n"

OTHER = {
    "batch_size": 5,
    "data": "points.csv",
    "data_seed": 8,
    "directions": "random",
    "distances": (0.5,),
    "epochs": 17,
    "homework_seed": 7,
    "large_lr": 0.2,
    "line": (1.0, 2.0),
    "loss": "mse",
    "lr": 0.0077,
    "mean_lr": 0.0077,
    "net_epochs": 17,
    "net_lr": 0.0077,
    "net_seed": 7,
    "nodes": 3,
    "noise": 0.5,
    "optimizer": "Adam",
    "optimizers": ("SGD", "RMSprop"),
    "other_seed": 77,
    "passes": 2,
    "path_lr": 0.0077,
    "plane_epochs": 17,
    "plane_lr": 0.0077,
    "plane_seed": 77,
    "runs": 20,
    "seed": 77,
    "sizes": (2, 3),
    "slopes": (0.5, 2.0),
    "standardize": True,
    "start": (1.0, 2.0),
    "starts": ((1.0, 2.0),),
    "sum_lr": 0.0077,
    "test_seed": 77,
    "weights": (3.0,),
    "wide": 50,
    "window": (-9.0, 3.0, -2.0, 9.0),
    "x": "x",
    "y": "y",
}
LISTS = {("learning-rate", "lr"): (0.0077,), ("logistic", "loss"): "bce"}
PARAMETERS = [(film, name) for film in REAL for name in FILMS[film].parameters.model_fields]


@pytest.fixture(autouse=True)
def points(workplace_of_its_own):
    Path("points.csv").write_text(CSV)


def order(film="descent", output=OUTPUT, theme="dark", language="en", **parameters):
    return Order(FILMS[film], FILMS[film].parameters(**parameters), output, theme, language)


def key(*args, **kwargs):
    return order(*args, **kwargs).recipe.key


@pytest.mark.parametrize(("film", "name"), PARAMETERS)
def test_every_parameter_is_in_the_key(film, name):
    value = LISTS.get((film, name), OTHER[name])
    assert value != FILMS[film].parameters.model_fields[name].default
    file = {"data": "points.csv"} if name in ("x", "y", "standardize") else {}
    assert key(film, **{**file, name: value}) != key(film, **file)


@pytest.mark.parametrize("film", REAL)
def test_every_film_look_and_output_setting_is_in_the_key(film):
    outputs = [OUTPUT, Output("mp4", 640, 180, 5), Output("mp4", 320, 360, 5), Output("mp4", 320, 180, 6)]
    outputs += [Output(name, 320, 180, 5) for name in FORMATS if name != "mp4"]
    outputs += [Output(name, 320, 180, 5, transparent=True) for name in WITH_ALPHA]
    outputs += [Output("png", 320, 180, 5, last_frame=True)]
    outputs += [Output.choose(quality=letter) for letter in (None, *QUALITIES)]
    keys = [key(film, output) for output in outputs]
    keys += [key(film, theme="light"), key(film, language="ko"), key(film, theme="light", language="ko")]
    keys += [key(other) for other in REAL if other != film]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("language", captions.LANGUAGES)
@pytest.mark.parametrize("film", REAL)
def test_every_caption_of_a_film_is_in_the_key(film, language, monkeypatch):
    texts = captions.load(language)._texts
    own = [name for name in texts if name.startswith(f"{film}.") and name != f"{film}.teaches"]
    before = key(film, language=language)
    assert len(own) > 20
    for name in own:
        with monkeypatch.context() as patch:
            patch.setitem(texts, name, texts[name] + ".")
            assert key(film, language=language) != before, name
    with monkeypatch.context() as patch:
        patch.delitem(texts, own[-1])
        assert key(film, language=language) != before
    assert key(film, language=language) == before


@pytest.mark.parametrize("film", REAL)
def test_captions_of_other_films_are_not(film, monkeypatch):
    texts = captions.load("en")._texts
    others = [name for name in texts if name.split(".")[0] in set(REAL) - {film}] + [f"{film}.teaches", "language"]
    before = key(film)
    for texts in (captions.load(language)._texts for language in captions.LANGUAGES):
        for name in others:
            monkeypatch.setitem(texts, name, texts[name] + ".")
    assert key(film) == before


@pytest.mark.parametrize("film", REAL)
def test_no_film_shows_words_of_another(film):
    """What somebody's own captions must have depends on it."""
    shared = {name for name in captions.load("en") if name.split(".")[0] not in REAL}
    assert {name for name in order(film).recipe.captions if not name.startswith(f"{film}.")} <= shared


def test_shared_captions_count_for_the_films_whose_code_names_them(monkeypatch):
    texts = captions.load("en")._texts
    monkeypatch.setitem(texts, "surface.gradient", "slope")  # the arrow on a loss surface
    assert "surface.gradient" in order("descent").recipe.captions
    assert "surface.gradient" not in order("relu-nodes").recipe.captions


def test_the_content_of_a_data_file_counts_where_it_is_does_not(tmp_path):
    before = key(data="points.csv")
    for moved in (tmp_path / "다른 곳" / "points.csv", tmp_path / "other.csv"):
        moved.parent.mkdir(exist_ok=True)
        moved.write_text(CSV)
        assert key(data=str(moved)) == before
    Path("points.csv").write_text(CSV.replace("8", "9"))
    assert key(data="points.csv") != before


def test_a_data_file_that_changes_or_goes_meanwhile_is_noticed():
    asked = order(data="points.csv")
    assert asked.recipe
    assert recipe.is_current(asked)
    Path("points.csv").write_text(CSV.replace("8", "9"))
    assert not recipe.is_current(asked)
    Path("points.csv").unlink()
    assert not recipe.is_current(asked)


def test_captions_that_are_saved_meanwhile_are_noticed(tmp_path, monkeypatch):
    asked = order()
    assert recipe.is_current(asked)
    (tmp_path / "en.toml").write_bytes((captions.HERE / "en.toml").read_bytes() + b"# later")
    monkeypatch.setattr(captions, "HERE", tmp_path)
    assert not recipe.is_current(asked)


def test_where_a_film_goes_does_not_count(tmp_path):
    assert key(output=replace(OUTPUT, path=tmp_path / "a.mp4")) == key(output=replace(OUTPUT, path=Path("b.mp4")))


@pytest.mark.parametrize("one", [{"lr": 0.10, "start": (1, 2)}])
@pytest.mark.parametrize("other", [{"start": ("1", 2.0), "lr": 0.1}, {"lr": "0.1", "start": "1,2"}])
def test_how_a_number_is_written_does_not_count(one, other):
    assert key(**one) == key(**other)


@pytest.mark.parametrize("package", ["python", "torch", *recipe.DRAWN_WITH.values()])
def test_every_version_counts(monkeypatch, package):
    before, versions = key(), source.versions

    def another(*names):
        return {name: "99.1" if name == package else found for name, found in versions(*names).items()}

    monkeypatch.setattr(source, "versions", another)
    assert key() != before


def test_the_order_of_the_runs_and_the_scene_count(monkeypatch):
    made = order("learning-rate").recipe
    assert replace(made, runs=dict(reversed(made.runs.items()))).key != made.key
    entry = FILMS["descent"]
    other = Order(replace(entry, scene="scenes.films.descent:Another"), entry.parameters(), OUTPUT, "dark", "en")
    assert other.recipe.key != key()


@pytest.mark.parametrize("name", ["cairo", "processor"])
def test_the_library_that_draws_and_the_processor_count(name):
    made = order().recipe
    assert made.versions[name]
    assert replace(made, versions={**made.versions, name: "other"}).key != made.key


def test_the_font_counts(monkeypatch):
    before = key()
    monkeypatch.setattr(recipe, "fingerprint", lambda family: "another release of it")
    assert key() != before


def test_every_module_that_draws_counts_and_no_other(monkeypatch):
    code, before = source.closure, key()
    modules = order().recipe.code
    assert {"scenes.films.descent", "scenes.panels.skin", "scenes.production.video", "scenes.theme"} <= set(modules)
    for other in ("scenes.films.stuck", "scenes.panels.network", "scenes.cli", "scenes.production.listing"):
        assert other not in modules
    for module in modules:

        def edited(*names, module=module, **options):
            said = code(*names, **options)
            return {**said, module: replace(said[module], digest="edited")} if module in said else said

        with monkeypatch.context() as patch:
            patch.setattr(source, "closure", edited)
            assert key() != before, module


@pytest.mark.parametrize("film", REAL)
def test_what_a_film_loads_is_in_its_recipe(film):
    """Against the interpreter: the modules of ours that a process has loaded after importing what draws a film."""
    scene = FILMS[film].scene.partition(":")[0]
    code = f"import sys, {scene}, {', '.join(recipe.DRAWN_BY)}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    ours = {name for name in done.stdout.split() if name.split(".")[0] in source.PACKAGES}
    aside = set(source.closure(*recipe.KNOWN_OTHERWISE))
    assert ours - aside <= set(order(film).recipe.code)


@pytest.mark.parametrize("film", REAL)
def test_every_package_that_draws_is_in_the_versions(film):
    imported = {name.split(".")[0] for said in recipe.sources_of(order(film)).values() for name in said.imports}
    known_otherwise = {"pydantic", "torch"}  # by the parameters and the runs
    foreign = imported - set(sys.stdlib_module_names) - set(source.PACKAGES) - known_otherwise
    assert foreign <= set(recipe.DRAWN_WITH)
    assert "none" not in source.versions(*recipe.DRAWN_WITH.values()).values()


def test_parameter_classes_only_declare():
    """They are in the key by value: a method that draws would be forgotten there."""
    for film in REAL:
        model = FILMS[film].parameters
        methods = {name for kind in model.__mro__ for name, value in vars(kind).items() if callable(value)}
        own = {name for name in methods if getattr(getattr(model, name), "__module__", "") == "scenes.parameters"}
        assert own <= {"experiments", "experiment", "_each_once", "_stay_in_bounds"}


def test_the_base_knows_nothing_of_the_inputs(monkeypatch):
    one, other = order(lr=0.002, epochs=7).recipe, order().recipe
    assert (one.base, one.key != other.key) == (other.base, True)
    assert one.inputs["parameter lr"] == "0.002"
    assert {name for name in one.inputs if one.inputs[name] != other.inputs[name]} == {
        "parameter lr",
        "parameter epochs",
        "run run",
    }
    assert order(theme="light").recipe.base != one.base


def test_a_recipe_survives_json():
    import json

    made = order(data="points.csv").recipe
    again = recipe.Recipe(**json.loads(json.dumps(made.as_json())))
    assert (again.key, again.base, again.inputs) == (made.key, made.base, made.inputs)
