"""The tests of this installation against published answers, and those of other programs."""

from collections.abc import Sequence

import numpy as np

from dermdash.reporting.validation import data
from dermdash.reporting.validation.check import Case, Check, try_case
from dermdash.stats.findings import Contrast, Effect, Test

R = "R 4.2.2"
PAPER = "Breugnot et al. 2023, doi 10.1111/srt.13221, 3.3"


def check_statistics(cases: Sequence[Case] | None = None) -> tuple[Check, ...]:
    """Each case, in order; all that are known where none are given."""
    return tuple(map(try_case, reference_cases() if cases is None else cases))


def reference_cases() -> tuple[Case, ...]:
    """All calculations whose answers are known."""
    return (*_arms(), *_visits(), *_adjusted(), *_mixed(), *_others())


def _arms() -> tuple[Case, ...]:
    from dermdash.stats.arm_pairs import games_howell, tukey_hsd
    from dermdash.stats.arms import anova, kruskal_wallis, welch_anova

    breaks = data.arms(data.WARPBREAKS)
    return (
        Case(
            "one-way ANOVA, SiRstv: F(4, 20)",
            (1.18046237440255,),
            lambda: (anova(data.arms(data.SIRSTV)).statistic,),
            1e-11,
            "NIST StRD, certified",
        ),
        Case(
            "one-way ANOVA, PlantGrowth: F(2, 27) and p",
            (4.8460878623801369, 0.0159099583256229),
            lambda: _test(anova(data.arms(data.PLANT_GROWTH))),
            1e-10,
            f"{R}, oneway.test",
        ),
        Case(
            "Welch's ANOVA, warpbreaks: F and p",
            (5.8018048548040912, 0.0070316506526074),
            lambda: _test(welch_anova(breaks)),
            1e-10,
            f"{R}, oneway.test",
        ),
        Case(
            "Kruskal-Wallis, warpbreaks: H and p",
            (10.80926527061719966, 0.00449570566138045),
            lambda: _test(kruskal_wallis(breaks)),
            1e-10,
            f"{R}, kruskal.test",
        ),
        Case(
            "Tukey HSD, warpbreaks: L − M, L − H, M − H and their p",
            (10.0, 14.7222222222222, 4.7222222222222, 0.0384597681, 0.0014315033, 0.463083097),
            lambda: _differences(tukey_hsd(breaks)),
            1e-6,
            f"{R}, TukeyHSD",
        ),
        Case(
            "three groups of the paper: F(2, 33) and p",
            (29.57805, 4.3735e-08),
            lambda: _test(anova(data.breugnot())),
            1e-4,
            f"{PAPER}; {R}",
        ),
        Case(
            "three groups of the paper, Tukey HSD: p of each pair",
            (4.5759815521e-05, 3.2914414e-08, 0.045839347703894),
            lambda: [one.p_adjusted for one in tukey_hsd(data.breugnot())],
            1e-5,
            f"{PAPER}; {R}, ptukey",
        ),
        Case(
            "three groups of the paper, Games-Howell: p of the two old groups",
            (0.0609458896325793,),
            lambda: (games_howell(data.breugnot())[-1].p_adjusted,),
            1e-6,
            f"{R}, ptukey with Welch's errors",
        ),
    )


def _visits() -> tuple[Case, ...]:
    from dermdash.stats.visits import paired_t_test, rm_anova

    def sleep() -> Sequence[float]:
        one = paired_t_test(*data.SLEEP)
        return one.statistic, one.p, one.ci_low, one.ci_high

    def children() -> Sequence[float]:
        test = rm_anova(data.CHILDREN)
        return test.statistic, test.p, test.epsilon_gg or np.nan, test.p_gg or np.nan

    return (
        Case(
            "paired t test, sleep: t, p and 95 % CI",
            (-4.06212768338203656, 0.00283289019738427, -2.45988576327698, -0.700114236723018),
            sleep,
            1e-11,
            f"Student 1908; {R}, t.test",
        ),
        Case(
            "repeated measures, ezANOVA's example: F(1, 7) and p",
            (22.4, 0.002125452),
            lambda: _test(rm_anova(data.EZ_ANOVA)),
            1e-6,
            "R, ezANOVA",
        ),
        Case(
            "repeated measures, four visits: F(3, 33), p, epsilon, corrected p",
            (3.0269192422732, 0.0432186269903093, 0.6095444968046145, 0.0747874018586514),
            children,
            1e-10,
            f"Maxwell and Delaney 2004, table 11.5; {R}, car::Anova",
        ),
    )


def _adjusted() -> tuple[Case, ...]:
    from dermdash.stats.ancova import ancova

    def contrasts() -> tuple[Contrast, ...]:
        pairs = [("CBT", "Cont"), ("CBT", "FT"), ("Cont", "FT")]
        return ancova(*data.anorexia(), pairs=pairs).contrasts

    def first() -> Sequence[float]:
        one = contrasts()[0]
        return one.difference, one.ci_low, one.ci_high, one.p

    return (
        Case(
            "ANCOVA, anorexia: CBT − Cont, 95 % CI and p",
            (4.09706552807290, 0.318659858978300, 7.875471197167499, 0.0339993147202627),
            first,
            1e-10,
            f"{R}, emmeans 1.8.4",
        ),
        Case(
            "ANCOVA, anorexia: p of three pairs by Holm",
            (0.067998629440525427, 0.067998629440525427, 0.000567071394102735),
            lambda: [one.p_adjusted for one in contrasts()],
            1e-10,
            f"{R}, emmeans 1.8.4",
        ),
    )


def _mixed() -> tuple[Case, ...]:
    from dermdash.stats.freedom import Freedom
    from dermdash.stats.mixed import mmrm

    def last(*, deleted: bool, freedom: Freedom) -> Sequence[float]:
        found = mmrm(*data.orthodont(deleted=deleted), control="F", freedom=freedom)
        one = found.contrasts[-1]
        return one.difference, one.df or np.nan, one.p

    return (
        Case(
            "MMRM, Orthodont complete: M − F at 14, df, p",
            (2.530468356555, 24.0, 0.0047179),
            lambda: last(deleted=False, freedom="kenward_roger"),
            2e-5,
            "R, lme4 with pbkrtest 0.5.2",
        ),
        Case(
            "MMRM, Orthodont with ten visits missing: M − F at 14, df, p",
            (2.5193428, 21.5923, 0.0095335),
            lambda: last(deleted=True, freedom="satterthwaite"),
            2e-5,
            "R, nlme 3.1-162 and lmerTest 3.1-3",
        ),
    )


def _others() -> tuple[Case, ...]:
    from dermdash.stats.agreement import icc
    from dermdash.stats.depthwise import compare_pairs
    from dermdash.stats.effects import omega_squared, partial_eta_squared
    from dermdash.stats.power import Design, power
    from dermdash.stats.shares import difference_interval

    def along_depth() -> Sequence[float]:
        rise = 0.3 + 0.01 * np.arange(5)[:, None] + np.zeros((5, 3))
        found = compare_pairs(2.0 + rise, np.full((5, 3), 2.0), np.arange(3), seed=0)
        return [float(p) for p in found.contrasts[0].p_adjusted]

    return (
        Case(
            "partial eta² of F(3, 35) = 45.8 and 90 % CI",
            (0.796983758700696, 0.685670143221506, 0.855981327240531),
            lambda: _effect(partial_eta_squared(45.8, 3, 35)),
            1e-8,
            f"{R}, effectsize 0.8.3, limits by uniroot",
        ),
        Case(
            "omega² of F(3, 35) = 45.8",
            (0.775086505190311,),
            lambda: (omega_squared(45.8, 3, 35).value,),
            1e-10,
            f"{R}, effectsize 0.8.3",
        ),
        Case(
            "along depth, five subjects who all rose: p of the maximum statistic, by counting",
            (0.0625, 0.0625, 0.0625),
            along_depth,
            1e-12,
            "2 of the 32 flips of signs are as extreme",
        ),
        Case(
            "ICC(2, 1) and 95 % CI",
            (0.2897637795, 0.0187865134, 0.7610843696),
            lambda: _effect(icc(data.RATINGS, "icc_2_1")),
            1e-7,
            f"Shrout and Fleiss 1979, table 2; {R}",
        ),
        Case(
            "difference of shares, 56 of 70 and 48 of 80: 95 % CI",
            (0.0524, 0.3339),
            lambda: difference_interval(56, 70, 48, 80),
            1e-3,
            "Newcombe 1998, Stat Med 17:873, table II, method 10",
        ),
        Case(
            "power of 12 an arm for a difference of 1.2 SD",
            (0.802078791767,),
            lambda: (power(Design("two_arms", 1.0), 12, 1.2),),
            1e-8,
            f"{R}, power.t.test",
        ),
    )


def _test(test: Test) -> Sequence[float]:
    return test.statistic, test.p


def _effect(effect: Effect) -> Sequence[float]:
    return effect.value, effect.ci_low, effect.ci_high


def _differences(contrasts: Sequence[Contrast]) -> Sequence[float]:
    return [one.difference for one in contrasts] + [one.p_adjusted for one in contrasts]
