"""Scores of subjects whose means do not differ: normal, skewed, with outliers, along depth."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]
DrawProfiles = Callable[[np.random.Generator, int], Floats]

N = 12  # subjects a group, as in Breugnot 2023
DEPTHS = np.arange(70)
SMOOTH_UM = 5


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Mean 0, SD 1."""
    return rng.standard_normal(shape)


def skewed(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Exponential: mean 0, SD 1, skewness 2."""
    return rng.exponential(size=shape) - 1


def outlying(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Normal scores of which one in twenty lies at one of two points, 5 SDs up or down."""
    thrown = rng.random(shape) < 0.05
    return np.where(thrown, rng.choice([-5.0, 5.0], shape), rng.standard_normal(shape))


def along_depth(rng: np.random.Generator, n_subjects: int) -> Floats:
    """(n_subjects, 70) noise that is smooth over 5 µm (Gaussian), of SD 1 at each depth."""
    from scipy.ndimage import gaussian_filter1d

    margin = 6 * SMOOTH_UM
    white = rng.standard_normal((n_subjects, DEPTHS.size + 2 * margin))
    smooth = gaussian_filter1d(white, SMOOTH_UM, axis=1)[:, margin:-margin]
    return np.asarray(smooth * (2 * np.pi**0.5 * SMOOTH_UM) ** 0.5, np.float64)


def skewed_along_depth(rng: np.random.Generator, n_subjects: int) -> Floats:
    """The same noise, bent so that each depth is exponential: mean 0, SD 1, skewness 2."""
    from scipy.special import log_ndtr

    return np.asarray(-log_ndtr(-along_depth(rng, n_subjects)) - 1, np.float64)


def outlying_along_depth(rng: np.random.Generator, n_subjects: int) -> Floats:
    """The same noise, with one subject in twenty 5 SDs up or down at all depths."""
    thrown = (rng.random(n_subjects) < 0.05) * rng.choice([-5.0, 5.0], n_subjects)
    return along_depth(rng, n_subjects) + thrown[:, None]


def over_visits(
    rng: np.random.Generator,
    n_subjects: int,
    n_visits: int,
    *,
    slopes: float = 0.0,
    noise: Draw = normal,
) -> Floats:
    """(n_subjects, n_visits) scores: a level of each subject of SD 1, noise of SD 0.6.

    slopes : SD between subjects of their own drift from visit to visit, 0 on average
    """
    level = rng.standard_normal((n_subjects, 1))
    drift = slopes * rng.standard_normal((n_subjects, 1)) * np.arange(n_visits)
    return level + drift + 0.6 * noise(rng, (n_subjects, n_visits))
