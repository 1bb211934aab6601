"""What went wrong, in one line: for the command line, and for a process that makes a film for it."""

from __future__ import annotations

from learning.errors import InputError, RunError


def in_one_line(error: BaseException) -> str:
    """Say what went wrong and what to do next."""
    return " ".join(_sentence(error).split())


def _sentence(error: BaseException) -> str:
    if isinstance(error, InputError | RunError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror}"
    from scenes.ownfilms.loading import place_of

    if place := place_of(error):
        return f"{place}: {type(error).__name__}: {error}; --debug shows all"
    return f"{type(error).__name__}: {error}; run it again with --debug to see where"


def status_of(error: BaseException) -> int:
    """Return the exit status: 2 for what the user gave, 1 for what went wrong on the way."""
    return 2 if isinstance(error, InputError) else 1
