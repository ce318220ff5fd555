"""Do I believe this score?"""

import streamlit as st

from dermdash.errors import DermdashError
from dermdash.trial.gradings import get_grading
from dermdash.trial.protocols import current_protocol
from dermdash.trial.qualities import with_quality
from dermdash.trial.scans import get_scan, scan_table
from dermdash.ui.cells import plain
from dermdash.ui.correct_place import correct_place
from dermdash.ui.exclusion_parts import exclusion
from dermdash.ui.guard import guard, refuse
from dermdash.ui.marking import mark_dej
from dermdash.ui.pickers import chosen_study
from dermdash.ui.places import go
from dermdash.ui.progress import grading_progress
from dermdash.ui.quality_parts import quality_line
from dermdash.ui.replicate_parts import replicates
from dermdash.ui.result_cards import offer_scan
from dermdash.ui.ribbon import mark
from dermdash.ui.scan_parts import choose, header, provenance
from dermdash.ui.viewer import graded_view

access = guard()
study = chosen_study(access, title="Scan", empty="No study yet, and so no scan.")


def leave() -> None:
    st.query_params.pop("scan", None)
    st.session_state.pop("correcting", None)


with access.read() as tx:
    scans = with_quality(tx, scan_table(tx, study.study_id), study.study_id)

chosen = st.query_params.get("scan", "")
if not chosen.isdecimal() or int(chosen) not in set(scans["scan_id"]):
    st.title(f"Scans of {plain(study.name)}")
    if scans.empty:
        st.write("A scan is one volume of one subject, visit and site. There is none yet.")
        if st.button("Add scans", type="primary", icon=":material/upload_file:"):
            go("data/add_scans.py")
        st.stop()
    if (picked := choose(scans)) is not None:
        st.query_params["scan"] = str(picked)
        st.rerun()
    st.stop()

try:
    with access.read() as tx:
        scan = get_scan(tx, int(chosen))
        grading = get_grading(tx, scan.scan_id)
        protocol = current_protocol(tx, study.study_id)
except DermdashError as error:
    refuse(error)
    st.button("All scans", icon=":material/arrow_back:", on_click=leave)
    st.stop()

title, back = st.columns([5, 1], vertical_alignment="center")
with title:
    header(scan, grading)
    quality_line(access, scan)
    replicates(scans, scan)
with back:
    st.button("All scans", icon=":material/arrow_back:", on_click=leave, width="stretch")
    correcting = st.toggle("Correct the DEJ", key="correcting", disabled=scan.dej is None)

if scan.dej is None or correcting:
    mark_dej(access, scan)
elif grading is not None and protocol is not None:
    offer_scan(access, study, scan)
    graded_view(access, scan, grading, protocol, mark=mark(access, study))
elif scan.state in ("queued", "running"):
    grading_progress(access, scan)

with st.expander("Where these numbers come from", icon=":material/fact_check:"):
    provenance(access, scan, grading, protocol)
with st.expander("Correct the place", icon=":material/move_location:"):
    correct_place(access, scan)
with st.expander("Exclude from the results", icon=":material/block:"):
    exclusion(access, study, scan)
