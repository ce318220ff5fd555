"""Shares of grades come from the scans that the scores come from."""

from pathlib import Path

import numpy as np
import pytest

from dermdash.analysis.shares import cohort_shares
from dermdash.grading.profile import Grading
from dermdash.identity import WORKER
from dermdash.reporting.figures.data_shares import class_shares, share_table
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.gradings import GradingRequest, write_grading
from dermdash.trial.jobs import finish, take
from tests.support.statements import statements
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


def test_the_store_is_asked_as_often_for_many_scans_as_for_few(tmp_path: Path) -> None:
    """The tab Classes of a study of 1,000 scans would take seconds to open."""
    counts = []
    with open_store(Settings(home=tmp_path / "home")) as store:
        study_id = make_study(store)
        for batch in range(2):
            for subject in (f"S{batch}{n}" for n in range(3)):
                add_scan(store, study_id, tmp_path, subject)
                grade_queued(store, {subject: 2.0})
            with store.read() as tx, statements(store) as seen:
                assert len(cohort_shares(tx, [study_id], arms=["active"])) == 210 * (batch + 1)
            counts.append(len(seen))
    assert counts[0] == counts[1]


def test_a_range_of_depths_has_the_shares_of_its_layers(tmp_path: Path) -> None:
    """The shares of the upper dermis would be said of other layers."""
    depth_um = np.arange(-10, 80, dtype=np.int16)
    grade = np.select([depth_um < 20, depth_um < 40], [1, 4], 2)
    with open_store(Settings(home=tmp_path / "home")) as store:
        study_id = make_study(store)
        add_scan(store, study_id, tmp_path, "S1")
        with store.write(by=WORKER) as tx:
            (job,) = take(tx, 1)
            request = GradingRequest.from_json(job.payload["request"])
            crops = request.sampling.crops or 1
            sure = np.eye(4, dtype=np.float32)[grade - 1][:, None].repeat(crops, axis=1)
            write_grading(tx, request, Grading(sure, depth_um, request.model_digest))
            finish(tx, job.job_id)
        with store.read() as tx:
            layers = cohort_shares(tx, [study_id], arms=["active"], depth_um=(18, 41))
    assert layers["depth_um"].tolist() == list(range(18, 42))
    assert layers["class_share_4"].tolist() == [0] * 2 + [1] * 20 + [0] * 2
    assert layers["class_share_1"].tolist() == [1] * 2 + [0] * 22
    assert layers["class_share_2"].tolist() == [0] * 22 + [1] * 2
