"""Two scans of one place: switched between, averaged, with their spread."""

import io
from pathlib import Path

import pytest

from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import read_volume
from dermdash.reporting.tables import export_table
from dermdash.trial.database import Store
from dermdash.trial.scans import NewScan, store_scan
from tests.pages.conftest import OpenPage, press, said
from tests.support.studies import ADA, add_scan, grade_queued, make_study, write_small


@pytest.fixture
def twice(store: Store, tmp_path: Path) -> int:
    """S01 scanned twice: 2.0, then 2.4."""
    study = make_study(store)
    add_scan(store, study, tmp_path, "S01")
    grade_queued(store, {"S01": 2.0})
    path = write_small(tmp_path / "again.tif", seed=7)
    volume, stored = read_volume(path), store.vault.store_file(io.BytesIO(path.read_bytes()))
    new = NewScan(
        subject_id="S01",
        arm="active",
        visit="D0",
        site="cheek",
        replicate=2,
        dej=Dej.plane(15.0),
        dej_source="manual",
        reading=volume.reading,
    )
    with store.write(by=ADA) as tx:
        store_scan(tx, study, stored, new, shape=volume.shape)
    grade_queued(store, {"S01": 2.4})
    return study


def test_replicates_stand_side_by_side(open_page: OpenPage, twice: int, store: Store) -> None:
    """Which of two scans a score is from, and how far they differ, could not be seen."""
    app = open_page("data/scan.py", scan="1")
    assert not app.exception
    assert "2 replicates: expected grade 2.20, SD 0.28" in said(app)
    assert "Quality green: all read-outs good" in said(app)
    app = press(app, "Replicate 2: graded, 2.40")
    assert not app.exception
    assert app.title[0].value == "S01 · D0 · cheek · replicate 2"
    assert open_page("data/studies.py").dataframe[0].value["D0"].tolist() == ["2 graded"]
    with store.read() as tx:
        (row,) = export_table(tx, twice).to_dict("records")
    assert (row["n_scans"], row["quality"], row["protocol_version"]) == (2, "green", 1)
    assert row["expected_grade"] == pytest.approx(2.2)
    assert row["replicate_sd"] == pytest.approx(0.2828, abs=1e-3)


def test_results_say_what_they_stand_on(open_page: OpenPage, full: int) -> None:
    """A reader could not tell which protocol, or which average, a number is of."""
    app = open_page("results/cohorts.py")
    words = said(app.selectbox(key=f"cohort_{full}_visit").set_value("D0").run())
    assert "Version 1 of the reading protocol: model" in words
    assert "Replicates of one visit and site are averaged first" in words
