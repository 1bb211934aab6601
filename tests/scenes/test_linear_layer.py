"""`linear-layer` tells the truth: numbers, shapes, words and lines against torch, the notes and plain NumPy."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from netstage import play, share_near, standing, still, unread

from learning import store
from scenes.bases import linear_layer as stages
from scenes.drawing import channels, mix
from scenes.figures.linear_layer import written
from scenes.look import Look
from scenes.panels.blocks import ACROSS, DOWN, HEIGHT, TINT, Block, Blocks, cells_of, course, slots, width_for
from scenes.panels.close_up import CloseUp
from scenes.panels.products import LID, Product, Workbench
from scenes.parameters import LinearLayerParameters
from scenes.theme import THEMES

NOTE_X = (-2.482113, -2.362146, -1.997295, 2.663240)
NOTE_FIVE = (-2.9777, -0.2220, -0.1181, 0.1084, 1.7688)
NOTE_LINE = (-14.4443, -7.5551, -7.2952, -6.7290, -2.5781)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    root = tmp_path_factory.mktemp("histories")
    return store.fetch_all(LinearLayerParameters().experiments(), root=root)


@pytest.fixture(scope="module")
def shown(runs):
    """The film with its defaults, its stills, and for each beat what stood in the cells, as floats."""
    stills, cells = {}, {}

    def keep(film: Any, key: str) -> None:
        stills[key] = still(film)
        blocks = film.blocks
        cells[key] = {name: number(cell) for name, cell in blocks._cells[round(blocks.stage)].items() if cell.opacity}

    return play("linear-layer", LinearLayerParameters(), keep, runs), stills, cells


def number(cell):
    """What a cell says, as a float; NaN for the dots."""
    return float("nan") if cell.content in (DOWN, ACROSS) else float(cell.content.plain.replace("−", "-"))


def column(cells, name, count):
    return [cells[f"{name} {row}"] for row in slots(count) if row is not None]


def test_the_numbers_on_screen_are_those_of_the_notes(shown):
    _, _, cells = shown
    assert (cells["box"]["w1"], cells["box"]["w0"]) == (-0.3467, -0.8470)
    assert (cells["ones"]["w0"], cells["ones"]["w1"]) == (-0.2451, -0.5989)
    assert [cells["forgotten"][name] for name in ("w0", "w1", "extra")] == [-0.2451, -0.5989, 0.2549]
    assert column(cells["shapes"], "x", 100) == pytest.approx(NOTE_X, abs=5e-5)
    assert column(cells["homework"], "x", 5) == pytest.approx(NOTE_FIVE)
    assert column(cells["homework"], "made", 5) == pytest.approx(NOTE_LINE)
    assert (cells["homework"]["w1"], cells["homework"]["w0"]) == (2.5, -7.0)
    assert (cells["homework"]["w0 again"], cells["homework"]["w1 again"]) == (-7.0, 2.5)


def notes(inputs, bias, matrix):
    """The note's own lines: seed, layer, what it says; weights and bias in one list, ŷ."""
    torch.manual_seed(43052)
    net = torch.nn.Linear(inputs, 1, bias=bias)
    held = [*net.weight.detach().flatten().tolist(), *(net.bias.detach().tolist() if bias else [])]
    return held, net(matrix).detach().flatten().numpy()


@pytest.mark.parametrize(
    ("beat", "row", "inputs", "bias", "names"),
    [
        ("shapes", 0, 1, True, ("w1", "w0")),
        ("ones", 1, 2, False, ("w0", "w1")),
        ("forgotten", 2, 2, True, ("w0", "w1", "extra")),
    ],
)
def test_cells_and_lines_are_what_torch_makes(shown, runs, beat, row, inputs, bias, names):
    film, _, cells = shown
    x = torch.tensor(runs["layer"].x).reshape(100, 1)
    held, said = notes(inputs, bias, x if inputs == 1 else torch.cat([torch.ones(100, 1), x], 1))
    assert [cells[beat][name] for name in names] == pytest.approx(held, abs=5.1e-5)
    assert column(cells[beat], "made", 100) == pytest.approx(said[[0, 1, 2, 99]], abs=5.1e-5)
    assert film.plot.estimate_at(row) == pytest.approx(said, abs=1e-6)
    if inputs == 2:
        assert column(cells[beat], "one", 100) == [1.0] * 4


def drawn(film, stills, beat, epoch, near=1.0, panel="plot"):
    """The share of the line of an epoch that is in the last picture of a beat."""
    plot = getattr(film, panel)
    if panel == "plot":
        plot.near = near
    x = plot.x[[0, -1]]
    ends = plot.place(x, plot.estimate_at(epoch)[[0, -1]])
    along = np.linspace(0.01, 0.3, 60)[:, None]  # to the left of points and marks
    return share_near(stills[beat], ends[0] + along * (ends[1] - ends[0]), film.theme.estimate)


@pytest.mark.parametrize(("beat", "epoch"), [("box", 0), ("shapes", 0), ("ones", 1), ("forgotten", 2)])
def test_the_line_of_the_layer_is_in_the_picture_and_no_other(shown, beat, epoch):
    film, stills, _ = shown
    assert drawn(film, stills, beat, epoch) > 0.95
    assert drawn(film, stills, beat, (epoch + 1) % 3) < 0.5
    assert drawn(film, stills, beat, epoch, near=0.0) < 0.5


def test_the_mark_at_zero_is_the_bias_and_the_step_the_weight(shown, runs):
    film, _, _ = shown
    film.plot.near = 1.0
    unit = np.diff(film.plot.place(np.zeros(2), np.array([0.0, 1.0]))[:, 1])[0]
    right = np.diff(film.plot.place(np.array([0.0, 1.0]), np.zeros(2))[:, 0])[0]
    for epoch, (intercept, slope) in enumerate([(-0.8470, -0.3467), (-0.2451, -0.5989), (0.0097, -0.5989)]):
        film.marks.epoch = epoch
        (foot, tip), (start, corner, end) = film.marks.arrow(), film.marks.steps()
        assert foot == pytest.approx(film.plot.place(np.zeros(1), np.zeros(1))[0])
        assert (tip - foot)[1] / unit == pytest.approx(intercept, abs=6e-5)
        assert (corner - start) == pytest.approx([right, 0.0])
        assert (end - corner)[1] / unit == pytest.approx(slope, abs=6e-5)
        said = film.plot.place(film.plot.x[[0, -1]], film.plot.estimate_at(epoch)[[0, -1]])
        assert np.interp(end[0], said[:, 0], said[:, 1]) == pytest.approx(end[1], abs=1e-4), "it ends on the line"
    film.marks.epoch = 2.0
    arrows = film.marks.shifts()
    assert (arrows[:, 1] - arrows[:, 0])[:, 1] / unit == pytest.approx(np.full(3, runs["forgotten"].params[0, 2]))


def test_the_marks_are_in_the_picture(shown):
    film, stills, _ = shown
    film.plot.near = 1.0
    for beat, epoch, other in (("box", 0, "ones"), ("ones", 1, "forgotten")):
        film.marks.epoch = epoch
        foot, tip = film.marks.arrow()
        _, corner, end = film.marks.steps()
        shafts = np.array([tip + share * (foot - tip) for share in (0.1, 0.4)])
        assert share_near(stills[beat], np.array([*shafts, (corner + end) / 2]), film.theme.estimate) == 1
        assert share_near(stills[other], shafts, film.theme.estimate) < 1


@pytest.mark.parametrize(("stage", "shape"), [("TOO_WIDE_UPON", (100, 2)), ("FLAT_UPON", (100,))])
def test_torch_says_what_is_on_the_screen(shown, stage, shape):
    film, _, _ = shown
    arrangement = film.layers.arrangements[getattr(stages, stage)]
    (says,) = [sign for sign in arrangement.signs if sign.key == "message"]
    with pytest.raises(RuntimeError) as refusal:
        torch.nn.Linear(1, 1)(torch.zeros(shape))
    assert says.markup == f'#raw("RuntimeError: {refusal.value}")'
    assert str(refusal.value) in film.beats[3].note


def sizes(arrangement, *keys):
    signs = {sign.key: sign for sign in arrangement.signs}
    return [signs[key].markup for key in keys]


def test_the_sizes_that_are_compared_are_those_of_the_message(shown):
    film, _, _ = shown
    keys = ("input rows", "input columns", "weight in", "weight out")
    rows = film.layers.arrangements
    assert sizes(rows[stages.FIT], *keys, "output rows", "output columns") == ["100", "1", "1", "1", "100", "1"]
    assert sizes(rows[stages.COLUMNS], *keys) == ["100", "2", "2", "1"]
    for stage, message in (
        (stages.TOO_WIDE_SIZES, "message"), (stages.TOO_WIDE_UPON, "message"),
        (stages.FLAT, "message_flat"), (stages.FLAT_UPON, "message_flat"),
    ):  # fmt: skip
        first, second, third, fourth = sizes(rows[stage], *keys)
        assert f"({first}x{second} and {third}x{fourth})" in film.figures[message].plain
        colors = {sign.key: sign.color for sign in rows[stage].signs}
        lit = ("input columns", "weight in", "verdict")
        assert {colors[key] for key in lit if key in colors} == {film.theme.loss}
        assert {colors["input rows"], colors["weight out"]} == {film.theme.muted}


def test_where_a_weight_is_missing_there_is_a_question_mark(shown):
    film, _, _ = shown
    arrangement = film.layers.arrangements[stages.TOO_WIDE_UPON]
    (mark,) = [sign for sign in arrangement.signs if sign.key.startswith("no weight")]
    (lid,) = [placed for placed in arrangement.blocks if placed.block.key == "weight"]
    assert (mark.key, mark.markup, mark.color) == ("no weight 1", "?", film.theme.loss)
    assert mark.x == pytest.approx(lid.x + 1.5 * film.layers.cell), "above the second column, in the weight's row"
    assert mark.y == pytest.approx(lid.y + HEIGHT / 2)
    fitting = film.layers.arrangements[stages.UPON].signs
    assert not [sign for sign in fitting if sign.key.startswith("no weight")]


def test_no_figure_is_made_for_nobody(shown):
    assert unread(shown[0], "sum_sign", "extra_term", "sum_equal") == set(), "those are drawn below the blocks"


def test_where_most_points_are_out_of_sight_the_film_says_so(shown):
    film, _, _ = shown
    low, high = film.plot._axes.close.y
    assert film.figures["inside"].plain == str(sum(low <= y <= high for y in film.layer.y.tolist())) == "38"
    assert film.text("box.zoomed") == "zoomed in: 38 of the 100 points"


def test_the_homework_is_set_in_both_ways(shown, runs):
    film, stills, cells = shown
    assert drawn(film, stills, "homework", 2, panel="solved") > 0.6, "the dashes of what was asked for lie upon it"
    assert drawn(film, stills, "homework", 0, panel="solved") < 0.2
    x = runs["homework"].x
    for row in (1, 2):
        assert film.solved.estimate_at(row) == pytest.approx(2.5 * x - 7, abs=1e-6)
    assert film.solved.y == pytest.approx(film.solved.truth_values)
    assert np.abs(film.solved.estimate_at(0) - film.solved.y).max() > 1
    assert column(cells["homework"], "made", 5) == pytest.approx(film.solved.estimate_at(2), abs=5e-5)
    torch.manual_seed(202043052)
    drawn_x, _ = torch.randn(5).sort()
    net = torch.nn.Linear(1, 1)
    assert film.solved.x == pytest.approx(drawn_x.numpy())
    first = [film.figures[name].plain for name in ("first_weight", "first_bias")]
    assert first == [written(net.weight.item()).plain, written(net.bias.item()).plain]


def test_the_notes_homework_began_some_layers_later():
    """The note prints 0.0092 and 0.1899: the ninth and tenth number after the points; a clean run starts at the first.

    Its other layer, -0.6152 and -0.6372, are the next two.
    """
    torch.manual_seed(202043052)
    torch.randn(5)
    uniform = 2 * torch.rand(12) - 1
    assert uniform[[0, 1, 8, 9]].numpy() == pytest.approx([0.7621, 0.2222, 0.0092, 0.1899], abs=5e-5)
    assert uniform[10:].numpy() / np.sqrt(2) == pytest.approx([-0.6152, -0.6372], abs=5e-5)


def test_the_bias_and_the_weight_of_the_ones_have_the_same_slope(shown, runs):
    x, y = (runs["forgotten"].x.astype(float), runs["forgotten"].y.astype(float))
    slope = -2 * (y - (-0.2451447 + 0.2548754) - -0.5989401 * x).sum()
    for name in ("pull", "pull_extra"):
        assert shown[0].figures[name].plain == f"{slope:.2f}".replace("-", "−")


def test_the_first_row_is_worked_out_as_recorded(shown, runs):
    said = {subtitle.text for subtitle in shown[0].subtitles}
    assert "First row:  −0.3467 × (−2.4821) + (−0.8470) = 0.0135" in said
    weight, bias = runs["layer"].params[0].astype(float)
    assert weight * float(runs["layer"].x[0]) + bias == pytest.approx(0.0135, abs=5e-5)
    assert any("Only their sum counts: 0.0097" in text for text in said)


@pytest.mark.parametrize("seed", [0, 1, 3, 7])
def test_what_is_said_of_the_line_is_so(seed):
    film = play("linear-layer", LinearLayerParameters(seed=seed), lambda film, key: None, size=(160, 90))
    said = " ".join(subtitle.text for subtitle in film.subtitles)
    weight, extra = film.histories["layer"].params[0, 0], film.histories["forgotten"].params[0, 2]
    step = f"one step to the right, {abs(weight):.4f} {'up' if weight > 0 else 'down'}"
    assert step in said
    assert f"the line moves {'up' if extra > 0 else 'down'} by as much" in said
    moved = film.plot.estimate_at(2) - film.plot.estimate_at(1)
    assert moved == pytest.approx(np.full(100, extra), abs=1e-5)


def test_every_sentence_can_be_read(shown):
    assert min(standing(shown[0]).values()) >= 2.5


@pytest.mark.parametrize("line", [(-7.0, 2.5), (-98765.4321, 54321.98765), (1 / 3, -1e-5)])
def test_both_ways_give_the_same_numbers(line):
    asked = LinearLayerParameters(line=line).experiments()
    with_bias, without = (store.fetch(asked[way]).yhat for way in ("with bias", "without bias"))
    assert (with_bias == without).all()


def test_where_they_did_not_it_would_be_said(runs):
    without = runs["without bias"]
    nudged = {**runs, "without bias": replace(without, yhat=without.yhat + np.float32(1e-4))}
    film = play("linear-layer", LinearLayerParameters(), lambda film, key: None, nudged, size=(160, 90))
    assert film.subtitles[-1].text.endswith("up to rounding")
    assert film.beats[-1].note.endswith("float32.")


# The panel by itself


def block(key, rows, columns, color="#5fb0f5"):
    names = np.array([[f"{key} {row} {column}" for column in range(columns)] for row in range(rows)])
    words = np.empty((rows, columns), object)
    for row, column in np.ndindex(rows, columns):
        words[row, column] = written(10.0 * row + column)
    return Block(key, color, words, names, np.repeat(color, columns))


NAMES = dict.fromkeys(("input", "weight", "weight standing", "bias", "output"), "x")


@pytest.fixture
def bench():
    return Workbench(Look(), 1.0, (-6.0, -3.0, 6.0, 3.0))


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5, 2), (6, 3), (100, 4), (1, 100)])
def test_blocks_are_drawn_to_one_scale(rows, columns):
    one = block("input", rows, columns)
    width, height = one.size(0.8)
    assert width == pytest.approx(0.8 * len(slots(columns)))
    assert height == pytest.approx(HEIGHT * len(slots(rows)))
    assert [k for k in slots(rows) if k is not None] == ([*range(rows)] if rows <= 5 else [0, 1, 2, rows - 1])
    assert one.turned().shape == (columns, rows)
    assert one.turned().turned().names.tolist() == one.names.tolist()


@pytest.mark.parametrize(("columns", "inputs", "missing"), [(1, 1, 0), (3, 3, 0), (2, 1, 1), (4, 1, 3), (100, 1, 4)])
def test_the_weight_lies_upon_the_columns_that_it_multiplies(bench, columns, inputs, missing):
    upon = bench.upon(Product(block("input", 9, columns), block("weight", 1, inputs), names=NAMES))
    given, lid = (next(p for p in upon.blocks if p.block.key == key) for key in ("input", "weight"))
    cells = dict(cells_of(upon, bench.cell))
    for j in range(inputs):
        assert cells[f"weight 0 {j}"].x == pytest.approx(cells[f"input 0 {j}"].x)
    assert lid.y - LID == pytest.approx(given.y + given.block.size(bench.cell)[1])
    assert len([sign for sign in upon.signs if sign.key.startswith("no weight")]) == missing
    assert not upon.strokes


def test_every_number_is_within_its_block(bench):
    product = Product(block("input", 9, 2), block("weight", 1, 2), block("bias", 1, 1), block("output", 9, 1), NAMES)
    panel = Blocks((-6, -3, 6, 3), Look(), [bench.in_a_row(product, "fit"), bench.upon(product)], bench.cell)
    for panel.stage in (0.0, 1.0):
        for placed in panel.arrangements[int(panel.stage)].blocks:
            left, bottom, right, top = panel.rectangle(placed.block.key)
            for row, col in np.ndindex(placed.block.shape):
                cell = panel.number(f"{placed.block.key} {row} {col}")
                if cell is not None:
                    assert left < cell.x < right
                    assert bottom < cell.y < top


@pytest.mark.parametrize("rise", [-2.0, 0.0, 2.0])
def test_a_course_leads_from_the_beginning_to_the_end(rise):
    shares = np.array([course(rise, share) for share in np.linspace(0, 1, 21)])
    assert shares[[0, -1]].tolist() == [[0, 0], [1, 1]]
    assert (np.diff(shares, axis=0) >= 0).all()
    assert np.sign(shares[10, 1] - shares[10, 0]) == np.sign(rise), "what rises goes up first"


def test_cells_are_as_wide_as_the_widest_number():
    look = Look()
    narrow, wide = (width_for(look, [block("input", rows, 1)]) for rows in (1, 400))
    assert wide > narrow
    assert width_for(look, [block("input", 1, 1), block("output", 400, 1)]) == wide


@pytest.mark.parametrize("near", [0.0, 0.4, 1.0])
def test_closing_in_leaves_points_where_they_belong(near):
    x, y = np.linspace(-1, 1, 9), np.linspace(-8, 12, 9)
    plot = CloseUp((0, 0, 4, 4), Look(), x, y, np.arange(2), np.zeros((2, 9)), close=(-1.0, 1.0))
    plot.near = near
    low, high = plot._axes.y
    _, bottom, _, top = plot.inner()
    assert plot.place(np.zeros(2), np.array([low, high]))[:, 1] == pytest.approx([bottom, top])
    wide = plot._axes.wide.y[1] - plot._axes.wide.y[0]
    assert high - low == pytest.approx(wide ** (1 - near) * 2.0**near)
    assert plot._axes.wide.y[0] <= low <= -1.0 + 1e-9
    assert 1.0 - 1e-9 <= high <= plot._axes.wide.y[1]


def test_numbers_keep_their_contrast_upon_the_ground_of_a_block():
    for name, theme in THEMES.items():
        for color in (theme.data, theme.estimate):
            assert contrast(color, mix(theme.background, color, TINT[name])) >= 4.5


def contrast(first, second):
    """WCAG's contrast of two colours."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color):
    parts = np.array(channels(color))
    return float(np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])
