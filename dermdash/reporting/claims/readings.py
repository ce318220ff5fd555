"""The same question asked otherwise: of other tests, other data, and what is missing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from dermdash.analysis.answers import Answered
from dermdash.analysis.changes import scores_at
from dermdash.analysis.cohorts import select
from dermdash.analysis.comparisons import Scored, score_cells
from dermdash.analysis.filters import range_name
from dermdash.analysis.missing import Missing, tip
from dermdash.analysis.other_scores import LEAST_LAYERS, common_depths
from dermdash.analysis.sensitivity import FRAGILE_UM
from dermdash.errors import DermdashError, TableError
from dermdash.reporting.claims.findings import Reading
from dermdash.reporting.claims.ground import OTHER, Ground
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Contrast
from dermdash.stats.multiplicity import as_planned
from dermdash.stats.plan import POPULATIONS
from dermdash.stats.signed_rank import wilcoxon_signed_rank
from dermdash.stats.words import NAMES, equals_p, number

MISSING = "missing scores imputed"


@dataclass(frozen=True, slots=True, eq=False)
class OtherData:
    """Other scores that the same question can be asked of.

    scored : None where there is nothing to ask, or where it cannot be asked; ``note`` says which
    """

    name: str
    scored: Scored | None
    note: Reading | None = None


def other_data(answered: Answered, ground: Ground) -> tuple[OtherData, ...]:
    """The DEJ moved, the other population, excluded scans back, and the depths common to all."""
    plan, layers = answered.found.plan, answered.layers
    score, depth_um = plan.value, plan.depth_um
    made = []
    for shift_um in (-FRAGILE_UM, FRAGILE_UM):
        name = f"with the DEJ {FRAGILE_UM} µm {'deeper' if shift_um > 0 else 'higher'}"
        moved = score_cells(layers, score, depth_um=depth_um, shift_um=shift_um)
        made.append(OtherData(name, moved))
    other = OTHER[plan.population]
    name = f"in the {POPULATIONS[other]}"
    theirs = select(ground.other.layers, arms=answered.arms)
    if set(theirs["scan_id"]) == set(layers["scan_id"]):
        note = Reading(name, "not needed", "it holds the same scans")
        made.append(OtherData(name, None, note))
    else:
        made.append(OtherData(name, score_cells(theirs, score, depth_um=depth_um)))
    made.append(_with_excluded(answered, ground))
    made.append(_over_common_depths(answered))
    return tuple(made)


def read_again(
    answered: Answered, one: Contrast, others: tuple[OtherData, ...]
) -> tuple[Reading, ...]:
    """A difference of means by other tests, on other data, without outliers, with what is missing.

    others : as ``other_data`` gives them
    """
    return (
        *_other_tests(answered, one),
        *(_on_other_data(answered, one, other) for other in others),
        _without_outliers(answered.found, one),
        _missing(answered, one),
    )


def judge(name: str, ours: Contrast, theirs: Contrast | None, alpha: float) -> Reading:
    """Whether another way finds the same: below alpha, and in the same direction."""
    if theirs is None:
        return Reading(name, "not known", "it has too few subjects to compare")
    same = theirs.p_adjusted < alpha and (theirs.difference > 0) == (ours.difference > 0)
    size = number(theirs.difference)
    return Reading(name, "holds" if same else "disagrees", f"{size}, {equals_p(theirs.p_adjusted)}")


def _other_tests(answered: Answered, one: Contrast) -> Iterator[Reading]:
    found = answered.found
    alternatives = [other.contrasts for other in found.alternatives]
    if found.design == "sides x visits":
        alternatives.append(_by_ranks(answered))
    known = [their for contrasts in alternatives if (their := _same(contrasts, one)) is not None]
    for their in known:
        yield judge(f"by {NAMES[their.method]}", one, their, found.plan.alpha)
    if not known:
        yield Reading("by another test", "not known", "none could be computed")


def _by_ranks(answered: Answered) -> tuple[Contrast, ...]:
    """Wilcoxon's test of the sides' changes, where signed ranks can tell."""
    found, contrasts = answered.found, []
    a, b = found.arms
    for visit in found.visits[1:]:
        pairs = scores_at(answered.scored, found, visit)
        pairs = pairs.assign(change=pairs["later"] - pairs["baseline"])
        sides = pairs.pivot(index="subject_id", columns="arm", values="change")[[a, b]].dropna()
        try:
            contrasts.append(
                wilcoxon_signed_rank(
                    sides[a].to_numpy(float),
                    sides[b].to_numpy(float),
                    a=a,
                    b=b,
                    visit=visit,
                    alpha=found.plan.alpha,
                )
            )
        except TableError:
            continue
    return as_planned(contrasts, found.plan)


def _on_other_data(answered: Answered, one: Contrast, other: OtherData) -> Reading:
    if other.scored is None:
        return other.note or Reading(other.name, "not known", "it cannot be told")
    try:
        again = answered.again(other.scored)
    except DermdashError:
        return judge(other.name, one, None, answered.found.plan.alpha)
    read = judge(other.name, one, _same(again.contrasts, one), answered.found.plan.alpha)
    before, after = _n(answered.found, one), _n(again, one)
    if after == before:
        return read
    return replace(read, said=f"{read.said}, with {after} subjects instead of {before}")


def _over_common_depths(answered: Answered) -> OtherData:
    plan, layers = answered.found.plan, answered.layers
    compared = layers[layers["visit"].astype("str").isin(answered.found.visits)]
    common = common_depths(compared, within_um=plan.depth_um)
    name = "over the depths common to all scans"
    if common == plan.depth_um:
        return OtherData(name, None, Reading(name, "not needed", "all scans cover the whole range"))
    n_layers = 0 if common is None else common[1] - common[0] + 1
    if common is None or n_layers < LEAST_LAYERS:
        return OtherData(name, None, Reading(name, "not known", f"they share {n_layers} layers"))
    scored = score_cells(layers, plan.value, depth_um=common)
    return OtherData(f"over {range_name(common)}, common to all scans", scored)


def _with_excluded(answered: Answered, ground: Ground) -> OtherData:
    every = select(ground.every, arms=answered.arms)
    back = set(every["scan_id"]) - set(answered.layers["scan_id"])
    if back:
        plan = answered.found.plan
        scored = score_cells(every, plan.value, depth_um=plan.depth_um)
        scans = "scan" if len(back) == 1 else "scans"
        return OtherData(f"with {len(back)} excluded {scans} back", scored)
    name = "with excluded scans back"
    if ground.n_excluded:
        note = Reading(name, "not known", f"{ground.n_excluded} are excluded, and none is graded")
        return OtherData(name, None, note)
    return OtherData(name, None, Reading(name, "not needed", "no scan is excluded"))


def _without_outliers(found: Comparison, one: Contrast) -> Reading:
    name = "without outliers"
    if not found.outliers:
        return Reading(name, "not needed", "no value is flagged")
    if not found.sensitivity:
        return Reading(name, "not known", f"too few are left without {len(found.outliers)} values")
    other = found.sensitivity[0]
    return judge(other.label, one, _same(other.contrasts, one), found.plan.alpha)


def _missing(answered: Answered, one: Contrast) -> Reading:
    """What scores that are missing could change."""
    found = answered.found
    if found.design != "arms x visits":
        return _missing_sides(answered)
    pairs = scores_at(answered.scored, found, one.visit or found.visits[-1])
    pairs = pairs[pairs["arm"].isin((one.a, one.b))]
    known = pairs["baseline"].notna()
    n_missing = int(pairs.loc[known, "later"].isna().sum())
    unseen = _unseen(int((~known).sum()))
    if not n_missing:
        if unseen:
            return Reading(MISSING, "not known", unseen)
        return Reading(MISSING, "not needed", f"no {one.visit} score is missing")
    plan = replace(found.plan, primary_visit=one.visit)
    about = replace(found, plan=plan, contrasts=(replace(one, role="primary"),))
    try:
        told = tip(answered.scored, about)
    except TableError as why:
        return Reading(MISSING, "not known", str(why))
    return _tipped(told, one, tried=bool(plan.delta), unseen=unseen)


def _tipped(told: Missing, one: Contrast, *, tried: bool, unseen: str) -> Reading:
    """Whether a difference stands with its missing scores imputed, and moved against it.

    tried : the plan says how far they are moved; else how far is told and judged by the reader
    """
    expected, at = told.tipping.contrasts[0], told.tipping.tipping_delta
    if not (expected.p < told.alpha and (expected.difference > 0) == (one.difference > 0)):
        return Reading(MISSING, "disagrees", f"as expected of who was seen, {equals_p(expected.p)}")
    worst = told.tipping.deltas[-1] if at is None else at
    shift = f"{number(abs(worst))} {'higher' if worst > 0 else 'lower'} than expected"
    if at is not None and tried:
        said = f"it tips once those of {told.shifted} are {shift}, which the plan allows for"
        return Reading(MISSING, "disagrees", said)
    said = f"{'also where' if at is None else 'until'} those of {told.shifted} are {shift}"
    return Reading(MISSING, "holds", f"{said}{f'; {unseen}' if unseen else ''}")


def _missing_sides(answered: Answered) -> Reading:
    cells = pd.concat([answered.scored.table["subject_id"], answered.scored.short["subject_id"]])
    n_all, n = cells.nunique(), max(_counts(answered.found))
    if n_all == n:
        return Reading(MISSING, "not needed", "every subject has both sides at every visit")
    lost = n_all - n
    return Reading(
        MISSING,
        "not known",
        f"{lost} of {n_all} subjects lack a side or a visit and are left out; sides are not "
        "imputed",
    )


def _unseen(n: int) -> str:
    if not n:
        return ""
    return f"{n} {'subject has' if n == 1 else 'subjects have'} no baseline and cannot be imputed"


def _same(contrasts: tuple[Contrast, ...], one: Contrast) -> Contrast | None:
    key = (one.a, one.b, one.visit)
    return next((c for c in contrasts if (c.a, c.b, c.visit) == key), None)


def _n(found: Comparison, one: Contrast) -> int:
    """Subjects behind a difference; of sides each counts once."""
    own = subjects_of(found, one)
    return own[0] if found.design == "sides x visits" else sum(own)


def subjects_of(found: Comparison, one: Contrast) -> tuple[int, int]:
    """Subjects of both arms of a difference at its visit."""

    def n(arm: str) -> int:
        cell = found.n.get(arm, 0)
        return cell if isinstance(cell, int) else cell.get(one.visit or "", 0)

    return n(one.a), n(one.b)


def _counts(found: Comparison) -> list[int]:
    return [
        n
        for cell in found.n.values()
        for n in (cell.values() if isinstance(cell, dict) else [cell])
    ]
