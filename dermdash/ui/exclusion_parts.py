"""Leave a scan out of the results, with a reason, or take it back with another."""

import streamlit as st

from dermdash.trial.corrections import EXCLUSION_REASONS, exclusion_reason
from dermdash.trial.scans import Scan, exclude_scan, include_scan
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, known, refusals


def exclusion(access: Access, study: Study, scan: Scan) -> None:
    """Leave the scan out of all results with a reason, or take it in again."""
    if study.state != "collecting":
        st.caption(f"The study is {study.state}: which scans count is settled.")
        return
    if not known(access, place="exclusion"):
        return
    if scan.state == "excluded":
        st.markdown(f"Left out: {plain(scan.reason or '')}. The scan stays stored.")
        _take_back(access, scan)
        return
    with (
        st.form("exclude", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        choice = st.selectbox("Reason", EXCLUSION_REASONS, index=None, placeholder="Choose one")
        detail = st.text_input("In words", placeholder="needed where the reason is another")
        if st.form_submit_button("Exclude the scan"):
            with refusals():
                reason = exclusion_reason(choice, detail)
                with access.write() as tx:
                    exclude_scan(tx, scan.scan_id, reason)
                st.rerun()


def _take_back(access: Access, scan: Scan) -> None:
    with (
        st.form("include", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        reason = st.text_input("Why it counts after all", placeholder="a second look: sharp enough")
        if st.form_submit_button("Take the scan into the results again"):
            with refusals():
                with access.write() as tx:
                    include_scan(tx, scan.scan_id, reason)
                st.rerun()
