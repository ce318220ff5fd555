"""What a page asks of a study's plan and of the answers that are kept."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st

from dermdash.analysis.comparisons import Scored
from dermdash.analysis.kept import comparison_key, sensitivity_key
from dermdash.analysis.planned import Asked
from dermdash.analysis.sensitivity import Sensitivity, shift_dej
from dermdash.errors import StoreError, TableError
from dermdash.identity import User
from dermdash.settings import Settings
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan
from dermdash.trial.database import Store, open_store
from dermdash.trial.results import ResultKey
from dermdash.trial.studies import get_study
from dermdash.ui import kept_parts
from dermdash.ui.guard import Access
from dermdash.ui.kept_parts import kept_comparison, may_carry_stars, plan_of
from dermdash.ui.sensitivity_parts import moved_dej
from tests.support.studies import ADA, add_scan, make_study

TABLE = pd.DataFrame({"arm": list("aaaabbbb"), "score": [1.0, 2, 2, 3, 3, 4, 4, 5]})
PLAN = Plan("score", between="arm")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(Settings(tmp_path / "home", processes=1)) as opened:
        yield opened


def key_of(study: int) -> ResultKey:
    return comparison_key(study, TABLE, PLAN, Asked("score", over_visits=False), None)


class Counted:
    """A comparison that counts how often it is computed."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Comparison:
        self.times += 1
        return compare(TABLE, PLAN)


def test_an_answer_is_computed_once(store: Store) -> None:
    """Lost: each look at a page would wait for its tests again."""
    key, compute = key_of(make_study(store)), Counted()
    first = kept_comparison(Access(store, ADA), key, compute)
    assert kept_comparison(Access(store, None), key, compute) == first
    assert compute.times == 1


def layers_of() -> pd.DataFrame:
    """A scan a subject, from 10 µm above the DEJ to 10 µm below the slab."""
    return pd.DataFrame(
        [
            {
                **{"study": "S", "subject_id": f"S{k}", "arm": arm, "visit": "D0", "scan_id": k},
                "depth_um": depth,
                "score": score,
            }
            for k, (arm, score) in enumerate(TABLE.itertuples(index=False))
            for depth in range(-10, 80)
        ]
    )


def compare_cells(scored: Scored) -> Comparison:
    return compare(scored.table, PLAN)


def test_the_shifts_of_the_dej_are_computed_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost: after each restart of the server, a page would first wait for its 21 comparisons."""
    layers, times = layers_of(), []
    key, found = key_of(make_study(store)), compare(TABLE, PLAN)

    def moved(user: User | None, layers: pd.DataFrame) -> Sensitivity:
        def compute() -> Sensitivity:
            times.append(1)
            return shift_dej(layers, "score", found, compare_cells)

        return moved_dej(Access(store, user), sensitivity_key(key, layers, "score"), compute)

    first = moved(ADA, layers)
    assert [one.shift_um for one in first.shifts] == list(range(-10, 11))
    st.cache_data.clear()  # as a restart does
    again = moved(None, layers.iloc[::-1])
    assert (again, len(times)) == (first, 1)


def test_other_layers_in_the_margin_are_shifted_anew(store: Store) -> None:
    """Lost: scans graded again would keep the shifts of their former margin.

    The comparison itself does not see the margin, so its key stays.
    """
    key, found, access = key_of(make_study(store)), compare(TABLE, PLAN), Access(store, ADA)
    layers = layers_of()

    def moved(layers: pd.DataFrame) -> Sensitivity:
        return moved_dej(
            access,
            sensitivity_key(key, layers, "score"),
            lambda: shift_dej(layers, "score", found, compare_cells),
        )

    first = moved(layers)
    other = layers.copy()
    other.loc[(other["depth_um"] == 74) & (other["arm"] == "a"), "score"] += 3.0
    again = moved(other)
    assert first.table()["difference"][20] != again.table()["difference"][20]
    assert first.table()["difference"][10] == again.table()["difference"][10]


def test_nobody_keeps_nothing(store: Store) -> None:
    """Lost: the store would hold answers that nobody was given."""
    key, compute = key_of(make_study(store)), Counted()
    for times in (1, 2):
        kept_comparison(Access(store, None), key, compute)
        assert compute.times == times


def test_an_answer_that_cannot_be_kept_is_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost: a full disk would hide a result that stands."""

    def refuse(*_: object) -> None:
        raise StoreError("the disk is full; free some space")

    key = key_of(make_study(store))
    monkeypatch.setattr(kept_parts, "keep_answer", refuse)
    assert kept_comparison(Access(store, ADA), key, Counted()).design == "arms"


def test_what_cannot_be_compared_is_not_kept(store: Store) -> None:
    """Lost: a refusal would be kept as an answer."""

    def refuse() -> Comparison:
        raise TableError("one arm only; add another")

    key = key_of(make_study(store))
    with pytest.raises(TableError, match="one arm only"):
        kept_comparison(Access(store, ADA), key, refuse)
    assert kept_comparison(Access(store, ADA), key, Counted()).design == "arms"


@pytest.mark.parametrize("synthetic", [True, False])
def test_only_phantoms_carry_the_stars_of_a_demonstration_model(
    store: Store, tmp_path: Path, synthetic: bool
) -> None:
    """Lost: a model for trying would make claims about skin."""
    study_id = make_study(store, synthetic=synthetic)
    access = Access(store, ADA)
    with store.read() as tx:
        study = get_study(tx, study_id)
    assert not may_carry_stars(access, study)  # nothing is graded by any model yet
    add_scan(store, study_id, tmp_path, "S01")
    assert may_carry_stars(access, study) is synthetic
    assert plan_of(access, study) is None
