"""Output settings, and the names that they give to files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toyfilm import ENTRY, ToyParameters

from learning.errors import InputError
from scenes.production.files import sign
from scenes.production.naming import LONGEST, film_name, film_path, history_names
from scenes.production.output import Output


def test_nothing_asked_for_is_full_hd_at_thirty():
    chosen = Output.choose()
    assert (chosen.format, chosen.width, chosen.height, chosen.fps) == ("mp4", 1920, 1080, 30)


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        ("l", (854, 480, 15)),
        ("m", (1280, 720, 30)),
        ("h", (1920, 1080, 60)),
        ("p", (2560, 1440, 60)),
        ("k", (3840, 2160, 60)),
    ],
)
def test_quality_letters_are_those_of_manim(letter, expected):
    chosen = Output.choose(quality=letter)
    assert (chosen.width, chosen.height, chosen.fps) == expected


def test_size_and_rate_overrule_the_letter():
    chosen = Output.choose(quality="h", size=(640, 360), fps=24)
    assert (chosen.width, chosen.height, chosen.fps) == (640, 360, 24)


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_pictures_are_not_faster_than_fifteen(name):
    assert Output.choose(format=name, quality="h").fps == 15
    assert Output.choose(format=name, fps=10).fps == 10
    with pytest.raises(InputError, match="30 frames a second is too fast"):
        Output.choose(format=name, fps=30)


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_what_goes_onto_a_web_page_is_small_unless_a_size_is_asked_for(name):
    chosen = Output.choose(format=name)
    assert (chosen.width, chosen.height, chosen.fps) == (854, 480, 15)
    assert Output.choose(format=name, size=(1280, 720)).width == 1280
    assert Output.choose(path=Path(f"a.{name}")).width == 854


def test_stills_are_a_folder_of_pictures():
    chosen = Output.choose(stills=True)
    assert (chosen.format, chosen.is_folder, chosen.moves, chosen.width) == ("png", True, False, 1920)
    assert Output.choose(stills=True, path=Path("some.stills")).is_folder


@pytest.mark.parametrize("options", [{"format": "gif"}, {"stills": True}, {"last_frame": True}, {"format": "png"}])
def test_only_films_can_be_cut(options):
    assert not Output.choose(**options).is_video
    assert Output.choose(format="webm").is_video


@pytest.mark.parametrize(
    ("path", "name", "last", "expected"),
    [
        ("a/film.webm", None, False, "webm"),
        ("film.GIF", None, False, "gif"),
        ("lr-0.0085", None, False, "mp4"),
        ("film", "mov", False, "mov"),
        ("film.png", None, True, "png"),
        ("frames.png", "png", False, "png"),
        (None, None, True, "png"),
    ],
)
def test_the_name_may_choose_the_format(path, name, last, expected):
    path = Path(path) if path else None
    assert Output.choose(path=path, format=name, last_frame=last).format == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": (1281, 720)}, "odd.*-r 1282,720"),
        ({"size": (1280, 721)}, "odd"),
        ({"size": (0, 720)}, "out of bounds"),
        ({"size": (1280, -2)}, "out of bounds"),
        ({"size": (20000, 20000)}, "out of bounds"),
        ({"fps": 0}, "0 frames a second"),
        ({"fps": 1000}, "1000 frames a second"),
        ({"quality": "x"}, 'quality "x".*l, m, h, p, k'),
        ({"format": "avi"}, 'format "avi".*mp4'),
        ({"format": "mp44"}, 'did you mean "mp4"'),
        ({"path": Path("film.avi")}, 'format "avi"'),
        ({"path": Path("film.png")}, "add -s"),
        ({"path": Path("film.webm"), "format": "gif"}, "disagree"),
        ({"transparent": True}, "mov, webm, png, gif, webp"),
        ({"last_frame": True, "format": "gif"}, "one PNG, not gif"),
        ({"stills": True, "format": "gif"}, "PNG files, not gif"),
        ({"stills": True, "last_frame": True}, "choose one of the two"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(options, message):
    with pytest.raises(InputError, match=message) as refusal:
        Output.choose(**options)
    assert "\n" not in str(refusal.value)


def name(output=None, theme="dark", language="en", **parameters):
    return film_name(ENTRY, ToyParameters(**parameters), output or Output(), theme, language)


def test_a_name_tells_what_differs_from_the_defaults():
    assert name() == "toy"
    assert name(lr=0.0085) == "toy-lr-0.0085"
    assert name(lr=0.0085, theme="light", language="ko") == "toy-lr-0.0085-light-ko"
    assert name(rates=(0.5, 0.25)) == "toy-rates-0.5_0.25"
    assert name(lr=1e-7) == "toy-lr-1e-07"


def test_a_name_tells_size_and_rate_that_are_not_the_usual():
    assert name(Output(width=854, height=480, fps=15)) == "toy-854x480-15fps"
    assert name(Output(fps=60)) == "toy-60fps"
    assert name(Output("gif", 854, 480, 15)) == "toy"
    assert name(Output("gif", fps=15)) == "toy-1920x1080"
    assert name(Output("png", stills=True)) == "toy-stills"
    assert name(Output("mov", transparent=True)) == "toy-transparent"
    assert name(Output("png", last_frame=True)) == "toy-last"


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=40).map(tuple))
def test_a_name_is_safe_and_short(rates):
    found = name(rates=rates)
    assert len(found.encode()) <= LONGEST
    assert not set(found) & set('<>:"/\\|?* \t\n,')
    assert not found.endswith(".")


def test_long_lists_that_differ_have_names_that_differ():
    many = tuple(0.001 * k for k in range(1, 100))
    assert name(rates=many) != name(rates=(*many[:-1], 0.5))


def test_files_of_one_name_in_two_folders_do_not_collide():
    from scenes.catalogue import FILMS
    from scenes.parameters import DescentParameters

    descent = FILMS["descent"]
    names = [
        film_name(descent, DescentParameters(data=path), Output(), "dark", "en") for path in ("a/p.csv", "b/p.csv")
    ]
    assert len(set(names)) == 2
    assert film_name(descent, DescentParameters(data="점.csv"), Output(), "dark", "en") == "descent-data-점"


def path(output):
    return film_path(ENTRY, ToyParameters(), output, "dark", "en")


def test_films_go_to_media_unless_a_place_is_given(tmp_path):
    (tmp_path / "slides").mkdir()
    assert path(Output()) == Path("media/films/toy.mp4")
    assert path(Output(path=Path("a/b.mp4"))) == Path("a/b.mp4")
    assert path(Output(path=Path("a/lr-0.0085"))) == Path("a/lr-0.0085.mp4")
    assert path(Output(path=tmp_path / "slides")) == tmp_path / "slides" / "toy.mp4"
    assert path(Output("png")) == Path("media/films/toy")
    assert path(Output("png", path=Path("frames.png"))) == Path("frames")


def test_a_folder_that_holds_something_else_is_not_replaced(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match=r"thesis\.docx"):
        path(Output("png", path=tmp_path))
    (tmp_path / "thesis.docx").rename(tmp_path / "00000.png")  # some number their own pictures so, too
    with pytest.raises(InputError, match=r"00000\.png, which lossreel has not put there"):
        path(Output("png", path=tmp_path))
    sign(tmp_path)
    (tmp_path / ".DS_Store").write_text("litter")
    assert path(Output("png", path=tmp_path)) == tmp_path
    (tmp_path / "00000.png").write_text("painted over")
    with pytest.raises(InputError, match=r"00000\.png, which lossreel has not put there"):
        path(Output("png", path=tmp_path))


def test_histories_are_named_like_films():
    assert history_names(ENTRY, ToyParameters(lr=0.5), ["run"]) == {"run": "toy-lr-0.5.npz"}
    assert history_names(ENTRY, ToyParameters(), ["a", "b c"])["b c"].startswith("toy-b-c")
