"""A figure on paper says what the one on screen says, and both what was computed."""

import numpy as np
import pytest

from dermdash.reporting.figures import print as printed
from dermdash.reporting.figures import screen
from dermdash.reporting.figures.data import (
    depth_heatmap,
    layer_map,
    sd_band,
)
from dermdash.reporting.figures.data_brackets import Bracket, place_brackets
from dermdash.reporting.figures.data_residuals import quantile_plot
from dermdash.reporting.figures.data_shares import class_shares
from dermdash.reporting.figures.data_subjects import subject_heatmap
from dermdash.reporting.tables import layer_table
from dermdash.stats.plan import Plan
from dermdash.stats.residuals import residuals
from tests.support.drawings import (
    ARMS,
    COLOURS,
    SCORE,
    Numbers,
    columns,
    corners,
    graded,
    line,
    numbers,
    outline,
    texts,
    trace,
)

BOTH = [screen, printed]


@pytest.fixture(scope="module")
def study() -> Numbers:
    return Numbers()


def test_the_heatmap_of_groups(study: Numbers) -> None:
    """Figure 3A in a report would show other scores than the page."""
    heat = depth_heatmap(study.groups, list(ARMS))
    on_screen = screen.cohort_heatmap(heat, score=SCORE).data[0]
    on_paper = printed.cohort_heatmap(heat, score=SCORE)
    np.testing.assert_allclose(numbers(on_screen.z), heat.score)
    np.testing.assert_allclose(columns(on_paper), heat.score)
    mesh = on_paper.axes[0].collections[0]
    assert (mesh.norm.vmin, mesh.norm.vmax) == (on_screen.zmin, on_screen.zmax) == (1, 4)
    assert on_paper.axes[0].get_ylim() == (69.5, -0.5)
    assert "depth below the DEJ (µm)" in texts(on_paper)


def test_the_heatmap_of_subjects(study: Numbers) -> None:
    """A subject's column would stand under another's code, or in another arm."""
    heat = subject_heatmap(study.cohort.profiles, list(ARMS), score=SCORE)
    on_screen = screen.subject_heatmap(heat, score=SCORE)
    on_paper = printed.subject_heatmap(heat, score=SCORE)
    assert heat.n_subjects == 18
    assert heat.subjects[6] == heat.subjects[13] == ""
    np.testing.assert_allclose(numbers(on_screen.data[0].z), heat.score)
    filled = np.isfinite(heat.score).all(axis=0)
    np.testing.assert_allclose(columns(on_paper), heat.score[:, filled])
    wide = study.cohort.profiles.pivot(index="depth_um", columns="subject_id", values=SCORE)
    for place, code in enumerate(heat.subjects):
        if code:
            np.testing.assert_allclose(heat.score[:, place], wide[code])
    for span in heat.spans:
        means = heat.score[:, span.first : span.last + 1].mean(axis=0)
        assert (np.diff(means) <= 0).all()
    codes = [code for code in heat.subjects if code]
    assert list(on_screen.layout.xaxis.ticktext) == codes
    assert [label.get_text() for label in on_paper.axes[0].get_xticklabels()][:6] == codes[:6]


def test_points_of_subjects(study: Numbers) -> None:
    """A subject would be lost, or a mean be drawn elsewhere."""
    answer = study.cohort
    draw = [on.subject_points(answer.subjects, answer.groups, COLOURS, score=SCORE) for on in BOTH]
    points = [one for one in draw[1].axes[0].lines if one.get_marker() == "o"]
    means = [one for one in draw[1].axes[0].lines if one.get_marker() == "D"]
    for place, arm in enumerate(ARMS):
        scores = answer.subjects.loc[answer.subjects["arm"] == arm, SCORE].to_numpy()
        np.testing.assert_allclose(numbers(draw[0].data[2 * place].y), scores)
        np.testing.assert_allclose(numbers(points[place].get_ydata()), scores)
        group = answer.groups.iloc[place]
        np.testing.assert_allclose(numbers(draw[0].data[2 * place + 1].y), [group["mean"]])
        np.testing.assert_allclose(numbers(means[place].get_ydata()), [group["mean"]])
        bar = draw[1].axes[0].containers[place].lines[2][0].get_segments()[0][:, 1]
        np.testing.assert_allclose(bar, [group["mean"] - group["sd"], group["mean"] + group["sd"]])
        np.testing.assert_allclose(draw[0].data[2 * place + 1].error_y.array, [group["sd"]])


def test_bars_of_groups_with_brackets(study: Numbers) -> None:
    """Figure 3B would have a bar, a whisker or a bracket of its own."""
    from matplotlib.patches import Rectangle

    groups, (a, b, c) = study.cohort.groups, ARMS
    found = [Bracket(a, c, "***"), Bracket(a, b, "ns")]
    on_screen = screen.group_bars(groups, COLOURS, score=SCORE, brackets=found)
    on_paper = printed.group_bars(groups, COLOURS, score=SCORE, brackets=found)
    bars = [one for one in on_paper.axes[0].patches if isinstance(one, Rectangle)]
    np.testing.assert_allclose(numbers(on_screen.data[0].y), groups["mean"])
    np.testing.assert_allclose([bar.get_height() for bar in bars], groups["mean"])
    np.testing.assert_allclose(numbers(on_screen.data[0].error_y.array), groups["sd"])
    whiskers = [box.lines[2][0] for box in on_paper.axes[0].containers if hasattr(box, "lines")]
    spans = np.array([np.ptp(one.get_segments()[0][:, 1]) for one in whiskers])
    np.testing.assert_allclose(spans, 2 * groups["sd"])
    placed, top = place_brackets(found, list(ARMS))
    assert [one.text for one in placed] == ["ns", "***"]
    assert tuple(on_screen.layout.yaxis.range) == on_paper.axes[0].get_ylim() == (1.0, top)
    drawn = [one.text for one in on_screen.layout.annotations]
    for words in (drawn, texts(on_paper)):
        assert {"ns", "***"} < set(words)
        assert any("* p < .05, ** p < .01" in text for text in words)
    heights = [round(float(one.get_ydata()[1]), 2) for one in on_paper.axes[0].lines[-2:]]
    assert heights == [one.y for one in placed]


def test_lines_of_groups_along_depth(study: Numbers) -> None:
    """A band would be wider on paper than on the page."""
    on_screen = screen.group_lines(study.groups, COLOURS, score=SCORE)
    on_paper = printed.group_lines(study.groups, COLOURS, score=SCORE)
    for place, arm in enumerate(ARMS):
        rows = study.groups[study.groups["arm"] == arm]
        low, high = sd_band(rows["mean"], rows["sd"])
        depth = rows["depth_um"].to_numpy(float)
        band = np.unique(
            np.vstack([np.column_stack([low, depth]), np.column_stack([high, depth])]).round(9),
            axis=0,
        )
        np.testing.assert_allclose(numbers(on_screen.data[2 * place + 1].x), rows["mean"])
        np.testing.assert_allclose(on_paper.axes[0].lines[place].get_xdata(), rows["mean"])
        np.testing.assert_allclose(corners(*_xy(on_screen.data[2 * place])), band)
        np.testing.assert_allclose(outline(on_paper, place), band)
        assert on_screen.data[2 * place + 1].name.endswith("(n = 6)")
        assert str(on_paper.axes[0].lines[place].get_label()).endswith("(n = 6)")


def test_shares_of_grades(study: Numbers) -> None:
    """A second scan would count a subject twice, or a share be another one."""
    shares = class_shares(study.layers, list(ARMS))
    first = study.layers[study.layers["subject_id"] == "y0"]
    others = study.layers[
        (study.layers["arm"] == "young")
        & (first.iloc[0]["subject_id"] != study.layers["subject_id"])
    ]
    by_subject = others.groupby("subject_id")["class_share_1"].mean()
    expected = (by_subject.sum() + first["class_share_1"].mean()) / 6
    assert shares.whole[0, 0] == pytest.approx(expected)
    assert shares.n_subjects == (6, 6, 6)
    np.testing.assert_allclose(shares.whole.sum(axis=1), 1)
    on_screen, on_paper = (on.class_shares(shares) for on in BOTH)
    for k in range(4):
        np.testing.assert_allclose(numbers(on_screen.data[k].x), 100 * shares.whole[:, k])
        drawn = [bar.get_width() for bar in on_paper.axes[0].containers[k]]
        np.testing.assert_allclose(drawn, 100 * shares.whole[:, k])
    deep_screen, deep_paper = (on.class_shares_by_depth(shares) for on in BOTH)
    for place in range(3):
        for k in range(4):
            share = 100 * shares.by_depth[place, :, k]
            np.testing.assert_allclose(numbers(deep_screen.data[4 * place + k].x), share)
            drawn = [bar.get_width() for bar in deep_paper.axes[place].containers[k]]
            np.testing.assert_allclose(drawn, share)


def test_residuals_and_their_quantiles(study: Numbers) -> None:
    """A plot of assumptions would show other residuals than the test that it explains."""
    plan = Plan(SCORE, between="arm", subject="subject_id")
    left = residuals(study.cohort.subjects.astype({"arm": "str"}), plan, "arms")
    plot = quantile_plot(left.residual)
    on_screen, on_paper = (on.qq_plot(plot) for on in BOTH)
    np.testing.assert_allclose(numbers(trace(on_screen, "residuals").y), np.sort(left.residual))
    np.testing.assert_allclose(line(on_paper, "residuals"), (plot.quantile, plot.residual))
    np.testing.assert_allclose(numbers(trace(on_screen, "normal").y), plot.line)
    np.testing.assert_allclose(line(on_paper, "normal")[1], plot.line)
    np.testing.assert_allclose(outline(on_paper), corners(*_xy(on_screen.data[0])))
    on_screen, on_paper = (on.residual_plot(left, COLOURS) for on in BOTH)
    for place, arm in enumerate(ARMS):
        own = np.array(left.group) == arm
        np.testing.assert_allclose(numbers(on_screen.data[place].y), left.residual[own])
        drawn = on_paper.axes[0].lines[place + 1]
        np.testing.assert_allclose(drawn.get_ydata(), left.residual[own])
        np.testing.assert_allclose(drawn.get_xdata(), left.fitted[own])


def test_the_profile_of_a_scan() -> None:
    """A scan's scores would be others in its file than on its page."""
    table = layer_table(graded())
    on_screen, on_paper = (on.depth_profile(table, chosen_um=20) for on in BOTH)
    depth = table["depth_um"]
    for name, column in (("expected grade", "expected_grade"), ("mean grade", "grade_mean")):
        drawn = trace(on_screen, name)
        np.testing.assert_allclose(numbers(drawn.x), table[column])
        np.testing.assert_allclose(numbers(drawn.y), depth)
        np.testing.assert_allclose(line(on_paper, name), (table[column], depth))
    low, high = sd_band(table["grade_mean"], table["grade_sd"])
    band = corners(np.concatenate([low, high]), np.tile(depth, 2))
    np.testing.assert_allclose(corners(*_xy(trace(on_screen, "± SD"))), band)
    np.testing.assert_allclose(outline(on_paper), band)
    for k in range(1, 5):
        share = 100 * table[f"class_share_{k}"]
        np.testing.assert_allclose(numbers(trace(on_screen, f"grade {k}").x), share)
        bars = on_paper.axes[1].containers[k - 1]
        np.testing.assert_allclose([bar.get_width() for bar in bars], share)
    assert [axes.lines[-1].get_ydata()[0] for axes in on_paper.axes] == [20, 20]
    assert on_screen.layout.xaxis.title.text.endswith("<br>patches a layer: n = 3")
    assert "score (grade 1 to 4) patches a layer: n = 3" in texts(on_paper)


def test_the_grades_of_a_scan_s_patches() -> None:
    """A patch's grade, or the patch that was chosen, would be another one on paper."""
    layers = layer_map(graded())
    on_screen, on_paper = (on.layer_grades(layers, chosen=(20, 1)) for on in BOTH)
    np.testing.assert_allclose(numbers(on_screen.data[0].z), layers.grade.T)
    axes = on_paper.axes[0]
    rows = [mesh.get_array().ravel() for mesh in axes.collections]
    np.testing.assert_allclose(rows, layers.grade.T)
    norm = axes.collections[0].norm
    assert (norm.vmin, norm.vmax) == (on_screen.data[0].zmin, on_screen.data[0].zmax)
    digits = {one.get_position(): int(one.get_text()) for one in axes.texts}
    assert digits[(20, 1)] == layers.grade[20, 1]
    assert len(digits) == layers.grade.size
    frame = axes.patches[0]
    assert (*frame.get_xy(), frame.get_width()) == (19.5, 0.5, 1)


def _xy(band: object) -> tuple[object, object]:
    return band.x, band.y  # type: ignore[attr-defined]
