"""Uploads that leave nothing in the server's memory."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dermdash.errors import DermdashError
from dermdash.trial.design import clean_file_name
from dermdash.ui.cells import plain
from dermdash.ui.guard import refuse

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

Taken = TypeVar("Taken")


def receive(
    label: str,
    take: "Callable[[str, UploadedFile], Taken]",
    *,
    key: str,
    types: Sequence[str],
    help: str | None = None,  # noqa: A002  Streamlit's word
    most_mb: int | None = None,
) -> list[Taken]:
    """Show an uploader; what ``take`` makes of each file is answered once, on the next run.

    take : given a file's harmless name and its stream, read from the start; what it refuses with
        a ``DermdashError`` is shown as its sentence
    most_mb : the largest file that the browser sends; None is the server's limit

    Streamlit keeps each upload in memory until its session ends, and once more in its widget's
    value. So each file is dropped from Streamlit's own store once it is taken, and the uploader is
    replaced by a new one.
    """
    turn = st.session_state.setdefault(f"{key}_turn", 0)
    uploads = st.file_uploader(
        label,
        type=list(types),
        accept_multiple_files=True,
        key=f"{key}_{turn}",
        help=help,
        max_upload_size=most_mb,
    )
    for sentence in st.session_state.get(f"{key}_refused", ()):
        refuse(sentence)
    if uploads:
        taken, refused = _take_all(uploads, take)
        st.session_state[f"{key}_taken"] = taken
        st.session_state[f"{key}_refused"] = refused
        st.session_state[f"{key}_turn"] = turn + 1
        st.rerun()
    answer: list[Taken] = st.session_state.pop(f"{key}_taken", [])
    return answer


def drop(upload: "UploadedFile") -> None:
    """Forget an upload on the server (streamlit issue 3553: a private call, only here)."""
    context = get_script_run_ctx()
    if context and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)


def _take_all(
    uploads: "Sequence[UploadedFile]", take: "Callable[[str, UploadedFile], Taken]"
) -> tuple[list[Taken], list[str]]:
    """What was taken, and the sentences of what was refused; no upload stays in memory."""
    taken, refused = [], []
    bar = st.progress(0.0)
    for number, upload in enumerate(uploads):
        name = clean_file_name(upload.name)
        bar.progress(number / len(uploads), f"Taking in {plain(name)}")
        try:
            taken.append(take(name, upload))
        except DermdashError as error:
            refused.append(str(error))
        finally:
            drop(upload)
    bar.empty()
    return taken, refused
