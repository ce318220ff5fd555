"""Names of attachments, so that no two of a report are one unless they hold the same."""

import pandas as pd


def named_by(table: pd.DataFrame, what: str) -> str:
    """What a table holds, with a digest of it.

    >>> named_by(pd.DataFrame({"a": [1]}), "scores").startswith("scores-")
    True
    """
    from dermdash.trial.results import data_digest

    return f"{what}-{data_digest(table)[:8]}"
