"""Are these files what I think they are?"""

import streamlit as st

from dermdash.ui.cells import plain
from dermdash.ui.guard import guard, known
from dermdash.ui.intake_settings import reading_settings, upload_volumes, volumes_from_inbox
from dermdash.ui.intake_table import outcome, review, store_ready
from dermdash.ui.pickers import chosen_study

access = guard()
study = chosen_study(
    access, title="Add scans", empty="A scan belongs to a study, and there is none yet."
)

st.title(f"Add scans to {plain(study.name)}")
if not known(access):
    st.stop()

outcome()
upload, inbox = st.tabs(["Upload", "Inbox folder"])
with upload:
    upload_volumes(access, study)
with inbox:
    volumes_from_inbox(access, study)

reading_settings(access, study)
intake = review(access, study)
if intake.candidates:
    store_ready(access, study, intake)
else:
    st.info(
        "Name files by subject, visit and site, as `S01_D28_cheek-left.tif`, and the table fills "
        "itself; another pattern can be written under *How files are read*. Nothing becomes a scan "
        "before you have seen the table.",
        icon=":material/lightbulb:",
    )
