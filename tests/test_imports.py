"""Who may load whom, seen from a process of its own."""

import subprocess
import sys

import pytest

HEAVY = {"manim", "torch", "numpy", "rich", "av", "PIL", "platformdirs", "typst"}


def loaded(code):
    """The heavy and the own packages that a piece of code loads."""
    script = f"import sys\n{code}\nprint('LOADED', *sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("LOADED"))
    return set(line.split()[1:])


def run(arguments):
    return f"from scenes import cli\nstatus = cli._run({arguments!r}, True)\nassert status == 0, status"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["list"],
        ["list", "--json"],
        ["render", "--help"],
        ["render", "descent", "--help"],
        ["sheet", "descent", "--help"],
        ["captions", "descent"],
    ],
)
def test_help_and_list_load_nothing_heavy(arguments):
    assert not loaded(run(arguments)) & HEAVY


@pytest.mark.parametrize(
    "module", ["scenes.cli", "scenes.catalogue", "scenes.options", "scenes.theme", "scenes.captions"]
)
def test_what_help_needs_loads_nothing_heavy(module):
    assert not loaded(f"import {module}") & HEAVY


@pytest.mark.parametrize(
    "module",
    [
        "learning.experiment",
        "learning.history",
        "learning.landscape",
        "learning.theory",
        "learning.store",
        "learning.data",
    ],
)
def test_histories_are_read_without_torch(module):
    assert not loaded(f"import {module}") & {"torch", "manim", "click", "scenes"}


def test_what_builds_a_lecture_loads_nothing_heavy():
    """All but what a cluster's worker loads, which has NumPy by then."""
    every = """
import importlib, pkgutil, scenes.lectures, scenes.workers
for package in (scenes.lectures, scenes.workers):
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if module.name != "scenes.workers.errands":
            importlib.import_module(module.name)
"""
    modules = loaded(every)
    assert "scenes.workers.worker" in modules
    assert not modules & (HEAVY | {"distributed", "watchdog"})


def test_dask_and_what_watches_files_are_loaded_when_there_is_something_for_them_to_do():
    modules = loaded(
        "from scenes.workers.executors import executor_of as of; of('dask://a'); import scenes.lectures.watch"
    )
    assert {"scenes.workers.cluster", "scenes.lectures.eyes"} <= modules
    assert not modules & (HEAVY | {"distributed", "dask", "watchdog"})


def test_a_plan_is_made_without_what_trains_and_draws(tmp_path):
    """A whole build with nothing to render: tests/lectures/test_build.py."""
    lecture = tmp_path / "lecture.toml"
    lecture.write_text('[[film]]\nname = "descent"\n\n[[film]]\nname = "stuck"\nlanguage = "ko"\n')
    fonts = {"typst"}  # knows which fonts there are
    assert not loaded(run(["build", "--dry-run", str(lecture)])) & (HEAVY - fonts)


def test_training_knows_nothing_of_films():
    modules = loaded("import learning.training, learning.model")
    assert "torch" in modules
    assert not modules & {"scenes", "manim", "click"}


def test_films_know_nothing_of_torch_nor_of_who_produces_them():
    modules = loaded("import scenes.films.descent")
    assert "manim" in modules
    assert "torch" not in modules
    assert not [name for name in modules if name.startswith(("scenes.production", "scenes.cli"))]


def test_panels_know_neither_models_nor_histories():
    names = "import pkgutil, importlib, scenes.panels as p\n"
    modules = loaded(
        names + "[importlib.import_module('scenes.panels.' + m.name) for m in pkgutil.iter_modules(p.__path__)]"
    )
    own = {name for name in modules if name.startswith(("learning.", "scenes."))}
    assert not own & {
        "learning.history",
        "learning.model",
        "learning.store",
        "scenes.film",
        "scenes.catalogue",
    }
    assert not [name for name in own if name.startswith(("scenes.films", "scenes.production"))]


def test_production_draws_without_torch():
    assert "torch" not in loaded("import scenes.production.shooting, scenes.production.sheet, scenes.production.render")
