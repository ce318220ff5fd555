"""What repeated measures share: adjustment, epsilon, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.stats.within import complete_table, greenhouse_geisser, holm, labels_of

P = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_holm_as_in_r() -> None:
    """Lost: the family-wise error of the pairs. R: p.adjust(c(.01, .02, .03, .005), "holm")."""
    assert holm([0.01, 0.02, 0.03, 0.005]) == pytest.approx((0.03, 0.04, 0.04, 0.02))


@given(P)
def test_holm_by_its_definition(p: list[float]) -> None:
    """Lost: ties or ones among the p-values would be adjusted wrongly.

    The largest of (number of p not below p_j) × p_j over the p_j up to this one, at most 1.
    """
    for own, adjusted in zip(p, holm(p), strict=True):
        steps = [other * sum(third >= other for third in p) for other in p if other <= own]
        assert adjusted == pytest.approx(min(1.0, max(steps)))


def test_one_p_is_its_own_family() -> None:
    """Lost: a single planned contrast would be punished."""
    assert holm([0.04]) == (0.04,)
    assert holm([]) == ()


def test_epsilon_has_its_bounds() -> None:
    """Lost: a correction that makes p smaller, or larger than theory allows."""
    assert greenhouse_geisser(np.eye(4) * 7) == 1.0
    assert greenhouse_geisser(np.ones((3, 3))) == pytest.approx(1 / 3)
    assert greenhouse_geisser(np.array([[2.5]])) == 1.0


@pytest.mark.parametrize(
    ("values", "names", "words"),
    [
        ([[1, 2], [3, 4]], ["D0"], "1 names stand for 2 visits"),
        ([[1, 2]], None, "1 complete subjects and 2 visits"),
        ([1, 2, 3], None, "have 1 dimensions"),
        ([[1, np.inf], [2, 3]], None, "1 of the table's values are missing or infinite"),
        ([[1, "x"], [2, 3]], None, "no number"),
        (np.empty((0, 3)), None, "0 complete subjects"),
    ],
)
def test_tables_that_are_none(values: object, names: list[str] | None, words: str) -> None:
    """Lost: a traceback of numpy for a slip in a spreadsheet."""
    with pytest.raises(TableError, match=words):
        complete_table(values, names)  # type: ignore[arg-type]


def test_arms_are_names() -> None:
    """Lost: subjects without an arm would make an arm called nan."""
    assert labels_of(["a", "", "C(arm)"], 3).tolist() == ["a", "", "C(arm)"]
    with pytest.raises(TableError, match="arm of subject 2 of 2 is nan"):
        labels_of(["a", float("nan")], 2)  # type: ignore[list-item]
