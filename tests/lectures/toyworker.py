"""The worker, in a process whose catalogue has the toy films."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "production")]


def entries():
    """The toy films, by name."""
    import odd_entry
    import toyfilm_entry

    return {module.ENTRY.name: module.ENTRY for module in (toyfilm_entry, odd_entry)}


def register():
    """Put the toy films into this process's catalogue."""
    from scenes import catalogue

    catalogue.FILMS.update(entries())


if __name__ == "__main__":
    from scenes.workers.worker import main

    register()
    main()
