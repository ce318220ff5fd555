"""The last saves of a study's roster and design, each with its undo."""

import streamlit as st

from dermdash.trial.saves import recent_saves, save_words
from dermdash.trial.studies import Study
from dermdash.trial.undo import undo_save, why_not
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, known, refusals


def offer_undo(access: Access, study: Study, *, place: str = "roster") -> None:
    """A button that opens the last saves; undoing one is a save of its own.

    place : tells the buttons of one page apart
    """
    key = f"undo_{place}"
    opened = st.popover(
        "Undo a save",
        icon=":material/undo:",
        disabled=study.state != "collecting",
        key=key,
        on_change="rerun",
    )
    with opened:
        if not opened.open:
            return
        if not known(access, place=key):
            return
        with access.read() as tx:
            saves = [
                (save, save_words(tx, study.study_id, save), why_not(tx, study.study_id, save))
                for save in recent_saves(tx, study.study_id)
            ]
        if not saves:
            st.caption("Nothing was saved yet that could be undone.")
        for number, (save, words, problem) in enumerate(saves):
            again = "undone: " if (save.reason or "").startswith("undo: ") else ""
            said, button = st.columns([4, 1], vertical_alignment="center")
            said.markdown(plain(f"{again}{words}"))
            when = f"{save.at:%Y-%m-%d %H:%M} UTC by {save.by}"
            said.caption(plain(f"{when}; {problem}" if problem else when))
            pressed = button.button(
                "Undo", key=f"{key}_{number}", disabled=bool(problem), width="stretch"
            )
            if pressed:
                with refusals():
                    with access.write() as tx:
                        undo_save(tx, study.study_id, save)
                    st.rerun()
