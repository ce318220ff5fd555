"""One scan to mark: its slices, the line, and the ways to move it. No word says whose it is."""

from functools import partial
from typing import Literal

import streamlit as st

from dermdash.errors import DermdashError
from dermdash.trial.marking_queue import Queue
from dermdash.trial.markings import REASON_LENGTH, marking_queue
from dermdash.trial.scans import get_scan
from dermdash.trial.studies import Study
from dermdash.ui.cells import plural, step_name
from dermdash.ui.guard import Access, refuse
from dermdash.ui.mark_acts import accept, back, cannot_tell, finished, pass_on, show_refusal
from dermdash.ui.mark_clicks import listen
from dermdash.ui.mark_desk import Desk, desk, lay
from dermdash.ui.mark_pictures import Contrast, Sight, face_picture, jpeg, section_picture
from dermdash.ui.slices import expect, hold

STEPS = {-10: "Shift+Left", -1: "Left", 1: "Right", 10: "Shift+Right"}
REASONS = (
    "too dark at this depth",
    "movement or folds",
    "hair or air in the way",
    "the junction lies outside the volume",
)
CLICKS = (
    "Below the first slice. A click in the en-face picture moves the crossing there; a click in a "
    "B-scan moves the line there as well."
)
PINS = (
    "Keeps the depth at the crossing. Move the crossing, set the depth there: two pins tilt the "
    "plane along their line, three fix it, from four on the surface bends."
)
FLAT = 1.6  # a field this much wider than long has its long B-scan under the others
OTHER = "in my own words"


@st.fragment
def mark_next(access: Access, study: Study) -> bool:
    """The next scan of the reader's queue; whether one waits."""
    reader, just_kept = str(access.user), finished()
    title, place = st.columns([5, 1], vertical_alignment="center")
    title.title("Where does the dermis begin?")
    show_refusal()
    at = desk()
    if at is None or not at.is_for(study.study_id, reader) or study.state != "collecting":
        at = _next_desk(access, study, reader)
    if at is None:
        if just_kept:
            st.rerun()  # so that the readers' agreement unfolds
        return False
    place.markdown(at.place, text_alignment="right")
    _slices(at)
    controls, verdict = st.columns([3.4, 1], gap="medium")
    with controls:
        _depth(at)
        _sections(at)
        _pins(at)
    with verdict:
        _verdict(access, study, at)
    listen(at.point_at)
    return True


def _next_desk(access: Access, study: Study, reader: str) -> Desk | None:
    """The next scan, laid before the reader, and the one after it made ready."""
    with access.read() as tx:
        queue = marking_queue(tx, study.study_id, reader)
        scan = None if queue.ask is None else get_scan(tx, queue.ask.scan_id)
        after = None if queue.after is None else get_scan(tx, queue.after.scan_id)
    if queue.ask is None or scan is None:
        _nothing_waits(access, study, queue)
        return None
    try:
        with st.spinner("Opening the next scan"):
            at = Desk.laid(reader, queue.ask, scan, hold(scan))
    except DermdashError:  # whose words might name the file, and with it the subject
        refuse("The next scan's file is missing, damaged or too shallow; pass it on")
        st.button(
            "Pass it on as unreadable",
            on_click=pass_on,
            args=(access, queue.ask),
            key="mark_pass_on",
        )
        return None
    at.n, at.of = queue.done + 1, queue.done + queue.waiting
    if after is not None and after.volume_sha256 != scan.volume_sha256:
        expect(after)
    lay(at)
    return at


def _slices(at: Desk) -> None:
    """En face left, the B-scan across right, the one along the long side under both."""
    low, high = st.session_state.get("mark_window", (0, 255))
    sight = Sight(
        at.volume,
        at.dej,
        at.y,
        at.x,
        at.pins,
        Contrast(low, high, st.session_state.get("mark_gamma", 1.0)),
        line=st.session_state.get("mark_line", True),
    )
    high_um, long_um, wide_um = (
        n * um for n, um in zip(at.volume.shape, at.volume.spacing_um, strict=True)
    )
    flat = wide_um > FLAT * long_um
    # As wide as makes them equally high.
    shares = [wide_um / long_um, long_um / high_um] + [wide_um / high_um] * (not flat)
    with st.container(key="marking", gap="xsmall"):
        places = [*st.columns(shares, gap="xsmall"), st.container()]
        places[0].image(jpeg(face_picture(sight)), width="stretch")
        places[1].image(jpeg(section_picture(sight, along="y")), width="stretch")
        places[2].image(jpeg(section_picture(sight, along="x")), width="stretch")


def _depth(at: Desk) -> None:
    slider, steps = st.columns([1, 1.25], vertical_alignment="bottom")
    turn, key = at.turn, f"mark_um_{at.turn}"

    def lowered() -> None:
        if turn == at.turn:  # else it is the echo of a slider that was moved since
            at.lower(st.session_state[key])

    with slider.container(key="mark_um"):
        st.slider(
            "Depth of the line at the crossing (µm)",
            *(1, max(at.deepest, 2), round(at.depth_um)),
            key=key,
            on_change=lowered,
            help=CLICKS,
        )
    with steps.container(horizontal=True, gap="xsmall"):
        for step, keys in STEPS.items():
            st.button(
                step_name(step),
                on_click=at.step,
                args=(step,),
                key=f"mark_step_{step}",
                shortcut=keys,
            )
        st.button("Pin it", on_click=at.pin_here, key="mark_pin", shortcut="P", help=PINS)


def _pins(at: Desk) -> None:
    if at.pins:
        with st.container(horizontal=True, gap="xsmall"):
            for number, point in enumerate(at.pins):
                st.button(
                    f"{point.depth_um:.0f} at {point.x_um:.0f}, {point.y_um:.0f}",
                    on_click=at.unpin,
                    args=(number,),
                    key=f"mark_unpin_{number}",
                    icon=":material/close:",
                    help="Remove this pin: its depth, and its place x, y (µm)",
                )


def _sections(at: Desk) -> None:
    """Where both sections lie, and how grey is shown."""
    _, n_y, n_x = at.volume.shape
    _, step_y, step_x = at.volume.spacing_um
    laid_as = at.laid_as
    keys = f"mark_x_{laid_as}", f"mark_y_{laid_as}"

    def moved() -> None:
        if desk() is at and laid_as == at.laid_as:
            x, y = (st.session_state[key] for key in keys)
            at.move(y, x)

    x, y, grey, gamma, line = st.columns([1, 1, 1, 1, 0.5], vertical_alignment="bottom")
    place = partial(st.slider, on_change=moved, format=" ")
    with x.container(key="mark_x"):
        place(f"Crossing at x = {at.x * step_x:.0f} µm", 0, n_x - 1, at.x, key=keys[0])
    with y.container(key="mark_y"):
        place(f"and y = {at.y * step_y:.0f} µm", 0, n_y - 1, at.y, key=keys[1])
    with grey:
        st.slider(
            "Black and white at grey",
            *(0, 255, (0, 255)),
            key="mark_window",
            persist_state="session",
        )
    with gamma:
        st.slider("Gamma", 0.4, 3.0, 1.0, 0.1, key="mark_gamma", persist_state="session")
    with line:
        st.toggle("Line", True, key="mark_line", persist_state="session")


def _verdict(access: Access, study: Study, at: Desk) -> None:
    st.button(
        "Accept the line",
        type="primary",
        icon=":material/check:",
        shortcut="Enter",
        on_click=accept,
        args=(access, at),
        key="mark_accept",
        width="stretch",
    )
    with st.popover("Cannot tell", icon=":material/help:", width="stretch", key="mark_unclear"):
        _ask_why(access, at)
    if at.last is not None:
        st.button("Leave it as it was", on_click=lay, args=(None,), key="mark_leave")
    elif at.n > 1:
        _back(access, study, width="stretch")


def _ask_why(access: Access, at: Desk) -> None:
    if at.last is not None and at.last.bears_dej:
        st.write("The scan has its DEJ from this look already: move the line instead.")
        return
    reason = st.radio("Why can it not be told?", (*REASONS, OTHER), key="mark_reason")
    if reason == OTHER:
        reason = st.text_input("Reason", key="mark_words", max_chars=REASON_LENGTH)
    st.button(
        "Keep that it cannot be told",
        on_click=cannot_tell,
        args=(access, at, reason),
        key="mark_cannot",
        width="stretch",
    )


def _back(access: Access, study: Study, *, width: Literal["stretch", "content"]) -> None:
    st.button(
        "Back to my last scan",
        icon=":material/undo:",
        on_click=back,
        args=(access, study),
        key="mark_back",
        width=width,
    )


def _nothing_waits(access: Access, study: Study, queue: Queue) -> None:
    if study.state != "collecting":
        st.info(f"The data of this study are {study.state}: its queue is closed.")
        return
    marked = f"You have taken {plural(queue.done, 'look')}." if queue.done else ""
    st.success(f"**Nothing waits.** Every scan that you are asked for is marked. {marked}")
    if queue.done:
        _back(access, study, width="content")
