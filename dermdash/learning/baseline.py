"""What brightness alone would tell: a classifier that sees grey-level statistics only."""

import numpy as np
from numpy.typing import NDArray


def brightness_statistics(patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Mean, SD, skewness and percentiles of each patch's middle layer: (n, 12) float32.

    patches : (n, y, x, 3)
    """
    grey = patches[..., 1].reshape(len(patches), -1)
    rows = []
    for patch in grey:
        values = patch.astype(np.float32)
        centred = values - values.mean()
        skewness = (centred**3).mean() / max(float(values.std()) ** 3, 1e-6)
        levels = np.percentile(patch, (1, 5, 10, 25, 50, 75, 90, 95, 99))
        rows.append([values.mean(), values.std(), skewness, *levels])
    return np.asarray(rows, np.float32)


def brightness_accuracy(
    patches: NDArray[np.uint8],
    labels: NDArray[np.integer],
    *,
    train: NDArray[np.integer],
    test: NDArray[np.integer],
) -> float:
    """Test accuracy of a random forest on brightness statistics; four even classes: about .25."""
    from sklearn.ensemble import RandomForestClassifier

    statistics = brightness_statistics(patches)
    forest = RandomForestClassifier(200, min_samples_leaf=5, random_state=0)
    forest.fit(statistics[train], labels[train])
    return round(float(forest.score(statistics[test], labels[test])), 4)
