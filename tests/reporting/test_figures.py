"""What figures show is what was computed, on one scale, in the right direction."""

import numpy as np
import pandas as pd
import pytest

from dermdash.analysis.cohorts import cohort_of, group_profiles
from dermdash.grading.profile import Grading
from dermdash.reporting.figures.data import (
    GRADE_COLOURS,
    depth_heatmap,
    layer_map,
    spread,
    wrapped,
)
from dermdash.reporting.figures.screen import (
    cohort_heatmap,
    depth_profile,
    group_lines,
    layer_grades,
    subject_points,
    toolbar,
)
from dermdash.reporting.figures.thumbnail import colour_of, thumbnail
from dermdash.reporting.tables import layer_table
from tests.analysis.test_cohorts import profile, stacked

COLOURS = {"young": "#0072b2", "old <b>": "#e69f00"}


@pytest.fixture
def answer():  # type: ignore[no-untyped-def]
    table = stacked(
        profile("S1", "young", 3.0), profile("S2", "young", 3.5), profile("S3", "old <b>", 1.5)
    )
    return cohort_of(table, arms=list(COLOURS))


@pytest.fixture
def grading() -> Grading:
    """Three patches, 70 layers: all of grade 4 above 35 um, of grade 1 below, one of grade 2."""
    probabilities = np.zeros((70, 3, 4), np.float32)
    probabilities[:35, :, 3] = 1
    probabilities[35:, :, 0] = 1
    probabilities[10, 1] = (0.1, 0.7, 0.1, 0.1)
    return Grading(probabilities, np.arange(70, dtype=np.int16), "m")


def test_the_heatmap_has_depth_down_zero_at_the_dej_and_one_scale(answer) -> None:  # type: ignore[no-untyped-def]
    """A figure upside down, or on a scale of its own, would say the opposite."""
    heatmap = depth_heatmap(group_profiles(answer), list(COLOURS))
    assert heatmap.score.shape == (70, 2)
    assert heatmap.n_subjects == (2, 1)
    assert heatmap.score[0].tolist() == [3.25, 1.5]
    figure = cohort_heatmap(heatmap, score="expected_grade")
    trace = figure.data[0]
    assert (trace.zmin, trace.zmax) == (1, 4)
    assert list(trace.colorbar.tickvals) == [1, 2, 3, 4]
    top, bottom = figure.layout.yaxis.range[1], figure.layout.yaxis.range[0]
    assert (top, bottom) == (-0.5, 69.5)
    assert "DEJ (µm)" in figure.layout.yaxis.title.text
    assert trace.colorscale[0][1] == GRADE_COLOURS["red-yellow-blue"][0]


def test_as_published_runs_from_red_to_green(answer) -> None:  # type: ignore[no-untyped-def]
    """The paper's own colours could not be shown."""
    heatmap = depth_heatmap(group_profiles(answer), list(COLOURS))
    figure = cohort_heatmap(heatmap, score="grade_mean", colours="as published")
    drawn = [colour for _, colour in figure.data[0].colorscale]
    assert drawn == ["#d7191c", "#fdae61", "#a6d96a", "#1a9641"]
    assert figure.data[0].colorbar.title.text == "mean grade"


def test_a_group_without_a_score_stays_empty() -> None:
    """A missing group would be drawn as grade 0 or 1."""
    table = pd.DataFrame({"arm": ["a"], "depth_um": [0], "mean": [2.0], "n_subjects": [1]})
    heatmap = depth_heatmap(table, ["a", "b"])
    assert np.isnan(heatmap.score[0, 1])
    assert heatmap.n_subjects == (1, 0)


def test_each_subject_is_a_point_in_its_arm_s_colour(answer) -> None:  # type: ignore[no-untyped-def]
    """A point would be lost behind another, or change its arm."""
    figure = subject_points(answer.subjects, answer.groups, COLOURS, score="expected_grade")
    young, young_mean, old, _ = figure.data
    assert list(young.y) == [3.0, 3.5]
    assert young.marker.color == "#0072b2"
    assert young_mean.y[0] == 3.25
    assert old.marker.color == "#e69f00"
    assert "n = 2" in figure.layout.xaxis.ticktext[0]


def test_names_are_never_markup(answer) -> None:  # type: ignore[no-untyped-def]
    """An arm's name could restyle or break the figure."""
    heatmap = depth_heatmap(group_profiles(answer), list(COLOURS))
    points = subject_points(answer.subjects, answer.groups, COLOURS, score="expected_grade")
    lines = group_lines(group_profiles(answer), COLOURS, score="expected_grade")
    for drawn in (
        cohort_heatmap(heatmap, score="expected_grade").to_json(),
        points.to_json(),
        lines.to_json(),
        thumbnail(heatmap),
    ):
        assert "old <b>" not in drawn
        assert "&lt;b&gt;" in drawn or "\\u003c" in drawn or "lt;b" in drawn


def test_profile_and_shares_stand_at_one_depth_axis(grading: Grading) -> None:
    """The chosen depth would be another one in each half of the figure."""
    figure = depth_profile(layer_table(grading), chosen_um=20)
    assert figure.layout.yaxis2.matches == "y"
    expected = next(trace for trace in figure.data if trace.name == "expected grade")
    assert expected.x[0] == 4.0
    assert expected.x[-1] == 1.0
    shares = {trace.name: trace for trace in figure.data if trace.type == "bar"}
    assert shares["grade 4"].x[0] == 100
    assert shares["grade 2"].x[10] == pytest.approx(100 / 3)
    lines = [shape for shape in figure.layout.shapes if shape.y0 == 20]
    assert len(lines) == 2


def test_one_patch_a_layer_has_no_spread(grading: Grading) -> None:
    """A band of width zero would claim certainty."""
    one = Grading(grading.probabilities[:, :1], grading.depth_um, "m")
    names = {trace.name for trace in depth_profile(layer_table(one)).data}
    assert "± SD" not in names
    assert "± SD" in {trace.name for trace in depth_profile(layer_table(grading)).data}


def test_a_click_on_a_cell_names_its_depth_and_patch(grading: Grading) -> None:
    """The patch shown would not be the one that was clicked."""
    layers = layer_map(grading)
    assert layers.grade[10, 1] == 2
    assert layers.probability[10, 1] == pytest.approx(0.7)
    figure = layer_grades(layers, chosen=(10, 1))
    cells, clicks = figure.data
    assert cells.z.shape == (3, 70)
    assert cells.z[1, 10] == 2
    number = [tuple(place) for place in clicks.customdata].index((10, 1))
    assert (clicks.x[number], clicks.y[number], clicks.text[number]) == (10, "patch 2", 2)
    assert clicks.marker.opacity == 0


def test_the_thumbnail_names_each_group_whole(answer) -> None:  # type: ignore[no-untyped-def]
    """A card would show columns that nobody can tell apart."""
    table = stacked(profile("S1", "old, photo-exposed", 2.0), profile("S2", "young", 3.0))
    arms = ["young", "old, photo-exposed", "a third one"]
    svg = thumbnail(depth_heatmap(group_profiles(cohort_of(table, arms=arms)), arms))
    assert svg.startswith("<svg")
    assert ">young<" in svg
    assert ">old, photo-<" in svg
    assert ">exposed<" in svg
    assert svg.count(colour_of(3.0)) == 70


@pytest.mark.parametrize("colours", GRADE_COLOURS)
def test_colours_between_grades_are_mixed(colours: str) -> None:
    """A score of 2.5 would look like a whole grade."""
    assert [colour_of(k, colours) for k in (1, 2, 3, 4)] == list(GRADE_COLOURS[colours])
    assert colour_of(2.5, colours) not in GRADE_COLOURS[colours]


def test_like_points_lie_beside_each_other() -> None:
    """Twelve subjects of one score would look like one."""
    offsets = spread(pd.Series([2.0] * 12 + [3.5]))
    assert len(set(offsets[:12])) == 12
    assert abs(offsets).max() <= 0.3
    assert offsets[12] == 0


def test_figures_can_be_taken_away_as_vectors() -> None:
    """A figure could not be put into a paper."""
    assert toolbar("a")["toImageButtonOptions"]["format"] == "svg"
    assert wrapped("<i>") == "&lt;i&gt;"
