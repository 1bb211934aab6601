"""The base of all films: parameters and histories in, beats out, one clock of epochs.

A film is an ordinary Manim scene. Its `construct` is a list of beats; each beat becomes a section with a title and a
speaker's note, and ends with a pause.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from manim import Animation, FadeIn, FadeOut, Mobject, Scene, smooth

from learning import store
from learning.history import History
from scenes import columns
from scenes.beats import Beat, Subtitle
from scenes.captions import placeholders
from scenes.catalogue import entry_of
from scenes.dissolve import Dissolve, Stage
from scenes.drawing import Drawing, FilmCamera, Rectangle, Tween
from scenes.look import Ink, Look
from scenes.markup import Words, verbatim
from scenes.pacing import durations, pacing
from scenes.panels.data_plot import DataPlot
from scenes.parameters import FilmParameters
from scenes.theme import FRAME_HEIGHT, FRAME_WIDTH, MARGIN, SIZES, TIMING

LEFT, RIGHT = MARGIN - FRAME_WIDTH / 2, FRAME_WIDTH / 2 - MARGIN
BOTTOM, TOP = MARGIN - FRAME_HEIGHT / 2, FRAME_HEIGHT / 2 - MARGIN
TITLE_LINE = TOP - 0.40
FORMULA_LINE = TOP - 0.52
CAPTION_LINE = BOTTOM + 0.12
WIDEST = RIGHT - LEFT


class Film(Scene):
    """A film of one or more training runs.

    Args:
        parameters: of the film; its defaults where None.
        histories: the runs by label; fetched from the store, or trained, where None.
        theme: "dark" or "light".
        language: of captions and notes: "en", "ko", or the path of somebody's own captions.
        scene_options: Manim's own.
    """

    film_name: ClassVar[str]
    poster_beat: ClassVar[str | None] = None

    def __init__(
        self,
        parameters: FilmParameters | None = None,
        histories: Mapping[str, History] | None = None,
        *,
        theme: str = "dark",
        language: str = "en",
        **scene_options: Any,
    ) -> None:
        super().__init__(**{"camera_class": FilmCamera, **scene_options})
        self.parameters = parameters if parameters is not None else entry_of(type(self)).parameters()
        self.histories = histories if histories is not None else self._fetch()
        self.look = Look(theme, language)
        self.theme = self.look.theme
        camera: Any = self.renderer.camera
        camera.background_color = self.theme.background
        camera.reset()
        self.beats: list[Beat] = []
        self.subtitles: list[Subtitle] = []
        self.on_beat: Callable[[Beat], None] | None = None
        self.figures: dict[str, Words] = {}
        self.epoch = 0.0
        self._clocked: list[Drawing] = []
        self._stood: Stage | None = None
        self._caption: Ink | None = None
        self._formula: Ink | None = None
        self._said: tuple[float, str] | None = None
        self._remarks = ""

    def _fetch(self) -> Mapping[str, History]:
        return store.fetch_all(self.parameters.experiments())

    # Beats

    def beat(self, play: Callable[..., str | None], *arguments: Any) -> None:
        """Play one beat and hold. The method's name is its key; what it returns is the key of its note.

        A beat may be played several times, with other arguments; the second has the key `name-2`.
        """
        name = play.__name__
        times = 1 + sum(beat.key.split("-")[0] == name for beat in self.beats)
        key = name if times == 1 else f"{name}-{times}"
        self.next_section(key)
        start = self.time
        note = play(*arguments) or "note"
        self.hold(TIMING.hold)
        self._end_subtitle()
        with self.look.captions.off_screen():
            told = self.text(f"{name}.{note}") + (self._remarks if not self.beats else "")
            beat = Beat(key, self.text(f"{name}.title"), told, start, self.time)
        self.beats.append(beat)
        if self.on_beat is not None:
            self.on_beat(beat)

    def play(self, *moves: Any, **options: Any) -> None:
        """Play animations together. A list of them, as `say` makes, counts as its members; an empty one as nothing."""
        flat = [move for entry in moves for move in (entry if isinstance(entry, list) else [entry])]
        change = None if self._stood is None else self._stood.dissolve(self.mobjects)
        self._stood = None
        if change is None:
            super().play(*flat, **options)
        else:
            self._play_with(change, *flat, **options)

    def _play_with(self, change: Dissolve, *moves: Any, **options: Any) -> None:
        """Play animations while panels give way to others, from where the first of these stands."""
        places = [place for place, mobject in enumerate(self.mobjects) if mobject in change.after]
        self.mobjects.insert(min(places, default=0), change)
        super().play(*moves, change.to(share=1, run_time=TIMING.quick), **options)
        self.remove(change)
        change.end()

    def dissolve(self, *panels: Drawing) -> None:
        """Let panels that change or are exchanged from here on give way to what the next animation begins with.

        A beat that sets panels to something else has to call this first: the last frame of a section is the first of
        the next.

        Args:
            panels: these alone, rather than all there are and come.
        """
        self._stood = self._stood or Stage(self.mobjects, panels)

    def hold(self, seconds: float) -> None:
        """Let the picture stand."""
        self.wait(seconds)

    def until_read(self, seconds: float = TIMING.caption, less: float = 0.0) -> None:
        """Hold until the caption line has stood for so many seconds, less those that will follow anyway."""
        since = self._said[0] if self._said is not None else self.time
        self.hold(max(since + seconds - less - self.time, 0.1))

    def tell(self, key: str | None, *moves: Any, seconds: float = TIMING.caption, less: float = 0.0) -> None:
        """Say something, or go on with what was said, with these moves; hold until it has been read.

        Args:
            key: of the caption, or None.
            moves: played with it.
            seconds: for which the caption stands, from its first trace on.
            less: seconds that will follow anyway, as those of a beat's end.
        """
        self.play(self.say(key) if key else [], *moves)
        self.until_read(seconds, less)

    # Words

    def text(self, key: str) -> str:
        """A caption of this film as plain text, filled in with its figures and words."""
        name = f"{self.film_name}.{key}"
        return self.look.captions.text(name, **self._values(name))

    def markup(self, key: str) -> str:
        """A caption of this film as Typst markup, filled in, for a panel that sets it itself."""
        name = f"{self.film_name}.{key}"
        return self.look.captions.typeset(name, **self._values(name))

    def ink(self, key: str, size: float) -> Ink:
        """A caption of this film as a mobject."""
        return self.look.ink(self.markup(key), size)

    def _values(self, name: str) -> dict[str, Words]:
        """What a caption's placeholders stand for: the film's figures, and words of its language."""
        captions, words = self.look.captions, f"{self.film_name}.words."
        wanted = placeholders(captions.template(name))
        spoken = {word: verbatim(captions.text(words + word)) for word in wanted if words + word in captions}
        return {**spoken, **self.figures}

    def title(self) -> Ink:
        """The film's title, at the top left."""
        return self.ink("title", SIZES.title).stand(LEFT, TITLE_LINE)

    def say(self, key: str) -> list[Animation]:
        """Replace the caption line, and what the subtitles say."""
        line = self.ink(key, SIZES.caption)
        if line.advance > WIDEST:  # a long name or number somewhere in it
            line = self.ink(key, SIZES.caption * WIDEST / line.advance)
        line.stand(0.0, CAPTION_LINE, "center")
        self._end_subtitle()
        self._said = self.time, self.text(key)
        return self._replace("_caption", line)

    def show_formula(self, markup: str) -> list[Animation]:
        """Replace the formula at the top right."""
        line = self.look.ink(markup, SIZES.formula)
        return self._replace("_formula", line.stand(RIGHT, FORMULA_LINE, "right"))

    def drop_formula(self) -> list[Animation]:
        """Take the formula away."""
        return self._replace("_formula", None)

    def away(self, *parts: Mobject) -> list[Animation]:
        """Let panels and lines of text fade."""
        return [
            part.to(opacity=0, run_time=TIMING.quick)
            if isinstance(part, Drawing)
            else FadeOut(part, run_time=TIMING.quick)
            for part in parts
        ]

    def _replace(self, place: str, line: Ink | None) -> list[Animation]:
        before = getattr(self, place)
        setattr(self, place, line)
        away = [FadeOut(before, run_time=0.25)] if before is not None else []
        return [*away, *([FadeIn(line, run_time=TIMING.quick, rate_func=_afterwards)] if line is not None else [])]

    def _end_subtitle(self) -> None:
        if self._said is not None and self.time > self._said[0]:
            self.subtitles.append(Subtitle(self._said[0], self.time, self._said[1]))
            self._said = (self.time, self._said[1])

    # Data

    def data_plot(
        self,
        frame: Rectangle,
        run: History,
        truth: np.ndarray | None = None,
        also: Sequence[float] = (),
        said: np.ndarray | None = None,
        **options: Any,
    ) -> DataPlot:
        """A run's data and what it says of them; the axes are called as the columns of the data.

        Args:
            frame: where it stands.
            run: whose data.
            truth: (n,) what the data came from, or None.
            also: values that the y axis must hold besides.
            said: (n,) another estimate, to begin with.
            options: those of the panel.
        """
        names, share = columns.axis_names(run, self.look), columns.share_drawn(run, self.look.captions)
        with self.look.captions.off_screen():
            self._remarks = self._remarks or columns.remarks(run, self.look.captions)
        epochs, yhat = (run.epoch, run.yhat) if said is None else (np.zeros(1), said[None])
        x, y = run.seen_x, run.seen_y
        plot = DataPlot(frame, self.look, x, y, epochs, yhat, truth, also, names=names, share=share, **options)
        plot.axes = 1.0
        return plot

    # The clock

    def clock(self, *panels: Drawing) -> None:
        """Put panels under the film's clock: from now on they show its epoch."""
        for panel in panels:
            panel.epoch = self.epoch
        self._clocked += panels

    def restart(self, *panels: Drawing) -> None:
        """Set the clock to the beginning, with these panels under it; those before keep what they show."""
        self.epoch, self._clocked = 0.0, []
        self.clock(*panels)

    def advance(self, epoch: float, first: float, total: float, *others: Animation) -> None:
        """Let training go on to an epoch: the first step in so many seconds, all of them in the total at most."""
        count = round(epoch - self.epoch)
        if count > 0:
            self.proceed(epoch, durations(count, first, total), *others)

    def proceed(self, epoch: float, seconds: np.ndarray, *others: Any) -> None:
        """Let training go on to an epoch in steps of these durations (n,), one for each epoch on the way."""
        if not len(seconds):
            return
        moves = [
            Tween(panel, epoch=epoch, rate_func=pacing(seconds), run_time=seconds.sum()) for panel in self._clocked
        ]
        self.play(*moves, *others)
        self.epoch = epoch


def _afterwards(share: float) -> float:
    """A rate function that waits until what went before has gone."""
    return float(smooth(max(0.0, (share - 0.4) / 0.6)))
