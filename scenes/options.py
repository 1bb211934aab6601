"""The command line's options: those of a film come from its parameter class, those of all films are here.

Loads neither manim, torch nor NumPy.
"""

from __future__ import annotations

import math
import os
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

import click
from click.core import ParameterSource
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from learning.errors import InputError, from_validation, quoted, suggestion, unknown
from scenes.captions import LANGUAGES, is_own
from scenes.catalogue import FILMS, Entry, find
from scenes.decks import KINDS
from scenes.ownfilms.naming import is_own as is_own_film
from scenes.parameters import FilmParameters
from scenes.production.output import FORMATS, QUALITIES, SLOW_FPS
from scenes.production.snippets import KINDS as SNIPPETS
from scenes.theme import THEMES

Parameters = TypeVar("Parameters", bound=FilmParameters)
ALIASES: Mapping[str, tuple[str, ...]] = {"lr": ("--alpha",)}
"""The notes call the learning rate α."""


class Name(click.ParamType[str]):
    """One of a few names; a name that is nearly right gets a suggestion."""

    name = "name"

    def __init__(self, what: str, choices: Iterable[str]) -> None:
        self.what = what
        self.choices = tuple(choices)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Accept a name that is known."""
        del param, ctx
        if value in self.choices:
            return str(value)
        raise unknown(self.what, str(value), self.choices)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """Show the choices."""
        del param, ctx
        return "|".join(self.choices)


class Size(click.ParamType[tuple[int, int]]):
    """`W,H` in pixels."""

    name = "W,H"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Accept two whole numbers."""
        del param, ctx
        if isinstance(value, tuple):
            return value
        try:
            width, height = (int(part) for part in str(value).split(","))
        except ValueError:
            raise InputError(f"size {value!r} is not two whole numbers: width and height, e.g. -r 1920,1080") from None
        return width, height


class Whole(click.ParamType[int]):
    """A whole number."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Accept a whole number."""
        del ctx
        try:
            return int(value)
        except ValueError:
            option = param.opts[0] if param else "value"
            raise InputError(f"{option} {value!r} is not a whole number: give one, e.g. {option} 30") from None


class Jobs(Whole):
    """How many films are made at a time."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Accept a number from 1 on."""
        number = super().convert(value, param, ctx)
        if number < 1:
            raise InputError(f"-j {number}: at least one film at a time, e.g. -j {default_jobs()}")
        return number


class ParameterOption(click.Option):
    """An option that comes from a film's parameter class."""


def look_options() -> list[click.Option]:
    """What a film looks like: shared by every command that draws."""
    return [
        click.Option(["--theme"], type=Name("theme", THEMES), default="dark", show_default=True, help="Colours."),
        click.Option(
            ["--lang", "language"],
            type=Name("language", LANGUAGES),
            default="en",
            show_default=True,
            is_eager=True,  # it is known when captions are looked at
            help="Language of titles and captions.",
        ),
        click.Option(
            ["--captions"],
            metavar="FILE.toml",
            expose_value=False,
            callback=_choose_captions,
            help="Titles and captions in a language of your own; `lossreel captions` prints a file to begin with.",
        ),
    ]


def _choose_captions(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Let a file of captions stand for the language."""
    del param
    if value is None:
        return
    if ctx.get_parameter_source("language") is not ParameterSource.DEFAULT:
        raise InputError("--lang and --captions both choose a language: give one of the two")
    if not is_own(value):
        raise InputError(f"--captions {quoted(value)} is no TOML file: name one, e.g. --captions ja.toml")
    ctx.params["language"] = value


def captions_options() -> list[click.Parameter]:
    """Which captions are printed."""
    return [
        click.Argument(["films"], nargs=-1, metavar="[FILM]..."),
        click.Option(
            ["--lang", "language"],
            type=Name("language", LANGUAGES),
            default="en",
            show_default=True,
            help="The language to translate from.",
        ),
        click.Option(
            ["-o", "--output", "path"], type=click.Path(path_type=Path), metavar="PATH", help="A file, not the screen."
        ),
    ]


def history_option() -> click.Option:
    """What a film shows in place of training."""
    text = "Show this recorded run in place of training; the film plane shows any."
    return click.Option(["--history"], type=click.Path(path_type=Path), metavar="RUN.npz", help=text)


def file_options(what: str) -> list[click.Option]:
    """Where a result goes, and whether it is opened: shared by every command that writes a picture."""
    path = click.Path(path_type=Path)
    return [
        click.Option(["-o", "--output", "path"], type=path, metavar="PATH", help=f"Where {what} goes."),
        click.Option(["-p", "--preview"], is_flag=True, help="Open it when done."),
    ]


def snippet_option() -> click.Option:
    """Print, in place of the path, what a document is to hold."""
    text = "Print what to paste where the film is to appear."
    return click.Option(["--snippet"], type=Name("snippet", SNIPPETS), help=text)


def output_options() -> list[click.Option]:
    """Format, size and rate: manim's letters, with manim's meanings."""
    qualities = ", ".join(f"{letter} {w}x{h}@{fps}" for letter, (w, h, fps) in QUALITIES.items())
    slow = f"at most {SLOW_FPS} for gif and webp"
    return [
        click.Option(
            ["-q", "--quality"], type=Name("quality", QUALITIES), help=f"{qualities}. [default: 1920x1080@30]"
        ),
        click.Option(["-r", "--resolution", "size"], type=Size(), help="Size in pixels, even numbers."),
        click.Option(["--fps"], type=Whole(), help=f"Frames a second, 1 to 120; {slow}."),
        click.Option(
            ["--format"],
            type=Name("format", FORMATS),
            help="File format; png is a folder of frames. [default: mp4, or what -o says]",
        ),
        click.Option(["-s", "--last-frame"], is_flag=True, help="Only the last frame, as PNG."),
        click.Option(["--stills"], is_flag=True, help="Only the last frame of every beat, a folder of PNG files."),
        click.Option(["-t", "--transparent"], is_flag=True, help="No background: mov, webm, png, gif, webp."),
        click.Option(["--sections"], is_flag=True, help="Besides, a folder with each section on its own."),
        click.Option(["--force"], is_flag=True, help="Render even if nothing has changed."),
    ]


def build_options() -> list[click.Parameter]:
    """What is built, where, by how many: shared by every command that builds a lecture."""
    folder = click.Path(file_okay=False, path_type=Path)
    usual = f"{default_jobs()}, two thirds of the cores; on a cluster, what it has"
    executor = "Who makes them: local, or dask://HOST:PORT. [default: local]"
    return [
        click.Argument(["path"], type=click.Path(path_type=Path), metavar="[LECTURE.toml]", required=False),
        click.Option(
            ["-j", "--jobs"],
            type=Jobs(),
            help=f"Films that are made at a time. [default: {usual}]",
        ),
        click.Option(["--dry-run"], is_flag=True, help="Only say what would be done, and why."),
        click.Option(["--force"], is_flag=True, help="Make every film anew."),
        click.Option(["-q", "--quality"], type=Name("quality", QUALITIES), help="Of all films, say for a draft."),
        click.Option(["-o", "--output", "folder"], type=folder, metavar="DIR", help="Where the films go."),
        click.Option(["--executor"], default="local", metavar="WHERE", help=executor),
        click.Option(["--allow-code"], is_flag=True, help="Let films of your own that the lecture names run."),
        click.Option(["--files"], is_flag=True, hidden=True),  # what it depends on, for watch
    ]


def deck_options() -> list[click.Parameter]:
    """What a deck is made of, and where it goes; its films are built first."""
    own = ("path", "jobs", "force", "quality", "executor", "allow_code")
    kinds = Name("format", KINDS)
    where = "Where the deck goes. [default: media/decks/]"
    return [
        *(option for option in build_options() if option.name in own),
        click.Option(["--to", "kinds"], type=kinds, multiple=True, help="Format of the slides; repeat it for more."),
        click.Option(["--folder", "as_folder"], is_flag=True, help="HTML as a folder, not as one file."),
        click.Option(["-o", "--output", "target"], metavar="PATH", help=where),
        click.Option(["-p", "--preview"], is_flag=True, help="Open it when done."),
    ]


def watch_options() -> list[click.Parameter]:
    """What a build that is repeated takes."""
    return [option for option in build_options() if option.name not in ("dry_run", "force", "files")]


def as_given(given: Mapping[str, Any]) -> list[str]:
    """Write the options that were given to `watch` as `build` takes them."""
    named = {option.name: option.opts[0] for option in watch_options() if isinstance(option, click.Option)}
    chosen = {opt: given[name] for name, opt in named.items() if name and given[name] not in (None, False)}
    return [part for opt, value in chosen.items() for part in ([opt] if value is True else [opt, str(value)])]


def default_jobs() -> int:
    """Return how many films to make at a time: each keeps a core and a half busy."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return math.ceil(cores * 2 / 3)


def parameter_options(model: type[FilmParameters]) -> list[click.Option]:
    """Make an option of each parameter of a film."""
    return [_option(name, field) for name, field in model.model_fields.items()]


def _option(name: str, field: FieldInfo) -> click.Option:
    if bare(field.annotation) is bool:
        return _flag(name, field)
    listed = is_list(field.annotation)
    facts = (f"default: {shown(field.default)}", bounds(field), "repeat it for more" if listed else "")
    return ParameterOption(
        [name, "--" + name.replace("_", "-"), *ALIASES.get(name, ())],
        metavar=_metavar(field.annotation),
        multiple=listed,
        help=f"{field.description or name}. [{'; '.join(filter(None, facts))}]",
    )


def _flag(name: str, field: FieldInfo) -> click.Option:
    """Make a pair of options, one for yes and one for no."""
    word = name.replace("_", "-")
    text = f"{field.description}. [default: {'yes' if field.default else 'no'}]"
    return ParameterOption([name, f"--{word}/--no-{word}"], default=None, help=text)


def is_list(annotation: Any) -> bool:
    """Tell a list, given by repeating its option, from a tuple of a fixed length, given as `a,b`."""
    annotation = bare(annotation)
    return get_origin(annotation) is list or (get_origin(annotation) is tuple and Ellipsis in get_args(annotation))


def bare(annotation: Any) -> Any:
    """Take `None` and what pydantic was told besides out of a type."""
    if get_origin(annotation) is typing.Annotated:
        return bare(get_args(annotation)[0])
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return bare(next(part for part in get_args(annotation) if part is not type(None)))
    return annotation


def _metavar(annotation: Any) -> str:
    kind = bare(annotation)
    if get_origin(kind) is Literal:
        return "|".join(map(str, get_args(kind)))
    if is_list(kind):
        return _metavar(get_args(kind)[0])
    if get_origin(kind) is tuple:
        return ",".join(_metavar(part) for part in get_args(kind))
    return {float: "NUMBER", int: "INTEGER"}.get(kind, "TEXT")


def bounds(field: FieldInfo) -> str:
    """Say a field's bounds in words, e.g. "more than 0, at most 1000"; empty where there are none."""
    words = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    found = ((words[name], getattr(rule, name)) for rule in field.metadata for name in words if hasattr(rule, name))
    return ", ".join(f"{word} {shown(limit)}" for word, limit in found)


def shown(value: Any) -> str:
    """Write a value as the command line takes it."""
    if isinstance(value, tuple | list):
        pairs = any(isinstance(part, tuple | list) for part in value)
        return (" " if pairs else ",").join(shown(part) for part in value)
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def parameters_from(model: type[Parameters], given: Mapping[str, Any]) -> Parameters:
    """Make a film's parameters of the options that were given.

    Raises:
        InputError: a value is not allowed; says which, what is allowed and the next step.
    """
    values = {name: given[name] for name in model.model_fields if given.get(name) not in (None, ())}
    try:
        parameters = model(**values)
        parameters.experiments()  # what only the experiment can know: data sets, optimizers
    except ValidationError as error:
        raise _refusal(error, model) from None
    return parameters


def _refusal(error: ValidationError, model: type[FilmParameters]) -> InputError:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "literal_error":
        return unknown(name, str(first["input"]), map(str, get_args(bare(model.model_fields[name].annotation))))
    return from_validation(error, model)


class FilmCommand(click.Command):
    """A command for one film: its help lists the film's parameters first, then the rest."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the two lists."""
        own = [param for param in self.get_params(ctx) if isinstance(param, ParameterOption)]
        others = [param for param in self.get_params(ctx) if param not in own]
        for heading, params in (("Parameters", own), ("Options", others)):
            records = [record for param in params if (record := param.get_help_record(ctx))]
            with formatter.section(heading):
                formatter.write_dl(records)


class Commands(click.Group):
    """A group whose errors suggest the command that was meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command.

        Raises:
            InputError: there is none of that name.
        """
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise unknown("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)


Runner = Callable[[Entry, Mapping[str, Any]], None]


class FilmCommands(click.Group):
    """`render FILM …`: a command for every film, made when it is asked for.

    The film's name may stand anywhere among the options.
    """

    def __init__(self, name: str, text: str, options: Callable[[], list[click.Option]], run: Runner) -> None:
        own = "FILM is one of these, or a film of your own: its file, saddle.py, or one of several, my_films.py:Saddle."
        super().__init__(name, help=text, epilog=own, subcommand_metavar="FILM [OPTIONS]")
        self._options = options
        self._run = run

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the films' names."""
        del ctx
        return list(FILMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Make the command of a film."""
        del ctx
        entry = find(cmd_name)
        options = [*parameter_options(entry.parameters), *self._options()]
        run = self._run
        return FilmCommand(
            cmd_name,
            params=list(options),
            callback=lambda **given: run(entry, given),
            help=teaches(entry),
            short_help=teaches(entry),
        )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the film's name first.

        Raises:
            InputError: no film is named.
        """
        if any(arg in ctx.help_option_names for arg in args) and not any(map(_is_film, args)):
            return super().parse_args(ctx, ["--help"])
        place = _film_among(args, ctx.command_path)
        return super().parse_args(ctx, [args[place], *args[:place], *args[place + 1 :]])


def _film_among(args: list[str], command: str) -> int:
    """Return the place of the film's name; what follows an option, as in `--data polynomial`, is rather its value."""
    places = [place for place, arg in enumerate(args) if _is_film(arg)]
    if not places:
        words = [arg for arg in args if not arg.startswith("-")]
        guess = next((word for word in words if suggestion(word, FILMS)), words[0] if words else None)
        if guess is None:
            raise InputError(f"which film? {command} FILM; there are: {', '.join(FILMS)}")
        find(guess)
    return min(places, key=lambda place: (place > 0 and args[place - 1].startswith("-"), place))


def _is_film(word: str) -> bool:
    return word in FILMS or is_own_film(word)


def teaches(entry: Entry) -> str:
    """What a film teaches, in a sentence."""
    from scenes import captions

    return captions.load("en").text(f"{entry.name}.teaches")
