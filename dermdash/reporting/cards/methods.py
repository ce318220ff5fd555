"""The card of how it was done, written from the settings that were used."""

from dataclasses import dataclass
from typing import ClassVar

from dermdash.analysis.answers import Answered
from dermdash.reporting.blocks import Block, Bullets, Content, Paragraph
from dermdash.reporting.cards.known import Known, read_known
from dermdash.reporting.cards.source import Source
from dermdash.reporting.inference_words import (
    comparison_words,
    depth_words,
    far_values_words,
    methods_used,
    missing_words,
    multiplicity_words,
    planned_tests_words,
    responder_words,
    sensitivity_words,
    star_words,
)
from dermdash.reporting.methods_words import (
    dej_words,
    grading_words,
    population_words,
    scans_words,
    score_words,
)
from dermdash.reporting.plain_words import design_sentence
from dermdash.reporting.plans import state_sentence
from dermdash.reporting.references import references_for
from dermdash.trial.results import software_version

ALWAYS = ("maximum", "clusters", "false_discovery", "icc", "outliers")


@dataclass(frozen=True, slots=True)
class Methods:
    """Reading, scoring and statistics as they were done."""

    card: ClassVar[str] = "methods"
    study_id: int

    def read(self, source: Source) -> Known:
        return read_known(source, self.study_id)

    def answer(self, inputs: Known) -> Content:
        record, asked = inputs.record, inputs.asked
        answered, why = inputs.answered()
        parts: list[tuple[str, str]] = [
            ("Design", f"{design_sentence(record)} {_life(inputs)}".strip()),
            ("Scans", scans_words(record)),
            ("DEJ", dej_words(record)),
            ("Grading", grading_words(record)),
            ("Score", score_words(asked)),
            ("Population", population_words(record, asked)),
            ("Plan", _plan(inputs)),
            *(_statistics(inputs, answered) if answered else _planned(inputs, why)),
            ("Software", f"{software_version()}."),
        ]
        used = [] if answered is None else methods_used(answered.found)
        more: list[str] = [*ALWAYS]
        if asked.over_visits:
            more.append("imputation")
            threshold = record.plan.plan.responder_threshold if record.plan else None
            more += ["clopper_pearson", "newcombe"] if threshold is not None else []
        references = references_for([*used, *(more if answered else ())])
        blocks: list[Block] = [Paragraph(f"{head}. {text}") for head, text in parts]
        return Content(
            "Methods",
            "How scans became scores, and scores answers, from the settings that were used.",
            (*blocks, Paragraph("Sources:"), Bullets(references)),
        )


def _life(known: Known) -> str:
    """Whether the study is open, locked or unblinded, and since when."""
    acts = {one.act: one for one in reversed(known.record.events)}
    said = []
    if "blinded" in acts:
        said.append(f"Arms were sealed on {acts['blinded'].at:%Y-%m-%d}.")
    if known.record.study.state != "collecting" and "locked" in acts:
        digest = str(acts["locked"].digest)[:12]
        said.append(f"The data were locked on {acts['locked'].at:%Y-%m-%d} (digest {digest}).")
    if "unblinded" in acts:
        said.append(f"It was unblinded on {acts['unblinded'].at:%Y-%m-%d}.")
    if known.record.study.state == "collecting":
        said.append("Its data are not locked, and may still change.")
    return " ".join(said)


def _plan(known: Known) -> str:
    stored = known.record.plan
    if stored is None:
        return "No analysis plan was written; the question is that of the study's design."
    return state_sentence(stored)


def _statistics(known: Known, answered: Answered) -> list[tuple[str, str]]:
    found, plan = answered.found, answered.found.plan
    visits: list[tuple[str, str]] = []
    if known.asked.over_visits:
        visits = [("Responders", responder_words(plan))]
    return [
        ("Comparison", comparison_words(found)),
        ("Several questions", multiplicity_words(found, answered.standing)),
        ("Missing data", missing_words(found, plan)),
        ("Values far off", far_values_words(plan)),
        ("Along depth", depth_words(plan.seed)),
        *visits,
        ("Sensitivity to the DEJ", sensitivity_words()),
        (
            "Repeatability",
            "Where scans repeat without treatment between them, their variance is split into "
            "subject, visit, site and replicate; ICC(1,1), standard error of measurement and "
            "smallest detectable change follow from it.",
        ),
        ("Stars", star_words(planned=answered.standing.planned, allowed=known.allowed)),
    ]


def _planned(known: Known, why: str) -> list[tuple[str, str]]:
    said = [("Comparison", f"Nothing could be compared yet: {why}.")]
    if known.record.plan is not None and not known.record.plan.sealed:
        words = planned_tests_words(known.record.plan.plan, sides=known.record.sides)
        said.append(("Planned tests", words))
    return said
