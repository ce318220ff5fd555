"""The one button: make ready files scans; how far that is, and what came of it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import streamlit as st

from dermdash.trial.contents import Batch, latest_batch, stop_batch, taken_replicates
from dermdash.trial.inbox import WaitingFile
from dermdash.trial.intake import Way, bytes_to_copy, request_scan
from dermdash.trial.studies import Study
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import plural, records
from dermdash.ui.guard import Access, refusals, refuse
from dermdash.ui.intake import as_replicates
from dermdash.ui.intake_table import Intake, change_cells, hiding
from dermdash.ui.places import link

POLL_S = 1.0
SHOWN_REFUSALS = 3
NO_ROOM = "free some space"


def store_ready(access: Access, study: Study, intake: Intake) -> None:
    """Store what is ready and ticked; mend or remove what is not."""
    ready = [
        row
        for row, verdict in enumerate(intake.verdicts)
        if verdict.kind in ("grade", "store") and intake.cells["take"].iloc[row]
    ]
    kinds = Counter(intake.verdicts[row].kind for row in ready)
    with access.read() as tx:
        taken = taken_replicates(tx, study.study_id)
    numbered, clashing = as_replicates(intake.candidates, intake.cells, taken)
    others = [
        candidate.file
        for row, candidate in enumerate(intake.candidates)
        if candidate.file.uploaded and row not in set(ready)
    ]
    closed = study.state != "collecting"
    with st.container(horizontal=True, vertical_alignment="center"):
        go = st.button(
            verb(kinds["grade"], kinds["store"]),
            type="primary",
            icon=":material/play_arrow:",
            disabled=not ready or closed,
        )
        number = clashing and st.button(
            f"Number {plural(clashing, 'file')} as further replicates",
            icon=":material/exposure_plus_1:",
        )
        remove = others and st.button(
            f"Remove {plural(len(others), 'other upload')}", type="tertiary"
        )
    if closed:
        st.caption(f"The study is {study.state}: it takes in no scans until it is reopened.")
    if number:
        change_cells(study, numbered)
        st.rerun()
    if remove:
        _remove(others)
        st.rerun()
    if go:
        with refusals():
            _ask(access, study, intake, ready)
            st.rerun()


def verb(n_grade: int, n_store: int) -> str:
    """What the button does.

    >>> verb(28, 0), verb(1, 2), verb(0, 1)
    ('Store and grade 28 scans', 'Store 3 scans, grade 1', 'Store 1 scan')
    """
    total = n_grade + n_store
    noun = "scan" if total == 1 else "scans"
    if not n_store:
        return f"Store and grade {total} {noun}"
    return f"Store {total} {noun}" + (f", grade {n_grade}" if n_grade else "")


def batch_progress(access: Access, study: Study, intake: Intake) -> None:
    """What became of the files asked for last, renewed while there is something to see."""
    with access.read() as tx:
        batch = latest_batch(tx, study.study_id)
    busy = bool(intake.waiting or (batch and batch.waiting))
    st.fragment(_progress, run_every=POLL_S if busy else None)(access, study, intake, batch)


def _progress(access: Access, study: Study, intake: Intake, seen: Batch | None) -> None:
    with access.read() as tx:
        batch = latest_batch(tx, study.study_id)
    if batch is not None and batch.waiting:
        ended = batch.total - batch.waiting
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(ended / batch.total, f"Storing: {ended} of {batch.total}")
            if st.button("Stop storing", icon=":material/stop:", disabled=access.user is None):
                with access.write() as tx:
                    stop_batch(tx, study.study_id)
                st.rerun()
    elif batch is not None and st.session_state.get("intake_asked") == batch.asked_at:
        _outcome(batch, hiding(access, study))
    if intake.waiting:
        known = len(intake.candidates) - intake.waiting
        st.progress(
            known / len(intake.candidates),
            f"Looking at the files: {known} of {len(intake.candidates)}",
        )
    if batch is not None and seen is not None and batch.waiting != seen.waiting:
        _again(at_once=not batch.waiting)
    elif intake.waiting:
        _again(at_once=False)


def _again(*, at_once: bool) -> None:
    """Run the whole page again: at the end, and every third time before."""
    turn = st.session_state["intake_polls"] = st.session_state.get("intake_polls", 0) + 1
    if at_once or turn % 3 == 0:
        st.rerun()


def _outcome(batch: Batch, hide: Callable[[str], str]) -> None:
    with st.container(border=True):
        st.markdown(
            f":material/check_circle: **Stored {plural(batch.stored, 'scan')}**"
            + (f", {batch.graded} on the way to a grade" if batch.graded else "")
            + (f"; stopped before {plural(batch.stopped, 'file')}" if batch.stopped else "")
            + "."
        )
        for sentence in refusal_sentences(batch.failed):
            refuse(hide(sentence))
        with st.container(horizontal=True):
            link("data/scan.py", "See the scans", icon="layers")
            link("tools/queue.py", "Watch the queue", icon="pending")


def refusal_sentences(failed: Sequence[tuple[str, str]]) -> list[str]:
    """A few sentences for what was not stored; a full disk is told once for all.

    >>> refusal_sentences([("a.tif", "the disk is full; free some space")] * 2)
    ['the disk is full; free some space, then store the 2 files that wait']
    """
    full = [error for _, error in failed if error.endswith(NO_ROOM)]
    rest = [(name, error) for name, error in failed if not error.endswith(NO_ROOM)]
    sentences = [f"{name}: {error}" for name, error in rest[:SHOWN_REFUSALS]]
    if len(rest) > SHOWN_REFUSALS:
        sentences.append(f"{len(rest) - SHOWN_REFUSALS} more were not stored; see the queue")
    if full:
        files = "file that waits" if len(full) == 1 else f"{len(full)} files that wait"
        sentences.insert(0, f"{full[0]}, then store the {files}")
    return sentences


def _ask(access: Access, study: Study, intake: Intake, ready: Sequence[int]) -> None:
    """Queue the rows, once there is room for all that has to be copied."""
    rows, chosen = records(intake.cells), cast(Way, st.session_state.get("way", "register"))
    candidates = {row: intake.candidates[row] for row in ready}
    ways: Mapping[int, Way] = {
        row: "move" if candidate.file.uploaded else chosen for row, candidate in candidates.items()
    }
    vault = access.store.vault
    moved = {c.file.path: c.file.bytes for row, c in candidates.items() if ways[row] == "move"}
    if copied := bytes_to_copy(moved, vault):
        vault.check_space(copied, f"moving {plural(len(moved), 'file')}")
    with access.write() as tx:
        for row, candidate in candidates.items():
            _request(tx, study, candidate, rows[row], ways[row])
        st.session_state["intake_asked"] = tx.at


def _request(
    tx: Transaction, study: Study, candidate: Any, row: Mapping[str, Any], way: Way
) -> None:
    request_scan(
        tx,
        study.study_id,
        candidate.found(),
        candidate.scan(row),
        way=way,
        uploaded=candidate.file.uploaded,
    )


def _remove(files: Sequence[WaitingFile]) -> None:
    """Forget uploads; each lies in a folder of its own."""
    for file in files:
        file.path.unlink(missing_ok=True)
        file.path.parent.rmdir()
