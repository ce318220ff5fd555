"""A report's formats: each is asked for, written by the worker, and offered when it is done."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import streamlit as st

from dermdash.errors import DermdashError
from dermdash.reporting.report import FORMATS, Format
from dermdash.trial.jobs import worker_alive
from dermdash.trial.queue import job_table
from dermdash.trial.reports import (
    Rendering,
    StoredReport,
    ask_rendering,
    list_renderings,
    list_reports,
    read_rendering,
)
from dermdash.ui.cells import plain, plural
from dermdash.ui.guard import Access, pressed_by, refusals, refuse
from dermdash.ui.held_button import draw_button, take_press
from dermdash.ui.progress import ACTIVE_STATES
from dermdash.ui.report_states import State

POLL_S = 1.0
LARGE = 8_000_000  # bytes
ASKED = "asked_renderings"


@dataclass(frozen=True, slots=True)
class Kind:
    """A format as people call it."""

    name: str
    icon: str
    mime: str
    about: str


OFFICE = "application/vnd.openxmlformats-officedocument"
KINDS: Mapping[Format, Kind] = {
    "pdf": Kind("PDF", "picture_as_pdf", "application/pdf", "To read, print and file"),
    "docx": Kind(
        "Word", "description", f"{OFFICE}.wordprocessingml.document", "To edit as a document"
    ),
    "pptx": Kind(
        "PowerPoint",
        "slideshow",
        f"{OFFICE}.presentationml.presentation",
        "One message a slide, charts that can be edited",
    ),
    "html": Kind(
        "Web page", "public", "text/html", "One file with figures to explore, works offline"
    ),
    "xlsx": Kind(
        "Excel", "table_view", f"{OFFICE}.spreadsheetml.sheet", "Every table, with a dictionary"
    ),
    "zip": Kind(
        "ZIP", "folder_zip", "application/zip", "Tables, figures and the script that gives them"
    ),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A file that was asked for here; at : by ``time.monotonic``."""

    report_id: int
    kind: Format
    at: float


def formats(access: Access, report: StoredReport, states: Mapping[int, State]) -> None:
    """A button a format, and what became of those that were asked for."""
    waiting = [one for one in report.cards if one.state == "waiting" and one.result is None]
    failed = [one for one in report.cards if one.state in ("failed", "sealed")]
    outdated = [one for one in report.cards if states[one.card_id].outdated]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="formats"):
        st.markdown("**Take it away as**", width="content")
        for kind in FORMATS:
            draw_button(
                KINDS[kind].name,
                icon=f":material/{KINDS[kind].icon}:",
                help_text=KINDS[kind].about,
                key=f"format_{kind}",
                disabled=not report.cards or bool(waiting),
            )
    pressed = [kind for kind in FORMATS if take_press(f"format_{kind}")]
    if pressed_by(access, bool(pressed), place="rendering"):
        _ask(access, report, pressed)
    notes = []
    if outdated:
        notes.append(f"{plural(len(outdated), 'card shows', 'cards show')} earlier data")
    if failed:
        notes.append(f"{plural(len(failed), 'card is', 'cards are')} left out: not answered")
    if notes and not waiting:
        st.caption(f":material/info: As it stands: {'; '.join(notes)}.")
    _progress_until_done(access, report)
    _ready(access, report)


def download(
    access: Access, rendering: Rendering, label: str, *, key: str, at_once: bool = False
) -> None:
    """The button that gives a rendering's bytes, checked against their hash.

    at_once : read them now, for an address that a page drawn again leaves as it is; else at the
        click, as also where they are many
    """
    kind = KINDS[rendering.format]
    content: bytes | Callable[[], bytes] = partial(_bytes, access, rendering)
    if at_once and rendering.bytes <= LARGE:
        try:
            content = _bytes(access, rendering)
        except DermdashError as why:
            refuse(why)
            return
    st.download_button(
        label,
        content,
        rendering.file_name,
        kind.mime,
        icon=":material/download:",
        key=key,
        help=f"{size_words(rendering.bytes)}, {rendering.at:%Y-%m-%d %H:%M} UTC",
        on_click="ignore",
    )


def size_words(n_bytes: int) -> str:
    """
    >>> size_words(900), size_words(312_400), size_words(1_250_000)
    ('1 kB', '312 kB', '1.2 MB')
    """
    if n_bytes < 1_000_000:
        return f"{max(1, round(n_bytes / 1000))} kB"
    return f"{n_bytes / 1e6:.1f} MB"


def newest_of(renderings: tuple[Rendering, ...], report_id: int) -> dict[Format, Rendering]:
    """The newest rendering of a report in each format; renderings : newest first."""
    newest: dict[Format, Rendering] = {}
    for one in renderings:
        if one.report_id == report_id:
            newest.setdefault(one.format, one)
    return {kind: newest[kind] for kind in FORMATS if kind in newest}


def _ask(access: Access, report: StoredReport, kinds: Sequence[Format]) -> None:
    with refusals():
        asked = dict(st.session_state.get(ASKED, {}))
        with access.write() as tx:
            for kind in kinds:
                job_id = ask_rendering(tx, report.report_id, kind)
                asked[job_id] = _Asked(report.report_id, kind, time.monotonic())
        st.session_state[ASKED] = asked
        st.rerun()


def _progress_until_done(access: Access, report: StoredReport) -> None:
    """Polls while cards are answered or files are written; draws the page again at each change."""
    seen = _seen(access, report)
    st.fragment(_progress, run_every=POLL_S if _busy(seen) else None)(access, report, seen)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the database says: cards' states, and jobs that write this study's reports.

    jobs : state and error, by id
    """

    cards: tuple[tuple[int, str], ...]
    jobs: Mapping[int, tuple[str, str]]
    newest: int


def _busy(seen: _Seen) -> bool:
    waits = any(state == "waiting" for _, state in seen.cards)
    return waits or any(state in ACTIVE_STATES for state, _ in seen.jobs.values())


def _seen(access: Access, report: StoredReport) -> _Seen:
    with access.read() as tx:
        reports = {one.report_id: one for one in list_reports(tx, report.study_id)}
        jobs = job_table(tx, study_id=report.study_id)
        renderings = list_renderings(tx, report.study_id)
    now = reports.get(report.report_id)
    mine = jobs[jobs["kind"] == "report"]
    return _Seen(
        tuple((one.card_id, one.state) for one in now.cards) if now else (),
        {
            int(job_id): (str(state), str(error))
            for job_id, state, error in zip(
                mine["job_id"], mine["state"], mine["error"].fillna(""), strict=True
            )
        },
        max((one.rendering_id for one in renderings), default=0),
    )


def _progress(access: Access, report: StoredReport, before: _Seen) -> None:
    seen = _seen(access, report)
    if (seen.cards, seen.newest) != (before.cards, before.newest):
        st.rerun()
    asked: dict[int, _Asked] = {
        job_id: one
        for job_id, one in st.session_state.get(ASKED, {}).items()
        if one.report_id == report.report_id
    }
    waiting = sum(state == "waiting" for _, state in seen.cards)
    if waiting:
        total = len(seen.cards)
        done = total - waiting
        st.progress(done / total, f"Answering the cards: {done} of {total} are ready")
    writing = [job_id for job_id, (state, _) in seen.jobs.items() if state in ACTIVE_STATES]
    if writing:
        st.caption(f":material/hourglass_top: {_writing_words(writing, asked)}")
    if (waiting or writing) and not worker_alive(access.store.settings):
        st.caption(":material/hourglass_disabled: The worker does not run yet; this waits for it.")
    for job_id, one in asked.items():
        state, error = seen.jobs.get(job_id, ("", ""))
        if state in ("failed", "cancelled"):
            refuse(f"{KINDS[one.kind].name} was not written: {error or state}")


def _writing_words(writing: Sequence[int], asked: Mapping[int, _Asked]) -> str:
    """Which files are being written, and for how long by now."""
    mine = [asked[job_id] for job_id in writing if job_id in asked]
    if not mine:
        return "A report of this study is being written."
    seconds = time.monotonic() - min(one.at for one in mine)
    return f"Writing {', '.join(KINDS[one.kind].name for one in mine)} ({seconds:.0f} s)."


def _ready(access: Access, report: StoredReport) -> None:
    with access.read() as tx:
        renderings = list_renderings(tx, report.study_id)
    newest = newest_of(renderings, report.report_id)
    if not newest:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="ready"):
        st.markdown("**Ready**", width="content")
        for kind, one in newest.items():
            label = f"{KINDS[kind].name}, {_when(one)}"
            if any(card.result and card.result.at > one.at for card in report.cards):
                label += ", earlier answers"
            download(access, one, plain(label), key=f"ready_{one.rendering_id}", at_once=True)


def _when(one: Rendering) -> str:
    """The time of today, else the day, in UTC as all times are."""
    today = datetime.now(UTC).date() == one.at.date()
    return f"{one.at:%H:%M}" if today else f"{one.at:%Y-%m-%d}"


def _bytes(access: Access, rendering: Rendering) -> bytes:
    with access.read() as tx:
        return read_rendering(tx, rendering.rendering_id)
