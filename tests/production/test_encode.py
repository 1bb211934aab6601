"""The encoder: real files, opened again."""

import os
import struct
import threading
from itertools import chain

import av
import numpy as np
import pytest
from PIL import Image

from learning.errors import RunError
from scenes.production import encode, video
from scenes.production.encode import Encoder, open_sink
from scenes.production.frames import straight_alpha
from scenes.production.output import Output
from scenes.production.sections import Unlike
from scenes.production.video import H264
from scenes.theme import THEMES

WIDTH, HEIGHT = 320, 180
COLOURS = ["#0f1117", "#ffffff", "#5fb0f5", "#ff9d3c", "#4fd68b", "#ff4b5c", "#ffe27a", "#ff5ad9", "#000000"]


def flat(colour, alpha=255):
    """A frame of one colour, premultiplied."""
    rgb = [round(int(colour[i : i + 2], 16) * alpha / 255) for i in (1, 3, 5)]
    return np.full((HEIGHT, WIDTH, 4), [*rgb, alpha], np.uint8)


def write(path, frames, output=None):
    """Encode (pixels, repeat, key) triples."""
    output = output or Output("mp4", WIDTH, HEIGHT, 30)
    encoder = Encoder(open_sink(path, output), transparent=output.transparent)
    for pixels, repeat, key in frames:
        encoder.write(pixels, repeat, key=key)
    encoder.finish()
    return path


def decode(path):
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def atoms(path):
    """The names of the top-level atoms of an MP4, in order."""
    data, place, names = path.read_bytes(), 0, []
    while place < len(data):
        length, name = struct.unpack(">I4s", data[place : place + 8])
        names.append(name.decode())
        place += length
    return names


@pytest.fixture
def film(tmp_path):
    """Ten, twenty and five frames, a section each."""
    frames = [(flat("#0f1117"), 10, True), (flat("#5fb0f5"), 20, True), (flat("#ff9d3c"), 5, True)]
    return write(tmp_path / "film.mp4", frames)


def test_mp4_starts_at_once(film):
    names = atoms(film)
    assert names.index("moov") < names.index("mdat")


def test_mp4_is_what_players_expect(film):
    with av.open(str(film)) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        context = container.streams.video[0].codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "High", "yuv420p")
        assert (context.width, context.height) == (WIDTH, HEIGHT)


def test_mp4_says_that_its_colours_are_bt709_of_limited_range(film):
    with av.open(str(film)) as container:
        context = container.streams.video[0].codec_context
        assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (
            1,
            1,
            1,
            1,
        )


def test_time_stamps_are_uniform_from_zero(film):
    frames = decode(film)
    step = frames[1].pts
    assert [frame.pts for frame in frames] == [step * k for k in range(35)]
    assert float(step * frames[0].time_base) == pytest.approx(1 / 30)


def test_mp4_lasts_as_long_as_its_frames(film):
    with av.open(str(film)) as container:
        assert container.duration / av.time_base == pytest.approx(35 / 30, abs=1e-3)
        assert container.streams.video[0].average_rate == 30


def test_every_section_starts_with_a_key_frame(film):
    assert [k for k, frame in enumerate(decode(film)) if frame.key_frame] == [0, 10, 30]


def test_a_section_can_be_cut_out_without_encoding_it_again(film):
    """Packets from a section's key frame on decode on their own, to its own colour."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.dts is not None]
        starts = [k for k, packet in enumerate(packets) if packet.is_keyframe]
        context = av.CodecContext.create("h264", "r")
        context.extradata = stream.codec_context.extradata
        decoded = [frame for packet in packets[starts[1] : starts[2]] for frame in context.decode(packet)]
        decoded += context.decode(None)
    assert len(decoded) == 20
    assert decoded[0].to_ndarray(format="rgb24")[90, 160] == pytest.approx([0x5F, 0xB0, 0xF5], abs=2)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("name", "alpha"), [("mp4", False), ("mov", True), ("webm", False)])
def test_decoded_colours_are_the_drawn_ones(tmp_path, colour, name, alpha):
    path = write(tmp_path / f"f.{name}", [(flat(colour), 8, True)], Output(name, WIDTH, HEIGHT, 15, transparent=alpha))
    seen = decode(path)[4].to_ndarray(format="rgb24")[90, 160].astype(int)
    assert np.abs(seen - flat(colour)[0, 0, :3]).max() <= 2


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_colour_of_a_theme_comes_back(tmp_path, theme):
    """Squares of 16 pixels, all colours in one frame, each looked at in its middle."""
    colours = sorted({colour for colour in vars(theme).values() if isinstance(colour, str) and colour[0] == "#"})
    assert len(colours) > 15
    frame = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    squares = [(16 * (n // 20), 16 * (n % 20)) for n in range(len(colours))]
    for (top, left), colour in zip(squares, colours, strict=True):
        frame[top : top + 16, left : left + 16] = flat(colour)[0, 0]
    seen = decode(write(tmp_path / "f.mp4", [(frame, 8, True)]))[4]
    for (top, left), colour in zip(squares, colours, strict=True):
        assert np.abs(shown(seen, top + 8, left + 8) - flat(colour)[0, 0, :3]).max() <= 2, colour


def shown(frame, row, column):
    """Red, green and blue of a pixel by the formula of BT.709, limited range."""
    planes = frame.to_ndarray(format="yuv420p")
    luma, chroma = planes[row, column], planes[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)[:, row // 2, column // 2]
    light, (blueness, redness) = (luma - 16.0) / 219, (chroma - 128.0) / 224
    red, blue = light + 1.5748 * redness, light + 1.8556 * blueness
    return 255 * np.clip([red, (light - 0.2126 * red - 0.0722 * blue) / 0.7152, blue], 0, 1)


def test_bt709_is_in_the_numbers_and_not_only_in_the_tag(film):
    """Luma of #5fb0f5 by the formula of BT.709: 16 + 219 (0.2126 R + 0.7152 G + 0.0722 B)."""
    red, green, blue = (int("5fb0f5"[i : i + 2], 16) / 255 for i in (0, 2, 4))
    luma = 16 + 219 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)
    plane = decode(film)[20].to_ndarray(format="yuv420p")[:HEIGHT]
    assert plane[90, 160] == pytest.approx(luma, abs=1.5)


def test_a_held_frame_is_converted_once(tmp_path, monkeypatch):
    calls = []
    convert = video.to_yuv
    monkeypatch.setattr(video, "to_yuv", lambda *given: calls.append(1) or convert(*given))
    path = write(tmp_path / "f.mp4", [(flat("#0f1117"), 300, True)])
    assert len(calls) == 1
    assert len(decode(path)) == 300


def test_webm_keeps_half_transparency(tmp_path):
    path = write(
        tmp_path / "f.webm",
        [(flat("#ff9d3c", 128), 6, True)],
        Output("webm", WIDTH, HEIGHT, 15, transparent=True),
    )
    with av.open(str(path)) as container:
        context = av.CodecContext.create("libvpx-vp9", "r")  # FFmpeg's own decoder drops the alpha
        frames = [f for packet in container.demux(video=0) for f in context.decode(packet)]
    red, green, blue, alpha = frames[3].to_ndarray(format="rgba")[90, 160].astype(int)
    assert abs(alpha - 128) <= 3
    assert np.abs(np.array([red, green, blue]) - [0xFF, 0x9D, 0x3C]).max() <= 4


def test_mov_keeps_half_transparency(tmp_path):
    path = write(
        tmp_path / "f.mov",
        [(flat("#ff9d3c", 128), 6, True)],
        Output("mov", WIDTH, HEIGHT, 15, transparent=True),
    )
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == "prores"
    seen = decode(path)[3].to_ndarray(format="rgba")[90, 160].astype(int)
    assert np.abs(seen - [0xFF, 0x9D, 0x3C, 128]).max() <= 3


def pictures(path):
    """(RGBA array, milliseconds) of every picture."""
    with Image.open(path) as image:
        for number in range(image.n_frames):
            image.seek(number)
            yield np.array(image.convert("RGBA")), image.info["duration"]


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_pictures_last_as_long_as_their_frames(tmp_path, name):
    frames = [(flat("#0f1117"), 15, True), (flat("#5fb0f5"), 1, True), (flat("#ff9d3c"), 30, True)]
    path = write(tmp_path / f"f.{name}", frames, Output(name, WIDTH, HEIGHT, 15))
    seen = list(pictures(path))
    assert sum(milliseconds for _, milliseconds in seen) == pytest.approx(46 / 15 * 1000, abs=70)
    assert seen[0][1] == pytest.approx(1000, abs=10)
    assert np.abs(seen[-1][0][90, 160].astype(int) - [0xFF, 0x9D, 0x3C, 255]).max() <= 6


@pytest.mark.parametrize("name", ["gif", "webp"])
def test_pictures_repeat_for_ever(tmp_path, name):
    path = write(tmp_path / f"f.{name}", [(flat(c), 2, True) for c in COLOURS[:3]], Output(name, WIDTH, HEIGHT, 15))
    with Image.open(path) as image:
        assert image.info["loop"] == 0


@pytest.mark.parametrize("name", ["gif", "webp", "png"])
def test_pictures_can_be_transparent(tmp_path, name):
    picture = flat("#ff9d3c")
    picture[:, :160] = 0
    picture[:, 160] = 128  # WebP says "no alpha" of a film whose every edge is hard
    output = Output(name, WIDTH, HEIGHT, 15, transparent=True)
    path = write(
        tmp_path / ("folder" if name == "png" else f"f.{name}"),
        [(picture, 2, True), (picture, 1, False)],
        output,
    )
    first = np.array(Image.open(path / "00000.png")) if name == "png" else next(pictures(path))[0]
    assert first[90, 20, 3] == 0
    assert first[90, 300, 3] == 255
    assert np.abs(first[90, 300, :3].astype(int) - [0xFF, 0x9D, 0x3C]).max() <= 4


def test_the_palette_holds_every_colour_of_the_film(tmp_path):
    """Two passes: a colour that appears only in the last frame is still exact."""
    frames = [(flat(colour), 3, True) for colour in COLOURS]
    path = write(tmp_path / "f.gif", frames, Output("gif", WIDTH, HEIGHT, 15))
    last = list(pictures(path))[-1][0]
    assert np.abs(last[90, 160, :3].astype(int) - flat(COLOURS[-1])[0, 0, :3]).max() <= 2
    assert [p.name for p in tmp_path.iterdir()] == ["f.gif"]


def test_a_colour_that_means_something_is_exact_however_small_it_is(tmp_path):
    """A film of ten thousand blues, and in it a line in each colour of a theme."""
    colours = list(THEMES["dark"].meanings().values())
    shades = np.stack(np.broadcast_arrays(15, *np.mgrid[40:220, 20:180:0.5].astype(np.uint8), 255), axis=-1)
    shades = np.ascontiguousarray(shades, np.uint8)  # (180, 320, 4)
    for row, colour in enumerate(colours):
        shades[8 * row : 8 * row + 3, 10:40] = flat(colour)[0, 0]
    output = Output("gif", WIDTH, HEIGHT, 15)
    encoder = Encoder(open_sink(tmp_path / "f.gif", output, colours))
    encoder.write(shades, 3, key=True)
    encoder.finish()
    seen = next(pictures(tmp_path / "f.gif"))[0]
    for row, colour in enumerate(colours):
        assert tuple(seen[8 * row + 1, 25, :3]) == tuple(flat(colour)[0, 0, :3])


def test_a_folder_holds_every_frame(tmp_path):
    write(
        tmp_path / "f",
        [(flat("#0f1117"), 3, True), (flat("#5fb0f5"), 2, True)],
        Output("png", WIDTH, HEIGHT, 30),
    )
    names = sorted(path.name for path in (tmp_path / "f").iterdir())
    assert names == [f"0000{k}.png" for k in range(5)]
    seen = [tuple(np.array(Image.open(tmp_path / "f" / name))[0, 0, :3]) for name in names]
    assert seen == [(0x0F, 0x11, 0x17)] * 3 + [(0x5F, 0xB0, 0xF5)] * 2


def test_straight_alpha_undoes_premultiplication():
    rng = np.random.default_rng(0)
    colour = rng.integers(0, 256, (4, 5, 3)).astype(float)
    alpha = np.full((4, 5, 1), 200.0)
    drawn = np.concatenate([np.round(colour * alpha / 255), alpha], axis=2).astype(np.uint8)
    assert np.abs(straight_alpha(drawn)[..., :3] - colour).max() <= 1
    assert not straight_alpha(np.zeros((2, 2, 4), np.uint8)).any()


class Broken:
    """A sink that fails at its third frame."""

    def __init__(self, *_):
        self.written, self.aborted = 0, False

    def write(self, pixels, repeat, key):
        self.written += 1
        if self.written == 3:
            raise OSError("no space left on device")

    def close(self):
        raise AssertionError("a broken film was finished")

    def abort(self):
        self.aborted = True


def write_for_ever(encoder):
    while True:
        encoder.write(flat("#0f1117"))


def test_a_failing_encoder_stops_the_drawing_and_says_why():
    sink = Broken()
    encoder = Encoder(sink)
    with pytest.raises(RunError, match="no space left"):
        write_for_ever(encoder)
    encoder.abort()
    assert sink.aborted
    assert "encoder" not in {thread.name for thread in threading.enumerate()}


def test_aborting_ends_the_thread_whatever_is_queued(tmp_path):
    encoder = Encoder(open_sink(tmp_path / "f.mp4", Output("mp4", WIDTH, HEIGHT, 30)))
    for _ in range(encode.QUEUE_LENGTH):
        encoder.write(flat("#0f1117"), 1000)
    encoder.abort()
    assert "encoder" not in {thread.name for thread in threading.enumerate()}


def test_an_encoder_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("scenes.production.video.H264", H264._replace(name="libnothing"))
    with pytest.raises(RunError, match=r"mp4 encoder does not open.*libnothing"):
        open_sink(tmp_path / "f.mp4", Output("mp4", WIDTH, HEIGHT, 30))


def test_a_place_that_is_not_there_is_an_error_and_no_hang(tmp_path):
    encoder = Encoder(open_sink(tmp_path / "missing" / "f.mp4", Output("mp4", WIDTH, HEIGHT, 30)))
    encoder.write(flat("#0f1117"))
    with pytest.raises(RunError, match="No such file"):
        encoder.finish()


def test_memory_used_again_never_changes_a_frame_on_its_way(tmp_path):
    """Sixty frames from one canvas that changes all the time, each copied into memory that may have held another."""
    encoder = Encoder(open_sink(tmp_path / "f.mp4", Output("mp4", WIDTH, HEIGHT, 30)))
    canvas, buffers = flat("#000000"), []
    for level in range(60):
        canvas[..., :3] = 4 * level
        pixels = encoder.copy(canvas)
        buffers.append(pixels)  # kept, so that no other memory can have the same name
        encoder.write(pixels)
    encoder.finish()
    seen = [frame.to_ndarray(format="rgb24").mean() for frame in decode(tmp_path / "f.mp4")]
    assert seen == pytest.approx([4 * level for level in range(60)], abs=2.5)
    assert len({id(pixels) for pixels in buffers}) < 40, "memory is used again"


# Sections

KINDS = {
    "mp4": Output("mp4", WIDTH, HEIGHT, 30),
    "webm": Output("webm", WIDTH, HEIGHT, 30),
    "webm-alpha": Output("webm", WIDTH, HEIGHT, 30, transparent=True),
    "mov-alpha": Output("mov", WIDTH, HEIGHT, 24, transparent=True),
}


def moving(seed, frames, alpha=255):
    """A section: a pattern that moves and stands still, drawn by chance, premultiplied."""
    rng = np.random.default_rng(seed)
    pattern = np.kron(rng.integers(0, 255, (9, 16, 3), dtype=np.uint8), np.ones((20, 20, 1), np.uint8))
    pictures = [np.roll(pattern, 3 * k, axis=1) for k in range(frames)]
    drawn = [np.dstack([np.round(p * (alpha / 255)), np.full(p.shape[:2], alpha)]).astype(np.uint8) for p in pictures]
    return [(picture, 9 if k == frames // 2 else 1, k == 0) for k, picture in enumerate(drawn)]


def sections_of(kind):
    alpha = 128 if KINDS[kind].transparent else 255
    return [moving(seed, frames, alpha) for seed, frames in enumerate((6, 12, 9))]


def joined(sections):
    return [*chain.from_iterable(sections)]


def packets(path):
    """Content, time and kind of every packet; alpha of WebM lies beside a packet and is compared by decoding."""
    with av.open(str(path)) as container:
        found = [packet for packet in container.demux(video=0) if packet.size]
        return [(bytes(p), p.pts, p.dts, p.duration, p.is_keyframe, p.time_base) for p in found]


def alphas(path):
    """The opacity of every frame of a WebM, as its own decoder gives it."""
    with av.open(str(path)) as container:
        context = av.CodecContext.create("libvpx-vp9", "r")
        return [
            f.to_ndarray(format="rgba")[..., 3] for packet in container.demux(video=0) for f in context.decode(packet)
        ]


def continued(earlier, frames, path, sections, output):
    """Encode sections after so many frames of another film."""
    sink = encode.open_after(earlier, frames, path, output)
    encoder = Encoder(sink, transparent=output.transparent)
    for pixels, repeat, key in joined(sections):
        encoder.write(pixels, repeat, key=key)
    encoder.finish()
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_the_packets_of_a_section_depend_on_its_frames_alone(tmp_path, kind):
    """The middle one of three is the same bytes as in a film of its own."""
    output, sections = KINDS[kind], sections_of(kind)
    whole = packets(write(tmp_path / f"w.{output.format}", joined(sections), output))
    alone = packets(write(tmp_path / f"a.{output.format}", sections[1], output))
    assert (len(whole), len(alone)) == (27 + 24, 20)
    assert [content for content, *_ in whole[14:34]] == [content for content, *_ in alone]
    assert whole[14][4], "it starts with a key frame"


@pytest.mark.parametrize("kept", [1, 2, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_a_film_that_begins_with_another_is_the_same_file(tmp_path, kind, kept):
    output, sections = KINDS[kind], sections_of(kind)
    whole = write(tmp_path / f"w.{output.format}", joined(sections), output)
    frames = sum(repeat for section in sections[:kept] for _, repeat, _ in section)
    other = write(tmp_path / f"o.{output.format}", joined([*sections[:kept], moving(9, 5)]), output)
    made = continued(other, frames, tmp_path / f"m.{output.format}", sections[kept:], output)
    assert packets(made) == packets(whole)
    if output.format == "webm":  # whose header holds a number drawn by chance
        assert len(made.read_bytes()) == len(whole.read_bytes())
    else:
        assert made.read_bytes() == whole.read_bytes()
    if kind == "webm-alpha":
        assert np.array_equal(alphas(made), alphas(whole))
        assert abs(int(alphas(made)[0][90, 160]) - 128) <= 3


def test_time_stamps_stay_uniform_over_the_joint(tmp_path):
    sections = sections_of("mp4")
    first = write(tmp_path / "a.mp4", sections[0])
    made = continued(first, 14, tmp_path / "b.mp4", sections[1:], KINDS["mp4"])
    frames = decode(made)
    assert [frame.pts for frame in frames] == [frames[1].pts * k for k in range(51)]
    assert [k for k, frame in enumerate(frames) if frame.key_frame] == [0, 14, 34]
    names = atoms(made)
    assert names.index("moov") < names.index("mdat")


def sync_samples(path):
    """The frames from which an MP4 says that a player can start, from 0; read from the file's own table."""
    data = path.read_bytes()
    place = data.index(b"stss")
    count = struct.unpack(">I", data[place + 8 : place + 12])[0]
    return [number - 1 for number in struct.unpack(f">{count}I", data[place + 12 : place + 12 + 4 * count])]


def test_a_player_can_start_where_sections_start_and_every_four_seconds(tmp_path):
    """Frames that have nothing in common with those before: a cut is no reason to start anew."""
    cuts = [(moving(seed, 1)[0][0], 10, False) for seed in range(30)]
    path = write(tmp_path / "f.mp4", [(flat("#0f1117"), 10, True), (cuts[0][0], 10, True), *cuts[1:]])
    assert sync_samples(path) == [0, 10, 130, 250]


REFUSED = {
    "size": (Output("mp4", WIDTH, 160, 30), 14),
    "rate": (Output("mp4", WIDTH, HEIGHT, 15), 14),
    "codec": (Output("webm", WIDTH, HEIGHT, 30), 14),
    "count": (KINDS["mp4"], 13),
    "length": (KINDS["mp4"], 100),
    "pictures": (Output("gif", WIDTH, HEIGHT, 15), 14),
}


@pytest.mark.parametrize("why", REFUSED)
def test_an_earlier_film_of_another_kind_is_refused(tmp_path, why):
    output, frames = REFUSED[why]
    earlier = write(tmp_path / "a.mp4", joined(sections_of("mp4")))
    with pytest.raises(Unlike):
        encode.open_after(earlier, frames, tmp_path / f"b.{output.format}", output)


def test_an_earlier_film_with_another_head_is_refused(tmp_path, monkeypatch):
    """What a player reads before the first packet holds for all: here another number of reference frames."""
    sections = sections_of("mp4")
    with monkeypatch.context() as patch:
        more = H264.options["x264-params"] + ":ref=3"
        patch.setattr("scenes.production.video.H264", H264._replace(options={**H264.options, "x264-params": more}))
        earlier = write(tmp_path / "a.mp4", sections[0])
    with pytest.raises(Unlike, match="other settings"):
        encode.open_after(earlier, 14, tmp_path / "b.mp4", KINDS["mp4"])


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "noise"])
def test_an_earlier_film_that_is_broken_is_refused(tmp_path, damage):
    earlier = write(tmp_path / "a.mp4", joined(sections_of("mp4")))
    data = earlier.read_bytes()
    earlier.unlink()
    if damage != "gone":
        earlier.write_bytes({"empty": b"", "cut": data[: len(data) // 3], "noise": bytes(5000)}[damage])
    with pytest.raises(Unlike):
        encode.open_after(earlier, 34, tmp_path / "b.mp4", KINDS["mp4"])


# The same bits everywhere


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to a core")
@pytest.mark.parametrize("kind", KINDS)
def test_the_bits_do_not_depend_on_the_number_of_cores(tmp_path, kind):
    """Encoders count the cores that a process may use; here one, and all."""
    output, frames = KINDS[kind], joined(sections_of(kind))
    whole = packets(write(tmp_path / f"a.{output.format}", frames, output))
    cores = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(cores)})
        assert packets(write(tmp_path / f"b.{output.format}", frames, output)) == whole
    finally:
        os.sched_setaffinity(0, cores)


def test_the_bits_do_not_depend_on_the_processor(tmp_path, monkeypatch):
    """H.264 with what the processor is good at, and in plain C."""
    frames = joined(sections_of("mp4"))
    quick = packets(write(tmp_path / "a.mp4", frames))
    plain = H264.options["x264-params"] + ":asm=0"
    monkeypatch.setattr("scenes.production.video.H264", H264._replace(options={**H264.options, "x264-params": plain}))
    assert packets(write(tmp_path / "b.mp4", frames)) == quick


def test_encoders_that_count_cores_are_told_how_many_threads():
    assert H264.options["threads"] == video.VP9.options["threads"] == video.VP9_ALPHA.options["threads"] == "2"
