"""Mark or correct by hand where a scan's dermis begins."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dermdash.imaging.dej import Dej, read_dej_map
from dermdash.trial.scans import Scan, set_dej
from dermdash.ui.cells import step_name
from dermdash.ui.guard import Access, known, refusals
from dermdash.ui.mark_pictures import Sight, face_picture, jpeg, section_picture
from dermdash.ui.places import link
from dermdash.ui.slices import hold
from dermdash.ui.uploads import receive

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

KEY = "marked_um"
STEPS = (-10, -1, 1, 10)


@st.fragment
def mark_dej(access: Access, scan: Scan) -> None:
    """En face at a depth and the B-scan with that depth drawn; a button makes it the DEJ."""
    if not known(access, place="marking"):
        return
    spacing_z, _, _ = scan.reading.spacing_um or (1.0, 1.0, 1.0)
    deepest = int((scan.shape[0] - 1) * spacing_z)
    if st.session_state.get("marked_scan") != scan.scan_id:
        st.session_state["marked_scan"] = scan.scan_id
        st.session_state[KEY] = round(scan.dej.median_um) if scan.dej else min(60, deepest)
    left, right = st.columns([1.6, 1], gap="medium")
    with right:
        st.markdown("**Where does the dermis begin?** Move the line to the DEJ.")
        depth = st.slider("DEJ below the first slice (µm)", 1, deepest, key=KEY)
        with st.container(horizontal=True, gap="xsmall"):
            for step in STEPS:
                st.button(
                    f"{step_name(step)} µm",
                    on_click=_move,
                    args=(step, deepest),
                    key=f"mark_{step}",
                )
        if st.button(f"Set the DEJ to {depth} µm and grade", type="primary"):
            _save(access, scan, Dej.plane(float(depth)))
        st.caption("Earlier markings are kept. The new one counts, and is graded at once.")
        link("data/mark_dej.py", "Mark without knowing whose scan it is", icon="border_color")

        def take(name: str, upload: "UploadedFile") -> Dej:
            with tempfile.TemporaryDirectory(prefix="dermdash-") as folder:
                path = Path(folder) / name
                path.write_bytes(upload.getbuffer())
                return read_dej_map(path, scan.shape[1:])

        for dej in receive("Or a depth map", take, key="map", types=["tif", "tiff", "csv"]):
            _save(access, scan, dej)
    with left, refusals():
        _, n_y, n_x = scan.shape
        sight = Sight(hold(scan), Dej.plane(float(depth)), n_y // 2, n_x // 2)
        st.image(
            jpeg(section_picture(sight, along="x")),
            f"The middle B-scan, the line at {depth} µm. Each bar is 100 µm.",
            width="stretch",
        )
        st.image(
            jpeg(face_picture(sight)),
            f"En face, {depth} µm below the first slice",
            width=min(640, int(360 * n_x / n_y)),
        )


def _save(access: Access, scan: Scan, dej: Dej) -> None:
    with refusals():
        with access.write() as tx:
            set_dej(tx, scan.scan_id, dej, source="edited" if scan.dej else "manual")
        st.session_state.pop("correcting", None)
        st.rerun()


def _move(step: int, deepest: int) -> None:
    st.session_state[KEY] = max(1, min(deepest, st.session_state[KEY] + step))
