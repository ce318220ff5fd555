"""Commands on the store: ``work``, ``export``, ``demo``, ``backup``, ``restore``."""

import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dermdash.cli.console import answer, interruptible, progress, say
from dermdash.cli.options import AsJson, StudyName, existing_folder
from dermdash.cli.stores import filled, study_named
from dermdash.settings import load_settings

if TYPE_CHECKING:
    from dermdash.trial.database import Store
    from dermdash.worker import WorkDone

DEMO_HOME = "~/.dermdash-demo"


def work(
    *,
    once: Annotated[bool, typer.Option("--once", help="Stop when nothing is left.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run what is queued, as the app's worker does."""
    from dermdash.trial.database import open_store

    with open_store(load_settings()) as store:
        done = _work(store, "working", once=once)
    answer(
        asdict(done),
        as_json=as_json,
        text=f"{done.graded} graded, {done.cached} known already, {done.failed} failed",
    )


def demo(
    *,
    enqueue_only: Annotated[
        bool, typer.Option("--enqueue-only", help="Leave the work to the app's worker.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build the demo studies: phantoms, made and graded here and now."""
    from dermdash.demo import enqueue_demo
    from dermdash.trial.database import open_store
    from dermdash.trial.queue import queue_summary
    from dermdash.trial.studies import list_studies

    started = time.perf_counter()
    home = os.environ.get("DERMDASH_HOME") or DEMO_HOME
    settings = load_settings({**os.environ, "DERMDASH_HOME": home})
    with open_store(settings) as store:
        ids = enqueue_demo(store)
        if not enqueue_only:
            _work(store, "building the demo studies", once=True)
        with store.read() as tx:
            table, queue = list_studies(tx), queue_summary(tx)
    counts = table[table["study_id"].isin(ids)].rename(columns=lambda name: name.removeprefix("n_"))
    studies = counts[["study", "subjects", "scans", "graded", "excluded", "failed"]]
    lines = [
        f"{row.study}: {row.graded} of {row.scans} scans graded" for row in studies.itertuples()
    ]
    if left := queue.queued + queue.running:
        lines.append(f"{left} jobs wait for the worker")
    lines.append(f"SYNTHETIC, in {settings.home}; open it with DERMDASH_HOME={settings.home}")
    result = {
        "studies": studies.to_dict("records"),
        "queued": left,
        "home": str(settings.home),
        "seconds": round(time.perf_counter() - started, 1),
    }
    answer(result, as_json=as_json, text="\n".join(lines))


def _work(store: "Store", label: str, *, once: bool) -> "WorkDone":
    from dermdash.worker import WorkDone, work

    with interruptible() as stop, progress(label) as show:

        def on_change(done: WorkDone, left: int) -> None:
            ended = done.graded + done.cached + done.failed
            show(ended, ended + left)

        return work(store, once=once, on_change=on_change, stop=stop)


def export(
    *,
    study: StudyName,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="The .csv or .parquet to write.")
    ],
    level: Annotated[
        Literal["subject", "layer", "patch"], typer.Option(help="What one row is.")
    ] = "subject",
    as_json: AsJson = False,
) -> None:
    """Write a study's results as a tidy table."""
    from dermdash.reporting.left_out import left_out_table, left_out_words
    from dermdash.reporting.tables import check_table_name, export_table, write_table
    from dermdash.trial.database import open_store
    from dermdash.trial.scans import scan_table

    check_table_name(out)
    existing_folder(out)
    with open_store(filled(load_settings())) as store, store.read() as tx:
        study_id = study_named(tx, study)
        table = export_table(tx, study_id, level=level)
        scans = scan_table(tx, study_id)
    write_table(table, out)
    if words := left_out_words(scans):
        say(f"scans without results are left out: {words}")
    left_out = left_out_table(scans)
    answer(
        {
            "rows": len(table),
            "path": str(out),
            "left_out": int(left_out["n"].sum()),
            "left_out_by_arm": left_out.to_dict("records"),
        },
        as_json=as_json,
        text=f"{out}: {len(table)} rows",
    )


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Copy the store into one file, also while it is in use."""
    from dermdash.trial.backup import backup as write_backup
    from dermdash.trial.database import open_store

    settings = filled(load_settings())
    existing_folder(file)
    with open_store(settings) as store:
        written = write_backup(store, file)
    if written.n_outside:
        say(
            f"{written.n_outside} volumes lie outside the data folder, where they were registered; "
            "they are not in the backup, so copy them too"
        )
    answer(
        {"path": str(file), "outside": written.n_outside},
        as_json=as_json,
        text=f"{file}: backup of {settings.home}",
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to read.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put a backup in the place of the store."""
    from dermdash.trial.backup import restore as read_backup

    settings = load_settings()
    read_backup(settings, file)
    answer(
        {"path": str(file), "home": str(settings.home)},
        as_json=as_json,
        text=f"{settings.home}: restored from {file}",
    )
