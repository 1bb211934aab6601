"""Python's search for unreachable objects, held back while a film is made."""

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager

RARE = 200_000
"""Objects that are made before the next search. By default 700: with manim loaded, a tenth of the time went there."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Search seldom, not among what was there before, and not at the end of the process, when all memory goes back."""
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(RARE, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
