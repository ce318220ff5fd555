"""The card of repeatability: what repeated scans say of error, or what to scan for it."""

import pytest

from dermdash.analysis.evidence import read_evidence
from dermdash.analysis.repeats import repeats_of
from dermdash.errors import TableError
from dermdash.reporting.cards.repeatability import Repeatability
from tests.reporting.cards.conftest import Known
from tests.reporting.cards.test_groups import AT_D0
from tests.support.cards import CHANGES, GROUPS, answer, table


@pytest.mark.parametrize("asked", [CHANGES, GROUPS])
def test_it_says_what_the_page_says(known: Known, asked: object) -> None:
    """Lost: another smallest detectable change would stand in print."""
    content = known.card(Repeatability(known.trial, asked))  # type: ignore[arg-type]
    with known.store.read() as tx:
        evidence = read_evidence(tx, [known.trial])
    page = repeats_of(evidence.study, evidence.layers, "expected_grade")
    assert page.basis in content.message
    measures = table(content, "Error of expected grade")
    assert [row[1] for row in measures.rows] == pytest.approx(
        [page.found.icc.value, page.found.sem.value, page.found.sdc.value, page.sdc.value]
    )
    components = table(content, "Where a scan's variance comes from")
    assert sum(row[-1] for row in components.rows) == pytest.approx(1)
    assert components.texts()[0][-1].endswith(" %")


def test_without_repeats_it_says_what_to_scan(known: Known) -> None:
    with pytest.raises(TableError, match="scan ten subjects or more twice"):
        answer(known.store, Repeatability(known.cohorts, AT_D0))
