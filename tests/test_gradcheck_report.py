"""The report, as text and in Jupyter."""

import re
from html import unescape

import numpy as np
import pytest
from gradcheck_cases import CHECKS, HANDED_ON, STRETCHES, check

from rnnlib import GradientReport, GradientRow


def test_the_table_of_a_right_layer_has_no_noise_in_it():
    report = check()
    lines = str(report).splitlines()
    assert re.split(r"  +", lines[0]) == ["gradient by", "worst error", "at", "backward", "numerical", "verdict"]
    for line, name in zip(lines[1:6], ["W_x", "W_h", "b", "x", "h0"], strict=True):
        cells = re.split(r"  +", line)
        assert (cells[0], cells[1], cells[5]) == (name, "< 1e-08", "✓ ok") and cells[3] == cells[4]
        assert float(cells[3]) == pytest.approx(report[name].numerical, rel=1e-3)
    assert lines[6:] == [f"✓ {name}" for name in [*CHECKS, STRETCHES, HANDED_ON]]
    assert repr(report) == str(report)


def test_the_table_to_the_letter():
    rows = [
        GradientRow("W", 1e-8, (1, 0), 1 / 3, 1 / 3, "ok"),
        GradientRow("long_name", 0.25, (), 2 / 3, -1e-8, "wrong"),
        GradientRow("b", np.inf, (), np.nan, np.nan, "not checked: for a reason"),
    ]
    report = GradientReport(rows, 1e-8, ["a note"], {"a check": False, "another": True, "a third": None})
    assert str(report).splitlines() == [
        "gradient by  worst error  at      backward    numerical  verdict",
        "W            < 1e-08      [1, 0]  0.3333      0.3333     ✓ ok",
        "long_name    0.25         []      0.66666667  0          ✗ wrong",
        "b            inf          []      nan         nan        ○ not checked: for a reason",
        "a note",
        "✗ a check",
        "✓ another",
        "○ a third (not checked)",
    ]
    assert report["W"] is rows[0] and report.worst is rows[2] and not report.ok
    assert GradientReport(rows[:1], 1e-8, checks={"a check": None}).ok
    assert not GradientReport(rows[:1], 1e-8, checks={"a check": False}).ok
    with pytest.raises(KeyError, match="W_y"):
        report["W_y"]


def test_the_html_shows_what_the_text_shows_and_nothing_else():
    row = GradientRow("<b>", 0.25, (1,), 1.0, 2.0, "wrong")
    report = GradientReport([row, *check().rows], 1e-8, ["x: a < b"], {"a & b": True})
    head, *lines = str(report).splitlines()
    shown = [("th", cell) for cell in re.split(r"  +", head)]
    shown += [("td", cell) for line in lines[:6] for cell in re.split(r"  +", line)]
    shown += [("div", line) for line in lines[6:]]
    html = report._repr_html_()
    pieces = re.findall(r"<(th|td|div)(?: style='text-align:left')?>([^<]*)</\1>", html)
    assert [(tag, unescape(text)) for tag, text in pieces] == shown
    assert html.count("<") == 2 * (len(shown) + 1 + 7)  # cells, the table, its rows
    assert html.count("<tr>") == html.count("</tr>") == 7
    assert unescape(re.sub("<[^>]*>", "", html)) == "".join(text for _, text in shown)
