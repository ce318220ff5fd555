"""One primary question, then the key secondary ones in order; everything else explores."""

from collections.abc import Sequence
from dataclasses import replace

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.plan import ContrastKey, Plan
from dermdash.stats.within import holm

ALONE = {
    "tukey_hsd": "t_test",
    "dunnett": "t_test",
    "two_way_tukey": "t_test",
    "games_howell": "welch_t_test",
}


def assign_roles(contrasts: Sequence[Contrast], plan: Plan) -> tuple[Contrast, ...]:
    """Mark the planned contrasts, and adjust their p for the order in which they are tested.

    A planned contrast stands for itself: it is read by its own t test and interval where the
    method has simultaneous ones (Tukey, Dunnett, Games-Howell). The primary keeps its own p. Key
    secondary ones are tested only after it: their ``p_adjusted`` is at least the primary's, and
    adjusted by Holm or along the sequence. All others stay exploratory, with the adjustment of
    their family.

    Raises
    ------
    TableError
        The plan names a contrast that the table does not have.
    """
    there = [_key(contrast) for contrast in contrasts]
    for key in _planned(plan):
        if key not in there:
            a, b, visit = key
            raise TableError(
                f"the plan's contrast {a} − {b}{f' at {visit}' if visit else ''} is not in the "
                f"table; it has {', '.join(f'{c[0]} − {c[1]} {c[2]}'.strip() for c in there)}"
            )
    return as_planned(contrasts, plan)


def as_planned(contrasts: Sequence[Contrast], plan: Plan) -> tuple[Contrast, ...]:
    """The same of an alternative, which need not have all contrasts of the plan."""
    by_key = {_key(contrast): contrast for contrast in contrasts}
    keys = [key for key in _planned(plan) if key in by_key]
    adjusted = {key: by_key[key].p for key in keys if key == plan.primary}
    floor = max(adjusted.values(), default=0.0)
    keys = [key for key in keys if key not in adjusted]
    secondary: Sequence[float] = [by_key[key].p for key in keys]
    if plan.secondary == "holm":
        secondary = holm(secondary)
    for key, p in zip(keys, secondary, strict=True):
        adjusted[key] = max(floor, p)
        if plan.secondary == "fixed_sequence":
            floor = adjusted[key]
    return tuple(
        replace(
            _alone(contrast, plan.alpha),
            p_adjusted=adjusted[key],
            role="primary" if key == plan.primary else "key secondary",
        )
        if (key := _key(contrast)) in adjusted
        else contrast
        for contrast in contrasts
    )


def _alone(contrast: Contrast, alpha: float) -> Contrast:
    """The contrast by its own t test, in the place of a simultaneous one."""
    from scipy import stats

    method = ALONE.get(contrast.method)
    if method is None or contrast.df is None or contrast.standard_error is None:
        return contrast
    half = float(stats.t.isf(alpha / 2, contrast.df)) * contrast.standard_error
    return replace(
        contrast,
        ci_low=contrast.difference - half,
        ci_high=contrast.difference + half,
        method=method,
    )


def _planned(plan: Plan) -> tuple[ContrastKey, ...]:
    return () if plan.primary is None else (plan.primary, *plan.key_secondary)


def _key(contrast: Contrast) -> ContrastKey:
    return contrast.a, contrast.b, contrast.visit or ""
