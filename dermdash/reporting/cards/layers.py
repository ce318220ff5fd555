"""The layers behind a question, one row a scan and layer, with the margin."""

import pandas as pd

from dermdash.analysis.cohorts import select
from dermdash.analysis.planned import Asked
from dermdash.reporting.cards.ground import Ground


def layers_asked(ground: Ground, asked: Asked) -> pd.DataFrame:
    """Of changes those that are compared; of groups all that the study has.

    A score repeats as well at one visit as at another, so groups at one visit may learn from all.
    """
    evidence = ground.evidence
    if not asked.over_visits:
        return evidence.layers
    return select(
        evidence.layers,
        arms=[arm.name for arm in evidence.arms] if asked.arms is None else asked.arms,
        site=asked.site,
        covariates=asked.covariates,
        people=evidence.people,
    )
