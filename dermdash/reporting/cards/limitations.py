"""The card of what the results cannot bear: the model's own limits first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from dermdash.analysis.answers import Answered
from dermdash.analysis.filters import range_name
from dermdash.analysis.flow import flow_of
from dermdash.analysis.record import Record
from dermdash.analysis.sensitivity import FRAGILE_UM
from dermdash.errors import DermdashError
from dermdash.reporting.blocks import Block, Bullets, Column, Content, Paragraph, Table
from dermdash.reporting.cards.known import Known, read_known
from dermdash.reporting.cards.source import Source
from dermdash.reporting.caveats import late_dejs_sentence
from dermdash.reporting.plain_words import analysed_counts
from dermdash.reporting.words import plural
from dermdash.stats.words import number

FEW = 12  # subjects an arm, as in the paper: a third finding of it hung on the choice of the test
MEASURES = {
    "accuracy": "Accuracy",
    "macro_precision": "Precision, mean of the grades",
    "macro_recall": "Recall, mean of the grades",
    "quadratic_kappa": "Quadratic-weighted kappa",
    "calibration_error": "Calibration error",
}


@dataclass(frozen=True, slots=True)
class Limitations:
    """What must be known before anything is built on the results."""

    card: ClassVar[str] = "limitations"
    study_id: int

    def read(self, source: Source) -> Known:
        return read_known(source, self.study_id)

    def answer(self, inputs: Known) -> Content:
        record = inputs.record
        answered, _ = inputs.answered(moved=True)
        said = _opening(inputs)
        blocks: list[Block] = [Paragraph(said, "lead" if inputs.allowed else "warning")]
        if record.model is not None:
            blocks.append(_model(record.model.name, record.model.use, record.model.card))
        blocks += [
            Paragraph("Of the method:"),
            Bullets(_method(record)),
            Paragraph("Of this study:"),
            Bullets(_study(inputs, answered)),
        ]
        return Content("Limitations", said, tuple(blocks))


def _opening(known: Known) -> str:
    model, synthetic = known.record.model, known.record.study.synthetic
    if model is None:
        return "No model has graded yet, so there is nothing to rely on."
    if synthetic:
        return (
            "SYNTHETIC: no skin was scanned; the results show what the software does, and support "
            "no claim."
        )
    if not known.allowed:
        return (
            f"The model {model.name} is a demonstration and was not validated on skin: its scores "
            "support no claim."
        )
    return f"The results are worth what the model {model.name} is worth: {model.use}."


def _model(name: str, use: str, card: Mapping[str, Any]) -> Table:
    """The model's card: its use, what it was trained on, how well it measured, its limits."""
    data = _of(card, "data")
    trained = str(card.get("statement", "what it was trained on is not on its card"))
    rows = [("Use", use), ("Statement", trained)]
    if data.get("generator"):
        rows.append(("Trained on", f"{data.get('n_volumes', '–')} volumes by {data['generator']}"))
    counts = _of(data, "n_patches")
    if counts:
        patches = ", ".join(f"{part} {n}" for part, n in counts.items())
        rows.append(("Patches", patches))
    split = _of(card, "split")
    if split.get("unit"):
        rows.append(("Split by", str(split["unit"])))
    measures = _of(card, "measures")
    for key, words in MEASURES.items():
        if isinstance(measures.get(key), int | float):
            rows.append((words, f"{measures[key]:.2f} on {measures.get('n', '–')} test patches"))
    if isinstance(measures.get("ceiling_accuracy"), int | float):
        rows.append(("Best accuracy that its labels allow", f"{measures['ceiling_accuracy']:.2f}"))
    apart = _of(measures, "held_out")
    found = [_of(apart, kind).get("accuracy") for kind in apart]
    if unlike := [one for one in found if isinstance(one, int | float)]:
        words = f"{min(unlike):.2f} to {max(unlike):.2f}"
        rows.append(("Accuracy on scans unlike those it learned from", words))
    limits = [str(one) for one in card.get("limits", ()) if isinstance(one, str)]
    rows += [("Limit", limit) for limit in limits or ["none is named on the card"]]
    return Table(f"The model's card: {name}", (Column("What"), Column("Value")), tuple(rows))


def _method(record: Record) -> tuple[str, ...]:
    planes = int((record.scans["dej_kind"] == "plane").sum())
    said = [
        "A grade is an expert's impression of texture on a scale of four steps; steps need not be "
        "equally far apart.",
        "A mean hides how grades are shared out; the shares of the classes stand beside it where "
        "they are reported.",
        "A score depends on the depths that it is taken over, and depths on where the DEJ is put.",
    ]
    if planes:
        said.append(
            f"{plural(planes, 'scan has', 'scans have')} one flat plane as DEJ, though papillae "
            "undulate by tens of micrometres."
        )
    said.append(
        "How well a score repeats from scan to scan is known only where scans were repeated."
    )
    if record.model is not None and not _of(record.model.card, "data").get("generator"):
        said.append(
            "Whether these subjects were among those that the model learned from is not known here."
        )
    return tuple(said)


def _study(known: Known, answered: Answered | None) -> tuple[str, ...]:
    record = known.record
    said: list[str] = []
    if answered is not None:
        said += _of_answer(answered)
    said += _missing(known, answered)
    late = record.scans["dej_after_unblinding"] & (record.scans["state"] != "excluded")
    said.append(late_dejs_sentence(int(late.sum())))
    doubtful = record.graded["quality"].isin(("amber", "red"))
    if n := int(doubtful.sum()):
        said.append(f"The quality of {plural(n, 'graded scan')} is amber or red.")
    if record.study.kind == "cohorts":
        said.append("Groups were chosen, not drawn by lot; they may differ in other ways, too.")
    if record.scans["dej_source"].notna().any() and record.pairs.empty:
        said.append(
            "No scan was marked twice in the blinded queue, so how far readers of the DEJ agree is "
            "not known."
        )
    if record.plan is None or not record.plan.locked:
        said.append("No analysis plan was locked: all answers are exploratory.")
    said = [one for one in said if one]
    return tuple(said or ["None beyond these is known."])


def _of_answer(answered: Answered) -> list[str]:
    found, said = answered.found, []
    by_arm, whole = analysed_counts(found)
    few = {arm: n for arm, n in by_arm.items() if n < FEW}
    if few:
        arms = "; ".join(f"{arm}: {n}" for arm, n in few.items())
        said.append(
            f"Few subjects were analysed ({arms}): only large differences could be seen, and one "
            "subject weighs much."
        )
    elif not by_arm and whole < FEW:
        said.append(
            f"Few subjects were analysed ({whole}): only large differences could be seen, and one "
            "subject weighs much."
        )
    if found.fragile:
        said.append("The answer, or a part of it, is fragile; the summary says by which choice.")
    shifts = [one for one in answered.moved.shifts if abs(one.shift_um) == FRAGILE_UM]
    known = [one.contrast.difference for one in shifts if one.contrast is not None]
    if known and len(known) == len(shifts):
        low, high = number(min(known)), number(max(known))
        lies = f"is {low}" if low == high else f"lies between {low} and {high}"
        said.append(
            f"With the DEJ taken {FRAGILE_UM} µm higher or deeper the difference {lies} points."
        )
    elif shifts:
        said.append(f"What a DEJ {FRAGILE_UM} µm off would change could not be told.")
    return said


def _missing(known: Known, answered: Answered | None) -> list[str]:
    """Scans and subjects that a result stands without."""
    record = known.record
    try:
        flow = flow_of(record, known.evidence, known.asked, answered)
    except DermdashError:
        return []
    scans, subjects = flow.scans["end"], flow.subjects["end"]
    depths = range_name(known.asked.depth_um)
    said = []
    if n := int((scans == "depths not covered").sum()):
        said.append(f"{plural(n, 'graded scan does', 'graded scans do')} not cover {depths}.")
    if n := int(scans.isin(("no DEJ", "cannot tell", "waiting", "failed")).sum()):
        said.append(f"{plural(n, 'scan is', 'scans are')} not graded.")
    if n := int((scans == "excluded").sum()):
        known_score = int(record.scans.loc[scans == "excluded", "graded_at"].notna().sum())
        seen = f"; {known_score} had been graded, so the score could be seen" if known_score else ""
        said.append(f"{plural(n, 'scan is', 'scans are')} excluded{seen}.")
    if answered is not None and (n := int((subjects != "analysed").sum())):
        enrolled = plural(len(subjects), "subject")
        said.append(
            f"{n} of {enrolled} {'is' if n == 1 else 'are'} not analysed; whoever is missing may "
            "differ from who is there."
        )
    return said


def _of(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}
