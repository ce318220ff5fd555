"""The card of a scan: its score, what it stands on, and that its file may be gone."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from dermdash.errors import DesignError
from dermdash.grading.profile import summarize
from dermdash.reporting.blocks import Picture
from dermdash.reporting.cards.one_scan import OneScan
from dermdash.reporting.tables import layer_table
from dermdash.trial.blinding import seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store
from dermdash.trial.gradings import get_grading
from dermdash.trial.scans import get_scan, scan_table
from tests.reporting.cards.conftest import Known
from tests.support.cards import add_replicate, answer, figure, kept, said, table
from tests.support.studies import ADA


def scan_of(store: Store, study: int, subject: str, visit: str) -> int:
    with store.read() as tx:
        scans = scan_table(tx, study)
    at = (scans["visit"] == visit) & (scans["subject_id"] == subject)
    return int(scans.loc[at, "scan_id"].iloc[0])


def test_it_says_what_the_page_says(known: Known) -> None:
    """Lost: the score of another scan, or over other layers."""
    scan = scan_of(known.store, known.trial, "A1", "D28")
    content = known.card(OneScan(known.trial, scan))
    with known.store.read() as tx:
        grading = get_grading(tx, scan)
    assert grading is not None
    assert content.title == "Scan A1 · D28 · cheek"
    assert f"expected grade {summarize(grading).expected_grade:.2f}" in content.message
    assert "expected grade 2.70" in content.message
    assert figure(content, "depth_profile").arguments["table"].equals(layer_table(grading.slab))
    layers = figure(content, "layer_grades")
    assert len(layers.data) == 140
    assert layers.data["grade"].unique().tolist() == [3]
    assert "Quality green: all read-outs good." in said(content)
    facts = dict(table(content, "Where these numbers come from").rows)
    assert facts["File"] == "A1_D28_cheek.tif"
    assert len(str(facts["SHA-256 of the file"])) == 64


def test_slices_are_shown_with_their_lines(known: Known) -> None:
    content = known.card(OneScan(known.trial, scan_of(known.store, known.trial, "A1", "D0")))
    section, face = content.of(Picture)
    assert np.asarray(Image.open(BytesIO(section.png))).shape == (100, 800, 3)
    assert np.asarray(Image.open(BytesIO(face.png))).shape == (400, 800, 3)
    assert "20 µm dotted" in section.caption
    assert "DEJ lies at 15 µm" in section.alt


def test_a_file_that_is_gone_is_said(copied: Known) -> None:
    """Lost: a report would fail for one volume that was moved to an archive."""
    scan = scan_of(copied.store, copied.trial, "A1", "D28")
    with copied.store.read() as tx:
        get_scan(tx, scan).path.unlink()
    content = answer(copied.store, OneScan(copied.trial, scan))
    assert "No slices of this scan" in said(content, "note")
    assert not content.of(Picture)
    assert figure(content, "depth_profile")


def test_an_exclusion_and_replicates_are_told(copied: Known) -> None:
    """Lost: a scan that counts for nothing would be shown as evidence."""
    scan = scan_of(copied.store, copied.trial, "A1", "D28")
    folder = copied.home.parent / "again"
    add_replicate(copied.store, copied.trial, folder, "A1", arm="active", visit="D28")
    with copied.store.write(by=ADA) as tx:
        exclude_scan(tx, scan, "moved")
    content = answer(copied.store, OneScan(copied.trial, scan))
    assert "Excluded from the results: moved." in said(content, "warning")
    assert "2 replicates, 0 of them graded" in said(content)


def test_while_blinded_no_arm_is_told(copied: Known) -> None:
    scan = scan_of(copied.store, copied.trial, "A1", "D28")
    with copied.store.write(by=ADA) as tx:
        seal_arms(tx, copied.trial, seed=3)
    text = kept(answer(copied.store, OneScan(copied.trial, scan)))
    assert "active" not in text
    assert "placebo" not in text


def test_a_scan_without_a_score_or_of_another_study_is_refused(copied: Known) -> None:
    """Lost: a card would show a scan as if it were graded, or another study's."""
    folder = copied.home.parent / "again"
    new = add_replicate(copied.store, copied.trial, folder, "A1", arm="active", visit="D28")
    with pytest.raises(DesignError, match=r"A1 · D28 · cheek · replicate 2 is not graded \(queued"):
        answer(copied.store, OneScan(copied.trial, new))
    with pytest.raises(DesignError, match="not of this study"):
        answer(copied.store, OneScan(copied.cohorts, new))
    with pytest.raises(DesignError):
        answer(copied.store, OneScan(copied.trial, 9999))
