"""Which font writes a language on this machine, and what to install if there is none. Loads Typst when asked."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from learning.errors import RunError

if TYPE_CHECKING:
    import typst

FONTS = {
    "en": (
        "Noto Sans CJK KR",
        "Source Sans 3",
        "Source Sans Pro",
        "Noto Sans",
        "Helvetica Neue",
        "Segoe UI",
        "DejaVu Sans",
    ),
    "ko": (
        "Noto Sans CJK KR",
        "Noto Sans KR",
        "Source Han Sans KR",
        "Apple SD Gothic Neo",
        "Malgun Gothic",
        "NanumGothic",
        "NanumBarunGothic",
        "UnDotum",
    ),
}
"""Families that serve a language, the best first. Typst brings a serif of its own for Latin text, none for Hangul."""

LATIN_FALLBACK = "Libertinus Serif"

REMEDIES = {
    "Linux": "install fonts-noto-cjk (Debian, Ubuntu) or google-noto-sans-cjk-fonts (Fedora)",
    "Darwin": "brew install --cask font-noto-sans-cjk-kr",
    "Windows": "install Malgun Gothic: Settings, Optional features, Korean supplemental fonts",
}


@cache
def installed() -> typst.Fonts:
    """The fonts that Typst finds, its own included; looking for them takes a tenth of a second."""
    import typst

    return typst.Fonts()


@cache
def installed_families() -> frozenset[str]:
    """The names of the families that there are."""
    return frozenset(installed().families())


def font_for(language: str) -> str | None:
    """The family that sets a language's text, or None where this machine has none for it."""
    found = next((family for family in FONTS[language] if family in installed_families()), None)
    return found or (LATIN_FALLBACK if language == "en" else None)


@cache
def fingerprint(family: str) -> str:
    """Return SHA-256 over the files of a family; a family that Typst brings has none, its version stands for it."""
    files = sorted({font.path for font in installed().fonts() if font.family == family and font.path})
    total = hashlib.sha256()
    for path in files:
        with Path(path).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def advice(language: str) -> str:
    """What to install for a language on this system."""
    remedy = REMEDIES.get(platform.system(), REMEDIES["Linux"])
    return f"no font for --lang {language}: {remedy}"


def check_font(language: str) -> str:
    """Return the font family of a language.

    Raises:
        RunError: this machine has none; says what to install.
    """
    family = font_for(language)
    if family is None:
        raise RunError(advice(language))
    return family
