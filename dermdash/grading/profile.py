"""What a grading says: a profile over depth, and one summary of the dermis."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DERMIS_UM = 70  # Breugnot 2023, 2.1: a whole-dermis score is the mean over these layers


@dataclass(frozen=True, slots=True, eq=False)
class Grading:
    """One model's probabilities for every patch of a slab.

    probabilities : (n_layers, n_crops, n_classes) float32
    depth_um : (n_layers,) int16, rising by 1, negative in the margin above the DEJ
    model_digest : which model, with its temperature
    """

    probabilities: NDArray[np.float32]
    depth_um: NDArray[np.int16]
    model_digest: str

    @property
    def slab(self) -> "Grading":
        """The layers of 0 to 69 µm, without margins."""
        inside = (self.depth_um >= 0) & (self.depth_um < DERMIS_UM)
        return Grading(self.probabilities[inside], self.depth_um[inside], self.model_digest)


@dataclass(frozen=True, slots=True, eq=False)
class DepthProfile:
    """Per layer, over its patches.

    depth_um : (n_layers,) int16
    grade_mean : mean of hard grades (the likeliest class, 1 to 4)
    grade_sd : their standard deviation (n - 1); NaN where a layer has one patch
    expected_grade : mean of Σ k p(k)
    class_share : (n_layers, n_classes) share of patches of each hard grade
    entropy : mean entropy of the patches' probabilities in bits, 0 (sure) to 2 (of four classes)
    n_patches : patches a layer
    """

    depth_um: NDArray[np.int16]
    grade_mean: NDArray[np.float64]
    grade_sd: NDArray[np.float64]
    expected_grade: NDArray[np.float64]
    class_share: NDArray[np.float64]
    entropy: NDArray[np.float64]
    n_patches: NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class GradeSummary:
    """Means over the layers of 0 to 69 µm; `n_layers` says how many there were."""

    grade_mean: float
    expected_grade: float
    class_share: tuple[float, ...]
    n_layers: int


def depth_profile(grading: Grading) -> DepthProfile:
    """Average a grading's patches layer by layer, margins included.

    >>> sure_of_3 = np.eye(4, dtype=np.float32)[[[2, 2, 2]]]
    >>> depth_profile(Grading(sure_of_3, np.array([0], np.int16), "")).grade_mean
    array([3.])
    """
    p = grading.probabilities.astype(np.float64)
    n_layers, n_crops, n_classes = p.shape
    grades = np.arange(1, n_classes + 1)
    hard = p.argmax(axis=2) + 1
    logs = np.log2(p, out=np.zeros_like(p), where=p > 0)
    spread = hard.std(axis=1, ddof=1) if n_crops > 1 else np.full(n_layers, np.nan)
    return DepthProfile(
        depth_um=grading.depth_um,
        grade_mean=hard.mean(axis=1),
        grade_sd=spread,
        expected_grade=(p @ grades).mean(axis=1),
        class_share=(hard[:, :, None] == grades).mean(axis=1),
        entropy=-(p * logs).sum(axis=2).mean(axis=1),
        n_patches=np.full(n_layers, n_crops),
    )


def summarize(grading: Grading) -> GradeSummary:
    """One score of the dermis: the mean over the layers of 0 to 69 µm that were graded.

    Raises
    ------
    ValueError
        The grading has no layer under the DEJ.
    """
    profile = depth_profile(grading.slab)
    if len(profile.depth_um) == 0:
        raise ValueError("a grading without layers under the DEJ has no score")
    return GradeSummary(
        grade_mean=float(profile.grade_mean.mean()),
        expected_grade=float(profile.expected_grade.mean()),
        class_share=tuple(float(share) for share in profile.class_share.mean(axis=0)),
        n_layers=len(profile.depth_um),
    )
