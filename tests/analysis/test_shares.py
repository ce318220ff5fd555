"""Shares of grades come from the scans that the scores come from."""

from pathlib import Path

import pytest

from dermdash.analysis.shares import cohort_shares
from dermdash.reporting.figures.data_shares import class_shares, share_table
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from tests.support.studies import add_scan, grade_queued, make_study


def test_shares_follow_the_gradings_of_whole_scans(tmp_path: Path) -> None:
    """A share would count a scan that the score leaves out, or another visit's."""
    with open_store(Settings(home=tmp_path / "home")) as store:
        study_id = make_study(store)
        for subject, arm in (("S1", "active"), ("S2", "active"), ("S3", "placebo")):
            add_scan(store, study_id, tmp_path, subject, arm=arm)
        grade_queued(store, {"S1": 4.0, "S2": 2.0, "S3": 1.0})
        add_scan(store, study_id, tmp_path, "S4", arm="placebo")
        grade_queued(store, {"S4": 3.0}, depths=range(50))
        with store.read() as tx:
            layers = cohort_shares(tx, [study_id], arms=["placebo", "active"])
            none = cohort_shares(tx, [study_id], arms=["placebo", "active"], visit="D28")
    assert sorted(layers["subject_id"].unique()) == ["S1", "S2", "S3"]
    assert layers.groupby("subject_id").size().unique().tolist() == [70]
    shares = class_shares(layers, ["placebo", "active"])
    assert shares.n_subjects == (1, 2)
    assert shares.whole[0].tolist() == [1, 0, 0, 0]
    assert shares.whole[1] == pytest.approx([0, 0.5, 0, 0.5])
    assert shares.by_depth.shape == (2, 70, 4)
    assert share_table(shares)["class_share_4"].tolist() == [0, 0.5]
    assert none.empty
    assert class_shares(none, ["active"]).n_subjects == (0,)
