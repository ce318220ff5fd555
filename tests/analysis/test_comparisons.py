"""From profiles to one value a subject, arm and visit."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from dermdash.analysis.comparisons import changes_by_visit, score_cells
from dermdash.analysis.planned import Asked, compare_planned, plan_for
from dermdash.trial.studies import Arm, Site, Study, Visit


def scan(
    scan_id: int, subject: str, *, score: float, depths: range = range(-10, 80), visit: str = "D0"
) -> pd.DataFrame:
    """A scan whose score rises by .01 a µm from ``score`` at the DEJ."""
    return pd.DataFrame(
        {
            "scan_id": scan_id,
            "study": "S",
            "subject_id": subject,
            "arm": "a",
            "visit": visit,
            "site": "cheek",
            "depth_um": list(depths),
            "expected_grade": [score + depth / 100 for depth in depths],
        }
    )


def test_scans_of_a_subject_are_averaged_before_she_counts() -> None:
    """Three scans of one person would weigh like three people."""
    profiles = pd.concat(
        [scan(1, "S1", score=2.0), scan(2, "S1", score=3.0), scan(3, "S2", score=1)]
    )
    table = score_cells(profiles, "expected_grade").table
    assert table["subject_id"].tolist() == ["S1", "S2"]
    assert table["n_scans"].tolist() == [2, 1]
    assert table["expected_grade"].tolist() == pytest.approx([2.5 + 0.345, 1 + 0.345])


def test_a_short_slab_is_missing_and_named() -> None:
    """A score over 60 µm would be averaged with scores over 70."""
    profiles = pd.concat([scan(1, "S1", score=2.0), scan(2, "S2", score=2.0, depths=range(60))])
    scored = score_cells(profiles, "expected_grade")
    assert scored.table["subject_id"].tolist() == ["S1"]
    assert scored.short["subject_id"].tolist() == ["S2"]
    shallow = score_cells(profiles, "expected_grade", depth_um=(0, 39))
    assert shallow.table["subject_id"].tolist() == ["S1", "S2"]
    assert shallow.short.empty


def test_a_shifted_dej_reads_the_margin() -> None:
    """The sensitivity to the DEJ would be read from other skin."""
    profiles = scan(1, "S1", score=2.0)
    there = score_cells(profiles, "expected_grade").table["expected_grade"][0]
    deeper = score_cells(profiles, "expected_grade", shift_um=5).table["expected_grade"][0]
    assert deeper - there == pytest.approx(0.05)
    assert score_cells(profiles, "expected_grade", shift_um=11).table.empty


def test_one_arm_has_changes_by_visit_too() -> None:
    """Lost: the page of a study without a control would end in a traceback.

    Three subjects seen at each visit rise by 0.1, 0.2 and 0.3: 0.2 ± 4.303 · 0.1 / √3; the fourth
    was seen once and is not compared.
    """
    visits = (Visit(1, "D0", 0, True), Visit(2, "D28", 28, False))
    study = Study(
        *(1, "Serum", "before_after", "collecting", False, datetime(2026, 1, 1, tzinfo=UTC)),
        arms=(Arm(1, "a", "", False, "#08f"),),
        visits=visits,
        sites=(Site(1, "cheek", None),),
    )
    rises = {"S1": 0.1, "S2": 0.2, "S3": 0.3}
    scans = [scan(k, subject, score=2.0) for k, subject in enumerate(rises)]
    scans += [
        scan(10 + k, subject, score=2.0 + rise, visit="D28")
        for k, (subject, rise) in enumerate(rises.items())
    ]
    scored = score_cells(pd.concat([*scans, scan(20, "S4", score=9.0)]), "expected_grade")
    plan = plan_for(study, scored.table, None, Asked("expected_grade", over_visits=True))
    found = compare_planned(scored.table, plan, ("a",))
    first, later = changes_by_visit(study, scored, found).to_dict("records")
    assert (first["arm"], first["visit"], first["mean"], first["n"]) == ("a", "D0", 0.0, 3)
    assert (later["arm"], later["visit"], later["n"]) == ("a", "D28", 3)
    half = 4.302653 * 0.1 / 3**0.5
    expected = [0.2, 0.2 - half, 0.2 + half]
    assert [later["mean"], later["ci_low"], later["ci_high"]] == pytest.approx(expected, abs=1e-6)
