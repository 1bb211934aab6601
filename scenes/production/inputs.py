"""What a film reads, taken down while it reads it: its words, its parameters, its runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from scenes.captions import Captions
from scenes.production.sections import ALL_RUNS, MISSING

if TYPE_CHECKING:
    from learning.history import History
    from scenes.parameters import FilmParameters

Note = Callable[[str], None]
"""Called with the name of an input that is read."""

T = TypeVar("T")


class Watched(Mapping[str, T]):
    """A mapping that tells what is read of it: there is no way to a value or a key but through these methods.

    Args:
        plain: the mapping itself.
        kind: what its values are, the first word of an input's name.
        every: the input that stands for all keys and their order.
        note: called with the name of what is read.
    """

    def __init__(self, plain: Mapping[str, T], kind: str, every: str, note: Note) -> None:
        self._plain, self._kind, self._every, self._note = plain, kind, every, note

    def __getitem__(self, key: str) -> T:
        self._tell(key)
        return self._plain[key]

    def __contains__(self, key: object) -> bool:
        self._tell(key)
        return key in self._plain

    def __iter__(self) -> Iterator[str]:
        self._note(self._every)
        return iter(self._plain)

    def __len__(self) -> int:
        self._note(self._every)
        return len(self._plain)

    def _tell(self, key: object) -> None:
        self._note(f"{'' if key in self._plain else MISSING}{self._kind} {key}")


class WatchedCaptions(Captions):
    """The same texts as others, telling which of them are read for the screen."""

    EVERY = "all captions"

    def __init__(self, plain: Captions, note: Note) -> None:
        super().__init__(plain.language, {})
        self._is_seen = True
        self._texts = Watched(plain._texts, "caption", self.EVERY, lambda name: note(name) if self._is_seen else None)

    @contextmanager
    def off_screen(self) -> Iterator[None]:
        """Tell nothing."""
        self._is_seen = False
        try:
            yield
        finally:
            self._is_seen = True


def watched_runs(runs: Mapping[str, History], note: Note) -> Mapping[str, History]:
    """Give runs that tell which of them are read."""
    return Watched(runs, "run", ALL_RUNS, note)


def watched_parameters(parameters: FilmParameters, note: Note) -> FilmParameters:
    """Give equal parameters that tell which of them are read; whoever asks for anything else reads all."""
    plain = type(parameters)
    made_by: Any = type(plain)
    fields = {name: f"parameter {name}" for name in plain.model_fields}

    def get(self: Any, name: str) -> Any:
        if name == "__class__":
            return plain
        for read in (fields[name],) if name in fields else fields.values():
            note(read)
        return plain.__getattribute__(self, name)

    telling = {"__getattribute__": get, "__module__": plain.__module__}
    watched: FilmParameters = made_by(plain.__name__, (plain,), telling).model_construct(**dict(parameters))
    return watched
