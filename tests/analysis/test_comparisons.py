"""From profiles to one value a subject, arm and visit."""

import pandas as pd
import pytest

from dermdash.analysis.comparisons import score_cells


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
