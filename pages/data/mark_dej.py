"""Where does the dermis begin?"""

import streamlit as st

from dermdash.trial.markings import open_queue, queue_is_open
from dermdash.ui.guard import guard, known
from dermdash.ui.mark_readers import readers
from dermdash.ui.mark_view import mark_next
from dermdash.ui.pickers import chosen_study

access = guard()
study = chosen_study(access, title="Mark DEJ", empty="No study yet, and so nothing to mark.")

if access.user is None:
    st.title("Where does the dermis begin?")
    known(access)
    st.stop()
with access.read() as tx:
    opened = queue_is_open(tx, study.study_id)
if not opened:
    with access.write() as tx:
        open_queue(tx, study.study_id)
waits = mark_next(access, study)
readers(access, study, folded=waits)
