"""Files that are there whole or not at all."""

import pytest

from learning.errors import RunError
from learning.files import write_whole


def test_nothing_is_visible_until_all_is_written(tmp_path):
    path = tmp_path / "new" / "file.bin"
    with write_whole(path) as file:
        file.write(b"first ")
        file.flush()
        assert not path.exists()
        file.write(b"second")
    assert path.read_bytes() == b"first second"
    assert [entry.name for entry in path.parent.iterdir()] == ["file.bin"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, ValueError])
def test_what_was_there_stays_when_the_writing_is_interrupted(tmp_path, interruption):
    path = tmp_path / "file.bin"
    path.write_bytes(b"before")

    def write_half():
        with write_whole(path) as file:
            file.write(b"half")
            raise interruption

    with pytest.raises(interruption):
        write_half()
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file.bin"]


def test_a_new_file_has_the_rights_of_any_new_file(tmp_path):
    (tmp_path / "usual").touch()
    with write_whole(tmp_path / "ours"):
        pass
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_a_place_that_takes_no_file_is_a_run_error_in_one_line(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(RunError, match=r"cannot be written .*; choose a folder") as caught,
        write_whole(tmp_path / "file" / "below"),
    ):
        pass
    assert "\n" not in str(caught.value)
