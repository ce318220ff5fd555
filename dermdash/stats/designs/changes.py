"""Arms over visits: did one arm change more than another, baselines taken into account?"""

from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.ancova import Ancova, ancova, change_t_test
from dermdash.stats.assumptions import brown_forsythe, shapiro_wilk
from dermdash.stats.designs.answer import Answer, Beside, WithinArm, test_of
from dermdash.stats.designs.spread import uneven_spread
from dermdash.stats.effects import partial_eta_squared
from dermdash.stats.findings import Alternative, Check, Contrast, Effect, Test
from dermdash.stats.mixed import mmrm
from dermdash.stats.mixed_anova import mixed_anova
from dermdash.stats.observations import Observations
from dermdash.stats.plan import Plan
from dermdash.stats.visits import mean_changes

FEW = 4  # subjects an arm, under which a standard deviation tells nothing


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Subjects with a baseline and at least one later visit, a row each.

    scores : (n_subjects, n_visits), the baseline first, NaN where missing
    arm : (n_subjects,)
    """

    scores: NDArray[np.float64]
    subject: NDArray[np.str_]
    arm: NDArray[np.str_]
    arms: tuple[str, ...]
    visits: tuple[str, ...]
    control: str | None
    alpha: float

    @property
    def baseline(self) -> NDArray[np.float64]:
        return self.scores[:, 0]

    @property
    def complete(self) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.scores).all(axis=1))

    def seen(self, visit: int) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.scores[:, visit]))


def compare_changes(observations: Observations, plan: Plan) -> Answer:
    """ANCOVA at each later visit where all were seen, MMRM where visits are missing.

    The omnibus asks whether the arms change alike over all visits. Within-arm changes stand apart
    as description.

    Raises
    ------
    TableError
        One arm or visit only, no baseline, too few subjects, or nothing varies.
    """
    trial, warnings = _trial(observations, plan)
    beside = Beside()
    several = len(trial.visits) > 2
    mixed = beside.attempt("The mixed model", partial(_mixed, trial)) if several else None
    if mixed is not None and not trial.complete.all():
        joint, contrasts = mixed
        omnibus = joint or _interaction(trial)
        alternatives = _by_ancova(trial, beside)
        how = "missing visits are taken as missing at random, given arm, baseline and visits seen"
    else:
        omnibus = _interaction(trial)
        by_visit = [_ancova(trial, visit) for visit in range(1, len(trial.visits))]
        contrasts = tuple(contrast for found in by_visit for contrast in found.contrasts)
        alternatives = [] if mixed is None else [_beside(*mixed)]
        how = "only subjects seen at the baseline and at the visit are analysed"
    alternatives += _by_change(trial, beside)
    return Answer(
        design="arms x visits",
        n=_counts(trial),
        omnibus=omnibus,
        contrasts=contrasts,
        effects=_effects(omnibus),
        checks=_checks(trial, beside),
        alternatives=tuple(alternatives),
        estimand=(
            f"Difference between arms in mean {plan.outcome} at each later visit, for subjects "
            f"with the same {trial.visits[0]} score, whatever became of their treatment; {how}."
        ),
        within_arm=_within(trial),
        warnings=(*warnings, *_spread(trial), *beside.warnings),
    )


def _trial(observations: Observations, plan: Plan) -> tuple[Trial, list[str]]:
    arms, visits = observations.arms, observations.visits
    if len(arms) < 2:
        raise TableError(f"the table has one arm, {arms[0]!r}; leave the column of the arms out")
    if len(visits) < 2:
        raise TableError(f"the table has one visit, {visits[0]!r}; changes need a later one")
    wide = observations.wide("visit")
    with_baseline = wide[wide[visits[0]].notna()]
    used = with_baseline[with_baseline[list(visits[1:])].notna().any(axis=1)]
    warnings = []
    for lost, what in (
        (len(wide) - len(with_baseline), f"no value at the baseline, {visits[0]},"),
        (len(with_baseline) - len(used), "no value after the baseline"),
    ):
        if lost:
            have = "subject has" if lost == 1 else "subjects have"
            warnings.append(f"{lost} {have} {what} and cannot be analysed.")
    labels = used.index.get_level_values("arm").astype(str)
    for arm in arms:
        n = int((labels == arm).sum())
        if n < 2:
            raise TableError(
                f"arm {arm!r} has {n} subjects with {visits[0]} and a later visit; at least 2 are "
                "needed: add values or leave the arm out"
            )
    # arms in their order, so that contrasts are earlier − later arm, and the control comes last
    order = np.argsort([arms.index(arm) for arm in labels], kind="stable")
    return (
        Trial(
            scores=used.to_numpy(float)[order],
            subject=np.asarray(used.index.get_level_values("subject").astype(str))[order],
            arm=np.asarray(labels)[order],
            arms=arms,
            visits=visits,
            control=plan.control,
            alpha=plan.alpha,
        ),
        warnings,
    )


def _mixed(trial: Trial) -> tuple[Test | None, tuple[Contrast, ...]]:
    later = len(trial.visits) - 1
    found = mmrm(
        trial.scores[:, 1:].ravel(),
        np.repeat(trial.subject, later),
        np.repeat(trial.arm, later),
        np.tile(np.asarray(trial.visits[1:]), len(trial.arm)),
        np.repeat(trial.baseline, later),
        alpha=trial.alpha,
        visits=trial.visits[1:],
        arms=trial.arms,
        control=trial.control,
    )
    return found.any_visit, found.contrasts


def _interaction(trial: Trial) -> Test:
    whole = trial.complete
    return mixed_anova(trial.scores[whole], trial.arm[whole].tolist()).interaction


def _ancova(trial: Trial, visit: int) -> Ancova:
    seen = trial.seen(visit)
    pairs = [
        (a, b)
        for a, b in combinations(trial.arms, 2)
        if trial.control is None or b == trial.control
    ]
    return ancova(
        trial.scores[seen, visit],
        trial.baseline[seen],
        trial.arm[seen].tolist(),
        pairs=pairs,
        visit=trial.visits[visit],
        alpha=trial.alpha,
    )


def _by_ancova(trial: Trial, beside: Beside) -> list[Alternative]:
    """Beside a mixed model: ANCOVA of whoever was seen, and the interaction of the complete."""
    contrasts: list[Contrast] = []
    for visit in range(1, len(trial.visits)):
        what = f"ANCOVA at {trial.visits[visit]}"
        if found := beside.attempt(what, partial(_ancova, trial, visit)):
            contrasts += found.contrasts
    alternatives = []
    if contrasts:
        alternatives.append(_only(contrasts))
    if test := beside.attempt("the mixed ANOVA of complete subjects", partial(_interaction, trial)):
        alternatives.append(Alternative(test))
    return alternatives


def _by_change(trial: Trial, beside: Beside) -> list[Alternative]:
    """Welch's t tests of the plain changes."""
    contrasts = []
    for visit in range(1, len(trial.visits)):
        seen = trial.seen(visit)
        for a, b in combinations(trial.arms, 2):
            if trial.control is not None and b != trial.control:
                continue
            test = partial(
                change_t_test,
                trial.scores[seen, visit],
                trial.baseline[seen],
                trial.arm[seen].tolist(),
                a=a,
                b=b,
                visit=trial.visits[visit],
                alpha=trial.alpha,
            )
            if contrast := beside.attempt(f"the test of changes at {trial.visits[visit]}", test):
                contrasts.append(contrast)
    return [_only(contrasts)] if contrasts else []


def _beside(joint: Test | None, contrasts: tuple[Contrast, ...]) -> Alternative:
    return _only(list(contrasts)) if joint is None else Alternative(joint, contrasts)


def _only(contrasts: list[Contrast]) -> Alternative:
    return Alternative(test_of(contrasts[-1]), tuple(contrasts), omnibus=False)


def _effects(omnibus: Test) -> tuple[Effect, ...]:
    return (partial_eta_squared(omnibus.statistic, *omnibus.df),)


def _checks(trial: Trial, beside: Beside) -> tuple[Check, ...]:
    found: list[Check | None] = []
    last = len(trial.visits) - 1
    fit = beside.attempt("the checks", partial(_ancova, trial, last))
    if fit is None:
        return ()
    arm = trial.arm[trial.seen(last)]
    groups = {name: fit.residuals[arm == name] for name in trial.arms}
    found.append(fit.equal_slopes)
    found.append(beside.attempt("the test of equal variances", partial(brown_forsythe, groups)))
    found.append(beside.attempt("the test of normality", partial(shapiro_wilk, fit.residuals)))
    return tuple(check for check in found if check is not None)


def _spread(trial: Trial) -> list[str]:
    """Why Welch's tests of the changes should be read first, or nothing."""
    seen = trial.seen(len(trial.visits) - 1)
    changes = trial.scores[seen, -1] - trial.baseline[seen]
    groups = {arm: changes[trial.arm[seen] == arm] for arm in trial.arms}
    if min(values.size for values in groups.values()) < FEW:
        return []
    told = uneven_spread(groups, "Welch's t tests of the changes, which do not assume equal SDs")
    return [told] if told else []


def _within(trial: Trial) -> tuple[WithinArm, ...]:
    return tuple(
        WithinArm(trial.visits[visit], change)
        for visit in range(1, len(trial.visits))
        if (seen := trial.seen(visit)).any()
        for change in mean_changes(
            trial.scores[seen, visit],
            trial.baseline[seen],
            trial.arm[seen].tolist(),
            alpha=trial.alpha,
        )
    )


def _counts(trial: Trial) -> dict[str, dict[str, int]]:
    seen = np.isfinite(trial.scores)
    return {
        arm: {
            visit: int(seen[trial.arm == arm, column].sum())
            for column, visit in enumerate(trial.visits)
        }
        for arm in trial.arms
    }
