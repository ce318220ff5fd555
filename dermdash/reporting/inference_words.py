"""How scores were compared, in words made of the plan and of the tests that were run."""

from dermdash.analysis.missing import LIMIT
from dermdash.analysis.planned import Standing
from dermdash.analysis.sensitivity import FRAGILE_UM, SHIFTS_UM
from dermdash.reporting.comparisons import EFFECTS
from dermdash.reporting.plain_words import names
from dermdash.reporting.plans import chosen_tests
from dermdash.reporting.responders import response_name
from dermdash.stats.comparison import Comparison
from dermdash.stats.depthwise import PERMUTATIONS
from dermdash.stats.permutation import ALWAYS_EXACT, MOST_EXACT
from dermdash.stats.plan import Plan
from dermdash.stats.words import NAMES, number

IMPUTATIONS = 200  # as `analysis.missing.tip` makes them
DESIGNS = {
    "arms": "independent arms",
    "visits": "visits within subjects",
    "arms x visits": "arms over visits, the baseline taken into account",
    "sides": "sides within subjects",
    "sides x visits": "the changes of two sides within subjects",
}


def comparison_words(found: Comparison) -> str:
    """The tests that were run, and what they assume."""
    plan = found.plan
    methods = list(dict.fromkeys([found.omnibus.test, *(one.method for one in found.contrasts)]))
    differences = list(dict.fromkeys(one.method for one in found.contrasts))
    whole = ""
    if found.omnibus.test not in differences:
        whole = f"the question as a whole is tested by {NAMES[found.omnibus.test]}, "
    said = [
        f"The design is {DESIGNS.get(found.design, found.design)}: {whole}differences by "
        f"{names(_named(differences))}, two-sided at alpha {plan.alpha:g}, with "
        f"{100 * (1 - plan.alpha):g} % confidence intervals."
    ]
    if found.omnibus.p_gg is not None:
        said.append(
            f"Degrees of freedom of {NAMES[found.omnibus.test]} are corrected by Greenhouse and "
            "Geisser."
        )
    beside = [one for one in other_tests(found) if one not in methods]
    if beside:
        said.append(f"Beside them, to see what hangs on the choice: {names(_named(beside))}.")
    checks = list(dict.fromkeys(check.test for check in found.checks))
    if checks:
        said.append(
            f"Assumptions were looked at by {names(_named(checks))}, and not used to choose."
        )
    effects = [EFFECTS[one] for one in effect_names(found)]
    if effects:
        said.append(f"Effect sizes: {names(effects)}.")
    said.append(f"Estimand: {found.estimand[:1].lower()}{found.estimand[1:]}")
    return " ".join(said)


def planned_tests_words(plan: Plan, *, sides: bool) -> str:
    """The tests that a plan calls for, where nothing could be compared yet."""
    return f"Planned tests: {chosen_tests(plan, sides=sides)}; two-sided alpha {plan.alpha:g}."


def multiplicity_words(found: Comparison, standing: Standing) -> str:
    """How the number of questions was taken into account."""
    plan = found.plan
    if standing.planned and plan.primary is not None:
        if not plan.key_secondary:
            after = "No further question was planned"
        elif plan.secondary == "fixed_sequence":
            after = (
                f"The {len(plan.key_secondary)} key secondary ones follow in their written order, "
                "up to the first that fails"
            )
        else:
            after = (
                f"The {len(plan.key_secondary)} key secondary ones follow only after it, adjusted "
                "by Holm"
            )
        return (
            f"One primary question is tested at alpha {plan.alpha:g} by itself. {after}; all else "
            "is exploratory, whatever its p."
        )
    return f"{_family(found)} No difference was tested as planned: all of them are exploratory."


def missing_words(found: Comparison | None, plan: Plan | None) -> str:
    """What became of missing scores."""
    said = ["Nothing that is missing was filled in for a result."]
    if found is None:
        return said[0]
    methods = {one.method for one in found.contrasts}
    if "mmrm" in methods:
        said.append(
            "Missing visits are taken as missing at random, given arm, baseline and the visits "
            "that were seen."
        )
    elif found.design == "arms x visits":
        said.append("Subjects without the baseline or without the visit are left out there.")
    elif found.design in ("visits", "sides", "sides x visits"):
        said.append("Subjects who lack a visit or a side are left out.")
    else:
        said.append("Subjects without a score are left out.")
    if found.design == "arms x visits":
        delta = abs(plan.delta) if plan is not None and plan.delta else LIMIT
        fixed = "as planned" if plan is not None and plan.delta else "by default"
        said.append(
            f"A sensitivity imputes missing scores {IMPUTATIONS} times from who was seen and moves "
            f"those of one arm against the finding, up to {number(delta)} points ({fixed}; seed "
            f"{found.plan.seed})."
        )
    return " ".join(said)


def depth_words(seed: int) -> str:
    """How depths were compared."""
    exact = min(max(PERMUTATIONS, ALWAYS_EXACT), MOST_EXACT)
    return (
        "Along depth the largest statistic over all layers is compared with what chance gives when "
        "subjects are rearranged, which holds the rate of any false depth; cluster mass and the "
        "false discovery rate stand beside it. Subjects are rearranged in every possible way where "
        f"there are at most {exact:,} ways, else in {PERMUTATIONS:,} random ones (seed {seed})."
    )


def sensitivity_words() -> str:
    """How the sensitivity to the DEJ was found."""
    return (
        f"The question was asked again with the DEJ taken {-SHIFTS_UM[0]} µm higher to "
        f"{SHIFTS_UM[-1]} µm deeper, in steps of 1 µm, from the margin that was graded; a finding "
        f"that changes its verdict within {FRAGILE_UM} µm is called fragile."
    )


def responder_words(plan: Plan) -> str:
    """Who counts as a responder, or that nobody does."""
    if plan.responder_threshold is None:
        return "No responder threshold is fixed, so responders are not counted."
    return (
        f"A responder {response_name(plan.responder_threshold)} since the baseline; shares have "
        "exact intervals (Clopper and Pearson), their differences Newcombe's."
    )


def far_values_words(plan: Plan) -> str:
    """What became of values far from the others."""
    return (
        f"Values beyond {plan.outlier_mads:g} scaled MADs from the median of their group are "
        "flagged; all stay in every result, and one sensitivity leaves them out."
    )


def star_words(*, planned: bool, allowed: bool) -> str:
    """What stars mean, and whether there are any."""
    rule = (
        "Stars: * p < .05, ** p < .01, *** p < .001 on the unrounded p, ns otherwise, for planned "
        "questions only"
    )
    if not allowed:
        return f"{rule}; here there are none, since the model may not carry claims."
    if not planned:
        return f"{rule}; here there are none, since no question was answered as planned."
    return f"{rule}."


def other_tests(found: Comparison) -> list[str]:
    """The tests beside those of the result, each once."""
    tests = [
        test
        for other in found.alternatives
        for test in (
            *([other.test.test] if other.omnibus else []),
            *(one.method for one in other.contrasts),
        )
    ]
    return list(dict.fromkeys(tests))


def effect_names(found: Comparison) -> list[str]:
    """The kinds of effect sizes, each once."""
    sized = [one.effect.name for one in found.contrasts if one.effect is not None]
    return list(dict.fromkeys([*(effect.name for effect in found.effects), *sized]))


def methods_used(found: Comparison) -> list[str]:
    """The names of all that has a source."""
    tests = [found.omnibus.test, *(one.method for one in found.contrasts), *other_tests(found)]
    corrected = ["greenhouse_geisser"] if found.omnibus.p_gg is not None else []
    holm = ["holm"] if any(one.p_adjusted > one.p for one in found.contrasts) else []
    checks = [check.test for check in found.checks]
    return [*tests, *corrected, *holm, *checks, *effect_names(found)]


def _family(found: Comparison) -> str:
    methods = {one.method for one in found.contrasts}
    if len(found.contrasts) < 2:
        return "There is one difference."
    if methods <= {"tukey_hsd", "games_howell", "dunnett", "two_way_tukey"}:
        name = names([NAMES[one] for one in sorted(methods)])
        return f"{name} adjusts p and intervals for all {len(found.contrasts)} differences at once."
    where = " at each visit" if found.design == "arms x visits" else ""
    return f"p is adjusted by Holm over the differences{where}; intervals stand each for itself."


def _named(tests: list[str]) -> list[str]:
    return [NAMES.get(one, one) for one in tests]
