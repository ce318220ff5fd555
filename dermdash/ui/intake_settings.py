"""How files that arrive are read: names, axes, spacing, and the DEJ of many at once."""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dermdash.imaging.dej import Dej, read_dej_map
from dermdash.trial.manifest import read_table
from dermdash.trial.studies import Study
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access
from dermdash.ui.intake import AXES, Candidate, with_dej_table
from dermdash.ui.intake_table import Given, Intake, change_cells, say_about
from dermdash.ui.name_pattern import name_pattern
from dermdash.ui.uploads import receive

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def naming_settings(access: Access, study: Study, intake: Intake) -> None:
    """How files are named; open from the start where nobody said so and most names say nothing."""
    opened = f"naming_open_{study.study_id}"
    if intake.candidates and not intake.waiting and opened not in st.session_state:
        kinds = Counter(verdict.kind for verdict in intake.verdicts)
        st.session_state[opened] = kinds["you"] > kinds["grade"] + kinds["store"]
    unsaid = study.name_pattern is None and st.session_state.get(opened, False)
    with st.expander("How files are named", expanded=unsaid, icon=":material/label:"):
        name_pattern(access, study, intake)


def reading_settings(study: Study, intake: Intake) -> None:
    """How files are read, and the DEJ of many at once; folded."""
    with st.expander("How files are read", icon=":material/tune:"):
        st.selectbox(
            "Pages of the stack",
            list(AXES),
            format_func=AXES.__getitem__,
            key="axes",
            persist_state="session",
        )
    with st.expander("DEJ of many files at once", icon=":material/line_start_diamond:"):
        one, table, maps = st.columns(3)
        with one:
            _one_depth(study, intake)
        with table:
            _depth_table(study, intake)
        with maps:
            _depth_maps(intake)


def ask_spacing(intake: Intake) -> None:
    """The voxel size of files that do not say it."""
    silent = [candidate for candidate in intake.candidates if candidate.needs_spacing]
    if not silent:
        return
    with st.form("spacing", border=True):
        noun = "file does" if len(silent) == 1 else "files do"
        st.markdown(
            f":material/straighten: **{len(silent)} {noun} not say the voxel size.** It is:"
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            z, y, x = (
                st.number_input(f"{axis} (µm)", 0.01, 1000.0, 1.0, format="%.3f", width=130)
                for axis in ("z, depth", "y", "x, long side")
            )
            if st.form_submit_button(f"Use for {plural(len(silent), 'file')}"):
                say_about({c.file.path: Given((z, y, x), c.dej_map) for c in silent})
                st.rerun()


def _one_depth(study: Study, intake: Intake) -> None:
    depth = st.number_input("One depth for all rows without one (µm)", 0.0, 1000.0, None, step=1.0)
    if st.button("Use this depth", disabled=depth is None or not intake.candidates):
        change_cells(study, intake.cells.assign(dej_um=intake.cells["dej_um"].fillna(depth)))
        st.rerun()


def _depth_table(study: Study, intake: Intake) -> None:
    def take(name: str, upload: "UploadedFile") -> list[dict[str, str]]:
        with _as_file(name, upload) as path:
            return read_table(path, needs=("file", "dej_um"))

    help_text = "Columns file and dej_um; one row a file"
    for rows in receive("CSV of depths", take, key="depths", types=["csv", "txt"], help=help_text):
        cells, filled = with_dej_table(intake.candidates, intake.cells, rows)
        change_cells(study, cells)
        st.toast(f"{filled} of {len(intake.candidates)} files have a depth in the CSV")
        st.rerun()


def _depth_maps(intake: Intake) -> None:
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
    if unused := st.session_state.pop("maps_unused", ""):
        st.warning(f"No file in the table is named like the map of {plain(unused)}.")
    if not found:
        return
    maps = {_stem(name): dej for name, dej in found}
    mapped = {c.file.path: (c, maps.get(_stem(c.file_name), c.dej_map)) for c in intake.candidates}
    say_about({path: Given(_given_spacing(c), dej) for path, (c, dej) in mapped.items()})
    left = set(maps) - {_stem(c.file_name) for c in intake.candidates}
    st.session_state["maps_unused"] = ", ".join(sorted(left))
    st.rerun()


def _given_spacing(candidate: Candidate) -> tuple[float, float, float] | None:
    look = candidate.look
    given = look is not None and look.reading is not None and look.spacing_source == "given"
    return look.reading.spacing_um if given and look and look.reading else None


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
