"""Whether this machine can write a language, and what to install if it cannot."""

from __future__ import annotations

import platform

from learning.errors import RunError

REMEDIES = {
    "Linux": "install fonts-noto-cjk (Debian, Ubuntu) or google-noto-sans-cjk-fonts (Fedora)",
    "Darwin": "brew install --cask font-noto-sans-cjk-kr",
    "Windows": "install Malgun Gothic: Settings, Optional features, Korean supplemental fonts",
}


def advice(language: str) -> str:
    """What to install for a language on this system."""
    remedy = REMEDIES.get(platform.system(), REMEDIES["Linux"])
    return f"no font for --lang {language}: {remedy}"


def check_font(language: str) -> str:
    """Return the font family of a language.

    Raises:
        RunError: this machine has none; says what to install.
    """
    from scenes.typesetting import font_for

    family = font_for(language)
    if family is None:
        raise RunError(advice(language))
    return family
