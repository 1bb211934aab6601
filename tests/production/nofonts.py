"""The command line on a machine on which no fonts are installed: Typst has its own, and those write no Hangul."""

import functools

import typst

typst.Fonts = functools.partial(typst.Fonts, include_system_fonts=False)

if __name__ == "__main__":
    from scenes.cli import main

    main()
