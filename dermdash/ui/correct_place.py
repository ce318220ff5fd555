"""A mislabelled scan put where it belongs, or two of them swapped, for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dermdash.errors import DesignError
from dermdash.trial.moves import find_scan_at, move_scan, swap_scans
from dermdash.trial.scans import Scan, get_scan
from dermdash.trial.studies import get_study, subject_table
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, known, refusals

SWAP = "swap"


@dataclass(frozen=True, slots=True)
class _Place:
    subject_id: str
    visit: str
    site: str
    replicate: int


def correct_place(access: Access, scan: Scan) -> None:
    """Ask where a scan belongs; its DEJ and its grading go with it."""
    if not known(access, place="place"):
        return
    with access.read() as tx:
        study = get_study(tx, scan.study_id)
        subjects = list(subject_table(tx, scan.study_id)["subject_id"])
    closed = study.state != "collecting"
    if closed:
        st.caption(f"The study is {study.state}: its scans keep their places until it is reopened.")
    with st.form(f"place_{scan.scan_id}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            subject = _choose("Subject", subjects, scan.subject_id)
            visit = _choose("Visit", [visit.name for visit in study.visits], scan.visit)
            site = _choose("Site", [site.name for site in study.sites], scan.site)
            replicate = st.number_input("Replicate", 1, 999, scan.replicate, width=130)
        reason = st.text_input("Reason", placeholder="the label on the tube was misread")
        asked = st.form_submit_button("Move the scan", disabled=closed)
    st.caption("Its DEJ and its grading stay with it; the move is kept in the history.")
    place = _Place(subject, visit, site, int(replicate))
    with refusals():
        if asked:
            _move(access, scan, place, reason)
        _offer_swap(access, scan)


def _choose(label: str, names: Sequence[str], now: str) -> str:
    """One of the study's own names, the scan's present one first chosen."""
    return str(st.selectbox(label, names, index=list(names).index(now), width=200))


def _move(access: Access, scan: Scan, place: _Place, reason: str) -> None:
    with access.read() as tx:
        there = find_scan_at(
            tx,
            scan.study_id,
            subject_id=place.subject_id,
            visit=place.visit,
            site=place.site,
            replicate=place.replicate,
        )
    if there is not None and there != scan.scan_id:
        if not reason.strip():
            raise DesignError("scans are moved without a reason; give one")
        st.session_state[SWAP] = (scan.scan_id, there, reason)
        return
    with access.write() as tx:
        move_scan(
            tx,
            scan.scan_id,
            subject_id=place.subject_id,
            visit=place.visit,
            site=place.site,
            replicate=place.replicate,
            reason=reason,
        )
    st.session_state.pop(SWAP, None)
    st.rerun()


def _offer_swap(access: Access, scan: Scan) -> None:
    """Where another scan lies at the place: both change places, or neither does."""
    mine, other_id, reason = st.session_state.get(SWAP, (None, None, ""))
    if mine != scan.scan_id:
        return
    with access.read() as tx:
        other = get_scan(tx, other_id)
    st.warning(
        f"{plain(other.file_name)} lies there ({plain(other.subject_id)}, {plain(other.visit)}, "
        f"{plain(other.site)}, replicate {other.replicate}). Were the two labels swapped?",
        icon=":material/swap_horiz:",
    )
    with st.container(horizontal=True):
        swap = st.button("Swap the two scans", type="primary", icon=":material/swap_horiz:")
        st.button("Leave both", on_click=lambda: st.session_state.pop(SWAP, None))
    if swap:
        with access.write() as tx:
            swap_scans(tx, scan.scan_id, other_id, reason=reason)
        st.session_state.pop(SWAP, None)
        st.rerun()
