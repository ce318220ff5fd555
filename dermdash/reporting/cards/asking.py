"""A card's question asked of its evidence, and what is carried away with the answer."""

import hashlib
import json

from dermdash.analysis.answers import (
    Answered,
    answer_changes,
    answer_groups,
    cohort_asked,
    sharing,
    unmoved,
)
from dermdash.analysis.cohorts import Cohort
from dermdash.analysis.planned import Asked
from dermdash.errors import DesignError, TableError
from dermdash.reporting.blocks import Attachment, Block, Paragraph
from dermdash.reporting.cards.ground import Ground
from dermdash.reporting.cards.question import Question, question_to_json
from dermdash.reporting.script import source_words, write_script


def ask_groups(ground: Ground, asked: Asked, *, moving: bool = True) -> tuple[Cohort, Answered]:
    """The subjects that are asked for, and their arms compared.

    moving : whether the DEJ is moved, too; without, fragility to it is not known

    Raises
    ------
    DesignError
        No graded scan is among those that are asked for.
    TableError
        There are not two arms of two subjects.
    """
    cohort = cohort_found(ground, asked)
    keeper = sharing(ground.evidence) if moving else unmoved()
    return cohort, answer_groups(ground.evidence, asked, cohort, keeper=keeper)


def cohort_found(ground: Ground, asked: Asked) -> Cohort:
    """The subjects that are asked for; raises DesignError where there are none."""
    cohort = cohort_asked(ground.evidence, asked)
    if cohort.subjects.empty:
        named = " and ".join(study.name for study in ground.evidence.studies)
        raise DesignError(
            f"no graded scan of {named} covers {cohort.range_name} under these filters "
            f"({ground.summary(asked)}); grade its scans, or choose others"
        )
    return cohort


def ask_changes(ground: Ground, asked: Asked, *, moving: bool = True) -> Answered:
    """Arms compared over the visits of a study.

    Raises
    ------
    DesignError
        No scan is graded under the filters, or the study compares groups once.
    TableError
        The graded scans do not make up the design.
    """
    keeper = sharing(ground.evidence) if moving else unmoved()
    answered = answer_changes(ground.evidence, asked, keeper=keeper)
    if answered.found.plan.within is None:
        raise DesignError(
            f"{ground.evidence.study.name} compares groups once; a change needs a baseline and a "
            "later visit; compare its groups"
        )
    return answered


def ask(ground: Ground, asked: Asked, *, moving: bool = True) -> Answered:
    """Groups or changes, as is asked; raises as ``ask_groups`` and ``ask_changes``."""
    if asked.over_visits:
        return ask_changes(ground, asked, moving=moving)
    return ask_groups(ground, asked, moving=moving)[1]


def carried(ground: Ground, question: Question, asked: Asked, answered: Answered) -> list[Block]:
    """The table that was compared, the script that compares it again with its own, and settings.

    A name holds a digest of what it names, so that no two of a report are one.
    """
    found, rows = answered.found, answered.rows
    names = {one.name: one.synthetic for one in ground.evidence.studies}
    source = source_words(names, ground.summary(asked), ground.evidence.protocol)
    settings = json.dumps(
        {
            "question": question_to_json(question),
            "plan": found.plan.to_json(),
            "comparison": found.to_json(),
            "source": source,
        },
        ensure_ascii=False,
        allow_nan=False,
        indent=2,
    )
    end = hashlib.sha256(settings.encode()).hexdigest()[:8]
    about = "The question, the plan that was followed, and every number that was found."
    kept = Attachment(f"settings-{end}.json", settings, about)
    try:
        script = write_script(found, rows, source=source)
    except TableError as refusal:
        return [Paragraph(f"No script: {refusal}.", "note"), kept]
    return [
        Attachment(
            f"{script.name}-scores",
            rows.reset_index(drop=True),
            "What was compared: one row a subject"
            + (", arm and visit." if found.plan.within else " and arm."),
        ),
        Attachment(
            script.script_name,
            script.text,
            f"Python that compares {script.csv_name} again and asserts every number.",
        ),
        Attachment(
            script.csv_name,
            script.csv_bytes.decode("utf-8", "surrogatepass"),
            f"The table that {script.script_name} reads; keep both in one folder.",
        ),
        kept,
    ]
