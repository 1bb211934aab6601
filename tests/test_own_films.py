"""Films of somebody's own, by path: what they have to have, how they are refused, what a change does, a template."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from learning import source
from learning.errors import InputError
from scenes import captions, cli, options
from scenes.catalogue import find
from scenes.lectures import lecture
from scenes.lectures.dependencies import dependencies
from scenes.lectures.plan import plan
from scenes.ownfilms import loading, template
from scenes.production.naming import description_path
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.rehearsal import rehearse
from scenes.workers.jobs import Job
from scenes.workers.parcels import pack

LOSSREEL = [sys.executable, "-m", "scenes.cli"]
SMALL = Output(width=320, height=180, fps=10)
RAN = "ran.txt"
TELLS = f'\nfrom pathlib import Path\nPath("{RAN}").touch()\nprint("noise")\n'


@pytest.fixture(autouse=True)
def as_in_a_new_process(tmp_path, monkeypatch):
    """No film of a test before is loaded, nor are its words known."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.setattr(captions, "_ours", {})
    monkeypatch.setattr(captions, "_beside", {})
    monkeypatch.setattr(loading, "_loaded", {})
    monkeypatch.setattr(loading, "_named", {})
    yield
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(str(tmp_path)):
            del sys.modules[name]
    source.closure.cache_clear()
    source._file_of.cache_clear()


@pytest.fixture
def saddle():
    """The template, under that name."""
    return template.write("saddle", Path())[0]


@pytest.fixture
def run(capsys):
    """Run a command in this process: exit status, standard output, standard error."""

    def call(*arguments):
        status = cli._run([str(argument) for argument in arguments], debug=False)
        return status, *capsys.readouterr()

    return call


def process(*arguments, **options):
    places = {**os.environ, "PYTHONPATH": str(source.HOME)}
    return subprocess.run([*arguments], capture_output=True, text=True, check=False, env=places, **options)


def change(path, old, new, times=1):
    text = Path(path).read_text(encoding="utf-8")
    assert text.count(old) >= 1, (path, old)
    Path(path).write_text(text.replace(old, new, times), encoding="utf-8")


def order_of(name, language="en", **parameters):
    entry = find(name)
    return Order(entry, entry.parameters(**parameters), SMALL, "dark", language)


# The template


def test_the_template_is_written_rendered_and_tested_word_for_word(tmp_path):
    """As somebody would who has never seen it: three commands, each a process of its own."""
    written = process(*LOSSREEL, "new", "film", "two-valleys", "-o", "talk")
    assert written.returncode == 0, written.stderr
    names = ["two_valleys.py", "two_valleys.en.toml", "two_valleys.ko.toml", "test_two_valleys.py"]
    assert written.stdout.splitlines() == [str(Path("talk", name)) for name in names]
    assert sorted(path.name for path in Path("talk").iterdir()) == sorted(names)
    film = process(*LOSSREEL, "render", "talk/two_valleys.py", "--epochs", "3", "-r", "320,180", "--fps", "10")
    assert film.returncode == 0, film.stderr
    assert film.stdout == "media/films/two-valleys-epochs-3-320x180-10fps.mp4\n"
    with av.open(film.stdout.strip()) as video:
        frames = list(video.decode(video=0))
    told = json.loads(description_path(Path(film.stdout.strip())).read_text())
    assert told["parameters"] == {"lr": 0.1, "epochs": 3}
    assert [section["title"] for section in told["sections"]] == ["The data", "Training", "The result"]
    assert len(frames) == pytest.approx(10 * sum(section["length"] for section in told["sections"]), abs=2)
    tested = process(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "talk/test_two_valleys.py")
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout


def test_the_template_is_in_the_style_of_ours():
    files = [str(path) for path in template.write("two-valleys", Path()) if path.suffix == ".py"]
    settings = str(source.HOME / "pyproject.toml")
    for check in (["check", "--ignore", "I001"], ["format", "--check"]):  # whose modules are whose, it cannot know
        done = process(sys.executable, "-m", "ruff", *check, "--config", settings, files[0])
        assert done.returncode == 0, done.stdout


def test_its_words_are_the_same_in_both_languages(saddle):
    english, korean = (tomllib.loads(Path(f"saddle.{one}.toml").read_text(encoding="utf-8")) for one in ("en", "ko"))
    assert [*english] == [*korean] == ["saddle"]
    assert {table: [*texts] for table, texts in english["saddle"].items() if isinstance(texts, dict)} == {
        table: [*texts] for table, texts in korean["saddle"].items() if isinstance(texts, dict)
    }


def test_nothing_is_overwritten(run):
    Path("test_saddle.py").write_text("mine")
    status, out, err = run("new", "film", "saddle")
    assert (status, out) == (2, "")
    assert "test_saddle.py is there already: choose another name" in err
    assert [path.name for path in Path().iterdir()] == ["test_saddle.py"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Saddle", "cannot name a film: small letters"),
        ("../saddle", "cannot name a film"),
        ("descent", "is a name of lossreel's: choose another for your film, e.g. my-descent"),
        ("axes", "is a name of lossreel's"),
        ("random", "is the name of a module of Python's"),
        ("class", "is the name of a module of Python's"),
    ],
)
def test_a_name_that_no_film_can_have_is_refused(run, name, said):
    status, _, err = run("new", "film", name)
    assert status == 2
    assert said in err
    assert not any(Path().iterdir())


# Commands


def test_its_parameters_are_options_with_default_bounds_and_help(run, saddle):
    status, out, _ = run("render", "--help", "saddle.py:Saddle")
    assert status == 0
    flat = " ".join(out.split())
    assert "A line learns its two weights" in flat
    assert "--epochs INTEGER number of updates of the weights. [default: 30; at least 1, at most 1000]" in flat
    assert run("sheet", "saddle.py", "--lr", "20")[2] == (
        "lossreel: error: lr = '20': must be less than or equal to 10; the default is 0.1\n"
    )
    assert "'--lrr'. Did you mean '--lr'?" in run("render", "saddle.py", "--lrr", "1")[2]


def test_the_films_of_a_file_are_listed(run, saddle):
    assert "parameters: lr 0.1, epochs 30" in run("list", saddle)[1]
    assert [film["name"] for film in json.loads(run("list", saddle, "--json")[1])] == ["saddle"]


def test_its_words_are_printed_for_who_translates_them_and_a_translation_is_taken(run, saddle):
    _, words, _ = run("captions", "saddle.py")
    assert {"saddle", "axes", "readout"} <= set(tomllib.loads(words))
    assert "descent" not in tomllib.loads(words)
    Path("fr.toml").write_text(words.replace('"Training"', '"Entraînement"'), encoding="utf-8")
    film = rehearse("saddle.py", language="fr.toml", epochs=1)
    assert [beat.title for beat in film.beats] == ["The data", "Entraînement", "The result"]


def test_a_sheet_shows_each_of_its_beats(run, saddle):
    status, out, _ = run("sheet", "saddle.py", "--epochs", "2", "-o", "sheet.png")
    assert (status, out) == (0, "sheet.png\n")
    picture = np.asarray(Image.open("sheet.png").convert("RGB")).astype(int)
    beats = [picture[16:556, left : left + 960] for left in (16, 992, 1968)]
    assert all(np.abs(one - one[0, 0]).max(axis=2).astype(bool).mean() > 0.005 for one in beats)


def test_its_runs_are_trained_into_files(run, saddle):
    status, out, _ = run("train", "saddle.py", "--epochs", "4", "-o", "runs")
    assert (status, out) == (0, "runs/saddle-epochs-4.npz\n")
    with np.load("runs/saddle-epochs-4.npz", allow_pickle=False) as run_:
        assert run_["epoch"].tolist() == [0, 1, 2, 3, 4]


def test_a_film_is_told_from_the_value_of_an_option(run, saddle):
    change("saddle.py", "    epochs: int", '    data: str = Field("regression", description="data")\n    epochs: int')
    status, out, _ = run("render", "--data", "polynomial", "saddle.py", "--help")
    assert status == 0
    assert "render saddle.py" in out


# Refusals: each one line, with the file, and the next step


def refusal(name):
    with pytest.raises(InputError) as caught:
        find(name)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_file_that_is_not_there_is_named_with_the_nearest(saddle):
    assert refusal("sadle.py").startswith('sadle.py: there is no such file (did you mean "saddle.py"?)')
    assert "did you mean 'saddle.py'?" in refusal("saddle")


def test_a_class_that_is_not_there_is_named_with_the_nearest(saddle):
    assert refusal("saddle.py:Sadle") == 'saddle.py has no film "Sadle" (did you mean "Saddle"?); there are: Saddle'


def test_of_several_films_one_is_to_be_named(saddle):
    text = saddle.read_text(encoding="utf-8")
    second = text[text.index("class Saddle(Film)") :].replace("class Saddle(", "class Valley(")
    second = second.replace('"saddle"', '"valley"')
    saddle.write_text(f"{text}\n\n{second}", encoding="utf-8")
    for language in captions.LANGUAGES:
        path = Path(f"saddle.{language}.toml")
        words = path.read_text(encoding="utf-8")
        tables = words[words.index("[saddle]") :].replace("[saddle", "[valley")
        path.write_text(f"{words}\n{tables}", encoding="utf-8")
    assert refusal("saddle.py").endswith("has 2 films: name one of them, saddle.py:Saddle or saddle.py:Valley")
    assert find("saddle.py:Valley").name == "valley"
    assert [entry.name for entry in loading.load_all(Path("saddle.py"))] == ["saddle", "valley"]


IMPORTS = [
    ("x = 1 +\n", "broken.py:1: SyntaxError: invalid syntax; --debug shows all"),
    ("y = 1\nimport nowhere\n", "broken.py:2: ModuleNotFoundError: No module named 'nowhere'; --debug shows all"),
    ("import beside\n", "beside.py:3: ZeroDivisionError: division by zero; --debug shows all"),
    ("import sys\nsys.exit('bye')\n", "broken.py:2: SystemExit: bye; --debug shows all"),
    ("x = 1\n", "broken.py has no film: write a class that inherits scenes.film.Film, or let"),
]


@pytest.mark.parametrize(("text", "said"), IMPORTS)
def test_a_file_that_cannot_be_imported_says_where_and_of_what(text, said):
    Path("broken.py").write_text(text)
    Path("beside.py").write_text("\n\n1 / 0\n")
    assert refusal("broken.py").startswith(said)


def test_all_of_it_is_shown_when_asked_for():
    Path("broken.py").write_text("\n\nraise KeyError('here')\n")
    done = process(*LOSSREEL, "sheet", "broken.py", "--debug")
    assert done.returncode == 1
    assert "raise KeyError('here')" in done.stderr
    assert "Traceback" in done.stderr


NO_DEFAULT = "SaddleParameters.lr has no default: write e.g. lr: float = Field(2.0)"
LACKS = [
    ('    film_name = "saddle"\n', "", 'Saddle has no name to be called by: write film_name = "saddle" into the class'),
    ('film_name = "saddle"', 'film_name = "descent"', "is the name of a film of lossreel's: choose another"),
    ('film_name = "saddle"', 'film_name = "axes"', "is the name of words that all films share"),
    ('film_name = "saddle"', 'film_name = "My Film"', "is to be small letters, digits and hyphens"),
    ("    parameters: SaddleParameters\n", "", "write parameters: SaddleParameters into it"),
    ("    parameters: SaddleParameters\n", "    parameters: int\n", "write parameters: SaddleParameters into it"),
    ("def experiments", "def experimnts", "does not say what is trained: give it a method experiments()"),
    ("Field(0.1, ", "Field(", NO_DEFAULT),
    ("    lr: float", "    theme: float", "SaddleParameters.theme has the name of an option of all films"),
    ("    lr: float", "    label: float", "SaddleParameters.label has the name of an option of all films"),
]


@pytest.mark.parametrize(("old", "new", "said"), LACKS)
def test_what_a_film_lacks_is_named(saddle, old, new, said):
    change(saddle, old, new)
    assert refusal("saddle.py").startswith("saddle.py: ")
    assert said in refusal("saddle.py")


def test_an_annotation_may_be_text(saddle):
    change(saddle, '"""\n\nfrom pydantic', '"""\n\nfrom __future__ import annotations\n\nfrom pydantic')
    assert list(find("saddle.py").parameters.model_fields) == ["lr", "epochs"]


def test_a_file_with_the_name_of_another_module_is_refused(saddle):
    for name, said in (("random.py", "the module random of "), ("sys.py", "Python's own module sys")):
        Path(name).write_text(saddle.read_text(encoding="utf-8"))
        assert refusal(name).startswith(f"{name} has the name of {said}")
    Path("my-film.py").write_text("")
    assert refusal("my-film.py").endswith("call it my_film.py")


def test_two_files_with_one_name_are_told_apart_or_refused():
    for folder in ("one", "two"):
        template.write("saddle", Path(folder))
    find("one/saddle.py")
    assert refusal("two/saddle.py").startswith("two/saddle.py has the name of the module saddle of ")
    for end in ("py", "en.toml"):
        Path(f"two/saddle.{end}").rename(f"two/valley.{end}")
    assert "is that of Saddle in saddle.py, too" in refusal("two/valley.py")


def test_what_is_loaded_stays_so_a_saved_file_is_refused(saddle):
    find("saddle.py")
    change(saddle, "total=6", "total=7")
    assert refusal("saddle.py").endswith("start Python again")


# Words


WORDS = [
    ('title = "A line learns"\n', "", "a text is missing: saddle.title; write title and teaches below [saddle]"),
    ("{points:data}", "{points:dta}", "a text has a colour that means nothing: saddle.data.ask (line 13) dta (did you"),
    ("{points:data}", "{points", "a text has braces that say nothing: saddle.data.ask (line 13)"),
    ('title = "Training"', "title = 3", "a value is no text: saddle.train.title (line 17) = 3"),
    ("[saddle.data]", "[sadle.data]", '3 keys belong to no film: sadle.data.title (line 12) (did you mean "saddle"?)'),
]


@pytest.mark.parametrize(("old", "new", "said"), WORDS)
def test_what_is_wrong_with_its_words_is_named_with_the_line(saddle, old, new, said):
    change("saddle.en.toml", old, new)
    assert refusal("saddle.py").startswith(f"saddle.en.toml: {said}")


def test_both_languages_are_to_say_the_same(saddle):
    change("saddle.ko.toml", "{before:loss}", "", times=9)
    assert "2 texts have other placeholders than in saddle.en.toml: saddle.train.begin (line 18)" in refusal(
        "saddle.py"
    )
    change("saddle.en.toml", "[saddle.result]", '[saddle.more]\ntitle = "x"\n\n[saddle.result]')
    assert "saddle.ko.toml: a text of saddle.en.toml is missing: saddle.more.title" in refusal("saddle.py")


def test_a_film_without_words_says_where_they_belong(saddle):
    for language in captions.LANGUAGES:
        Path(f"saddle.{language}.toml").unlink()
    assert "has no captions: write saddle.en.toml or saddle.ko.toml beside it, with [saddle]" in refusal("saddle.py")


@pytest.mark.parametrize(("there", "asked", "title"), [("ko", "en", "직선의 학습"), ("en", "ko", "A line learns")])
def test_where_it_has_no_words_it_is_told_in_those_that_it_has(run, saddle, there, asked, title):
    Path(f"saddle.{asked}.toml").unlink()
    order = order_of("saddle.py", asked)
    assert (order.language, order.title, order.others) == (there, title, ())
    assert order.target.name == f"saddle{'-ko' if there == 'ko' else ''}-320x180-10fps.mp4"
    status, _, err = run("render", "saddle.py", "--lang", asked, "-s", "--epochs", "1", "-r", "320,180")
    assert status == 0
    assert f"lossreel: saddle has no words in {asked} (saddle.{asked}.toml): it is in {there}\n" in err
    assert rehearse("saddle.py", language=asked, epochs=1).text("title") == title


def test_a_word_or_a_figure_that_is_missing_is_told_with_the_line_of_the_film(run, saddle):
    change(saddle, '"data.ask"', '"data.aks"')
    line = (
        saddle.read_text(encoding="utf-8")
        .split("\n")
        .index('        self.tell("data.aks", self.plot.to(axes=1, points_shown=1, run_time=TIMING.slow))')
        + 1
    )
    status, _, err = run("sheet", "saddle.py", "--epochs", "1")
    assert status == 1
    assert re.search(
        rf"error: saddle\.py:{line}: KeyError: \"no caption 'saddle\.data\.aks' in en; near: 'saddle\.data\.ask", err
    )


# What a film is made of


def test_its_source_what_it_imports_and_its_words_are_in_the_recipe(saddle):
    Path("kit").mkdir()
    Path("kit", "__init__.py").write_text("")
    Path("kit", "sizes.py").write_text("from . import deep\nFLOOR = -3.0\n")
    Path("kit", "deep.py").write_text("")
    Path("helper.py").write_text("import kit.sizes\n")
    change(saddle, "from pydantic", "import helper  # noqa\nfrom pydantic")
    recipe = order_of("saddle.py").recipe
    assert {"saddle", "helper", "kit", "kit.sizes", "kit.deep", "scenes.panels.data_plot"} <= set(recipe.code)
    assert recipe.looks["scene"] == "saddle:Saddle"  # nothing of where it lies: elsewhere it is the same film
    assert recipe.captions["saddle.data.title"] == "The data"
    assert recipe.others["ko"]["saddle.data.title"] == "데이터"
    assert str(Path.cwd()) not in json.dumps(recipe.as_json())


def test_an_order_goes_to_another_process_as_plain_values(saddle):
    order = order_of("saddle.py:Saddle", epochs=3)
    job = Job.from_json(Job.of(order).to_json())
    assert job.film == f"{saddle.resolve()}:Saddle"
    assert job.order().recipe.key == order.recipe.key
    assert job.pixels > 0


def test_a_cluster_is_not_sent_it(saddle):
    order = order_of("saddle.py")
    with pytest.raises(
        InputError, match=r"^saddle\.py is a film of your own, which no cluster has: leave out --executor$"
    ):
        pack(Job.of(order), order)


# Lectures


LECTURE = """
resolution = [320, 180]
fps = 10

[[film]]
name = "films/saddle.py:Saddle"
epochs = 2

[[film]]
name = "films/saddle.py"
label = "longer"
epochs = 4
loop = ["train"]
"""


@pytest.fixture
def talk():
    template.write("saddle", Path("talk/films"))
    Path("talk/lecture.toml").write_text(LECTURE)
    film = Path("talk/films/saddle.py")
    film.write_text(film.read_text(encoding="utf-8") + TELLS, encoding="utf-8")
    return Path("talk/lecture.toml")


@pytest.mark.parametrize(
    "command", [("build",), ("build", "--dry-run"), ("deck", "--to", "html"), ("build", "--files")]
)
def test_nothing_in_a_lecture_runs_unless_it_is_allowed(run, talk, command):
    status, out, err = run(command[0], talk, *command[1:])
    if "--files" in command:
        assert status == 1
        assert Path(RAN).exists() is False
        return
    assert (status, out) == (2, "")
    assert err == (
        "lossreel: error: talk/lecture.toml, line 6: films/saddle.py:Saddle is a film of your own, and to load it is "
        "to run its file: if you trust that, give --allow-code\n"
    )
    assert not Path(RAN).exists()


def test_a_lecture_names_its_films_from_its_own_folder_and_gives_them_parameters(talk):
    films = lecture.read(talk, allow_code=True).films
    assert [film.name for film in films] == ["saddle", "saddle-longer"]
    assert [film.order.parameters.epochs for film in films] == [2, 4]
    assert films[1].loops == ("train",)
    for old, new, said in (
        ("epochs = 4", "epoch = 4", 'line 12: parameter "epoch" is unknown (did you mean "epochs"?)'),
        ("epochs = 4", "lr = 40", "line 12: lr = 40: must be less than or equal to 10"),
        ('["train"]', '["tran"]', 'line 13: section of saddle "tran" is unknown (did you mean "train"?)'),
        ("saddle.py:Saddle", "saddle.py:Sadle", 'line 6: talk/films/saddle.py has no film "Sadle" (did you mean'),
    ):
        talk.write_text(LECTURE.replace(old, new))
        with pytest.raises(InputError, match=re.escape(said)):
            lecture.read(talk, allow_code=True)


def test_a_lecture_is_built_and_a_saved_change_draws_anew_what_it_touches(talk):
    def built(*options):
        done = process(*LOSSREEL, "build", str(talk), "--allow-code", *options)
        assert done.returncode == 0, done.stderr
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    talk.write_text(LECTURE[: LECTURE.rindex("[[film]]")])
    first = built()
    assert first[0].startswith("rendered saddle ")
    assert "noise" not in " ".join(first)
    assert built()[-1].startswith("1 film: 1 unchanged")
    change("talk/films/saddle.ko.toml", "데이터", "점들")
    assert "render saddle ko caption changed: saddle.data.title" in built("--dry-run")[0]
    change("talk/films/saddle.py", "total=6", "total=5")
    assert "source changed: saddle.py" in built("--dry-run")[0]


def test_a_watch_looks_at_the_film_at_its_words_and_at_what_it_imports(talk):
    film = Path("talk/films/saddle.py")
    Path("talk/films/helper.py").write_text("")
    change(film, "from pydantic", "import helper\nfrom pydantic")
    files, are_all = dependencies(talk, allow_code=True)
    assert are_all
    there = {path.resolve() for path in files}
    beside = {Path("talk/films", name).resolve() for name in ("helper.py", "saddle.en.toml", "saddle.ko.toml")}
    assert {film.resolve(), *beside} <= there


def test_what_is_allowed_to_a_watch_is_allowed_to_its_builds():
    given = {**dict.fromkeys(("path", "jobs", "quality", "folder")), "executor": "local", "allow_code": True}
    assert options.as_given(given) == ["--executor", "local", "--allow-code"]
    assert options.as_given({**given, "allow_code": False}) == ["--executor", "local"]


def test_a_watch_waits_for_a_film_that_cannot_be_loaded_to_be_mended(talk):
    Path("talk/films/helper.py").write_text("1 / 0")
    change("talk/films/saddle.py", "from pydantic", "import helper\nfrom pydantic")
    files, are_all = dependencies(talk, allow_code=True)
    assert not are_all
    assert {Path("talk/films/saddle.py"), Path("talk/films/helper.py"), Path("talk/films/saddle.en.toml")} <= set(files)


def test_what_a_plan_says_of_a_film_that_is_not_there_yet(talk):
    steps = plan(lecture.read(talk, allow_code=True))
    assert [(step.action, step.reasons) for step in steps] == [("render", ("not there yet",))] * 2
