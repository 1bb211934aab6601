"""The text of a lecture file."""

from __future__ import annotations

from pathlib import Path

from scenes.toml.source import Kind, Source, read

LECTURE_FILE = Kind(
    name="lecture file",
    example="lecture.toml",
    use="lossreel build LECTURE.toml",
    a_line="a line is key = value, [defaults] or [[film]]",
)


def load(path: Path) -> Source:
    """Read a lecture file.

    Raises:
        InputError: it is not there, cannot be read, or is not TOML.
    """
    return read(path, LECTURE_FILE)
