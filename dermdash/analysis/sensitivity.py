"""How a result moves when the DEJ is taken to lie higher or deeper: a window over stored layers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dermdash.analysis.comparisons import Scored, score_table
from dermdash.analysis.filters import DEPTHS_UM
from dermdash.errors import DermdashError, TableError
from dermdash.stats.comparison import Comparison, beside
from dermdash.stats.findings import Contrast
from dermdash.stats.stored import comparison_from_json
from dermdash.stats.words import leading

SHIFTS_UM = tuple(range(-10, 11))  # the margin that a study is graded with
FRAGILE_UM = 5
NOTHING = pd.DataFrame()


@dataclass(frozen=True, slots=True)
class Shift:
    """The leading contrast with the DEJ taken ``shift_um`` deeper; None where it cannot be told."""

    shift_um: int
    contrast: Contrast | None
    n_subjects: int
    n_cells: int


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How a comparison moves with the DEJ.

    shifts : in order, 0 among them
    found : the comparison, with what a shift of 5 µm changes among its fragile findings
    """

    shifts: tuple[Shift, ...]
    found: Comparison

    def table(self) -> pd.DataFrame:
        """One row a shift: shift_um, difference, ci_low, ci_high, p_adjusted, n_subjects."""
        rows = []
        for shift in self.shifts:
            one = shift.contrast
            numbers = (
                (one.difference, one.ci_low, one.ci_high, one.p_adjusted) if one else (np.nan,) * 4
            )
            rows.append((shift.shift_um, *numbers, shift.n_subjects))
        columns = ["shift_um", "difference", "ci_low", "ci_high", "p_adjusted", "n_subjects"]
        return pd.DataFrame(rows, columns=columns)

    def to_json(self) -> dict[str, Any]:
        """Plain values for JSON."""
        known = tuple(shift.contrast for shift in self.shifts if shift.contrast is not None)
        contrasts = iter(replace(self.found, contrasts=known).to_json()["contrasts"])
        shifts = [
            {**asdict(replace(one, contrast=None)), "contrast": next(contrasts)}
            if one.contrast is not None
            else asdict(one)
            for one in self.shifts
        ]
        return {"found": self.found.to_json(), "shifts": shifts}


def sensitivity_from_json(values: Mapping[str, Any]) -> Sensitivity:
    """The sensitivity that ``Sensitivity.to_json`` gave.

    Raises
    ------
    TableError
        It was written by another version.
    """
    try:
        found, shifts = values["found"], values["shifts"]
        known = [shift["contrast"] for shift in shifts if shift["contrast"] is not None]
        contrasts = iter(comparison_from_json({**found, "contrasts": known}).contrasts)
        read = [
            Shift(**{**shift, "contrast": next(contrasts) if shift["contrast"] else None})
            for shift in shifts
        ]
    except (KeyError, TypeError) as error:
        raise TableError(f"the kept shifts cannot be read ({error}); shift again") from error
    return Sensitivity(tuple(read), comparison_from_json(found))


def shift_dej(
    profiles: pd.DataFrame,
    score: str,
    found: Comparison,
    compare: Callable[[Scored], Comparison],
    *,
    depth_um: tuple[int, int] = DEPTHS_UM,
    shifts_um: Sequence[int] = SHIFTS_UM,
) -> Sensitivity:
    """Ask the same question with the DEJ shifted.

    profiles : one row a scan and layer, with the margin
    found : the comparison without a shift
    compare : how scores become a comparison; of shifted ones it gets the table alone
    depth_um : the range that the scores are over, before the shift

    A scan whose margin is too short for a shift is missing there; how many subjects are left is
    kept with each shift.
    """
    key = leading(found, found.plan)
    shifts, others = [], {}
    for shift_um in shifts_um:
        table = score_table(profiles, score, depth_um=depth_um, shift_um=shift_um)
        contrast = None
        try:
            shifted = found if shift_um == 0 else compare(Scored(table, NOTHING, NOTHING))
        except DermdashError:
            shifted = None
        if shifted is not None:
            contrast = next(
                (c for c in shifted.contrasts if (c.a, c.b, c.visit) == (key.a, key.b, key.visit)),
                None,
            )
            if abs(shift_um) == FRAGILE_UM:
                others[f"the DEJ {FRAGILE_UM} µm {'deeper' if shift_um > 0 else 'higher'}"] = (
                    shifted
                )
        n_subjects = len(table[["study", "subject_id"]].drop_duplicates())
        shifts.append(Shift(shift_um, contrast, int(n_subjects), len(table)))
    return Sensitivity(tuple(shifts), beside(found, others))
