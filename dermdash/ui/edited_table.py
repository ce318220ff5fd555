"""A small table that is edited and saved as a whole: what is typed outlives what others save."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from dermdash.trial.studies import Study
from dermdash.trial.transaction import Transaction
from dermdash.ui.guard import Access, pressed_by, refusals

Seen = TypeVar("Seen")


def edit_table(
    access: Access,
    study: Study,
    table: pd.DataFrame,
    seen: Seen,
    save: Callable[[Transaction, Seen, pd.DataFrame], None],
    *,
    noun: str,
    columns: dict[str, Any],
    hint: str = "",
    fixed: bool = False,
    disabled: Sequence[str] = (),
) -> None:
    """A table with its button; each save is one transaction.

    table : as it is stored now; seen : what it was made of
    save : given what was seen when the editing began, and the table as edited, whose rows keep
        their index
    fixed : no row comes or goes; disabled : columns that stay
    """
    closed = study.state != "collecting"
    state = f"{noun}_{study.study_id}"
    turn = st.session_state.setdefault(f"{state}_turn", 0)
    key = f"{state}_{turn}"
    if touched(key) and f"{state}_seen" in st.session_state:
        begun, of = st.session_state[f"{state}_seen"]
    else:
        begun, of = st.session_state[f"{state}_seen"] = (table, seen)
    st.markdown(f"**{noun.capitalize()}**")
    if hint:
        st.caption(hint)
    edited = st.data_editor(
        begun,
        num_rows="fixed" if closed or fixed else "dynamic",
        hide_index=True,
        key=key,
        disabled=closed or list(disabled),
        column_config=columns,
        placeholder="",
    )
    stale = not begun.equals(table)
    if stale:
        st.warning(
            f"The {noun} were changed by somebody else while you edited them. They are now:",
            icon=":material/group:",
        )
        st.dataframe(table, hide_index=True, column_config=columns)
    changed = not edited.equals(begun)
    with st.container(horizontal=True):
        pressed = st.button(
            f"Save my {noun} over theirs" if stale else f"Save {noun}",
            disabled=closed or not changed,
            key=f"{key}_save",
        )
        if changed and st.button(f"Discard my {noun}", type="tertiary", key=f"{key}_discard"):
            _next(state)
    if pressed_by(access, pressed, place=noun):
        with refusals():
            with access.write() as tx:
                save(tx, of, edited)
            _next(state)


def touched(key: str) -> bool:
    """Whether somebody edited the table of this key."""
    state = st.session_state.get(key) or {}
    return any(state.get(part) for part in ("edited_rows", "added_rows", "deleted_rows"))


def _next(state: str) -> None:
    """A new table, with what is stored now."""
    st.session_state[f"{state}_turn"] += 1
    st.session_state.pop(f"{state}_seen", None)
    st.rerun()
