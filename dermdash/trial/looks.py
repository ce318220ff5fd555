"""What files that wait were found to be: looked at by the worker, known again by their time."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select

from dermdash.imaging.looks import FileLook
from dermdash.imaging.volume import Reading
from dermdash.trial.inbox import WaitingFile
from dermdash.trial.jobs import enqueue
from dermdash.trial.schema import ACTIVE_STATES, InboxFileRow, JobRow
from dermdash.trial.transaction import Transaction

LOOK = "look"


def request_looks(tx: Transaction, files: Iterable[WaitingFile]) -> int:
    """Queue a look at each file that has had none since it was written to, and count them.

    A file at which a look failed, since its process died, is not looked at again.
    """
    wanted = {look_key(file): file for file in files if not file.problem}
    known = find_looks(tx, list(wanted.values()))
    wanted = {key: file for key, file in wanted.items() if file.path not in known}
    asked = set(_jobs(tx, list(wanted)))
    for key, file in wanted.items():
        if key not in asked:
            enqueue(tx, LOOK, key, {"path": str(file.path)})
    return len(wanted.keys() - asked)


def find_looks(tx: Transaction, files: Sequence[WaitingFile]) -> dict[Path, FileLook]:
    """What is known of these files as they are now, by path."""
    at = {str(file.path): file for file in files if not file.problem}
    rows = tx.session.scalars(select(InboxFileRow).where(InboxFileRow.path.in_(at))).all()
    looks = {
        Path(row.path): _look(row)
        for row in rows
        if (row.bytes, row.mtime_ns) == (at[row.path].bytes, at[row.path].mtime_ns)
    }
    unknown = {look_key(file): file for file in at.values() if file.path not in looks}
    for key, (state, error) in _jobs(tx, list(unknown)).items():
        if state == "failed":
            file = unknown[key]
            looks[file.path] = FileLook(
                file.bytes, file.mtime_ns, problem=f"it could not be looked at: {error}"
            )
    return looks


def keep_look(tx: Transaction, path: Path, look: FileLook) -> None:
    """Write down what a file was found to be."""
    nz, ny, nx = look.shape or (None, None, None)
    tx.session.merge(
        InboxFileRow(
            path=str(path),
            bytes=look.bytes,
            mtime_ns=look.mtime_ns,
            sha256=look.sha256,
            reading=None if look.reading is None else look.reading.to_json(),
            spacing_source=look.spacing_source,
            nz=nz,
            ny=ny,
            nx=nx,
            problem=look.problem or None,
            looked_at=tx.at,
        )
    )
    tx.session.flush()


def look_key(file: WaitingFile) -> str:
    """Tells a file apart from what was or will be written to its path."""
    text = f"{file.path}\0{file.bytes}\0{file.mtime_ns}"
    return hashlib.sha256(text.encode()).hexdigest()


def _look(row: InboxFileRow) -> FileLook:
    shape = None if row.nz is None or row.ny is None or row.nx is None else (row.nz, row.ny, row.nx)
    return FileLook(
        bytes=row.bytes,
        mtime_ns=row.mtime_ns,
        sha256=row.sha256,
        reading=None if row.reading is None else Reading.from_json(row.reading),
        spacing_source=row.spacing_source,
        shape=shape,
        problem=row.problem or "",
    )


def _jobs(tx: Transaction, keys: Sequence[str]) -> dict[str, tuple[str, str | None]]:
    """State and error of the looks that wait, run or failed, by key."""
    rows = tx.session.execute(
        select(JobRow.key, JobRow.state, JobRow.error)
        .where(JobRow.kind == LOOK, JobRow.key.in_(keys))
        .where(JobRow.state.in_((*ACTIVE_STATES, "failed")))
        .order_by(JobRow.id)
    ).all()
    return {key: (state, error) for key, state, error in rows}
