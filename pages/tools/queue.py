"""What is being worked on?"""

import streamlit as st

from dermdash.ui.guard import guard
from dermdash.ui.jobs import job_list
from dermdash.ui.pickers import sidebar

access = guard()
sidebar(access, about_study=False)

st.title("What is being worked on?")
job_list(access)
