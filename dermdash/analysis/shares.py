"""Which grades a cohort's patches have: one row a scan and layer, for class shares."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from dermdash.analysis.cohorts import DEPTH_STOP_UM

if TYPE_CHECKING:
    from dermdash.trial.transaction import Transaction


def cohort_shares(
    tx: "Transaction",
    study_id: int,
    *,
    arms: Sequence[str],
    visit: str | None = None,
    site: str | None = None,
) -> pd.DataFrame:
    """Shares of the grades in each layer of the scans that a cohort stands on.

    visit, site : None takes all of them

    Columns: subject_id, arm, depth_um, class_share_1 to class_share_4; one row a scan and layer of
    0 to 69 µm. Scans that do not cover each layer are left out, as in ``cohort``.
    """
    from dermdash.grading.profile import depth_profile
    from dermdash.trial.gradings import get_grading, profiles

    layers = profiles(tx, study_id)
    chosen = layers["arm"].isin(list(arms))
    if visit is not None:
        chosen &= layers["visit"] == visit
    if site is not None:
        chosen &= layers["site"] == site
    scans = layers[chosen].drop_duplicates("scan_id")
    frames = []
    for scan_id, subject, arm in scans[["scan_id", "subject_id", "arm"]].itertuples(index=False):
        grading = get_grading(tx, int(scan_id))
        if grading is None or len(grading.slab.depth_um) < DEPTH_STOP_UM:
            continue
        profile = depth_profile(grading.slab)
        shares = {f"class_share_{k}": profile.class_share[:, k - 1] for k in range(1, 5)}
        frames.append(
            pd.DataFrame(
                {"subject_id": subject, "arm": arm, "depth_um": profile.depth_um.astype(int)}
                | shares
            )
        )
    if not frames:
        names = [f"class_share_{k}" for k in range(1, 5)]
        return pd.DataFrame(columns=["subject_id", "arm", "depth_um", *names])
    return pd.concat(frames, ignore_index=True)
