"""Which grades a cohort's patches have: one row a scan and layer, for class shares."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dermdash.analysis.cohorts import pooled_profiles, select
from dermdash.analysis.filters import DEPTHS_UM, Filters
from dermdash.stats.plan import Population

if TYPE_CHECKING:
    from dermdash.trial.transaction import Transaction

SCAN = ["scan_id", "study", "subject_id", "arm", "visit", "site"]
SHARES = tuple(f"class_share_{k}" for k in range(1, 5))


def cohort_shares(
    tx: "Transaction",
    study_ids: Sequence[int],
    *,
    arms: Sequence[str],
    visit: str | None = None,
    site: str | None = None,
    depth_um: tuple[int, int] = DEPTHS_UM,
    covariates: Filters | None = None,
    population: Population = "full_analysis",
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
    from dermdash.trial.gradings import get_gradings
    from dermdash.trial.studies import subject_table

    people = pd.concat([subject_table(tx, one) for one in study_ids]) if covariates else None
    layers = select(
        pooled_profiles(tx, study_ids, population=population),
        arms=arms,
        visit=visit,
        site=site,
        covariates=covariates,
        people=people,
    )
    first, last = depth_um
    within = layers[layers["depth_um"].between(first, last)]
    covered = within.groupby("scan_id")["depth_um"].transform("nunique") == last - first + 1
    scans = within[covered].drop_duplicates("scan_id")[SCAN]
    gradings = {scan: one for study in study_ids for scan, one in get_gradings(tx, study).items()}
    scans = scans[scans["scan_id"].isin(list(gradings))]  # another DEJ may have come meanwhile
    shares = []
    for scan_id in scans["scan_id"]:
        profile = depth_profile(gradings[scan_id])
        inside = (profile.depth_um >= first) & (profile.depth_um <= last)
        shares.append(profile.class_share[inside])
    n_layers = last - first + 1
    table = scans.loc[scans.index.repeat(n_layers)].reset_index(drop=True)
    table["depth_um"] = np.tile(np.arange(first, last + 1), len(scans))
    table[list(SHARES)] = np.concatenate(shares) if shares else np.empty((0, len(SHARES)))
    return table
