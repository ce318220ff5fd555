"""What is being worked on?"""

from pathlib import Path

from dermdash.identity import WORKER
from dermdash.trial.database import Store
from dermdash.trial.jobs import fail, take
from tests.pages.conftest import OpenPage, said
from tests.support.studies import add_scan, make_study

PAGE = "tools/queue.py"


def test_nothing_to_do_is_said(open_page: OpenPage) -> None:
    """An empty table would leave one guessing."""
    app = open_page(PAGE)
    assert not app.exception
    assert "Nothing waits and nothing failed" in said(app)


def test_jobs_show_place_state_and_error(open_page: OpenPage, store: Store, tmp_path: Path) -> None:
    """Nobody could tell what is coming, or why a scan has no score."""
    study = make_study(store)
    for subject in ("S01", "S02", "S03"):
        add_scan(store, study, tmp_path, subject)
    with store.write(by=WORKER) as tx:
        fail(tx, take(tx, 1)[0].job_id, "the file is damaged; copy it again")
    app = open_page(PAGE)
    assert not app.exception
    table = app.dataframe[0].value
    assert table["state"].tolist() == [*["queued"] * 5, "failed"]
    assert table["kind"].tolist() == [*["grading"] * 2, *["quality"] * 3, "grading"]
    assert table["place"].tolist()[:2] == [1, 2]
    assert table["error"].tolist()[-1] == "the file is damaged; copy it again"
    assert {metric.label: metric.value for metric in app.metric} == {
        "Running": "0",
        "Waiting": "5",
        "Failed": "1",
    }


def test_the_worker_s_state_stands_on_every_page(
    open_page: OpenPage, store: Store, tmp_path: Path
) -> None:
    """A worker that does not run would be noticed days later."""
    add_scan(store, make_study(store), tmp_path, "S01")
    for page in ("start/home.py", "data/studies.py", "results/cohorts.py", PAGE):
        assert "Worker: starting, 2 jobs left" in said(open_page(page))
