"""One graded scan: its slices, its profile, its patches."""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from dermdash.errors import DejError, DermdashError, ModelError
from dermdash.grading.model import list_models
from dermdash.grading.patches import crop_origins
from dermdash.grading.profile import Grading
from dermdash.reporting.figures import screen
from dermdash.reporting.figures.data import DEFAULT_COLOURS, GRADE_COLOURS, GRADES, layer_map
from dermdash.reporting.tables import layer_table
from dermdash.trial.protocols import Protocol
from dermdash.trial.scans import Scan
from dermdash.ui.cells import step_name
from dermdash.ui.figure_parts import downloads, show_figure
from dermdash.ui.guard import Access, refusals, refuse
from dermdash.ui.patch_view import SeenPatch, see_patch
from dermdash.ui.pictures import activation_picture, b_scan_picture, en_face_picture, webp
from dermdash.ui.slices import b_scan, dej_line, layer, open_scan

if TYPE_CHECKING:
    from dermdash.imaging.dej import Dej

MAP_KEY = "layer_grades"
DEPTH_UM = 20  # of the first look: the second 20 µm show the largest ageing difference
STEPS = (-10, -1, 1, 10)


@st.fragment
def graded_view(
    access: Access, scan: Scan, grading: Grading, protocol: Protocol, *, mark: str
) -> None:
    """Slices left, profile right, both at one depth; the patches under them."""
    dej = scan.dej
    if dej is None:
        return
    colours = st.session_state.get("grade_colours", DEFAULT_COLOURS)
    name = f"{scan.subject_id} {scan.visit} {scan.site}"
    left, right = st.columns([1.15, 1], gap="medium")
    depth_um = DEPTH_UM
    with left, refusals():
        depth_um = _ask_depth(scan, dej)
        _slices(scan, dej, depth_um, patch=_patch(grading))
    with right:
        table = layer_table(grading.slab)
        show_figure(
            lambda on: on.depth_profile(table, chosen_um=depth_um, colours=colours, height=470),
            name=f"{name} profile",
            key="profile",
            mark=mark,
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Grades layer by layer**: click a cell to see its patch.")
        st.radio(
            "Grade colours",
            list(GRADE_COLOURS),
            key="grade_colours",
            persist_state="session",
            horizontal=True,
            label_visibility="collapsed",
        )
    layers, chosen = layer_map(grading.slab), (depth_um, _patch(grading))

    def draw(on: Any) -> Any:
        return on.layer_grades(layers, chosen=chosen, colours=colours)

    st.plotly_chart(
        draw(screen),
        config=screen.toolbar(f"{name} grades"),
        key=MAP_KEY,
        on_select=_choose_patch,
        selection_mode="points",
    )
    downloads(draw, name=f"{name} grades", key=MAP_KEY, mark=mark)
    if grading.depth_um[0] <= depth_um <= grading.depth_um[-1]:
        patch_view(
            access,
            scan,
            grading,
            protocol,
            depth_um=depth_um,
            patch=_patch(grading),
            colours=colours,
        )


def patch_view(
    access: Access,
    scan: Scan,
    grading: Grading,
    protocol: Protocol,
    *,
    depth_um: int,
    patch: int,
    colours: str,
) -> None:
    """The chosen patch as graded, what spoke for its grade, and its four probabilities."""
    probabilities = grading.probabilities[depth_um - int(grading.depth_um[0]), patch]
    grade = int(probabilities.argmax()) + 1
    picture, seen_place, numbers = st.columns([1, 1, 1.3], gap="medium")
    try:
        seen = _seen(scan.grading_key or "", depth_um, patch, access, scan, protocol)
    except DermdashError as error:
        refuse(error)
        return
    with picture:
        st.image(webp(seen.rgb), "As graded: layers z−1, z, z+1 as red, green, blue", width=300)
    with seen_place:
        spoke = activation_picture(
            seen.rgb, seen.activation[..., grade - 1], colour=GRADE_COLOURS[colours][grade - 1]
        )
        st.image(webp(spoke), f"What spoke for grade {grade} (class activation)", width=300)
    with numbers:
        st.markdown(f"**Patch {patch + 1} at {depth_um} µm: grade {grade}**")
        for k in GRADES:
            share = float(probabilities[k - 1])
            st.progress(share, f"grade {k}: {share:.2f}")


def slice_depth(scan: Scan, dej: "Dej") -> tuple[int, int]:
    """The lowest and highest depth that the volume holds, in whole µm from the DEJ.

    Raises
    ------
    DermdashError
        The volume cannot be read, or the DEJ does not fit it.
    """
    above, below = dej.reach(open_scan(scan))
    return -above, below


def _ask_depth(scan: Scan, dej: "Dej") -> int:
    first, last = slice_depth(scan, dej)
    key = "depth_um"
    st.session_state[key] = int(np.clip(st.session_state.get(key, DEPTH_UM), first, last))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        depth = st.slider("Depth below the DEJ (µm)", first, last, key=key, persist_state="session")
        for step in STEPS:
            st.button(
                step_name(step),
                on_click=_move,
                args=(step, first, last),
                key=f"step_{step}",
            )
    return int(depth)


def _slices(scan: Scan, dej: "Dej", depth_um: int, *, patch: int) -> None:
    _, n_y, _ = scan.shape
    spacing_z, spacing_y, spacing_x = scan.reading.spacing_um or (1.0, 1.0, 1.0)
    y = min(st.session_state.get("section_y", n_y // 2), n_y - 1)
    section = b_scan_picture(
        b_scan(scan, y),
        spacing_zx_um=(spacing_z, spacing_x),
        dej_um=dej_line(dej, y),
        chosen_um=depth_um,
    )
    face = en_face_picture(
        layer(scan, dej, depth_um),
        spacing_yx_um=(spacing_y, spacing_x),
        patches=crop_origins(scan.shape[1:], (spacing_y, spacing_x)),
        chosen=patch,
        section_y=y,
    )
    with st.container(key="slices"):
        above, below = st.columns(2) if _is_square(scan) else (st.container(), st.container())
        above.image(
            webp(section),
            f"B-scan: DEJ solid, {depth_um} µm dotted, end of the slab dashed",
            width="stretch",
        )
        below.image(
            webp(face),
            f"En face at {depth_um} µm: 400 µm patches framed, B-scan dashed",
            width="stretch",
        )
    st.slider(f"B-scan at y = {y * spacing_y:.0f} µm", 0, n_y - 1, y, key="section_y", format=" ")


def _is_square(scan: Scan) -> bool:
    """Whether a layer is about as high as wide, so that both slices stand beside each other."""
    _, spacing_y, spacing_x = scan.reading.spacing_um or (1.0, 1.0, 1.0)
    return scan.shape[2] * spacing_x < 1.6 * scan.shape[1] * spacing_y


def _patch(grading: Grading) -> int:
    return int(min(st.session_state.get("patch", 0), grading.probabilities.shape[1] - 1))


def _move(step: int, first: int, last: int) -> None:
    st.session_state["depth_um"] = int(np.clip(st.session_state["depth_um"] + step, first, last))


def _choose_patch() -> None:
    points = st.session_state[MAP_KEY].selection.points
    if points:
        depth_um, patch = points[0]["customdata"]
        st.session_state["depth_um"], st.session_state["patch"] = int(depth_um), int(patch)


@st.cache_data(max_entries=100, show_spinner="Asking the model about this patch")
def _seen(
    grading_key: str,
    depth_um: int,
    patch: int,
    _access: Access,
    _scan: Scan,
    _protocol: Protocol,
) -> SeenPatch:
    folders = {
        model.digest: model.folder for model in list_models(_access.store.settings.model_folders)
    }
    if _protocol.model_digest not in folders:
        raise ModelError(
            f"the model {_protocol.model_name} ({_protocol.model_digest[:12]}) that graded this "
            "scan lies in no model folder any more; copy it back to see what it saw"
        )
    if _scan.dej is None:
        raise DejError("the scan has no DEJ; mark where the dermis begins")
    if _scan.outside is not None:
        _scan.outside.check()
    return see_patch(
        _scan.path,
        _scan.reading,
        _scan.dej,
        _protocol.sampling,
        folders[_protocol.model_digest],
        depth_um=depth_um,
        crop=patch,
    )
