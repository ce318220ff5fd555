"""Trials such as the demo's *Firming serum*, scores without images, answered by ``compare``."""

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.simulations.scenario import EXACT, Outcome, Promise, Scenario
from dermdash.demo import DEPTH_UM, DemoStudy, firming_serum
from dermdash.stats.comparison import compare
from dermdash.stats.plan import Plan
from dermdash.stats.power import Design, power

SECTION = "Trials such as the demo's *Firming serum*, answered by `compare`"
PLAN = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")
LATER = ("D28", "D56")
SLABS = {"whole dermis": slice(0, 70), "0 to 19 µm": slice(0, 20)}
BASELINE_SD, VISIT_SD = 0.3, 0.1  # of the demo
SEEN = 11  # an arm: two of 24 are missing at each later visit


def scenarios() -> tuple[Scenario, ...]:
    """No effect, a third of it, and the demo's own."""
    nothing = {f"{slab}, {visit}": EXACT for slab in SLABS for visit in LATER}
    nothing |= {f"{slab}, any visit": EXACT for slab in SLABS}
    drawn = "24 subjects, 2 withdrawn, 1 scan excluded"
    return (
        Scenario(
            "serum-nothing", SECTION, f"{drawn}; no effect", 1_000, partial(_once, 0.0), nothing
        ),
        *(
            Scenario(
                f"serum-{share:.2f}",
                SECTION,
                f"{drawn}; {words}",
                1_000,
                partial(_once, share),
                {
                    f"{slab}, {visit}": _promised(rise)
                    for slab in SLABS
                    for visit, rise in true_rises(slab, share).items()
                },
            )
            for share, words in ((0.35, "35 % of the demo's effect"), (1.0, "the demo's effect"))
        ),
    )


def true_rises(slab: str, share: float) -> dict[str, float]:
    """The difference between arms at each later visit, in units of the score."""
    upper = 0.5 * (1 + np.cos(np.pi * np.clip((DEPTH_UM - 20) / 20, 0, 1)))
    mean = float(upper[SLABS[slab]].mean())
    return {"D28": 0.3 * share * mean, "D56": 0.6 * share * mean}


def scores_of(study: DemoStudy, slab: slice) -> pd.DataFrame:
    """One row a scan that was not excluded: its true mean quality over a slab."""
    return pd.DataFrame(
        [
            (scan.subject_id, scan.arm, scan.visit, float(np.mean(scan.recipe.quality[slab])))
            for scan in study.scans
            if scan.exclude_reason is None
        ],
        columns=["subject_id", "arm", "visit", "score"],
    )


def _promised(difference: float) -> Promise:
    """ANCOVA's power with the subjects who are seen; the mixed model may be a little better."""
    sd = (BASELINE_SD**2 + VISIT_SD**2) ** 0.5
    design = Design("change", sd=sd, correlation=(BASELINE_SD / sd) ** 2)
    return Promise(power(design, SEEN, difference), "at least", "promised by Planning")


def _once(share: float, rng: np.random.Generator) -> dict[str, Outcome]:
    study = firming_serum(seed=int(rng.integers(2**31)), effect=share)
    found: dict[str, Outcome] = {}
    for name, slab in SLABS.items():
        result = compare(scores_of(study, slab), PLAN)
        found |= {f"{name}, {contrast.visit}": contrast.p < 0.05 for contrast in result.contrasts}
        if not share:
            found[f"{name}, any visit"] = result.omnibus.p < 0.05
    return found
