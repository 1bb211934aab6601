"""The command `lossreel`. Loads neither manim, torch nor NumPy until a command needs them."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from learning.errors import InputError, RunError
from scenes import complaints, options
from scenes.catalogue import Entry
from scenes.parameters import FilmParameters
from scenes.production.output import SLOW_FORMATS, Output
from scenes.start import INTERRUPTED


class StoppedError(Exception):
    """Ctrl-C, or a polite request to end."""


class Root(options.Commands):
    """The command itself; an interrupt reaches `main` without click's empty line."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was named."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise StoppedError from None


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(None, "--version", package_name="lossreel", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show where an error comes from.")
def lossreel() -> None:
    """Lecture films of real PyTorch training runs."""


@lossreel.command("list")
@click.argument("file", type=click.Path(path_type=Path), metavar="[FILE.py]", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_films(file: Path | None, as_json: bool) -> None:
    """List the films: what each teaches, its parameters, its running time; or those of a file of your own."""
    from scenes.production.listing import films_as_json, films_as_text

    entries = _films_of(file) if file else None
    click.echo(films_as_json(entries) if as_json else films_as_text(entries))


def _films_of(file: Path) -> Sequence[Entry]:
    from scenes.ownfilms.loading import load_all

    return load_all(file)


def _render(entry: Entry, given: Mapping[str, Any]) -> None:
    from scenes.production import snippets
    from scenes.production.order import Order
    from scenes.production.progress import reporter
    from scenes.production.render import fulfil

    names = ("quality", "size", "fps", "format", "transparent", "last_frame", "stills", "path")
    output = Output.choose(**{name: given[name] for name in names})
    order = Order(entry, _parameters(entry, given), output, given["theme"], given["language"], given["history"])
    _tell_language(order.language, entry, given["language"])
    if given["snippet"]:
        snippets.check(given["snippet"], output)
    if given["sections"]:
        _cutting().check(order)
    with reporter() as progress:
        path = fulfil(order, force=given["force"], progress=progress).path
    shown = snippets.of_film(given["snippet"], entry, path, order.language, output) if given["snippet"] else ""
    _hand_over(path, given["preview"], shown)
    if output.format in SLOW_FORMATS:
        _weigh(path, output)
    if given["sections"]:
        click.echo(f"lossreel: sections in {_cutting().write_sections(path)}", err=True)


def _parameters(entry: Entry, given: Mapping[str, Any]) -> FilmParameters:
    if given["history"] is None:
        return options.parameters_from(entry.parameters, given)
    from scenes.production import recorded

    return recorded.parameters_for(entry, given["history"], given)


def _tell_language(language: str, entry: Entry, asked: str) -> None:
    """Say that a film is in another language than was asked for."""
    if entry.file and language != asked:
        lacking = entry.file.with_suffix(f".{asked}.toml").name
        click.echo(f"lossreel: {entry.name} has no words in {asked} ({lacking}): it is in {language}", err=True)


def _cutting() -> ModuleType:
    """What cuts films loads the encoder's library: only who cuts needs it."""
    from scenes.production import clips

    return clips


def _weigh(path: Path, output: Output) -> None:
    """Say how large a film for a web page is."""
    from scenes.measures import size

    measures = f"{output.width}x{output.height}, {output.fps} frames a second"
    click.echo(f"lossreel: {size(path.stat().st_size)} ({measures})", err=True)


def _sheet(entry: Entry, given: Mapping[str, Any]) -> None:
    from scenes.production.progress import reporter
    from scenes.production.sheet import sheet

    parameters = _parameters(entry, given)
    look = {"theme": given["theme"], "language": given["language"], "history": given["history"]}
    _tell_language(entry.language_for(given["language"]), entry, given["language"])
    with reporter() as progress:
        path = sheet(entry, parameters, given["path"], **look, progress=progress)
    _hand_over(path, given["preview"])


def _hand_over(path: Path, preview: bool, snippet: str = "") -> None:
    click.echo(snippet.encode() if snippet else path)  # documents are UTF-8, whatever the terminal is
    _open(path, preview)


def _open(path: Path, preview: bool) -> None:
    if preview and click.launch(os.fspath(path)):
        raise RunError(f"{path} is done, but nothing here opens it: open it by hand, or leave out -p")


def _train(entry: Entry, given: Mapping[str, Any]) -> None:
    from scenes.production.naming import history_names
    from scenes.production.progress import reporter
    from scenes.production.render import fetch_histories

    parameters = options.parameters_from(entry.parameters, given)
    with reporter() as progress:
        histories = fetch_histories(parameters, progress)
    names = history_names(entry, parameters, histories)
    for label, history in histories.items():
        path = given["folder"] / names[label]
        history.save(path)
        click.echo(path)


def _train_options() -> list[click.Option]:
    folder = click.Path(file_okay=False, path_type=Path)
    text = "Folder of the history files, made if it is not there."
    return [click.Option(["-o", "--output", "folder"], type=folder, metavar="DIR", required=True, help=text)]


def _render_options() -> list[click.Option]:
    where = [options.snippet_option(), *options.file_options("the film")]
    return [options.history_option(), *options.output_options(), *options.look_options(), *where]


def _sheet_options() -> list[click.Option]:
    return [options.history_option(), *options.look_options(), *options.file_options("the picture")]


lossreel.add_command(
    options.FilmCommands("render", "Train what a film needs, render it, print its path.", _render_options, _render)
)
lossreel.add_command(
    options.FilmCommands("sheet", "Draw one picture with a frame of every beat.", _sheet_options, _sheet)
)
lossreel.add_command(
    options.FilmCommands("train", "Only train: write a history file for each run.", _train_options, _train)
)


@lossreel.command("captions", params=options.captions_options())
def print_captions(films: tuple[str, ...], language: str, path: Path | None) -> None:
    """Print the words of films as TOML, to be saved as ja.toml and translated; of all films without FILM."""
    from learning.files import write_whole
    from scenes.captions.starter import starter

    words = starter(films, language).encode()  # a file is UTF-8, whatever the terminal is
    if path is None:
        click.echo(words, nl=False)
        return
    if path.exists():
        raise InputError(f"{path} is there already, perhaps translated: name another file with -o")
    with write_whole(path) as file:
        file.write(words)
    click.echo(path)


@lossreel.command(params=options.build_options())
@click.pass_obj
def build(debug: bool, /, path: Path | None, **given: Any) -> None:
    """Make the films of a lecture: those that a change touches, and no other."""
    from scenes.lectures import build as building
    from scenes.lectures import lecture, plan, report
    from scenes.workers.executors import executor_of

    executor = executor_of(given["executor"], given["jobs"])
    path = path or building.lecture_here("build")
    if given["files"]:
        _list_dependencies(path, given["allow_code"])
    read = lecture.read(path, folder=given["folder"], quality=given["quality"], allow_code=given["allow_code"])
    force = given["force"]
    if given["dry_run"]:
        click.echo(report.planned(plan.plan(read, force=force)))
        click.echo(report.leftovers(plan.left_over(read)), nl=False)
    elif not building.build(read, executor, force=force, debug=debug):
        raise click.exceptions.Exit(1)


def _list_dependencies(path: Path, allow_code: bool) -> None:
    from scenes.lectures.dependencies import dependencies

    files, are_all = dependencies(path, allow_code=allow_code)
    click.echo(json.dumps([os.fspath(file) for file in files]))
    raise click.exceptions.Exit(0 if are_all else 1)


@lossreel.command(params=options.deck_options())
@click.pass_obj
def deck(debug: bool, /, path: Path | None, **given: Any) -> None:
    """Make slides of a lecture: its films, cut where the lecturer pauses, with notes."""
    from scenes.decks import deck as decks
    from scenes.decks import making
    from scenes.lectures import build as building
    from scenes.lectures import lecture
    from scenes.workers.executors import executor_of

    executor = executor_of(given["executor"], given["jobs"])
    path = path or building.lecture_here("deck")
    read = lecture.read(path, quality=given["quality"], allow_code=given["allow_code"])
    targets = making.targets_of(read, given["kinds"], given["target"], as_folder=given["as_folder"])
    decks.check(read)
    if not building.build(read, executor, force=given["force"], debug=debug):
        raise RunError("no deck is made of a lecture that lacks films: mend what failed, then give the command again")
    for target in making.make(read, targets, as_folder=given["as_folder"]):
        click.echo(making.told(target))
        _open(target / "index.html" if given["as_folder"] else target, given["preview"])


@lossreel.command(params=options.watch_options())
@click.pass_obj
def watch(debug: bool, /, path: Path | None, **given: Any) -> None:
    """Build a lecture again whenever it, its data or its films are saved, until Ctrl-C."""
    from scenes.lectures import watch as watching
    from scenes.lectures.build import lecture_here
    from scenes.workers.executors import executor_of

    executor_of(given["executor"], given["jobs"])  # a wrong address is not waited out
    path = path or lecture_here("watch")
    watching.watch(path, [*options.as_given(given), *(["--debug"] if debug else [])])


@lossreel.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--all", "whole", is_flag=True, help="Every row, not only the first and the last.")
@click.option("--csv", "as_csv", is_flag=True, help="All rows and columns, comma-separated.")
@click.option("--json", "as_json", is_flag=True, help="All rows and columns; inf and nan are strings.")
def history(file: Path, whole: bool, as_csv: bool, as_json: bool) -> None:
    """Show a history file: epoch, loss, parameters, gradient."""
    if as_csv and as_json:
        raise InputError("--csv and --json are two answers to one question: choose one")
    from learning.history import History
    from scenes.production.listing import history_as_csv, history_as_json, history_as_text

    recorded = History.load(file)
    if as_csv or as_json:
        click.echo(history_as_csv(recorded) if as_csv else history_as_json(recorded))
    else:
        click.echo(history_as_text(recorded, whole=whole))


@lossreel.group(cls=options.Commands)
def new() -> None:
    """Begin something of your own."""


@new.command("film")
@click.argument("name")
@click.option("-o", "--output", "folder", type=click.Path(path_type=Path), default=".", metavar="DIR", help="Where to.")
def new_film(name: str, folder: Path) -> None:
    """Write a film to begin with: its Python file, its words in English and Korean, its test."""
    from scenes.ownfilms.template import write

    files = write(name, folder)
    for path in files:
        click.echo(path)
    click.echo(f"lossreel: next, see it: lossreel sheet {files[0]} -p", err=True)


@lossreel.group(cls=options.Commands)
def cache() -> None:
    """Show or empty the cache of histories and films."""


@cache.command("info")
def cache_info() -> None:
    """Say what is kept, where, how large."""
    import learning.cache
    from scenes.production.listing import cache_as_text

    click.echo(cache_as_text(learning.cache.info()))


@cache.command("clear")
def cache_clear() -> None:
    """Delete what is kept; everything can be made again."""
    import learning.cache
    from scenes.production.listing import cache_as_text

    click.echo("deleted\n" + cache_as_text(learning.cache.clear(), is_kept=False))


@lossreel.command()
def doctor() -> None:
    """Say what this machine has and what it lacks."""
    from scenes.production.doctor import examine

    findings = examine()
    for finding in findings:
        click.echo(finding.line)
    if any(finding.is_needed and not finding.is_there for finding in findings):
        raise click.exceptions.Exit(1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit status."""
    args = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in args
    signal.signal(signal.SIGTERM, _end_politely)
    sys.exit(_run([arg for arg in args if arg != "--debug"], debug))


def _end_politely(*_: Any) -> None:
    raise KeyboardInterrupt


def _run(args: list[str], debug: bool) -> int:
    try:
        status = lossreel.main(args, prog_name="lossreel", standalone_mode=False, obj=debug)
    except (StoppedError, click.Abort, KeyboardInterrupt):
        return _complain("interrupted", INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except Exception as error:
        if debug:
            raise
        return _complain(f"error: {_message(error)}", _status(error))
    return status if isinstance(status, int) else 0


def _complain(text: str, status: int) -> int:
    click.echo("lossreel: " + " ".join(text.split()), err=True)
    return status


def _status(error: Exception) -> int:
    return 2 if isinstance(error, click.UsageError) else complaints.status_of(error)


def _message(error: Exception) -> str:
    """Say in one line what went wrong and what to do next."""
    if isinstance(error, click.UsageError):
        help_of = error.ctx.command_path if error.ctx else "lossreel"
        return f"{error.format_message().rstrip('.')}; see {help_of} --help"
    if isinstance(error, click.ClickException):
        return error.format_message()
    return complaints.in_one_line(error)


if __name__ == "__main__":
    main()
