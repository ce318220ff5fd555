"""The sentence that opens a result: true to its numbers, and never more than they say."""

import ast
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dermdash.stats
from dermdash.stats.comparison import compare
from dermdash.stats.findings import Contrast, Test
from dermdash.stats.fragility import Disagreement
from dermdash.stats.plan import Plan
from dermdash.stats.words import NAMES, number, read, stars, statistic, write_p
from tests.support.scores import paper, trial, with_moments

ARMS = Plan("score", between="arm", subject="subject_id")


class Found:
    """As much of an answer as a sentence needs."""

    def __init__(self, *contrasts: Contrast, design: str = "arms", p: float = 0.01) -> None:
        self.design = design
        self.omnibus = Test("anova", 5.0, (2.0, 33.0), p)
        self.contrasts = contrasts


def difference(value: float, p: float, a: str = "a", b: str = "b", **given: object) -> Contrast:
    low, high = value - 0.2, value + 0.2
    return Contrast(a, b, value, low, high, p / 3, p, "tukey_hsd", 2.0, **given)  # type: ignore[arg-type]


def test_a_difference_that_may_be_nothing_is_not_called_nothing() -> None:
    """Lost: p > .05 would be read as proof of no effect."""
    table = paper().assign(score=lambda t: with_moments(2, 0.3, 36))
    sentence = compare(table, ARMS).sentence
    assert "the data do not settle whether score differs" in sentence
    assert "compatible with them" in sentence
    for word in ("proves", "no effect", "no difference"):
        assert word not in sentence


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.3, "mean score was 0.30 higher in a than in b"), (-0.3, "0.30 lower in a than in b")],
)
def test_direction_is_that_of_the_difference(value: float, words: str) -> None:
    """Lost: the better arm would be called the worse."""
    assert words in read(Found(difference(value, 0.01)), ARMS, ())


def test_visits_rise_and_fall() -> None:
    """Lost: skin that got worse would be said to have improved."""
    plan = Plan("score", within="visit", subject="subject_id")
    table = trial(visits=("D0", "D28"))
    fallen = table.assign(score=5 - table["score"])
    for rows, word in ((table, "rose"), (fallen, "fell")):
        sentence = compare(rows[rows["arm"] == "active"], plan).sentence
        assert sentence.startswith(f"Mean score {word} by 0.37 from D0 to D28")


def test_a_p_just_above_alpha_settles_nothing() -> None:
    """Lost: both sides of alpha would read alike, each with p = .050."""
    below = read(Found(difference(0.3, 0.0496)), ARMS, ())
    assert "higher in a than in b" in below
    assert "p = .0496" in below
    above = read(Found(difference(0.3, 0.0504)), ARMS, ())
    assert "do not settle whether score differs: a − b is 0.30" in above
    assert "p = .0504" in above
    at = read(Found(difference(0.3, 0.05)), ARMS, ())
    assert "do not settle" in at
    assert "p = .050)" in at


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.001, ".001"),
        (0.00099, "< .001"),
        (0.0099, ".0099"),
        (0.01, ".010"),
        (0.0954, ".095"),
        (0.09996, ".09996"),
        (0.04999999999, ".05000000"),
        (0.9999, "1.000"),
        (0.0, "< .001"),
    ],
)
def test_p_is_never_rounded_over_a_limit(p: float, text: str) -> None:
    """Lost: a star beside p = .050, and none beside another p = .050."""
    assert write_p(p) == text


def test_stars_are_decided_on_the_whole_p() -> None:
    """Lost: p = .0500001 would have a star."""
    assert [stars(p) for p in (0.05, 0.0499, 0.01, 0.0099, 0.001, 0.00099)] == [
        "ns",
        "*",
        "*",
        "**",
        "**",
        "***",
    ]


def test_numbers_keep_two_digits_whatever_their_size() -> None:
    """Lost: a difference of 2e-12 would be printed as 0.000000."""
    known = {
        2.34e-12: "2.3e−12",
        -4e-7: "−4.0e−07",
        1e-6: "0.000001",
        -0.0496: "−0.05",
        -0.001: "−0.001",
        1e9: "1000000000.00",
        -0.0: "0.00",
    }
    assert {value: number(value) for value in known} == known


def test_the_level_of_the_interval_is_the_plans() -> None:
    """Lost: a 99 % interval would be called one of 95 %."""
    found = compare(paper(), Plan("score", between="arm", alpha=0.01))
    assert "(99 % CI 0.64 to 1.54; Tukey HSD" in found.sentence  # R: TukeyHSD(conf.level = .99)


def test_the_verdict_is_at_the_plans_level() -> None:
    """Lost: p = .03 would be a finding where the plan asks for .01, and none where it allows .1."""
    plan = Plan("score", between="arm", alpha=0.01)
    strict = read(Found(difference(0.3, 0.03), difference(0.1, 0.6, "a", "c"), p=0.02), plan, ())
    assert strict.startswith("Arms do not differ clearly")
    assert "do not settle" in strict
    plan = Plan("score", between="arm", alpha=0.1)
    wide = read(Found(difference(0.3, 0.07), difference(0.1, 0.6, "a", "c"), p=0.06), plan, ())
    assert wide.startswith("Arms differ")
    assert "higher in a than in b" in wide


def test_the_clearest_difference_is_told() -> None:
    """Lost: "not settled" would open a result that holds a finding, for a larger, vaguer one."""
    vague, clear = difference(0.9, 0.3, "a", "c"), difference(-0.4, 0.001, "b", "c")
    sentence = read(Found(vague, clear), ARMS, ())
    assert "0.40 lower in b than in c" in sentence
    assert "do not settle" not in sentence


def test_a_contrast_needs_no_leave_of_the_first_test() -> None:
    """Lost: Tukey's own p would be overruled by ANOVA's, which it does not need."""
    sentence = read(Found(difference(0.3, 0.04), difference(0.1, 0.6, "a", "c"), p=0.06), ARMS, ())
    assert sentence.startswith("Arms do not differ clearly (ANOVA F(2, 33) = 5.00, p = .060): ")
    assert "mean score was 0.30 higher in a than in b" in sentence


def test_what_hangs_on_the_test_is_said() -> None:
    """Lost: "arms differ" would stand alone where ranks do not find it."""
    contrasts = difference(0.3, 0.01), difference(0.2, 0.04, "a", "c")
    whole = Disagreement("", "", "", "anova", 0.03, "kruskal_wallis", 0.06)
    first = Disagreement("a", "b", "", "tukey_hsd", 0.01, "dunn_holm", 0.07)
    second = Disagreement("a", "c", "", "tukey_hsd", 0.04, "dunn_holm", 0.08)
    third = Disagreement("a", "c", "", "tukey_hsd", 0.04, "games_howell", 0.09)
    sentence = read(Found(*contrasts), ARMS, (whole, first, second, third))
    assert "This finding is fragile: Dunn with Holm gives p = .070." in sentence
    assert (
        "Fragile: whether any differ (ANOVA p = .030, Kruskal-Wallis p = .060); "
        "a − c (Tukey HSD p = .040, Dunn with Holm p = .080, Games-Howell p = .090)." in sentence
    )
    assert "whether any differ" not in read(Found(contrasts[0]), ARMS, (whole,))


def test_confounded_differences_are_the_last_to_be_told() -> None:
    """Lost: the difference between two studies would be sold as one between arms."""
    noted = difference(0.9, 0.001, "a", "c", note="confounded with study")
    sentence = read(Found(difference(0.3, 0.01), noted), ARMS, ())
    assert "higher in a than in b" in sentence
    assert "1 other differences are" not in sentence
    assert "1 other difference is confounded with study." in sentence


def test_no_sentence_claims_more_than_a_test_can() -> None:
    """Lost: a p-value would be sold as proof, or its absence as proof of nothing."""
    rng = np.random.default_rng(3)
    for _ in range(12):
        sizes = rng.integers(3, 9, int(rng.integers(2, 5)))
        table = pd.DataFrame(
            [
                {"arm": f"a{arm}", "score": value}
                for arm, n in enumerate(sizes)
                for value in rng.normal(rng.normal(0, 0.8), 1, n)
            ]
        )
        found = compare(table, Plan("score", between="arm"))
        sentence = found.sentence
        assert not re.search(r"prove|no effect|no difference|equal|the same|significant", sentence)
        assert "CI" in sentence
        told = min(found.contrasts, key=lambda c: c.p_adjusted)
        assert ("do not settle" in sentence) == (told.p_adjusted >= 0.05)
        if told.p_adjusted < 0.05:
            way = "higher" if told.difference > 0 else "lower"
            assert f"{way} in {told.a} than in {told.b}" in sentence


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (Test("welch_anova", 5.5, (2.0, 20.456), 0.01), "F(2, 20.46) = 5.50"),
        (Test("kruskal_wallis", 5.5, (2.0,), 0.01), "H(2) = 5.50"),
        (Test("mann_whitney", 12.0, (), 0.01), "U = 12.00"),
        (Test("welch_t_test", -2.0, (7.25,), 0.01), "t(7.25) = −2.00"),
        (Test("van_elteren", -2.0, (), 0.01), "z = −2.00"),
        (Test("friedman", 6.0, (2.0,), 0.01), "χ²(2) = 6.00"),
        (Test("wilcoxon_signed_rank", 6.0, (), 0.01), "V = 6.00"),
    ],
)
def test_a_statistic_has_its_letter(test: Test, text: str) -> None:
    """Lost: a reader would take U for z, or miss the degrees of freedom."""
    assert statistic(test) == text


def test_each_test_has_a_name_in_words() -> None:
    """Lost: a page would print ``two_way_tukey``, or the command line end in a KeyError."""
    folder = Path(dermdash.stats.__file__).parent
    given = {
        node.value.value
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg in ("method", "test")
        and isinstance(node.value, ast.Constant)
    }
    assert {"tukey_hsd", "van_elteren", "fisher_exact"} <= given
    assert given <= set(NAMES)
