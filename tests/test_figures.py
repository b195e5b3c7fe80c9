"""Every figure draws without a warning, on the axes it is given, with a title and labels that fit."""

import matplotlib

matplotlib.use("agg")

import numpy as np  # noqa: E402
import pytest  # noqa: E402
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.patches import FancyBboxPatch  # noqa: E402

from rnnlib.course import figures  # noqa: E402
from rnnlib.course.contents import NOTEBOOKS  # noqa: E402

RNG = np.random.default_rng(0)
WALK = RNG.standard_normal(30)
TWO = RNG.standard_normal((2, 12))
BY_CHANCE = RNG.standard_normal((20, 12)) / 10
LABELS = {"title": "A finding", "xlabel": "time (ms)", "ylabel": "pressure"}

DRAW = {
    "against_threshold": lambda ax: figures.against_threshold(ax, {"a": TWO[0], "b": TWO[1]}, 0.3, title="A finding"),
    "caught": lambda ax: figures.caught(
        ax, ["one", "two"], ["A", "B", "C"], RNG.random((2, 3)) > 0.5, title="A finding"
    ),
    "contributions": lambda ax: figures.contributions(ax, TWO[0], TWO[0].sum(), title="A finding", ylabel="gradient"),
    "cost": lambda ax: figures.cost(ax, np.arange(1, 4), {"a": [1, 2, 3], "b": [1, 4, 9]}, title="A finding"),
    "course_map": lambda ax: figures.course_map(ax, title="A finding"),
    "dependence": lambda ax: figures.dependence(ax, np.arange(1, 13), TWO[0], BY_CHANCE, **LABELS),
    "errors_ahead": lambda ax: figures.errors_ahead(ax, {"a": TWO**2, "b": TWO[0] ** 2}, **LABELS),
    "forecasts": lambda ax: figures.forecasts(
        ax, np.arange(30), WALK, 20, {"a": np.ones(4), "b": np.zeros(3)}, **LABELS, shown=9
    ),
    "fading_error": lambda ax: figures.fading_error(
        ax, {"a": 0.1 ** np.arange(5), "b": 0.5 ** np.arange(5)}, title="A finding", ylabel="error"
    ),
    "folded": lambda ax: figures.folded(ax, title="A finding"),
    "growth": lambda ax: figures.growth(ax, np.arange(12), {"a": TWO[0] ** 2, "b": TWO[1] ** 2}, title="A finding"),
    "largest_state": lambda ax: figures.largest_state(ax, {"tanh": np.abs(BY_CHANCE)}, title="A finding"),
    "one_hot": lambda ax: figures.one_hot(ax, np.eye(3), "abc", "abc", title="A finding"),
    "pulse": lambda ax: figures.pulse(ax, [0.5, 1.1], TWO, title="A finding"),
    "series": lambda ax: figures.series(ax, np.arange(30), WALK, **LABELS),
    "spread": lambda ax: figures.spread(ax, {"a": TWO[0], "b": TWO[1]}, title="A finding", xlabel="correlation"),
    "state_lines": lambda ax: figures.state_lines(ax, TWO.T, title="A finding"),
    "state_map": lambda ax: figures.state_map(ax, np.tanh(TWO.T), title="A finding"),
    "difference_errors": lambda ax: figures.difference_errors(
        ax, 0.1 ** np.arange(4), {"a": 0.1 ** np.arange(4), "b": 0.2 ** np.arange(4)}, title="A finding"
    ),
    "kept": lambda ax: figures.kept(ax, [0.0, 3.0], 20, title="A finding"),
    "lstm_cell": lambda ax: figures.lstm_cell(ax, title="A finding"),
    "kept_and_lost": lambda ax: figures.kept_and_lost(ax, np.ones(9), 0.1 ** np.arange(9), title="A finding"),
    "each_and_mean": lambda ax: figures.each_and_mean(ax, np.arange(12), BY_CHANCE, **LABELS),
    "film": lambda ax: figures.film(
        ax, 10 * np.arange(4), RNG.random((4, 8)), title="A finding", ylabel="bit", values="probability"
    ),
    "loss_runs": lambda ax: figures.loss_runs(ax, [np.exp(WALK), np.exp(TWO[0])], plateau=0.7, title="A finding"),
    "margins_by_place": lambda ax: figures.margins_by_place(ax, TWO[0], np.arange(12) % 3, title="A finding"),
    "norms_going_back": lambda ax: figures.norms_going_back(ax, {"a": np.exp(BY_CHANCE)}, title="A finding"),
    "ranges": lambda ax: figures.ranges(ax, np.arange(12), {"a": BY_CHANCE, "b": BY_CHANCE + 1}, **LABELS),
    "states_by_carry": lambda ax: figures.states_by_carry(ax, TWO.T, np.arange(12) % 2, title="A finding"),
    "stretched_circle": lambda ax: figures.stretched_circle(ax, np.eye(2) + np.tri(2), np.ones(2), title="A finding"),
    "success": lambda ax: figures.success(
        ax, [2, 5, 9], {"a": [10, 5, 0], "b": [9, 8, 7]}, of=10, title="A finding", xlabel="lag (steps)"
    ),
    "trees": lambda ax: figures.trees(ax, [((0, 1), 1), (0, 1)], label=str, title="A finding", edges=("l", "r")),
    "unrolled_backward": lambda ax: figures.unrolled_backward(ax, 3, title="A finding"),
    "walked_back": lambda ax: figures.walked_back(ax, np.tri(4), title="A finding"),
    "influence": lambda ax: figures.influence(ax, np.tri(4), title="A finding"),
    "padded_states": lambda ax: figures.padded_states(
        ax, 8, {"without mask": TWO[0], "with mask": TWO[1]}, title="A finding"
    ),
    "padding": lambda ax: figures.padding(ax, [3, 1, 2], [np.array([0, 1]), np.array([2])], title="A finding"),
    "next_characters": lambda ax: figures.next_characters(
        ax, "ab \n", {"one": np.array([0.1, 0.2, 0.3, 0.4]), "two": np.full(4, 0.25)}, title="A finding"
    ),
    "rivals": lambda ax: figures.rivals(
        ax, {"counts": 2.3, "a network": [2.6, 2.7]}, title="A finding", xlabel="bits", networks="network"
    ),
    "scan_rounds": lambda ax: figures.scan_rounds(ax, 8, title="A finding"),
    "written": lambda ax: figures.written(ax, {"0 updates": "q$z\n" * 30, "100 updates": "the"}, title="A finding"),
    "unrolled": lambda ax: figures.unrolled(ax, 3, title="A finding", highlight="W_h", inputs=[1], outputs=[3]),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_every_figure_is_tested():
    assert set(DRAW) == set(figures.__all__) - {"axes"}


@pytest.mark.parametrize("name", DRAW)
def test_draws_on_its_axes_with_a_title_that_fits(name):
    ax = figures.axes(8, 3)
    assert DRAW[name](ax) is None  # a returned object would be printed below the cell
    ax.figure.canvas.draw()  # a warning is an error here
    assert "A finding" in {ax.get_title(loc="left"), ax.get_title()}
    assert ax.has_data() or ax.patches
    assert plt.get_fignums() == [1]


@pytest.mark.parametrize(
    "name",
    sorted(
        set(DRAW)
        - {
            "course_map",
            "folded",
            "lstm_cell",
            "trees",
            "unrolled",
            "unrolled_backward",
            "caught",
            "contributions",
            "written",
            "scan_rounds",
        }
    ),
)
def test_charts_name_both_axes(name):
    ax = figures.axes(8, 3)
    DRAW[name](ax)
    assert ax.get_ylabel() or name in {"rivals", "spread"}
    assert ax.get_xlabel()


def test_the_data_behind_a_line_is_the_data_given():
    ax = figures.axes()
    figures.series(ax, np.arange(30), WALK, **LABELS)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), WALK)
    ax = figures.axes()
    figures.pulse(ax, [0.5, 1.1], TWO, title="A finding")
    np.testing.assert_array_equal([line.get_ydata() for line in ax.lines[:2]], TWO)
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), np.arange(1, 13))


def test_the_periods_of_a_series_are_marked():
    ax = figures.axes()
    figures.series(ax, np.arange(30), WALK, period=7.5, **LABELS)
    np.testing.assert_allclose([line.get_xdata()[0] for line in ax.lines[1:]], [0, 7.5, 15, 22.5])
    assert [text.get_text() for text in ax.texts if text.get_text()] == ["one period"]


def test_a_series_of_dots_has_one_for_each_value_and_a_line_at_zero():
    ax = figures.axes()
    figures.series(ax, np.arange(30), WALK, dots=True, **LABELS)
    assert ax.lines[0].get_marker() == "o" and ax.lines[1].get_ydata()[0] == 0


def test_the_map_of_states_has_a_column_for_each_step():
    ax = figures.axes()
    figures.state_map(ax, np.tanh(TWO.T), title="A finding")
    np.testing.assert_array_equal(ax.images[0].get_array(), np.tanh(TWO))


def test_full_circles_are_the_caught_ones():
    ax = figures.axes()
    seen = np.array([[True, False, False], [False, True, True]])
    figures.caught(ax, ["one", "two"], ["A", "B", "C"], seen, title="A finding")
    full = {(int(m.get_ydata()[0]), int(m.get_xdata()[0])) for m in ax.lines if m.get_markerfacecolor() != "white"}
    assert full == {(0, 0), (1, 1), (1, 2)}


def test_contributions_are_bars_with_their_sum_last():
    ax = figures.axes()
    figures.contributions(ax, TWO[0], TWO[0].sum(), title="A finding", ylabel="gradient")
    np.testing.assert_allclose([bar.get_height() for bar in ax.patches], [*TWO[0], TWO[0].sum()])


def test_contributions_can_be_named():
    ax = figures.axes()
    figures.contributions(ax, TWO[0, :2], 1.0, title="A finding", ylabel="gradient", names=["root", "leaf"])
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["root", "leaf", "sum"]


def test_what_is_left_is_the_power_of_the_gate():
    ax = figures.axes()
    figures.kept(ax, [0.0, 3.0], 20, title="A finding")
    for line, gate in zip(ax.lines, (0.5, 1 / (1 + np.exp(-3))), strict=False):
        np.testing.assert_allclose(line.get_ydata(), gate ** np.arange(21), rtol=1e-12)


def test_a_tree_has_its_leaves_in_order_and_each_parent_between_and_above_its_children():
    ax = figures.axes()
    figures.trees(ax, [((0, 1), 2), (3, 4)], label=str, title="A finding", edges=("left", "right"))
    places = {text.get_text(): text.get_position() for text in ax.texts if text.get_bbox_patch()}
    assert [places[str(leaf)][1] for leaf in range(5)] == [0] * 5
    across = [places[str(leaf)][0] for leaf in range(5)]
    assert across == sorted(set(across))
    for parent in (((0, 1), 2), (0, 1), (3, 4)):
        (x, y), children = places[str(parent)], [places[str(child)] for child in parent]
        assert x == np.mean([child[0] for child in children]) and y == max(child[1] for child in children) + 1
    assert [text.get_text() for text in ax.texts].count("left") == len(ax.lines) / 2 == 3


def test_each_rival_has_its_numbers_and_the_networks_have_squares():
    ax = figures.axes()
    figures.rivals(ax, {"counts": 2.25, "an RNN": [2.5, 2.75]}, title="A finding", xlabel="bits", networks="RNN LSTM")
    dots = [line for line in ax.lines if line.get_marker() != "None"]
    assert [line.get_xdata().tolist() for line in dots] == [[2.25], [2.5, 2.75]]
    assert [line.get_marker() for line in dots] == ["o", "s"]
    assert [text.get_text() for text in ax.texts] == ["2.25", "2.75"]


def test_the_next_characters_stand_in_the_order_of_their_probabilities():
    ax = figures.axes()
    figures.next_characters(ax, "ab ", {"one": np.array([0.1, 0.2, 0.7])}, title="A finding", most=2)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["␣", "b"]
    assert [bar.get_height() for bar in ax.patches] == [0.7, 0.2]


def test_what_is_written_is_shown_line_by_line():
    ax = figures.axes()
    figures.written(ax, {"counts": "one\ntwo " + "x" * 80}, title="A finding")
    assert [text.get_text() for text in ax.texts] == ["counts", "one↵ two " + "x" * 67, "x" * 13]


def test_the_padded_steps_are_marked_where_there_are_any():
    ax = figures.axes()
    figures.padded_states(ax, 8, {"a": TWO[0], "b": TWO[1]}, title="A finding")
    np.testing.assert_array_equal([line.get_ydata() for line in ax.lines], TWO)
    assert ax.patches[0].get_x() == 8.5 and ax.patches[0].get_width() == 4
    ax = figures.axes()
    figures.padded_states(ax, 12, {"a": TWO[0]}, title="A finding")
    assert not ax.patches and not ax.texts


def test_each_sequence_of_a_batch_is_padded_to_its_longest():
    ax = figures.axes()
    figures.padding(ax, [3, 1, 2], [np.array([1, 0]), np.array([2])], title="A finding")
    assert [bar.get_width() for bar in ax.patches] == [3, 3, 1, 3, 2, 2]  # grey, then blue, batch by batch
    rows = [bar.get_y() + bar.get_height() / 2 for bar in ax.patches]
    assert rows == [0, 1, 0, 1, 6, 6]


def test_influence_marks_what_has_changed():
    ax = figures.axes()
    figures.influence(ax, np.array([[0, 1e-9], [0.5, 0]]), title="A finding")
    np.testing.assert_array_equal(ax.images[0].get_array(), [[0, 1], [1, 0]])


def test_walks_into_the_future_are_left_out():
    ax = figures.axes()
    figures.walked_back(ax, np.arange(16.0).reshape(4, 4), title="A finding")
    shown = ax.images[0].get_array()
    np.testing.assert_array_equal(shown.mask, np.tril(np.ones((4, 4), bool), -1))
    assert len(ax.texts) == 10


def test_the_guides_of_the_cost_have_slopes_1_and_2_and_start_at_the_data():
    ax = figures.axes()
    figures.cost(ax, np.array([1, 10]), {"a": np.array([3, 300]), "b": np.array([1, 10])}, title="A finding")
    slopes = [np.diff(np.log10(line.get_ydata()))[0] for line in ax.lines]
    np.testing.assert_allclose(slopes, [2, 1, 1, 2])
    starts = [line.get_ydata()[0] for line in ax.lines]
    np.testing.assert_allclose(starts, [3, 1, 1, 3])


def test_bands_hold_all_seeds_and_lines_are_medians():
    ax = figures.axes()
    figures.ranges(ax, np.arange(12), {"a": BY_CHANCE}, **LABELS)
    np.testing.assert_allclose(ax.lines[0].get_ydata(), np.median(BY_CHANCE, axis=0))
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert heights.min() == BY_CHANCE.min()
    assert heights.max() == BY_CHANCE.max()


def test_every_run_is_a_line_that_ends_with_a_dot():
    ax = figures.axes()
    figures.loss_runs(ax, [np.exp(WALK), np.exp(TWO[0])], plateau=0.7, title="A finding", every=5)
    _, one, its_end, other, _ = ax.lines
    np.testing.assert_array_equal(one.get_xdata(), 5 * np.arange(1, 31))
    np.testing.assert_array_equal(other.get_ydata(), np.exp(TWO[0]))
    assert its_end.get_xydata().tolist() == [[150, np.exp(WALK[-1])]]


def test_margins_are_bars_and_the_wrong_ones_are_hatched():
    ax = figures.axes()
    figures.margins_by_place(ax, np.array([2.0, -1.0, 3.0]), np.array([0, 1, 2]), title="A finding")
    assert [(bar.get_height(), bar.get_hatch()) for bar in ax.patches] == [(2, None), (3, None), (-1, "//")]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0", "1", "2"]


def test_the_thick_line_is_the_mean_of_the_thin_ones():
    ax = figures.axes()
    figures.each_and_mean(ax, np.arange(12), BY_CHANCE, **LABELS)
    *thin, thick = ax.lines
    np.testing.assert_array_equal([line.get_ydata() for line in thin], BY_CHANCE)
    np.testing.assert_allclose(thick.get_ydata(), np.mean(BY_CHANCE, axis=0))


@pytest.mark.parametrize(("n_steps", "rounds"), [(8, None), (5, None), (1, None), (16, 2)])
def test_a_scan_shows_for_each_place_and_round_the_steps_that_it_goes_over(n_steps, rounds):
    ax = figures.axes(9, 4)
    figures.scan_rounds(ax, n_steps, title="A finding", rounds=rounds)
    boxes = [text for text in ax.texts if text.get_bbox_patch()]
    reach, expected = [[t] for t in range(1, n_steps + 1)], []
    for r in range((n_steps - 1).bit_length() + 1 if rounds is None else rounds + 1):
        if r:  # every place takes in what the place a width before it has
            width = 2 ** (r - 1)
            reach = [reach[t - width] + reach[t] if t >= width else reach[t] for t in range(n_steps)]
        expected += [(t + 1, -r, f"{of[0]}–{of[-1]}" if len(of) > 1 else f"{of[0]}") for t, of in enumerate(reach)]
    assert [(*text.get_position(), text.get_text()) for text in boxes] == expected
    for text in boxes:
        finished = text.get_text().split("–")[0] == "1"
        assert (text.get_bbox_patch().get_facecolor()[:3] != (1, 1, 1)) == finished


def test_states_against_a_threshold_start_at_step_0():
    ax = figures.axes()
    figures.against_threshold(ax, {"a": TWO[0], "b": TWO[1]}, 0.3, title="A finding")
    threshold, *lines = ax.lines
    assert set(threshold.get_ydata()) == {0.3}
    np.testing.assert_array_equal([line.get_ydata() for line in lines], TWO)
    assert lines[0].get_xdata()[0] == 0


def test_highlighting_marks_only_the_weight_named():
    ax = figures.axes()
    figures.unrolled(ax, 3, title="A finding", highlight="W_h")
    thick = [patch for patch in ax.patches if patch.get_linewidth() == 3]
    assert len(thick) == 3


def test_inputs_and_outputs_are_drawn_only_where_named():
    ax = figures.axes()
    figures.unrolled(ax, 3, title="A finding", inputs=[1], outputs=[3])
    names = {text.get_text() for text in ax.texts}
    assert {"$x_1$", "$y_3$", "$h_0$", "$h_3$"} <= names
    assert not {"$x_2$", "$x_3$", "$y_1$", "$y_2$"} & names


def test_outputs_are_fed_back_by_a_line_to_the_next_input_over_the_arrow_between_the_states():
    ax = figures.axes()
    figures.unrolled(ax, 3, title="A finding", fed_back=True)
    nodes = {text.get_text(): text.get_position() for text in ax.texts}
    assert len(ax.lines) == 2
    for t, line in enumerate(ax.lines, start=1):
        (left, top), (right, bottom) = line.get_xydata()[[0, -1]]
        assert nodes[f"$y_{t}$"][0] < left < right < nodes[f"$x_{t + 1}$"][0]
        assert (top, bottom) == (nodes[f"$y_{t}$"][1], nodes[f"$x_{t + 1}$"][1])
        assert line.get_xdata().max() > right  # half a circle, where the line crosses the arrow


def test_the_largest_state_can_be_drawn_from_zero_on():
    ax = figures.axes()
    figures.largest_state(ax, {"tanh": np.abs(BY_CHANCE)}, title="A finding", scale="linear")
    assert ax.get_yscale() == "linear"
    assert ax.get_ylim()[0] == 0
    assert figures.largest_state(figures.axes(), {"tanh": np.abs(BY_CHANCE)}, title="A finding") is None


def test_the_map_shows_every_notebook_inside_its_box():
    ax = figures.axes(9.5, 6)
    figures.course_map(ax, title="A finding")
    ax.figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    for box, notebook in zip(boxes, NOTEBOOKS, strict=True):
        minutes = f"{notebook.minutes} + {notebook.exercise_minutes} min"
        inside = [text for text in ax.texts if box.contains(*text.get_window_extent().get_points().mean(axis=0))]
        assert {" ".join(text.get_text().split()) for text in inside} == {notebook.number, notebook.title, minutes}
        assert all(box.x0 <= text.get_window_extent().x0 and text.get_window_extent().x1 <= box.x1 for text in inside)
