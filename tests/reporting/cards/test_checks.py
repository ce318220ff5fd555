"""The card of checks: whether other tests agree, what the model leaves, who lies far off."""

import numpy as np
import pytest

from dermdash.analysis.answers import answer_changes
from dermdash.analysis.evidence import read_evidence
from dermdash.reporting.cards.checks import Checks
from dermdash.reporting.comparisons import NO_OUTLIERS, alternative_table, check_table
from dermdash.reporting.figures.data_residuals import quantile_plot
from dermdash.stats.residuals import residuals
from tests.reporting.cards.conftest import Known
from tests.reporting.cards.test_groups import AT_D0
from tests.support.cards import CHANGES, answer, figure, said, table
from tests.support.reported import graded_cohorts


def test_it_says_what_the_page_says(known: Known) -> None:
    """Lost: an assumption would look met in print that fails on the page."""
    content = known.card(Checks((known.trial,), CHANGES))
    with known.store.read() as tx:
        page = answer_changes(read_evidence(tx, [known.trial]), CHANGES)
    found = page.found
    for caption, shown in (
        ("Other valid tests", alternative_table(found)),
        ("Assumptions", check_table(found.checks)),
    ):
        rows = [tuple(row) for row in shown.itertuples(index=False, name=None)]
        assert list(table(content, caption).rows) == rows
    left = residuals(page.table, found.plan, found.design)
    np.testing.assert_array_equal(
        figure(content, "residual_plot").arguments["left"].residual, left.residual
    )
    np.testing.assert_array_equal(
        figure(content, "qq_plot").arguments["plot"].low, quantile_plot(left.residual).low
    )
    assert NO_OUTLIERS in said(content)
    assert "fall on the same side of 0.05" in content.message or "falls" in content.message


def test_a_finding_that_hangs_on_the_test_is_warned_of(known: Known) -> None:
    """Lost: a fragile finding would be printed as a firm one."""
    content = known.card(Checks((known.alone,), CHANGES))
    assert "Wilcoxon signed-rank falls on the other side of 0.05" in content.message
    assert "Do not build a claim on it" in said(content, "warning")


def test_a_value_far_off_is_named_and_left_out_beside(copied: Known) -> None:
    """Lost: one odd scan could carry a result and nobody would see it."""
    scores = {"a": (2.0, 2.1, 2.05, 2.15, 2.02, 3.6), "b": (2.5, 2.6, 2.55, 2.65, 2.52, 2.58)}
    study = graded_cohorts(copied.store, copied.home.parent / "far", name="Far", scores=scores)
    content = answer(copied.store, Checks((study,), AT_D0))
    (row,) = table(content, "Values far from").rows
    assert row[0] == "S05"
    assert table(content, "Sensitivity: without 1 flagged value").rows


def test_pooled_studies_whose_subjects_share_codes_have_residuals(known: Known) -> None:
    """Lost: the residuals of pooled studies, which the page once refused."""
    content = known.card(Checks((known.cohorts, known.second), AT_D0))
    assert len(figure(content, "residual_plot").data) == 36
    assert figure(content, "residual_plot").data["residual"].mean() == pytest.approx(0, abs=1e-9)
