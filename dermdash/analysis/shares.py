"""Which grades a cohort's patches have: one row a scan and layer, for class shares."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from dermdash.analysis.cohorts import pooled_profiles, select
from dermdash.analysis.filters import DEPTHS_UM, Filters

if TYPE_CHECKING:
    from dermdash.trial.transaction import Transaction

SCAN = ["scan_id", "study", "subject_id", "arm"]
SHARES = [f"class_share_{k}" for k in range(1, 5)]


def cohort_shares(
    tx: "Transaction",
    study_ids: Sequence[int],
    *,
    arms: Sequence[str],
    visit: str | None = None,
    site: str | None = None,
    depth_um: tuple[int, int] = DEPTHS_UM,
    covariates: Filters | None = None,
) -> pd.DataFrame:
    """Shares of the grades in each layer of the scans that a cohort stands on.

    The options are those of ``cohort``, and scans that do not cover the range are left out as
    there. Columns: scan_id, study, subject_id, arm, depth_um, class_share_1 to class_share_4; one
    row a scan and layer.

    Raises
    ------
    DesignError
        The studies cannot be pooled.
    """
    from dermdash.grading.profile import depth_profile
    from dermdash.trial.gradings import get_grading
    from dermdash.trial.studies import subject_table

    people = pd.concat([subject_table(tx, one) for one in study_ids]) if covariates else None
    layers = select(
        pooled_profiles(tx, study_ids),
        arms=arms,
        visit=visit,
        site=site,
        covariates=covariates,
        people=people,
    )
    first, last = depth_um
    within = layers[layers["depth_um"].between(first, last)]
    covered = within.groupby("scan_id")["depth_um"].transform("nunique") == last - first + 1
    frames = []
    for scan in within[covered].drop_duplicates("scan_id")[SCAN].to_dict("records"):
        grading = get_grading(tx, int(scan["scan_id"]))
        if grading is None:
            continue
        profile = depth_profile(grading)
        inside = (profile.depth_um >= first) & (profile.depth_um <= last)
        shares = profile.class_share[inside]
        frame = pd.DataFrame(shares, columns=SHARES)
        frame.insert(0, "depth_um", profile.depth_um[inside].astype(int))
        frames.append(pd.DataFrame([scan] * len(frame)).join(frame))
    if not frames:
        return pd.DataFrame(columns=[*SCAN, "depth_um", *SHARES])
    return pd.concat(frames, ignore_index=True)
