"""Are these files what I think they are?"""

import streamlit as st

from dermdash.ui.cells import plain
from dermdash.ui.guard import guard, known
from dermdash.ui.intake_settings import reading_settings, upload_volumes, volumes_from_inbox
from dermdash.ui.intake_table import outcome, review, store_ready
from dermdash.ui.pickers import sidebar
from dermdash.ui.places import go

access = guard()
study = sidebar(access)

if study is None:
    st.title("Add scans")
    st.write("A scan belongs to a study, and there is none yet.")
    if st.button("Create your first study", type="primary", icon=":material/science:"):
        go("data/studies.py")
    st.stop()

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
