"""One picture with a frame of every beat: a look at a film without rendering it."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from learning.errors import InputError, RunError
from scenes.fonts import check_font, installed
from scenes.measures import clock
from scenes.production.files import put, workplace
from scenes.production.memory import rare_collections
from scenes.production.naming import FILMS_FOLDER, film_name
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.progress import Report
from scenes.production.render import histories_of
from scenes.theme import THEMES, Theme

if TYPE_CHECKING:
    from PIL.Image import Image

    from scenes.beats import Beat
    from scenes.catalogue import Entry
    from scenes.parameters import FilmParameters
    from scenes.production.frames import Pixels
    from scenes.production.shooting import Histories

FRAME = Output(format="png", last_frame=True, width=960, height=540, fps=30)
COLUMNS = 3
GAP = 16
LABEL_HEIGHT = 52
LABEL_SIZE = 28
LABELS = b"""
#let given = json(bytes(sys.inputs.given))
#set page(width: given.width * 1pt, height: given.height * 1pt, fill: rgb(given.paper))
#set page(margin: (x: 8pt, y: 0pt))
#set text(font: given.font, size: given.size * 1pt, fill: rgb(given.ink))
#for entry in given.texts {
  page(align(horizon, grid(columns: (1fr, auto), entry.left, entry.right)))
}
"""


class Picture(NamedTuple):
    """A beat and its last state, `(H, W, 4)`."""

    beat: Beat
    pixels: Pixels


def sheet(
    entry: Entry,
    parameters: FilmParameters,
    path: Path | None = None,
    *,
    theme: str = "dark",
    language: str = "en",
    history: Path | None = None,
    progress: Report | None = None,
) -> Path:
    """Draw the last state of every beat of a film and lay the pictures out.

    Args:
        entry: the film.
        parameters: its parameters.
        path: a PNG file; None: a name under media/films/.
        theme: a name in `scenes.theme.THEMES`.
        language: one of `scenes.captions.LANGUAGES`, or the path of a TOML file with somebody's own captions.
        history: a file whose run the film shows in place of its own.
        progress: called with what is going on, how much is done and how much there is.

    Returns:
        Where the picture is.

    Raises:
        InputError: an unknown theme or language, a name that is no PNG's.
        RunError: no font for the language, no write access.
    """
    order = Order(entry, parameters, FRAME, theme, language, history)
    target = _target(order, path)
    font = check_font(order.language)
    histories = histories_of(order, progress)
    with workplace(target) as place:
        pictures = shoot_beats(order, histories, place, progress)
        if not pictures:
            raise RunError(f"the film {entry.name} has no beats to show")
        image = lay_out(pictures, THEMES[theme], font)
        image.save(place / "sheet.png", compress_level=3)
        put(place / "sheet.png", target)
    return target


def _target(order: Order, path: Path | None) -> Path:
    name = f"{film_name(order.entry, order.parameters, Output(), order.theme, order.version, order.history)}-sheet.png"
    target = FILMS_FOLDER / name if path is None else path / name if path.is_dir() else path
    if target.suffix.lower() != ".png":
        raise InputError(f"{target} is no PNG file: name it {target.stem}.png")
    return target


@rare_collections()
def shoot_beats(order: Order, histories: Histories, place: Path, progress: Report | None = None) -> list[Picture]:
    """Draw the end of every beat of a film."""
    from scenes.production import shooting

    pictures: list[Picture] = []

    def keep(beat: Beat, pixels: Pixels) -> None:
        pictures.append(Picture(beat, pixels))
        if progress:
            progress("drawing", beat.end, order.entry.seconds)

    shooting.shoot_beats(order, histories, place, keep)
    return pictures


def lay_out(pictures: list[Picture], theme: Theme, font: str) -> Image:
    """Lay pictures out in a grid, each with number, title and time below it."""
    from PIL import Image

    columns = min(COLUMNS, len(pictures))
    rows = math.ceil(len(pictures) / columns)
    width, height = FRAME.width + GAP, FRAME.height + LABEL_HEIGHT + GAP
    image = Image.new("RGB", (columns * width + GAP, rows * height + GAP), theme.faint)
    for place, (picture, strip) in enumerate(zip(pictures, labels(pictures, theme, font), strict=True)):
        x, y = GAP + place % columns * width, GAP + place // columns * height
        image.paste(Image.fromarray(picture.pixels).convert("RGB"), (x, y))
        image.paste(strip, (x, y + FRAME.height))
    return image


def labels(pictures: list[Picture], theme: Theme, font: str) -> list[Image]:
    """Set number, title and time of every beat: strips as wide as a picture."""
    import typst
    from PIL import Image

    texts = [{"left": f"{n}  {p.beat.title}", "right": times(p.beat)} for n, p in enumerate(pictures, start=1)]
    look = {"width": FRAME.width, "height": LABEL_HEIGHT, "size": LABEL_SIZE, "font": font}
    given = json.dumps({"texts": texts, **look, "paper": theme.faint, "ink": theme.text})
    pages = typst.compile(LABELS, format="png", ppi=72, sys_inputs={"given": given}, font_paths=installed())
    return [Image.open(io.BytesIO(page)).convert("RGB") for page in (pages if isinstance(pages, list) else [pages])]


def times(beat: Beat) -> str:
    """Write e.g. `0:12 – 0:19`."""
    return f"{clock(beat.start)} – {clock(beat.end)}"
