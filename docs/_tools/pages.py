"""Pages that nobody writes: the API from docstrings, the gallery from the catalogue, and the README."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

from gallery import Gallery  # noqa: E402

ROOMS = {
    "Training and histories": ("learning", ["learning"]),
    "Panels": ("panels", ["scenes/panels"]),
    "Films": ("films", ["scenes/film.py", "scenes/parameters.py", "scenes/drawing.py", "scenes/look.py"]),
}
"""Sections of the API: title, folder of the pages, and where their modules are."""


def on_config(config: MkDocsConfig) -> None:
    """Let the API follow the pages that are written."""
    entries: list[Any] = [{title: list(_nav(*room))} for title, room in ROOMS.items()]
    config.nav = [*(config.nav or []), {"API": entries}]


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages, and the pictures and films that they show."""
    for title, (folder, places) in ROOMS.items():
        files.append(File.generated(config, f"api/{folder}/index.md", content=_overview(title, places)))
        for module in modules(places):
            files.append(File.generated(config, f"api/{folder}/{module}.md", content=_directive(module)))
    gallery = Gallery.of_environment(Path(config.site_dir).parent / "gallery")
    files.append(File.generated(config, "gallery.md", content=gallery.page()))
    files.append(File.generated(config, "readme.md", content=_readme()))
    for name, path in [*gallery.media(), *_previews()]:
        files.append(File.generated(config, name, abs_src_path=str(path)))


def _directive(module: str) -> str:
    """Ask for what a module's docstrings say; constants of panels are matters of theirs."""
    own = '    options:\n      filters: ["!^_", "!^[A-Z][A-Z_]+$"]\n' if module.startswith("scenes.panels.") else ""
    return f"::: {module}\n{own}"


def modules(places: Iterable[str]) -> list[str]:
    """Return the names of the public modules in folders and files of the repository, sorted."""
    paths = (path for place in places for path in ([ROOT / place] if place.endswith(".py") else _inside(ROOT / place)))
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths)


def _inside(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*.py") if not path.name.startswith("_"))


def _nav(folder: str, places: Iterable[str]) -> Iterator[Any]:
    yield f"api/{folder}/index.md"
    for module in modules(places):
        yield {module.rpartition(".")[2]: f"api/{folder}/{module}.md"}


def _overview(title: str, places: Iterable[str]) -> str:
    rows = [f"| [`{module}`]({module}.md) | {_first_line(module)} |" for module in modules(places)]
    return "\n".join([f"# {title}", "", "| module | |", "| --- | --- |", *rows, ""])


def _first_line(module: str) -> str:
    source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0].replace("|", "\\|")


def _readme() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.replace("](docs/", "](")


def _previews() -> Iterator[tuple[str, Path]]:
    folder = ROOT / "media" / "previews"
    return ((f"media/previews/{path.name}", path) for path in sorted(folder.glob("*.png")))
