from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import DejError, DesignError, VolumeError
from dermdash.grading.model import Model
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading
from dermdash.trial.database import Store
from dermdash.trial.gradings import set_protocol
from dermdash.trial.jobs import job_table, take
from dermdash.trial.scans import (
    exclude_scan,
    get_scan,
    include_scan,
    scan_table,
    set_dej,
    set_reading,
)
from dermdash.trial.studies import create_study
from dermdash.trial.transaction import Transaction

PutScan = Callable[..., int]
SURFACE = np.linspace(30, 50, 500 * 1224, dtype=np.float32).reshape(500, 1224)


def gradings(tx: Transaction) -> pd.DataFrame:
    """The jobs that grade."""
    return job_table(tx).query("kind == 'grading'")


def test_an_excluded_scan_says_why_and_can_come_back(
    store: Store, put_scan: PutScan, grade_all: Callable[[], int], ada: User
) -> None:
    """A scan would vanish from the results without a reason, or for ever."""
    scan_id = put_scan()
    grade_all()
    with store.write(by=ada) as tx:
        exclude_scan(tx, scan_id, " moved \n ")
        assert (get_scan(tx, scan_id).state, get_scan(tx, scan_id).reason) == ("excluded", "moved")
        with pytest.raises(DesignError, match="without a reason"):
            exclude_scan(tx, scan_id, " ")
        set_dej(tx, scan_id, Dej.plane(50), source="edited")
        assert "grading" not in set(job_table(tx, ["queued"]).kind)  # as it does not count
        include_scan(tx, scan_id, "a second look")
        assert get_scan(tx, scan_id).state == "queued"


def test_a_wrong_reading_can_be_corrected(
    store: Store, put_scan: PutScan, reading: Reading, ada: User, grade_all: Callable[[], int]
) -> None:
    """A scan stored with the wrong spacing would block its place for ever."""
    scan_id = put_scan(content=b"a")
    grade_all()
    right = replace(reading, spacing_um=(1.0, 1.1, 1.1))
    with pytest.raises(DesignError, match="another reading"):
        put_scan(content=b"a", reading=right)
    with store.write(by=ada) as tx:
        set_reading(tx, scan_id, right, shape=(120, 500, 1224))
        scan = get_scan(tx, scan_id)
    assert (scan.reading, scan.spacing_source, scan.state) == (right, "given", "queued")
    narrow = replace(reading, spacing_um=(1.0, 0.5, 0.5))
    with pytest.raises(VolumeError), store.write(by=ada) as tx:
        set_reading(tx, scan_id, narrow, shape=(120, 500, 1224))
    thin = replace(reading, spacing_um=(0.2, 1.0, 1.0))
    with pytest.raises(DejError), store.write(by=ada) as tx:
        set_reading(tx, scan_id, thin, shape=(120, 500, 1224))
    with store.read() as tx:
        assert get_scan(tx, scan_id).reading == right


def test_what_is_not_needed_any_more_leaves_the_queue(
    store: Store, put_scan: PutScan, ada: User, make_model: Callable[..., Model]
) -> None:
    """Each shift of a DEJ would put one more useless grading before the next volume."""
    scan_id = put_scan()
    with store.write(by=ada) as tx:
        for depth_um in (41, 42, 43):
            set_dej(tx, scan_id, Dej.plane(depth_um), source="edited")
        assert gradings(tx).state.tolist().count("queued") == 1
        set_protocol(tx, 1, model=make_model("other"))
        assert gradings(tx).state.tolist().count("queued") == 1
        exclude_scan(tx, scan_id, "moved")
        assert set(gradings(tx).state) == {"cancelled"}
        assert gradings(tx).error.str.startswith("not needed any more").all()
        include_scan(tx, scan_id, "a second look")
        assert get_scan(tx, scan_id).state == "queued"


def test_what_another_study_needs_stays_in_the_queue(
    store: Store, put_scan: PutScan, ada: User, model: Model
) -> None:
    """Excluding a scan in one study would leave it ungraded in the other."""
    with store.write(by=ada) as tx:
        other = create_study(tx, name="Other", kind="cohorts")
        set_protocol(tx, other, model=model)
    scan_id = put_scan(content=b"a")
    put_scan(content=b"a", study_id=other)
    with store.write(by=ada) as tx:
        exclude_scan(tx, scan_id, "moved")
        assert scan_table(tx).state.tolist() == ["excluded", "queued"]


def test_what_runs_may_end(store: Store, put_scan: PutScan, ada: User) -> None:
    """A grading that is nearly done would be thrown away, and asked for again."""
    scan_id = put_scan()
    with store.write(by=ada) as tx:
        take(tx, 1)
        set_dej(tx, scan_id, Dej.plane(41), source="edited")
        assert sorted(gradings(tx).state) == ["queued", "running"]
