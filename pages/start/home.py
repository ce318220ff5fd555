"""What needs me, and what can I see?"""

import streamlit as st

from dermdash.ui.cards import first_steps, needs_me, study_cards
from dermdash.ui.guard import guard
from dermdash.ui.pickers import sidebar

access = guard()
study = sidebar(access, about_study=False)

st.title("Studies at a glance")
st.markdown(
    "From LC-OCT volumes to depth profiles of dermal quality, from 1 (coarse, fragmented) "
    "to 4 (elongated, reticulated)."
)
needs_me(access)
if study is None:
    first_steps()
else:
    study_cards(access)
