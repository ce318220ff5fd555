"""A page's filters, closed to what they chose."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def filter_row() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the summary goes once it is known, and the popover that the filters stand in.

    The summary is no label of the popover: a label is drawn before the widgets inside have
    values, and drawing the page again for it loses a click that comes meanwhile.
    """
    row = st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center")
    return row.empty(), row.popover("Filters", icon=":material/filter_alt:")
