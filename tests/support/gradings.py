"""What became of the scans of a store."""

from dataclasses import replace

import numpy as np

from dermdash.grading.model import find_model
from dermdash.pipeline import grade_file
from dermdash.trial import jobs
from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.gradings import get_grading
from dermdash.trial.jobs import job_table
from dermdash.trial.kinds import KINDS, Call, Kind
from dermdash.trial.protocols import current_protocol
from dermdash.trial.scans import get_scan, scan_table
from dermdash.trial.transaction import Transaction


def states(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return dict(scan_table(tx)["state"].value_counts())


def graded(store: Store) -> int:
    return states(store).get("graded", 0)


def assert_graded_once_and_rightly(store: Store, scan_ids: list[int]) -> None:
    """Every scan has its grading, equal to an undisturbed one, written exactly once."""
    assert states(store) == {"graded": len(scan_ids)}
    model = find_model(None, store.settings.model_folders)
    with store.read() as tx:
        written = history(tx, entity="grading", limit=10_000)
        assert set(job_table(tx)["state"]) == {"done"}
        for scan_id in scan_ids[:2]:
            scan, grading = get_scan(tx, scan_id), get_grading(tx, scan_id)
            protocol = current_protocol(tx, scan.study_id)
            assert grading is not None
            assert scan.dej is not None
            assert protocol is not None
            expected = grade_file(
                scan.path, scan.reading, scan.dej, protocol.sampling, model.folder
            )
            assert grading.model_digest == expected.model_digest
            np.testing.assert_array_equal(grading.probabilities, expected.probabilities)
    assert list(written["act"]) == ["added"] * len(scan_ids)
    assert written["entity"].is_unique


def with_calls(calls: dict[int, Call]) -> dict[str, Kind]:
    """The kinds of jobs, with another call in the place of some scans' gradings."""

    def prepare(tx: Transaction, job: jobs.Job) -> Call | None:
        return calls.get(job.scan_id or 0) or KINDS["grading"].prepare(tx, job)

    return dict(KINDS) | {"grading": replace(KINDS["grading"], prepare=prepare)}


def job_of(store: Store, scan_id: int) -> dict[str, object]:
    with store.read() as tx:
        subject = get_scan(tx, scan_id).subject_id
        table = job_table(tx).query("kind == 'grading'")
    return dict(table[table["subject_id"] == subject].iloc[0])
