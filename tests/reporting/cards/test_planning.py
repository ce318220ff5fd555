"""The card of a plan: the one number of the page *Planning*, and what it stands on."""

from dataclasses import replace

import pytest

from dermdash.analysis.wanted import SpreadWanted, Wanted, plan_wanted, read_spread
from dermdash.errors import DermdashError
from dermdash.reporting.cards.planning import NOT_VALIDATED, SYNTHETIC, Planning
from dermdash.reporting.figures.data_power import power_curves
from dermdash.reporting.planning import plan_sentence
from tests.reporting.cards.conftest import Known
from tests.support.cards import answer, figure, said, table

PAPER = Wanted("subjects", "two_arms", "none", 2, 1, 1.0, SpreadWanted(), 0.36, 0.05, 0.8, 0.1)


def test_the_paper_s_numbers_give_the_page_s_answer(known: Known) -> None:
    """Lost: a protocol would quote another number than was planned with."""
    content = known.card(Planning(known.trial, PAPER))
    assert content.message == "38 subjects to enrol, 19 in each of 2 arms."
    planned = plan_wanted(PAPER, None)
    assert plan_sentence(planned) in said(content)
    curves = figure(content, "power_lines")
    assert curves.data.equals(power_curves(planned).table)
    assert curves.chart is not None
    assert (curves.chart.kind, curves.chart.x) == ("lines", "n_per_arm")
    assert "Breugnot 2023" in said(content, "note")
    values = {row[0]: row[1:] for row in table(content, "Assumptions").rows}
    assert values["SD"] == ("0.36", "assumed; Breugnot 2023: 0.33 to 0.37 within groups")
    assert table(content, "Had other things").texts()[1][2] == "38"


def test_a_study_s_spread_is_named_with_what_it_is(known: Known) -> None:
    """Lost: phantoms would pass for skin in the plan of a trial."""
    spread = SpreadWanted(known.trial, "D28")
    wanted = replace(PAPER, asked="difference", question="change", spread=spread, given=12)
    content = known.card(Planning(known.cohorts, wanted))
    with known.store.read() as tx:
        found = read_spread(tx, spread, "change")
    assert found is not None
    planned = plan_wanted(wanted, found)
    assert f"{planned.difference:.2f} is detectable with 24 subjects" in content.message
    for words in (SYNTHETIC, NOT_VALIDATED, "never the difference that it found"):
        assert words in said(content, "note")
    assert Planning(known.cohorts, wanted).study_ids == (known.cohorts, known.trial)
    assert any("80 % upper limit of Night cream" in row for row in table(content, "Ass").rows)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (replace(PAPER, given=1e-6), "subjects an arm"),
        (replace(PAPER, alpha=2.0), "no error rate"),
        (replace(PAPER, spread=SpreadWanted(99)), "unknown|no study"),
    ],
)
def test_what_cannot_be_planned_is_refused(known: Known, wanted: Wanted, why: str) -> None:
    with pytest.raises(DermdashError, match=why):
        answer(known.store, Planning(known.trial, wanted))
