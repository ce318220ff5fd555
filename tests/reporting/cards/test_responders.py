"""The card of responders: who reached the threshold, whose threshold it is, and who is missing."""

from dataclasses import replace

import pytest

from dermdash.analysis.repeats import known_repeats
from dermdash.errors import TableError
from dermdash.reporting.cards.responders import Responders
from dermdash.reporting.responders import THRESHOLD_OPEN
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.scans import scan_table
from tests.reporting.cards.conftest import Known
from tests.support.cards import CHANGES, answer, figure, files, read, said, table
from tests.support.graded import RISES
from tests.support.plans import lock
from tests.support.studies import ADA


def test_known_responders_come_out(known: Known) -> None:
    """Lost: others would be counted than rose by as much."""
    content = known.card(Responders(known.trial, CHANGES, 0.5))
    rows = {row[0]: row[1:] for row in table(content, "Responders").rows}
    for arm, rises in RISES.items():
        assert rows[arm][:2] == (sum(rise >= 0.5 for rise in rises), len(rises))
    assert "3 of 5 (60 %) in active against 0 of 5 (0 %) in placebo" in content.message
    (changes,) = files(content).values()
    assert changes.content["responded"].sum() == 3
    assert THRESHOLD_OPEN in said(content)
    differences = table(content, "Differences")
    assert differences.rows[0][1] == 60
    assert differences.texts()[0][1] == "60"


def test_the_error_of_measurement_stands_beside_the_threshold(known: Known) -> None:
    """Lost: error would be sold as response."""
    question = Responders(known.trial, CHANGES, 0.05)
    evidence = read(known.store, question).evidence
    repeats = known_repeats(evidence.study, evidence.layers, "expected_grade")
    assert repeats is not None
    content = known.card(question)
    points = figure(content, "responder_points").arguments["points"]
    assert points.sdc == pytest.approx(repeats.sdc.value)
    assert "lies under the smallest detectable change" in said(content, "warning")


def test_sides_answer_within_subjects(known: Known) -> None:
    content = known.card(Responders(known.sides, CHANGES, 0.3))
    assert "McNemar's exact test" in content.message
    assert "smallest detectable change is not known" in said(content, "note")


def test_the_plan_s_threshold_counts_and_the_missing_are_told(copied: Known) -> None:
    """Lost: a threshold chosen after looking would take the planned one's place."""
    lock(
        copied.store,
        copied.trial,
        primary=("active", "placebo", "D28"),
        responder_threshold=0.45,
    )
    with copied.store.write(by=ADA) as tx:
        scans = scan_table(tx, copied.trial)
        at = (scans["visit"] == "D28") & (scans["subject_id"] == "A1")
        exclude_scan(tx, int(scans.loc[at, "scan_id"].iloc[0]), "moved")
    content = answer(copied.store, Responders(copied.trial, CHANGES, 0.1))
    assert "Threshold of the analysis plan: +0.45 at D28." in said(content)
    assert THRESHOLD_OPEN not in said(content)
    assert "3 of 4" in content.message
    assert "With the missing change counted as no response: active 3 of 5" in said(content)
    rows = {row[0]: row for row in table(content, "Responders").rows}
    assert (rows["active"][-1], rows["placebo"][-1]) == (1, 0)


def test_without_a_threshold_nobody_responds(known: Known) -> None:
    """Lost: a number that nobody chose would decide who responded."""
    with pytest.raises(TableError, match="no least change that counts is fixed for Night cream"):
        answer(known.store, Responders(known.trial, CHANGES))
    with pytest.raises(TableError, match="does not say who responded"):
        answer(known.store, Responders(known.trial, CHANGES, 0.0))
    fewer = replace(CHANGES, depth_um=(0, 40))
    assert (
        "0 to 40 µm"
        in figure(known.card(Responders(known.trial, fewer, 0.2)), "responder_points").caption
    )
