"""The report that needs no collecting: which questions it asks, in order."""

from dermdash.analysis.main_question import main_question
from dermdash.analysis.planned import Asked
from dermdash.analysis.record import Record
from dermdash.reporting.cards.baseline import Baseline
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.checks import Checks
from dermdash.reporting.cards.claims import Claims
from dermdash.reporting.cards.classes import Classes
from dermdash.reporting.cards.depths import ChangeDepths, GroupDepths
from dermdash.reporting.cards.deviations import Deviations
from dermdash.reporting.cards.glossary import Glossary
from dermdash.reporting.cards.groups import Groups
from dermdash.reporting.cards.limitations import Limitations
from dermdash.reporting.cards.methods import Methods
from dermdash.reporting.cards.participants import Participants
from dermdash.reporting.cards.question import Question
from dermdash.reporting.cards.repeatability import Repeatability
from dermdash.reporting.cards.responders import Responders
from dermdash.reporting.cards.sensitivity import Sensitivity
from dermdash.reporting.cards.source import Source
from dermdash.reporting.cards.summary import Summary
from dermdash.trial.transaction import Transaction


def standard_questions(tx: Transaction, study_id: int) -> tuple[Question, ...]:
    """The questions of a study's standard report, in the order of its sections.

    Without a graded scan there are only those about the study itself, which say what is missing.
    Provenance is not among them: every report ends with it.

    Raises
    ------
    DesignError
        The study is unknown.
    """
    record = Source(tx).record(study_id)
    results = () if record.graded.empty else _results(record)
    return (
        Summary(study_id),
        Participants(study_id),
        Baseline(study_id),
        *results,
        Methods(study_id),
        Deviations(study_id),
        Limitations(study_id),
        Glossary(study_id),
    )


def _results(record: Record) -> tuple[Question, ...]:
    study_id = record.study.study_id
    asked = main_question(record.study, record.plan)
    groups = groups_asked(record, asked)
    once = len(record.arms) < 2
    found: list[Question] = [] if once else [Groups((study_id,), groups)]
    if asked.over_visits:
        found += [Changes(study_id, asked), ChangeDepths(study_id, asked)]
    elif not once:
        found.append(GroupDepths((study_id,), groups))
    if not once:
        found.append(Classes((study_id,), groups))
    if asked.over_visits and _threshold(record) is not None:
        found.append(Responders(study_id, asked))
    found += [Checks((study_id,), asked), Sensitivity((study_id,), asked)]
    if has_repeats(record):
        found.append(Repeatability(study_id, asked))
    if asked.over_visits:
        found.append(Claims(study_id))
    return tuple(found)


def groups_asked(record: Record, asked: Asked) -> Asked:
    """Groups at one visit: the planned one, else the last of a trial."""
    if not asked.over_visits:
        return asked
    visits = [visit.name for visit in record.study.visits]
    planned = record.plan.plan if record.plan is not None else None
    visit = visits[-1] if visits else None
    if planned is not None:
        named = planned.primary[2] if planned.primary is not None else planned.primary_visit
        visit = named if named in visits else visit
    return Asked(
        asked.score,
        over_visits=False,
        visit=visit,
        depth_um=asked.depth_um,
        population=asked.population,
    )


def has_repeats(record: Record) -> bool:
    """Whether scans repeat without treatment between them."""
    scans = record.graded.dropna(subset="arm")
    if scans.duplicated(["subject_id", "arm", "visit"]).any():
        return True
    if record.study.kind != "cohorts":
        controls = [arm.name for arm in record.study.arms if arm.is_control]
        scans = scans[scans["arm"].isin(controls)]
    return bool(scans.duplicated(["subject_id", "arm"]).any())


def _threshold(record: Record) -> float | None:
    return None if record.plan is None else record.plan.plan.responder_threshold
