"""Reports are kept with their study: cards in order, edits of two people, arms that are sealed."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as settings_of
from hypothesis import strategies as st

from dermdash.errors import DesignError
from dermdash.identity import WORKER, User
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.blinding import seal_arms
from dermdash.trial.cards import keep_answer, leave_unanswered
from dermdash.trial.database import Store, open_store
from dermdash.trial.jobs import cancel, fail, finish, job_table, take
from dermdash.trial.life import lock_data, readiness, reopen
from dermdash.trial.reports import (
    StoredCard,
    add_card,
    add_text,
    change_card,
    create_report,
    database_id,
    delete_report,
    get_report,
    list_reports,
    move_card,
    refresh_card,
    remove_card,
    rename_report,
)
from dermdash.trial.results import ResultKey, software_version
from dermdash.trial.studies import create_study

ASKED = {"card": "changes", "asked": {"score": "expected_grade"}}
BODY = {"form": 1, "content": "kept"}
BO = User("bo")


def key_of(study: int, digest: str = "0") -> ResultKey:
    return ResultKey(study, ASKED, None, digest * 64, software_version())


@pytest.fixture
def report(store: Store, study: int, ada: User) -> int:
    """A report with three texts: one, two, three."""
    with store.write(by=ada) as tx:
        report_id = create_report(tx, study, "For the board")
        for name in ("one", "two", "three"):
            add_text(tx, report_id, name, f"Text of {name}.")
    return report_id


@pytest.fixture
def asked(store: Store, study: int, ada: User) -> int:
    """A card that asks, in a report of its own."""
    with store.write(by=ada) as tx:
        return add_card(tx, create_report(tx, study, "Asked"), ASKED)


def cards(store: Store, report_id: int) -> tuple[StoredCard, ...]:
    with store.read() as tx:
        return get_report(tx, report_id).cards


def card(store: Store, card_id: int, study: int) -> StoredCard:
    with store.read() as tx:
        every = [one for report in list_reports(tx, study) for one in report.cards]
    (found,) = [one for one in every if one.card_id == card_id]
    return found


def titles(store: Store, report_id: int) -> list[str]:
    found = cards(store, report_id)
    assert [one.position for one in found] == list(range(1, len(found) + 1))
    return [one.title for one in found]


def test_a_report_is_there_again_as_it_was_left(store: Store, study: int, report: int) -> None:
    """Lost: what was collected in an afternoon."""
    with store.read() as tx:
        (found,) = list_reports(tx, study)
        assert (found.title, found.author, found.study_id) == ("For the board", "ada", study)
        assert get_report(tx, report) == found
    (first, *_) = found.cards
    assert (first.text, first.question, first.state) == ("Text of one.", None, "answered")


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "move", "remove"]), st.integers(0, 9), st.integers(-3, 12)),
    max_size=30,
)


@settings_of(max_examples=40)
@given(steps=STEPS)
def test_positions_count_from_one_whatever_is_done(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]]
) -> None:
    """Lost: a card that stands in no place, or two in one, and a report in another order."""
    home = tmp_path_factory.getbasetemp() / "positions"
    with open_store(Settings(home, processes=1)) as store, store.write(by=BO) as tx:
        study = create_study(tx, name="Any", kind="cohorts")
        report_id = create_report(tx, study, "Any")
        order: list[int] = []
        for act, which, place in steps:
            if act == "add":
                order.append(add_text(tx, report_id, "x", "y"))
            elif order:
                one = order.pop(which % len(order))
                if act == "move":
                    move_card(tx, one, place)
                    order.insert(min(max(place, 1), len(order) + 1) - 1, one)
                else:
                    remove_card(tx, one)
        found = get_report(tx, report_id).cards
        assert [one.card_id for one in found] == order
        assert [one.position for one in found] == list(range(1, len(order) + 1))
        tx.session.rollback()


def test_two_people_edit_two_cards(store: Store, report: int, ada: User) -> None:
    """Lost: one author's words, because another saved later."""
    one, two, three = (each.card_id for each in cards(store, report))
    with store.write(by=ada) as tx:
        change_card(tx, one, comment="Ada's words")
        move_card(tx, three, 1)
    with store.write(by=BO) as tx:
        change_card(tx, two, title="Bo's title")
        change_card(tx, one, title="first")
    assert titles(store, report) == ["three", "first", "Bo's title"]
    assert cards(store, report)[1].comment == "Ada's words"
    with store.write(by=ada) as tx:
        change_card(tx, one, comment="  ")
    assert cards(store, report)[1].comment == ""


def test_what_is_gone_is_refused_in_a_sentence(store: Store, report: int, ada: User) -> None:
    """Lost: a page of yesterday would change another card that took the number."""
    card_id = cards(store, report)[-1].card_id
    with store.write(by=ada) as tx:
        remove_card(tx, card_id)
        assert add_text(tx, report, "new", "new") != card_id
    with store.write(by=BO) as tx:
        for act in (
            lambda: change_card(tx, card_id, title="x"),
            lambda: move_card(tx, card_id, 1),
            lambda: remove_card(tx, card_id),
            lambda: refresh_card(tx, card_id),
        ):
            with pytest.raises(DesignError, match="the card was removed by somebody else"):
                act()
        delete_report(tx, report)
        for act in (
            lambda: add_text(tx, report, "x", "y"),
            lambda: add_card(tx, report, ASKED),
            lambda: get_report(tx, report),
            lambda: rename_report(tx, report, "x"),
            lambda: delete_report(tx, report),
        ):
            with pytest.raises(DesignError, match="the report was deleted by somebody else"):
                act()
        assert create_report(tx, 1, "next") != report


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ({"title": "x" * 81}, "has 81 characters"),
        ({"title": "  "}, "has no name"),
        ({"title": "a\u202eb"}, "control characters"),
        ({"comment": "x" * 2001}, "the comment has 2001 characters; write at most 2000"),
        ({"text": "x" * 20001}, "the text has 20001 characters"),
        ({"text": " \n "}, "has no text"),
    ],
)
def test_words_that_no_page_can_hold_are_refused(
    store: Store, report: int, ada: User, words: dict[str, str], refusal: str
) -> None:
    before = cards(store, report)
    with pytest.raises(DesignError, match=refusal), store.write(by=ada) as tx:
        change_card(tx, before[0].card_id, **words)
    assert cards(store, report) == before


def test_words_are_kept_as_they_were_meant(store: Store, report: int, ada: User) -> None:
    """Lost: line breaks of Windows, an accent, or a character that no database takes."""
    first = cards(store, report)[0].card_id
    with store.write(by=ada) as tx:
        change_card(tx, first, text="Cre\u0300me\r\n\r\n肌 <b> =1+1\0\ud800 ok")
    assert cards(store, report)[0].text == "Crème\n\n肌 <b> =1+1 ok"


def test_a_report_has_an_end(store: Store, report: int, ada: User) -> None:
    """Lost: a page and a printer, to a script that adds cards in a loop."""
    with store.write(by=ada) as tx:
        for _ in range(97):
            add_text(tx, report, "x", "y")
        with pytest.raises(DesignError, match="has 100 cards; start another"):
            add_text(tx, report, "x", "y")


def test_a_card_waits_is_answered_and_asked_again(
    store: Store, study: int, asked: int, ada: User
) -> None:
    """Lost: whether a number is there, on its way, or will never come."""
    assert card(store, asked, study).state == "waiting"
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 5, kinds=("card",))
        assert (job.payload, job.study_id) == ({"card_id": asked}, study)
        finish(tx, job.job_id)
        keep_answer(tx, asked, key_of(study), BODY, "Change since baseline")
    found = card(store, asked, study)
    assert (found.state, found.title) == ("answered", "Change since baseline")
    with store.write(by=ada) as tx:
        refresh_card(tx, asked)
        refresh_card(tx, asked)
    found = card(store, asked, study)
    assert found.state == "waiting"
    assert found.result is not None, "the old answer shows until the new one is there"
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 5, kinds=("card",))
        finish(tx, job.job_id)
        leave_unanswered(tx, asked, "arm 'vehicle' is gone")
    found = card(store, asked, study)
    assert (found.state, found.error) == ("failed", "arm 'vehicle' is gone")
    assert found.result is not None


def test_a_job_that_breaks_is_told_by_its_card(
    store: Store, study: int, asked: int, ada: User
) -> None:
    """Lost: a card that waits for ever for a job that is no more."""
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 5, kinds=("card",))
        fail(tx, job.job_id, "the process that ran it died (3 times)")
    found = card(store, asked, study)
    assert (found.state, found.error) == ("failed", "the process that ran it died (3 times)")
    with store.write(by=ada) as tx:
        keep_answer(tx, asked, key_of(study), BODY, "")  # by who did not wait for the worker
    assert card(store, asked, study).state == "answered"
    with store.write(by=ada) as tx:
        refresh_card(tx, asked)
        (job,) = take(tx, 5, kinds=("card",))
        cancel(tx, job.job_id)
    found = card(store, asked, study)
    assert (found.state, found.error) == ("failed", "cancelled by ada")


def test_what_is_removed_is_not_computed(store: Store, study: int, asked: int, ada: User) -> None:
    """Lost: minutes of a worker for a card that nobody wants any more."""
    with store.write(by=ada) as tx:
        remove_card(tx, asked)
        assert job_table(tx)["state"].tolist() == ["cancelled"]


def test_a_text_cannot_be_refreshed_nor_an_answer_rewritten(
    store: Store, report: int, asked: int, ada: User
) -> None:
    """Lost: the difference between what somebody wrote and what the data say."""
    text = cards(store, report)[0].card_id
    with store.write(by=ada) as tx:
        with pytest.raises(DesignError, match="is a text and asks nothing"):
            refresh_card(tx, text)
        with pytest.raises(DesignError, match="shows a result and has no text"):
            change_card(tx, asked, text="It works.")


def test_the_list_of_reports_is_light_and_the_report_whole(
    store: Store, study: int, asked: int, ada: User
) -> None:
    """Lost: seconds at each click, where a study has many reports."""
    with store.write(by=ada) as tx:
        keep_answer(tx, asked, key_of(study), BODY, "")
        (listed,) = list_reports(tx, study)
        whole = get_report(tx, listed.report_id)
    assert listed.cards[0].result is not None
    assert listed.cards[0].result.body == {}
    assert listed.cards[0].result.key == key_of(study)
    assert whole.cards[0].result is not None
    assert whole.cards[0].result.body == BODY


def test_a_locked_study_still_reports_and_a_report_does_not_hold_the_lock(
    store: Store, two_graded: tuple[int, int, int], ada: User
) -> None:
    """Lost: the report of a finished study, or the lock of one whose report waits."""
    study, _, _ = two_graded
    with store.write(by=ada) as tx:
        report_id = create_report(tx, study, "Before")
        add_card(tx, report_id, ASKED)
        assert readiness(tx, study).coming == 0
        lock_data(tx, study)
        add_card(tx, create_report(tx, study, "After"), ASKED)
        reopen(tx, study, "to test")


def test_a_blinded_studys_reports_hold_no_arm_by_its_name(
    store: Store, blinded: int, ada: User
) -> None:
    """Lost: the blinding, to a comment that somebody wrote before it, or to the audit."""
    with store.write(by=ada) as tx:
        report_id = create_report(tx, blinded, "active against placebo")
        card_id = add_card(tx, report_id, {**ASKED, "arms": ["active"]}, "Only active")
        change_card(tx, card_id, comment="Active is better.")
        add_text(tx, report_id, "placebo", "The placebo is a vehicle.")
        leave_unanswered(tx, card_id, "arm 'active' is not in Serum")
        for job_id in job_table(tx, ("queued",), study_id=blinded)["job_id"]:
            cancel(tx, int(job_id))
    with store.read() as tx:
        found, entries = get_report(tx, report_id), history(tx)
    shown = repr(found)
    told = entries[entries["entity"].str.match("card|report")].to_csv()
    for name in ("active", "placebo"):
        assert name not in shown.lower()
        assert name not in told.lower()
    assert found.title == "(sealed) against (sealed)"
    assert found.cards[0].question is not None
    assert found.cards[0].question["arms"] == ["(sealed)"]


def test_an_answer_from_before_the_blinding_is_sealed(
    store: Store, study: int, asked: int, put_scan: Callable[..., int], ada: User
) -> None:
    """Lost: the blinding, to a table that was made the day before."""
    put_scan("S01")
    with store.write(by=ada) as tx:
        keep_answer(tx, asked, key_of(study), BODY, "")
        for job_id in job_table(tx, ("queued",), study_id=study)["job_id"]:
            cancel(tx, int(job_id))
    with store.write(by=ada) as tx:
        keep_answer(tx, asked, key_of(study), BODY, "")
        seal_arms(tx, study)
    found = card(store, asked, study)
    assert (found.state, found.result) == ("sealed", None)
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="stays sealed until"):
        keep_answer(tx, asked, key_of(study), BODY, "")
    with store.write(by=ada) as tx:
        keep_answer(tx, asked, key_of(study, "1"), BODY, "")
    assert card(store, asked, study).state == "answered"


def test_an_answer_that_pooled_a_study_is_sealed_with_it(
    store: Store, study: int, put_scan: Callable[..., int], ada: User
) -> None:
    """Lost: the blinding of one study, to a report of another that pooled it before."""
    pooled = {**ASKED, "asked": {"pooled": {"tuple": ["Serum"]}}}
    with store.write(by=ada) as tx:
        other = create_study(tx, name="Other", kind="cohorts")
        card_id = add_card(tx, create_report(tx, other, "Both"), pooled, ask=False)
        keep_answer(tx, card_id, key_of(other), BODY, "active against placebo")
    assert card(store, card_id, other).state == "answered"
    with store.write(by=ada) as tx:
        seal_arms(tx, study)
    found = card(store, card_id, other)
    assert (found.state, found.result) == ("sealed", None)
    assert "active" not in found.title


def test_the_store_is_known_by_one_id_for_good(store: Store, settings: Settings) -> None:
    """Lost: from which database a report came."""
    with store.read() as tx:
        mine = database_id(tx)
    with open_store(settings) as again, again.read() as tx:
        assert database_id(tx) == mine
    with open_store(Settings(settings.home / "b", processes=1)) as b, b.read() as tx:
        assert database_id(tx) != mine
