"""No sentence says more than it may, whatever the data, the names and the plan.

Lost otherwise: a number that means nothing, or a word that nobody can stand for, on a pack.
"""

import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.reporting.cards.claims import claim_content, claim_table
from dermdash.reporting.claims.claims import claims_from
from dermdash.reporting.claims.findings import Claims
from dermdash.reporting.claims.gates import LEAST_SUBJECTS
from tests.support.claims import DEMONSTRATION, TWO, quick, scans_of
from tests.support.reports import NASTY
from tests.support.trials import study_of

NO_TRUTH = re.compile(r"\b(prov(e|es|ed|en)|proof|no effect|effective)\b", re.IGNORECASE)


def sentences(claims: Claims) -> list[str]:
    """All that is said in words of ours; names are those of the tests."""
    content = claim_content(claims)
    said = [content.message, claims.standing, *claims.caveats]
    said += [one.text for one in claims.offered] + [one.sentence for one in claims.withheld]
    return said


def check_words(claims: Claims) -> None:
    for sentence in sentences(claims):
        assert not NO_TRUTH.search(sentence), sentence
        rest = re.sub(r"\d+(\.\d+)? % CI", "", sentence)  # the level of an interval
        rest = re.sub(r"of \d+ subjects \(\d+ %, exact  \d+ to \d+ %\)", "", rest)
        assert "%" not in rest, sentence


@settings(max_examples=8, deadline=None)
@given(
    rise=st.sampled_from([-0.6, 0.0, 0.3, 0.8]),
    n=st.integers(3, 14),
    seed=st.integers(0, 10_000),
    synthetic=st.booleans(),
    demonstration=st.booleans(),
    blinded=st.booleans(),
    threshold=st.sampled_from([None, 0.05, 0.5, -0.5]),
    hemi=st.booleans(),
)
def test_no_sentence_claims_more_than_it_may(  # noqa: PLR0917 (hypothesis names them)
    rise: float,
    n: int,
    seed: int,
    synthetic: bool,
    demonstration: bool,
    blinded: bool,
    threshold: float | None,
    hemi: bool,
) -> None:
    """No change in percent, no proof, no equality; nothing of real scans by a demonstration."""
    kind = "hemi_face" if hemi else "before_after"
    study = study_of(kind, visits=TWO, sites=("left", "right") if hemi else ("cheek",))
    study = replace(study, synthetic=synthetic, blinded=blinded)
    scans = scans_of({"placebo": 0.1, "active": rise}, n=n, seed=seed, visits=TWO, sides=hemi)
    claims = claims_from(
        quick(
            study=study,
            scans=scans,
            responder_threshold=threshold,
            **({"protocol": DEMONSTRATION} if demonstration else {}),
        )
    )
    check_words(claims)
    if blinded or (demonstration and not synthetic) or n < LEAST_SUBJECTS:
        assert claims.offered == ()
    for one in claims.offered:
        assert one.p < 0.05
        assert one.control == "placebo"


def test_no_percent_change_is_ever_offered_and_it_says_why() -> None:
    for claims in (claims_from(quick()), claims_from(quick(stored=None))):
        (percent,) = [one for one in claims.withheld if "in percent" in one.what]
        assert "no true zero" in percent.why


def test_names_go_into_sentences_as_they_are() -> None:
    """No name breaks a sentence, or is taken for markup: blocks hold plain text."""
    for name, control in pairwise(NASTY[:-1]):
        study = study_of(visits=TWO, arms=(control, name), control=control)
        scans = scans_of({control: 0.0, name: 0.8}, visits=TWO, n=LEAST_SUBJECTS)
        claims = claims_from(quick(study=study, scans=scans, primary=(name, control, "D56")))
        assert [f"under {name}" in one.text for one in claims.offered] == [True, True]
        assert claim_table(claims)["arm"].dropna().unique().tolist() == [name]
