"""The command line, in a process whose catalogue has the toy films, and whose workers have them too."""

import sys
from pathlib import Path

import toyworker

from scenes import cli
from scenes.workers import executors

WORKER = (sys.executable, str(Path(toyworker.__file__)))

usual_executor_of = executors.executor_of


def executor_of(text, size):
    """Return the executor of that name, with workers that know the toys."""
    executor = usual_executor_of(text, size)
    executor.command = WORKER
    return executor


if __name__ == "__main__":
    toyworker.register()
    executors.executor_of = executor_of
    if "watch" in sys.argv:
        from scenes.lectures import watch

        watch.BUILD = (sys.executable, __file__)
    cli.main()
