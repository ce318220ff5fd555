"""The worker under real kills while it makes reports: whole files, each once, and nothing heavy."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dermdash.imaging.looks import hash_file
from dermdash.reporting.assembly import standard_report
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.queue import job_table
from dermdash.trial.renderings import report_vault
from dermdash.trial.reports import (
    add_card,
    add_text,
    ask_rendering,
    create_report,
    get_report,
    list_renderings,
    list_reports,
    read_rendering,
)
from dermdash.worker import work
from tests.support.graded import graded_trial
from tests.support.paperwork import begin_jobs, changes_question, end_jobs
from tests.support.processes import ROOT, engine_pids, wait_until, worker
from tests.support.studies import ADA, make_study

FORMATS = ("docx", "html", "pdf", "xlsx", "zip")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def states(store: Store, kind: str) -> list[str]:
    with store.read() as tx:
        jobs = job_table(tx)
    return sorted(jobs["state"][jobs["kind"] == kind])


def test_killed_while_it_renders_each_file_is_whole_and_there_once(store: Store) -> None:
    """Lost: a report that is half a file, or two of one, after somebody pulled the plug."""
    moments = random.Random(3)
    study = make_study(store, "Words")
    with store.write(by=ADA) as tx:
        report = create_report(tx, study, "Words")
        add_text(tx, report, "Why", "To know.")
        for kind in FORMATS:
            ask_rendering(tx, report, kind)
    for victim in ("engine", "worker", "engine"):
        with worker(store.settings) as running:
            wait_until(lambda: "running" in states(store, "report"), what="a report is made")
            wait_until(lambda running=running: engine_pids(running.pid), what="the engine runs")
            time.sleep(moments.uniform(0, 0.5))
            pids = engine_pids(running.pid)
            if victim == "engine" and pids:
                os.kill(pids[0], signal.SIGKILL)
                time.sleep(0.3)
            running.kill()
    incoming = report_vault(store.settings).incoming
    incoming.mkdir(parents=True, exist_ok=True)
    (incoming / "half.part").write_bytes(b"%PDF-1.")
    assert work(store, once=True).failed == 0
    assert states(store, "report") == ["done"] * len(FORMATS)
    assert list(incoming.iterdir()) == []
    with store.read() as tx:
        made = list_renderings(tx, study)
        assert sorted(one.format for one in made) == list(FORMATS)
        named = {one.sha256 for one in made if read_rendering(tx, one.rendering_id)}
    lying = {path.name: path for path in store.settings.reports.glob("??/*")}
    assert named <= set(lying)
    for sha256, path in lying.items():
        assert hash_file(path) == sha256, "a file that is there is whole"


def test_from_asking_to_a_file(store: Store, tmp_path: Path) -> None:
    """Lost: the way that a click on the page goes, through processes of its own."""
    study = graded_trial(store, tmp_path)
    with store.write(by=ADA) as tx:
        report = create_report(tx, study, "Board")
        add_card(tx, report, changes_question(study))
        add_card(tx, report, changes_question(study, arms=("active", "vehicle")))
        ask_rendering(tx, report, "xlsx")
    done = work(store, once=True)
    assert (done.failed, done.cached) == (0, 0)
    with store.read() as tx:
        assert [card.state for card in get_report(tx, report).cards] == ["answered", "failed"]
        (made,) = list_renderings(tx, study)
        assert read_rendering(tx, made.rendering_id).startswith(b"PK")


def test_the_worker_itself_draws_and_sets_nothing() -> None:
    """Lost: 200 MB of the worker, for what its processes do."""
    script = (
        "import sys\n"
        "from dermdash.worker import work\n"
        "import dermdash.reporting.assembly, dermdash.reporting.drafts\n"
        "import dermdash.reporting.cards.kinds, dermdash.reporting.cards.standard\n"
        "import dermdash.reporting.cards.provenance\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout.split()
    heavy = ("matplotlib", "typst", "plotly", "docx", "pptx", "xlsxwriter", "streamlit")
    assert [name for name in heavy if name in loaded] == []


def test_reading_for_cards_and_reports_loads_nothing_heavy(store: Store, tmp_path: Path) -> None:
    """Lost: the same, where it is only found once a card is asked."""
    study = make_study(store, "Words")
    with store.write(by=ADA) as tx:
        standard_report(tx, study)
    end_jobs(store, begin_jobs(store, "card"))
    with store.write(by=ADA) as tx:
        (report,) = list_reports(tx, study)
        ask_rendering(tx, report.report_id, "pdf")
    script = (
        "import sys\n"
        "from dermdash.settings import load_settings\n"
        "from dermdash.trial.database import open_store\n"
        "from tests.support.paperwork import begin_jobs\n"
        "with open_store(load_settings()) as store:\n"
        "    ((job, call),) = begin_jobs(store, 'report')\n"
        "    assert call is not None\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ | {"DERMDASH_HOME": str(store.settings.home)},
    ).stdout.split()
    heavy = ("matplotlib", "typst", "plotly", "docx", "pptx", "xlsxwriter")
    assert [name for name in heavy if name in loaded] == []
