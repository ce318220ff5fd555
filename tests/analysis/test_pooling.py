"""Several studies as one question, and which may be."""

from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.analysis.cohorts import cohort
from dermdash.analysis.comparisons import compare_cohort
from dermdash.analysis.filters import Between
from dermdash.analysis.pooling import only_control, pooled_arms
from dermdash.errors import DesignError
from dermdash.grading.model import load_model
from dermdash.imaging.slab import Sampling
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.protocols import append_protocol, current_protocol, register_model
from dermdash.trial.studies import Arm, set_subject
from tests.support.cohorts import study
from tests.support.studies import ADA, add_scan, grade_queued, make_study


def test_studies_are_pooled_as_blocks(tmp_path: Path) -> None:
    """Lost: two subjects of one code would be one, and two studies one."""
    with open_store(Settings(tmp_path / "home")) as store:
        first, second = make_study(store, "First"), make_study(store, "Second")
        quality = {"S01": 3.2, "S02": 2.9, "S03": 1.5, "S04": 1.2}
        for study_id in (first, second):
            for subject, arm in zip(
                quality, ("active", "active", "placebo", "placebo"), strict=True
            ):
                add_scan(store, study_id, tmp_path / str(study_id), subject, arm=arm)
            grade_queued(store, quality)
        with store.write(by=ADA) as tx:
            set_subject(tx, first, "S01", covariates={"age": 30})
            set_subject(tx, second, "S02", covariates={"age": 60})
        with store.read() as tx:
            answer = cohort(tx, [first, second], visit="D0")
            older = cohort(tx, [first, second], covariates={"age": Between(50, 70)})
        assert [group.n_subjects for group in answer.by_arm()] == [4, 4]
        assert older.subjects[["study", "subject_id"]].to_numpy().tolist() == [["Second", "S02"]]
        found = compare_cohort(answer, control="placebo")
        assert (found.plan.block, found.omnibus.test) == ("study", "two_way_anova")
        assert found.n == {"active": 4, "placebo": 4}
        assert "(First 4, Second 4)" in found.estimand
        assert found.contrasts[0].note is None


def test_studies_that_were_read_otherwise_are_not_pooled(tmp_path: Path) -> None:
    """Lost: what two models or two samplings make of skin would be taken for skin."""
    with open_store(Settings(tmp_path / "home")) as store:
        ids = [make_study(store, name) for name in ("First", "Second")]
        for study_id in ids:
            add_scan(store, study_id, tmp_path / str(study_id), "S01")
        with store.write(by=ADA) as tx:
            digest = current_protocol(tx, ids[0]).model_digest  # type: ignore[union-attr]
            append_protocol(tx, ids[1], model_digest=digest, sampling=Sampling(60, 10, 2))
        with store.read() as tx, pytest.raises(DesignError, match="needs one sampling"):
            cohort(tx, ids)
        other = replace(load_model(Path("models/phantom-v1")), digest="0" * 64)
        with store.write(by=ADA) as tx:
            register_model(tx, other)
            append_protocol(tx, ids[1], model_digest=other.digest, sampling=Sampling(70, 10, 2))
        with store.read() as tx, pytest.raises(DesignError, match="needs one model"):
            cohort(tx, ids)
        with store.read() as tx:
            cohort(tx, ids[1])
        phantoms = make_study(store, "Demo", synthetic=True)
        with store.read() as tx, pytest.raises(DesignError, match="phantoms cannot be pooled"):
            cohort(tx, [ids[0], phantoms])


def test_arms_of_pooled_studies_have_a_colour_each() -> None:
    """Lost: two arms of one colour in one figure."""
    one = study()
    other = replace(
        one,
        study_id=2,
        arms=(
            Arm(3, "vehicle", "vehicle", True, "#7f7f7f"),
            Arm(4, "serum", "serum", False, "#0072b2"),
            Arm(5, "active", "active", True, "#e69f00"),
        ),
    )
    arms = pooled_arms([one, other])
    assert [arm.name for arm in arms] == ["placebo", "active", "vehicle", "serum"]
    assert len({arm.colour for arm in arms}) == 4
    assert [arm.is_control for arm in arms] == [True, False, True, False]
    assert only_control(arms) is None
    assert only_control(one.arms) == "placebo"
