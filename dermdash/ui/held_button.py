"""A button whose press is not lost where the page is just being drawn again."""

import time
from typing import Literal

import streamlit as st

Kind = Literal["primary", "secondary", "tertiary"]
HELD_S = 60.0  # a press that nothing has answered by then is forgotten


def held_button(
    label: str,
    *,
    key: str,
    icon: str | None = None,
    kind: Kind = "secondary",
    disabled: bool = False,
) -> bool:
    """Whether the button was pressed since it was last looked at; its act is to follow at once.

    Streamlit's own button is pressed in one run of the page only, and says nothing where that run
    is broken off, as it is when a job ends while somebody presses. This one keeps the press until
    a run comes to it.
    """
    draw_button(label, key=key, icon=icon, kind=kind, disabled=disabled)
    return take_press(key)


def draw_button(
    label: str,
    *,
    key: str,
    icon: str | None = None,
    kind: Kind = "secondary",
    help_text: str | None = None,
    disabled: bool = False,
) -> None:
    """The button alone, for one among others: whatever is drawn may break the run off.

    ``take_press`` says behind the last of them which were pressed.
    """
    st.button(
        label,
        key=key,
        icon=icon,
        type=kind,
        help=help_text,
        disabled=disabled,
        on_click=_hold,
        args=(key,),
    )


def take_press(key: str) -> bool:
    """Whether a drawn button was pressed; asked again, it was not."""
    at = st.session_state.pop(_name(key), None)
    return at is not None and time.monotonic() - at < HELD_S


def _hold(key: str) -> None:
    st.session_state[_name(key)] = time.monotonic()


def _name(key: str) -> str:
    return f"held_{key}"
