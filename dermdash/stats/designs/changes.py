"""Arms over visits: did one arm change more than another, baselines taken into account?"""

from collections.abc import Sequence
from functools import partial

import numpy as np

from dermdash.errors import TableError
from dermdash.stats.ancova import Ancova, ancova, change_t_test
from dermdash.stats.assumptions import brown_forsythe, shapiro_wilk
from dermdash.stats.designs.answer import Answer, Beside, WithinArm, test_of
from dermdash.stats.designs.spread import uneven_spread
from dermdash.stats.designs.trial import LEAST, Trial, trial_of
from dermdash.stats.effects import partial_eta_squared
from dermdash.stats.findings import Alternative, Check, Contrast, Effect, Test
from dermdash.stats.mixed import mmrm
from dermdash.stats.mixed_anova import mixed_anova
from dermdash.stats.observations import Observations
from dermdash.stats.plan import Plan
from dermdash.stats.visits import mean_changes

FEW = 4  # subjects an arm, under which a standard deviation tells nothing


def compare_changes(observations: Observations, plan: Plan) -> Answer:
    """ANCOVA at each later visit where all were seen, MMRM where visits are missing.

    The omnibus asks whether the arms change alike over all visits; where no test of that can be
    had, the F of the arms at the last visit compared takes its place. Where the mixed model cannot
    be estimated, ANCOVA of whoever was seen does. A warning says so. Within-arm changes stand
    apart as description.

    Raises
    ------
    TableError
        One arm or visit only, no baseline, or too few subjects or nothing that varies at any
        visit.
    """
    trial, warnings = trial_of(observations, plan)
    beside = Beside()
    several = len(trial.visits) > 2
    mixed = beside.attempt("The mixed model", partial(_mixed, trial)) if several else None
    by_visit = _by_visit(trial, beside)
    whole = beside.attempt("The mixed ANOVA of complete subjects", partial(_interaction, trial))
    observed = tuple(contrast for found in by_visit.values() for contrast in found.contrasts)
    alternatives: list[Alternative] = []
    if mixed is not None and not trial.complete.all():
        joint, contrasts = mixed
        if observed:
            alternatives.append(_only(observed))
        if joint is not None and whole is not None:
            alternatives.append(Alternative(whole))
        how = "missing visits are taken as missing at random, given arm, baseline and visits seen"
    else:
        joint, contrasts = None, observed
        if mixed is not None:
            alternatives.append(_beside(*mixed))
        how = "only subjects seen at the baseline and at the visit are analysed"
    omnibus = joint or whole or list(by_visit.values())[-1].omnibus
    alternatives += _by_change(trial, beside)
    return Answer(
        design="arms x visits",
        n=_counts(trial),
        omnibus=omnibus,
        contrasts=contrasts,
        effects=_effects(omnibus),
        checks=_checks(trial, by_visit, beside),
        alternatives=tuple(alternatives),
        estimand=(
            f"Difference between arms in mean {plan.outcome} at each later visit, for subjects "
            f"with the same {trial.visits[0]} score, whatever became of their treatment; {how}."
        ),
        within_arm=_within(trial),
        warnings=(*warnings, *_thin(trial), *_spread(trial), *beside.warnings),
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


def _by_visit(trial: Trial, beside: Beside) -> dict[int, Ancova]:
    """ANCOVA of whoever was seen, at each later visit that allows it.

    Raises
    ------
    TableError
        No visit does.
    """
    found: dict[int, Ancova] = {}
    refusal: TableError | None = None
    for visit in range(1, len(trial.visits)):
        try:
            found[visit] = _ancova(trial, visit)
        except TableError as error:
            refusal = error
            beside.warnings.append(f"ANCOVA at {trial.visits[visit]} is left out: {error}.")
    if refusal is not None and not found:
        raise refusal
    return found


def _ancova(trial: Trial, visit: int) -> Ancova:
    compared = trial.compared(visit)
    if not (pairs := trial.pairs(visit)):
        raise TableError(
            f"no two arms to compare have {LEAST} subjects each at {trial.visits[visit]}; add "
            "values or leave the visit out"
        )
    return ancova(
        trial.scores[compared, visit],
        trial.baseline[compared],
        trial.arm[compared].tolist(),
        pairs=pairs,
        visit=trial.visits[visit],
        alpha=trial.alpha,
    )


def _by_change(trial: Trial, beside: Beside) -> list[Alternative]:
    """Welch's t tests of the plain changes."""
    contrasts = []
    for visit in range(1, len(trial.visits)):
        seen = trial.seen(visit)
        for a, b in trial.pairs(visit):
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
            if contrast := beside.attempt(f"The test of changes at {trial.visits[visit]}", test):
                contrasts.append(contrast)
    return [_only(contrasts)] if contrasts else []


def _beside(joint: Test | None, contrasts: tuple[Contrast, ...]) -> Alternative:
    return _only(contrasts) if joint is None else Alternative(joint, contrasts)


def _only(contrasts: Sequence[Contrast]) -> Alternative:
    return Alternative(test_of(contrasts[-1]), tuple(contrasts), omnibus=False)


def _effects(omnibus: Test) -> tuple[Effect, ...]:
    return (partial_eta_squared(omnibus.statistic, *omnibus.df),)


def _checks(trial: Trial, by_visit: dict[int, Ancova], beside: Beside) -> tuple[Check, ...]:
    """Of the last visit that was compared."""
    last, fit = list(by_visit.items())[-1]
    arm = trial.arm[trial.compared(last)]
    groups = {name: fit.residuals[arm == name] for name in trial.arms if name in arm}
    found = (
        fit.equal_slopes,
        beside.attempt("The test of equal variances", partial(brown_forsythe, groups)),
        beside.attempt("The test of normality", partial(shapiro_wilk, fit.residuals)),
    )
    return tuple(check for check in found if check is not None)


def _thin(trial: Trial) -> list[str]:
    """Arms that a visit has too few subjects of."""
    return [
        f"ANCOVA at {trial.visits[visit]} leaves out arm {arm!r}: {n or 'none'} of its subjects "
        f"{'was' if n == 1 else 'were'} seen there."
        for visit in range(1, len(trial.visits))
        for arm, n in trial.n_seen(visit).items()
        if n < LEAST
    ]


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
