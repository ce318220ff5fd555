"""What could change a comparison of groups, on its tab."""

from dermdash.analysis.answers import Answered
from dermdash.trial.gradings import profiles
from dermdash.trial.studies import Study
from dermdash.ui.cohort_question import Question
from dermdash.ui.guard import Access
from dermdash.ui.missing_parts import show_other_scores
from dermdash.ui.repeatability_parts import show_repeatability
from dermdash.ui.sensitivity_parts import show_sensitivity


def group_sensitivity(
    access: Access, study: Study, question: Question, answered: Answered, *, name: str, mark: str
) -> None:
    """The DEJ moved; of a study alone, other depths, its excluded scans and how well it repeats."""
    show_sensitivity(answered.moved, name=name, mark=mark)
    if len(question.studies) > 1:
        return
    show_other_scores(
        access,
        study,
        answered.layers,
        answered.found,
        answered.again,
        arms=answered.arms,
        visit=question.visit,
        site=question.site,
        covariates=question.covariates,
        name=name,
    )
    with access.read() as tx:
        layers = profiles(tx, study.study_id, margin=True, population=question.population)
    show_repeatability(study, layers, question.score, depth_um=question.depth_um, name=name)
