"""What the cards of results stand on: the evidence, and all that is said around it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from dermdash.analysis.evidence import Evidence
from dermdash.analysis.planned import Asked, asked_words
from dermdash.reporting.blocks import Block, Paragraph
from dermdash.reporting.cards.source import Source
from dermdash.reporting.caveats import erased_sentence, late_dejs_sentence, withheld_sentence
from dermdash.reporting.left_out import scan_words
from dermdash.reporting.protocols import standing_on
from dermdash.reporting.stars import may_claim

if TYPE_CHECKING:
    from dermdash.trial.protocols import Protocol


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """The graded scans of a study, or of several that are pooled, with what they stand without.

    protocols : each study's, by its name
    excluded : the excluded scans, as ``scan_table`` gives them
    left_out : what is not graded, excluded, or outside the population, in words
    cautions : what must be known before the results are believed
    """

    evidence: Evidence
    protocols: Mapping[str, "Protocol | None"]
    excluded: pd.DataFrame
    left_out: tuple[str, ...]
    cautions: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of all that an answer could depend on."""
        from dermdash.trial.requests import canonical_json
        from dermdash.trial.results import data_digest

        evidence = self.evidence
        parts = [
            evidence.digest,
            [[study.synthetic, [site.name for site in study.sites]] for study in evidence.studies],
            repr(evidence.plan),
            [[name, repr(protocol)] for name, protocol in self.protocols.items()],
            data_digest(self.excluded[["scan_id", "reason"]]),
            self.left_out,
            self.cautions,
        ]
        return hashlib.sha256(canonical_json(parts).encode()).hexdigest()

    @property
    def allowed(self) -> bool:
        """Whether scans and model may carry stars."""
        use = self.evidence.protocol.model_use if self.evidence.protocol else None
        return may_claim(synthetic=self.evidence.study.synthetic, model_use=use)

    @property
    def colours(self) -> dict[str, str]:
        """Each arm's colour."""
        return {arm.name: arm.colour for arm in self.evidence.arms}

    def summary(self, asked: Asked) -> str:
        """What is asked, in words."""
        return asked_words(asked, [arm.name for arm in self.evidence.arms])

    def around(self, more: Sequence[str] = ()) -> list[Block]:
        """What a result stands without and on, and what to know of it.

        more : what this result alone stands without, in words
        """
        without = [*self.left_out, *more]
        said = [f"{'; '.join(without)}."] if without else []
        return [
            *(Paragraph(words, "warning") for words in self.cautions),
            *(Paragraph(words, "note") for words in (*said, *standing_on(self.protocols))),
        ]


def read_ground(source: Source, study_ids: Sequence[int], asked: Asked) -> Ground:
    """Read what a question about groups or changes is answered from.

    Raises
    ------
    DesignError
        A study is unknown, or they cannot be pooled.
    """
    from dermdash.trial.life import count_dejs_after_unblinding
    from dermdash.trial.protocols import current_protocol
    from dermdash.trial.results import count_results_before_erasure
    from dermdash.trial.roster_table import outside_population
    from dermdash.trial.scans import scan_table

    tx, population = source.tx, asked.population
    evidence = source.evidence(study_ids, population)
    scans = pd.concat([scan_table(tx, one) for one in study_ids], ignore_index=True)
    outside = pd.concat([outside_population(tx, one, population) for one in study_ids])
    protocols = {one.name: current_protocol(tx, one.study_id) for one in evidence.studies}
    protocol, first = evidence.protocol, evidence.study
    cautions = [
        late_dejs_sentence(count_dejs_after_unblinding(tx, first.study_id)),
        erased_sentence(count_results_before_erasure(tx, first.study_id)),
    ]
    if protocol and not may_claim(synthetic=first.synthetic, model_use=protocol.model_use):
        cautions.append(withheld_sentence(protocol.model_name))
    return Ground(
        evidence,
        protocols,
        scans[scans["state"] == "excluded"].reset_index(drop=True),
        tuple(scan_words(scans, outside, n_studies=len(study_ids), population=population)),
        tuple(filter(None, cautions)),
    )
