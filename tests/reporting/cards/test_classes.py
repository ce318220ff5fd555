"""The card of the grades: the shares that the tab *Classes* shows, as numbers and as bars."""

import pytest

from dermdash.analysis.shares import cohort_shares
from dermdash.errors import DesignError
from dermdash.reporting.cards.classes import Classes
from dermdash.reporting.figures.data_shares import class_shares, share_table
from tests.reporting.cards.conftest import Known
from tests.reporting.cards.test_groups import AT_D0
from tests.support.cards import answer, figure, table
from tests.support.reported import COHORTS, graded_cohorts


def test_it_says_what_the_page_says(known: Known) -> None:
    """Lost: other shares in print than on the page."""
    content = known.card(Classes((known.cohorts,), AT_D0))
    with known.store.read() as tx:
        layers = cohort_shares(tx, [known.cohorts], arms=list(COHORTS), visit="D0")
    page = share_table(class_shares(layers, list(COHORTS)))
    shown = table(content, "Shares of the grades")
    columns = [f"class_share_{grade}" for grade in range(1, 5)]
    for row, own in zip(shown.rows, page[columns].to_numpy(), strict=True):
        assert row[2:] == pytest.approx(own)


def test_known_grades_come_out_and_can_be_drawn_as_bars(known: Known) -> None:
    """Lost: a chart in a presentation would stack the wrong grades."""
    content = known.card(Classes((known.cohorts,), AT_D0))
    rows = {row[0]: row[2:] for row in table(content, "Shares").rows}
    # Scores 1.6, 1.9, 1.7 and 1.8 are most probably grade 2; 1.4 grade 1; 1.5 is a tie, read as 1.
    assert rows["old, exposed"] == pytest.approx((2 / 6, 4 / 6, 0, 0))
    assert rows["young"] == pytest.approx((0, 0, 1, 0))
    bars = figure(content, "class_shares")
    assert bars.chart is not None
    assert bars.chart.series == "grade"
    summed = bars.data.groupby("arm")["share"].sum()
    assert summed.to_numpy() == pytest.approx(1)
    assert "33 % grade 1" in content.message


def test_nobody_graded_is_refused(copied: Known) -> None:
    none: dict[str, tuple[float, ...]] = {"a": (), "b": ()}
    study = graded_cohorts(copied.store, copied.home.parent / "none", name="Empty", scores=none)
    with pytest.raises(DesignError, match="no graded scan of Empty"):
        answer(copied.store, Classes((study,), AT_D0))
