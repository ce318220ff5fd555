"""How many subjects stand behind a figure along depth, in words."""

import numpy as np

from dermdash.stats.depth_findings import DepthContrast, Depthwise


def subjects_behind(found: Depthwise, contrast: DepthContrast) -> str:
    """``n = 12 and 11`` of two arms, ``n = 12 pairs`` within subjects, at the fullest depth."""
    if contrast.a in found.n_subjects and contrast.b in found.n_subjects:
        return f"n = {int(np.max(contrast.n_a))} and {int(np.max(contrast.n_b))}"
    return f"n = {int(np.max(contrast.n_a))} pairs"
