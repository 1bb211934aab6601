"""Films in languages of ours and of others: what is written beside them, of what they are made, and without a font."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from learning.errors import RunError
from scenes import captions, fonts
from scenes.captions.starter import starter
from scenes.catalogue import find
from scenes.production import recipe
from scenes.production.encode import Encoder
from scenes.production.order import Order
from scenes.production.output import Output
from scenes.production.render import render
from scenes.production.sheet import sheet

HERE = Path(__file__).parent
TINY = Output("mp4", 160, 90, 2)
JAPANESE = {
    "Gradient descent on the loss surface": "損失曲面の勾配降下法",
    "How wrong is it?": "どれだけ外れているか",
    "The loss surface": "損失曲面",
    "Start anywhere with two weights:": "重みを二つ選ぶ:",
}


def japanese(path="ja.toml", films=("descent",)):
    """A file as a translator begins it: some words translated, the others still English."""
    text = starter(films, "en").replace('language = "English"', 'language = "日本語"')
    for english, other in JAPANESE.items():
        text = text.replace(english, other)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    return str(path)


def order(language="en", output=TINY, film="descent"):
    return Order(find(film), find(film).parameters(), output, "dark", language)


def described(path):
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def cues(path):
    """Times and text of a SubRip file, taken apart."""
    blocks = path.read_text(encoding="utf-8").strip().split("\n\n")
    return [(block.split("\n")[1], " ".join(block.split("\n")[2:])) for block in blocks]


@pytest.fixture
def drawn(monkeypatch):
    """How many frames went to the encoder."""
    counted, write = [], Encoder.write

    def count(self, pixels, repeat=1, *, key=False):
        counted.append(repeat)
        write(self, pixels, repeat, key=key)

    monkeypatch.setattr(Encoder, "write", count)
    return counted


@pytest.fixture
def other_words(tmp_path, monkeypatch):
    """Let a caption file of ours be saved with other words."""

    def change(language, old, new, *, is_read=True):
        words = {name: captions.path_of(name).read_text(encoding="utf-8") for name in captions.LANGUAGES}
        assert words[language].count(old) == 1
        (tmp_path / "words").mkdir(exist_ok=True)
        for name, text in words.items():
            said = text.replace(old, new) if name == language else text
            (tmp_path / "words" / f"{name}.toml").write_text(said, encoding="utf-8")
        monkeypatch.setattr(captions, "HERE", tmp_path / "words")
        if is_read:
            monkeypatch.setattr(captions, "_read", {})
            monkeypatch.setattr(captions, "_ours", {})

    return change


# Beside a film


def test_a_film_is_told_in_all_languages_and_a_change_in_another_draws_nothing(drawn, other_words):
    path = render(find("descent"), find("descent").parameters(), TINY).path
    told = described(path)["captions"]
    assert list(told) == ["en", "ko"]
    assert [(one["start"], one["end"]) for one in told["en"]] == [(one["start"], one["end"]) for one in told["ko"]]
    own, korean = cues(path.with_suffix(".srt")), cues(path.with_suffix(".ko.srt"))
    assert own[1][1].startswith("Start anywhere with two weights: intercept")
    assert korean[1][1].startswith("두 가중치를 아무렇게나 정하자: 절편")
    assert (korean[0][0][:8], korean[-1][0][-12:]) == (own[0][0][:8], own[-1][0][-12:])
    assert "두 가중치를" in path.with_suffix(".ko.vtt").read_text(encoding="utf-8")
    before, film = sum(drawn), path.read_bytes()
    assert before == described(path)["frames"]

    other_words("ko", "같은 걸음을 {count}번 더 …", "{count}번 더 …")
    again = render(find("descent"), find("descent").parameters(), TINY)
    assert (again.fresh, sum(drawn), again.path.read_bytes()) == (True, before, film)
    assert "29번 더 …" in [text for _, text in cues(path.with_suffix(".ko.srt"))]
    assert "같은 걸음을 29번 더 …" not in [text for _, text in cues(path.with_suffix(".ko.srt"))]
    assert [one["text"] for one in described(path)["captions"]["en"]] == [one["text"] for one in told["en"]]


@pytest.mark.parametrize(
    ("name", "others"), [("webm", ["ko"]), ("mov", ["ko"]), ("gif", []), ("webp", []), ("png", [])]
)
def test_only_what_a_player_plays_is_told_in_other_languages(shoot, name, others):
    path = shoot(name, fps=5)
    there = {p.name for p in path.parent.iterdir() if p.suffix in (".srt", ".vtt")}
    own = [path.stem] if others else []
    stems = [*own, *(f"{path.stem}.{other}" for other in others)]
    assert there == {f"{stem}.{kind}" for stem in stems for kind in ("srt", "vtt")}
    assert list(json.loads(Path(f"media/films/{path.stem}.{name}.json").read_text())["captions"]) == ["en", *others]


def test_a_name_with_dots_is_kept_before_the_language(shoot):
    path = shoot(output=Output("mp4", 320, 180, 5, path=Path("lr.0.5.mp4")), language="ko")
    assert sorted(p.name for p in Path().glob("lr*.srt")) == ["lr.0.5.en.srt", "lr.0.5.srt"]
    assert path.exists()


# What a film is made of


def test_words_of_other_languages_are_in_the_recipe_and_read_by_no_section(monkeypatch):
    before = order().recipe
    assert before.others == {"ko": order("ko").recipe.captions}
    monkeypatch.setitem(captions.load("ko")._texts, "descent.data.ask", "…")
    after = order().recipe
    assert (after.key != before.key, after.base, after.inputs) == (True, before.base, before.inputs)
    monkeypatch.setitem(captions.load("ko")._texts, "tangent.title", "…")
    assert order().recipe.key == after.key
    for output in (Output("gif", 160, 90, 2), Output("png", 160, 90, last_frame=True)):
        assert order(output=output).recipe.others == {}


def test_captions_of_ones_own_are_in_the_recipe_by_what_they_say(tmp_path):
    here, there = order(japanese("ja.toml")), order(japanese("a folder/ja.toml"))
    assert here.recipe.key == there.recipe.key != order().recipe.key
    assert str(tmp_path) not in json.dumps(here.recipe.as_json())
    assert "ja.toml" not in json.dumps(here.recipe.as_json())
    assert list(here.recipe.others) == ["en", "ko"]
    assert here.recipe.captions["descent.title"] == JAPANESE["Gradient descent on the loss surface"]
    other = order(japanese("pt-BR.toml"))
    assert (other.tag, other.recipe.looks["language"]) == ("pt-BR", "pt-BR")
    assert other.target.name == "descent-pt-BR-160x90-2fps.mp4"


def test_captions_that_are_saved_meanwhile_are_noticed():
    asked = order(japanese())
    assert asked.recipe
    assert recipe.is_current(asked)
    Path("ja.toml").write_text(
        Path("ja.toml").read_text(encoding="utf-8").replace("損失曲面", "曲面"), encoding="utf-8"
    )
    assert not recipe.is_current(asked)
    Path("ja.toml").unlink()
    assert not recipe.is_current(asked)


def test_captions_of_another_language_that_are_saved_meanwhile_are_noticed(other_words):
    asked = order()
    assert asked.recipe
    assert recipe.is_current(asked)
    other_words("ko", "같은 걸음을 {count}번 더 …", "{count}번 더 …", is_read=False)
    assert not recipe.is_current(asked)


# A language of one's own


def test_a_film_in_a_language_of_ones_own():
    path = render(find("descent"), find("descent").parameters(), TINY, language=japanese()).path
    assert path.name == "descent-ja-160x90-2fps.mp4"
    facts = described(path)
    assert (facts["language"], facts["title"]) == ("ja", "損失曲面の勾配降下法")
    assert list(facts["captions"]) == ["ja", "en", "ko"]
    assert any(text.startswith("重みを二つ選ぶ:") for _, text in cues(path.with_suffix(".srt")))
    assert cues(path.with_suffix(".en.srt"))[1][1].startswith("Start anywhere with two weights:")
    assert cues(path.with_suffix(".ko.srt"))[1][1].startswith("두 가중치를")
    assert not render(find("descent"), find("descent").parameters(), TINY, language="ja.toml").fresh


def test_words_of_ones_own_are_on_the_screen():
    import numpy as np
    from PIL import Image

    def last(language):
        output = Output("png", 480, 270, last_frame=True)
        with Image.open(render(find("descent"), find("descent").parameters(), output, language=language).path) as image:
            return np.array(image).astype(int)

    one, other = last("en"), last(japanese())
    differs = np.abs(one - other).max(axis=2) > 40
    assert differs[:40].any(), "the title"
    assert not differs[60:200].any(), "what is drawn between title and caption has no words"


def test_a_sheet_in_a_language_of_ones_own():
    entry = find("descent")
    path = sheet(entry, entry.parameters(epochs=1), language=japanese())
    assert path.name == "descent-epochs-1-ja-sheet.png"


def test_ones_own_korean_has_the_name_of_korean_and_is_told_in_english_besides():
    Path("ko.toml").write_text(starter((), "ko"), encoding="utf-8")
    made = order("ko.toml")
    assert (made.tag, made.others) == ("ko", ("en",))
    assert made.recipe.captions == order("ko").recipe.captions
    assert made.recipe.looks["font"] == order("ko").recipe.looks["font"]


# Without a font


def hidden():
    """A command that runs another where no folder of fonts can be seen; None where that is not allowed."""
    empty = "mkdir -p empty; for d in /usr/share/fonts /usr/local/share/fonts /usr/share/texmf/fonts; do "
    script = empty + '[ ! -d $d ] || mount --bind empty $d || exit 9; done; HOME=$PWD/empty exec "$@"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    try:
        look = "import typst; print('Noto Sans CJK KR' in typst.Fonts().families())"
        done = subprocess.run([*command, sys.executable, "-c", look], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return command if done.stdout.strip() == "False" else None


def bare(*arguments, way="own"):
    """Run the command line without the system's fonts: with Typst's own ones, or with their folders hidden."""
    command = [sys.executable, str(HERE / "nofonts.py")]
    if way == "hidden":
        hide = hidden()
        if hide is None:
            pytest.skip("file systems cannot be hidden here")
        command = [*hide, sys.executable, "-P", "-m", "scenes.cli"]
    places = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, env=places)


@pytest.mark.parametrize("way", ["own", "hidden"])
@pytest.mark.parametrize("command", ["render", "sheet"])
def test_korean_without_a_font_is_refused_before_training(command, way, cache_root):
    done = bare(command, "descent", "--lang", "ko", way=way)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("lossreel: error: no font for --lang ko: ")
    assert ("fonts-noto-cjk" in done.stderr, done.stderr.count("\n")) == (sys.platform == "linux", 1)
    assert not list(cache_root.rglob("*.npz"))
    assert not Path("media").exists()


@pytest.mark.parametrize("way", ["own", "hidden"])
def test_letters_that_no_font_has_are_named_before_training(way, cache_root):
    done = bare("render", "descent", "--captions", japanese(), way=way)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("lossreel: error: ja.toml: no font here has ")
    assert set("いうえか") & set(done.stderr)
    assert not list(cache_root.rglob("*.npz"))


def test_an_english_film_without_a_font_is_told_in_korean_all_the_same():
    done = bare("render", "descent", "-r", "160,90", "--fps", "1", "--epochs", "1")
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.strip())
    assert described(path)["captions"]["ko"][0]["text"].startswith("관측한 점")
    assert "관측한 점" in path.with_suffix(".ko.srt").read_text(encoding="utf-8")


def test_typsts_own_fonts_have_all_letters_of_english():
    code = (
        "import nofonts; from scenes import captions, fonts; english = captions.load('en');"
        "print(fonts.font_for('en'), fonts.font_for('ko'), '|', ascii(fonts.lacking(fonts.LATIN_FALLBACK,"
        "fonts.letters_of(english), helped=True)))"
    )
    places = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *filter(None, sys.path)])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=places)
    assert done.stdout.strip() == "Libertinus Serif None | ''", done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("language =", 'font = "Nato Sans"\nlanguage =', 'ja.toml: the font "Nato Sans" is not installed .*leave out'),
        ('start = "start"', 'start = "\U0002ffff"', "ja.toml: no font here has \U0002ffff: install"),
    ],
)
def test_a_font_that_is_named_must_be_there_and_letters_must_be_somebodys(old, new, said):
    text = Path(japanese()).read_text(encoding="utf-8")
    assert text.count(f"\n{old}") == 1
    Path("ja.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RunError, match=said):
        fonts.check_font("ja.toml")


@pytest.mark.parametrize(
    ("tag", "word", "families"),
    [
        ("de", "Gefälle", fonts.FONTS["en"]),
        ("ja", "勾配", fonts.FONTS["ja"]),
        ("zh-Hant-TW", "梯度", fonts.FONTS["zh-Hant"]),
        ("th", "ความชัน", None),
    ],
)
def test_a_language_is_set_in_a_family_that_has_its_letters(tag, word, families):
    path = Path(japanese(f"{tag}.toml"))
    text = starter(("descent",), "en").replace('"start"', f'"{word}"')
    path.write_text(text, encoding="utf-8")
    family = fonts.font_for(str(path))
    if families and set(families) & fonts.installed_families():
        assert family == next(one for one in families if one in fonts.installed_families())
    assert family is None or fonts.lacking(family, "".join(sorted(set(word)))) == ""
