"""A grader without a network, for tests that are not about the network."""

from dataclasses import dataclass

import numpy as np

from dermdash.grading.grader import Predictions
from dermdash.grading.patches import Patches


@dataclass
class BrightnessGrader:
    """Grades a patch by the mean grey of its middle channel: 0 is surely 1, 255 surely 4."""

    digest: str = "brightness"
    threads: int = 1

    def __call__(self, patches: Patches, /) -> Predictions:
        grade = patches[..., 1].mean(axis=(1, 2)) / 255 * 3
        distance = np.abs(grade[:, None] - np.arange(4))
        probabilities = np.clip(1 - distance, 0, 1).astype(np.float32)
        return Predictions(
            probabilities=probabilities,
            features=np.repeat(probabilities, 144, axis=1),
            activation=np.broadcast_to(
                probabilities[:, None, None], (len(patches), 7, 7, 4)
            ).astype(np.float32),
        )
