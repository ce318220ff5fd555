"""Answers are kept once, and found only while all that they depend on stands."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dermdash.errors import DermdashError, StoreError
from dermdash.identity import User
from dermdash.trial.database import Store
from dermdash.trial.erasure import erase_subject
from dermdash.trial.results import (
    ResultKey,
    count_results_before_erasure,
    data_digest,
    find_result,
    get_result,
    keep_result,
    result_heads,
    software_version,
)
from dermdash.trial.schema import ResultRow

KEY = ResultKey(1, {"score": "expected_grade", "site": None}, None, "d" * 64, "dermdash 0.1.0")
BODY = {"sentence": "Nothing was settled.", "p": 0.5}


def keep(store: Store, ada: User, key: ResultKey, body: Any = None) -> str:
    with store.write(by=ada) as tx:
        return keep_result(tx, key, BODY if body is None else body).key.digest


def test_an_answer_is_found_again_as_it_was_given(store: Store, study: int, ada: User) -> None:
    """Lost: a report's card would point to another answer than was seen."""
    digest = keep(store, ada, KEY)
    with store.read() as tx:
        found = find_result(tx, replace(KEY, question={"site": None, "score": "expected_grade"}))
        assert found is not None
        assert (found.body, found.author, found.key.digest) == (BODY, "ada", digest)
        assert get_result(tx, digest) == found
        assert get_result(tx, "0" * 64) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"question": {"score": "grade_mean", "site": None}},
        {"question": {"score": "expected_grade"}},
        {"plan_version": 1},
        {"data_digest": "e" * 64},
        {"software": "dermdash 0.2.0"},
        {"study_id": 2},
    ],
)
def test_each_part_that_changes_asks_again(
    store: Store, study: int, ada: User, changes: dict[str, Any]
) -> None:
    """Lost: yesterday's answer would be shown for today's data."""
    keep(store, ada, KEY)
    with store.read() as tx:
        assert find_result(tx, replace(KEY, **changes)) is None


def test_an_answer_is_kept_once_and_never_changed(store: Store, study: int, ada: User) -> None:
    """Lost: what was reported could be replaced without a trace."""
    keep(store, ada, KEY)
    keep(store, User("bo"), KEY, {"sentence": "another"})
    with store.read() as tx:
        (row,) = tx.session.scalars(select(ResultRow)).all()
        assert (row.body, row.author) == (BODY, "ada")

    def tamper() -> None:
        with store.write(by=ada) as tx:
            tx.session.scalars(select(ResultRow)).one().body = {"sentence": "It works."}

    with pytest.raises(StoreError, match="cannot be changed"):
        tamper()


@pytest.mark.parametrize(
    ("key", "body", "refusal"),
    [
        (replace(KEY, study_id=9), BODY, "study_id=9 is no study"),
        (replace(KEY, plan_version=3), BODY, "plan version 3 is not written"),
        (KEY, {"p": float("nan")}, "the result holds what cannot be kept"),
        (KEY, {"p": np.array([1])}, "the result holds what cannot be kept"),
    ],
)
@pytest.mark.usefixtures("study")
def test_what_cannot_be_an_answer_is_refused(
    store: Store, ada: User, key: ResultKey, body: Any, refusal: str
) -> None:
    """Lost: a silent NaN would be kept as a result."""
    with pytest.raises(DermdashError, match=refusal):
        keep(store, ada, key, body)
    with store.read() as tx:
        assert tx.session.scalars(select(ResultRow)).all() == []


def test_an_answer_names_the_plan_that_it_follows(
    store: Store, study: int, keep_answer: Callable[[], None]
) -> None:
    """Lost: a planned result could not be told from a chance find."""
    keep_answer()
    with store.read() as tx:
        row = tx.session.scalars(select(ResultRow)).one()
    assert (row.study_id, row.plan_version, row.software) == (study, 1, software_version())


TABLE = pd.DataFrame(
    {
        "subject_id": pd.Categorical(["S1", "S2", "S3"]),
        "arm": ["a", "b", "b"],
        "score": [2.0, np.nan, 3.5],
    }
)


@given(st.permutations(range(3)), st.permutations(["subject_id", "arm", "score"]))
def test_the_order_of_rows_and_columns_changes_no_digest(
    rows: list[int], columns: list[str]
) -> None:
    """Lost: the same data would be computed again at each visit."""
    assert data_digest(TABLE.iloc[rows][columns]) == data_digest(TABLE)


def test_text_and_categories_are_one() -> None:
    """Lost: a table read in another way would count as other data."""
    for kind in ("object", "str", "category"):
        assert data_digest(TABLE.astype({"subject_id": kind, "arm": kind})) == data_digest(TABLE)


@pytest.mark.parametrize(
    "changed",
    [
        TABLE.assign(score=[2.0, np.nan, 3.5000001]),
        TABLE.assign(score=[2.0, 3.5, np.nan]),
        TABLE.assign(arm=["a", "b", "a"]),
        TABLE.assign(subject_id=["S1", "S2", "S4"]),
        TABLE.iloc[:2],
        pd.concat([TABLE, TABLE.iloc[2:]]),
        TABLE.rename(columns={"arm": "visit"}),
        TABLE.drop(columns="arm"),
    ],
)
def test_every_change_of_the_data_changes_the_digest(changed: pd.DataFrame) -> None:
    """Lost: a corrected score would leave the old result standing."""
    assert data_digest(changed) != data_digest(TABLE)


def test_answers_given_before_an_erasure_say_so(
    store: Store, study: int, put_scan: Callable[..., int], ada: User
) -> None:
    """A report would rest on data that nobody can look at any more."""
    put_scan("S07")
    with store.write(by=ada) as tx:
        keep_result(tx, KEY, BODY)
    with store.write(by=ada) as tx:
        assert count_results_before_erasure(tx, study) == 0
        erase_subject(tx, study, "S07", reason="consent withdrawn")
        assert count_results_before_erasure(tx, study) == 1
    later = replace(KEY, data_digest="1" * 64)
    with store.write(by=ada) as tx:
        keep_result(tx, later, BODY)
        first, second = get_result(tx, KEY.digest), get_result(tx, later.digest)
        heads = result_heads(tx, [KEY.digest, later.digest, "unknown"])
    assert first is not None
    assert second is not None
    assert (first.erased_since, second.erased_since) == (True, False)
    assert heads == {one.key.digest: replace(one, body={}) for one in (first, second)}
