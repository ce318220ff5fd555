"""Tables are one question of SQL, however many scans there are."""

from collections.abc import Callable

import pandas as pd
import pytest

from dermdash.errors import DesignError
from dermdash.trial.database import Store
from dermdash.trial.gradings import get_gradings, profiles
from dermdash.trial.jobs import job_table, queue_summary
from dermdash.trial.scans import get_scan, scan_table
from dermdash.trial.studies import get_study, list_studies, subject_table
from dermdash.trial.transaction import Transaction
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
}


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


def test_tables_keep_their_types_without_rows(store: Store, study: int) -> None:
    """Joining an empty table with a full one would fail or turn numbers into text."""
    with store.read() as tx:
        for make in (scan_table, job_table):
            table = make(tx)
            assert table.empty
            assert "object" not in table.dtypes.astype(str).tolist()
            assert isinstance(table, pd.DataFrame)
