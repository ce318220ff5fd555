"""A study and its answer in words that need no statistics, each number as the results have it."""

from collections.abc import Mapping, Sequence

from dermdash.analysis.answers import Answered
from dermdash.analysis.filters import range_name
from dermdash.analysis.planned import SCORE_NAMES, Asked, Standing
from dermdash.analysis.record import Record
from dermdash.analysis.sensitivity import FRAGILE_UM
from dermdash.reporting.words import plural
from dermdash.stats.comparison import Comparison
from dermdash.stats.findings import Contrast
from dermdash.stats.fragility import Disagreement
from dermdash.stats.words import NAMES, equals_p, leading, number

SCALE = "from 1 (coarse, fragmented fibres) to 4 (elongated, reticulated fibres)"
KINDS = {
    "cohorts": "compares groups of people",
    "before_after": "follows groups of people from a baseline on",
    "hemi_face": "compares the two sides of the same people",
}


def names(items: Sequence[str]) -> str:
    """Names in a row; apart by semicolons where one holds a comma itself.

    >>> names(["young", "old, exposed", "old"])
    'young; old, exposed; and old'
    >>> names(["placebo", "active"])
    'placebo and active'
    """
    if len(items) < 2:
        return "".join(items)
    mark = ";" if any("," in one for one in items) else ","
    *most, last = items
    end = f"{mark} and " if mark == ";" else " and "
    return f"{f'{mark} '.join(most)}{end}{last}"


def counted(numbers: Mapping[str, int]) -> str:
    """
    >>> counted({"young": 6, "old, exposed": 7})
    'young: 6; old, exposed: 7'
    """
    return "; ".join(f"{name}: {n}" for name, n in numbers.items())


def design_sentence(record: Record) -> str:
    """What kind of study it is, its arms, visits and sites."""
    study = record.study
    arms = [f"{arm.name} (the control)" if arm.is_control else arm.name for arm in study.arms]
    visits = [f"{v.name} (the baseline)" if v.is_baseline else v.name for v in study.visits]
    said = f"{study.name} {KINDS[study.kind]}"
    if arms:
        said += f": {names(arms)}"
    where = [f"at {names(visits)}"] if visits else []
    if study.sites:
        site = "site" if len(study.sites) == 1 else "sites"
        where.append(f"on the {site} {names([site.name for site in study.sites])}")
    if where:
        said += f"; scanned {', '.join(where)}"
    codes = " It is blinded: arms go by codes, and nobody's arm is known here."
    return f"{said}.{codes if study.blinded else ''}"


def measure_sentence(asked: Asked) -> str:
    """What a score is."""
    return (
        "A trained network reads the fibre network of the dermis in LC-OCT scans and grades it "
        f"{SCALE}. A subject's score is the {SCORE_NAMES[asked.score]} over "
        f"{range_name(asked.depth_um)} under the dermo-epidermal junction (DEJ), where the dermis "
        "begins."
    )


def numbers_sentence(record: Record, found: Comparison | None) -> str:
    """How many subjects were enrolled, and how many the answer rests on."""
    enrolled = plural(len(record.subjects), "subject was enrolled", "subjects were enrolled")
    if found is None:
        return f"{enrolled}; {plural(len(record.graded), 'scan is', 'scans are')} graded."
    by_arm, whole = analysed_counts(found)
    behind = f" ({counted(by_arm)})" if len(by_arm) > 1 else ""
    return f"{enrolled}; the answer rests on {whole}{behind}."


def analysed_counts(found: Comparison) -> tuple[dict[str, int], int]:
    """Subjects behind a comparison: by arm, and as a whole.

    Subjects who were seen at any later visit count; in a comparison within subjects each of them
    counts once.
    """
    counts = {arm: max(n.values()) if isinstance(n, dict) else n for arm, n in found.n.items()}
    if found.design in ("visits", "sides", "sides x visits"):
        return {}, max(counts.values())
    return counts, sum(counts.values())


def plain_answer(found: Comparison) -> tuple[str, str]:
    """The answer to the main question in one sentence, and what else the data allow, in another."""
    one = leading(found, found.plan)
    level = f"{100 * (1 - found.plan.alpha):g} % confidence interval"
    allowed = f"from {number(one.ci_low)} to {number(one.ci_high)} points"
    sides = f"{one.a} − {one.b}; {level}"
    if one.p_adjusted >= found.plan.alpha:
        return (
            f"The data do not settle {_whether(found, one)}.",
            f"On a scale from 1 to 4 the difference was {number(one.difference)} points, and the "
            f"data are compatible with any {allowed} ({sides}).",
        )
    return (
        _said(found, one),
        f"The data are compatible with true differences {allowed} ({sides}).",
    )


def standing_sentence(standing: Standing) -> str:
    """Planned or exploratory, and what that is worth."""
    if standing.planned:
        return standing.sentence
    return f"{standing.sentence} Exploratory answers are hints; a planned study confirms them."


def other_answers(found: Comparison) -> tuple[str, ...]:
    """The other differences, each in one line with its role."""
    lead = leading(found, found.plan)
    level = f"{100 * (1 - found.plan.alpha):g} % CI"
    fragile = {(one.a, one.b, one.visit) for one in found.fragile}
    return tuple(
        f"{one.a} − {one.b}{f' at {one.visit}' if one.visit else ''}: {number(one.difference)} "
        f"({level} {number(one.ci_low)} to {number(one.ci_high)}; {equals_p(one.p_adjusted)}, "
        f"{one.role}{', fragile' if _key(one) in fragile else ''})"
        for one in found.contrasts
        if one is not lead
    )


def sure_sentences(answered: Answered) -> tuple[str, ...]:
    """Whether other valid ways to the answer agree with it."""
    found = answered.found
    lead = leading(found, found.plan)
    about = [one for one in found.fragile if _is_about(one, lead)]
    others = {(one.a, one.b, one.visit) for one in found.fragile if one.a} - {_key(lead)}
    whole = [one for one in found.fragile if not one.a] if _has_whole(found) else []
    said = []
    if about:
        ways = "; ".join(f"{_way(one.other)} gives {equals_p(one.other_p)}" for one in about)
        said.append(
            f"The answer is fragile, it hangs on choices that could have been made otherwise: "
            f"{ways}, where {_way(about[0].test)} gives {equals_p(about[0].p)}."
        )
    else:
        tested = _tried(found, lead)
        if tested:
            come = "come" if len(tested) > 1 else "comes"
            said.append(f"{names(tested)} {come} to the same verdict.")
        else:
            said.append("No other test of the same difference could be set beside it.")
        said.append(_moved(answered))
    if whole:
        ways = names(list(dict.fromkeys(_way(one.other) for one in whole)))
        said.append(f"Whether there is any difference at all is fragile ({ways}).")
    if others:
        n = len(others)
        said.append(f"{plural(n, 'other difference is', 'other differences are')} fragile.")
    if found.outliers:
        n = len(found.outliers)
        said.append(
            f"{plural(n, 'value lies', 'values lie')} far from the others of "
            f"{'its' if n == 1 else 'their'} group and {'stays' if n == 1 else 'stay'} in."
        )
    return tuple(filter(None, said))


def meaning_sentences(record: Record, found: Comparison | None) -> tuple[str, ...]:
    """What the answer does not mean."""
    said = [
        "It is about the mean of a group; single people may differ from it.",
        "A score is what the network sees in the texture of a scan. How skin looks, feels or "
        "fares is another question.",
        "Scores have no true zero: a difference in points is not to be turned into percent.",
    ]
    if record.study.kind == "cohorts":
        said.append(
            "Groups that were not drawn by lot may differ in more than what they are named after."
        )
    if found is None:
        return tuple(said)
    if leading(found, found.plan).p_adjusted >= found.plan.alpha:
        said.append("Not settled is not the same as equal: more subjects may settle it.")
    if found.design == "visits":
        said.append(
            "Without a control nobody can say how much would have changed without treatment."
        )
    if found.within_arm:
        said.append(
            "A change within one arm is description; only the difference between arms is an answer."
        )
    return tuple(said)


def _whether(found: Comparison, one: Contrast) -> str:
    at = f" at {one.visit}" if one.visit else ""
    match found.design:
        case "visits":
            return f"whether the score changed from {one.b} to {one.a}"
        case "arms x visits":
            return f"whether {one.a} and {one.b} differ{at}"
        case "sides x visits":
            return f"whether {one.a} and {one.b} had changed alike by {one.visit}"
    return f"whether {one.a} and {one.b} differ"


def _said(found: Comparison, one: Contrast) -> str:
    size, up = number(abs(one.difference)), one.difference > 0
    high = "higher" if up else "lower"
    match found.design:
        case "visits":
            way = "rose" if up else "fell"
            return (
                f"On a scale from 1 to 4, the mean score {way} by {size} points from {one.b} to "
                f"{one.a}."
            )
        case "arms x visits":
            return (
                f"At {one.visit}, on a scale from 1 to 4 and among subjects with the same "
                f"{found.visits[0]} score, {one.a} scored {size} points {high} than {one.b}."
            )
        case "sides x visits":
            return (
                f"At {one.visit}, on a scale from 1 to 4 and counted from each side's own "
                f"{found.visits[0]} score, {one.a} scored {size} points {high} than {one.b}."
            )
        case "sides":
            return (
                f"On a scale from 1 to 4 and on the same people, {one.a} scored {size} points "
                f"{high} than {one.b}."
            )
    return f"On a scale from 1 to 4, {one.a} scored {size} points {high} on average than {one.b}."


def _is_about(found: Disagreement, lead: Contrast) -> bool:
    return (found.a, found.b, found.visit) == _key(lead)


def _key(one: Contrast) -> tuple[str, str, str]:
    return one.a, one.b, one.visit or ""


def _has_whole(found: Comparison) -> bool:
    """Whether the test of the whole asks more than the one difference."""
    return found.design in ("arms", "visits") and len(found.contrasts) > 1


def _tried(found: Comparison, lead: Contrast) -> list[str]:
    """The other tests of the leading difference."""
    key = (lead.a, lead.b, lead.visit)
    tests = [
        one.method
        for other in found.alternatives
        for one in other.contrasts
        if (one.a, one.b, one.visit) == key
    ]
    return [_way(test) for test in dict.fromkeys(tests) if test != lead.method]


def _moved(answered: Answered) -> str:
    """What becomes of the answer with the DEJ 5 µm higher or deeper; "" where it was not moved."""
    if not answered.moved.shifts:
        return ""
    told = [
        one.contrast is not None for one in answered.moved.shifts if abs(one.shift_um) == FRAGILE_UM
    ]
    if not told or not all(told):
        return (
            f"What a DEJ {FRAGILE_UM} µm higher or deeper would change is not known: the scans "
            "were not graded that far."
        )
    return f"With the DEJ taken {FRAGILE_UM} µm higher or deeper the verdict is the same."


def _way(test: str) -> str:
    return NAMES.get(test, test)
