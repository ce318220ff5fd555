"""Scans that a result stands without, counted by arm."""

import pandas as pd

PENDING = ("no DEJ", "cannot tell", "queued", "running", "failed")
NO_ARM = "no arm yet"


def left_out_table(scans: pd.DataFrame) -> pd.DataFrame:
    """Scans without a result: arm, state, n.

    scans : as ``scan_table`` gives them

    >>> scans = pd.DataFrame({"arm": ["a", "a", None], "state": ["excluded", "graded", "no DEJ"]})
    >>> left_out_table(scans).to_numpy().tolist()
    [['a', 'excluded', 1], ['no arm yet', 'no DEJ', 1]]
    """
    without = scans[scans["state"] != "graded"]
    named = without.assign(arm=without["arm"].fillna(NO_ARM))
    return named.groupby(["arm", "state"]).size().reset_index(name="n")


def count_words(scans: pd.DataFrame, state: str) -> str:
    """How many scans are in a state, by arm; empty where none is.

    >>> scans = pd.DataFrame({"arm": ["a", "a", "b"], "state": ["excluded"] * 3})
    >>> count_words(scans, "excluded")
    '3 excluded (a 2, b 1)'
    """
    counts = left_out_table(scans)
    counts = counts[counts["state"] == state]
    if counts.empty:
        return ""
    arms = ", ".join(f"{row.arm} {row.n}" for row in counts.itertuples())
    return f"{counts['n'].sum()} {state} ({arms})"


def left_out_words(scans: pd.DataFrame) -> str:
    """All that is left out, state by state, each by arm; empty where nothing is."""
    return "; ".join(filter(None, (count_words(scans, s) for s in ("excluded", *PENDING))))
