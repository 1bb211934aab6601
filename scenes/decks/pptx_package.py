"""What a PowerPoint file is before the first slide and after the last: masters and layouts in our colours, and the zip.

python-pptx's own template is a white one of 4:3 with eleven layouts. Ours is put together from the XML files in
`office/`: a master with three layouts for each look, one for the notes, and how the show runs: without a bar that
comes up where the pointer is, so that a click advances wherever it falls.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Template
from typing import NamedTuple
from xml.sax.saxutils import escape

from scenes.decks.pptx_text import legal
from scenes.theme import THEMES

OFFICE = Path(__file__).parent / "office"
LAYOUTS = ("lecture", "film", "section")
"""The layouts of a master, in its order."""

SETTINGS = {"presProps": "show", "viewProps": "views", "tableStyles": "tables"}
"""What PowerPoint looks for beside the slides, and our files for it; it offers to repair a file without."""

ACCENTS = ("data", "estimate", "truth", "minimum", "gradient", "position_text", "partial1")
"""The colours that somebody who changes a slide finds beside those of text and background."""

CORE = "docProps/core.xml"
UNSEALED = b"<dc:identifier/>"
"""In the core properties, before it is known what the other parts are."""

A_LONG_TIME_AGO = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip can tell: the clock stays out of the file."""
PACKED = (".mp4", ".jpg", ".jpeg", ".png")

FIRST_MASTER = 2**31
"""Numbers of masters and layouts begin here, and no two are the same."""

DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.presentationml"


class Look(NamedTuple):
    """What a slide looks like.

    Attributes:
        theme: a name in `scenes.theme.THEMES`.
        font: the family of its words.
    """

    theme: str
    font: str


class Part(NamedTuple):
    """A file of a package.

    Attributes:
        kind: its content type, and what those that use it call it.
        content: XML.
        uses: names of parts, in order: the first is `rId1`.
    """

    kind: str
    content: str
    uses: tuple[str, ...] = ()


def base(looks: Sequence[Look], title: str, language: str) -> BytesIO:
    """Return a presentation without slides: a master for each look, each with `LAYOUTS`.

    Args:
        looks: no two alike; that of the notes is light, with the first one's font.
        title: of the presentation.
        language: as a BCP 47 tag.
    """
    parts: dict[str, Part] = {}
    for number, look in enumerate(looks, 1):
        parts |= _master(number, look)
    parts |= _notes(len(looks) + 1, Look("light", looks[0].font))
    parts |= {f"ppt/{kind}.xml": Part(kind, _filled(name)) for kind, name in SETTINGS.items()}
    parts["ppt/presentation.xml"] = _presentation(len(looks))
    parts[CORE] = Part("core", _filled("core", title=title, language=language))
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in _files(parts):
            package.writestr(name, content)
    file.seek(0)
    return file


def settle(raw: Path, path: Path) -> None:
    """Write a package anew so that the same content is the same bytes; what is compressed already is stored as it is.

    Args:
        raw: a zip file.
        path: where it goes.
    """
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, A_LONG_TIME_AGO)
            entry.create_system = 0
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
            content = source.read(name)
            target.writestr(entry, content.replace(UNSEALED, _seal(source)) if name == CORE else content)


def is_as_made(path: Path) -> bool:
    """Tell whether a file is a package as :func:`settle` has written it, and nobody has changed it since."""
    try:
        with zipfile.ZipFile(path) as package:
            return _seal(package) in package.read(CORE)
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def _seal(package: zipfile.ZipFile) -> bytes:
    """What the core properties say of all other parts: the digest of their names and contents."""
    digest = hashlib.sha256()
    for name in sorted(set(package.namelist()) - {CORE}):
        digest.update(f"{name}\0".encode() + package.read(name))
    return f"<dc:identifier>lossreel:{digest.hexdigest()}</dc:identifier>".encode()


@cache
def template(name: str) -> Template:
    """Return one of the XML files in `office/`, with its `$names` to be filled."""
    return Template((OFFICE / f"{name}.xml").read_text(encoding="utf-8"))


def _filled(name: str, /, **values: str) -> str:
    safe = {key: escape(legal(value), {'"': "&quot;"}) for key, value in values.items()}
    return template(name).substitute(safe)


def _master(number: int, look: Look) -> dict[str, Part]:
    """A master, its theme and its layouts."""
    master, theme = f"ppt/slideMasters/slideMaster{number}.xml", f"ppt/theme/theme{number}.xml"
    first = (number - 1) * len(LAYOUTS) + 1
    names = [f"ppt/slideLayouts/slideLayout{first + index}.xml" for index in range(len(LAYOUTS))]
    ids = {f"rId{index}": _master_id(number) + index for index in range(1, len(LAYOUTS) + 1)}
    layouts = "".join(f'<p:sldLayoutId id="{number}" r:id="{rid}"/>' for rid, number in ids.items())
    content = template("master").substitute(_mapping(look), layouts=layouts)
    parts = {name: Part("slideLayout", _filled(layout), (master,)) for name, layout in zip(names, LAYOUTS, strict=True)}
    return parts | {master: Part("slideMaster", content, (*names, theme)), theme: _theme(look)}


def _notes(number: int, look: Look) -> dict[str, Part]:
    """The master of the notes, and its theme."""
    theme = f"ppt/theme/theme{number}.xml"
    content = template("notes").substitute(_mapping(look))
    return {"ppt/notesMasters/notesMaster1.xml": Part("notesMaster", content, (theme,)), theme: _theme(look)}


def _presentation(masters: int) -> Part:
    uses = [f"ppt/slideMasters/slideMaster{number}.xml" for number in range(1, masters + 1)]
    ids = "".join(f'<p:sldMasterId id="{_master_id(n)}" r:id="rId{n}"/>' for n in range(1, masters + 1))
    content = template("presentation").substitute(masters=ids, notes=f"rId{masters + 1}")
    uses += ["ppt/notesMasters/notesMaster1.xml", "ppt/theme/theme1.xml", *(f"ppt/{kind}.xml" for kind in SETTINGS)]
    return Part("presentation", content, tuple(uses))


def _master_id(number: int) -> int:
    return FIRST_MASTER + (number - 1) * (len(LAYOUTS) + 1)


def _mapping(look: Look) -> Mapping[str, str]:
    """What of a theme is in front and what behind: the second of each pair of colours is read second."""
    front, behind = ("lt", "dk") if look.theme == "dark" else ("dk", "lt")
    return {"bg1": f"{behind}1", "tx1": f"{front}1", "bg2": f"{behind}2", "tx2": f"{front}2"}


def _theme(look: Look) -> Part:
    theme = THEMES[look.theme]
    pairs = {"bg1": "background", "tx1": "text", "bg2": "faint", "tx2": "muted"}
    meanings = {slot: pairs[role] for role, slot in _mapping(look).items()} | {name: name for name in ACCENTS}
    colors = {name: getattr(theme, meaning).removeprefix("#").upper() for name, meaning in meanings.items()}
    return Part("theme", _filled("theme", **colors, name=f"lossreel {look.theme}", font=look.font))


def _files(parts: Mapping[str, Part]) -> Iterator[tuple[str, str]]:
    """The files of a package: its parts, what they are, and what they use."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="{_content_type(part.kind)}"/>' for name, part in parts.items()
    )
    default = f'<Default Extension="rels" ContentType="{_content_type("relationships")}"/>'
    yield "[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types">{default}{overrides}</Types>'
    yield "_rels/.rels", _relationships(["ppt/presentation.xml", "docProps/core.xml"], parts)
    for name, part in parts.items():
        folder, _, file = name.rpartition("/")
        yield name, part.content
        if part.uses:
            yield f"{folder}/_rels/{file}.rels", _relationships(part.uses, parts)


def _relationships(uses: Sequence[str], parts: Mapping[str, Part]) -> str:
    lines = "".join(
        f'<Relationship Id="rId{number}" Type="{_relation(parts[name].kind)}" Target="/{name}"/>'
        for number, name in enumerate(uses, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{lines}</Relationships>'


def _relation(kind: str) -> str:
    if kind == "core":
        return f"{PACKAGE}/relationships/metadata/core-properties"
    return f"{DOCUMENT}/{'officeDocument' if kind == 'presentation' else kind}"


def _content_type(kind: str) -> str:
    special = {
        "core": "application/vnd.openxmlformats-package.core-properties+xml",
        "relationships": "application/vnd.openxmlformats-package.relationships+xml",
        "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
        "presentation": f"{TYPE}.presentation.main+xml",
    }
    return special.get(kind, f"{TYPE}.{kind}+xml")
