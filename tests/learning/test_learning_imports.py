"""Who may import whom: seen from outside, in a process of its own."""

import json
import subprocess
import sys

import pytest

LIGHT = [
    "errors",
    "files",
    "experiment",
    "data",
    "history",
    "landscape",
    "theory",
    "store",
    "nodes",
    "steps",
    "progress",
]
HEAVY = [
    "column",
    "lanes",
    "losses",
    "model",
    "optimizer",
    "probe",
    "recorder",
    "tape",
    "terrain",
    "threads",
    "training",
]


def loaded_by(module):
    """Return the top-level names that importing a module loads."""
    code = f"import json, sys, {module}; print(json.dumps([name.split('.')[0] for name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("name", LIGHT + HEAVY)
def test_learning_knows_nothing_of_films(name):
    assert not loaded_by(f"learning.{name}") & {"scenes", "manim", "click", "rich", "av"}


@pytest.mark.parametrize("name", LIGHT)
def test_reading_a_history_needs_no_torch(name):
    assert "torch" not in loaded_by(f"learning.{name}")


def test_an_experiment_needs_pydantic_only():
    loaded = loaded_by("learning.experiment")
    assert "pydantic" in loaded
    assert not loaded & {"numpy", "torch", "platformdirs"}


def test_errors_need_nothing():
    assert not loaded_by("learning.errors") & {"numpy", "torch", "platformdirs", "pydantic"}
