"""Who may do what only an administrator may, said on a page."""

import streamlit as st

from dermdash.identity import Act, may, refusal
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access
from dermdash.ui.server import sign_in_configured


def allowed(access: Access, act: Act) -> bool:
    """Whether the button of an act may be pressed; who gave no name yet is asked for it then."""
    administrators = access.store.settings.administrators
    if access.user is None and not administrators:
        return True
    return may(access.user, act, administrators)


def say_why_not(access: Access, act: Act) -> None:
    """The one sentence in the place of a button that may not be pressed."""
    if not allowed(access, act):
        why = refusal(access.user, act, access.store.settings.administrators)
        st.caption(f":material/lock_person: {plain(why)}.")


def say_who_is_who() -> None:
    """What roles are worth here."""
    if not sign_in_configured():
        st.caption(
            ":material/info: Without a sign-in anyone can take any name, so blinding protects from "
            "seeing by accident, not on purpose. Each act below is recorded with its name."
        )
