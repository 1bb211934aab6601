"""Lecture files: what they say, and what is said of those that are wrong."""

import math
import re
import subprocess
import sys
import time
import tomllib
import unicodedata
from pathlib import Path
from typing import Literal, get_args, get_origin

import click
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from learning.errors import InputError
from learning.experiment import OPTIMIZERS
from scenes import options
from scenes.captions import LANGUAGES
from scenes.captions.starter import starter
from scenes.catalogue import FILMS
from scenes.lectures.lecture import read
from scenes.lectures.values import FILM_KEYS, LECTURE_KEYS
from scenes.production.naming import LONGEST
from scenes.production.output import FORMATS, QUALITIES, Output
from scenes.theme import THEMES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
FILM = '[[film]]\nname = "descent"\n'
LECTURE = Path("lecture.toml")


def written(text, path=LECTURE):
    """Write a lecture file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def films(text, **options):
    return read(written(text), **options).films


def film(text, **options):
    (only,) = films(text, **options)
    return only


def attempt(text, **options):
    """What a lecture file says, or else what is said of it."""
    try:
        return read(written(text), **options), ""
    except InputError as error:
        return None, str(error)


def refusal(text, **options):
    lecture, said = attempt(text, **options)
    assert lecture is None
    assert said
    assert "\n" not in said
    return said


# Examples.


def test_the_example_of_four_films():
    lecture = read(EXAMPLES / "headlines.toml")
    assert lecture.title == "How a net learns"
    assert [film.order.entry.name for film in lecture.films] == [
        "descent",
        "learning-rate",
        "flat-regions",
        "relu-nodes",
    ]
    assert [film.name for film in lecture.films][1] == "learning-rate-too-large"
    assert lecture.films[1].order.parameters.lr == (0.0083, 0.0085, 0.01)
    assert lecture.films[2].order.parameters.starts == ((-0.8, -0.3), (-10, -1))
    assert lecture.films[0].order.target == Path("media/films/headlines/descent.mp4")


def test_the_example_of_every_film_has_every_film_in_every_language():
    lecture = read(EXAMPLES / "all.toml")
    have = [(film.order.entry.name, film.order.language) for film in lecture.films]
    assert have == [(name, language) for name in FILMS for language in LANGUAGES]
    for film in lecture.films:
        assert film.order.parameters == film.order.entry.parameters()
        assert film.name == film.order.entry.name + {"en": "", "ko": "-korean"}[film.order.language]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_line_of_a_film_is_that_of_its_header(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    found = read(path).films
    assert [film.line for film in found] == [k for k, line in enumerate(lines, 1) if line == "[[film]]"]


def test_reading_loads_nothing_heavy():
    code = f"""
import sys
from pathlib import Path
from scenes.lectures.lecture import read
read(Path({str(EXAMPLES / "all.toml")!r}))
print(*sorted({{"manim", "torch", "numpy", "rich", "av", "PIL"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout.strip(), done.stderr) == ("", "")


# Where a film goes, and what it is called.


def test_the_least_of_a_lecture():
    only = film(FILM)
    assert (only.name, only.line) == ("descent", 1)
    assert only.order.target == only.order.output.path == Path("media/films/lecture/descent.mp4")
    assert only.order.output.settings == Output.choose().settings
    assert (only.order.theme, only.order.language) == ("dark", "en")
    assert read(LECTURE).title == "lecture"


def test_films_go_where_the_file_says_seen_from_the_file():
    path = written(f'title = "x"\nfolder = "../slides"\n{FILM}', Path("week/three.toml"))
    assert read(path).films[0].order.target == Path("week/../slides/descent.mp4")
    assert read(path.absolute()).films[0].order.target == Path("week/../slides/descent.mp4")
    assert read(path, folder=Path("out")).films[0].order.target == Path("out/descent.mp4")
    written(FILM, path)
    assert read(path).films[0].order.target == Path("media/films/three/descent.mp4")


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("too large", "descent-too-large"),
        ("α = 0.0083", "descent-α-0.0083"),
        ("경사 하강", "descent-경사-하강"),
        (unicodedata.normalize("NFD", "경사"), "descent-경사"),
        ("../../etc/passwd", "descent-etc-passwd"),
        ("a.mp4", "descent-a-mp4"),
        ("..1.5..", "descent-1.5"),
        (' <>:"/\\\\|?* x\\n.', "descent-x"),
        ("CON", "descent-CON"),
    ],
)
def test_a_label_becomes_part_of_the_name(label, name):
    escaped = label.replace('"', '\\"')
    assert film(f'{FILM}label = "{escaped}"').name == name


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from(FORMATS))
@example("x.png", "png")
@example("x.gif", "png")
@example("가" * 100, "mp4")
def test_any_label_gives_a_name_that_is_safe_everywhere(label, kind):
    lecture, said = attempt(f'{FILM}format = "{kind}"\nlabel = "{quoted(label)}"')
    if lecture is None:
        assert "line 4: label" in said
        assert "\0" in label or not any(char.isalnum() for char in label)
        return
    (found,) = lecture.films
    assert found.order.target.parent == Path("media/films/lecture")
    assert found.order.target.name == found.name + found.order.output.suffix
    assert len(found.name.encode()) <= LONGEST
    assert found.name.startswith("descent-")
    assert not set(found.name) & set('<>:"/\\|?* \t\n\r\0')
    assert found.name[-1] not in ".-"
    assert unicodedata.normalize("NFC", found.name) == found.name


def quoted(text):
    return "".join(f"\\U{ord(char):08x}" for char in text)


def test_films_that_would_have_one_name_are_refused():
    assert refusal(FILM + "lr = 1\n\n" + FILM) == (
        "lecture.toml, line 5: this film and that of line 1 would both be descent: "
        'give one of them a label of its own, e.g. label = "again"'
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('label = "A b"', 'label = "a/B"'),
        ('format = "webm"', 'format = "mp4"'),
        ("last_frame = true", ""),
        ('label = "straße"', 'label = "STRASSE"'),
        (f'label = "{unicodedata.normalize("NFD", "é")}"', 'label = "É"'),
    ],
)
def test_names_that_differ_too_little_are_refused(one, other):
    assert "line 5: this film and that of line 2" in refusal(f"\n{FILM}{one}\n{FILM}{other}\n")


# Settings.


def test_a_film_takes_the_settings_of_the_lecture_that_it_has_not():
    shared = 'language = "ko"\ntheme = "light"\nformat = "webm"\ntransparent = true\n'
    first, second = films(f'{shared}{FILM}{FILM}label = "b"\nlanguage = "en"\ntheme = "dark"\nformat = "mov"')
    assert (first.order.language, first.order.theme) == ("ko", "light")
    assert (second.order.language, second.order.theme) == ("en", "dark")
    assert [one.order.output.format for one in (first, second)] == ["webm", "mov"]
    assert first.order.output.transparent
    assert second.order.output.transparent


MEASURES = [
    ("", "", (1920, 1080, 30)),
    ('quality = "l"', "", (854, 480, 15)),
    ('quality = "h"\nresolution = [640, 360]\nfps = 24', "", (640, 360, 24)),
    ("resolution = [640, 360]\nfps = 24", 'quality = "h"', (1920, 1080, 60)),
    ('quality = "l"', 'quality = "h"', (1920, 1080, 60)),
    ('quality = "l"', "fps = 10", (854, 480, 10)),
    ('quality = "l"', 'resolution = "640,360"', (640, 360, 15)),
    ("fps = 24", "resolution = [640, 360]", (640, 360, 24)),
    ('quality = "h"', 'format = "gif"', (1920, 1080, 15)),
    ('format = "gif"', "last_frame = true", (1920, 1080, 30)),
]


@pytest.mark.parametrize(("shared", "own", "expected"), MEASURES)
def test_size_and_rate_of_the_film_win_over_those_of_the_lecture(shared, own, expected):
    output = film(f"{shared}\n{FILM}{own}").order.output
    assert (output.width, output.height, output.fps) == expected


@pytest.mark.parametrize(("shared", "own", "_"), MEASURES)
def test_a_quality_from_outside_wins_over_all(shared, own, _):
    output = film(f"{shared}\n{FILM}{own}", quality="m").order.output
    assert (output.width, output.height) == (1280, 720)
    assert output.fps == (15 if output.format == "gif" else 30)


def test_a_quality_from_outside_is_checked():
    with pytest.raises(InputError, match=r'^quality "z" is unknown; choose one of l, m, h, p, k$'):
        read(written(FILM), quality="z")


def test_a_last_frame_is_a_picture_whatever_the_lecture_is():
    output = film(f'format = "mov"\ntransparent = true\n{FILM}last-frame = true').order.output
    assert (output.format, output.last_frame, output.transparent, output.suffix) == ("png", True, True, ".png")


def test_frames_go_into_a_folder():
    assert film(f'{FILM}format = "png"\nlabel = "v 1.5"').order.target == Path("media/films/lecture/descent-v-1.5")


# Parameters.


def test_no_parameter_is_called_like_a_setting():
    for entry in FILMS.values():
        assert not set(entry.parameters.model_fields) & {*FILM_KEYS, *LECTURE_KEYS, "film", "defaults"}


@pytest.mark.parametrize(
    ("name", "line", "value"),
    [
        ("descent", "alpha = 0.5", {"lr": 0.5}),
        ("descent", "epochs = 1e3", {"epochs": 1000}),
        ("descent", "start = [9, -4.5]", {"start": (9, -4.5)}),
        ("descent", 'start = "9,-4.5"', {"start": (9, -4.5)}),
        ("descent", 'optimizer = "adam"', {"optimizer": "adam"}),
        ("descent", 'data = "regression"', {"data": "regression"}),
        ("learning-rate", "lr = 0.25", {"lr": (0.25,)}),
        ("learning-rate", "alpha = [1, 2.5]", {"lr": (1, 2.5)}),
        ("flat-regions", "starts = [1, 2]", {"starts": ((1, 2),)}),
        ("flat-regions", 'starts = "1,2"', {"starts": ((1, 2),)}),
        ("flat-regions", 'starts = ["1,2", [3, 4]]', {"starts": ((1, 2), (3, 4))}),
        ("flat-regions", "window = [-1, 1, -2, 2]", {"window": (-1, 1, -2, 2)}),
        ("optimizers", 'optimizers = "momentum"', {"optimizers": ("momentum",)}),
        ("relu-nodes", "data-seed = 7\nslopes = [0, 1]", {"data_seed": 7, "slopes": (0, 1)}),
        ("stuck", "data_seed = 7\nsizes = 4", {"data_seed": 7, "sizes": (4,)}),
    ],
)
def test_parameters_are_written_as_toml_has_them(name, line, value):
    model = FILMS[name].parameters
    assert film(f'[[film]]\nname = "{name}"\n{line}').order.parameters == model(**value)


def test_defaults_go_to_the_films_that_have_them_and_do_not_insist():
    defaults = "[defaults]\nalpha = 0.5\nnodes = 3\ndata-seed = 1\n"
    text = f'{defaults}[[film]]\nname = "descent"\n[[film]]\nname = "stuck"\nlr = 0.25'
    descent, stuck = films(text)
    assert descent.order.parameters == FILMS["descent"].parameters(lr=0.5)
    assert stuck.order.parameters == FILMS["stuck"].parameters(lr=0.25, nodes=3, data_seed=1)


# Captions of one's own


def japanese(path="ja.toml", *films):
    return written(starter(films, "en").replace('start = "start"', 'start = "出発点"'), Path(path))


def test_captions_are_sought_from_the_lecture_file_and_a_films_own_language_wins():
    own = japanese("week/ja.toml", "descent", "stuck")
    path = written(
        f'captions = "ja.toml"\n{FILM}\n{FILM}label = "b"\nlanguage = "ko"\n[[film]]\nname = "stuck"\n',
        Path("week/three.toml"),
    )
    assert [film.order.language for film in read(path).films] == [str(own), "ko", str(own)]
    written(f'language = "ko"\n{FILM}{FILM}label = "b"\ncaptions = "{own.absolute()}"\n', path)
    assert [(film.order.language, film.order.tag) for film in read(path).films] == [("ko", "ko"), (str(own), "ja")]


@pytest.mark.parametrize(
    ("above", "below", "line", "said"),
    [
        ('captions = "ja.toml"\nlanguage = "ko"\n', "", 1, "captions and language both choose a language: give one"),
        ("", 'captions = "fr.toml"', 3, r"fr.toml: there is no such file .*; name a file with captions: "),
        ("", 'captions = "ko"', 3, 'captions = "ko": must be the name of a TOML file .* for en or ko write language'),
        ("", "captions = 3", 3, "captions = 3: must be the name of a TOML file between quotes"),
        ('captions = "ja.toml"\n', '[[film]]\nname = "stuck"', 1, "ja.toml: [0-9]+ texts of stuck are missing: stuck."),
        ('captions = "japanese.toml"\n', "", 1, 'captions "japanese.toml": the file\'s name is to tell its language'),
    ],
)
def test_what_is_wrong_with_captions_is_said_with_the_line_that_names_them(above, below, line, said):
    japanese("ja.toml", "descent")
    japanese("japanese.toml", "descent")
    message = refusal(f"{above}{FILM}{below}")
    assert re.match(rf"lecture.toml, line {line}: {said}", message), message
    assert "\n" not in message


def test_data_files_are_sought_from_the_lecture_file():
    csv = written("x,y\n0,1\n1,2\n", Path("week/points.csv"))
    path = written(FILM + 'data = "points.csv"', Path("week/three.toml"))
    for asked in (path, path.absolute()):
        assert read(asked).films[0].order.parameters.data == str(csv)
    written(f"[defaults]\ndata = '{csv.absolute()}'\n{FILM}", path)
    assert read(path).films[0].order.parameters.data == str(csv)
    written(FILM + 'data = "none.csv"', path)
    with pytest.raises(InputError, match=r"three\.toml, line 3: week.none\.csv: there is no such file"):
        read(path)


def numbers(kind, field):
    """Numbers of a type within the bounds that a field has."""
    bounds = {}
    for rule in field.metadata if field else ():
        bounds |= {name: getattr(rule, name) for name in ("gt", "ge", "lt", "le") if hasattr(rule, name)}
    low, high = bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))
    if kind is int:
        return st.integers(low, high)
    return st.floats(
        low, high, exclude_min="gt" in bounds, exclude_max="lt" in bounds, allow_nan=False, allow_infinity=False
    )


TEXTS = {
    "data": st.sampled_from(["regression", "logistic", "broken-line", "points.csv"]),
    "x": st.sampled_from("xy"),
    "y": st.sampled_from("xy"),
    "optimizer": st.sampled_from([*OPTIMIZERS, "sgd", "ADAM"]),
    "optimizers": st.sampled_from([*OPTIMIZERS, "momentum", "adam"]),
}


def values(name, annotation, field):
    """Values of any type that a film's parameter has."""
    if get_origin(annotation) is not None and hasattr(annotation, "__metadata__"):
        return values(name, annotation.__origin__, annotation)
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if options.is_list(annotation):
        return st.lists(values(name, get_args(annotation)[0], None), min_size=1, max_size=5).map(tuple)
    if get_origin(annotation) is tuple:
        return st.tuples(*(values(name, part, None) for part in get_args(annotation)))
    if annotation in (str, str | None):
        return TEXTS[name]
    if annotation is bool:
        return st.booleans()
    return numbers(annotation, Bounds(field))


class Bounds:
    """The rules of a field, or of an annotated type, in one place."""

    def __init__(self, field):
        found = [*getattr(field, "metadata", ()), *getattr(field, "__metadata__", ())]
        self.metadata = [rule for one in found for rule in [one, *getattr(one, "metadata", ())]]


@st.composite
def parameters(draw):
    """A film, and some of its parameters."""
    entry = draw(st.sampled_from(list(FILMS.values())))
    fields = entry.parameters.model_fields
    names = draw(st.lists(st.sampled_from(list(fields)), unique=True, max_size=4))
    return entry, {name: draw(values(name, fields[name].annotation, fields[name])) for name in names}


def toml(value):
    """Write a value as TOML."""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)


def word(value):
    """Write a value as the command line takes it."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def from_command_line(entry, given_values):
    """What the command line makes of the same values."""
    found = []
    command = click.Command(
        "c",
        params=options.parameter_options(entry.parameters),
        callback=lambda **given_options: found.append(options.parameters_from(entry.parameters, given_options)),
    )
    arguments = []
    for name, value in given_values.items():
        option = name.replace("_", "-")
        listed = options.is_list(entry.parameters.model_fields[name].annotation)
        if isinstance(value, bool):
            arguments.append(f"--{option}" if value else f"--no-{option}")
            continue
        for one in value if listed else [value]:
            arguments.append(f"--{option}={word(one)}")
    command.main(arguments, standalone_mode=False)
    return found[0]


@settings(deadline=None, max_examples=200)
@given(parameters(), st.booleans(), st.booleans())
def test_a_lecture_file_means_what_the_command_line_means(asked, hyphens, as_default):
    entry, given_values = asked
    Path("points.csv").write_text("x,y\n0,1\n1,0\n")
    try:
        expected = from_command_line(entry, given_values)
    except InputError:
        assume(False)
    lines = [f"{name.replace('_', '-') if hyphens else name} = {toml(value)}" for name, value in given_values.items()]
    head = [f'[[film]]\nname = "{entry.name}"']
    text = "\n".join(["[defaults]", *lines, *head] if as_default else [*head, *lines])
    assert tomllib.loads(text)
    assert film(text).order.parameters == expected


# What is refused, and what is said of it.

REFUSED = [
    # (before, in the film, line, what is said)
    ("", "learnrate = 1", 3, 'parameter "learnrate" is unknown (did you mean "lr"?); choose one of lr, start, '),
    ("", "lrr = 1", 3, 'parameter "lrr" is unknown (did you mean "lr"?)'),
    ("", "\n# x\nepoch = 1", 5, '(did you mean "epochs"?)'),
    ("", "langage = 'ko'", 3, '(did you mean "language"?)'),
    ("", "title = 'x'", 3, '"title" belongs to the whole lecture: put it above the first [[film]]'),
    ("", "lr = -1", 3, "lr = -1: must be greater than 0; the default is 0.001"),
    ("", 'lr = "abc"', 3, 'lr = "abc": must be a number, without quotes; the default is 0.001'),
    ("", 'lr = "0.1"', 3, 'lr = "0.1": must be a number, without quotes'),
    ("", "lr = nan", 3, "lr = nan: must be a finite number"),
    ("", "lr = -inf", 3, "lr = -inf: must be a finite number"),
    ("", "lr = [0.1, 0.2]", 3, "lr = [0.1, 0.2]: must be a number"),
    ("", "lr = 1979-05-27", 3, "lr = 1979-05-27: must be a number"),
    ("", "lr = 07:32:00", 3, "lr = 07:32:00: must be a number"),
    ("", "lr = { a = 1 }", 3, "lr is a table: must be a number"),
    ("", "epochs = 3\n[film.lr]\na = 1", 4, "lr is a table: must be a number"),
    ("", "epochs = true", 3, "epochs = true: must be a whole number; the default is 30"),
    ("", "epochs = 1.5", 3, "epochs = 1.5: must be a valid integer"),
    ("", "epochs = inf", 3, "epochs = inf: must be a finite number"),
    ("", "start = [1]", 3, '"1" is not two numbers'),
    ("", "start = [true, 1]", 3, "start = [true, 1]: must be 2 numbers between brackets"),
    ("", 'start = ["1", "2"]', 3, 'start = ["1", "2"]: must be 2 numbers between brackets, without quotes'),
    ("", 'start = "1;2"', 3, '"1;2" is not two numbers'),
    ("", "loss = 3", 3, 'loss = 3: must be one of "sse", "mse"'),
    ("", 'loss = "msee"', 3, 'loss "msee" is unknown (did you mean "mse"?)'),
    ("", "optimizer = 3", 3, "optimizer = 3: must be text between quotes"),
    ("", 'optimizer = "sdg"', 3, 'optimizer "sdg" is unknown (did you mean "SGD"?)'),
    ("", 'data = "regresion"', 3, 'data "regresion" is unknown (did you mean "regression"?)'),
    ("", 'data = "no.csv"', 3, "no.csv: there is no such file; give the path of a CSV file"),
    ("", 'data = "a\\u0000.csv"', 3, "data = "),
    ("", "lr = 0.1\nalpha = 0.2", 4, '"alpha" and "lr" are the same: give one of the two'),
    ("", "last-frame = true\nlast_frame = true", 4, '"last_frame" and "last-frame" are the same'),
    ("", "lr = 0.1\nepochs = 3\nlr = 0.2", 5, "cannot overwrite a value"),
    ("", 'label = "?!"', 3, 'label "?!" has no letter or digit: files are named by it'),
    ("", "label = 3", 3, 'label = 3: must be text between quotes, e.g. label = "too large"'),
    ("", 'label = " "', 3, 'label = " ": must be text'),
    ("", 'language = "kr"', 3, 'language "kr" is unknown; choose one of en, ko'),
    ("", 'theme = "drak"', 3, 'theme "drak" is unknown (did you mean "dark"?)'),
    ("", "last_frame = 1", 3, "last_frame = 1: must be true or false"),
    ("", 'last_frame = true\nformat = "gif"', 4, "last_frame writes one PNG, not gif: leave out format"),
    ("", 'fps = 30\nformat = "gif"', 3, "30 frames a second is too fast for gif: at most 15, or format mp4"),
    ("", "transparent = true", 3, "mp4 cannot be transparent: choose format mov, webm, png, gif, webp, or leave out"),
    ("", "resolution = [1281, 720]", 3, "size 1281x720 is odd: video needs even numbers, e.g. resolution = [1282"),
    ("", "resolution = [1280]", 3, "resolution = [1280]: must be width and height in pixels, e.g. resolution = [1280"),
    ("", "resolution = [1280.5, 720]", 3, "resolution = [1280.5, 720]: must be width and height"),
    ("", "resolution = [true, 720]", 3, "resolution = [true, 720]: must be width and height"),
    ("", 'resolution = "1280x720"', 3, "must be width and height"),
    ("", "resolution = [0, 0]", 3, "size 0x0 is out of bounds: from 16x16 to 7680x4320, e.g. resolution = [1920"),
    ("", "fps = 0", 3, "0 frames a second is out of bounds: from 1 to 120, e.g. fps = 30"),
    ("", "fps = 29.97", 3, "fps = 29.97: must be a whole number"),
    ("", "fps = true", 3, "fps = true: must be a whole number"),
    ("title = 3\n", "", 1, "title = 3: must be text between quotes"),
    ("titel = 'x'\n", "", 1, 'key "titel" is unknown (did you mean "title"?); choose one of title, language, '),
    ("\nlr = 1\n", "", 2, '"lr" is a parameter of films: put it below [defaults], or below the [[film]] that it'),
    ("label = 'x'\n", "", 1, '"label" belongs to one film'),
    ("quality = 'x'\n", "", 1, 'quality "x" is unknown; choose one of l, m, h, p, k'),
    ("folder = ''\n", "", 1, 'folder = "": must be the name of a folder'),
    ("folder = \"a\\u0000\"\n", "", 1, "must be the name of a folder"),
    ("transparent = true\n", "", 1, "mp4 cannot be transparent"),
    ("transparent = true\n", "", 1, "(for the film of line 2)"),
    ("fps = 30\n", 'format = "gif"', 4, "30 frames a second is too fast for gif"),
    ("defaults = 3\n", "", 1, "defaults is not a table"),
    ("[defaults]\nnodes = 3\n", "", 2, 'parameter "nodes" is known to no film of the lecture; choose one of lr, start'),
    ("[defaults]\nlernrate = 3\n", "", 2, '(did you mean "lr"?)'),
    ("[defaults]\ntheme = 'x'\n", "", 2, '"theme" is a setting of the whole lecture'),
    ("[defaults]\nlabel = 'x'\n", "", 2, '"label" belongs to one film'),
    ("[defaults]\nlr = [1, 2]\n", "", 2, "lr = [1, 2]: must be a number; the default is 0.001 (for the film of"),
    ("[defaults]\nlr = -1\n", "", 2, "lr = -1: must be greater than 0; the default is 0.001 (for the film of line 3)"),
    ("[defaults]\nlr = -1\n", "epochs = -1", 2, "lr = -1: must be greater than 0"),
    ("[defaults]\nlr = 1\n", "epochs = -1", 5, "epochs = -1: must be greater"),
    ("[defaults]\nlr = 1\nalpha = 1\n", "", 3, '"alpha" and "lr" are the same'),
    ("[[films]]\n", "", 1, 'key "films" is unknown (did you mean "film"?)'),
    ('[[film]]\nnmae = "descent"\n', "", 2, '"nmae" is unknown (did you mean "name"?)'),
    ("[[film]]\n", "", 1, 'this film has no name: add e.g. name = "descent"; there are: descent, tangent'),
    ("[[film]]\nname = 'flat-region'\n", "", 2, "no film is called 'flat-region'; did you mean 'flat-regions'?"),
    ("[[film]]\nname = 3\n", "", 2, "name = 3: must be the name of a film between quotes"),
    ("", "lr = abc", 3, 'invalid value in "lr = abc", column 6; a text stands between double quotes, a number'),
    ("", "lr = ", 3, "invalid value"),
    ("", 'x = "abc', 3, "close it with double quotes"),
    ("", 'x = "abc\ny = 1', 3, "close the text with double quotes"),
    ("", "x = '''abc\ny = 1\n\n", 3, "close it with"),
    ("", "x = [1,\n2", 3, "unclosed array in \"x = [1,\"; close it with ]"),
    ("", 'x = "C:\\q"', 3, "for a backslash"),
    ("", "a b", 3, "a line is key = value, [defaults] or [[film]]"),
    ("", "[[film]", 3, "two brackets on both sides, as [[film]]"),
    ("", "[film]", 3, "every film begins with [[film]]"),
    ("a = 1\n", "x = " + "[" * 5000, 4, "this goes too deep"),
    ("a = 1\n", "x = " + "9" * 5000, 4, "too long a number"),
    ("", "lr = " + "9" * 400, 3, "must be a valid number"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "own", "line", "said"), REFUSED)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_error_names_file_line_and_the_next_step(before, own, line, said, end):
    found = refusal(f"{before}{FILM}{own}".replace("\n", end))
    assert found.startswith(f"lecture.toml, line {line}: ")
    assert said in found


def test_a_fault_of_the_film_itself_needs_no_remark():
    assert refusal(f"{FILM}lr = -1") == "lecture.toml, line 3: lr = -1: must be greater than 0; the default is 0.001"


def test_a_list_of_nothing_is_refused():
    text = '[[film]]\nname = "flat-regions"\nstarts = []'
    assert refusal(text).startswith("lecture.toml, line 3: starts has 0 values: give at least 1; the default is")


def test_no_error_speaks_of_options_of_the_command_line():
    for before, own, *_ in REFUSED:
        found = refusal(f"{before}{FILM}{own}")
        assert not re.search(r"(?<!\S)(--[a-z]|-[a-z]\b)", found), found


def test_an_error_names_the_file_as_it_was_named():
    path = written(FILM + "lr = 0", Path("week 3/a.toml"))
    with pytest.raises(InputError, match=r"^week 3.a\.toml, line 3: lr = 0: must be greater than 0"):
        read(path)


def test_films_in_an_array_have_lines_of_their_own():
    text = 'film = [\n  { name = "descent" },\n  # { name = "stuck" }\n  { name = "stuck", nodes = 0 },\n]\n'
    assert refusal(text).startswith("lecture.toml, line 4: nodes = 0: must be")
    assert [film.line for film in films(text.replace("nodes = 0", "nodes = 1"))] == [2, 4]


@pytest.mark.parametrize("text", ["", "title = 'x'\n", "film = []\n", "# [[film]]\n"])
def test_a_lecture_of_no_film_is_refused(text):
    assert refusal(text) == 'lecture.toml has no film: add a line [[film]], and below it name = "descent"'


@pytest.mark.parametrize("text", ["film = 'x'\n", "[film]\nname = 'x'\n", "film = [1]\n"])
def test_films_that_are_no_tables_are_refused(text):
    assert "line 1: film is not a list of tables: begin every film with [[film]]" in refusal(text)


def test_files_that_cannot_be_read(tmp_path):
    written(FILM, Path("lecture.toml"))
    for name, said in {
        "lectur.toml": 'lectur.toml: there is no such file (did you mean "lecture.toml"?); name a lecture file',
        "lecture": 'lecture: there is no such file (did you mean "lecture.toml"?)',
        "other/x.toml": "there is no such file; name a lecture file: lossreel build LECTURE.toml",
        "a\0b": "cannot be read",
        str(tmp_path): f"{tmp_path} is a folder: name a lecture file, such as",
        "lecture.toml/x": "cannot be read",
    }.items():
        with pytest.raises(InputError) as error:
            read(Path(name))
        assert said in str(error.value)


@pytest.mark.parametrize(
    ("content", "line", "byte"),
    [(b"\xff\xfe[\0", 1, "0xff"), (b"title = 'x'\n\n# \xe9\n", 3, "0xe9"), (b"\n\xea\xb0", 2, "0xea")],
)
def test_a_file_that_is_not_utf_8_is_refused(content, line, byte):
    assert refusal(content) == f"lecture.toml, line {line}: byte {byte} is not UTF-8: save the file as UTF-8"


def test_a_mark_of_byte_order_is_accepted():
    assert film(b"\xef\xbb\xbf" + FILM.encode()).line == 1


# Anything at all is either read or refused in one line.

SCALARS = st.one_of(
    st.booleans(),
    st.integers(),
    st.integers(-5, 5),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(["descent", "0.1", "1,2", "a.csv", "SGD", "mse", "png", "ko", "h"]),
    st.dates().map(lambda date: date),
    st.times(),
    st.datetimes(),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.sampled_from("abc"), inner, max_size=2)),
    max_leaves=6,
)


def anything(value):
    """Write any value as TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {anything(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(anything, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{quoted(value)}"'
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


KEYS = sorted(
    {*FILM_KEYS, *LECTURE_KEYS, "alpha", "lrr", *(key for one in FILMS.values() for key in one.parameters.model_fields)}
)


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(list(FILMS)), st.sampled_from(KEYS), ANYTHING, st.sampled_from(["top", "defaults", "film"]))
def test_any_value_of_any_key_is_taken_or_refused_in_its_line(name, key, value, where):
    line = f"{key} = {anything(value)}"
    before = {"top": line, "defaults": f"[defaults]\n{line}", "film": ""}[where]
    named = "" if where == "film" and key == "name" else f'name = "{name}"'
    text = f"{before}\n[[film]]\n{named}\n{line if where == 'film' else ''}"
    lecture, said = attempt(text)
    if lecture is None:
        assert said.startswith(f"lecture.toml, line {text.split(chr(10)).index(line) + 1}: ")
        assert "\n" not in said
        return
    given_value = value[0] if isinstance(value, list) and value else value
    assert isinstance(given_value, int | float | str | list) or key == "transparent"
    assert not isinstance(given_value, float) or math.isfinite(given_value)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(data):
    content = bytearray((EXAMPLES / "headlines.toml").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(start + 20, len(content))))
        content[start:end] = data.draw(
            st.one_of(st.binary(max_size=3), st.sampled_from([b'"', b"[", b"]", b"\n", b"'''", b"="]))
        )
    lecture, said = attempt(bytes(content))
    assert lecture.films if lecture else said.startswith("lecture.toml")


def test_an_error_in_a_thousand_lines_is_found_within_a_second():
    many = "".join(
        f'[[film]]\nname = "descent"\nlabel = "number {k}"\nlr = 0.001\nstart = [-5, 10]\n' for k in range(199)
    )
    text = f"{many}[[film]]\nname = 'stuck'\nseed = 3\nnodes = 2\nlr = 0\n"
    begun = time.process_time()
    assert refusal(text).startswith("lecture.toml, line 1000: lr = 0: must be")
    assert time.process_time() - begun < 1
    begun = time.process_time()
    assert films(text.replace("lr = 0\n", "lr = 1\n"))[-1].line == 996
    assert time.process_time() - begun < 1


def test_every_choice_is_accepted():
    for key, choices in {"theme": THEMES, "language": LANGUAGES, "quality": QUALITIES, "format": FORMATS}.items():
        for choice in choices:
            assert film(f'{key} = "{choice}"\n{FILM}').order == film(f'{FILM}{key} = "{choice}"').order


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("lr = 0,1", "a decimal number has a point, as 0.1"),
        ("start = 5,-4", "several numbers stand in brackets, as [5, -4]"),
        ("start = (5,-4)", "several numbers stand in brackets, as [5, -4]"),
        ("lr = .01", "a number begins with a digit: 0.01"),
        ("lr = 1.", "a number ends with a digit: 5.0"),
        ("last_frame = True", "write true or false, in small letters"),
        ("transparent = yes # please", "write true or false, in small letters"),
        ("name = “descent”", "text stands between straight quotes"),
        (r'data = "C:\Users\d.csv"', "for a backslash, or put the text between single quotes"),
        ("[[film]", "two brackets on both sides, as [[film]]"),
    ],
)
def test_usual_slips_of_the_pen_get_the_advice_that_helps(line, advice):
    Path("lecture.toml").write_text(f'[[film]]\nname = "descent"\n{line}\n')
    with pytest.raises(InputError, match=re.escape(advice)) as refusal:
        read(Path("lecture.toml"))
    assert "lecture.toml, line 3: " in str(refusal.value)
