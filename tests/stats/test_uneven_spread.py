"""When the standard deviations of arms are said to differ."""

import numpy as np
import pytest

from dermdash.stats.designs.spread import uneven_spread


def groups(ratio: float, sizes: tuple[int, int]) -> dict[str, np.ndarray]:
    """Two arms whose SDs have this ratio."""
    a, b = (np.arange(float(n)) for n in sizes)
    return {"a": a / a.std(ddof=1), "b": ratio * b / b.std(ddof=1)}


@pytest.mark.parametrize(
    ("ratio", "sizes", "told"),
    [
        (2.001, (10, 10), True),
        (1.999, (10, 10), False),
        (1 / 2.001, (10, 10), True),
        (1.501, (10, 15), True),
        (1.501, (10, 14), False),
        (1.499, (10, 20), False),
        (1 / 1.501, (10, 15), True),
    ],
)
def test_the_limits(ratio: float, sizes: tuple[int, int], *, told: bool) -> None:
    """Lost: ANOVA's false positives would go unseen, or every study be warned of."""
    assert bool(uneven_spread(groups(ratio, sizes), "ranks")) == told


def test_the_sds_are_those_of_a_sample() -> None:
    """Lost: the page's SDs and the warning's would differ."""
    pair = {"few": np.array([1.0, 2.0]), "many": np.array([0.0, 0.0, 4.0, 4.0])}
    assert uneven_spread(pair, "the ranks") == (
        "Standard deviations differ (many 2.31, few 0.71, with 2 to 4 subjects an arm): "
        "read the ranks."
    )
    exact = {"a": np.array([0.0, 1.0]), "b": np.array([0.0, 2.0])}
    assert uneven_spread(exact, "the ranks").startswith(
        "Standard deviations differ (b 1.41, a 0.71"
    )


def test_an_arm_that_does_not_vary() -> None:
    """Lost: a division by 0."""
    assert "(b 1.00, a 0.00)" in uneven_spread({"a": np.ones(3), "b": np.arange(3.0)}, "ranks")
