"""A comparison along depth as sentences and tables, for pages and reports alike."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dermdash.stats.depth_findings import DepthContrast, Depthwise
from dermdash.stats.subslabs import SubslabContrast
from dermdash.stats.words import equals_p, write_p

BAND_NOTE = (
    "The band holds at all depths at once: where it leaves 0 out, the depth is marked. All of this "
    "is exploratory."
)


def depth_sentence(contrast: DepthContrast, found: Depthwise) -> str:
    """At which depths a difference shows, by the maximum statistic."""
    pair = f"{contrast.a} − {contrast.b}"
    held = (
        f"the chance of any false depth is held at {100 * found.alpha:g} % "
        f"(maximum statistic over {found.n_arrangements:,} "
        f"{'possible' if found.exact else 'random'} {found.rearranged})"
    )
    if contrast.significant_um:
        where = ", ".join(_range(*span) for span in contrast.significant_um)
        return f"{pair} differs from 0 at {where} under the DEJ; {held}."
    smallest = float(np.min(contrast.p_adjusted))
    return f"{pair}: no single depth stands out, smallest adjusted {equals_p(smallest)}; {held}."


def cluster_sentence(contrast: DepthContrast, found: Depthwise) -> str:
    """The clearest run of depths by its mass; it does not say where the difference begins."""
    if not contrast.clusters:
        return "Cluster mass: no run of neighbouring depths differs."
    best = min(contrast.clusters, key=lambda cluster: cluster.p)
    return (
        f"Cluster mass, which does not locate borders: the clearest run of depths has "
        f"{equals_p(best.p)}. False discovery rate: {int((contrast.p_fdr < found.alpha).sum())} "
        f"of {contrast.p_fdr.size} depths."
    )


def subslab_table(contrasts: Sequence[SubslabContrast], a: str, b: str) -> pd.DataFrame:
    """One row a sub-slab for the difference a − b; ``p adjusted`` covers all differences."""
    return pd.DataFrame(
        [
            {
                "Depth (µm)": f"{slab.start_um:g} to {slab.stop_um - 1:g}",
                "Estimate": slab.contrast.difference,
                "CI low": slab.contrast.ci_low,
                "CI high": slab.contrast.ci_high,
                "p": write_p(slab.contrast.p),
                "p adjusted": write_p(slab.contrast.p_adjusted),
                "Subjects": f"{slab.n_a}, {slab.n_b}",
            }
            for slab in contrasts
            if (slab.contrast.a, slab.contrast.b) == (a, b)
        ]
    )


def depth_table(found: Depthwise) -> pd.DataFrame:
    """One row a depth and difference, with everything that was computed."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "a": contrast.a,
                    "b": contrast.b,
                    "depth_um": found.depth_um,
                    "difference": contrast.difference,
                    "band_low": contrast.band_low,
                    "band_high": contrast.band_high,
                    "t": contrast.statistic,
                    "df": contrast.df,
                    "p": contrast.p,
                    "p_adjusted": contrast.p_adjusted,
                    "p_fdr": contrast.p_fdr,
                    "n_a": contrast.n_a,
                    "n_b": contrast.n_b,
                }
            )
            for contrast in found.contrasts
        ],
        ignore_index=True,
    )


def _range(first: float, last: float) -> str:
    return f"{first:g} µm" if first == last else f"{first:g} to {last:g} µm"
