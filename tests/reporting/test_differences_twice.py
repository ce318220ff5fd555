"""Differences on paper and on screen: both say what was computed."""

import numpy as np
import pytest

from dermdash.reporting.figures import print as printed
from dermdash.reporting.figures import screen
from dermdash.reporting.figures.data import (
    DifferenceHeatmap,
)
from tests.support.drawings import (
    ARMS,
    COLOURS,
    SCORE,
    Numbers,
    columns,
    corners,
    line,
    numbers,
    outline,
    power_points,
    responder_changes,
    texts,
    tipping_points,
    trace,
)

BOTH = [screen, printed]
TWO = {"placebo": "#7f7f7f", "active": "#0072b2"}


@pytest.fixture(scope="module")
def study() -> Numbers:
    return Numbers()


def test_changes_over_visits(study: Numbers) -> None:
    """A change or its interval would differ between page and report."""
    on_screen, on_paper = (on.change_lines(study.changes, TWO, score=SCORE) for on in BOTH)
    for place, arm in enumerate(TWO):
        rows = study.changes[study.changes["arm"] == arm]
        drawn = on_paper.axes[0].containers[place]
        np.testing.assert_allclose(numbers(on_screen.data[place].y), rows["mean"])
        np.testing.assert_allclose(numbers(drawn.lines[0].get_ydata()), rows["mean"])
        np.testing.assert_allclose(drawn.lines[0].get_xdata(), numbers(on_screen.data[place].x))
        ends = np.array([one[:, 1] for one in drawn.lines[2][0].get_segments()])
        np.testing.assert_allclose(ends, rows[["ci_low", "ci_high"]], atol=1e-12)
    ticks = [label.get_text() for label in on_paper.axes[0].get_xticklabels()]
    assert ticks == list(on_screen.layout.xaxis.ticktext) == ["D0", "D28", "D56"]


def test_a_line_a_subject(study: Numbers) -> None:
    """A subject's line would miss a visit or join another's."""
    on_screen, on_paper = (on.subject_lines(study.cells, TWO, score=SCORE) for on in BOTH)
    of_subject = [
        rows
        for arm in TWO
        for _, rows in study.cells[study.cells["arm"] == arm].groupby("subject_id")
    ]
    assert len(on_screen.data) == len(on_paper.axes[0].lines) == len(of_subject) == 6
    for rows, drawn, inked in zip(of_subject, on_screen.data, on_paper.axes[0].lines, strict=True):
        np.testing.assert_allclose(numbers(drawn.x), rows["day"])
        np.testing.assert_allclose(numbers(inked.get_xdata()), rows["day"])
        np.testing.assert_allclose(numbers(drawn.y), rows[SCORE])
        np.testing.assert_allclose(numbers(inked.get_ydata()), rows[SCORE])


def test_the_heatmap_of_differences() -> None:
    """A difference would have the sign, or the scale, of another figure."""
    difference = np.linspace(-0.4, 0.2, 140).reshape(70, 2)
    difference[5, 1] = np.nan
    heat = DifferenceHeatmap(
        "active", "placebo", ["D28", "D56"], np.arange(70), difference, [(9, 8)] * 2
    )
    on_screen, on_paper = (on.difference_heatmap(heat, score=SCORE) for on in BOTH)
    np.testing.assert_allclose(numbers(on_screen.data[0].z), difference)
    np.testing.assert_allclose(columns(on_paper), difference)
    norm = on_paper.axes[0].collections[0].norm
    assert (norm.vmin, norm.vmax) == (on_screen.data[0].zmin, on_screen.data[0].zmax)
    assert norm.vmin == -norm.vmax
    assert any("change in active − change in placebo" in words for words in texts(on_paper))


def test_differences_along_depth(study: Numbers) -> None:
    """A depth would be marked that does not stand out, or a band be another one."""
    found = study.along.depthwise
    contrast = found.contrasts[0]
    on_screen, on_paper = (on.difference_band(found, contrast, score=SCORE) for on in BOTH)
    np.testing.assert_allclose(numbers(on_screen.data[1].x), contrast.difference)
    np.testing.assert_allclose(line(on_paper, "mean difference")[0], contrast.difference)
    band = corners(
        np.concatenate([contrast.band_low, contrast.band_high]), np.tile(found.depth_um, 2)
    )
    np.testing.assert_allclose(corners(*_xy(on_screen.data[0])), band)
    np.testing.assert_allclose(outline(on_paper), band)
    marked = found.depth_um[contrast.p_adjusted < found.alpha]
    assert marked.size
    np.testing.assert_allclose(numbers(on_screen.data[2].y), marked)
    np.testing.assert_allclose(line(on_paper, "depths that stand out")[1], marked)
    for words in ([on_screen.layout.xaxis.title.text], texts(on_paper)):
        assert any("n = 6 and 6" in text for text in words)


def test_the_dej_s_sensitivity(study: Numbers) -> None:
    """A result would look steadier on paper than it is."""
    on_screen, on_paper = (on.sensitivity_curve(study.shifts, difference="a − b") for on in BOTH)
    known = study.shifts.iloc[:3]
    np.testing.assert_allclose(numbers(on_screen.data[1].y), known["difference"])
    np.testing.assert_allclose(
        line(on_paper, "difference"), (known["shift_um"], known["difference"])
    )
    np.testing.assert_allclose(outline(on_paper), corners(*_xy(on_screen.data[0])))
    assert "n = 34 to 36" in on_screen.layout.yaxis.title.text
    assert any("n = 34 to 36" in words for words in texts(on_paper))


def test_power_curves() -> None:
    """A report would promise another power than the page."""
    curves = power_points()
    on_screen, on_paper = (on.power_lines(curves, score=SCORE) for on in BOTH)
    for label, rows in curves.table.groupby("curve", sort=False):
        np.testing.assert_allclose(numbers(trace(on_screen, label).y), 100 * rows["power"])
        x, y = line(on_paper, label)
        np.testing.assert_allclose(x, rows["n_per_arm"])
        np.testing.assert_allclose(y, 100 * rows["power"])
    at = on_paper.axes[0].lines[-1]
    assert (at.get_xdata()[0], at.get_ydata()[0]) == (curves.at[0], 100 * curves.at[1])
    assert (on_screen.data[-1].x[0], on_screen.data[-1].y[0]) == (curves.at[0], 100 * curves.at[1])


def test_responders() -> None:
    """A subject would count as a responder on paper and not on the page."""
    first, second, _ = ARMS
    points = responder_changes(first, second)
    on_screen, on_paper = (
        on.responder_points(points, COLOURS, score=SCORE, visit="D56") for on in BOTH
    )
    dots = [one for one in on_paper.axes[0].lines if one.get_marker() == "o"]
    for place, arm in enumerate(points.arms):
        drawn = on_screen.data[place]
        np.testing.assert_allclose(numbers(drawn.y), arm.change)
        full = [symbol == "circle" for symbol in drawn.marker.symbol]
        assert sum(full) == arm.n_responders
        np.testing.assert_allclose(dots[2 * place].get_ydata(), arm.change[full])
        np.testing.assert_allclose(dots[2 * place + 1].get_ydata(), np.delete(arm.change, full))
        assert dots[2 * place + 1].get_markerfacecolor() == "none"
    assert on_paper.axes[0].get_ylim() == tuple(on_screen.layout.yaxis.range)
    words = texts(on_paper)
    assert "threshold 0.20: full points reach it, hollow ones do not" in words
    assert on_screen.layout.xaxis.ticktext[0].endswith("<br>4 of 6 responded")
    assert any(text.endswith("4 of 6 responded") for text in words)


def test_what_missing_scores_could_change() -> None:
    """A result would tip elsewhere on paper."""
    curve = tipping_points("active", "placebo")
    on_screen, on_paper = (on.tipping_curve(curve, score=SCORE) for on in BOTH)
    np.testing.assert_allclose(numbers(on_screen.data[1].y), curve.difference)
    np.testing.assert_allclose(line(on_paper, "difference"), (curve.delta, curve.difference))
    np.testing.assert_allclose(outline(on_paper), corners(*_xy(on_screen.data[0])))
    np.testing.assert_allclose(line(on_paper, "tips at")[0], curve.tips_at)


def test_an_interval_is_called_by_its_level(study: Numbers) -> None:
    """Lost: where the plan tests at 0.01, its 99 % interval would pass for one of 95 %."""
    curve = tipping_points("active", "placebo")
    figures = [
        lambda on: on.change_lines(study.changes, TWO, score=SCORE, alpha=0.01),
        lambda on: on.sensitivity_curve(study.shifts, difference="a − b", alpha=0.01),
        lambda on: on.tipping_curve(curve, score=SCORE, alpha=0.01),
    ]
    for draw in figures:
        for words in (draw(screen).layout.yaxis.title.text, " ".join(texts(draw(printed)))):
            assert "99 % CI" in words
            assert "95 %" not in words


def _xy(band: object) -> tuple[object, object]:
    return band.x, band.y  # type: ignore[attr-defined]
