"""Which font writes a language on this machine, and what to install if there is none. Loads Typst when asked."""

from __future__ import annotations

import hashlib
import json
import platform
import re
import string
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from learning.errors import RunError, quoted, suggestion
from scenes import captions
from scenes.captions import LANGUAGES

if TYPE_CHECKING:
    import typst

    from scenes.captions import Captions

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
    "ja": (
        "Noto Sans CJK JP",
        "Noto Sans JP",
        "Source Han Sans",
        "Hiragino Sans",
        "Yu Gothic",
        "Meiryo",
        "IPAexGothic",
    ),
    "zh": ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei"),
    "zh-TW": ("Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "PingFang TC", "Microsoft JhengHei"),
    "zh-Hant": ("Noto Sans CJK TC", "Noto Sans TC", "Source Han Sans TC", "PingFang TC", "Microsoft JhengHei"),
}
"""Families that serve a language, the best first. Typst brings a serif of its own for Latin text, none for Hangul."""

LATIN_FALLBACK = "Libertinus Serif"

NOBODYS = "\U0010fffd"
"""A character that is nobody's: what a font shows of it, it shows of all that it does not have."""
GLYPH = re.compile(r'<symbol id="(\w+)"')
ONE_A_PAGE = b"""
#let given = json(bytes(sys.inputs.given))
#set page(width: auto, height: auto)
#set text(font: given.font, fallback: given.helped)
#for one in given.texts { page(one) }
"""
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Categories of characters that have no picture in any font."""
FEW = 3
"""Letters that a family may leave to others."""
MOST_NAMED = 8
"""Letters in a message."""

REMEDIES = {
    "Linux": "install fonts-noto-cjk (Debian, Ubuntu) or google-noto-sans-cjk-fonts (Fedora)",
    "Darwin": "brew install --cask font-noto-sans-cjk-kr",
    "Windows": "install Malgun Gothic: Settings, Optional features, Korean supplemental fonts",
}


OTHER_REMEDIES = {
    "Linux": "install fonts-noto-core (Debian, Ubuntu) or the Noto Sans fonts of that script",
    "Darwin": "install the Noto Sans font of that script",
    "Windows": "install the Noto Sans font of that script",
}
EAST_ASIAN = re.compile("CJK|HANGUL|HIRAGANA|KATAKANA")


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
    """The family that sets a language's text, or None where this machine has none for it.

    Args:
        language: one of `scenes.captions.LANGUAGES`, or the path of somebody's own captions.
    """
    if captions.is_own(language):
        return _font_for_own(captions.load(language))
    found = next((family for family in FONTS[language] if family in installed_families()), None)
    return found or (LATIN_FALLBACK if language == "en" else None)


def _font_for_own(spoken: Captions) -> str | None:
    """The family that the captions name, or the best for their letters; None if there are letters that nobody has."""
    family = spoken.font or _best_for(spoken.language, letters_of(spoken))
    is_there = family in installed_families() and not lacking(family, letters_of(spoken), helped=True)
    return family if is_there else None


def _best_for(tag: str, letters: str) -> str:
    """The first of the families that we know that lacks next to none of some letters, or the best for their script."""
    known = (family for family in _liked(tag) if len(lacking(family, letters)) <= FEW)
    own = "".join(letter for letter in letters if not letter.isascii() and unicodedata.category(letter)[0] in "LM")
    return next(known, None) or min(
        sorted(installed_families()), key=lambda family: (len(lacking(family, own)), "Sans" not in family)
    )


def _liked(tag: str) -> list[str]:
    """Those of the families that we know that are installed, the ones first that are made for a language."""
    tags = [tag.rsplit("-", count)[0] for count in range(tag.count("-") + 1)]  # zh-Hant-TW, zh-Hant, zh
    names = [*(name for one in (*tags, *LANGUAGES) for name in FONTS.get(one, ())), LATIN_FALLBACK]
    return [family for family in dict.fromkeys(names) if family in installed_families()]


def letters_of(spoken: Captions) -> str:
    """All letters and signs of a language's texts, and those that numbers and names take besides; sorted."""
    texts = (literal for key in spoken for literal, _, _ in captions.pieces(spoken.template(key)))
    return "".join(sorted({*"".join(texts), *string.ascii_letters, *string.digits, *string.punctuation, *"−×·"}))


@cache
def lacking(family: str, letters: str, *, helped: bool = False) -> str:
    """Return those of some letters that a family cannot show.

    Typst is asked, for it has families of its own: each letter stands on a page, and looks like a character that
    nobody has where it has no picture.

    Args:
        family: its name.
        letters: any characters.
        helped: whether others may help it out, as they do in films.
    """
    shown = [letter for letter in letters if unicodedata.category(letter) not in UNSEEN]
    nothing, *pages = (set(GLYPH.findall(page)) for page in _pages(family, [NOBODYS, *shown], helped))
    return "".join(
        letter
        for letter, glyphs in zip(shown, pages, strict=True)
        if glyphs & nothing or not (glyphs or unicodedata.combining(letter))
    )


def _pages(family: str, texts: list[str], helped: bool) -> list[str]:
    import typst

    given = json.dumps({"font": family, "helped": helped, "texts": texts})
    pages = typst.compile(ONE_A_PAGE, format="svg", font_paths=installed(), sys_inputs={"given": given})
    return [page.decode() for page in (pages if isinstance(pages, list) else [pages]) if isinstance(page, bytes)]


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
    if captions.is_own(language):
        return f"{captions.path_of(language)}: {_own_advice(captions.load(language))}"
    remedy = REMEDIES.get(platform.system(), REMEDIES["Linux"])
    return f"no font for --lang {language}: {remedy}"


def _own_advice(spoken: Captions) -> str:
    letters = letters_of(spoken)
    family = spoken.font or _best_for(spoken.language, letters)
    if family not in installed_families():
        near = suggestion(family, installed_families())
        return f"the font {quoted(family)} is not installed{near}; install it, or leave out font"
    return without(lacking(family, letters, helped=True))


def without(missing: str) -> str:
    """Say what to install where no font has some letters."""
    remedies = REMEDIES if any(EAST_ASIAN.match(unicodedata.name(one, "")) for one in missing) else OTHER_REMEDIES
    return f"no font here has {_some(missing)}: {remedies.get(platform.system(), remedies['Linux'])}"


def _some(letters: str) -> str:
    more = f" and {len(letters) - MOST_NAMED} more" if len(letters) > MOST_NAMED else ""
    return " ".join(letters[:MOST_NAMED]) + more


def check_font(language: str) -> str:
    """Return the font family of a language.

    Raises:
        RunError: this machine has none; says what to install.
    """
    family = font_for(language)
    if family is None:
        raise RunError(advice(language))
    return family
