"""Our code as part of a key: what a module may load, and which changes of a file count."""

import os
import subprocess
import sys
import time

import pytest

from learning import source
from learning.errors import RunError

CODE = '''"""A module."""
from pathlib import Path
from learning.errors import InputError

def half(x):
    """Return the half of x."""
    return x / 2  # not more
'''

TYPED = """from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import scenes.film
else:
    import scenes.alone
"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A package `scenes` and a package `learning` of a few files."""
    texts = {
        "learning/__init__.py": "",
        "learning/errors.py": "",
        "scenes/__init__.py": "",
        "scenes/film.py": "import scenes.panels.ball\nfrom learning import errors",
        "scenes/late.py": "def go():\n    from scenes import film\n    return film",
        "scenes/typed.py": TYPED,
        "scenes/alone.py": "import numpy",
        "scenes/round.py": "import scenes.square",
        "scenes/square.py": "import scenes.round",
        "scenes/panels/__init__.py": "",
        "scenes/panels/ball.py": "WORD = 'map.epoch'",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(source, "HOME", tmp_path)
    monkeypatch.setattr(source, "BEGUN", time.time() + 3600)
    source.closure.cache_clear()
    source._file_of.cache_clear()
    yield tmp_path
    source.closure.cache_clear()
    source._file_of.cache_clear()


def test_the_closure_is_what_may_be_loaded(house):
    film = {"learning", "learning.errors", "scenes", "scenes.film", "scenes.panels", "scenes.panels.ball"}
    assert set(source.closure("scenes.film")) == film
    assert set(source.closure("scenes.late")) == film | {"scenes.late"}
    assert set(source.closure("scenes.typed")) == {"scenes.typed", "scenes.alone", "scenes"}
    assert set(source.closure("scenes.round")) == {"scenes.round", "scenes.square", "scenes"}
    assert set(source.closure("scenes.film", apart_from=frozenset({"scenes.panels.ball", "learning"}))) == film - {
        "scenes.panels.ball",
        "learning",
    }


def test_relative_imports_are_followed(house):
    (house / "scenes" / "panels" / "pair.py").write_text("from . import ball\nfrom ..alone import numpy")
    assert {"scenes.panels.ball", "scenes.alone"} < set(source.closure("scenes.panels.pair"))


def test_what_lies_beside_somebodys_own_film_is_followed(house, monkeypatch):
    (house / "mine.py").write_text("import numpy, json, helper\nfrom scenes import film")
    (house / "helper.py").write_text("EPS = 1")
    monkeypatch.syspath_prepend(str(house))
    assert {"mine", "helper", "scenes.panels.ball"} < set(source.closure("mine"))


def test_what_was_saved_since_the_process_began_may_be_loaded_or_not(house, monkeypatch):
    known = source.closure("scenes.film")
    assert source.is_current(known)
    monkeypatch.setattr(source, "BEGUN", time.time() - 60)
    assert not source.is_current(known)
    for name in known:  # a clock that was set back tells nothing
        os.utime(source.path_of(name), (time.time() + 3600, time.time() + 3600))
    assert source.is_current(known)


def test_the_process_began_a_moment_ago():
    code = "import time; before = time.time(); from learning import source; print(before - source.BEGUN)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert -0.05 < float(done.stdout) < 10


def test_dotted_strings_are_told(house):
    assert "map.epoch" in source.closure("scenes.film")["scenes.panels.ball"].words


def test_python_loads_nothing_of_ours_that_the_closure_lacks():
    """Against the interpreter itself: what training loads in a process of its own."""
    code = (
        "import sys, learning.training; print(*[m for m in sys.modules if m.split('.')[0] in ('learning', 'scenes')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= set(source.closure("learning.training"))


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("# not more", "# no more"),
        CODE.replace("A module.", "A modul."),
        CODE.replace("Return the half of x.", "Halve."),
        CODE.replace("x / 2", "(x /\n            2)"),
        CODE.replace("\n", "\r\n"),
        CODE + "\n\n",
    ],
)
def test_comments_docstrings_and_layout_do_not_count(tmp_path, other):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text(CODE)
    two.write_bytes(other.encode())
    assert source.read(one).digest == source.read(two).digest


@pytest.mark.parametrize(
    "other",
    [CODE.replace("/ 2", "/ 3"), CODE.replace("half", "third"), CODE.replace("return x", "x = x; return x"), ""],
)
def test_all_else_counts(tmp_path, other):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text(CODE)
    two.write_text(other)
    assert source.read(one).digest != source.read(two).digest


def test_a_file_that_was_saved_since_is_noticed(house):
    known = source.closure("scenes.film")
    assert source.is_current(known)
    (house / "scenes" / "panels" / "ball.py").write_text("WORD = 'map.epoch'  # a comment")
    assert source.is_current(known)
    (house / "scenes" / "panels" / "ball.py").write_text("WORD = 'map.epochs'")
    assert not source.is_current(known)
    assert source.closure("scenes.film") is known
    (house / "scenes" / "panels" / "ball.py").unlink()
    assert not source.is_current(known)


def test_what_was_read_is_remembered(cache_root, monkeypatch, tmp_path):
    monkeypatch.setattr(source, "_remembered", {})
    file = tmp_path / "film.py"
    file.write_text(CODE + f"X = {cache_root.name!r}")
    said = source.read(file)
    source._remember()
    monkeypatch.setattr(source, "_remembered", {})
    monkeypatch.setattr(source, "_parsed", lambda *_: pytest.fail("parsed again"))
    assert source.read(file) == said


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"a": 1}', b"\xff", b'{"a": {"digest": 1}}'])
def test_a_damaged_memory_is_forgotten(cache_root, monkeypatch, damage, tmp_path):
    monkeypatch.setattr(source, "_remembered", {})
    (cache_root / "sources.json").write_bytes(damage)
    file = tmp_path / "film.py"
    file.write_text(CODE)
    assert source.read(file).imports == ("learning.errors.InputError", "pathlib.Path")


def test_source_that_cannot_be_read_is_told_in_one_line(house):
    with pytest.raises(RunError, match="no source"):
        source.closure("scenes.nothing")
    (house / "scenes" / "alone.py").write_text("def f(:\n")
    with pytest.raises(RunError, match=r"alone\.py, line 1"):
        source.closure("scenes.alone")
