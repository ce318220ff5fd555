"""How far the readers of a study agree about where the dermis begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dermdash.errors import TableError
from dermdash.stats.agreement import Limits, icc, limits_of_agreement
from dermdash.stats.findings import Effect

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Agreement:
    """The pairs of one reader's looks, or of two readers'.

    reader_a, reader_b : the same where one reader looked twice; then a is the second look
    n : pairs
    distance_um : mean absolute distance of both surfaces over the field, mean of the pairs
    limits : of *a − b* in µm, of mean depths; None where there are too few pairs
    icc : ``icc_1_1`` of one reader's looks, ``icc_2_1`` of two readers'; None where it has no sense
    why : what is missing, in one sentence, else empty
    """

    reader_a: str
    reader_b: str
    n: int
    distance_um: float
    limits: Limits | None
    icc: Effect | None
    why: str

    @property
    def is_repeat(self) -> bool:
        return self.reader_a == self.reader_b


def agreements(pairs: "pd.DataFrame") -> tuple[Agreement, ...]:
    """Agreement of each reader with himself or herself first, then of each two readers.

    pairs : from ``marking_pairs``
    """
    return tuple(sorted(_agreements(pairs), key=lambda found: not found.is_repeat))


def _agreements(pairs: "pd.DataFrame") -> Iterator[Agreement]:
    for (a, b), rows in pairs.groupby(["reader_a", "reader_b"], sort=True):
        limits, correlation, why = None, None, ""
        try:
            limits = limits_of_agreement(rows["a_um"], rows["b_um"])
            form = "icc_1_1" if a == b else "icc_2_1"
            correlation = icc(rows[["a_um", "b_um"]], form)  # type: ignore[arg-type]
        except TableError as error:
            why = str(error)
        yield Agreement(
            str(a), str(b), len(rows), float(rows["distance_um"].mean()), limits, correlation, why
        )
