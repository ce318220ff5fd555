"""The flow of a report: whoever adds its rows up must find everybody, and nobody twice."""

from typing import Any

from hypothesis import given, settings

from dermdash.reporting.blocks import Attachment, Content, Table
from dermdash.reporting.cards.known import Known
from dermdash.reporting.cards.participants import Participants
from dermdash.reporting.cards.who_left import arm_words
from tests.support.flows import SIDES, VISITS, OneScan, OneSubject, known_of, studies

TRIAL = (
    *(OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(4)),
    OneSubject(scans=(OneScan("D0"), OneScan("D28", "excluded", reason="motion: coughed"))),
    OneSubject(scans=(OneScan("D0", "excluded", reason="motion"),), status="withdrawn"),
    OneSubject(arm="placebo", per_protocol=False),
    OneSubject(arm=None, scans=()),
)


def tables(content: Content) -> dict[str, Table]:
    return {table.caption: table for table in content.of(Table)}


def rows_of(table: Table) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in table.rows}


@given(studies())
@settings(max_examples=15, deadline=None)
def test_the_rows_add_up(known: Known) -> None:
    shown = tables(Participants(1).answer(known))
    steps = shown["Subjects from enrolment to analysis"].rows
    left = steps[0][1:]
    assert left[-1] == len(known.record.subjects)
    for words, *counts in steps[1:]:
        if words.startswith("−"):
            left = tuple(a - b for a, b in zip(left, counts, strict=True))
        else:
            assert tuple(counts) == left, words
    scans = rows_of(shown["Scans"])
    stored, graded = scans.pop("Stored"), scans.pop("of them graded")
    assert stored == tuple(map(sum, zip(*scans.values(), strict=True)))
    assert stored[-1] == len(known.record.scans)
    assert graded[-1] == (known.record.scans["state"] == "graded").sum()
    visits = next(table for caption, table in shown.items() if caption.endswith("at each visit"))
    for _, _, people, *ends in visits.rows:
        assert people == sum(ends)
    if "Excluded scans and why" in shown:
        why = rows_of(shown["Excluded scans and why"]).values()
        assert tuple(map(sum, zip(*why, strict=True))) == scans["Excluded"]


def test_a_trial_with_all_that_happens() -> None:
    content = Participants(1).answer(known_of(TRIAL))
    assert content.message == (
        "12 subjects were enrolled, 1 withdrew; 9 are analysed. 21 scans were stored, 2 of them "
        "excluded."
    )
    shown = tables(content)
    steps = rows_of(shown["Subjects from enrolment to analysis"])
    assert steps["Enrolled"] == (5, 6, 1, 12)
    assert steps["Analysed"] == (5, 4, 0, 9)
    assert rows_of(shown["Excluded scans and why"]) == {"motion": (0, 2, 0, 2)}
    assert [row[0] for row in shown["Subjects who left"].rows] == ["S09"]
    assert [row[:4] for row in shown["Subjects outside a population"].rows] == [
        ("S10", "placebo", True, False)
    ]
    frames = {one.name: one.content for one in content.of(Attachment)}
    assert list(frames["subjects"]["end"]).count("analysed") == 9
    assert len(frames["scans"]) == 21


def test_of_sides_subjects_are_counted_once_and_sides_by_arm() -> None:
    scans = tuple(OneScan(visit, site=site) for visit in VISITS for site in SIDES)
    known = known_of([OneSubject(scans=scans)] * 4, kind="hemi_face")
    shown = tables(Participants(1).answer(known))
    assert rows_of(shown["Subjects from enrolment to analysis"])["Analysed"] == (4,)
    assert [row[2:] for row in shown["Sides at each visit"].rows] == [(4, 4)] * 4
    assert arm_words(known.record)["S00"] == "active (cheek-left) and placebo (cheek-right)"


def test_an_empty_study_says_so() -> None:
    content = Participants(1).answer(known_of([]))
    assert content.message == "No subject is enrolled yet."


def test_an_arm_named_like_a_total_keeps_its_own_numbers() -> None:
    """Lost: an arm called "all" would be shown as everybody."""
    from dataclasses import replace

    known = known_of(TRIAL)
    record = known.record
    arms = tuple(replace(arm, name="all") for arm in record.study.arms if arm.name == "active")
    others = tuple(arm for arm in record.study.arms if arm.name != "active")
    names = {"active": "all"}
    renamed = replace(
        record,
        study=replace(record.study, arms=(*others, *arms)),
        allocations=record.allocations.replace({"arm": names}),
        scans=record.scans.replace({"arm": names}),
        places=record.places.replace({"arm": names}),
    )
    shown = tables(Participants(1).answer(replace(known, record=renamed)))
    assert rows_of(shown["Subjects from enrolment to analysis"])["Enrolled"] == (5, 6, 1, 12)
