"""Tables with percentages: kept as fractions, printed in percent."""

from collections.abc import Mapping

import pandas as pd

from dermdash.reporting.blocks import Form, Table, table_of

ENDING = " (%)"


def share_block(
    table: pd.DataFrame, caption: str, *, forms: Mapping[str, Form] | None = None
) -> Table:
    """A table whose columns ``... (%)`` are shares.

    forms : of other columns

    >>> share_block(pd.DataFrame({"Arm": ["a"], "Share (%)": [66.7]}), "Shares").texts()
    [['a', '67 %']]
    """
    percent = [str(name) for name in table if str(name).endswith(ENDING)]
    names = {name: name.removesuffix(ENDING) for name in percent}
    fractions = table.assign(**{name: table[name] / 100 for name in percent}).rename(columns=names)
    shares: dict[str, Form] = dict.fromkeys(names.values(), "share")
    return table_of(fractions, caption, forms={**(forms or {}), **shares})
