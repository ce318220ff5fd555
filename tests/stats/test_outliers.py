"""Values far from the others are flagged, and kept."""

import pandas as pd
import pytest

from dermdash.stats.comparison import compare
from dermdash.stats.observations import observe
from dermdash.stats.outliers import Outlier, flag_outliers
from dermdash.stats.plan import Plan
from tests.support.scores import paper

ARMS = Plan("score", between="arm", subject="subject_id")


def flagged(values: list[float], **plan: float) -> tuple[Outlier, ...]:
    table = pd.DataFrame({"arm": "a", "score": values})
    asked = Plan("score", between="arm", **plan)  # type: ignore[arg-type]
    return flag_outliers(observe(table, asked), asked)


def test_outliers_are_flagged_and_kept() -> None:
    """Lost: a slip of the pen would go unseen, or a true value be dropped in silence."""
    table = paper()
    table.loc[3, "score"] = 9.0
    found = compare(table, ARMS)
    assert ("young 4", "young", 9.0) in [(o.subject, o.arm, o.value) for o in found.outliers]
    assert found.n["young"] == 12
    assert found.sensitivity[0].label == f"without {len(found.outliers)} flagged values"
    assert found.sensitivity[0].contrasts[0].difference < found.contrasts[0].difference


def test_the_distance_is_in_scaled_deviations() -> None:
    """Lost: the plan's limit would mean something else than Iglewicz and Hoaglin's.

    Of 0, 1, 2, 3, x the median is 2 and the median deviation 1, so that x = 2 + 3.5 × 1.4826 lies
    at the limit.
    """
    limit = 2 + 3.5 * 1.4826
    assert not flagged([0, 1, 2, 3, limit - 1e-9])
    (one,) = flagged([0, 1, 2, 3, limit + 1e-9])
    assert (one.arm, one.visit) == ("a", None)
    assert one.distance == pytest.approx(3.5)
    assert not flagged([0, 1, 2, 3, limit + 1e-9], outlier_mads=4)
    (low,) = flagged([0, 1, 2, 3, -9])
    assert low.value == -9


def test_few_or_equal_values_have_no_outliers() -> None:
    """Lost: the one value that moves would be an error, or a division by 0."""
    assert not flagged([0, 1, 2, 99])
    assert len(flagged([0, 1, 2, 3, 99])) == 1
    assert not flagged([2, 2, 2, 2, 99])
