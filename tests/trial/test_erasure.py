"""Erasing a subject takes all that was recorded of it, and leaves that it was there."""

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from dermdash.errors import DesignError, InputError, StoreError
from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.trial.audit import history
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store
from dermdash.trial.erasure import erase_subject, foresee_erasure
from dermdash.trial.jobs import finish, job_table, take
from dermdash.trial.life import data_digest, lock_data, locked_digest, study_events, unblind
from dermdash.trial.plans import lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.scans import exclude_scan, get_scan, scan_table, set_dej
from dermdash.trial.schema import (
    DejRow,
    GradingRow,
    InboxFileRow,
    MarkingRow,
    QualityRow,
    ScanRow,
    SubjectRow,
    VolumeRow,
)
from dermdash.trial.studies import get_study, set_subject, subject_table
from dermdash.trial.transaction import Transaction

PutScan = Callable[..., int]
SECRET = "S07-Mrs-Brown"
LIKES = 4711.25


@pytest.fixture
def person(store: Store, study: int, put_scan: PutScan, grade_all, ada: User) -> tuple[int, Path]:
    """S07 with all that can hang on a subject, S01 beside; the scan and its volume's file."""
    scan = put_scan(
        "S07",
        content=b"pixels of S07",
        file_name=f"{SECRET}.tif",
        covariates={"likes": LIKES},
    )
    put_scan("S01", arm="placebo", covariates={"likes": 1.5})
    surface = Dej.surface(np.full((500, 1224), 43.0, np.float32))
    with store.write(by=ada) as tx:
        set_dej(tx, scan, surface, source="edited")
        exclude_scan(tx, put(tx, study, scan), SECRET)
        sha256 = get_scan(tx, scan).volume_sha256
        subject = tx.session.scalars(select(SubjectRow).where(SubjectRow.code == "S07")).one()
        subject.population_reason = SECRET
        tx.session.add_all(
            [
                MarkingRow(
                    study_id=study,
                    scan_id=scan,
                    reader="Ada",
                    look=1,
                    verdict="cannot tell",
                    reason=SECRET,
                    at=tx.at,
                ),
                QualityRow(key="q", volume_sha256=sha256, reading={}, body={"x": LIKES}, at=tx.at),
                InboxFileRow(
                    path=f"/inbox/{SECRET}.tif",
                    bytes=1,
                    mtime_ns=1,
                    sha256=sha256,
                    looked_at=tx.at,
                ),
            ]
        )
    grade_all()
    with store.read() as tx:
        return scan, get_scan(tx, scan).path


def put(tx: Transaction, study: int, scan: int) -> int:
    """A second scan of S07, at the later visit."""
    from dermdash.imaging.volume import Reading
    from dermdash.trial.scans import NewScan, store_scan

    reading = Reading.from_json(tx.session.get_one(ScanRow, scan).reading)
    volume = tx.vault.store_file(io.BytesIO(b"later pixels of S07"))
    new = NewScan("S07", None, "D28", "cheek", Dej.plane(40), "manual", reading)
    return store_scan(tx, study, volume, new, shape=(120, 500, 1224)).scan_id


def everything(store: Store) -> str:
    """All that the database holds, as text."""
    with closing(sqlite3.connect(store.settings.database)) as connection:
        return "\n".join(connection.iterdump())


def test_nothing_of_the_subject_is_left_but_a_tombstone(
    store: Store, study: int, person: tuple[int, Path], ada: User
) -> None:
    """Consent is withdrawn, and a copy of the skin or a file's name stays behind."""
    _, path = person
    with store.read() as tx:
        (map_sha256,) = tx.session.scalars(
            select(DejRow.map_sha256).where(DejRow.map_sha256.is_not(None))
        )
        map_path = tx.vault.path(str(map_sha256))
        before = data_digest(tx, study)
    assert path.is_file()
    assert map_path.is_file()
    assert SECRET in everything(store)
    with store.write(by=ada) as tx:
        foreseen = foresee_erasure(tx, study, "S07")
        done = erase_subject(tx, study, "S07", reason="consent  withdrawn")
        assert done == foreseen
        assert (done.n_scans, done.shared, done.outside) == (2, 0, ())
        assert done.n_gradings >= 1
    assert not path.exists()
    assert not map_path.exists()
    left = everything(store)
    assert SECRET not in left
    assert str(LIKES) not in left
    with closing(sqlite3.connect(store.settings.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert SECRET.encode() not in store.settings.database.read_bytes(), "in a free page"
    with store.read() as tx:
        people = subject_table(tx, study).set_index("subject_id")
        assert people.loc["S07", "status"] == "erased"
        assert people.loc["S07", "reason"] == "consent withdrawn"
        assert people.loc["S07", "arm"] == "active", "who was in which arm stays countable"
        assert people.loc["S01", "likes"] == 1.5
        assert scan_table(tx, study)["subject_id"].tolist() == ["S01"]
        event = study_events(tx, study)[0]
        assert (event.act, event.reason, event.subject_id) == (
            "erased",
            "consent withdrawn",
            "S07",
        )
        assert event.author == "ada"
        assert data_digest(tx, study) != before
        acts = history(tx, entity="scan 1")
        assert acts["act"].tolist()[0] == "erased"
        assert acts["act"].tolist()[-1] == "added", "that it was added, and by whom, stays"
        assert acts["before"].isna().all()
        assert acts["after"].isna().all()


def test_what_another_scan_uses_stays(
    store: Store, study: int, put_scan: PutScan, grade_all, ada: User
) -> None:
    """One volume under two studies would be lost to both."""
    from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study

    with store.write(by=ada) as tx:
        other = create_study(
            tx,
            name="Other",
            kind="before_after",
            arms=[ArmSpec("active")],
            visits=[VisitSpec("D0", 0)],
            sites=[SiteSpec("cheek")],
        )
    put_scan("S07", content=b"pixels")
    grade_all()
    kept = put_scan("S01", content=b"pixels", study_id=other)
    with store.write(by=ada) as tx:
        assert erase_subject(tx, study, "S07", reason="consent withdrawn").shared == 1
    with store.read() as tx:
        scan = get_scan(tx, kept)
        assert scan.path.is_file()
        assert scan.state in ("graded", "queued")
        assert tx.session.scalars(select(VolumeRow)).all()


def test_a_file_outside_the_vault_is_named_and_left(
    store: Store, study: int, put_scan: PutScan, ada: User, tmp_path: Path
) -> None:
    """An archive's own file would be deleted by a program that only reads it."""
    archive = tmp_path / "archive.tif"
    archive.write_bytes(b"pixels in the archive")
    scan = put_scan("S07", content=b"pixels in the archive")
    with store.write(by=ada) as tx:
        sha256 = get_scan(tx, scan).volume_sha256
        tx.session.get_one(VolumeRow, sha256).place = str(archive)
    with store.write(by=ada) as tx:
        assert erase_subject(tx, study, "S07", reason="consent withdrawn").outside == (archive,)
    assert archive.is_file()


def test_an_erased_subject_takes_nothing_any_more(
    store: Store, study: int, person: tuple[int, Path], put_scan: PutScan, ada: User
) -> None:
    """The file that still lies in the inbox would be stored again the next morning."""
    with store.write(by=ada) as tx:
        erase_subject(tx, study, "S07", reason="consent withdrawn")
    with pytest.raises(DesignError, match="S07 was erased and takes no data any more"):
        put_scan("S07", content=b"pixels of S07", arm=None)
    with pytest.raises(DesignError, match="was erased"), store.write(by=ada) as tx:
        set_subject(tx, study, "S07", covariates={"likes": 1})
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="erased already"):
        erase_subject(tx, study, "S07", reason="again")


def test_a_grading_that_runs_meanwhile_leaves_nothing(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """The worker would write scores of a person who is not there any more."""
    put_scan("S07")
    with store.write(by=WORKER) as tx:
        (job, *_) = take(tx, 1, kinds=("grading",))
    with store.write(by=ada) as tx:
        erase_subject(tx, study, "S07", reason="consent withdrawn")
        assert set(job_table(tx)["state"]) <= {"cancelled"}
    with store.write(by=WORKER) as tx:
        assert not finish(tx, job.job_id)
        assert not tx.session.scalars(select(GradingRow)).all()


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_erasure_says_why_and_is_an_administrators(
    store: Store, study: int, person: tuple[int, Path], ada: User, reason: str
) -> None:
    """Anybody could take a subject out of a trial whose score does not suit."""
    _, path = person
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="without a reason"):
        erase_subject(tx, study, "S07", reason=reason)
    with store.write(by=User("bo")) as tx, pytest.raises(InputError, match="may not erase"):
        erase_subject(tx, study, "S07", reason="I dislike it")
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="S99 is unknown"):
        erase_subject(tx, study, "S99", reason="no such")
    assert path.is_file()


def test_a_locked_study_is_unblinded_after_an_erasure(
    store: Store, study: int, person: tuple[int, Path], ada: User
) -> None:
    """The digest that was locked would never be found again, and the trial never unblinded."""
    with store.write(by=ada) as tx:
        plan = replace(blank_plan(get_study(tx, study)), primary=("active", "placebo", "D28"))
        lock_plan(tx, study, write_plan(tx, study, plan))
        seal_arms(tx, study)
        before = lock_data(tx, study)
        erase_subject(tx, study, "S07", reason="consent withdrawn")
        assert locked_digest(tx, study) != before
        unblind(tx, study)
        assert get_study(tx, study).state == "unblinded"


def test_an_erasure_that_was_broken_off_is_done_again(
    store: Store, study: int, person: tuple[int, Path], ada: User
) -> None:
    """The machine stops between the files and the database, and the rest can never be erased."""
    _, path = person

    def break_off() -> None:
        with store.write(by=ada) as tx:
            erase_subject(tx, study, "S07", reason="consent withdrawn")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert not path.exists(), "no pixels are left that nobody knows of"
    with store.write(by=ada) as tx:
        assert subject_table(tx, study).set_index("subject_id").loc["S07", "status"] == "active"
        assert erase_subject(tx, study, "S07", reason="consent withdrawn").n_scans == 2
    assert SECRET not in everything(store)


def test_only_an_erasure_changes_what_is_written_for_good(
    store: Store, study: int, person: tuple[int, Path], ada: User
) -> None:
    """The way through would stand open behind the first erasure."""
    with store.write(by=ada) as tx:
        erase_subject(tx, study, "S07", reason="consent withdrawn")
        tx.session.delete(tx.session.scalars(select(DejRow)).first())
        with pytest.raises(StoreError, match="written fact"):
            tx.session.flush()
        tx.session.rollback()
