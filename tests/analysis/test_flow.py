"""Who took part: lost in any step, or counted twice, a report's numbers do not add up."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from dermdash.analysis.flow import (
    NO_ARM,
    SCAN_ENDS,
    SUBJECT_ENDS,
    TOGETHER,
    VISIT_ENDS,
    Flow,
    flow_of,
    of_arm,
)
from dermdash.analysis.levels import levels_behind
from dermdash.reporting.cards.known import Known
from tests.support.flows import SIDES, VISITS, OneScan, OneSubject, known_of, studies


def followed(known: Known) -> Flow:
    answered, _ = known.answered()
    return flow_of(known.record, known.evidence, known.asked, answered)


@given(studies())
@settings(max_examples=60, deadline=None)
def test_everybody_and_every_scan_is_counted_once(known: Known) -> None:
    record = known.record
    flow = flow_of(record, known.evidence, known.asked, None)
    assert sorted(flow.subjects["subject_id"]) == sorted(record.subjects["subject_id"])
    assert list(flow.scans["scan_id"]) == list(record.scans["scan_id"])
    assert set(flow.subjects["end"]) <= set(SUBJECT_ENDS)
    assert set(flow.scans["end"]) <= set(SCAN_ENDS)
    assert set(flow.visits["end"]) <= set(VISIT_ENDS)
    for table, sides in ((flow.subjects, record.sides), (flow.scans, False)):
        columns = flow.columns(sides=sides)
        apart = [name for name in columns if name != TOGETHER] or [TOGETHER]
        assert sum(len(of_arm(table, name)) for name in apart) == len(table)
    keys = ["subject_id", "arm", "visit"]
    assert not flow.visits.duplicated(keys).any()
    places = record.places.assign(arm=record.places["arm"].fillna(NO_ARM))
    assert len(flow.visits) == len(places.drop_duplicates(keys))


@given(studies())
@settings(max_examples=20, deadline=None)
def test_who_is_analysed_is_who_the_comparison_analysed(known: Known) -> None:
    """Lost: the flow and the result would name different n."""
    answered, _ = known.answered()
    flow = flow_of(known.record, known.evidence, known.asked, answered)
    analysed = int((flow.subjects["end"] == "analysed").sum())
    scans = int((flow.scans["end"] == "analysed").sum())
    if answered is None:
        assert (analysed, scans) == (0, 0)
        return
    whole = levels_behind(answered.scored, answered.found).whole
    assert (analysed, scans) == (whole.n_subjects, whole.n_scans)
    if answered.found.design == "arms x visits":
        for arm, by_visit in answered.found.n.items():
            assert isinstance(by_visit, dict)
            for visit, n in by_visit.items():
                own = of_arm(flow.visits, arm)
                own = own[own["visit"] == visit]
                assert int((own["end"] == "analysed").sum()) == n


@pytest.mark.parametrize(
    ("subject", "end"),
    [
        (OneSubject(), "analysed"),
        (OneSubject(scans=(), status="erased"), "erased"),
        (OneSubject(arm=None), "no arm"),
        (OneSubject(scans=()), "no scan"),
        (OneSubject(scans=(OneScan("D0", "excluded"), OneScan("D28", "failed"))), "not graded"),
        (OneSubject(full_analysis=False), "outside the population"),
        (OneSubject(scans=(OneScan("D0", last_um=40),)), "depths not covered"),
        (OneSubject(scans=(OneScan("D28"),)), "not compared"),
    ],
)
def test_each_way_to_end(subject: OneSubject, end: str) -> None:
    others = [OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(4)]
    flow = followed(known_of([subject, *others]))
    assert flow.subjects.set_index("subject_id")["end"]["S00"] == end
    assert set(flow.subjects["end"][1:]) == {"analysed"}


def test_a_cohort_is_asked_at_one_visit_and_scans_of_others_say_so() -> None:
    subjects = [OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(3)]
    flow = followed(known_of(subjects, kind="cohorts"))
    assert set(flow.scans["end"][flow.scans["visit"] == "D28"]) == {"another visit"}
    assert set(flow.subjects["end"]) == {"analysed"}


def test_a_subject_with_two_sides_is_one_subject() -> None:
    scans = tuple(OneScan(visit, site=site) for visit in VISITS for site in SIDES)
    flow = followed(known_of([OneSubject(scans=scans)] * 4, kind="hemi_face"))
    assert list(flow.subjects["arm"]) == [TOGETHER] * 4
    assert flow.columns(sides=True) == (TOGETHER,)
    assert len(flow.visits) == 4 * 2 * 2
    assert set(flow.scans["end"]) == {"analysed"}


def test_a_side_without_an_arm_has_its_own_column() -> None:
    """Lost: sides whose arm nobody wrote down would be in no row at all."""
    scans = tuple(OneScan(visit, site=site) for visit in VISITS for site in SIDES)
    known = known_of([OneSubject(scans=scans)] * 4, kind="hemi_face")
    places = known.record.places.copy()
    left = (places["subject_id"] == "S00") & (places["site"] == SIDES[0])
    record = replace(known.record, places=places.assign(arm=places["arm"].mask(left)))
    flow = flow_of(record, known.evidence, known.asked, None)
    assert flow.arms == (*record.arms, NO_ARM)
    assert sum(len(of_arm(flow.visits, arm)) for arm in flow.arms) == len(flow.visits)


def test_the_per_protocol_set_leaves_out_who_is_not_in_it() -> None:
    subjects = [OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(3)]
    known = known_of([OneSubject(per_protocol=False), *subjects])
    layers = known.evidence.layers
    inside = layers[layers["subject_id"] != "S00"]
    strict = replace(known.evidence, layers=inside, population="per_protocol")
    flow = flow_of(known.record, strict, known.asked, None)
    assert flow.subjects["end"].tolist() == ["outside the population", *["not compared"] * 6]
