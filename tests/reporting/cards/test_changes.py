"""The card of changes says what *Before / after* says, and of whom it cannot speak."""

from dataclasses import replace

import pytest

from dermdash.analysis.answers import answer_changes
from dermdash.analysis.comparisons import changes_by_visit
from dermdash.analysis.evidence import read_evidence
from dermdash.analysis.levels import levels_behind
from dermdash.errors import DesignError
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.comparisons import looked_at
from dermdash.reporting.levels import levels_sentence
from dermdash.trial.blinding import seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.scans import scan_table
from tests.reporting.cards.conftest import Known
from tests.support.cards import CHANGES, answer, figure, kept, said, table
from tests.support.graded import RISES
from tests.support.plans import lock
from tests.support.studies import ADA


def test_it_says_what_the_page_says(known: Known) -> None:
    """Lost: a report would hold other numbers than the page that it was collected from."""
    content = known.card(Changes(known.trial, CHANGES))
    with known.store.read() as tx:
        evidence = read_evidence(tx, [known.trial])
    page = answer_changes(evidence, CHANGES)
    assert content.message == page.found.sentence
    lines = figure(content, "change_lines").arguments["changes"]
    assert lines.equals(changes_by_visit(evidence.study, page.scored, page.found))
    assert levels_sentence(levels_behind(page.scored, page.found)) in said(content)
    differences = table(content, "Differences")
    assert differences.note.startswith(looked_at(page.found, page.standing.sentence))
    (row,) = differences.rows
    assert row[2:5] == (
        page.found.contrasts[0].difference,
        page.found.contrasts[0].ci_low,
        page.found.contrasts[0].ci_high,
    )


def test_known_rises_come_out(known: Known) -> None:
    """Lost: the change of another visit, or of other subjects, would be printed."""
    content = known.card(Changes(known.trial, CHANGES))
    within = {row[0]: row for row in table(content, "Mean change").rows}
    for arm, rises in RISES.items():
        assert within[arm][2] == pytest.approx(sum(rises) / len(rises), abs=1e-6)
        assert within[arm][-1] == len(rises)
    lines = figure(content, "subject_lines").data
    assert len(lines) == 20
    ends = lines.pivot(index="subject_id", columns="visit", values="expected_grade")
    assert (ends["D28"] - ends["D0"])["A1"] == pytest.approx(0.6, abs=1e-6)


def test_a_change_within_an_arm_is_description_only(known: Known) -> None:
    """Lost: "active changed, placebo did not" would be read as a result."""
    within = table(known.card(Changes(known.trial, CHANGES)), "Mean change")
    assert "says nothing of the product" in within.note
    assert not any(column.name in ("p", "Stars") for column in within.columns)


def test_sides_change_within_subjects(known: Known) -> None:
    content = known.card(Changes(known.sides, CHANGES))
    assert "had changed 0.50 more on active than on placebo" in content.message
    assert "6 subjects (active 6; placebo 6)" in said(content)


def test_a_plan_brings_roles_and_stars_and_an_exclusion_is_told(copied: Known) -> None:
    """Lost: what was planned would look like what was found, nine subjects like ten."""
    lock(copied.store, copied.trial, primary=("active", "placebo", "D28"))
    with copied.store.write(by=ADA) as tx:
        scans = scan_table(tx, copied.trial)
        at = (scans["visit"] == "D28") & (scans["subject_id"] == "A1")
        exclude_scan(tx, int(scans.loc[at, "scan_id"].iloc[0]), "moved")
    content = answer(copied.store, Changes(copied.trial, CHANGES))
    assert "Planned: version 1" in said(content)
    differences = table(content, "Differences")
    row = dict(zip([one.name for one in differences.columns], differences.rows[0], strict=True))
    assert (row["Role"], row["Stars"]) == ("primary", "***")
    assert "Subjects analysed: active 4, placebo 5." in differences.note
    assert "1 scan is excluded (active 1)" in said(content)
    other = answer(copied.store, Changes(copied.trial, replace(CHANGES, depth_um=(0, 40))))
    assert "Exploratory: over 0 to 40 µm, where the plan says 0 to 69 µm" in said(other)
    assert "Stars" not in [one.name for one in table(other, "Differences").columns]


def test_while_blinded_only_codes_are_told(copied: Known) -> None:
    """Lost: a report would unblind its readers."""
    with copied.store.write(by=ADA) as tx:
        seal_arms(tx, copied.trial, seed=3)
    text = kept(answer(copied.store, Changes(copied.trial, CHANGES)))
    assert "active" not in text
    assert "placebo" not in text


def test_one_arm_tells_of_its_visits_without_a_control(known: Known) -> None:
    content = known.card(Changes(known.alone, CHANGES))
    assert "rose by 0.50 from D0 to D28" in content.message
    assert "has no control" in table(content, "Mean change").note


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (replace(CHANGES, depth_um=(5, 2)), "no depth range"),
        (replace(CHANGES, site="brow"), "site 'brow' is not in Night cream"),
    ],
)
def test_what_cannot_be_answered_is_refused(known: Known, asked: object, why: str) -> None:
    with pytest.raises(DesignError, match=why):
        answer(known.store, Changes(known.trial, asked))  # type: ignore[arg-type]


def test_cohorts_have_no_change(known: Known) -> None:
    with pytest.raises(DesignError, match="compares groups once; a change needs a baseline"):
        answer(known.store, Changes(known.cohorts, CHANGES))
