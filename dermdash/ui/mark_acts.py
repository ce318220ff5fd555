"""What a reader's verdict does: kept, and the next scan laid; refused, and said so."""

from collections.abc import Callable

import streamlit as st

from dermdash.errors import DejError, DermdashError
from dermdash.trial.marking_queue import Ask
from dermdash.trial.markings import keep_cannot_tell, keep_marking, last_look
from dermdash.trial.scans import get_scan
from dermdash.trial.studies import Study
from dermdash.trial.transaction import Transaction
from dermdash.ui.guard import Access, refuse
from dermdash.ui.mark_desk import Desk, desk, lay
from dermdash.ui.slices import hold, let_go

REFUSED = "marking_refused"
JUST_KEPT = "marking_just_kept"
LEAST_S = 0.6  # nobody judges a scan in less


def accept(access: Access, at: Desk) -> None:
    """Keep the line as it is drawn. A key that is held down accepts no scan unseen."""
    if at.seconds < LEAST_S:
        return

    def keep(tx: Transaction) -> None:
        correct = at.last is not None
        keep_marking(tx, at.ask, at.points, seconds=at.seconds, correct=correct)

    _keep(access, keep)


def cannot_tell(access: Access, at: Desk, reason: str) -> None:
    """Keep that this scan cannot be told, and why."""

    def keep(tx: Transaction) -> None:
        correct = at.last is not None
        keep_cannot_tell(tx, at.ask, reason, seconds=at.seconds, correct=correct)

    st.session_state["mark_unclear"] = False
    _keep(access, keep)


def pass_on(access: Access, ask: Ask) -> None:
    """Keep that a scan's file cannot be read, so that the next one comes."""
    _keep(access, lambda tx: keep_cannot_tell(tx, ask, "the file cannot be read"))


def back(access: Access, study: Study) -> None:
    """Take the reader's last look up again."""
    reader = str(access.user)
    try:
        with access.read() as tx:
            last = last_look(tx, study.study_id, reader)
            scan = None if last is None else get_scan(tx, last.ask.scan_id)
        if last is None or scan is None:
            st.session_state[REFUSED] = "your last scan was excluded in the meantime; go on"
            return
        lay(Desk.laid(reader, last.ask, scan, hold(scan), last))
    except DermdashError:
        st.session_state[REFUSED] = "your last scan's file cannot be read any more; go on"


def finished() -> bool:
    """Whether the last verdict was given just now; true once."""
    return bool(st.session_state.pop(JUST_KEPT, False))


def show_refusal() -> None:
    """Say once what was refused."""
    if (why := st.session_state.pop(REFUSED, None)) is not None:
        refuse(why)


def _keep(access: Access, keep: Callable[[Transaction], None]) -> None:
    at = desk()
    try:
        with access.write() as tx:
            keep(tx)
    except DermdashError as error:
        st.session_state[REFUSED] = str(error)
        if isinstance(error, DejError):  # the reader can move the line
            return
    if at is not None:
        let_go(at.scan)
    lay(None)
    st.session_state[JUST_KEPT] = True
