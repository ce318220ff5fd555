"""Answers that were computed before."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from dermdash.analysis.kept import comparison_key, keep_answer, recall_comparison
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.plans import current_plan, lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.schema import ResultRow
from dermdash.trial.studies import get_study
from tests.support.asked import CHANGES, answered, scores, study_of
from tests.support.studies import ADA, make_study


@pytest.fixture
def store(tmp_path: Any) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def test_an_answer_is_recalled_until_plan_or_data_change(store: Store) -> None:
    """Lost: a kept result would outlive the data or the plan that it stands on."""
    study_id = make_study(store)
    with store.write(by=ADA) as tx:
        study = get_study(tx, study_id)
        plan = replace(blank_plan(study), primary=("active", "placebo", "D28"))
        lock_plan(tx, study_id, write_plan(tx, study_id, plan))
        stored = current_plan(tx, study_id)
        table = scores()
        followed, found = answered(study, table, stored)
        key = comparison_key(study_id, table, followed, CHANGES, stored)
        assert recall_comparison(tx, key) is None
        keep_answer(tx, key, found)
    with store.read() as tx:
        assert recall_comparison(tx, key) == found
        again = comparison_key(study_id, table.iloc[::-1], followed, CHANGES, stored)
        assert again.digest == key.digest
        corrected = table.assign(expected_grade=table["expected_grade"] + 0.01)
        for other in (
            comparison_key(study_id, corrected, followed, CHANGES, stored),
            comparison_key(study_id, table, replace(followed, alpha=0.01), CHANGES, stored),
            comparison_key(study_id, table, followed, CHANGES, None),
            comparison_key(study_id, table, followed, replace(CHANGES, site="cheek"), stored),
            replace(key, software="dermdash 9"),
        ):
            assert recall_comparison(tx, other) is None


def test_an_answer_that_cannot_be_read_any_more_is_asked_again(store: Store) -> None:
    """Lost: an update of the program would leave pages broken by older results."""
    study_id = make_study(store)
    table, study = scores(), study_of()
    plan, _ = answered(study, table, None)
    key = comparison_key(study_id, table, plan, CHANGES, None)
    with store.write(by=ADA) as tx:
        tx.session.add(
            ResultRow(
                key=key.digest,
                study_id=study_id,
                question={},
                data_digest=key.data_digest,
                software=key.software,
                body={"design": "of old"},
                author="ada",
                at=tx.at,
            )
        )
        tx.session.flush()
        assert recall_comparison(tx, key) is None
