"""A card that shows what is no more true must be seen to: whatever it shows is in its digest."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dermdash.analysis.wanted import SpreadWanted, Wanted
from dermdash.errors import DermdashError
from dermdash.imaging.dej import Dej
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.checks import Checks
from dermdash.reporting.cards.classes import Classes
from dermdash.reporting.cards.depths import ChangeDepths, GroupDepths
from dermdash.reporting.cards.groups import Groups
from dermdash.reporting.cards.one_scan import OneScan
from dermdash.reporting.cards.planning import Planning
from dermdash.reporting.cards.question import Question
from dermdash.reporting.cards.repeatability import Repeatability
from dermdash.reporting.cards.responders import Responders
from dermdash.reporting.cards.sensitivity import Sensitivity
from dermdash.reporting.cards.source import Source
from dermdash.trial.blinding import seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.plans import lock_plan, write_plan
from dermdash.trial.protocols import append_protocol, current_protocol
from dermdash.trial.questions import blank_plan
from dermdash.trial.scans import scan_table, set_dej
from dermdash.trial.schema import ArmRow
from dermdash.trial.studies import get_study, rename_study
from dermdash.trial.subjects import set_subject
from dermdash.trial.transaction import Transaction
from tests.reporting.cards.conftest import Known
from tests.support.cards import CHANGES, GROUPS, answer, kept
from tests.support.studies import ADA

PLAN = Wanted(
    "subjects", "two_arms", "none", 2, 1, 1.0, SpreadWanted(1, "D28"), 0.36, 0.05, 0.8, 0.1
)


def first_scan(tx: Transaction, study: int) -> int:
    """Of the first subject, at the later visit."""
    scans = scan_table(tx, study)
    return int(scans.loc[scans["visit"] == "D28", "scan_id"].iloc[0])


def cards_of(study: int, scan: int) -> tuple[Question, ...]:
    return (
        Groups((study,), GROUPS),
        Changes(study, CHANGES),
        GroupDepths((study,), GROUPS),
        ChangeDepths(study, CHANGES),
        Classes((study,), GROUPS),
        Responders(study, CHANGES, 0.2),
        Checks((study,), CHANGES),
        Sensitivity((study,), CHANGES),
        Repeatability(study, CHANGES),
        Planning(study, replace(PLAN, spread=replace(PLAN.spread, study_id=study))),
        OneScan(study, scan),
    )


def exclude(tx: Transaction, study: int) -> None:
    exclude_scan(tx, first_scan(tx, study), "moved")


def learn_an_age(tx: Transaction, study: int) -> None:
    set_subject(tx, study, "A1", covariates={"age": 44})


def move_the_dej(tx: Transaction, study: int) -> None:
    set_dej(tx, first_scan(tx, study), Dej.plane(20.0), source="manual")


def change_the_protocol(tx: Transaction, study: int) -> None:
    protocol = current_protocol(tx, study)
    assert protocol is not None
    sampling = replace(protocol.sampling, margin_um=11)
    append_protocol(tx, study, model_digest=protocol.model_digest, sampling=sampling)


def write_a_plan(tx: Transaction, study: int) -> None:
    write_plan(tx, study, blank_plan(get_study(tx, study)))


def lock_a_plan(tx: Transaction, study: int) -> None:
    plan = replace(blank_plan(get_study(tx, study)), primary=("active", "placebo", "D28"))
    lock_plan(tx, study, write_plan(tx, study, plan))


def paint_an_arm(tx: Transaction, study: int) -> None:
    arm = next(arm for arm in get_study(tx, study).arms if arm.name == "active")
    row = tx.session.get(ArmRow, arm.arm_id)
    assert row is not None
    row.colour = "#123456"
    tx.session.flush()


def rename(tx: Transaction, study: int) -> None:
    rename_study(tx, study, "Day cream")


def blind(tx: Transaction, study: int) -> None:
    seal_arms(tx, study, seed=3)


RESULTS = {
    "groups",
    "changes",
    "group_depths",
    "change_depths",
    "classes",
    "responders",
    "checks",
    "sensitivity",
    "repeatability",
}


@pytest.mark.parametrize(
    ("act", "changed"),
    [
        (exclude, RESULTS | {"planning", "scan"}),
        (learn_an_age, RESULTS),
        (move_the_dej, RESULTS | {"scan"}),
        (change_the_protocol, RESULTS | {"scan"}),
        (write_a_plan, RESULTS),
        (lock_a_plan, RESULTS),
        (paint_an_arm, RESULTS),
        (rename, RESULTS | {"planning", "scan"}),
        (blind, RESULTS),
    ],
)
def test_what_a_card_shows_is_in_its_digest(
    copied: Known, act: Callable[[Transaction, int], None], changed: set[str]
) -> None:
    """Lost: a report would go out with what its study does not say any more."""
    with copied.store.read() as tx:
        questions = cards_of(copied.trial, first_scan(tx, copied.trial))
        before = digests(tx, questions)
        assert before == digests(tx, questions)
    with copied.store.write(by=ADA) as tx:
        act(tx, copied.trial)
    with copied.store.read() as tx:
        after = digests(tx, questions)
    moved = {card for card, digest in before.items() if after.get(card) != digest}
    assert changed <= moved
    # A card of one scan, and one of a plan, need not be refreshed for what they do not show.
    assert moved - changed <= {"planning", "scan"}


def digests(tx: Transaction, questions: tuple[Question, ...]) -> dict[str, str]:
    """Those of the cards that can be answered, by their names."""
    found, source = {}, Source(tx)
    for question in questions:
        try:
            found[question.card] = question.read(source).digest
        except DermdashError:
            continue
    return found


def test_while_blinded_no_card_tells_an_arm(copied: Known) -> None:
    """Lost: one caption would unblind a trial."""
    with copied.store.write(by=ADA) as tx:
        seal_arms(tx, copied.trial, seed=3)
        questions = cards_of(copied.trial, first_scan(tx, copied.trial))
    slow = {"groups", "changes", "checks"}  # the first two have this test of their own
    for question in questions:
        if question.card in slow:
            continue
        try:
            text = kept(answer(copied.store, question))
        except DermdashError as refusal:
            text = str(refusal)
        assert "active" not in text, question.card
        assert "placebo" not in text, question.card
