"""A press that a redrawn page would lose."""

from streamlit.testing.v1 import AppTest


def broken_off() -> None:
    """A page whose first run after a press is broken off before it comes to what the press does."""
    import streamlit as st

    from dermdash.ui.held_button import draw_button, take_press

    draw_button("Write", key="write")
    draw_button("Send", key="send")
    if st.session_state.get("held_write") and not st.session_state.get("broken"):
        st.session_state["broken"] = True
        st.rerun()
    done = [key for key in ("write", "send") if take_press(key)]
    st.session_state.setdefault("acts", []).extend(done)


def late() -> None:
    import streamlit as st

    from dermdash.ui import held_button

    held_button.HELD_S = -1.0
    st.session_state["done"] = held_button.held_button("Write", key="write")


def test_a_press_survives_a_run_that_is_broken_off() -> None:
    """Of six formats asked for in a row, two would never be written."""
    app = AppTest.from_function(broken_off).run()
    app.button(key="write").click().run()
    assert app.session_state["broken"]
    assert app.session_state["acts"] == ["write"]
    app.run()
    assert app.session_state["acts"] == ["write"], "once only"
    app.button(key="send").click().run()
    assert app.session_state["acts"] == ["write", "send"]


def test_an_old_press_is_forgotten() -> None:
    """Who comes back to a page would find a report deleted."""
    from dermdash.ui import held_button

    kept = held_button.HELD_S
    try:
        app = AppTest.from_function(late).run()
        app.button(key="write").click().run()
        assert app.session_state["done"] is False
    finally:
        held_button.HELD_S = kept
