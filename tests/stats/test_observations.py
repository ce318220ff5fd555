"""From a table as people have it to one value a subject and cell."""

import json

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import TableError
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.observations import observe
from dermdash.stats.plan import Plan
from tests.support.scores import paper, trial

ARMS = Plan("score", between="arm", subject="subject_id")
VISITS = Plan("score", within="visit", subject="subject_id")
BOTH = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")


def contrast(found: Comparison, a: str, b: str) -> tuple[float, float]:
    """Difference and adjusted p of a contrast."""
    (one,) = [c for c in found.contrasts if (c.a, c.b) == (a, b)]
    return one.difference, one.p_adjusted


def test_a_subject_counts_once() -> None:
    """Lost: three scans of one person would count as three people."""
    table = pd.concat([paper(), paper().iloc[[4]]])
    with pytest.raises(TableError, match=r"young 5 has 2 values in young; average"):
        compare(table, ARMS)
    moved = paper()
    moved.loc[20, "subject_id"] = "young 1"
    with pytest.raises(TableError, match=r"young 1 is in young and old; a subject belongs to one"):
        compare(moved, ARMS)


def test_rows_without_a_subject_are_one_subject_each_and_it_is_said() -> None:
    """Lost: nobody would be told that scans were taken for people."""
    found = compare(paper(), Plan("score", between="arm"))
    assert any("each row was taken as one subject" in warning for warning in found.warnings)


def test_what_is_missing_is_counted() -> None:
    """Lost: subjects would vanish from the analysis without a word."""
    table = paper().astype({"score": "object", "arm": "object"})
    table.loc[0, "score"], table.loc[1, "score"], table.loc[30, "arm"] = "", "NA", None
    found = compare(table, ARMS)
    assert found.dropped == {"without a value": 2, "without an arm": 1}
    assert found.n == {"young": 10, "old": 12, "old exposed": 11}
    assert "Rows left out: 2 without a value, 1 without an arm." in found.warnings


@pytest.mark.parametrize(
    ("change", "plan", "words"),
    [
        (lambda t: t.assign(arm="a"), ARMS, "one arm, 'a'"),
        (lambda t: t[~t["subject_id"].isin([f"old {n}" for n in range(2, 13)])], ARMS, "1 subject"),
        (lambda t: t.assign(score=2.0), ARMS, "within each arm are equal"),
        (lambda t: t.assign(score="high"), ARMS, "'high' in row 1, which is no number"),
        (lambda t: t.assign(score=np.inf), ARMS, "'inf' in row 1"),
        (lambda t: t.assign(score=""), ARMS, "no row of the table has a number"),
        (lambda t: t.drop(columns="arm"), ARMS, "no column 'arm'"),
        (lambda t: t, Plan("score", between="arm", control="x"), "control='x' is not in the table"),
        (lambda t: t.assign(visit="D0"), VISITS, "one visit, 'D0'"),
        (lambda t: t.assign(visit="D0"), BOTH, "control='placebo' is not in the table"),
        (lambda t: t.assign(visit=t["arm"]), VISITS, "0 of 36 subjects have a value at every"),
    ],
)
def test_bad_tables_are_refused_in_one_sentence(change: object, plan: Plan, words: str) -> None:
    """Lost: a NaN or a traceback would stand where an answer was expected."""
    with pytest.raises(TableError, match=words):
        compare(change(paper()), plan)  # type: ignore[operator]


@pytest.mark.parametrize(
    "name", ["=cmd|x", "C(arm)", "0", "a+b", 'it\'s "quoted"', "🧴", "x" * 300, "np.nan", "`a`"]
)
def test_any_name_is_only_a_name(name: str) -> None:
    """Lost: an arm's name would be run as a formula, or break the test."""
    table = paper().replace({"arm": {"old": name}})
    found = compare(table, ARMS)
    assert contrast(found, "young", name)[0] == pytest.approx(0.73)
    renamed = table.rename(columns={"score": name + " ", "arm": "C(x)"})
    again = compare(renamed, Plan(name + " ", between="C(x)"))
    assert again.omnibus.p == found.omnibus.p
    json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize("role", ["arm", "study"])
def test_names_that_differ_in_a_last_nul_are_two(role: str) -> None:
    """Lost: two arms, or two studies, would be one (numpy's strings end at a NUL)."""
    table = paper()[lambda t: t["arm"] != "old exposed"].assign(study="one")
    table.loc[table.index % 2 == 1, "study"] = "two"
    plan = Plan("score", between="arm", subject="subject_id", block="study")
    plain = compare(table, plan)
    names = {"young": "old\0"} if role == "arm" else {"two": "one\0"}
    found = compare(table.replace({role: names}), plan)
    assert found.omnibus == plain.omnibus
    assert found.n == dict(zip(found.arms, plain.n.values(), strict=True))


def test_the_control_is_last_and_the_baseline_first() -> None:
    """Lost: placebo − active would be read as active − placebo, and D0 − D28 as a change."""
    plan = Plan("score", "arm", "visit", "subject_id", control="placebo", baseline="D28")
    found = observe(trial(), plan)
    assert (found.arms, found.visits) == (("active", "placebo"), ("D28", "D0", "D56"))
    with pytest.raises(TableError, match="baseline='D1' is not in the table; choose from 'D0'"):
        observe(trial(), Plan("score", "arm", "visit", "subject_id", baseline="D1"))


def test_blanks_around_a_name_make_no_other_arm() -> None:
    """Lost: a blank typed in one cell would make a third arm."""
    table = paper()
    table.loc[0, "arm"] = " young "
    assert compare(table, ARMS).n == {"young": 12, "old": 12, "old exposed": 12}


def test_numbers_as_names_keep_apart_what_the_file_keeps_apart() -> None:
    """Lost: subjects 001 and 1 would be one person, or 1 and 1.0 two."""
    table = pd.DataFrame({"arm": [*"aabb"], "score": [1.0, 2.0, 3.0, 5.0]})
    plan = Plan("score", between="arm", subject="who")
    text = observe(table.assign(who=["001", "1", "2", "3"]), plan)
    assert list(text.table["subject"]) == ["001", "1", "2", "3"]
    with pytest.raises(TableError, match="subject 1 has 2 values in a"):
        observe(table.assign(who=[1.0, 1, 2, 3]), plan)


@pytest.mark.parametrize("kind", ["category", "string", "object"])
def test_arms_of_any_type_are_names(kind: str) -> None:
    """Lost: a category that no row has would be an arm without subjects."""
    table = paper()
    names = table["arm"].astype(kind)
    if kind == "category":
        names = names.cat.add_categories("nobody")
    assert compare(table.assign(arm=names), ARMS).n == compare(table, ARMS).n


@pytest.mark.parametrize("kind", ["int8", "Int64", "float32", "string", "category", "object"])
def test_values_of_any_type_are_numbers(kind: str) -> None:
    """Lost: whole scores, or numbers kept as text, would be refused or read otherwise."""
    table = pd.DataFrame({"arm": [*"aaaabbbb"], "score": [1, 2, 2, 3, 3, 4, 4, 5]})
    plan = Plan("score", between="arm")
    found = compare(table.assign(score=table["score"].astype(kind)), plan)
    assert found.omnibus.p == compare(table, plan).omnibus.p


@pytest.mark.parametrize(
    "values",
    [
        [True, False] * 4,
        ["TRUE", "FALSE"] * 4,
        pd.date_range("2026-01-01", periods=8),
        pd.to_timedelta(np.arange(8), unit="s"),
        np.arange(8) + 1j,
        ["0x10", "1_0"] * 4,
        ["1,5", "2,5"] * 4,
    ],
)
def test_what_only_looks_like_numbers_is_refused(values: object) -> None:
    """Lost: dates in nanoseconds, or yes and no, would be averaged."""
    table = pd.DataFrame({"arm": [*"aaaabbbb"], "score": values})
    with pytest.raises(TableError, match="no number"):
        compare(table, Plan("score", between="arm"))


@pytest.mark.parametrize("unit", [1e60, 1e200, 1e-60, 1e-200])
def test_numbers_that_a_test_cannot_square_are_refused(unit: float) -> None:
    """Lost: p would be NaN, and stand as "not settled"."""
    table = paper()
    with pytest.raises(TableError, match="give them in another unit"):
        compare(table.assign(score=table["score"] * unit), ARMS)


@pytest.mark.parametrize(("unit", "origin"), [(1e-12, 0.0), (1e40, 0.0), (1.0, 1e9), (1e-40, 0.0)])
def test_the_unit_and_the_origin_change_no_p(unit: float, origin: float) -> None:
    """Lost: a score in another unit would have another p."""
    known = compare(paper(), ARMS)
    found = compare(paper().assign(score=lambda t: t["score"] * unit + origin), ARMS)
    assert found.omnibus.p == pytest.approx(known.omnibus.p, rel=1e-5)
    for ours, theirs in zip(found.contrasts, known.contrasts, strict=True):
        assert ours.difference / unit == pytest.approx(theirs.difference, rel=1e-6)
        assert ours.p_adjusted == pytest.approx(theirs.p_adjusted, rel=1e-5)
    for one, other in zip(found.checks, known.checks, strict=True):
        assert one.p == pytest.approx(other.p, rel=1e-4)


@pytest.mark.parametrize("name", ["NA", "nan", "n/a", "NULL", "."])
def test_a_name_that_may_mean_missing_is_told(name: str) -> None:
    """Lost: rows without an arm, as R writes them, would be an arm of their own in silence."""
    table = paper()
    table.loc[[3, 4], "arm"] = name
    found = compare(table, ARMS)
    assert found.n[name] == 2
    assert f"The arm {name!r} is taken as a name like any other; where it means" in " ".join(
        found.warnings
    )
    assert not [w for w in compare(paper(), ARMS).warnings if "taken as a name" in w]
