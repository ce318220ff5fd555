"""What the words of reports mean: short, plain, and right."""

ALWAYS = {
    "Adjusted p": (
        "A p-value made larger because several questions were asked, so that one false finding "
        "among all of them stays as rare as for a single question."
    ),
    "Alpha": "How often a test may find a difference where there is none; .05 unless stated.",
    "Amber, red": "The quality of a volume is doubtful, or poor; such scans are looked at first.",
    "Arm": "A group of subjects, or of sides of subjects, that is compared with another.",
    "Cluster mass": (
        "Neighbouring depths that differ, taken together; it says that there is a difference, not "
        "from which depth to which."
    ),
    "Confidence interval (CI)": (
        "The differences that the data are compatible with. Of intervals made this way 95 in 100 "
        "hold the true value, where the level is 95 %."
    ),
    "DEJ": "Dermo-epidermal junction: the surface under which the dermis begins.",
    "Demonstration model": (
        "A model for trying the software. It was not validated on skin, and supports no claim."
    ),
    "Digest (SHA-256)": "A fingerprint of a file or of data: it changes when anything in it does.",
    "Effect size": "A difference set in relation to the spread between subjects.",
    "Excluded scan": "A scan that counts in no result, for a written reason; it stays stored.",
    "Expected grade": (
        "The mean of the grades 1 to 4 weighed by their probabilities, Σ k·p(k): a score that "
        "knows how sure the model is."
    ),
    "Exploratory": "Asked without having been planned: a hint, to be confirmed by another study.",
    "False discovery rate": "The share of false ones that is expected among the depths found.",
    "Fragile": "A finding that another valid test, or a DEJ moved by 5 µm, does not share.",
    "Full analysis set": "All subjects who count in the analysis, as the roster says.",
    "Grade": "What a patch looks like, from 1 (coarse, fragmented) to 4 (elongated, reticulated).",
    "Holm": "A way to adjust p-values for the number of questions.",
    "ICC": (
        "Intraclass correlation: the share of the differences between scans that lies between "
        "subjects, and not in repeating the scan."
    ),
    "Layer": "One plane of the dermis, parallel to the DEJ, 1 µm from the next.",
    "LC-OCT": (
        "Line-field confocal optical coherence tomography: it sees into skin by light, in three "
        "dimensions, without cutting."
    ),
    "MAD": "Median absolute deviation: a measure of spread that few odd values do not move.",
    "Margin": "Layers above and below the slab that are graded, too, to see what a moved DEJ does.",
    "Maximum statistic": (
        "The largest difference over all depths, compared with what chance alone gives; it may say "
        "at which depths groups differ."
    ),
    "Mean grade": "The mean of the most probable grades, each patch counting as one whole grade.",
    "p": (
        "How often chance alone would give a difference at least as large as the one seen. It is "
        "not the probability that there is none."
    ),
    "Patch": "A square of 400 × 400 µm of a layer: what the model grades.",
    "Per-protocol set": "The subjects who did all that was planned, as the roster says.",
    "Plan": "The questions and choices that were fixed before looking; locked with time and name.",
    "Planned": "Asked as the locked plan says, and no otherwise.",
    "Primary question": "The one question that a study is there to answer.",
    "Profile": "The score against depth.",
    "Protocol (reading)": "Which model and which layers all results of a study stand on.",
    "Replicate": "Another scan of the same place at the same visit.",
    "Score": "A mean of grades; a point is one step of the scale from 1 to 4.",
    "SD": "Standard deviation: how far single values typically lie from their mean.",
    "SDC": (
        "Smallest detectable change: from here on one subject has changed by more than the error "
        "of measurement explains."
    ),
    "SEM": "Standard error of measurement: how far a repeated scan typically lies from the first.",
    "Sensitivity": "The same question asked once more under another choice.",
    "Slab": "The dermis that is graded: by default the 70 layers under the DEJ.",
    "Subject": "One volunteer, known by a code: the unit that is counted, n.",
    "Welch's test": "A comparison of means that lets each group have its own spread.",
}
OVER_VISITS = {
    "ANCOVA": (
        "Analysis of covariance: arms are compared at a visit among subjects with the same score "
        "at the baseline."
    ),
    "Baseline": "The visit before anything was done, from which changes count.",
    "MMRM": (
        "Mixed model for repeated measures: all visits in one model, which also uses subjects who "
        "missed some."
    ),
    "Missing at random": (
        "What is missing is supposed to be as what is known of the subject lets expect."
    ),
    "Responder": "A subject who changed by at least a threshold that was fixed beforehand.",
    "Tipping point": "How much worse missing scores would have to be to undo a finding.",
}
GROUPS = {
    "Brunner-Munzel test": "A comparison of two groups by ranks that may differ in spread.",
    "Mann-Whitney test": "A comparison of two groups by ranks instead of values.",
    "t test": "A comparison of two means.",
}
SEVERAL = {
    "ANOVA": "Analysis of variance: whether any of several means differ.",
    "Dunn, Kruskal-Wallis": "Comparisons of several groups by ranks instead of values.",
    "Dunnett": "Comparison of each arm with the control, adjusted for their number.",
    "Games-Howell": "Comparison of all pairs, where groups differ in spread.",
    "Tukey HSD": "Comparison of all pairs, adjusted for their number.",
}
SIDES = {
    "Cohen's dz": "The mean difference within subjects, over the spread of these differences.",
    "Hemi-face": "Each subject has one product on one side, and another on the other.",
    "Paired test": "A comparison within the same subjects.",
}
BLINDED = {
    "Blinded": "Arms go by codes, so that nobody's work can lean to one of them.",
    "Seal": "What the codes stand for; opened once, when the data are locked.",
}
SYNTHETIC = {"Synthetic": "Scans that were computed with a known truth; nobody was scanned."}


def terms_for(
    *, over_visits: bool, several_arms: bool, sides: bool, blinded: bool, synthetic: bool
) -> tuple[tuple[str, str], ...]:
    """The terms that a study's report can use, in alphabetical order, with their meaning.

    >>> terms_for(
    ...     over_visits=False, several_arms=True, sides=False, blinded=False, synthetic=False
    ... )[0][0]
    'Adjusted p'
    """
    terms = ALWAYS | (OVER_VISITS if over_visits else {}) | (SIDES if sides else {})
    if not (over_visits or sides):
        terms |= SEVERAL if several_arms else GROUPS
    elif several_arms:
        terms |= {"ANOVA": SEVERAL["ANOVA"]}
    terms |= (BLINDED if blinded else {}) | (SYNTHETIC if synthetic else {})
    return tuple(sorted(terms.items(), key=lambda one: one[0].casefold()))
