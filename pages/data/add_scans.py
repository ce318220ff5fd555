"""Are these files what I think they are?"""

import streamlit as st

from dermdash.ui.cells import plain
from dermdash.ui.guard import guard, known
from dermdash.ui.inbox import show_inbox, show_upload
from dermdash.ui.intake_settings import ask_spacing, naming_settings, reading_settings
from dermdash.ui.intake_table import refresh, review, summary
from dermdash.ui.pickers import chosen_study
from dermdash.ui.store_files import batch_progress, store_ready

access = guard()
study = chosen_study(
    access, title="Add scans", empty="A scan belongs to a study, and there is none yet."
)

st.title(f"Add scans to {plain(study.name)}")
if not known(access):
    st.stop()

intake = refresh(access, study)
inbox, upload = st.tabs(["Inbox folder", "Upload"])
with inbox:
    show_inbox(access, study, intake)
with upload:
    show_upload(access, study)

batch_progress(access, study, intake)
naming_settings(access, study, intake)
ask_spacing(intake)
if intake.candidates:
    st.subheader(summary(intake))
    review(access, study, intake)
    store_ready(access, study, intake)
else:
    st.info(
        "Lay TIFF stacks in the inbox folder, or upload a few, and the table fills itself from "
        "their names: `S01_D28_cheek-left.tif` is subject, visit and site; other names are marked "
        "part by part under *How files are named*. Nothing becomes a scan before you have seen "
        "the table.",
        icon=":material/lightbulb:",
    )
reading_settings(study, intake)
