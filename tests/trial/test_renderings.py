"""Rendered reports are kept as they were handed out: whole, verified, sealed and marked."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.errors import DesignError, StoreError
from dermdash.identity import User
from dermdash.reporting.report import FORMATS
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.backup import backup, restore
from dermdash.trial.blinding import seal_arms, unseal_arms
from dermdash.trial.database import Store, open_store
from dermdash.trial.erasure import erase_subject
from dermdash.trial.jobs import job_table, take
from dermdash.trial.paper import REPORT_FORMATS
from dermdash.trial.renderings import Draft, keep_rendering, report_vault
from dermdash.trial.reports import (
    add_text,
    ask_rendering,
    create_report,
    delete_report,
    list_renderings,
    read_rendering,
)
from dermdash.trial.schema import RenderingRow
from dermdash.trial.steps import last_step
from dermdash.trial.studies import create_study

PDF = b"%PDF-1.7 a report"
PutScan = Callable[..., int]


@pytest.fixture
def report(store: Store, study: int, ada: User) -> int:
    with store.write(by=ada) as tx:
        report_id = create_report(tx, study, "active against placebo")
        add_text(tx, report_id, "Why", "To know.")
    return report_id


def draft_of(store: Store, study: int, report: int, *others: int) -> Draft:
    studies = (study, *others)
    with store.read() as tx:
        step = last_step(tx, studies)
    name = "Serum-active-against-placebo-2026-03-01.pdf"
    return Draft(report, study, studies, "active against placebo", "pdf", name, "", "0" * 64, step)


def keep(store: Store, draft: Draft, ada: User, content: bytes = PDF) -> int:
    with store.write(by=ada) as tx:
        return keep_rendering(tx, draft, content).rendering_id


def test_a_file_outlives_its_report_and_comes_back_as_it_was(
    store: Store, study: int, report: int, ada: User
) -> None:
    """Lost: what was sent to a customer, when somebody tidies up."""
    first = keep(store, draft_of(store, study, report), ada)
    second = keep(store, draft_of(store, study, report), ada, b"%PDF another")
    with store.write(by=ada) as tx:
        delete_report(tx, report)
    with store.read() as tx:
        newest, oldest = list_renderings(tx, study)
        assert (newest.rendering_id, oldest.rendering_id) == (second, first)
        assert (oldest.author, oldest.bytes, oldest.erased_since) == ("ada", len(PDF), False)
        assert read_rendering(tx, first) == PDF


@pytest.mark.parametrize("harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"x")])
def test_a_file_that_was_touched_is_not_handed_out(
    store: Store, study: int, report: int, ada: User, harm: Callable[[Path], object]
) -> None:
    """Lost: trust in every kept file, to one that is not what was rendered."""
    rendering = keep(store, draft_of(store, study, report), ada)
    with store.read() as tx:
        (found,) = list_renderings(tx, study)
        harm(report_vault(store.settings).path(found.sha256))
        with pytest.raises(StoreError, match="missing or damaged among the kept reports"):
            read_rendering(tx, rendering)
        with pytest.raises(DesignError, match="rendering_id=99 is no kept file"):
            read_rendering(tx, 99)


def test_a_disk_that_refuses_leaves_no_row(
    store: Store, study: int, report: int, ada: User
) -> None:
    """Lost: a list that names files which were never written."""
    folder = store.settings.reports
    folder.mkdir()
    (folder / "incoming").write_text("in the way")
    draft = draft_of(store, study, report)
    with pytest.raises(StoreError, match="cannot be made"):
        keep(store, draft, ada)
    with store.read() as tx:
        assert list_renderings(tx, study) == ()


def test_a_written_file_is_never_rewritten(
    store: Store, study: int, report: int, ada: User
) -> None:
    """Lost: which report it was that was handed out."""
    rendering = keep(store, draft_of(store, study, report), ada)
    with store.write(by=ada) as tx:
        tx.session.get_one(RenderingRow, rendering).title = "Another"
        with pytest.raises(StoreError, match="cannot be changed"):
            tx.session.flush()
        tx.session.rollback()


def test_what_is_asked_is_checked_and_asked_once(
    store: Store, study: int, report: int, ada: User
) -> None:
    """Lost: a click that asks for nothing, and is told so by a failed job."""
    with store.write(by=ada) as tx:
        job = ask_rendering(tx, report, "pdf")
        assert ask_rendering(tx, report, "pdf") == job
        assert ask_rendering(tx, report, "docx") != job
        with pytest.raises(DesignError, match="format 'odt' is unknown; choose pdf, docx"):
            ask_rendering(tx, report, "odt")
        with pytest.raises(DesignError, match="Empty has no cards yet"):
            ask_rendering(tx, create_report(tx, study, "Empty"), "pdf")
        delete_report(tx, report)
        assert set(job_table(tx)["state"]) == {"cancelled"}
        with pytest.raises(DesignError, match="deleted by somebody else"):
            ask_rendering(tx, report, "pdf")
        assert take(tx, 9, kinds=("report",)) == []


def test_the_store_knows_the_formats_that_are_rendered() -> None:
    """Lost: a format that is offered and that the database refuses."""
    assert REPORT_FORMATS == FORMATS


def test_a_file_with_the_arms_names_is_sealed_while_the_study_is_blinded(
    store: Store, study: int, report: int, put_scan: PutScan, ada: User
) -> None:
    """Lost: the blinding, to the report of the day before it."""
    put_scan("S01")
    before = draft_of(store, study, report)
    rendering = keep(store, before, ada)
    with store.write(by=ada) as tx:
        other = create_study(tx, name="Other", kind="cohorts")
        pooled = keep_rendering(tx, replace(before, study_id=other, studies=(other, study)), PDF)
        seal_arms(tx, study)
    later = keep(store, draft_of(store, study, report), ada)
    with store.read() as tx:
        assert [one.rendering_id for one in list_renderings(tx, study)] == [later]
        assert "active" not in repr(list_renderings(tx, study)[0].title)
        assert list_renderings(tx, other) == (), "it pooled the blinded study"
        for sealed in (rendering, pooled.rendering_id):
            with pytest.raises(DesignError, match="this file was made before"):
                read_rendering(tx, sealed)
        entries = history(tx, entity="rendering")
        assert "active" not in entries["after"].astype("str").str.cat()
    with store.write(by=ada) as tx:
        unseal_arms(tx, study)
    with store.read() as tx:
        assert len(list_renderings(tx, study)) == 2
        assert read_rendering(tx, rendering) == PDF


def test_a_file_made_before_an_erasure_stays_and_says_so(
    store: Store, study: int, report: int, put_scan: PutScan, ada: User
) -> None:
    """Lost: that a report rests on a subject who withdrew consent; it was handed out, and stays."""
    put_scan("S01")
    put_scan("S02", arm="placebo")
    late = draft_of(store, study, report)
    rendering = keep(store, late, ada)
    with store.write(by=ada) as tx:
        assert erase_subject(tx, study, "S01", reason="consent withdrawn").n_files == 1
    after = keep(store, draft_of(store, study, report), ada)
    with store.read() as tx:
        marks = {one.rendering_id: one.erased_since for one in list_renderings(tx, study)}
        assert marks == {rendering: True, after: False}
        assert read_rendering(tx, rendering) == PDF


def test_files_come_back_from_a_backup(
    store: Store, study: int, report: int, ada: User, tmp_path: Path
) -> None:
    """Lost: every report that was handed out, in the fire that the backup was for."""
    rendering = keep(store, draft_of(store, study, report), ada)
    file = tmp_path / "store.tar"
    made = backup(store, file)
    assert (made.n_files, made.n_missing) == (1, 0)
    elsewhere = Settings(tmp_path / "elsewhere", processes=1)
    restore(elsewhere, file)
    with open_store(elsewhere) as other, other.read() as tx:
        assert read_rendering(tx, rendering) == PDF
        assert [one.rendering_id for one in list_renderings(tx, study)] == [rendering]
    with store.read() as tx:
        (found,) = list_renderings(tx, study)
    report_vault(store.settings).path(found.sha256).unlink()
    assert backup(store, tmp_path / "later.tar").n_missing == 1
