"""Probabilities that are too sure would colour every heatmap too boldly."""

import numpy as np
import pytest

from dermdash.learning.calibration import calibration_error, fit_temperature


def test_an_overconfident_network_is_cooled_to_the_truth():
    """Logits three times too large must come back as temperature 3."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (20_000, 4))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = 1 + (rng.random((20_000, 1)) > p.cumsum(axis=1)).sum(axis=1)
    temperature = fit_temperature(3 * logits, labels)
    assert temperature == pytest.approx(3, rel=0.05)
    assert calibration_error(3 * logits, labels, temperature=temperature) < 0.02
    assert calibration_error(3 * logits, labels) > 0.1
