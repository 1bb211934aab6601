"""Decks: a lecture's films on slides, cut where the lecturer pauses."""

from typing import Literal, get_args

Kind = Literal["html", "pptx", "pdf"]
KINDS: tuple[Kind, ...] = get_args(Kind)
