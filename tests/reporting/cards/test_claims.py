"""The card of claims, from the store: what counts of a study's life, and how it is shown.

Lost otherwise: a plan that was locked after looking would pass for one that was made before.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dermdash.reporting.blocks import Attachment, Bullets, Content, Table
from dermdash.reporting.cards.claims import Claims, claim_content
from dermdash.reporting.cards.kinds import question_from_json
from dermdash.reporting.cards.question import question_to_json
from dermdash.reporting.cards.source import Source
from dermdash.reporting.claims.claims import claims_from
from dermdash.reporting.claims.ground import Ground, conduct_of
from dermdash.reporting.stored_blocks import content_from_json, content_to_json
from dermdash.settings import Settings
from dermdash.trial.blinding import seal_arms
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store, open_store
from dermdash.trial.life import StudyEvent, lock_data, reopen, unblind
from dermdash.trial.scan_table import scan_table
from tests.support.claims import NOW, ground_of, plan_of
from tests.support.graded import graded_trial
from tests.support.plans import lock
from tests.support.seals import swapping_seed
from tests.support.studies import ADA
from tests.support.trials import study_of

N = 10
RISES = {
    "placebo": tuple(0.02 * (number % 5) for number in range(N)),
    "active": tuple(0.7 + 0.03 * (number % 4) for number in range(N)),
}
PRIMARY = ("active", "placebo", "D28")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def read(store: Store, study: int) -> Ground:
    with store.read() as tx:
        return Claims(study).read(Source(tx))


def said(ground: Ground) -> str:
    return " ".join(one.sentence for one in claims_from(ground).withheld)


def test_a_blinded_trial_gets_its_claims_after_unblinding_and_an_open_one_does_not(
    store: Store, tmp_path: Path
) -> None:
    """Both plans are locked after the scans were graded; only the sealed one was blind to arms."""
    study = graded_trial(store, tmp_path, rises=RISES)
    with store.write(by=ADA) as tx:
        seal_arms(tx, study, seed=swapping_seed())
    told = json.dumps(content_to_json(claim_content(claims_from(read(store, study)))))
    assert "placebo" not in told
    assert "active" not in told
    lock(store, study, control="B", primary=("A", "B", "D28"), responder_threshold=0.5)
    with store.write(by=ADA) as tx:
        lock_data(tx, study)
    assert claims_from(read(store, study)).offered == ()
    with store.write(by=ADA) as tx:
        unblind(tx, study)
    ground = read(store, study)
    assert ground.conduct.sealed_when_locked
    claims = claims_from(ground)
    assert [one.kind for one in claims.offered] == ["mean change", "share of subjects"]
    assert all(one.text.startswith("SYNTHETIC") for one in claims.offered)

    other = graded_trial(store, tmp_path, name="Day cream")
    lock(store, other, primary=PRIMARY, responder_threshold=0.5)
    with store.write(by=ADA) as tx:
        lock_data(tx, other)
    late = read(store, other)
    assert claims_from(late).offered == ()
    assert "was locked after 20 scans were graded" in said(late)
    with store.write(by=ADA) as tx:
        reopen(tx, other, "a scan was missing")
    assert "the data are not locked" in said(read(store, other))


def test_what_is_excluded_changes_the_digest_and_can_be_brought_back(
    store: Store, tmp_path: Path
) -> None:
    study = graded_trial(store, tmp_path)
    before = read(store, study)
    with store.write(by=ADA) as tx:
        exclude_scan(tx, int(scan_table(tx, study)["scan_id"].iloc[0]), "moved")
    after = read(store, study)
    assert after.digest != before.digest
    assert after.n_excluded == 1
    assert after.every["scan_id"].nunique() == after.evidence.layers["scan_id"].nunique() + 1
    assert read(store, study).digest == after.digest


def test_each_part_of_the_ground_is_in_its_digest() -> None:
    """Lost: a card would call itself up to date though its claims were withheld since."""
    ground = ground_of()
    evidence = ground.evidence
    stored = plan_of(study_of())
    changed = [
        replace(ground, n_excluded=1),
        replace(ground, conduct=replace(ground.conduct, sealed_when_locked=True)),
        replace(ground, conduct=replace(ground.conduct, dejs_after_unblinding=1)),
        replace(ground, conduct=replace(ground.conduct, reopened_after_unblinding=1)),
        replace(ground, conduct=replace(ground.conduct, n_models=2)),
        replace(ground, every=ground.every.iloc[1:]),
        replace(ground, other=replace(ground.other, layers=ground.other.layers.iloc[1:])),
        *(
            replace(ground, evidence=replace(evidence, studies=(replace(evidence.study, **new),)))
            for new in ({"state": "collecting"}, {"synthetic": True})
        ),
        *(
            replace(ground, evidence=replace(evidence, plan=replace(stored, **new)))
            for new in ({"graded_before": 2}, {"amends": 1}, {"locked_by": "bo"})
        ),
    ]
    assert len({one.digest for one in (ground, *changed)}) == 1 + len(changed)
    assert ground_of().digest == ground.digest


def test_the_order_of_a_studys_steps_decides() -> None:
    locked = plan_of(study_of())
    hour = timedelta(hours=1)

    def event(act: str, hours: int) -> StudyEvent:
        return StudyEvent(act, "ada", NOW + hours * hour)

    blinded, unblinded = event("blinded", -2), event("unblinded", 2)
    assert conduct_of((unblinded, blinded), locked).sealed_when_locked
    assert not conduct_of((event("blinded", 1),), locked).sealed_when_locked
    early = (event("unblinded", -1), blinded)
    assert not conduct_of(early, locked).sealed_when_locked
    assert not conduct_of((), locked).sealed_when_locked
    again = (event("reopened", 4), event("reopened", 3), unblinded, event("reopened", 1), blinded)
    assert conduct_of(again, locked, n_dejs=3).reopened_after_unblinding == 2


def test_the_card_survives_the_store_and_shows_what_was_found() -> None:
    claims = claims_from(ground_of())
    content = claim_content(claims)
    again = content_from_json(json.loads(json.dumps(content_to_json(content), allow_nan=False)))
    assert isinstance(again, Content)
    assert [block for block in again.blocks if not isinstance(block, Attachment)] == [
        block for block in content.blocks if not isinstance(block, Attachment)
    ]
    (bullets,) = content.of(Bullets)
    assert bullets.items == tuple(f"({at}) {one.text}" for at, one in enumerate(claims.offered, 1))
    captions = [table.caption for table in content.of(Table)]
    assert captions[:3] == [
        "What stands behind each sentence",
        "Whether each sentence holds when the question is asked otherwise",
        "Not offered, and why",
    ]
    for table in content.of(Table):
        assert len(table.texts()) == len(table.rows)
    (attached,) = content.of(Attachment)
    assert len(attached.content) == len(claims.offered) + len(claims.withheld)
    assert question_from_json(question_to_json(Claims(3))) == Claims(3)


def test_the_criteria_are_named_with_what_is_not_known() -> None:
    """Lost: a file that is complete here would be taken for complete."""
    tables = {table.caption: table for table in claim_content(claims_from(ground_of())).of(Table)}
    criteria = next(table for caption, table in tables.items() if "655/2013" in caption)
    assert [row[0] for row in criteria.rows] == [
        "Legal compliance",
        "Truthfulness",
        "Evidential support",
        "Honesty",
        "Fairness",
        "Informed decision-making",
    ]
    for caption, table in tables.items():
        if "655/2013" in caption or "Cosmetics Europe" in caption:
            assert all(all(cell for cell in row) for row in table.rows)
