"""Where files come from: the inbox on the server, or the browser."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args
from uuid import uuid4

import streamlit as st

from dermdash.imaging.looks import look_at_file
from dermdash.trial.contents import last_way
from dermdash.trial.intake import Way
from dermdash.trial.looks import keep_look
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access, refuse
from dermdash.ui.intake_table import Intake, hiding
from dermdash.ui.uploads import receive

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

WAYS: dict[Way, str] = {
    "register": "Leave the files where they are",
    "move": "Move the files into the store",
}
WHAT = {
    "register": "Read there, never written to, and hashed again before each grading.",
    "move": "Taken out of the inbox; kept and backed up with the store.",
}


def show_inbox(access: Access, study: Study, intake: Intake) -> None:
    """What lies in the inbox, and what is to become of its files."""
    folders = access.store.settings.inbox_folders
    files = [c.file for c in intake.candidates if not c.file.uploaded]
    size = sum(file.bytes for file in files)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/folder_open: {', '.join(f'`{folder}`' for folder in folders)}: "
            f"**{plural(len(files), 'file')}**"
            + (f", {_size(size)}" if files else "")
            + (f", and {intake.hidden} stored" if intake.hidden else "")
        )
        st.button("Look again", icon=":material/refresh:", type="tertiary")
    hide = hiding(access, study)
    for sentence in intake.problems:
        refuse(hide(sentence))
    if "way" not in st.session_state:
        with access.read() as tx:
            way = last_way(tx, study.study_id)
        st.session_state["way"] = way if way in get_args(Way) else "register"
    st.radio(
        "Once they are scans",
        list(WAYS),
        format_func=WAYS.__getitem__,
        captions=[WHAT[way] for way in WAYS],
        key="way",
        horizontal=True,
        persist_state="session",
    )
    if intake.hidden:
        st.toggle("Show the files that are stored already", key="show_stored")


def show_upload(access: Access, study: Study) -> None:
    """The browser's way in, for a few files."""
    taken = receive(
        "Volumes as TIFF stacks, several at once",
        lambda name, upload: take_upload(access, study, name, upload),
        key="volumes",
        types=["tif", "tiff"],
        help="For a few files; many or large ones go through the inbox folder",
    )
    if taken:
        st.toast(f"{plural(len(taken), 'file')} arrived: {plain(taken[0].name)}")


def take_upload(access: Access, study: Study, name: str, upload: "UploadedFile") -> Path:
    """Lay an upload among those of the study, and look at it at once.

    Raises
    ------
    StoreError
        The disk is full or refuses.
    """
    settings, vault = access.store.settings, access.store.vault
    suffix = "" if name.lower().endswith((".tif", ".tiff")) else ".tif"
    path = settings.uploads / str(study.study_id) / uuid4().hex[:8] / f"{name}{suffix}"
    vault.receive(upload, path)
    look = look_at_file(path)
    if look.problem:
        look = replace(look, problem=look.problem.replace(path.name, name))
    with access.write() as tx:
        keep_look(tx, path, look)
    return path


def _size(n_bytes: int) -> str:
    """
    >>> _size(37_200_000_000), _size(400_000)
    ('37.2 GB', '1 MB')
    """
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{max(n_bytes / 1e6, 1):.0f} MB"
