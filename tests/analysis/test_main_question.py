"""The one question of a study: another one answered on a report's first page would mislead."""

from dataclasses import replace

import pytest

from dermdash.analysis.main_question import answer, main_question
from dermdash.analysis.planned import Asked
from dermdash.errors import DermdashError
from dermdash.trial.studies import Study
from tests.support.asked import stored_of, study_of
from tests.support.flows import OneSubject, known_of

TRIAL = study_of()


@pytest.mark.parametrize(
    ("study", "asked"),
    [
        (TRIAL, Asked("expected_grade", over_visits=True)),
        (study_of("hemi_face"), Asked("expected_grade", over_visits=True)),
        (study_of("cohorts"), Asked("expected_grade", over_visits=False, visit="D0")),
        (study_of(visits=("D0",)), Asked("expected_grade", over_visits=False, visit="D0")),
        (replace(TRIAL, visits=()), Asked("expected_grade", over_visits=False)),
    ],
)
def test_without_a_plan_the_kind_of_study_asks(study: Study, asked: Asked) -> None:
    assert main_question(study, None) == asked


@pytest.mark.parametrize("locked", [True, False])
def test_a_plan_asks_by_its_own_choices(locked: bool) -> None:
    stored = stored_of(
        TRIAL, locked=locked, value="grade_mean", depth_um=(0, 49), population="per_protocol"
    )
    assert main_question(TRIAL, stored) == Asked(
        "grade_mean", over_visits=True, depth_um=(0, 49), population="per_protocol"
    )


def test_a_plan_of_groups_asks_at_its_visit() -> None:
    cohorts = study_of("cohorts")
    stored = stored_of(cohorts, primary=("active", "placebo", ""), primary_visit="D28")
    asked = main_question(cohorts, stored)
    assert (asked.over_visits, asked.visit) == (False, "D28")


def test_the_dej_is_moved_where_fragility_is_asked_for() -> None:
    known = known_of([OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(3)])
    moved = answer(known.evidence, known.asked).moved.shifts
    assert [one.shift_um for one in moved] == [-5, 0, 5]
    assert answer(known.evidence, known.asked, moved=False).moved.shifts == ()


def test_what_data_do_not_answer_is_refused() -> None:
    known = known_of([OneSubject()])
    with pytest.raises(DermdashError):
        answer(known.evidence, known.asked)
