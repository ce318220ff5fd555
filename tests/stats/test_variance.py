"""Variance components by restricted maximum likelihood."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from dermdash.errors import TableError
from dermdash.stats.variance import fit_components


def test_the_growth_of_pigs() -> None:
    """Lost: a subject's own level would be taken for error, or error for it, on uneven data.

    Weight of 72 pigs over time, some weeks missing: the variances of lme4 for Weight ~ Time +
    (1 | Pig) by REML, as statsmodels quotes them in its documentation of mixed models.
    """
    place = files("statsmodels").joinpath("regression/tests/results/dietox.csv")
    pigs = pd.read_csv(str(place), index_col=0)
    pig = pd.factorize(pigs["Pig"])[0]
    fixed = np.column_stack([np.ones(len(pigs)), pigs["Time"]])
    found = fit_components(pigs["Weight"].to_numpy(float), fixed, [pig], pig)
    assert found.variances == pytest.approx([40.39395, 11.36692], rel=1e-6)


def test_sources_that_always_change_together_are_refused() -> None:
    """Lost: a share of the variance would be made up."""
    subject = np.repeat(np.arange(6), 2)
    y = np.random.default_rng(0).normal(size=12)
    with pytest.raises(TableError, match="cannot tell the sources of variation apart"):
        fit_components(y, np.ones((12, 1)), [subject, np.arange(12)], subject)
