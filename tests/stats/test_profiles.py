"""What cannot be compared along depth is left out and said, or refused in one sentence."""

import numpy as np
import pytest
from numpy.typing import NDArray

from dermdash.errors import TableError
from dermdash.stats.depthwise import compare_arms, compare_pairs

Floats = NDArray[np.float64]


def test_clusters_do_not_bridge_gaps_or_signs() -> None:
    """Two differences of opposite sign, or on two sides of a missing layer, are two."""
    rng = np.random.default_rng(11)
    shift = np.array([3.0, 3, -3, -3, 0, 3, 3, 3])
    arms = {"a": rng.normal(0, 1, (8, 8)) + shift, "b": rng.normal(0, 1, (8, 8))}
    arms["a"][:6, 6] = np.nan
    found = compare_arms(arms, range(8), seed=0, permutations=999)
    spans = [(c.start_um, c.stop_um, c.direction) for c in found.contrasts[0].clusters]
    assert spans == [(0, 1, 1), (2, 3, -1), (5, 5, 1), (7, 7, 1)]
    assert found.left_out_um.tolist() == [6]
    assert found.warnings[0] == (
        "1 of 8 depths, at 6 µm, is left out: fewer than 3 subjects of a group have it."
    )


def test_what_cannot_be_tested_is_said() -> None:
    """Constant layers, absent subjects and tiny arms would become NaN, or a silent loss."""
    rng = np.random.default_rng(12)
    arms = {"a": rng.normal(1, 1, (4, 5)), "b": rng.normal(0, 1, (3, 5))}
    arms["a"][:, 1:3] = 2.0
    arms["b"][:, 1:3] = 1.0
    arms["a"] = np.vstack([arms["a"], np.full((1, 5), np.nan)])
    found = compare_arms(arms, range(5), seed=0)
    assert found.depth_um.tolist() == [0, 3, 4]
    assert found.n_subjects == {"a": 4, "b": 3}
    assert found.warnings == (
        "2 of 5 depths, between 1 and 2 µm, are left out: the scores do not vary there.",
        "1 of 5 subjects of a have no usable layer.",
    )
    three = {"a": arms["a"][:3], "b": arms["b"]}
    tiny = compare_arms(three, range(5), seed=0)  # 20 ways: p of .05 at the very least
    assert "no arrangement can be rarer than p = 0.05" in tiny.warnings[-1]
    assert np.isinf(tiny.contrasts[0].band_high).all()
    assert tiny.contrasts[0].significant_um == ()
    assert (tiny.contrasts[0].p_adjusted >= 0.1 - 1e-12).all()


def test_separated_constants_are_a_finite_finding() -> None:
    """Grades in thirds repeat: arms without any spread at one depth must not give NaN."""
    rng = np.random.default_rng(13)
    a = np.round(rng.normal(3, 0.3, (6, 4)) * 3) / 3
    b = np.round(rng.normal(1.5, 0.3, (6, 4)) * 3) / 3
    a[:, 2] = 3.0
    found = compare_arms({"a": a, "b": b}, range(4), seed=0)
    for values in (
        found.contrasts[0].statistic,
        found.contrasts[0].p_adjusted,
        found.contrasts[0].band_low,
    ):
        assert np.isfinite(values).all()
    assert (found.contrasts[0].p_adjusted < 0.05).all()


good = np.arange(12.0).reshape(4, 3) % 5


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        ({"a": good}, "1 arm is given; comparing arms needs two"),
        ({}, "0 arm is given"),
        ({"a": good, "b": good[:, :2]}, "the profiles of b have 2 layers, but 3 depths"),
        ({"a": good, "b": good[:2]}, "b has at most 2 subjects at any depth"),
        (
            {"a": good + np.array([0, np.nan, np.nan]), "b": good + np.array([np.nan, 0, 0])},
            "at no depth have all groups enough subjects; .* needs 3 a group",
        ),
        ({"a": good, "b": np.empty((0, 3))}, "b has at most 0 subjects"),
        ({"a": good, "b": np.full((4, 3), np.nan)}, "b has at most 0 subjects"),
        ({"a": good, "b": np.full((4, 3), np.inf)}, "infinite"),
        ({"a": good, "b": good[0]}, "1 dimensions"),
        ({"a": good, "b": [["x"] * 3] * 4}, "no number"),
        ({"a": np.ones((4, 3)), "b": np.ones((4, 3))}, "no score varies"),
        ({"a": np.full((4, 3), 2.0), "b": np.full((4, 3), 1.0)}, "no score varies"),
    ],
)
def test_bad_profiles_are_one_sentence(arms: dict[str, Floats], said: str) -> None:
    """A traceback or a NaN where a sentence could say what to mend."""
    with pytest.raises(TableError, match=said):
        compare_arms(arms, range(3), seed=0)


@pytest.mark.parametrize("depths", [[0, 1, 1], [2, 1, 0], [0, np.nan, 2], []])
def test_depths_must_ascend(depths: list[float]) -> None:
    """Layers in a wrong order would join clusters that are apart."""
    with pytest.raises(TableError):
        compare_arms({"a": good, "b": good + 1}, depths, seed=0)


def test_bad_choices_are_one_sentence() -> None:
    """A misspelt control, or too few permutations for any finding, would go unnoticed."""
    arms = {"a": good, "b": good[::-1] * 2}
    with pytest.raises(TableError, match="control c is no arm; choose one of a, b"):
        compare_arms(arms, range(3), seed=0, control="c")
    with pytest.raises(TableError, match="10 permutations cannot show p <"):
        compare_arms(arms, range(3), seed=0, permutations=10)
    with pytest.raises(TableError, match="is no error rate"):
        compare_arms(arms, range(3), seed=0, alpha=1.5)
    with pytest.raises(TableError, match="4 later and 3 earlier profiles"):
        compare_pairs(good, good[:3], range(3), seed=0)
    with pytest.raises(TableError, match="at most 2 subjects"):
        compare_pairs(good[:2], good[2:], range(3), seed=0)
    with pytest.raises(TableError, match="no score varies"):
        compare_pairs(good + 0.1, good, range(3), seed=0)
