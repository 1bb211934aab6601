"""How the recorder is reached: as `lossreel.record`, and by the example in the README."""

import os
import re
import subprocess
import sys
from pathlib import Path

from learning.history import History

ROOT = Path(__file__).parents[2]


def run(code, folder):
    """Run a piece of Python in a process of its own, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_torch_is_loaded_when_record_is_asked_for_and_not_before(tmp_path):
    code = """
import sys, lossreel
print("torch" in sys.modules, lossreel.record.__module__, "torch" in sys.modules, hasattr(lossreel, "film"))
"""
    assert run(code, tmp_path).split() == ["False", "learning.recorder", "True", "False"]


def test_the_example_of_the_readme_runs_as_it_stands(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    example = next(code for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "lossreel.record(" in code)
    printed = run(example, tmp_path)
    history = History.load(tmp_path / "run.npz")
    assert history.loss[-1] < history.loss[0]
    assert history.epoch[-1] == 30
    assert history.plane_loss is not None
    assert printed.rstrip().endswith("]")  # and no note
