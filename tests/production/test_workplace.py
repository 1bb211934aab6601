"""Files that appear whole or not at all."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from learning.errors import RunError
from scenes.production.files import MACHINE, MARK, PREFIX, link_or_copy, put, workplace


def test_a_workplace_is_gone_afterwards_even_after_an_error(tmp_path):
    target = tmp_path / "new" / "film.mp4"

    def fail_half_way():
        with workplace(target) as place:
            (place / "half").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert list(target.parent.iterdir()) == []


def test_a_finished_file_replaces_the_old_one(tmp_path):
    target = tmp_path / "film.mp4"
    target.write_text("old")
    with workplace(target) as place:
        (place / "film").write_text("new")
        assert target.read_text() == "old"
        put(place / "film", target)
    assert target.read_text() == "new"


def test_a_finished_folder_replaces_the_old_one(tmp_path):
    target = tmp_path / "frames"
    target.mkdir()
    (target / "old").touch()
    with workplace(target) as place:
        (place / "frames").mkdir()
        (place / "frames" / "new").touch()
        put(place / "frames", target)
    assert [path.name for path in target.iterdir()] == ["new"]
    assert [path.name for path in tmp_path.iterdir()] == ["frames"]


def test_a_file_does_not_replace_a_folder(tmp_path):
    target = tmp_path / "film.mp4"
    target.mkdir()
    with workplace(target) as place:
        (place / "film").write_text("new")
        with pytest.raises(RunError, match="a folder has this name"):
            put(place / "film", target)
    assert target.is_dir()


def test_a_copy_is_made_where_there_are_no_links(tmp_path, monkeypatch):
    def no_links(*_):
        raise OSError("not on this file system")

    monkeypatch.setattr("os.link", no_links)
    (tmp_path / "a").write_text("text")
    link_or_copy(tmp_path / "a", tmp_path / "b")
    (tmp_path / "a").write_text("changed")
    assert (tmp_path / "b").read_text() == "text"


def test_an_interrupted_replacement_of_a_folder_leaves_the_old_one(tmp_path, monkeypatch):
    target = tmp_path / "frames"
    target.mkdir()
    (target / "old").touch()
    rename = Path.rename

    def interrupted(path, to):
        if path.name == "new":
            raise KeyboardInterrupt
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", interrupted)
    with workplace(target) as place:
        (place / "new").mkdir()
        with pytest.raises(KeyboardInterrupt):
            put(place / "new", target)
    assert [path.name for path in target.iterdir()] == ["old"]


def test_what_a_killed_process_left_is_swept_away_and_nothing_else(tmp_path):
    code = (
        "import os, pathlib, scenes.production.files as f\n"
        "with f.workplace(pathlib.Path('film.mp4')) as place:\n"
        "    (place / 'half').touch()\n"
        "    os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    (orphan,) = tmp_path.iterdir()
    alive, other, foreign, old = (
        tmp_path / f"{PREFIX}{mark}-x"
        for mark in (MARK, f"{MACHINE[::-1]}x-1-ab", "beside the point", f"{MACHINE}-{os.getpid()}-old")
    )
    for folder in (alive, other, foreign, old):
        folder.mkdir()
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(old, (two_days_ago, two_days_ago))
    with workplace(tmp_path / "film.mp4"):
        assert not orphan.exists()
        assert [folder.exists() for folder in (alive, other, foreign, old)] == [True, True, True, False]
