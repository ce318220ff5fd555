"""The least that a key can do on a page: one number and one small picture change.

Run by ``marking`` on a server of its own, so that its time is Streamlit's and the browser's alone.
"""

import base64

import streamlit as st

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" data-count="{}"/>'


@st.fragment
def page() -> None:
    count = st.session_state.setdefault("count", 0)
    picture = base64.b64encode(SVG.format(count).encode()).decode()
    with st.container(key="marking"):
        st.image(f"data:image/svg+xml;base64,{picture}", width=40)

    def more() -> None:
        st.session_state["count"] += 1

    st.button("More", on_click=more, shortcut="Right")


page()
