"""What the worker does, in one line that renews itself while there is something to wait for."""

import streamlit as st

from dermdash.trial.jobs import worker_alive
from dermdash.trial.queue import QueueSummary, job_table, queue_summary
from dermdash.trial.scans import Scan, get_scan
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import plain, text
from dermdash.ui.guard import Access

POLL_S = 2.0
ACTIVE_STATES = ("queued", "running")


def busy(access: Access) -> bool:
    """Whether jobs are queued or running."""
    with access.read() as tx:
        summary = queue_summary(tx)
    return summary.queued + summary.running > 0


def in_the_making(tx: Transaction, study_id: int) -> int:
    """Scans of a study that are queued or running as phantoms, and so not stored yet."""
    jobs = job_table(tx, ACTIVE_STATES, study_id=study_id)
    return int((jobs["kind"] == "phantom").sum())


def worker_line(access: Access) -> None:
    """Show the worker's state; while it works, again every two seconds, and then the whole page."""
    st.fragment(_line, run_every=POLL_S if busy(access) else None)(access, busy(access))


def grading_progress(access: Access, scan: Scan) -> None:
    """How far the scan's grading is, every second until the page can show what came of it."""
    st.fragment(_grading, run_every=1.0)(access, scan)


def worker_sentence(summary: QueueSummary, *, alive: bool, started_by_server: bool) -> str:
    """The worker's state in words, with the number of jobs left and about how long they take.

    >>> worker_sentence(QueueSummary(0, 0, 0, None), alive=True, started_by_server=True)
    'idle'
    """
    waiting = summary.queued + summary.running
    left = f"{waiting} {'job' if waiting == 1 else 'jobs'} left" if waiting else ""
    if alive:
        return ", ".join(filter(None, [left, duration(summary.seconds_left)])) if left else "idle"
    if started_by_server:
        return f"starting, {left}" if left else "starting"
    return "not running: start it with `dermdash work`" + (f" ({left})" if left else "")


def duration(seconds: float | None) -> str:
    """About how long, in the unit that people would say it in.

    >>> duration(7), duration(130), duration(5400), duration(None)
    ('about 10 s', 'about 2 min', 'about 1.5 h', '')
    """
    if seconds is None:
        return ""
    if seconds < 90:
        return f"about {max(10, round(seconds, -1)):.0f} s"
    if seconds < 3600:
        return f"about {seconds / 60:.0f} min"
    return f"about {seconds / 3600:.1f} h"


def _grading(access: Access, scan: Scan) -> None:
    with access.read() as tx:
        now = get_scan(tx, scan.scan_id)
        jobs = job_table(tx, ACTIVE_STATES, study_id=scan.study_id)
    if now.state != scan.state and now.state not in ACTIVE_STATES:
        st.rerun()
    mine = jobs[
        (jobs["kind"] == "grading")
        & (jobs["subject_id"] == scan.subject_id)
        & (jobs["visit"] == scan.visit)
        & (jobs["site"] == scan.site)
    ]
    if mine.empty:
        return
    job = mine.iloc[0]
    words = "Grading" if job["state"] == "running" else f"Waiting, place {job['place']} in line"
    st.progress(
        float(job["progress"]), words + (f" ({plain(job['error'])})" if text(job["error"]) else "")
    )


def _line(access: Access, was_busy: bool) -> None:
    with access.read() as tx:
        summary = queue_summary(tx)
    settings = access.store.settings
    alive = worker_alive(settings)
    sentence = worker_sentence(summary, alive=alive, started_by_server=settings.worker == "server")
    st.caption(f"Worker: {sentence}", help="Grades scans beside the app; see *Queue*.")
    if summary.failed:
        st.caption(f":material/error: {summary.failed} failed, see *Queue*")
    if was_busy and not summary.queued + summary.running:
        st.rerun()  # the page shows what became of it, and the polling ends
