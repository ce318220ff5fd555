"""One primary question, then the key secondary ones in order; everything else explores."""

from collections.abc import Sequence
from dataclasses import replace

from dermdash.errors import TableError
from dermdash.stats.findings import Contrast
from dermdash.stats.plan import ContrastKey, Plan
from dermdash.stats.within import holm


def assign_roles(contrasts: Sequence[Contrast], plan: Plan) -> tuple[Contrast, ...]:
    """Mark the planned contrasts, and adjust their p for the order in which they are tested.

    The primary contrast keeps its own p. Key secondary ones are tested only after it: their
    ``p_adjusted`` is at least the primary's, and adjusted by Holm or along the sequence. All
    others stay exploratory, with the adjustment of their family.

    Raises
    ------
    TableError
        The plan names a contrast that the table does not have.
    """
    if plan.primary is None:
        return tuple(contrasts)
    by_key = {_key(contrast): contrast for contrast in contrasts}
    for key in (plan.primary, *plan.key_secondary):
        if key not in by_key:
            a, b, visit = key
            raise TableError(
                f"the plan's contrast {a} − {b}{f' at {visit}' if visit else ''} is not in the "
                f"table; it has {', '.join(f'{c[0]} − {c[1]} {c[2]}'.strip() for c in by_key)}"
            )
    adjusted = {plan.primary: by_key[plan.primary].p}
    secondary = [by_key[key].p for key in plan.key_secondary]
    if plan.secondary == "holm":
        secondary = list(holm(secondary)) if secondary else []
    floor = adjusted[plan.primary]
    for key, p in zip(plan.key_secondary, secondary, strict=True):
        adjusted[key] = max(floor, p)
        if plan.secondary == "fixed_sequence":
            floor = adjusted[key]
    return tuple(
        replace(
            contrast,
            p_adjusted=adjusted[key],
            role="primary" if key == plan.primary else "key secondary",
        )
        if (key := _key(contrast)) in adjusted
        else contrast
        for contrast in contrasts
    )


def _key(contrast: Contrast) -> ContrastKey:
    return contrast.a, contrast.b, contrast.visit or ""
