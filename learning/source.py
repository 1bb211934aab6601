"""Our own code as part of a key: which modules a module may load, and what each of them says.

Nothing is imported for it: imports are read from the source, those inside functions too. A digest is that of the
syntax tree without docstrings, so that comments and layout do not count.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

import learning
from learning.cache import SOURCES, default_root
from learning.errors import RunError
from learning.files import write_whole

PACKAGES = ("learning", "scenes")
HOME = Path(learning.__file__).parent.parent
"""The folder in which both packages stand."""

WIDE = {"avx", "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_bf16", "asimd", "sve"}
A_TICK = 0.05
"""Seconds that the times of files may be off."""


def _begin() -> float:
    """Return when this process began, in seconds since 1970; where the system does not tell, when this was loaded."""
    with suppress(OSError, ValueError, IndexError, AttributeError):
        ticks = float(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - up + ticks / os.sysconf("SC_CLK_TCK")
    return time.time()


BEGUN = _begin()

DOTTED = re.compile(r"[a-z][\w-]*(\.[\w-]+)+")
MOST_REMEMBERED = 1000
WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Source:
    """What one file says.

    Attributes:
        digest: SHA-256 of its syntax tree, 64 hexadecimal digits.
        imports: dotted names that it imports, or that may be attributes of what it imports.
        words: its strings that are dotted names, such as keys of captions.
    """

    digest: str
    imports: tuple[str, ...]
    words: tuple[str, ...]


@cache
def closure(*modules: str, apart_from: frozenset[str] = frozenset()) -> Mapping[str, Source]:
    """Return every module of ours that these modules may load, themselves included, by name.

    The answer stays the same for the life of a process, as the code that it has loaded does; see :func:`is_current`.

    Args:
        modules: Dotted names.
        apart_from: Modules that are not followed, and not returned.

    Raises:
        RunError: A module has no source, or source that cannot be read.
    """
    found: dict[str, Source] = {}
    waiting = [*modules, *_ours(modules)]
    beside = frozenset(path_of(name).parent for name in modules if name.split(".")[0] not in PACKAGES)
    while waiting:
        name = waiting.pop()
        if name in found or name in apart_from:
            continue
        found[name] = read(path_of(name))
        waiting += (near for near in _ours(_resolved(name, found[name].imports), beside) if near not in found)
    _remember()
    return MappingProxyType(dict(sorted(found.items())))


def is_current(sources: Mapping[str, Source]) -> bool:
    """Tell whether the files still say what they said, and have since this process began.

    If not, it may have loaded what they say now, or what they said before.
    """
    try:
        paths = {name: path_of(name) for name in sources}
        is_same = all(read(paths[name]) == source for name, source in sources.items())
        return is_same and not any(_was_saved_since(path) for path in paths.values())
    except (RunError, OSError):
        return False


def _was_saved_since(path: Path) -> bool:
    """Tell whether a file was saved since this process began; a time to come tells of a clock, not of that."""
    return BEGUN - A_TICK <= path.stat().st_mtime <= time.time() + A_TICK


def path_of(module: str) -> Path:
    """Return the file of a module of ours, or of one that can be imported.

    Raises:
        RunError: There is none.
    """
    found = _file_of(module)
    if found is None:
        raise RunError(f"the module {module} has no source here: install lossreel again")
    return found


@cache
def _file_of(module: str) -> Path | None:
    top, *inner = module.split(".")
    stem = HOME.joinpath(top, *inner)
    if top not in PACKAGES:  # somebody's own film; to look into a package as Python does would be to load it
        spec = find_spec(top)
        if not inner or spec is None or not spec.submodule_search_locations:
            return Path(spec.origin) if spec and spec.origin and not inner else None
        stem = Path(spec.submodule_search_locations[0]).joinpath(*inner)
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.is_file()), None)


def _ours(names: Iterable[str], beside: Collection[Path] = ()) -> Iterator[str]:
    """Return the modules among dotted names, and the packages that are loaded on the way to them.

    Args:
        names: dotted.
        beside: folders of somebody's own films: what lies there counts too.
    """
    for name in names:
        parts = name.split(".")
        if parts[0] in PACKAGES or any(_has(folder, parts[0]) for folder in beside):
            yield from (near for end in range(1, len(parts) + 1) if _file_of(near := ".".join(parts[:end])))


def _has(folder: Path, name: str) -> bool:
    """Tell whether a module or a package of that name lies in a folder."""
    return (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()


def _resolved(module: str, names: Collection[str]) -> Iterator[str]:
    """Write names that begin with dots as they are called from outside."""
    for name in names:
        level = len(name) - len(name.lstrip("."))
        parts = module.split(".")
        package = parts if path_of(module).name == "__init__.py" else parts[:-1]
        yield ".".join([*package[: len(package) - level + 1], name[level:]]) if level else name


def processor() -> str:
    """Return what this machine computes with: sums of floats differ in their last digits between kinds of it."""
    known: set[str] = set()
    with suppress(OSError):  # Linux
        said = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
        known = (
            set(next((line for line in said.splitlines() if line.startswith(("flags", "Features"))), "").split()) & WIDE
        )
    chosen = os.environ.get("ATEN_CPU_CAPABILITY", "")
    return " ".join(filter(None, (platform.machine(), *sorted(known), chosen)))


@cache
def versions(*packages: str) -> dict[str, str]:
    """Return what numbers and pictures come out of besides our code, by name, without importing it.

    Python's version, the kind of processor, and the versions of packages; "none" for one that is missing.
    """
    here = {"python": platform.python_version(), "processor": processor()}
    return {**here, **{name: _version(name) for name in packages}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


# Reading a hundred files takes 3 ms, parsing them 400: what a content says is remembered by its digest.

_remembered: dict[str, Source] = {}
_news: set[str] = set()


def read(path: Path) -> Source:
    """Return what a file of Python says.

    Raises:
        RunError: It cannot be read, or is not Python.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}); install lossreel again") from error
    name = hashlib.sha256(_reader() + content).hexdigest()
    if not _remembered:
        _recall()
    if name not in _remembered:
        _remembered[name] = _parsed(content, path)
        _news.add(name)
    return _remembered[name]


@cache
def _reader() -> bytes:
    """What a source is read by: this file, and the parser of this Python."""
    return hashlib.sha256(Path(__file__).read_bytes() + platform.python_version().encode()).digest()


def _recall() -> None:
    with suppress(OSError, LookupError, ValueError, TypeError, AttributeError):
        known = json.loads((default_root() / SOURCES).read_bytes())
        _remembered.update(
            {name: Source(said["digest"], tuple(said["imports"]), tuple(said["words"])) for name, said in known.items()}
        )


def _remember() -> None:
    """Write down what was read for the first time; a cache that cannot be written is no error."""
    if not _news:
        return
    with suppress(RunError), write_whole(default_root() / SOURCES) as file:
        newest = list(_remembered.items())[-MOST_REMEMBERED:]
        file.write(json.dumps({name: asdict(source) for name, source in newest}).encode())
        _news.clear()


def _parsed(content: bytes, path: Path) -> Source:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise RunError(f"{path}{f', line {line}' if line else ''}: is not Python ({error}); mend it") from error
    imports = tuple(sorted(set(_imports(tree))))
    strings = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    words = tuple(sorted({text for text in strings if DOTTED.fullmatch(text)}))
    return Source(_digest(tree), imports, words)


def _digest(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, WITH_DOCSTRING) and _is_text(node.body[:1]):
            node.body[0] = ast.Pass()
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _is_text(statements: list[ast.stmt]) -> bool:
    return any(
        isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str)
        for one in statements
    )


def _imports(node: ast.AST) -> Iterator[str]:
    """Return what is imported anywhere, except where only type checkers look."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        for other in node.orelse:
            yield from _imports(other)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        start = "." * node.level + (f"{node.module}." if node.module else "")
        yield from (f"{start}{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)
