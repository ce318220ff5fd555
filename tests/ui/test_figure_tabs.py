"""Figures beside an answer, on a page."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    from dermdash.analysis.comparisons import compare_cohort, subject_rows
    from dermdash.ui.figure_tabs import residual_figures
    from tests.support.drawings import ARMS, COLOURS, SCORE, Numbers

    answer = Numbers().cohort
    found = compare_cohort(answer)
    table = subject_rows(answer.subjects, SCORE, list(ARMS))
    residual_figures(table, found, COLOURS, name="n", mark="SYNTHETIC")
    residual_figures(table[:0], found, COLOURS, name="nothing", mark="")


def test_residuals_stand_with_their_files_or_a_reason() -> None:
    """A figure could not be taken into a report, or a page break where nothing can be fitted."""
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2
    labels = [element.proto.label for element in app.get("download_button")]
    assert labels == ["PNG", "SVG"] * 2
    assert app.caption[-1].value.startswith("No residuals")
