"""Caption files: every word in cues that fit, none before the one before has ended."""

import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes.production.subtitles import LINE, NARROW_LINE, cues, lines_of, srt, vtt


@dataclass(frozen=True)
class Said:
    start: float
    end: float
    text: str


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
TEXTS = st.lists(WORDS, min_size=1, max_size=30).map(" ".join)
HANGUL = st.lists(st.text("가나다라마바사 ,.(−5)10=·", min_size=1, max_size=30), min_size=1, max_size=20).map(" ".join)


@st.composite
def films(draw):
    """Captions in a row, no two alike, some of them with a pause before."""
    said, now = [], 0.0
    for number, text in enumerate(draw(st.lists(TEXTS | HANGUL, max_size=6))):
        now += draw(st.sampled_from([0.0, 0.25]))
        said.append(Said(now, now := now + draw(st.floats(0.2, 12)), f"{number} {text}"))
    return said


def without_space(text):
    return "".join(text.split())


@given(TEXTS | HANGUL, st.sampled_from([LINE, NARROW_LINE, 5]))
def test_lines_hold_all_of_a_text_and_fit(text, longest):
    parts = lines_of(text, longest)
    lines = [line for part in parts for line in part]
    assert without_space("".join(lines)) == without_space(text)
    assert all(1 <= len(line) <= longest and line == line.strip() for line in lines)
    assert all(1 <= len(part) <= 2 for part in parts)


@given(st.lists(st.text("abcdefgh", min_size=1, max_size=42), min_size=1, max_size=30))
def test_words_stay_whole_where_they_fit(words):
    lines = [line for part in lines_of(" ".join(words), LINE) for line in part]
    assert [word for line in lines for word in line.split(" ")] == words


@given(films(), st.sampled_from(["en", "ko", "pt-BR"]))
def test_cues_keep_order_and_times_and_lose_nothing(said, language):
    made = cues(said, language)
    assert all(one.start < one.end for one in made)
    assert all(one.end <= other.start for one, other in pairwise(made))
    assert not made or said[0].start * 1000 - 1 <= made[0].start
    assert not made or made[-1].end <= said[-1].end * 1000
    told = "".join(line for cue in made for line in cue.lines)
    assert without_space(told) == without_space("".join(one.text for one in said))


def test_a_caption_shares_its_time_as_its_parts_share_its_length():
    text = "The loss was large at the start, and it is small after thirty epochs; ask why it could not become zero."
    (first, second) = cues([Said(1.0, 6.0, text)])
    sizes = [sum(map(len, cue.lines)) for cue in (first, second)]
    assert (first.start, second.start, second.end) == (1000, first.end, 6000)
    assert first.end - first.start == pytest.approx(5000 * sizes[0] / sum(sizes), abs=1)


@pytest.mark.parametrize(
    ("text", "longest", "lines"),
    [
        ("How wrong is this line? Measure every miss …", 42, [("How wrong is this line?", "Measure every miss …")]),
        ("관측한 점 100개. 어떤 직선이 가장 잘 설명할까?", 20, [("관측한 점 100개.", "어떤 직선이 가장 잘 설명할까?")]),
        ("Epoch 1: ball and line move together", 42, [("Epoch 1: ball and line move together",)]),
        ("Learned (2.429, 4.014), best (2.446, 4.004)", 42, [("Learned (2.429, 4.014),", "best (2.446, 4.004)")]),
        ("ŵ₀ becomes  −5 − 0.001 · (−1,342.25) = −3.658", 42, [("ŵ₀ becomes", "−5 − 0.001 · (−1,342.25) = −3.658")]),
        ("学習率が大きすぎると損失は増える。", 20, [("学習率が大きすぎると損失は増える。",)]),
        (
            "学習率が大きすぎると、損失は減らずに増え続ける。",
            20,
            [("学習率が大きすぎると、", "損失は減らずに増え続ける。")],
        ),
        ("x" * 50, 42, [("x" * 42, "x" * 8)]),
    ],
)
def test_lines_end_where_one_would_pause(text, longest, lines):
    assert lines_of(text, longest) == lines


def test_a_caption_that_goes_on_in_the_next_section_is_one():
    said = [Said(0, 2, "the same"), Said(2, 2.6, "the same"), Said(3, 4, "the same")]
    assert [(cue.start, cue.end) for cue in cues(said)] == [(0, 2600), (3000, 4000)]


def test_files_read_back_as_they_were_written():
    said = [Said(0.0, 1.5, "a < b & c"), Said(61.25, 3723.5, "word " * 40)]
    times = re.findall(r"(\d\d):(\d\d):(\d\d),(\d{3})", srt(said))
    seconds = [int(h) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000 for h, m, s, ms in times]
    assert (seconds[0], seconds[1], seconds[2], seconds[-1]) == (0.0, 1.5, 61.25, 3723.5)
    assert [block.split("\n")[0] for block in srt(said).strip().split("\n\n")] == ["1", "2", "3", "4"]
    assert "a &lt; b &amp; c" in vtt(said)
    assert "a < b & c" in srt(said)


def test_korean_japanese_and_chinese_have_narrow_lines():
    said = [Said(0, 9, "가나다라 " * 12)]
    for language, longest in [("ko", 20), ("ja", 20), ("zh-Hant-TW", 20), ("en", 42), ("kok", 42)]:
        assert longest // 2 < max(len(line) for cue in cues(said, language) for line in cue.lines) <= longest
