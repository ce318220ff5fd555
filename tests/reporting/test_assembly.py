"""From what was collected to what is rendered: kept answers, never computed anew in silence."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dermdash.errors import DesignError
from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.reporting.assembly import (
    answer_card,
    assemble,
    card_key,
    is_current,
    left_out,
    standard_report,
)
from dermdash.reporting.blocks import Bullets, Content, Paragraph, Table
from dermdash.reporting.cards.kinds import question_from_json
from dermdash.reporting.cards.source import Source
from dermdash.reporting.report import ACCENT, FORMATS, Format, Report, render
from dermdash.reporting.stored_blocks import content_from_json
from dermdash.settings import Settings
from dermdash.trial.blinding import seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store, open_store
from dermdash.trial.erasure import erase_subject
from dermdash.trial.jobs import enqueue, job_table, take
from dermdash.trial.life import lock_data
from dermdash.trial.paper import CARD, REPORT
from dermdash.trial.plans import write_plan
from dermdash.trial.protocols import append_protocol, current_protocol, register_model
from dermdash.trial.questions import blank_plan
from dermdash.trial.reports import (
    add_card,
    add_text,
    ask_rendering,
    change_card,
    create_report,
    delete_report,
    get_report,
    list_renderings,
    move_card,
    read_rendering,
    refresh_card,
    remove_card,
)
from dermdash.trial.scans import scan_table, set_dej
from dermdash.trial.studies import create_study, get_study, rename_study
from dermdash.trial.subjects import set_subject
from dermdash.trial.transaction import Transaction
from tests.support.graded import graded_trial
from tests.support.paperwork import begin_jobs, changes_question, do_jobs, end_jobs, put_model
from tests.support.studies import ADA, make_study

AT = datetime(2026, 3, 1, 9, 5, tzinfo=UTC)


STUDY, REPORT_ID = 1, 1


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: *Night cream* with a report of *Before / after*, answered, and a text."""
    folder = tmp_path_factory.mktemp("made")
    with open_store(settings_in(folder)) as store:
        assert graded_trial(store, folder) == STUDY
        with store.write(by=ADA) as tx:
            assert create_report(tx, STUDY, "For the board") == REPORT_ID
            add_card(tx, REPORT_ID, changes_question(STUDY))
            add_text(tx, REPORT_ID, "Why", "To know.\n\nAnd to tell.")
        assert do_jobs(store) == 1
    return folder / "home"


def settings_in(folder: Path) -> Settings:
    return Settings(folder / "home", processes=1, administrators=("Ada",))


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it."""
    shutil.copytree(made, tmp_path / "home")
    with open_store(settings_in(tmp_path)) as opened:
        yield opened


@pytest.fixture
def study() -> int:
    return STUDY


@pytest.fixture
def report() -> int:
    return REPORT_ID


def assembled(store: Store, report_id: int) -> Report:
    with store.read() as tx:
        return assemble(tx, report_id, made_by="Ada", made_at=AT)


def warnings(content: Content) -> list[str]:
    return [one.text for one in content.of(Paragraph) if one.style == "warning"]


def current(store: Store, report_id: int) -> list[bool]:
    with store.read() as tx:
        source = Source(tx)
        return [is_current(source, card) for card in get_report(tx, report_id).cards]


def test_a_report_shows_what_its_cards_were_answered(store: Store, study: int, report: int) -> None:
    """Lost: the report itself."""
    found = assembled(store, report)
    assert (found.title, found.studies, found.made_by) == ("For the board", ("Night cream",), "Ada")
    assert found.mark == "SYNTHETIC · DEMONSTRATION MODEL"
    assert found.made == "2026-03-01 09:05 UTC"
    changes, text = found.contents
    with store.read() as tx:
        question = question_from_json(changes_question(study))
        fresh = question.answer(question.read(Source(tx)))
    assert changes.title == fresh.title
    assert [repr(one) for one in changes.of(Paragraph)] == [repr(x) for x in fresh.of(Paragraph)]
    assert text.blocks == (Paragraph("To know."), Paragraph("And to tell."))
    assert found.provenance.title == "Provenance"


SIGNS = {"pdf": b"%pdf", "html": b"<!doctype html>"}  # the others are packed


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_takes_what_is_assembled(store: Store, report: int, kind: Format) -> None:
    """Lost: a format, to what only a real report holds: moments with a zone, ids, long digests."""
    content = render(assembled(store, report), kind)
    assert content.lower().startswith(SIGNS.get(kind, b"pk"))


def test_an_authors_words_stand_with_the_answer(store: Store, report: int) -> None:
    """Lost: what the author wanted said, and in which order."""
    with store.write(by=ADA) as tx:
        changes, text = (card.card_id for card in get_report(tx, report).cards)
        change_card(tx, changes, title="It works", comment="As in the pilot.\n\nOr more so.")
        move_card(tx, text, 1)
    _, content = assembled(store, report).contents
    assert content.title == "It works"
    lead, *comment = content.of(Paragraph)[:3]
    assert lead.style == "lead"
    assert [one.text for one in comment] == ["As in the pilot.", "Or more so."]


def exclude(tx: Transaction, study: int) -> None:
    exclude_scan(tx, int(scan_table(tx, study)["scan_id"].iloc[0]), "moved")


def plan(tx: Transaction, study: int) -> None:
    own = replace(blank_plan(get_study(tx, study)), primary=("active", "placebo", "D28"))
    write_plan(tx, study, own)


def move_dej(tx: Transaction, study: int) -> None:
    scan = int(scan_table(tx, study)["scan_id"].iloc[0])
    set_dej(tx, scan, Dej.plane(20.0), source="edited")


def change_protocol(tx: Transaction, study: int) -> None:
    protocol = current_protocol(tx, study)
    assert protocol is not None
    sampling = replace(protocol.sampling, thickness_um=60)
    append_protocol(tx, study, model_digest=protocol.model_digest, sampling=sampling)


def age(tx: Transaction, study: int) -> None:
    set_subject(tx, study, "A1", covariates={"age": 44})


def erase(tx: Transaction, study: int) -> None:
    erase_subject(tx, study, "A1", reason="consent withdrawn")


@pytest.mark.parametrize("change", [exclude, plan, move_dej, change_protocol, age, erase])
def test_a_card_says_when_the_data_changed(
    store: Store, study: int, report: int, change: Callable[[Transaction, int], None]
) -> None:
    """Lost: a report goes out with numbers that its study does not give any more, and no word."""
    assert current(store, report) == [True, True]
    before = assembled(store, report).contents[0]
    assert warnings(before) == []
    with store.write(by=ADA) as tx:
        change(tx, study)
    assert current(store, report) == [False, True]
    after = assembled(store, report).contents[0]
    (said,) = warnings(after)
    assert "after this was answered" in said
    tables = [[one.rows for one in content.of(Table)] for content in (before, after)]
    assert tables[0] == tables[1], "the numbers are those of then"


def test_what_changes_nothing_leaves_a_card_as_it_is(store: Store, study: int, report: int) -> None:
    """Lost: trust in the warning, which would always stand there."""
    with store.write(by=ADA) as tx:
        create_study(tx, name="Another", kind="cohorts")
        tx.session.flush()
        lock_data(tx, study)
    assert current(store, report) == [True, True]


def test_a_refreshed_card_shows_todays_data(store: Store, study: int, report: int) -> None:
    """Lost: the way out of the warning."""
    with store.write(by=ADA) as tx:
        exclude(tx, study)
        refresh_card(tx, get_report(tx, report).cards[0].card_id)
    do_jobs(store)
    assert current(store, report) == [True, True]
    said = warnings(assembled(store, report).contents[0])
    assert not any("after this was answered" in one for one in said)


def test_the_same_question_of_the_same_data_is_computed_once(
    store: Store, study: int, report: int
) -> None:
    """Lost: minutes, and the certainty that two reports say the same."""
    with store.write(by=ADA) as tx:
        other = create_report(tx, study, "Another")
        add_card(tx, other, changes_question(study))
    ((_, call),) = begin_jobs(store, CARD)
    assert call is None
    with store.read() as tx:
        first, second = (get_report(tx, one).cards[0].result for one in (report, other))
    assert first is not None
    assert second is not None
    assert first.key == second.key


def test_a_card_that_cannot_be_answered_is_left_out_by_name(store: Store, study: int) -> None:
    """Lost: the whole report to one section, or the reader's knowledge that one is missing."""
    with store.write(by=ADA) as tx:
        report_id = create_report(tx, study, "Two")
        add_card(tx, report_id, changes_question(study, arms=("active", "vehicle")), "By vehicle")
        add_card(tx, report_id, {"card": "of a later version", "asked": {}}, "Later")
        add_card(tx, report_id, changes_question(study))
    do_jobs(store)
    with store.read() as tx:
        stored = get_report(tx, report_id)
        assert set(job_table(tx, study_id=study)["state"]) == {"done"}
    assert [card.state for card in stored.cards] == ["failed", "failed", "answered"]
    assert "arm 'vehicle' is not in Night cream" in (stored.cards[0].error or "")
    found = assembled(store, report_id)
    assert [one.title for one in found.contents] == ["Change since baseline", "Left out"]
    points = found.contents[1].of(Bullets)[0].items
    assert points[0].startswith("By vehicle: arm 'vehicle' is not")
    assert points[1].startswith("Later: the card asks what this version does not know")
    assert [title for title, _ in left_out(stored)] == ["By vehicle", "Later"]


def test_a_card_removed_while_it_is_answered_is_forgotten(store: Store, study: int) -> None:
    """Lost: the worker, to a card that is not there."""
    with store.write(by=ADA) as tx:
        report_id = create_report(tx, study, "Gone")
        gone = add_card(tx, report_id, changes_question(study))
    begun = begin_jobs(store, CARD)
    with store.write(by=ADA) as tx:
        remove_card(tx, gone)
    end_jobs(store, begun)
    with store.write(by=ADA) as tx:
        add_card(tx, report_id, changes_question(study))
        delete_report(tx, report_id)
        tx.session.flush()
        assert set(job_table(tx, study_id=study, states=("queued", "running"))["state"]) == set()


@pytest.mark.parametrize("kind", [CARD, REPORT])
@pytest.mark.parametrize("step", [seal_arms, erase])
def test_what_arms_or_a_subject_entered_before_they_went_is_made_again(
    store: Store, study: int, kind: str, step: Callable[[Transaction, int], None]
) -> None:
    """Lost: the blinding, or a subject's wish, to the seconds in which a report is rendered."""
    with store.write(by=ADA) as tx:
        report_id = create_report(tx, study, "Both")
        add_card(tx, report_id, changes_question(study, depth_um=(0, 59)))
    if kind == REPORT:
        do_jobs(store)
        with store.write(by=ADA) as tx:
            ask_rendering(tx, report_id, "zip")
    begun = begin_jobs(store, kind)
    with store.write(by=ADA) as tx:
        step(tx, study)
    end_jobs(store, begun)
    with store.read() as tx:
        card = get_report(tx, report_id).cards[0]
        assert list_renderings(tx, study) == ()
        assert job_table(tx, ("queued",))["kind"].tolist() == [kind]
    if kind == CARD:
        assert (card.state, card.result) == ("waiting", None)
    do_jobs(store)
    with store.read() as tx:
        card = get_report(tx, report_id).cards[0]
        made = list_renderings(tx, study)
        names = [read_rendering(tx, one.rendering_id) for one in made]
    assert len(made) == (kind == REPORT)
    if step is seal_arms:
        assert card.state == ("answered" if kind == CARD else "sealed")
        assert "placebo" not in repr(card.result)
        assert all(b"placebo" not in content for content in names)


def test_a_blinded_report_says_so_and_holds_codes_only(store: Store, study: int) -> None:
    """Lost: the blinding, to a document."""
    with store.write(by=ADA) as tx:
        seal_arms(tx, study)
        report_id = create_report(tx, study, "Blinded: active and placebo")
        add_card(tx, report_id, changes_question(study))
    do_jobs(store)
    found = assembled(store, report_id)
    assert found.mark.endswith("BLINDED: ARMS BY CODE")
    assert found.title == "Blinded: (sealed) and (sealed)"
    words = re.findall(r"\w+", repr(found).lower())
    assert {"placebo", "active"}.isdisjoint(words)


def test_an_earlier_models_mark_stays_on_its_numbers(store: Store, study: int, report: int) -> None:
    """Lost: DEMONSTRATION MODEL, on numbers that a demonstration gave, when the model changes."""
    model = put_model(store.settings.home / "models", "validated", use="validated by X, 2026")
    with store.write(by=ADA) as tx:
        protocol = current_protocol(tx, study)
        assert protocol is not None
        register_model(tx, model)
        append_protocol(tx, study, model_digest=model.digest, sampling=protocol.sampling)
    assert assembled(store, report).mark == "SYNTHETIC · DEMONSTRATION MODEL"
    with store.write(by=ADA) as tx:
        remove_card(tx, get_report(tx, report).cards[0].card_id)
    assert assembled(store, report).mark == "SYNTHETIC"


def test_reports_go_before_gradings_and_after_their_cards(store: Store, study: int) -> None:
    """Lost: an hour, in which somebody waits for a PDF behind a hundred gradings."""
    with store.write(by=WORKER) as tx:
        enqueue(tx, "grading", "any", {}, study_id=study)
    with store.write(by=ADA) as tx:
        report_id = standard_report(tx, study)
        ask_rendering(tx, report_id, "pdf")
    with store.write(by=WORKER) as tx:
        n_cards = len(get_report(tx, report_id).cards)
        taken = [job.kind for job in take(tx, n_cards + 2)]
        assert taken == [*[CARD] * n_cards, "grading"], "the report waits for its cards"


def test_a_study_with_nothing_still_has_a_standard_report(store: Store) -> None:
    """Lost: any answer to who asks too early."""
    study = make_study(store, "Empty")
    with store.write(by=ADA) as tx:
        report_id = standard_report(tx, study)
    do_jobs(store)
    found = assembled(store, report_id)
    assert found.title == "Report of Empty"
    assert found.contents
    assert "no scan" in repr(found.contents)
    assert b"Empty" in render(found, "html")


def test_a_report_of_two_people_is_made_in_the_name_of_who_asked(
    store: Store, report: int, study: int
) -> None:
    """Lost: who made a document, in the worker's name."""
    with store.write(by=User("Bo")) as tx:
        ask_rendering(tx, report, "zip")
    do_jobs(store)
    with store.read() as tx:
        (made,) = list_renderings(tx, study)
    assert made.author == "Bo (not verified)"
    assert made.file_name.startswith("Night-cream-For-the-board-20")


def test_the_brand_of_the_installation_is_on_the_report(store: Store, report: int) -> None:
    assert assembled(store, report).brand.accent == ACCENT
    branded = replace(
        store, settings=replace(store.settings, company="Été", logo=b"png", accent="#0B6E4F")
    )
    brand = assembled(branded, report).brand
    assert (brand.company, brand.logo, brand.accent) == ("Été", b"png", "#0B6E4F")


def test_a_report_that_is_gone_is_refused(store: Store, report: int) -> None:
    with store.write(by=ADA) as tx:
        delete_report(tx, report)
        with pytest.raises(DesignError, match="deleted by somebody else"):
            assemble(tx, report, made_by="Ada", made_at=AT)


def test_a_renamed_study_asks_for_another_answer(store: Store, study: int, report: int) -> None:
    """Lost: a report whose title says one study and whose sections another."""
    with store.write(by=ADA) as tx:
        rename_study(tx, study, "Day cream")
    assert assembled(store, report).studies == ("Day cream",)
    assert current(store, report) == [False, True]


def test_an_answer_is_kept_under_all_that_it_depends_on(store: Store, study: int) -> None:
    """Lost: an answer found again for another question."""
    with store.read() as tx:
        one, other = changes_question(study), changes_question(study, score="grade_mean")
        inputs = question_from_json(one).read(Source(tx))
    keys = {
        card_key(study, one, inputs, None).digest,
        card_key(study, one, inputs, 1).digest,
        card_key(study, other, inputs, None).digest,
    }
    assert len(keys) == 3
    assert content_from_json(answer_card(inputs, one)).title == "Change since baseline"
