"""The card of claims: what may be said of a product against its control, what not, and why."""

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from dermdash.reporting.blocks import Attachment, Block, Bullets, Column, Content, Paragraph, Table
from dermdash.reporting.cards.source import Source
from dermdash.reporting.claims.claims import claims_from
from dermdash.reporting.claims.findings import Claim
from dermdash.reporting.claims.findings import Claims as Weighed
from dermdash.reporting.claims.ground import Ground, read_ground
from dermdash.reporting.claims.guidance import criteria_table, guidelines_table


@dataclass(frozen=True, slots=True)
class Claims:
    """Sentences for a claim's file, by the study's plan."""

    card: ClassVar[str] = "claims"
    study_id: int

    def read(self, source: Source) -> Ground:
        return read_ground(source, self.study_id)

    def answer(self, inputs: Ground) -> Content:
        return claim_content(claims_from(inputs))


def claim_content(claims: Weighed) -> Content:
    """Claims as they are shown, on the page and in each format alike."""
    message = _message(claims)
    return Content(
        "Claims",
        message,
        (
            Paragraph(message, "lead"),
            *([Paragraph(claims.standing, "note")] if claims.standing else []),
            *(Paragraph(caveat, "warning") for caveat in claims.caveats),
            *(_offered(claims) if claims.offered else ()),
            _withheld(claims),
            criteria_table(),
            guidelines_table(),
            Attachment(
                "claims", claim_table(claims), "One row a sentence: offered, or withheld and why."
            ),
        ),
    )


def claim_table(claims: Weighed) -> pd.DataFrame:
    """One row a sentence, to be taken away.

    Columns: study, offered, sentence, why_not, remedy, kind, status, arm, control, visit, estimate,
    ci_low, ci_high, p, test, n_arm, n_control, fragile, population, sites, depth_um, score.
    """
    about = {
        "population": claims.population,
        "sites": claims.sites,
        "depth_um": claims.depth_um,
        "score": claims.score,
    }
    rows = [
        {
            "study": claims.study,
            "offered": True,
            "sentence": one.text,
            "why_not": None,
            "remedy": None,
            "kind": one.kind,
            "status": one.status,
            "arm": one.arm,
            "control": one.control,
            "visit": one.visit,
            "estimate": one.estimate,
            "ci_low": one.ci_low,
            "ci_high": one.ci_high,
            "p": one.p,
            "test": one.test,
            "n_arm": one.n[0],
            "n_control": one.n[1],
            "fragile": one.fragile,
            **about,
        }
        for one in claims.offered
    ]
    not_offered = [
        {
            "study": claims.study,
            "offered": False,
            "sentence": one.what,
            "why_not": one.why,
            "remedy": one.remedy,
        }
        for one in claims.withheld
    ]
    columns = [
        *("study", "offered", "sentence", "why_not", "remedy", "kind", "status", "arm", "control"),
        *("visit", "estimate", "ci_low", "ci_high", "p", "test", "n_arm", "n_control", "fragile"),
        *about,
    ]
    table = pd.DataFrame([*rows, *not_offered], columns=columns)
    return table.astype({"n_arm": "Int64", "n_control": "Int64", "fragile": "boolean"})


def _message(claims: Weighed) -> str:
    n, fragile = len(claims.offered), sum(one.fragile for one in claims.offered)
    if not n:
        return f"No sentence about a product can be offered of {claims.study}; why is listed."
    sentences = "1 sentence is" if n == 1 else f"{n} sentences are"
    weak = f", {fragile} of them fragile" if fragile else ""
    return f"{sentences} supported by data, plan and model{weak}; what is not offered is listed."


def _offered(claims: Weighed) -> tuple[Block, ...]:
    return (
        Bullets(tuple(f"{_number(at)} {one.text}" for at, one in enumerate(claims.offered, 1))),
        Table(
            "What stands behind each sentence",
            (
                Column("No."),
                Column("Status"),
                Column("Visit"),
                Column("Test"),
                Column("p", "p"),
                Column("Subjects"),
                Column("Population"),
                Column("Site"),
                Column("Depth"),
                Column("Score"),
            ),
            tuple(
                (
                    _number(at),
                    one.status,
                    one.visit,
                    one.test,
                    one.p,
                    _subjects(one),
                    claims.population,
                    claims.sites,
                    claims.depth_um,
                    claims.score,
                )
                for at, one in enumerate(claims.offered, 1)
            ),
            f"Improved means that the {claims.score} {claims.improved}; it runs from 1 (coarse, "
            "fragmented collagen) to 4 (elongated, reticulated). Shares have exact intervals "
            "(Clopper and Pearson), their difference Newcombe's; p is adjusted for the order of "
            "the tests.",
        ),
        Table(
            "Whether each sentence holds when the question is asked otherwise",
            (Column("No."), Column("Asked otherwise"), Column("It"), Column("Found")),
            tuple(
                (_number(at), reading.name, reading.verdict, reading.said)
                for at, one in enumerate(claims.offered, 1)
                for reading in one.readings
            ),
            "A sentence with a reading that disagrees is fragile, and says so itself.",
        ),
    )


def _withheld(claims: Weighed) -> Table:
    return Table(
        "Not offered, and why",
        (Column("Not offered"), Column("Since"), Column("What would change it")),
        tuple((one.what, one.why, one.remedy) for one in claims.withheld),
    )


def _number(at: int) -> str:
    return f"({at})"


def _subjects(one: Claim) -> str:
    a, b = one.n
    return f"{one.arm} {a}, {one.control} {b}"
