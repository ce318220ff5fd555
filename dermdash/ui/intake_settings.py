"""How files that arrive are read: names, axes, spacing, and the DEJ of many at once."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dermdash.imaging.dej import Dej, read_dej_map
from dermdash.imaging.volume import Reading
from dermdash.trial.manifest import read_table
from dermdash.trial.studies import Study, subject_table
from dermdash.ui.cells import plain
from dermdash.ui.guard import Access, refusals
from dermdash.ui.intake import AXES, Candidate, first_cells, inspect, with_dej_table
from dermdash.ui.intake_table import arrive, current, keep, read_all_again
from dermdash.ui.naming import DEFAULT_PATTERN, read_name
from dermdash.ui.uploads import receive

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

EXAMPLE = "S01_D28_cheek-left.tif"
TIFF = (".tif", ".tiff")


def upload_volumes(access: Access, study: Study) -> None:
    """Volumes from the browser."""

    def take(name: str, upload: "UploadedFile") -> Candidate:
        return inspect(name, access.store.vault.store_file(upload), _reading())

    arrive(
        access,
        study,
        receive(
            "Volumes as TIFF stacks, several at once", take, key="volumes", types=["tif", "tiff"]
        ),
    )


def volumes_from_inbox(access: Access, study: Study) -> None:
    """Volumes from a folder on the server, which spares the way through the browser."""
    inbox = access.store.settings.home / "inbox"
    inbox.mkdir(exist_ok=True)
    files = sorted(path for path in inbox.iterdir() if path.suffix.lower() in TIFF)
    st.caption(f"TIFF stacks laid in `{inbox}` appear here; they are moved from there.")
    if not files:
        st.markdown("The inbox is empty.")
        return
    noun = "file" if len(files) == 1 else "files"
    if st.button(f"Take in {len(files)} {noun}", icon=":material/move_to_inbox:"):
        candidates = []
        bar = st.progress(0.0)
        for number, path in enumerate(files):
            bar.progress(number / len(files), f"Taking in {plain(path.name)}")
            with refusals():
                volume = access.store.vault.store_file(path, move=True)
                candidates.append(inspect(path.name, volume, _reading()))
        arrive(access, study, candidates)
        st.rerun()


def reading_settings(access: Access, study: Study) -> None:
    """Spacing where files do not say it; names, axes and DEJ folded."""
    intake = current(access, study)
    if any(candidate.needs_spacing for candidate in intake.candidates):
        _ask_spacing(access, study, sum(c.needs_spacing for c in intake.candidates))
    with st.expander("How files are read", icon=":material/tune:"):
        left, right = st.columns(2)
        with left:
            _pattern(access, study)
        right.selectbox(
            "Pages of the stack",
            list(AXES),
            format_func=AXES.__getitem__,
            key="axes",
            persist_state="session",
            on_change=lambda: read_all_again(access, study, _reading(), only_assumed=False),
        )
    with st.expander("DEJ of many files at once", icon=":material/line_start_diamond:"):
        one, table, maps = st.columns(3)
        with one:
            _one_depth(access, study)
        with table:
            _depth_table(access, study)
        with maps:
            _depth_maps(access, study)


def _reading(spacing_um: tuple[float, float, float] | None = None) -> Reading:
    return Reading(axes=st.session_state.get("axes"), spacing_um=spacing_um)


def _ask_spacing(access: Access, study: Study, count: int) -> None:
    with st.form("spacing", border=True):
        noun = "file does" if count == 1 else "files do"
        st.markdown(f":material/straighten: **{count} {noun} not say the voxel size.** It is:")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            z, y, x = (
                st.number_input(f"{axis} (µm)", 0.01, 1000.0, 1.0, format="%.3f", width=130)
                for axis in ("z, depth", "y", "x, long side")
            )
            if st.form_submit_button(f"Use for {count} {'file' if count == 1 else 'files'}"):
                with refusals():
                    read_all_again(access, study, _reading((z, y, x)), only_assumed=True)
                    st.rerun()


def _pattern(access: Access, study: Study) -> None:
    pattern = st.text_input(
        "Pattern of file names",
        DEFAULT_PATTERN,
        key="pattern",
        persist_state="session",
        help="{subject} {arm} {visit} {site} {replicate}; * stands for anything",
    )
    intake = current(access, study)
    name = intake.candidates[0].name if intake.candidates else EXAMPLE
    with refusals():
        found = read_name(name, pattern)
        said = ", ".join(f"{field} **{plain(value)}**" for field, value in found.items())
        st.caption(f"{plain(name)}: {said or 'the pattern does not fit this name'}")
        if intake.candidates and st.button("Read all names by this pattern"):
            with access.read() as tx:
                roster = subject_table(tx, study.study_id)
            cells = first_cells(intake.candidates, study, roster, pattern)
            cells = cells.assign(take=intake.cells["take"], dej_um=intake.cells["dej_um"])
            keep(access, study, intake.candidates, cells, turn=intake.turn + 1)
            st.rerun()


def _one_depth(access: Access, study: Study) -> None:
    depth = st.number_input("One depth for all rows without one (µm)", 0.0, 1000.0, None, step=1.0)
    intake = current(access, study)
    if st.button("Use this depth", disabled=depth is None or not intake.candidates):
        cells = intake.cells.assign(dej_um=intake.cells["dej_um"].fillna(depth))
        keep(access, study, intake.candidates, cells, turn=intake.turn + 1)
        st.rerun()


def _depth_table(access: Access, study: Study) -> None:
    def take(name: str, upload: "UploadedFile") -> list[dict[str, str]]:
        with _as_file(name, upload) as path:
            return read_table(path, needs=("file", "dej_um"))

    help_text = "Columns file and dej_um; one row a file"
    for rows in receive("CSV of depths", take, key="depths", types=["csv", "txt"], help=help_text):
        intake = current(access, study)
        cells, filled = with_dej_table(intake.candidates, intake.cells, rows)
        keep(access, study, intake.candidates, cells, turn=intake.turn + 1)
        st.toast(f"{filled} of {len(intake.candidates)} files have a depth in the CSV")


def _depth_maps(access: Access, study: Study) -> None:
    def take(name: str, upload: "UploadedFile") -> tuple[str, Dej]:
        with _as_file(name, upload) as path:
            return name, read_dej_map(path)

    found = receive(
        "Depth maps",
        take,
        key="maps",
        types=["tif", "tiff", "csv"],
        help="Depth in µm for each y and x, named like the volume: S01_D0_cheek.dej.tif",
    )
    if not found:
        return
    maps = {_stem(name): dej for name, dej in found}
    intake = current(access, study)
    candidates = [replace(c, dej_map=maps.get(_stem(c.name), c.dej_map)) for c in intake.candidates]
    unused = set(maps) - {_stem(c.name) for c in candidates}
    keep(access, study, candidates, intake.cells, turn=intake.turn + 1)
    if unused:
        st.warning(
            f"No file in the table is named like the map of {plain(', '.join(sorted(unused)))}."
        )


@contextmanager
def _as_file(name: str, upload: "UploadedFile") -> Iterator[Path]:
    """A small upload as a file, for as long as it is read."""
    with tempfile.TemporaryDirectory(prefix="dermdash-") as folder:
        path = Path(folder) / name
        path.write_bytes(upload.getbuffer())
        yield path


def _stem(name: str) -> str:
    """A file's name without suffixes, the same for a volume and for its map."""
    return re.sub(r"([._ -]dej([._ -]map)?)?(\.ome)?\.(tiff?|csv)$", "", name, flags=re.IGNORECASE)
