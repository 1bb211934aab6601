"""The command line: what it prints, and how it refuses."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from learning.errors import RunError
from learning.history import History
from scenes import captions, cli

LOSSREEL = [sys.executable, "-m", "scenes.cli"]
TOY = Path(__file__).parent / "production"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def toy(monkeypatch):
    """Put the toy film into the catalogue."""
    monkeypatch.syspath_prepend(str(TOY))
    import toyfilm_entry

    from scenes import catalogue

    monkeypatch.setitem(catalogue.FILMS, "toy", toyfilm_entry.ENTRY)


@pytest.fixture
def run(capsys):
    """Run a command in this process: exit status, standard output, standard error."""

    def call(*arguments, debug=False):
        status = cli._run([str(argument) for argument in arguments], debug)
        return status, *capsys.readouterr()

    return call


def process(*arguments, text=True, **options):
    return subprocess.run([*LOSSREEL, *arguments], capture_output=True, text=text, check=False, **options)


def test_help_names_every_command(run):
    status, out, _ = run("--help")
    assert status == 0
    for command in ("list", "render", "sheet", "train", "history", "cache", "doctor"):
        assert f"\n  {command} " in out


def test_version(run):
    from importlib.metadata import version

    assert run("--version")[:2] == (0, f"lossreel {version('lossreel')}\n")


def test_list_tells_what_films_teach(run):
    status, out, _ = run("list")
    assert status == 0
    assert out.startswith("descent")
    assert json.loads(run("list", "--json")[1])[0]["name"] == "descent"


def test_help_of_a_film_shows_its_parameters_and_the_output(run):
    _, out, _ = run("render", "descent", "--help")
    text = " ".join(out.split())
    assert "--lr, --alpha NUMBER" in text
    assert "[default: 0.001; more than 0, at most 1000]" in text
    for option in (
        "-q, --quality",
        "-r, --resolution",
        "--fps",
        "-p, --preview",
        "-o, --output",
        "-s,",
        "--format",
    ):
        assert option in text
    for option in ("-t, --transparent", "--theme dark|light", "--lang en|ko", "--force"):
        assert option in text
    assert "--lr" in run("--help")[1] or "--alpha" in run("sheet", "descent", "--help")[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("rendr", 'did you mean "render"'),
        ("render", "which film?"),
        ("render desent", "did you mean 'descent'"),
        ("render -q l desent", "did you mean 'descent'"),
        ("render nothing-like-it", "there are: "),
        ("render descent --lrr 1", "--lr"),
        ("render descent --lr", "requires an argument"),
        ("render descent --lr 0.1 0.2", "0.2"),
        ("render descent --lr nan", "lr = 'nan'"),
        ("render descent --lr inf", "lr = 'inf'"),
        ("render descent --alpha -1", "must be greater than 0"),
        ("render descent --lr x", "lr = 'x'"),
        ("render descent --epochs 3.5", "epochs = '3.5'"),
        ("render descent --epochs -1", "epochs = '-1'"),
        ("render descent --start 5", '"5" is not two numbers'),
        ("render descent --start -5,nan", "start[1] = 'nan'"),
        ("render descent --loss mes", 'did you mean "mse"'),
        ("render descent --optimizer sdg", 'did you mean "SGD"'),
        ("render descent --data nowhere.csv", "nowhere.csv"),
        ("render descent --theme drak", 'did you mean "dark"'),
        ("render descent --lang kr", "choose one of en, ko"),
        ("render descent -q x", "choose one of l, m, h, p, k"),
        ("render descent -r 1281,720", "-r 1282,720"),
        ("render descent -r 1280x720", "'1280x720' is not two whole numbers"),
        ("render descent -r nan,720", "not two whole numbers"),
        ("render descent --fps nan", "--fps 'nan' is not a whole number"),
        ("render descent --fps 0", "0 frames a second"),
        ("render descent --format avi", 'format "avi"'),
        ("render descent -t", "mov, webm, png, gif, webp"),
        ("render descent -o a.avi", 'format "avi"'),
        ("render descent --format gif --fps 30", "at most 15"),
        ("sheet descent -o a.jpg", "name it a.png"),
        ("train descent", "'-o'"),
        ("history", "FILE"),
        ("history nowhere.npz", "no such file"),
        ("history a.npz --csv --json", "choose one"),
        ("cache cleer", 'did you mean "clear"'),
        ("--nonsense", "--nonsense"),
    ],
)
def test_bad_input_is_refused_in_one_line(run, arguments, message):
    status, out, err = run(*arguments.split())
    assert (status, out) == (2, "")
    assert err.startswith("lossreel: error: ")
    assert err.count("\n") == 1
    assert message in err


def test_nothing_asked_for_shows_the_help(run):
    status, out, err = run()
    assert (status, out) == (2, "")
    assert "Commands:" in err
    assert "clear" in run("cache")[2]


def test_what_goes_wrong_on_the_way_ends_with_one(run, monkeypatch):
    def fail(*_, **__):
        raise RunError("no room on the disk; make some")

    monkeypatch.setattr("scenes.production.render.fulfil", fail)
    assert run("render", "descent") == (1, "", "lossreel: error: no room on the disk; make some\n")


def test_what_nobody_expected_is_one_line_too(run, monkeypatch):
    def fail(*_, **__):
        raise KeyError("surprise\nof two lines")

    monkeypatch.setattr("scenes.production.render.fulfil", fail)
    status, _, err = run("render", "descent")
    assert status == 1
    assert err.count("\n") == 1
    assert "--debug" in err
    with pytest.raises(KeyError):
        run("render", "descent", debug=True)


@pytest.mark.parametrize("place", [["--debug", "render"], ["render", "--debug"]])
def test_debug_shows_where(place):
    done = process(*place, "desent")
    assert "Traceback" in done.stderr
    assert "Traceback" not in process("render", "desent").stderr


def test_an_interrupt_ends_with_130_and_one_line(run, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("scenes.production.render.fulfil", stop)
    assert run("render", "descent") == (130, "", "lossreel: interrupted\n")


def test_render_prints_the_path_alone(run, toy):
    status, out, err = run("render", "toy", "-r", "320,180", "--fps", "15", "--rates", "1", "--rates", "2")
    assert status == 0
    assert out == "media/films/toy-rates-1_2-320x180-15fps.mp4\n"
    assert Path(out.strip()).exists()
    assert "drawing" in err
    assert run("render", "-r", "320,180", "toy", "--fps", "15", "--rates", "1", "--rates", "2") == (
        0,
        out,
        "",
    )


@pytest.mark.parametrize("suffix", ["webm", "gif", "mov", "webp"])
def test_the_name_chooses_the_format(run, toy, suffix):
    status, out, _ = run("render", "toy", "-r", "160,90", "--fps", "10", "-o", f"a/film.{suffix}", "--seconds", "0.5")
    assert (status, out) == (0, f"a/film.{suffix}\n")
    assert Path("a", f"film.{suffix}").exists()


def test_preview_opens_the_film(run, toy, monkeypatch):
    opened = []
    monkeypatch.setattr("click.launch", lambda url: opened.append(url) or 0)
    run("render", "toy", "-r", "160,90", "-s", "-p")
    assert opened == ["media/films/toy-160x90-last.png"]
    monkeypatch.setattr("click.launch", lambda url: 1)
    status, out, err = run("render", "toy", "-r", "160,90", "-s", "-p")
    assert (status, out) == (1, "media/films/toy-160x90-last.png\n")
    assert "open it by hand" in err


def test_sheet_prints_the_path(run, toy):
    assert run("sheet", "toy")[:2] == (0, "media/films/toy-sheet.png\n")


def test_train_writes_a_file_for_each_run(run):
    status, out, _ = run("train", "descent", "--alpha", "0.002", "-o", "runs")
    assert (status, out) == (0, "runs/descent-lr-0.002.npz\n")
    history = History.load(Path(out.strip()))
    assert history.experiment.lr == 0.002
    assert history.loss[0] == np.float32(8587.6875)


def test_history_shows_a_table_csv_and_json(run):
    run("train", "descent", "-o", ".")
    assert run("history", "descent.npz")[1].splitlines()[1].split()[1] == "8587.688"
    assert run("history", "descent.npz", "--csv")[1].startswith(
        "epoch,loss,w0,w1,grad_w0,grad_w1\n0,8587.6875,-5.0,10.0,"
    )
    assert json.loads(run("history", "descent.npz", "--json")[1])["rows"][0]["loss"] == 8587.6875


def test_a_file_that_is_no_history_is_named(run):
    Path("film.npz").write_bytes(b"not at all")
    status, _, err = run("history", "film.npz")
    assert status == 2
    assert "film.npz" in err
    assert err.count("\n") == 1


def test_cache_is_shown_and_emptied(run, cache_root):
    run("train", "descent", "-o", ".")
    assert f"cache      {cache_root}" in run("cache", "info")[1]
    assert "histories  1 file" in run("cache", "info")[1]
    assert run("cache", "clear")[0] == 0
    assert "histories  0 files, 0 B" in run("cache", "info")[1]


def test_doctor_says_what_there_is(run, monkeypatch):
    status, out, _ = run("doctor")
    assert status == 0
    assert len(out.splitlines()) == 9
    monkeypatch.setattr("scenes.production.doctor.free_space", lambda path: 0)
    assert run("doctor")[0] == 1


def test_captions_are_printed_as_they_are_written(run):
    status, out, err = run("captions", "descent", "--lang", "ko")
    assert (status, err) == (0, "")
    assert "[descent.data]" in out
    assert "[stuck" not in out
    korean = captions.path_of("ko").read_text(encoding="utf-8")
    assert process("captions", "--lang", "ko", text=False).stdout == korean.encode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--captions", "ja.toml", "--lang", "ko"],
            "--lang and --captions both choose a language: give one of the two",
        ),
        (
            ["--lang", "en", "--captions", "ja.toml"],
            "--lang and --captions both choose a language: give one of the two",
        ),
        (["--captions", "ko"], '--captions "ko" is no TOML file: name one, e.g. --captions ja.toml'),
        (["--captions", "ja.toml"], "ja.toml: there is no such file; name a file with captions: --captions ja.toml; "),
    ],
)
@pytest.mark.parametrize("command", ["render", "sheet"])
def test_captions_that_cannot_be_are_refused_before_training(run, command, arguments, said, cache_root):
    status, out, err = run(command, "descent", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"lossreel: error: {said}")
    assert not list(cache_root.rglob("*.npz"))


def test_a_language_without_a_font_is_refused(run, monkeypatch):
    monkeypatch.setattr("scenes.fonts.font_for", lambda language: None)
    status, _, err = run("render", "descent", "--lang", "ko")
    assert status == 1
    assert err.startswith("lossreel: error: no font for --lang ko: ")


def test_progress_is_a_bar_on_a_terminal(monkeypatch, capsys):
    from scenes.production import progress

    monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
    with progress.reporter() as report:
        report("drawing", 1, 10)
        report("drawing", 12, 10)
    assert "drawing" in capsys.readouterr().err


def test_ctrl_c_stops_a_render_and_leaves_nothing(tmp_path):
    import signal

    process = subprocess.Popen(
        [*LOSSREEL, "render", "descent", "-q", "l"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    lines = []
    while "drawing" not in (line := process.stderr.readline()):
        lines.append(line)
        assert process.poll() is None, lines
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, "", "lossreel: interrupted\n")
    assert list((tmp_path / "media" / "films").iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["list"]])
def test_help_and_list_are_quick(arguments):
    """0.3 s as a whole process on a quiet machine; here against an empty process, to bear a busy one."""

    def seconds(command):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ)
        return time.perf_counter() - start

    rounds = [(seconds([sys.executable, "-c", "pass"]), seconds([*LOSSREEL, *arguments])) for _ in range(5)]
    assert min(ours - empty for empty, ours in rounds) < 0.28
