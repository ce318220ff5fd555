"""Figures beside an answer, on a page."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    from dermdash.analysis.comparisons import compare_cohort, subject_rows
    from dermdash.reporting.figures.data import brackets
    from dermdash.ui.cohort_figures import assumption_figures, subjects_by_depth, whole_dermis
    from tests.support.drawings import ARMS, COLOURS, SCORE, Numbers

    answer = Numbers().cohort
    found = compare_cohort(answer)
    whole_dermis(answer, COLOURS, brackets(found.contrasts), name="n", mark="SYNTHETIC")
    subjects_by_depth(answer, list(ARMS), colours="as published", name="n")
    table = subject_rows(answer.subjects, SCORE, list(ARMS))
    assumption_figures(table, found, COLOURS, name="n")
    assumption_figures(table[:0], found, COLOURS, name="nothing")


def test_each_figure_stands_with_its_files() -> None:
    """A figure could not be taken into a report, or a page break where nothing can be fitted."""
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 4
    labels = [element.proto.label for element in app.get("download_button")]
    assert labels.count("PNG") == labels.count("SVG") == 4
    assert labels[-1] == "Residuals as CSV"
    assert app.caption[-1].value.startswith("No residuals")


def test_bars_stand_in_the_place_of_points_on_request() -> None:
    """The paper's figure 3B could not be shown."""
    app = AppTest.from_function(page, default_timeout=60).run()
    app.segmented_control(key="whole_dermis_shape").set_value("bars, as published").run()
    assert not app.exception
    assert '"type":"bar"' in app.get("plotly_chart")[0].proto.spec
