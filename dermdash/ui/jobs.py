"""The queue: what runs, what waits, what failed and why; cancel it or try it again."""

import streamlit as st

from dermdash.reporting.tables import csv_bytes
from dermdash.trial.jobs import cancel, retry, worker_alive
from dermdash.trial.queue import job_table, queue_summary
from dermdash.ui.guard import Access, pressed_by, refusals
from dermdash.ui.progress import ACTIVE_STATES, POLL_S, busy, worker_sentence

SHOWN = 500


def job_list(access: Access) -> None:
    """The jobs, renewed every two seconds while there is something to wait for."""
    everything = st.toggle("Also what is done", key="with_done")
    st.fragment(_jobs, run_every=POLL_S if busy(access) else None)(access, everything)


def _jobs(access: Access, everything: bool) -> None:
    states = None if everything else ("queued", "running", "failed", "cancelled")
    with access.read() as tx:
        jobs, summary = job_table(tx, states), queue_summary(tx)
    settings = access.store.settings
    sentence = worker_sentence(
        summary,
        alive=worker_alive(settings),
        started_by_server=settings.worker == "server",
    )
    with st.container(horizontal=True):
        st.metric("Running", summary.running, border=True)
        st.metric("Waiting", summary.queued, border=True)
        st.metric("Failed", summary.failed, border=True)
    st.markdown(f"The worker: {sentence}.")
    if jobs.empty:
        st.info("Nothing waits and nothing failed.", icon=":material/check_circle:")
        return
    jobs = jobs.head(SHOWN).assign(error=jobs["error"].fillna(""))
    picked = st.dataframe(
        jobs,
        hide_index=True,
        height=min(38 + 35 * len(jobs), 520),
        on_select="rerun",
        selection_mode="multi-row",
        key="job_rows",
        placeholder="",
        column_order=[
            "state",
            "place",
            "progress",
            "kind",
            "study",
            "subject_id",
            "visit",
            "site",
            "error",
            "attempt",
            "by",
            "asked_at",
        ],
        column_config={
            "state": "State",
            "place": st.column_config.NumberColumn("Place", help="1 runs next"),
            "progress": st.column_config.ProgressColumn("Progress", min_value=0, max_value=1),
            "kind": "Kind",
            "study": "Study",
            "subject_id": "Subject",
            "visit": "Visit",
            "site": "Site",
            "error": st.column_config.TextColumn("What happened", width="large"),
            "attempt": st.column_config.NumberColumn("Attempt"),
            "by": "Asked by",
            "asked_at": st.column_config.DatetimeColumn("Asked (UTC)", format="MM-DD HH:mm:ss"),
        },
    )
    rows = jobs.iloc[[row for row in picked.selection.rows if row < len(jobs)]]
    running = rows[rows["state"].isin(ACTIVE_STATES)]
    ended = rows[rows["state"].isin(("failed", "cancelled"))]
    with st.container(horizontal=True):
        stop = st.button(
            f"Cancel {len(running) or 'chosen'}", disabled=running.empty, icon=":material/close:"
        )
        again = st.button(
            f"Try {len(ended) or 'chosen'} again", disabled=ended.empty, icon=":material/refresh:"
        )
        st.download_button(
            "Download as CSV", lambda: csv_bytes(jobs), "jobs.csv", icon=":material/download:"
        )
    st.caption("Choose rows to cancel them or to try them again.")
    if pressed_by(access, stop or again, place="jobs"):
        with refusals():
            with access.write() as tx:
                for job_id in (running if stop else ended)["job_id"]:
                    (cancel if stop else retry)(tx, int(job_id))
            st.rerun()
