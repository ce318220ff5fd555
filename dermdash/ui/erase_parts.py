"""Erasing a subject on a page: what would go, what stays, and one deliberate press."""

import streamlit as st

from dermdash.errors import DermdashError
from dermdash.trial.erasure import Erasure, erase_subject, foresee_erasure
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access, pressed_by, refusals, refuse
from dermdash.ui.roles import allowed, say_why_not
from dermdash.ui.slices import resident_volumes


def erase_form(access: Access, study: Study) -> None:
    """Who is erased, with what goes; nothing where nobody is there to erase."""
    with access.read() as tx:
        people = subject_table(tx, study.study_id)
    codes = people.loc[people["status"] != "erased", "subject_id"].tolist()
    if not codes:
        return
    with st.expander("Erase a subject", icon=":material/person_remove:"):
        st.write(
            "For a subject who withdraws consent to keep the recordings. Whoever only left the "
            "trial is withdrawn, under *Roster*, and keeps the scans."
        )
        code = st.selectbox(
            "Subject to erase", codes, index=None, key="erase_code", placeholder="choose one"
        )
        if code is None:
            return
        try:
            with access.read() as tx:
                foreseen = foresee_erasure(tx, study.study_id, code)
        except DermdashError as why:
            refuse(why)
            return
        _foretell(foreseen)
        reason = st.text_input("Why it is erased", key=f"erase_reason_{code}", max_chars=300)
        again = st.text_input(f"Write {plain(code)} once more", key=f"erase_again_{code}")
        pressed = st.button(
            f"Erase {plain(code)} for good",
            icon=":material/delete_forever:",
            disabled=not allowed(access, "erase a subject") or again.strip() != code,
            key="erase",
        )
        say_why_not(access, "erase a subject")
        if pressed_by(access, pressed, place="erase"):
            with refusals():
                with access.write() as tx:
                    erase_subject(tx, study.study_id, code, reason=reason)
                st.cache_data.clear()  # pictures of the subject, kept to be shown again
                resident_volumes.clear()
                st.rerun()


def _foretell(foreseen: Erasure) -> None:
    st.markdown(
        f"**{plural(foreseen.n_scans, 'scan')}** with volumes, DEJs, "
        f"{plural(foreseen.n_gradings, 'grading')} and read-outs, the looks of readers, file "
        "names and covariates go, also from the history. The code, its arm, the reason and the "
        "date stay. Results given before stay as they were, and say that a subject was erased."
    )
    if foreseen.n_files:
        stay = plural(foreseen.n_files, "file of a report stays", "files of reports stay")
        st.caption(
            f":material/description: {stay} as handed out, with what they tell of the subject, and "
            "say from then on that a subject was erased."
        )
    if foreseen.shared:
        st.caption(
            plain(
                f"{plural(foreseen.shared, 'volume')} stay in the vault: another subject's scan "
                "has the same content."
            )
        )
    if foreseen.outside:
        st.warning(
            "These files lie outside the vault and are never deleted from here; delete them "
            "yourself:  \n" + "  \n".join(plain(path) for path in foreseen.outside),
            icon=":material/folder_off:",
        )
    st.caption(
        ":material/backup: Backups made before still hold the subject: replace or destroy them."
    )
