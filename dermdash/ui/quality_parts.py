"""The quality of a scan's volume as traffic lights, each with its number and its limits."""

import streamlit as st

from dermdash.reporting.scans import light_table, quality_words
from dermdash.trial.completeness import Completeness
from dermdash.trial.qualities import get_quality, request_qualities
from dermdash.trial.queue import job_table
from dermdash.trial.scans import Scan
from dermdash.trial.studies import Study
from dermdash.ui.cells import plural
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.progress import ACTIVE_STATES

ICONS = {"green": "check_circle", "amber": "warning", "red": "error", "not measured": "help"}
BADGES = {"green": "green", "amber": "orange", "red": "red", "not measured": "gray"}


def quality_line(access: Access, scan: Scan) -> None:
    """The worst light of a scan in one line; all of them behind it."""
    with access.read() as tx:
        quality, needed_um = get_quality(tx, scan.scan_id)
    if quality is None:
        st.caption(
            ":material/pending: The quality of the volume is not read yet; the worker reads it "
            "after the gradings."
        )
        return
    colour, words = quality_words(quality, needed_um)
    with st.container(horizontal=True, vertical_alignment="center"):
        icon = f":material/{ICONS[colour]}:"
        st.badge(words, icon=icon, color=BADGES[colour])  # type: ignore[arg-type]
        with st.popover("Read-outs", icon=":material/rule:", type="tertiary"):
            st.markdown("**Quality of the volume**, whatever its DEJ and its grades")
            st.table(light_table(quality, needed_um).set_index("Read-out"))


def ask_for_qualities(access: Access, study: Study, found: Completeness) -> None:
    """A button for scans whose quality was never read, such as those stored before it could be."""
    scans = found.places.dropna(subset="scan_id")
    lacking = int(scans["quality"].isna().sum())
    if not lacking:
        return
    with access.read() as tx:
        jobs = job_table(tx, ACTIVE_STATES, study_id=study.study_id)
    waiting = int((jobs["kind"] == "quality").sum())
    if waiting:
        st.caption(f":material/pending: The quality of {plural(waiting, 'volume')} is to be read.")
        return
    asked = st.button(
        f"Read the quality of {plural(lacking, 'scan')}",
        icon=":material/rule:",
        key="ask_qualities",
    )
    if pressed_by(access, asked, place="qualities"):
        with refusals():
            with access.write() as tx:
                request_qualities(tx, study.study_id)
            st.rerun()
