"""What arms were like at the baseline: by hand, and without those who do not count."""

from dataclasses import replace

import numpy as np
import pytest

from dermdash.analysis.baseline import baseline_table, baseline_visit, people_of
from dermdash.analysis.flow import TOGETHER
from dermdash.reporting.blocks import Table
from dermdash.reporting.cards.baseline import Baseline
from dermdash.reporting.cards.known import Known
from dermdash.trial.covariates import CovariateSpec
from tests.support.flows import SIDES, VISITS, OneScan, OneSubject, known_of

AGES = (30.0, 40.0, None, 50.0, 60.0, 70.0)
TYPES = ("II", "II", "III", None, "III", "III")
SPECS = (
    CovariateSpec("age", "number", "years"),
    CovariateSpec("skin", "category"),
    CovariateSpec("smoker", "yes_no"),
    CovariateSpec("remark", "text"),
)


def described() -> Known:
    """Three subjects an arm, and one outside the population."""
    people = [
        OneSubject(
            arm="active" if number < 3 else "placebo",
            covariates={"age": age, "skin": kind, "smoker": "yes" if number else "no"}
            | {"remark": f"remark {number}"},
        )
        for number, (age, kind) in enumerate(zip(AGES, TYPES, strict=True))
    ]
    outside = OneSubject(full_analysis=False, covariates={"age": 99.0, "skin": "IV"})
    known = known_of([*people, outside])
    return replace(known, record=replace(known.record, covariates=SPECS))


def rows(known: Known) -> dict[tuple[str, str, str], dict[str, float]]:
    found = baseline_table(known.record, known.evidence, known.asked)
    keys = ["characteristic", "level", "arm"]
    return {tuple(row[key] for key in keys): row for row in found.to_dict("records")}  # type: ignore[misc]


def test_numbers_by_hand() -> None:
    found = rows(described())
    active = found["age (years)", "", "active"]
    assert (active["n"], active["n_missing"]) == (2, 1)
    assert (active["mean"], active["median"], active["low"], active["high"]) == (35, 35, 30, 40)
    assert active["sd"] == pytest.approx(np.std([30, 40], ddof=1))
    assert found["age (years)", "", TOGETHER]["n"] == 5
    assert found["age (years)", "", TOGETHER]["high"] == 70


def test_categories_are_out_of_those_who_are_known() -> None:
    found = rows(described())
    assert [found["skin", level, "active"]["count"] for level in ("II", "III")] == [2, 1]
    placebo = found["skin", "III", "placebo"]
    assert (placebo["count"], placebo["n"], placebo["n_missing"]) == (2, 2, 1)
    assert ("skin", "IV", "active") not in found
    assert found["smoker", "yes", TOGETHER]["count"] == 5


def test_the_baseline_score_is_that_of_the_comparison() -> None:
    known = described()
    answered, _ = known.answered()
    assert answered is not None
    table = answered.table
    own = table[(table["arm"] == "active") & (table["visit"] == "D0")]["expected_grade"]
    found = rows(known)["expected grade at D0 (1 to 4)", "", "active"]
    assert found["mean"] == pytest.approx(own.mean())
    assert found["n"] == 3
    assert rows(known)["scans at D0", "", TOGETHER]["count"] == 6


def test_sides_are_described_once_as_subjects_and_each_as_sides() -> None:
    scans = tuple(OneScan(visit, site=site) for visit in VISITS for site in SIDES)
    known = known_of([OneSubject(scans=scans, covariates={"age": 40.0})] * 3, kind="hemi_face")
    known = replace(known, record=replace(known.record, covariates=SPECS[:1]))
    found = rows(known)
    assert found["age (years)", "", TOGETHER]["n"] == 3
    assert ("age (years)", "", "active") not in found
    assert found["expected grade at D0 (1 to 4)", "", "placebo"]["n"] == 3
    captions = [table.caption for table in Baseline(1).answer(known).of(Table)]
    assert captions == ["The 3 subjects, both sides alike", "The sides"]


def test_who_counts() -> None:
    known = described()
    assert list(people_of(known.record, known.evidence)["subject_id"]) == [
        f"S0{number}" for number in range(6)
    ]
    assert baseline_visit(known.record, known.asked) == "D0"


def test_the_card_has_no_p_value_and_says_why() -> None:
    """Lost: a reviewer would object, rightly, to tests of what chance has dealt."""
    content = Baseline(1).answer(described())
    (table,) = content.of(Table)
    cells = {row[0]: row[1:] for row in table.rows}
    assert cells["age (years): mean ± SD"][1] == "35.00 ± 7.07"
    assert cells["age (years): median (lowest to highest)"][1] == "35 (30 to 40)"
    assert cells["skin: III"] == ("2 (100 %)", "1 (33 %)", "3 (60 %)")
    assert cells["age (years): missing"] == ("0", "1", "1")
    assert [column.name for column in table.columns] == [
        *("Characteristic", "placebo", "active", "all")
    ]
    notes = " ".join(one.text for one in content.blocks if hasattr(one, "text"))
    assert "no p-values here, on purpose" in notes
    assert "Free text is not counted: remark." in notes


def test_nobody_to_describe_is_said() -> None:
    assert "nothing to describe" in Baseline(1).answer(known_of([])).message
