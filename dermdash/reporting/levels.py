"""The numbers behind a result as a sentence and a table."""

import pandas as pd

from dermdash.stats.levels import Level, Levels


def levels_sentence(levels: Levels) -> str:
    """How many subjects, and what was averaged within them.

    >>> levels_sentence(Levels(Level(2, 3, 210, 630), {"young": Level(2, 3, 210, 630)}))
    '2 subjects, the n of every test; within them 3 scans, 210 layers and 630 patches are averaged.'
    """
    whole = levels.whole
    arms = ""
    if len(levels.arms) > 1:
        arms = f" ({'; '.join(f'{arm} {level.n_subjects}' for arm, level in levels.arms.items())})"
    return (
        f"{_plural(whole.n_subjects, 'subject')}{arms}, the n of every test; within them "
        f"{_plural(whole.n_scans, 'scan')}, {_plural(whole.n_layers, 'layer')} and "
        f"{_plural(whole.n_patches, 'patch', 'patches')} are averaged."
    )


def levels_table(levels: Levels) -> pd.DataFrame:
    """One row an arm, and one for all of them."""
    rows = [_row(arm, level) for arm, level in levels.arms.items()]
    return pd.DataFrame([*rows, _row("all together", levels.whole)])


def _row(name: str, level: Level) -> dict[str, str | int]:
    return {
        "Arm": name,
        "Subjects": level.n_subjects,
        "Scans": level.n_scans,
        "Layers": level.n_layers,
        "Patches": level.n_patches,
    }


def _plural(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {many or one + 's'}"
