"""Who counts in an analysis is the roster's to say, and the plan's which analysis it is."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dermdash.analysis.cohorts import cohort
from dermdash.analysis.planned import Asked, plan_for, standing
from dermdash.analysis.shares import cohort_shares
from dermdash.errors import TableError
from dermdash.settings import Settings
from dermdash.stats.comparison import compare
from dermdash.stats.plan import Plan
from dermdash.trial.database import Store, open_store
from dermdash.trial.gradings import profiles
from dermdash.trial.plans import current_plan, lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.roster import SubjectEdit, save_edits
from dermdash.trial.roster_table import outside_population
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study, get_study
from tests.support.studies import ADA, add_scan, grade_queued

QUALITY = {"P1": 1.5, "P2": 1.8, "P3": 2.0, "A1": 2.4, "A2": 2.6, "A3": 3.0}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Three subjects an arm; P3 is outside the full analysis set, A3 outside the per-protocol."""
    folder = tmp_path_factory.mktemp("populations")
    with open_store(Settings(folder / "home")) as opened:
        with opened.write(by=ADA) as tx:
            study = create_study(
                tx,
                name="Serum",
                kind="cohorts",
                arms=(ArmSpec("placebo", is_control=True), ArmSpec("active")),
                visits=(VisitSpec("D0", 0, is_baseline=True),),
                sites=(SiteSpec("cheek"),),
            )
        for subject in QUALITY:
            arm = "placebo" if subject.startswith("P") else "active"
            add_scan(opened, study, folder, subject, arm=arm)
        grade_queued(opened, QUALITY)
        with opened.write(by=ADA) as tx:
            never = {"full_analysis": False, "population_reason": "never treated"}
            late = {"per_protocol": False, "population_reason": "came late"}
            save_edits(tx, study, [SubjectEdit("P3", never), SubjectEdit("A3", late)])
        yield opened


def test_each_population_has_its_subjects(store: Store) -> None:
    """Somebody who was never treated would be averaged in, or a protocol breach be kept."""
    with store.read() as tx:
        full, strict = (
            {row.subject_id for row in profiles(tx, 1, population=population).itertuples()}
            for population in ("full_analysis", "per_protocol")
        )
        groups = cohort(tx, 1, population="per_protocol").groups
        shares = cohort_shares(tx, [1], arms=["active"], population="per_protocol")
    assert full == {"P1", "P2", "A1", "A2", "A3"}
    assert strict == {"P1", "P2", "A1", "A2"}
    assert groups["n_subjects"].tolist() == [2, 2]
    assert set(shares["subject_id"]) == {"A1", "A2"}


def test_who_is_left_out_is_named_with_the_reason(store: Store) -> None:
    """Left-out subjects could not be counted by arm."""
    with store.read() as tx:
        full = outside_population(tx, 1, "full_analysis")
        strict = outside_population(tx, 1, "per_protocol")
    assert full.to_numpy().tolist() == [["P3", "placebo", "never treated"]]
    assert strict["subject_id"].tolist() == ["A3", "P3"]


def test_a_locked_plan_names_its_population(store: Store) -> None:
    """A result in other subjects than planned would be called planned."""
    with store.write(by=ADA) as tx:
        study = get_study(tx, 1)
        plan = replace(
            blank_plan(study), population="per_protocol", primary=("active", "placebo", "")
        )
        lock_plan(tx, 1, write_plan(tx, 1, plan))
        stored = current_plan(tx, 1)
        tables = {
            population: cohort(tx, 1, population=population).subjects.assign(visit="D0")
            for population in ("full_analysis", "per_protocol")
        }
    words = {}
    for population, table in tables.items():
        asked = Asked("expected_grade", over_visits=False, visit="D0", population=population)
        followed = plan_for(study, table, stored, asked)
        assert followed.population == population
        words[population] = standing(study, compare(table, followed), stored, asked)
    assert words["per_protocol"].planned
    assert not words["full_analysis"].planned
    said = "in the full analysis set, where the plan says the per-protocol set"
    assert said in words["full_analysis"].sentence


def test_plans_from_before_are_of_the_full_analysis_set() -> None:
    """A plan locked before populations were named could not be read any more."""
    values = Plan("score", between="arm").to_json()
    del values["population"]
    assert Plan.from_json(values).population == "full_analysis"
    with pytest.raises(TableError, match="use full_analysis or per_protocol"):
        Plan("score", between="arm", population="everybody")
