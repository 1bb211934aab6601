"""Where the command begins: what takes a while to load is loaded where an interrupt is understood already."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command `lossreel`."""
    try:
        from scenes import cli
    except KeyboardInterrupt:
        sys.stderr.write("lossreel: interrupted\n")
        sys.exit(INTERRUPTED)
    cli.main()
