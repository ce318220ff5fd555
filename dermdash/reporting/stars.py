"""Stars: which results may carry them, and which ones they are."""

from collections.abc import Sequence

from dermdash.stats.findings import Contrast
from dermdash.stats.words import stars

DEMONSTRATION = "demonstration"
LEGEND = "* p < .05, ** p < .01, *** p < .001, ns otherwise; planned questions only."


def may_claim(*, synthetic: bool, model_use: str | None) -> bool:
    """Whether scores by a model of this use may carry stars and claims.

    model_use : as on the model's card; None where no model is named yet

    >>> may_claim(synthetic=False, model_use="demonstration")
    False
    >>> may_claim(synthetic=True, model_use="demonstration")
    True
    """
    if model_use is None:
        return False
    return synthetic or not model_use.startswith(DEMONSTRATION)


def star_marks(
    contrasts: Sequence[Contrast], *, alpha: float, planned: bool, allowed: bool
) -> list[str]:
    """The stars of each contrast, on its unrounded adjusted p; "" where it may carry none.

    planned : whether the plan was locked, and nothing else is asked than it says
    allowed : whether the model may carry claims, as ``may_claim`` says

    Only the primary and the key secondary contrasts have stars, or ``ns``; exploratory ones never.
    """
    return [
        (stars(one.p_adjusted) if one.p_adjusted < alpha else "ns")
        if planned and allowed and one.role in ("primary", "key secondary")
        else ""
        for one in contrasts
    ]
