"""The store as cards read it: each thing once, however many cards ask for it."""

from collections.abc import Sequence

from dermdash.analysis.evidence import Evidence, read_evidence
from dermdash.analysis.record import Record, read_record
from dermdash.stats.plan import Population
from dermdash.trial.transaction import Transaction


class Source:
    """What cards are computed from, read in one transaction."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self._evidence: dict[tuple[tuple[int, ...], Population], Evidence] = {}
        self._records: dict[int, Record] = {}

    def evidence(
        self, study_ids: Sequence[int], population: Population = "full_analysis"
    ) -> Evidence:
        """The graded scans of a study, or of several that are pooled.

        Raises
        ------
        DesignError
            A study is unknown, or they cannot be pooled.
        """
        key = tuple(study_ids), population
        if key not in self._evidence:
            self._evidence[key] = read_evidence(self.tx, study_ids, population)
        return self._evidence[key]

    def record(self, study_id: int) -> Record:
        """How a study was run.

        Raises
        ------
        DesignError
            The study is unknown.
        """
        if study_id not in self._records:
            self._records[study_id] = read_record(self.tx, study_id)
        return self._records[study_id]
