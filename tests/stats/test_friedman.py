"""Friedman's test against R's example."""

import numpy as np
import pytest

from dermdash.errors import TableError
from dermdash.stats.friedman import friedman

# Hollander & Wolfe 1973, p. 140: 22 players, three ways to round first base; R's example.
ROUNDING = np.array(
    [
        (5.40, 5.50, 5.55),
        (5.85, 5.70, 5.75),
        (5.20, 5.60, 5.50),
        (5.55, 5.50, 5.40),
        (5.90, 5.85, 5.70),
        (5.45, 5.55, 5.60),
        (5.40, 5.40, 5.35),
        (5.45, 5.50, 5.35),
        (5.25, 5.15, 5.00),
        (5.85, 5.80, 5.70),
        (5.25, 5.20, 5.10),
        (5.65, 5.55, 5.45),
        (5.60, 5.35, 5.45),
        (5.05, 5.00, 4.95),
        (5.50, 5.50, 5.40),
        (5.45, 5.55, 5.50),
        (5.55, 5.55, 5.35),
        (5.45, 5.50, 5.55),
        (5.50, 5.45, 5.25),
        (5.65, 5.60, 5.40),
        (5.70, 5.65, 5.55),
        (6.30, 6.30, 6.25),
    ]
)


def test_the_published_example() -> None:
    """Lost: visits would be called different, or alike, by a wrong rank sum."""
    test = friedman(ROUNDING)
    assert test.statistic == pytest.approx(11.143, abs=5e-4)
    assert test.df == (2,)
    assert test.p == pytest.approx(0.003805, abs=5e-7)


@pytest.mark.parametrize("table", [np.ones((4, 3)), ROUNDING[:, :2], np.full((3, 3), np.nan)])
def test_what_cannot_be_ranked_is_refused(table: np.ndarray) -> None:
    """Lost: a NaN would stand where a p-value was expected."""
    with pytest.raises(TableError):
        friedman(table)
