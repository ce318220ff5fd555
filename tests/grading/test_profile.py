"""Profiles and summaries: the numbers that every page, export and test stands on."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.grading.profile import Grading, depth_profile, summarize


def grading(probabilities: object, first_um: int = 0) -> Grading:
    p = np.array(probabilities, np.float32)
    depth_um = np.arange(first_um, first_um + len(p), dtype=np.int16)
    return Grading(p, depth_um, "digest")


SURE = np.eye(4)


def test_a_layer_by_hand() -> None:
    """Lost: mean, spread, shares or entropy of a layer would be another number than is said."""
    profile = depth_profile(grading([[SURE[0], SURE[3], [0.25, 0.25, 0.25, 0.25]]]))
    assert profile.grade_mean == pytest.approx([2.0])  # grades 1, 4 and, at a tie, 1
    assert profile.grade_sd == pytest.approx([np.sqrt(3)])
    assert profile.expected_grade == pytest.approx([(1 + 4 + 2.5) / 3])
    assert profile.class_share == pytest.approx(np.array([[2 / 3, 0, 0, 1 / 3]]))
    assert profile.entropy == pytest.approx([2 / 3])
    assert profile.n_patches.tolist() == [3]


def test_one_patch_has_no_spread() -> None:
    """Lost: a single crop would be shown as perfectly repeatable."""
    assert np.isnan(depth_profile(grading([[SURE[1]]])).grade_sd).all()


def test_a_summary_leaves_out_the_margin() -> None:
    """Lost: epidermis above the DEJ, or tissue below the plan's range, would count as dermis."""
    layers = np.repeat(SURE[[0]], 90, axis=0)
    layers[10:80] = SURE[2]
    summary = summarize(grading(layers[:, None], first_um=-10))
    assert summary.n_layers == 70
    assert summary.grade_mean == 3.0
    assert summary.expected_grade == 3.0
    assert summary.class_share == (0.0, 0.0, 1.0, 0.0)


def test_no_dermis_no_score() -> None:
    """Lost: a mean of nothing would be NaN on a page."""
    with pytest.raises(ValueError, match="no score"):
        summarize(grading([[SURE[0]]], first_um=-5))


@given(st.integers(1, 5), st.integers(1, 3), st.integers(2, 10), st.integers(0, 2**31))
def test_laws_of_a_profile(layers: int, crops: int, classes: int, seed: int) -> None:
    """Lost: scores could leave the scale of the grades, or contradict the class shares."""
    p = np.random.default_rng(seed).dirichlet(np.full(classes, 0.3), (layers, crops))
    profile = depth_profile(grading(p))
    grades = np.arange(1, classes + 1)
    assert np.allclose(profile.class_share.sum(axis=1), 1)
    assert np.allclose(profile.class_share @ grades, profile.grade_mean)
    for score in (profile.grade_mean, profile.expected_grade):
        assert np.all((score >= 1 - 1e-5) & (score <= classes + 1e-5))
    assert np.all((profile.entropy >= 0) & (profile.entropy <= np.log2(classes) + 1e-5))
    summary = summarize(grading(p))
    assert summary.grade_mean == pytest.approx(profile.grade_mean.mean())
    assert np.dot(summary.class_share, grades) == pytest.approx(summary.grade_mean)
