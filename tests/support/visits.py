"""Scores of arms over visits, a row each."""

import numpy as np


def table(seed: int, *, n_arm: int = 12, missing: float = 0.0, visits: int = 3, arms: int = 2):
    """Subjects with their own level and slope; nobody loses all visits."""
    rng = np.random.default_rng(seed)
    n = arms * n_arm
    names = [f"D{28 * (v + 1)}" for v in range(visits)]
    level, slope = rng.normal(2.3, 0.3, n), rng.normal(0, 0.08, n)
    baseline = level + rng.normal(0, 0.15, n)
    y = level[:, None] + slope[:, None] * np.arange(1, visits + 1)
    y = y + rng.normal(0, 0.15, (n, visits))
    lost = rng.random((n, visits)) < missing
    lost[lost.all(axis=1), 0] = False
    y[lost] = np.nan
    subject = np.repeat(np.arange(n), visits)
    arm = np.array([chr(97 + s // n_arm) for s in subject])
    return y.ravel(), subject, arm, np.tile(names, n), np.repeat(baseline, visits)
