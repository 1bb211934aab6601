"""What the doctor says of machines that lack something."""

from pathlib import Path

import pytest

from scenes import fonts
from scenes.production import doctor


def findings():
    return {finding.what: finding for finding in doctor.examine()}


def test_this_machine_has_what_films_need():
    assert all(finding.is_there for finding in doctor.examine() if finding.is_needed)


def test_each_finding_is_one_line_that_says_how_it_stands():
    lines = [finding.line for finding in doctor.examine()]
    assert not any("\n" in line for line in lines)
    assert all(line.startswith(("ok ", "missing ", "MISSING ")) for line in lines)


def test_a_missing_package_is_named_with_its_remedy():
    finding = doctor._package("no_such_package", "pip install it")
    assert (finding.is_there, finding.is_needed) == (False, True)
    assert "pip install it" in finding.text


@pytest.mark.parametrize(
    ("system", "remedy"),
    [
        ("Linux", "fonts-noto-cjk"),
        ("Darwin", "brew install --cask"),
        ("Windows", "Malgun Gothic"),
        ("Plan9", "fonts-noto-cjk"),
    ],
)
def test_a_missing_font_is_named_with_what_to_install(monkeypatch, system, remedy):
    monkeypatch.setattr(fonts.platform, "system", lambda: system)
    monkeypatch.setattr("scenes.production.doctor.font_for", lambda language: None)
    korean = findings()["font for ko"]
    assert not korean.is_there
    assert not korean.is_needed
    assert remedy in korean.text


def test_a_missing_encoder_is_told(monkeypatch):
    def no_codec(*_):
        raise ValueError("unknown codec")

    monkeypatch.setattr("av.codec.Codec", no_codec)
    assert not findings()["H.264 encoder"].is_there


def test_a_cache_that_cannot_be_written_is_told(monkeypatch):
    monkeypatch.setenv("LOSSREEL_CACHE", "/proc/lossreel")
    cache = findings()["cache"]
    assert not cache.is_there
    assert "LOSSREEL_CACHE" in cache.text


def test_a_full_disk_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "free_space", lambda path: 1000)
    assert findings()["disk"].line == "MISSING  disk           1.0 kB free: make room"


def test_looking_leaves_nothing_behind(tmp_path):
    doctor.examine()
    assert list(Path().iterdir()) == []
