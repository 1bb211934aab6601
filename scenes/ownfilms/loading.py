"""A film of one's own, loaded from its file. That runs its code: nobody does it whom the user has not told to.

The file is imported as any module is, with its folder at the end of Python's path. So it may import what lies beside
it, nothing there takes the place of anything else, and its source is part of the film's recipe like ours.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import redirect_stdout
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from learning.errors import InputError, quoted, suggestion
from scenes.catalogue import FILMS, Entry
from scenes.ownfilms import words
from scenes.ownfilms.naming import SUFFIX, Address, address_of
from scenes.parameters import FilmParameters

if TYPE_CHECKING:
    from scenes.film import Film

    Scenes = Mapping[str, type[Film]]

SECONDS = 60.0
"""How long a film is taken to be that nobody has measured: for the order of work, and for what is shown of it."""
SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

_loaded: dict[Path, bytes] = {}
"""What each file said when it was loaded."""
_named: dict[str, tuple[Path, str]] = {}
"""The file and the class of each film that was loaded, by the film's name."""


def load(name: str) -> Entry:
    """Load a film from its file.

    Args:
        name: `my_films.py:Saddle`; or only the file, if it has one film.

    Raises:
        InputError: there is no such file or film, the file cannot be imported, or what a film has to have is missing:
            a name, parameters, captions.
    """
    address = address_of(name)
    module = _import(address.file)
    return _entry(_choose(address, _scenes(module), module), address.file, module)


def load_all(file: Path) -> list[Entry]:
    """Load every film of a file, in the order in which they stand there.

    Raises:
        InputError: as :func:`load`; or there is none.
    """
    module = _import(file)
    scenes = _scenes(module) or {"": _choose(Address(file), {}, module)}
    return [_entry(scene, file, module) for scene in scenes.values()]


def entry_of(scene: type[Film]) -> Entry:
    """Say what a film is that was loaded by somebody else, such as manim.

    Raises:
        InputError: what a film has to have is missing: a name, parameters, captions.
    """
    return _entry(scene, Path(inspect.getfile(scene)), sys.modules[scene.__module__])


def place_of(error: BaseException) -> str:
    """Return `my_films.py:31`, the last line of somebody's own film on the way to an error, if there is any."""
    folders = {path.parent for path in _loaded}
    frames = reversed(traceback.extract_tb(error.__traceback__))
    found = next((frame for frame in frames if Path(frame.filename).parent in folders), None)
    return f"{Path(found.filename).name}:{found.lineno}" if found else ""


# The file


def _import(file: Path) -> ModuleType:
    path, content = file.resolve(), _content(file)
    if not path.stem.isidentifier():
        better = re.sub(r"\W+", "_", path.stem).strip("_") or "my_films"
        raise InputError(
            f"{file} cannot be imported: its name is to be letters, digits and _; call it {better}{SUFFIX}"
        )
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
        importlib.invalidate_caches()
    _check_module(path, file)
    if _loaded.setdefault(path, content) != content:
        raise InputError(f"{file} was saved since it was loaded, and what is loaded stays: start Python again")
    try:
        with redirect_stdout(sys.stderr):  # what a command prints may be read by another
            return importlib.import_module(path.stem)
    except (Exception, SystemExit) as error:
        del _loaded[path]
        raise InputError(_told(error, path, file)) from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        near = suggestion(file.name, (path.name for path in file.parent.glob(f"*{SUFFIX}")))
        step = "name a Python file with a film, or let `lossreel new film` write one"
        raise InputError(f"{file}: there is no such file{near}; {step}") from None
    except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
        raise InputError(f"{file}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def _check_module(path: Path, file: Path) -> None:
    """Refuse a file whose name is that of another module, which would be loaded in its place."""
    try:
        spec = find_spec(path.stem)
    except ValueError:  # a module that was made by hand
        spec = None
    place = spec.origin if spec and spec.has_location else None
    if place is None or Path(place).resolve() != path:
        other = f"the module {path.stem} of {Path(place).parent}" if place else f"Python's own module {path.stem}"
        raise InputError(f"{file} has the name of {other}: rename it, say my_{path.stem}{SUFFIX}")


def _told(error: BaseException, path: Path, file: Path) -> str:
    """Say where an import failed, and of what."""
    if isinstance(error, SyntaxError) and error.filename:
        place, what = (Path(error.filename), error.lineno), error.msg
    else:
        frames = traceback.extract_tb(error.__traceback__)
        inner = [frame for frame in frames if path.parent in Path(frame.filename).parents]
        place, what = (Path(inner[-1].filename), inner[-1].lineno) if inner else (path, 1), str(error)
    name = file.parent / place[0].relative_to(path.parent) if path.parent in place[0].parents else place[0]
    return f"{name}:{place[1]}: {type(error).__name__}: {what}; --debug shows all"


# The class


def _scenes(module: ModuleType) -> Scenes:
    """The films of a module: the classes in it that inherit Film and have a name."""
    return {name: scene for name, scene in _candidates(module) if getattr(scene, "film_name", None)}


def _candidates(module: ModuleType) -> Iterator[tuple[str, type[Film]]]:
    from scenes.film import Film

    for name, one in vars(module).items():
        if isinstance(one, type) and issubclass(one, Film) and one.__module__ == module.__name__:
            yield name, one


def _choose(address: Address, scenes: Scenes, module: ModuleType) -> type[Film]:
    file, film = address
    if film in scenes:
        return scenes[film]
    if film or not scenes:
        _refuse_nameless(file, film, module)
    if film:
        there = f"{suggestion(film, scenes)}; there are: {', '.join(scenes)}" if scenes else ", and no other film"
        raise InputError(f"{file} has no film {quoted(film)}{there}")
    if not scenes:
        step = "write a class that inherits scenes.film.Film, or let `lossreel new film` write one"
        raise InputError(f"{file} has no film: {step}")
    if len(scenes) > 1:
        named = " or ".join(f"{file}:{name}" for name in scenes)
        raise InputError(f"{file} has {len(scenes)} films: name one of them, {named}")
    return next(iter(scenes.values()))


def _refuse_nameless(file: Path, film: str, module: ModuleType) -> None:
    """Refuse a class that would be the film if it had a name."""
    for name, _ in _candidates(module):
        if film in (name, ""):
            slug = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower().replace("_", "-")
            raise InputError(f'{file}: {name} has no name to be called by: write film_name = "{slug}" into the class')


def _entry(scene: type[Film], file: Path, module: ModuleType) -> Entry:
    _check_name(scene, file)
    parameters = _parameters_of(scene, file)
    names = {one.film_name for one in _scenes(module).values()}
    languages = words.take_up(file, scene.film_name, names)
    address = f"{module.__name__}:{scene.__name__}"
    return Entry(scene.film_name, parameters, address, SECONDS, file.resolve(), languages)


def _check_name(scene: type[Film], file: Path) -> None:
    name = scene.film_name
    wrong = f"{file}: film_name {quoted(str(name))} of {scene.__name__}"
    if not isinstance(name, str) or not SLUG.fullmatch(name):
        raise InputError(f'{wrong} is to be small letters, digits and hyphens, e.g. "saddle": films are named by it')
    if name in FILMS:
        raise InputError(f"{wrong} is the name of a film of lossreel's: choose another")
    if words.is_shared(name):
        raise InputError(f"{wrong} is the name of words that all films share: choose another")
    other = _named.setdefault(name, (file.resolve(), scene.__name__))
    if other != (file.resolve(), scene.__name__):
        raise InputError(f"{wrong} is that of {other[1]} in {other[0].name}, too: choose another for one of the two")


# Its parameters


def _parameters_of(scene: type[Film], file: Path) -> type[FilmParameters]:
    model = _annotation(scene)
    if not (isinstance(model, type) and issubclass(model, FilmParameters)) or model is FilmParameters:
        wanted = f"{scene.__name__}Parameters"
        raise InputError(
            f"{file}: {scene.__name__} does not say which parameters it has: write parameters: {wanted} into it, "
            f"and above it class {wanted}(FilmParameters), from scenes.parameters"
        )
    if model.experiments is FilmParameters.experiments:
        raise InputError(
            f"{file}: {model.__name__} does not say what is trained: give it a method experiments(), "
            "which returns Experiments by label, or {}"
        )
    for name, field in model.model_fields.items():
        if field.is_required():
            raise InputError(f"{file}: {model.__name__}.{name} has no default: write e.g. {name}: float = Field(2.0)")
        if name in _taken() or (name == "alpha" and "lr" in model.model_fields):
            raise InputError(f"{file}: {model.__name__}.{name} has the name of an option of all films: choose another")
    return model


def _annotation(scene: type[Film]) -> Any:
    """What the nearest class with a line `parameters: …` says there."""
    found = (inspect.get_annotations(one).get("parameters") for one in scene.__mro__)
    said = next((one for one in found if one is not None), None)
    if not isinstance(said, str):
        return said
    names = vars(sys.modules[scene.__module__])
    return reduce(lambda found, part: getattr(found, part, None), said.split(".")[1:], names.get(said.split(".")[0]))


def _taken() -> Collection[str]:
    """The names that the command line and lecture files have a meaning for already."""
    from scenes import options
    from scenes.lectures.values import FILM_KEYS

    shared = [*options.output_options(), *options.look_options(), *options.file_options(""), options.snippet_option()]
    spelled = {flag.lstrip("-").replace("-", "_") for option in shared for flag in option.opts}
    return {*spelled, *(option.name for option in shared if option.name), *FILM_KEYS, "folder", "help", "debug"}
