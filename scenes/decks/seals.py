"""Whether a deck is as we have made it, or somebody has worked upon it since: then it is not replaced.

An HTML file and a PDF end with a comment that holds the digest of what stands before; how slides keep theirs is in
`pptx_package`.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from scenes.decks import Kind

COMMENTS = {"html": (b"<!-- lossreel:", b" -->\n"), "pdf": (b"% lossreel:", b"\n")}
DIGEST = rb"[0-9a-f]{64}"


def seal(path: Path, kind: Kind) -> None:
    """Add the seal to a deck that is complete."""
    if kind in COMMENTS:
        content = path.read_bytes()
        with path.open("ab") as file:
            file.write(_comment(content, kind))


def is_as_made(path: Path, kind: Kind) -> bool:
    """Tell whether a deck has its seal, and nothing has changed since it was put there."""
    if kind == "pptx":
        from scenes.decks.pptx_package import is_as_made

        return is_as_made(path)
    begin, end = COMMENTS[kind]
    content = path.read_bytes()
    found = re.search(re.escape(begin) + DIGEST + re.escape(end) + rb"\Z", content)
    return found is not None and content[found.start() :] == _comment(content[: found.start()], kind)


def _comment(content: bytes, kind: Kind) -> bytes:
    begin, end = COMMENTS[kind]
    return begin + hashlib.sha256(content).hexdigest().encode() + end
