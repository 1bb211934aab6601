"""`lossreel.show`: in this process with a film of two colours, and a real film in a real notebook's kernel."""

import asyncio
import base64
import io
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import av
import nbformat
import numpy as np
import pytest
from manim import config, tempconfig
from nbclient import NotebookClient
from test_imports import HEAVY, loaded

import lossreel
from learning.errors import InputError, RunError
from scenes.catalogue import FILMS

TOY = Path(__file__).parent / "production"
SMALL = {"resolution": (320, 180), "fps": 10}


@pytest.fixture(autouse=True)
def toy(tmp_path, monkeypatch):
    """Work elsewhere, with the toy film in the catalogue."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(TOY))
    import toyfilm_entry

    monkeypatch.setitem(FILMS, "toy", toyfilm_entry.ENTRY)
    return tmp_path


def urls(html):
    """What a page's tags name, by attribute; of tracks the first."""
    found = {}
    for name, value in re.findall(r'(src|poster)="([^"]*)"', html):
        found.setdefault(name, value)
    found["track"] = re.search(r'<track [^>]*src="([^"]*)"', html)[1]
    return found


def content(uri, kind):
    head, _, rest = uri.partition(",")
    assert head == f"data:{kind};base64"
    return base64.b64decode(rest, validate=True)


def seconds_of(video):
    with av.open(io.BytesIO(video)) as container:
        frames = sum(1 for _ in container.decode(video=0))
        return frames / container.streams.video[0].average_rate


def test_a_film_is_shown_with_all_that_belongs_to_it_in_the_page():
    shown = lossreel.show("toy", lr=0.5, **SMALL)
    html = shown._repr_html_()
    found = urls(html)
    video = content(found["src"], "video/mp4")
    assert video == shown.path.read_bytes()
    assert seconds_of(video) == pytest.approx(3.6)
    assert content(found["poster"], "image/png").startswith(b"\x89PNG")
    assert content(found["track"], "text/vtt").startswith(b"WEBVTT")
    assert 'width="800" height="450"' in html
    assert 'aria-label="Toy in en"' in html


def test_films_go_where_the_command_puts_them_and_their_names_tell_the_parameters(toy):
    shown = lossreel.show("toy", alpha=0.5, lang="ko", theme="light", **SMALL)
    assert shown.path == toy / "media" / "films" / "toy-lr-0.5-light-ko-320x180-10fps.mp4"
    assert repr(shown).startswith("Shown(path=")
    assert 'aria-label="Toy in ko"' in shown._repr_html_()


def test_a_film_that_is_not_embedded_is_named_from_the_working_directory(toy, monkeypatch):
    shown = lossreel.show("toy", embed=False, width=400, **SMALL)
    html = shown._repr_html_()
    assert urls(html)["src"] == "media/films/toy-320x180-10fps.mp4"
    assert (toy / urls(html)["poster"]).exists()
    assert 'width="400" height="225"' in html
    monkeypatch.chdir(toy / "media")
    assert urls(shown._repr_html_())["src"] == "films/toy-320x180-10fps.mp4"


def test_pictures_are_shown_as_pictures():
    last = lossreel.show("toy", last_frame=True, resolution=[320, 180])._repr_html_()
    assert content(re.search('src="([^"]*)"', last)[1], "image/png").startswith(b"\x89PNG")
    moving = lossreel.show("toy", format="webp", resolution=[64, 36], fps=5)._repr_html_()
    assert content(re.search('src="([^"]*)"', moving)[1], "image/webp").startswith(b"RIFF")
    assert "<video" not in last + moving


def test_a_film_that_is_there_is_not_drawn_again(capsys):
    first = lossreel.show("toy", **SMALL).path.stat().st_mtime_ns
    assert "drawing" in capsys.readouterr().err
    assert lossreel.show("toy", **SMALL).path.stat().st_mtime_ns == first
    assert capsys.readouterr() == ("", "")


def test_values_are_what_python_has_for_them(toy):
    (toy / "points.csv").write_text("x,y\n0,1\n1,3\n2,5\n")
    shown = lossreel.show("toy", rates=(np.float64(0.25), 0.5), lr=np.float32(0.5), **SMALL)
    assert json.loads(shown.path.with_suffix(".json").read_text())["parameters"]["rates"] == [0.25, 0.5]
    assert lossreel.show("toy", rates=np.array([0.25, 0.5]), lr=0.5, **SMALL).path == shown.path


@pytest.mark.parametrize(
    ("film", "given", "message"),
    [
        ("desent", {}, "did you mean 'descent'?"),
        ("descent", {"learnrate": 1}, 'parameter "learnrate" is unknown (did you mean "lr"?); choose one of lr, start'),
        ("descent", {"language": "ko"}, '(did you mean "lang"?)'),
        ("descent", {"lr": 0.1, "alpha": 0.1}, "alpha and lr are the same: give one of the two"),
        ("descent", {"lr": -1}, "lr = -1: must be greater than 0; the default is 0.001"),
        ("descent", {"lr": "big"}, 'lr = "big": must be a number'),
        ("descent", {"lr": float("nan")}, "lr = nan: must be"),
        ("descent", {"start": (1, 2, 3)}, '"1,2,3" is not two numbers'),
        ("descent", {"loss": "mes"}, '(did you mean "mse"?)'),
        ("descent", {"data": Path("nowhere.csv")}, "nowhere.csv"),
        ("descent", {"theme": "drak"}, '(did you mean "dark"?)'),
        ("descent", {"lang": "kr"}, "choose one of en, ko"),
        ("descent", {"quality": "x"}, "choose one of l, m, h, p, k"),
        ("descent", {"resolution": (1281, 720)}, "resolution = [1282, 720]"),
        ("descent", {"fps": "30"}, 'fps = "30": must be a whole number'),
        ("descent", {"format": "mov"}, "mov cannot be embedded: mp4, webm, gif and webp can"),
        ("descent", {"format": "png"}, "a folder of pictures cannot be embedded"),
    ],
)
def test_what_is_wrong_is_said_in_a_line_and_nothing_is_made(film, given, message, toy):
    with pytest.raises(InputError) as caught:
        lossreel.show(film, **given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(toy.rglob("*.mp4"))


def test_a_film_whose_file_is_gone_says_so():
    shown = lossreel.show("toy", **SMALL)
    shown.path.unlink()
    with pytest.raises(RunError, match=r"No such file or directory; call show\(\) again"):
        shown._repr_html_()


def test_a_notebook_keeps_its_configuration_of_manim_and_its_random_numbers():
    with tempconfig({"pixel_width": 1234, "seed": 5, "background_color": "#102030"}):
        before = dict(config)
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002 (the generator that scenes seed)
        expected = random.Random(1).random(), np.random.RandomState(1).random()
        lossreel.show("toy", **SMALL)
        assert dict(config) == before
        assert (random.random(), np.random.random()) == expected  # noqa: NPY002


def test_films_are_made_where_an_event_loop_runs():
    async def cell():
        return lossreel.show("toy", **SMALL)

    assert asyncio.run(cell()).path.exists()


def test_no_film_has_a_parameter_that_is_a_setting_of_the_page():
    settings = set(lossreel.show.__kwdefaults__)
    assert {"theme", "lang", "quality", "resolution", "fps", "embed"} <= settings
    assert [name for name, entry in FILMS.items() if settings & set(entry.parameters.model_fields)] == []


def test_the_import_loads_nothing_heavy():
    assert not loaded("import lossreel") & HEAVY


def test_the_module_is_installed_beside_the_packages(toy):
    where = subprocess.run(
        [sys.executable, "-c", "import lossreel; print(lossreel.show.__module__)"],
        cwd=toy,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout == "scenes.notebook\n"


@pytest.fixture
def executed(toy, monkeypatch):
    """Run cells in a kernel of their own; return the outputs of each."""
    for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
        monkeypatch.setenv(variable, str(toy / "jupyter"))

    def run(*cells):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        place = {"metadata": {"path": os.fspath(toy)}}
        NotebookClient(notebook, timeout=120, kernel_name="python3", allow_errors=True, resources=place).execute()
        nbformat.validate(notebook)
        return [cell.outputs for cell in notebook.cells]

    return run


def test_a_notebook_carries_the_film_that_a_cell_shows(executed, toy):
    imported, shown, again, wrong = executed(
        "import lossreel",
        'lossreel.show("descent", lr=0.0083, resolution=(160, 90), fps=2)',
        'film = lossreel.show("descent", lr=0.0083, resolution=(160, 90), fps=2)\nfilm.path.name',
        'lossreel.show("descent", lr=-1)',
    )
    assert imported == []
    said = [output.text for output in shown if output.output_type == "stream"]
    assert "".join(said) == "lossreel: training …\nlossreel: drawing …\n"
    [result] = [output.data for output in shown if output.output_type == "execute_result"]
    video = content(urls(result["text/html"])["src"], "video/mp4")
    beside = json.loads((toy / "media/films/descent-lr-0.0083-160x90-2fps.json").read_text())
    assert seconds_of(video) == pytest.approx(beside["seconds"])
    assert beside["seconds"] > 60
    assert result["text/plain"].startswith("Shown(path=")
    assert [output.data["text/plain"] for output in again] == ["'descent-lr-0.0083-160x90-2fps.mp4'"]
    [error] = wrong
    assert (error.ename, error.evalue) == ("InputError", "lr = -1: must be greater than 0; the default is 0.001")
