"""Films that say a sentence with each move and wait until it has been read."""

from typing import Any

from scenes.film import Film
from scenes.theme import TIMING


class TellingFilm(Film):
    """A film whose beats are sentences with moves."""

    def tell(self, key: str | None, *moves: Any, stand: float = TIMING.caption, last: bool = False) -> None:
        """Say something, or go on with what was said, with these moves; hold until it has been read.

        Args:
            key: of the caption, or None.
            moves: played with it.
            stand: seconds that the caption stands.
            last: whether the beat ends with it, which holds by itself.
        """
        self.play(self.say(key) if key else [], *moves)
        self.until_read(stand, less=TIMING.hold if last else 0.0)
