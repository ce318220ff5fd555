"""Tables are one question of SQL, however many scans there are."""

from collections.abc import Callable, Iterator

import pandas as pd
import pytest

from dermdash.errors import DesignError
from dermdash.settings import Settings
from dermdash.trial.completeness import completeness
from dermdash.trial.database import Store, open_store
from dermdash.trial.gradings import get_gradings, profiles
from dermdash.trial.jobs import job_table, queue_summary
from dermdash.trial.qualities import (
    get_qualities,
    get_quality,
    request_qualities,
    with_quality,
)
from dermdash.trial.scans import get_scan, scan_table
from dermdash.trial.studies import get_study, list_studies, subject_table
from dermdash.trial.transaction import Transaction
from tests.support.large_store import SCANS, fill
from tests.support.statements import statements

PutScan = Callable[..., int]
TABLES: dict[str, Callable[[Transaction], object]] = {
    "list_studies": list_studies,
    "scan_table": scan_table,
    "subject_table": lambda tx: subject_table(tx, 1),
    "profiles": lambda tx: profiles(tx, 1),
    "get_gradings": lambda tx: get_gradings(tx, 1),
    "job_table": job_table,
    "queue_summary": queue_summary,
    "get_study": lambda tx: get_study(tx, 1),
    "get_qualities": lambda tx: get_qualities(tx, 1),
}

OF_ONE_STUDY: dict[str, Callable[[Transaction], object]] = {
    "list_studies": lambda tx: list_studies(tx, 1),
    "completeness": lambda tx: completeness(tx, get_study(tx, 1)),
    "scan_table": lambda tx: scan_table(tx, 1),
    "qualities": lambda tx: get_qualities(tx, 1),
    "subject_table": lambda tx: subject_table(tx, 1),
    "profiles": lambda tx: profiles(tx, 1),
    "jobs": lambda tx: job_table(tx, ("queued", "running"), study_id=1),
    "get_scan": lambda tx: get_scan(tx, 100),
    "get_quality": lambda tx: get_quality(tx, 100),
    "request_qualities": lambda tx: request_qualities(tx, 1),
    "queue_summary": queue_summary,
}
GROWING = {"scan", "dej", "job", "grading", "grading_array", "quality", "volume", "marking"}
GROWING |= {"subject", "allocation"}


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of two studies of 100 scans each."""
    with open_store(Settings(tmp_path_factory.mktemp("large") / "home")) as opened:
        fill(opened, n_scans=2 * SCANS)
        yield opened


@pytest.mark.parametrize("table", TABLES)
def test_the_number_of_questions_does_not_grow(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], table: str
) -> None:
    """A page over 10,000 scans would take minutes instead of a blink."""
    counts = []
    for batch in range(2):
        for number in range(3):
            put_scan(f"S{batch}{number}")
        grade_all()
        put_scan(f"S{batch}3")
        with store.read() as tx, statements(store) as seen:
            TABLES[table](tx)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 4


def test_one_scan_is_found_without_walking_all(store: Store, study: int) -> None:
    """Opening a scan would be slow in a large store."""
    with store.read() as tx, statements(store) as seen:
        with pytest.raises(DesignError, match="no scan"):
            get_scan(tx, 1)
        ((statement, values),) = seen
        plan = tx.session.connection().exec_driver_sql(f"explain query plan {statement}", values)
        steps = [row[3] for row in plan]
    assert {"SEARCH scan", "SEARCH job"} <= {" ".join(step.split()[:2]) for step in steps}
    assert not [step for step in steps if step.startswith("SCAN")], steps


@pytest.mark.parametrize("table", OF_ONE_STUDY)
def test_a_page_about_one_study_walks_no_table_of_all(large: Store, table: str) -> None:
    """Each study that is added would make the pages of all others slower."""
    with large.read() as tx, statements(large) as seen:
        OF_ONE_STUDY[table](tx)
        asked = list(seen)
        connection = tx.session.connection()
        steps = [
            str(row[3])
            for statement, values in asked
            for row in connection.exec_driver_sql(f"explain query plan {statement}", values)
        ]
    assert steps
    walked = {step.split()[1] for step in steps if step.startswith("SCAN")}
    assert not walked & GROWING, steps


def test_a_large_store_is_what_it_says(large: Store) -> None:
    """The plans would be those of an empty store, whatever they say."""
    with large.read() as tx:
        assert len(list_studies(tx)) == 2
        found = completeness(tx, get_study(tx, 1))
        scans = with_quality(tx, scan_table(tx, 1), 1)
    assert len(found.places) == SCANS
    assert scans["state"].value_counts().to_dict() == {"graded": SCANS - 1, "queued": 1}
    assert set(scans["quality"]) == {"green"}


def test_tables_keep_their_types_without_rows(store: Store, study: int) -> None:
    """Joining an empty table with a full one would fail or turn numbers into text."""
    with store.read() as tx:
        for make in (scan_table, job_table):
            table = make(tx)
            assert table.empty
            assert "object" not in table.dtypes.astype(str).tolist()
            assert isinstance(table, pd.DataFrame)
