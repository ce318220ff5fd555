"""Sealing the arms of a study on a page, and reading the seal."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dermdash.trial.blinding import RealArm, read_seal, seal_arms, tell_tales
from dermdash.trial.plans import plan_history
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.roles import allowed, say_why_not


def blind_form(access: Access, study: Study, *, unblinded: bool) -> None:
    """One press after what sealing means, and what it cannot hide, has been read."""
    if study.blinded or unblinded or len(study.arms) < 2:
        return
    with access.read() as tx:
        history = plan_history(tx, study.study_id)
        tales = tell_tales(tx, study.study_id)
    with st.popover("Blind the arms", icon=":material/visibility_off:"):
        codes = "A, B ..." if len(study.arms) > 2 else "A and B"
        st.markdown(
            f"Everybody sees the {len(study.arms)} arms as {codes}, drawn by chance, without "
            "control and in neutral colours, on each page, in each file and by each command, "
            "until the data are locked and the study is unblinded. Results kept so far are hidden "
            "until then."
        )
        if not history:
            st.markdown(
                ":material/edit_note: No analysis plan is written. Write it first: once the arms "
                "are sealed only an administrator can, by their codes."
            )
        for tale in tales:
            st.markdown(f":material/warning: {plain(tale)}.")
        pressed = st.button(
            "Seal the arms",
            type="primary",
            icon=":material/visibility_off:",
            disabled=not allowed(access, "blind a study"),
            key="seal",
        )
        say_why_not(access, "blind a study")
        if pressed_by(access, pressed, place="seal"):
            with refusals():
                with access.write() as tx:
                    seal_arms(tx, study.study_id)
                st.rerun()


def read_the_seal(access: Access, study: Study) -> None:
    """What the codes stand for, for this once; that it was read is recorded."""
    if not study.blinded:
        return
    with st.popover("Read the seal", icon=":material/key:"):
        st.markdown(
            "Shows which arm each code stands for, here and now only. **That you read it is "
            "recorded**, and stays in the study's life. Whoever has read it marks no DEJ blind."
        )
        pressed = st.button(
            "Read the seal, on record",
            icon=":material/key:",
            disabled=not allowed(access, "read the seal"),
            key="read_seal",
        )
        say_why_not(access, "read the seal")
        if pressed_by(access, pressed, place="read_seal"):
            with refusals():
                with access.write() as tx:
                    arms = read_seal(tx, study.study_id)
                _show(arms)


def _show(arms: Sequence[RealArm]) -> None:
    table = pd.DataFrame(
        {
            "Code": [arm.code for arm in arms],
            "Arm": [plain(arm.name) for arm in arms],
            "Control": ["control" if arm.is_control else "" for arm in arms],
        }
    )
    st.table(table.set_index("Code"), border="horizontal")
