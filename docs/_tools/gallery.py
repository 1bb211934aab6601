"""The gallery: every film of the catalogue with what it teaches, its parameters, its poster, and a few seconds of it.

The films are built as a lecture, small, beside the site: what nothing has changed in is there at once. How much of
them there is says `LOSSREEL_GALLERY`: `films` (all; so it is where nothing is said), `posters` (last frames only)
or `words`; and after a colon of which films, such as `posters:descent,stuck`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pydantic.fields import FieldInfo

from learning.errors import InputError, unknown
from scenes import captions
from scenes.catalogue import FILMS, Entry, find
from scenes.lectures import lecture
from scenes.lectures.build import build
from scenes.measures import clock
from scenes.options import bounds, shown, teaches
from scenes.production import clips
from scenes.production.files import put, workplace
from scenes.workers.executors import executor_of

SIZE, FPS = (640, 360), 15
FEW = (4.0, 12.0)
"""Seconds that a section may last to be shown, if there is one."""
AMOUNTS = ("films", "posters", "words")

INTRODUCTION = """# Gallery

The films, in the order of the lectures: the poster, a few seconds (a whole section, as it is cut for slides), and what
can be asked for.
`lossreel render NAME` makes one, with titles and captions in English or, with `--lang ko`, in Korean.
"""


@dataclass(frozen=True)
class Gallery:
    """What is shown.

    Attributes:
        amount: one of :data:`AMOUNTS`.
        names: of the films that are shown in pictures; the others in words only.
        folder: where these are made, and kept.
    """

    amount: str
    names: Sequence[str]
    folder: Path

    @classmethod
    def of_environment(cls, folder: Path) -> Gallery:
        """Return what `LOSSREEL_GALLERY` asks for.

        Raises:
            InputError: that is nothing there is.
        """
        amount, _, names = os.environ.get("LOSSREEL_GALLERY", AMOUNTS[0]).partition(":")
        if amount not in AMOUNTS:
            raise unknown("LOSSREEL_GALLERY", amount, AMOUNTS)
        chosen = tuple(find(name).name for name in names.split(",")) if names else tuple(FILMS)
        return cls(amount, () if amount == "words" else chosen, folder)

    def media(self) -> list[tuple[str, Path]]:
        """Make what is shown, and return it: where it stands in the site, and where it is.

        Raises:
            InputError: a film cannot be built.
            RunError: a film cannot be cut.
        """
        if not self.names:
            return []
        self._build()
        made = [path for name in self.names for path in self._of_film(self.folder / "films" / f"{name}.png")]
        return [(f"gallery/{path.name}", path) for path in made]

    def _build(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "gallery.toml"
        path.write_text(self._lecture(), encoding="utf-8")
        if not build(lecture.read(path, folder=self.folder / "films"), executor_of("local")):
            raise InputError(f"the gallery lacks films; what failed says lossreel build {path}")

    def _lecture(self) -> str:
        head = f'title = "Gallery"\nresolution = {list(SIZE)}\nfps = {FPS}\n'
        only = "last_frame = true\n" if self.amount == "posters" else ""
        return head + "".join(f'\n[[film]]\nname = "{name}"\n{only}' for name in self.names)

    def _of_film(self, poster: Path) -> Iterator[Path]:
        yield poster
        if self.amount == "films":
            yield excerpt(poster.with_suffix(".mp4"), self.folder / "excerpts" / f"{poster.stem}.mp4")

    def page(self) -> str:
        """Write the page."""
        return "\n".join([INTRODUCTION, *(self._section(entry) for entry in FILMS.values())])

    def _section(self, entry: Entry) -> str:
        title = captions.load("en").text(f"{entry.name}.title")
        parts = [
            f"## {entry.name}",
            f"**{title}** ({clock(entry.seconds)})",
            f"{teaches(entry)}.",
            self._picture(entry),
        ]
        return "\n\n".join([*filter(None, parts), _parameters(entry), ""])

    def _picture(self, entry: Entry) -> str:
        """Write the player, or the poster alone."""
        if entry.name not in self.names:
            return ""
        place, size = f"gallery/{entry.name}", f'width="{SIZE[0]}" height="{SIZE[1]}"'
        label = escape(captions.load("en").text(f"{entry.name}.title"))
        if self.amount == "posters":
            return f'<img src="{place}.png" alt="{label}" {size} loading="lazy">'
        return (
            f'<video src="{place}.mp4" poster="{place}.png" {size} aria-label="{label}" '
            'controls muted loop playsinline preload="none"></video>'
        )


def excerpt(film: Path, target: Path) -> Path:
    """Copy the section in which most happens, of those that last a few seconds, unless that was done before.

    Raises:
        RunError: the film cannot be cut.
    """
    if target.exists() and target.stat().st_mtime >= film.stat().st_mtime:
        return target
    with workplace(target) as place, tempfile.TemporaryDirectory() as folder:
        chosen = liveliest(clips.cut(film, Path(folder)))
        (place / target.name).write_bytes(chosen.video.read_bytes())
        put(place / target.name, target)
    return target


def liveliest(sections: Sequence[clips.Clip]) -> clips.Clip:
    """Return the one with most bytes a second: what stands still takes few."""
    fitting = [clip for clip in sections if FEW[0] <= clip.seconds <= FEW[1]]
    return max(fitting or sections, key=lambda clip: clip.video.stat().st_size / clip.seconds)


def _parameters(entry: Entry) -> str:
    rows = [_row(name, field) for name, field in entry.parameters.model_fields.items()]
    table = "\n".join(["| option | default | allowed | |", "| --- | --- | --- | --- |", *rows])
    return f'<details markdown="1"><summary>Parameters</summary>\n\n{table}\n\n</details>'


def _row(name: str, field: FieldInfo) -> str:
    default = {"None": "", "False": "no", "True": "yes"}.get(text := shown(field.default), text)
    cells = (f"`--{name.replace('_', '-')}`", default, bounds(field), field.description or "")
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
