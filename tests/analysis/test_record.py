"""What a report knows of a study's conduct: all of it, and nothing of sealed arms."""

import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from dermdash.analysis.record import Record, read_record
from dermdash.errors import DesignError
from dermdash.imaging.dej import Dej
from dermdash.settings import Settings
from dermdash.trial.blinding import seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.covariates import CovariateSpec, set_covariate
from dermdash.trial.database import Store, open_store
from dermdash.trial.jobs import finish, take
from dermdash.trial.life import lock_data, reopen
from dermdash.trial.roster import SubjectEdit, save_edits
from dermdash.trial.scans import scan_table, set_dej
from dermdash.trial.studies import VisitSpec, add_subject, add_visit, get_study, rename_arm
from dermdash.trial.subjects import set_subject
from dermdash.trial.transaction import Transaction
from tests.support.graded import graded_trial
from tests.support.plans import plan_and_lock
from tests.support.seals import swapping_seed
from tests.support.studies import ADA

SMALL = {"placebo": (0.0, 0.1, -0.1), "active": (0.5, 0.6, 0.4)}
Change = Callable[[Transaction, int], object]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def read(store: Store, study: int) -> Record:
    with store.read() as tx:
        return read_record(tx, study)


def first_scan(tx: Transaction, study: int) -> int:
    return int(scan_table(tx, study)["scan_id"].iloc[0])


def _lock_plan(tx: Transaction, study: int) -> None:
    _rename(tx, study, "serum", "active")
    plan_and_lock(tx, study)


def _rename(tx: Transaction, study: int, was: str, name: str) -> None:
    (arm,) = [one.arm_id for one in get_study(tx, study).arms if one.name == was]
    rename_arm(tx, arm, name)


CHANGES: dict[str, Change] = {
    "a covariate": lambda tx, study: set_subject(tx, study, "A1", covariates={"age": 44}),
    "its unit": lambda tx, study: set_covariate(tx, study, CovariateSpec("age", "number", "y")),
    "an exclusion": lambda tx, study: exclude_scan(tx, first_scan(tx, study), "motion"),
    "a DEJ": lambda tx, study: set_dej(tx, first_scan(tx, study), Dej.plane(16), source="edited"),
    "a withdrawal": lambda tx, study: set_subject(
        tx, study, "A1", status="withdrawn", reason="moved"
    ),
    "a population": lambda tx, study: save_edits(
        tx, study, [SubjectEdit("A2", {"per_protocol": False, "population_reason": "late"})]
    ),
    "a subject": lambda tx, study: add_subject(tx, study, "X1", arm="active"),
    "a visit": lambda tx, study: add_visit(tx, study, VisitSpec("D56", 56)),
    "an arm's name": lambda tx, study: _rename(tx, study, "active", "serum"),
    "a locked plan": _lock_plan,
    "a lock": lock_data,
    "a reopening": lambda tx, study: reopen(tx, study, "one scan was late"),
}


def test_whatever_changes_is_seen(store: Store, tmp_path: Path) -> None:
    """Lost: a card would show an old number, and not say that it is old."""
    study = graded_trial(store, tmp_path, rises=SMALL)
    digests = [read(store, study).digest]
    assert read(store, study).digest == digests[0]
    for name, change in CHANGES.items():
        with store.write(by=ADA) as tx:
            if name == "a lock":
                for job in take(tx, 100, kinds=("grading",)):
                    finish(tx, job.job_id)
            change(tx, study)
        digests.append(read(store, study).digest)
        assert digests[-1] not in digests[:-1], name


def test_nothing_tells_sealed_arms(store: Store, tmp_path: Path) -> None:
    """Lost: a report of a blinded study would open it."""
    study = graded_trial(store, tmp_path, rises=SMALL)
    with store.write(by=ADA) as tx:
        exclude_scan(tx, first_scan(tx, study), "an ACTIVE patch lay under the probe")
        set_subject(tx, study, "P1", status="withdrawn", reason="hated the placebo")
        left = {"full_analysis": False, "population_reason": "active by mistake"}
        save_edits(tx, study, [SubjectEdit("P2", left)])
        plan_and_lock(tx, study)
        seal_arms(tx, study, seed=swapping_seed())
        lock_data(tx, study)
        reopen(tx, study, "placebo tubes were swapped")
    record = read(store, study)
    assert record.arms == ("A", "B")
    for table in (record.subjects, record.allocations, record.scans, record.places):
        words = [str(word).lower() for word in table.to_numpy().ravel()]
        assert not [word for word in words if "placebo" in word or "active " in word]
    assert "placebo" not in repr((record.study, record.plans, record.events)).lower()
    assert set(record.allocations["arm"]) == {"A", "B"}


def test_it_holds_what_the_store_holds_also_in_another_process(
    store: Store, tmp_path: Path
) -> None:
    study = graded_trial(store, tmp_path, rises=SMALL)
    record = read(store, study)
    assert pickle.loads(pickle.dumps(record)).digest == record.digest
    assert len(record.subjects) == len(record.allocations) == 6
    assert len(record.scans) == len(record.places) == 12
    assert set(record.scans["dej_editor"]) == {str(ADA)}
    assert set(record.scans["spacing_um"]) == {"1 × 1 × 1"}
    assert set(record.scans["voxels"]) == {"100 × 400 × 800"}
    assert not record.scans["dej_in_queue"].any()
    assert set(record.scans["model_digest"]) == {record.model.digest if record.model else ""}
    assert pd.notna(record.scans["graded_at"]).all()
    assert len(record.database_id) == 36


def test_an_unknown_study_is_refused(store: Store) -> None:
    with pytest.raises(DesignError), store.read() as tx:
        read_record(tx, 99)
