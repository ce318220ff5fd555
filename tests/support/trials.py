"""Trials as profiles with known changes: what a study would hold, without scanning anybody."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from dermdash.analysis.comparisons import Scored, compare_study, score_cells
from dermdash.stats.comparison import Comparison
from dermdash.trial.studies import Arm, Kind, Site, Study, Visit

SCORE = "expected_grade"
VISITS = ("D0", "D28", "D56")


def study_of(
    kind: Kind = "before_after",
    *,
    arms: Sequence[str] = ("placebo", "active"),
    control: str | None = "placebo",
    visits: Sequence[str] = VISITS,
    sites: Sequence[str] = ("cheek",),
) -> Study:
    """A study of these parts, the first visit its baseline."""
    return Study(
        study_id=1,
        name="Trial",
        kind=kind,
        state="collecting",
        synthetic=False,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        arms=tuple(
            Arm(n, name, name, name == control, f"#0072b{n}") for n, name in enumerate(arms)
        ),
        visits=tuple(Visit(n, name, int(name[1:]), n == 0) for n, name in enumerate(visits)),
        sites=tuple(Site(n, name, None) for n, name in enumerate(sites)),
    )


def profiles_of(
    scans: Sequence[tuple[str, str, str, float]],
    *,
    depths: Mapping[int, range] | None = None,
    sites: Sequence[str] = ("cheek",),
    visits: Sequence[str] = VISITS,
) -> pd.DataFrame:
    """Layers of scans (subject, arm, visit, score), each even from 10 µm above to 79 below.

    depths : of scans by their place that reach less or more
    sites : in turn; one site for all by default
    """
    tables = []
    for place, (subject, arm, visit, score) in enumerate(scans):
        depth_um = np.array((depths or {}).get(place, range(-10, 80)))
        tables.append(
            pd.DataFrame(
                {
                    "scan_id": place,
                    "study": "Trial",
                    "subject_id": subject,
                    "arm": arm,
                    "visit": visit,
                    "site": sites[place % len(sites)],
                    "replicate": 1,
                    "depth_um": depth_um,
                    SCORE: score,
                    "n_patches": 3,
                }
            )
        )
    table = pd.concat(tables, ignore_index=True)
    table["visit"] = pd.Categorical(table["visit"], categories=list(visits), ordered=True)
    return table


def changing(
    changes: Mapping[str, Sequence[float]], *, later: str = "D56", seed: int = 0
) -> list[tuple[str, str, str, float]]:
    """Scans of subjects at D0 and a later visit whose scores change by just so much.

    changes : arm -> a change a subject; NaN where the later scan is missing
    """
    rng = np.random.default_rng(seed)
    scans = []
    for arm, own in changes.items():
        for number, change in enumerate(own):
            baseline = rng.normal(2.2, 0.3)
            subject = f"{arm[0].upper()}{number:02d}"
            scans.append((subject, arm, "D0", baseline))
            if np.isfinite(change):
                scans.append((subject, arm, later, baseline + change))
    return scans


def compared(profiles: pd.DataFrame, study: Study | None = None) -> tuple[Scored, Comparison]:
    """The scores of profiles, and their comparison by the study's kind."""
    scored = score_cells(profiles, SCORE)
    return scored, compare_study(study or study_of(), scored, SCORE)
