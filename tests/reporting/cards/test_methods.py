"""The methods of a report: a number that is not the store's would describe another study."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dermdash.analysis.missing import tip
from dermdash.analysis.planned import Asked, Standing
from dermdash.grading.model import find_model
from dermdash.imaging.dej import Dej
from dermdash.imaging.slab import Sampling
from dermdash.reporting.blocks import Bullets, Content, Paragraph
from dermdash.reporting.cards.methods import Methods
from dermdash.reporting.cards.source import Source
from dermdash.reporting.inference_words import (
    IMPUTATIONS,
    comparison_words,
    methods_used,
    missing_words,
    multiplicity_words,
    star_words,
)
from dermdash.reporting.methods_words import score_words
from dermdash.reporting.references import METHOD, REFERENCES, references_for
from dermdash.settings import Settings
from dermdash.stats.comparison import Comparison, compare
from dermdash.stats.plan import Plan
from dermdash.trial.corrections import exclude_scan
from dermdash.trial.database import Store, open_store
from dermdash.trial.gradings import set_protocol
from dermdash.trial.scans import scan_table, set_dej
from tests.support.flows import OneSubject, known_of
from tests.support.graded import graded_trial
from tests.support.plans import lock
from tests.support.scores import paper, trial
from tests.support.studies import ADA

PLANNED = Standing("planned", "Planned.")
EXPLORED = Standing("exploratory", "Exploratory.")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("methods")
    with open_store(Settings(folder / "home", processes=1)) as opened:
        graded_trial(
            opened, folder, rises={"placebo": (0, 0.1, -0.1, 0.05), "active": (0.5, 0.6, 0.4, 0.55)}
        )
        yield opened


def said(store: Store) -> str:
    question = Methods(1)
    with store.read() as tx:
        inputs = question.read(Source(tx))
    return words_of(question.answer(inputs))


def words_of(content: Content) -> str:
    return " ".join(
        one.text if isinstance(one, Paragraph) else " ".join(one.items)
        for one in content.blocks
        if isinstance(one, Paragraph | Bullets)
    )


def test_each_setting_is_told_and_another_setting_otherwise(store: Store, tmp_path: Path) -> None:
    before = said(store)
    for words in (
        "16 scans were computed as SYNTHETIC phantoms",
        "100 × 400 × 800",
        "known of 16 of 16 scans (marked by hand: 16), as 16 planes",
        "from 0 to 69 µm under the DEJ, with a margin of 10 µm",
        "2 patches of 400 × 400 µm",
        "8 of 8 subjects",
        "No analysis plan was written",
        "two-sided at alpha 0.05, with 95 % confidence intervals",
        "seed 0",
        "beyond 3.5 scaled MADs",
        "No responder threshold is fixed",
        "no question was answered as planned",
    ):
        assert words in before, words
    with store.write(by=ADA) as tx:
        first, second = (int(one) for one in scan_table(tx, 1)["scan_id"].iloc[:2])
        depths = np.full((400, 800), 15.0, np.float32)
        set_dej(tx, first, Dej.surface(depths), source="edited")
        exclude_scan(tx, second, "motion")
    lock(
        store,
        1,
        primary=("active", "placebo", "D28"),
        alpha=0.01,
        seed=7,
        outlier_mads=2.5,
        responder_threshold=0.2,
        delta=0.3,
        depth_um=(0, 49),
        population="per_protocol",
    )
    after = said(store)
    for words in (
        "(marked by hand: 15; detected or taken from a file, then edited: 1)",
        "15 planes and 1 surface",
        "1 scan is excluded",
        "Scores of the per-protocol set",
        "expected grade the mean of its layers from 0 to 49 µm",
        "Version 1 was locked by Ada",
        "two-sided at alpha 0.01, with 99 % confidence intervals",
        "seed 7",
        "beyond 2.5 scaled MADs",
        "rose by at least 0.20",
        "up to 0.30 points (as planned; seed 7)",
        "Clopper & Pearson 1934",
    ):
        assert words in after, words
        assert words not in before, words
    with store.write(by=ADA) as tx:
        model = find_model(None, tx.settings.model_folders)
        sampling = Sampling(thickness_um=60, margin_um=5, crops=1)
        set_protocol(tx, 1, model=model, sampling=sampling, reason="a thinner slab")
    later = said(store)
    assert "By version 2 of the reading protocol" in later
    assert "0 to 59 µm under the DEJ, with a margin of 5 µm" in later
    assert "1 patch of 400 × 400 µm" in later
    assert "Nothing could be compared yet" in later


def by_arms(**changes: object) -> Comparison:
    return compare(paper(), replace(Plan("score", between="arm", subject="subject_id"), **changes))  # type: ignore[arg-type]


def over_visits(table: pd.DataFrame, **changes: object) -> Comparison:
    plan = Plan(
        *("score", "arm", "visit", "subject_id"), control="placebo", visits=("D0", "D28", "D56")
    )
    return compare(table, replace(plan, **changes))  # type: ignore[arg-type]


def test_the_tests_are_those_that_were_run() -> None:
    """Lost: a report would name ANOVA where Welch's test was decided upon."""
    classic, welch = comparison_words(by_arms()), comparison_words(by_arms(equal_variances=False))
    assert "tested by ANOVA, differences by Tukey HSD" in classic
    assert "tested by Welch's ANOVA, differences by Games-Howell" in welch
    assert "differences by Dunnett" in comparison_words(by_arms(control="old"))
    complete, gaps = over_visits(trial()), over_visits(trial(missing=2))
    assert "differences by ANCOVA" in comparison_words(complete)
    assert "differences by mixed model (MMRM)" in comparison_words(gaps)
    assert "missing at random" in missing_words(gaps, gaps.plan)
    assert "missing at random" not in missing_words(complete, complete.plan)


def test_the_score_is_the_one_that_was_asked() -> None:
    asked = Asked("grade_mean", over_visits=True, depth_um=(20, 40))
    assert "its most probable class" in score_words(asked)
    assert "mean grade the mean of its layers from 20 to 40 µm" in score_words(asked)


def test_several_questions() -> None:
    assert "Tukey HSD adjusts p and intervals for all 3 differences" in multiplicity_words(
        by_arms(), EXPLORED
    )
    key = ("active", "placebo", "D56")
    more = (("active", "placebo", "D28"),)
    planned = over_visits(trial(), primary=key, key_secondary=more)
    assert "adjusted by Holm" in multiplicity_words(planned, PLANNED)
    ordered = over_visits(trial(), primary=key, key_secondary=more, secondary="fixed_sequence")
    assert "in their written order" in multiplicity_words(ordered, PLANNED)
    assert "all of them are exploratory" in multiplicity_words(planned, EXPLORED)


def test_stars_are_explained_and_withheld() -> None:
    assert "here there are none, since the model" in star_words(planned=True, allowed=False)
    assert "since no question" in star_words(planned=False, allowed=True)
    assert "none" not in star_words(planned=True, allowed=True)


def test_each_test_that_was_run_has_its_source() -> None:
    comparisons = [by_arms(), by_arms(control="old"), over_visits(trial(missing=2))]
    used = {name for found in comparisons for name in methods_used(found)}
    unsourced = used - REFERENCES.keys() - {"equal_slopes", "mixed_anova"}
    effects = {"eta_squared", "omega_squared", "partial_eta_squared", "cohen_dz"}
    assert unsourced <= effects | {"probability_of_superiority"}
    assert references_for(["anova"]) == (METHOD, REFERENCES["anova"])


def test_the_number_of_imputations_is_that_of_the_analysis() -> None:
    assert inspect.signature(tip).parameters["imputations"].default == IMPUTATIONS


def test_late_dejs_and_readers_are_told() -> None:
    known = known_of([OneSubject(arm=arm) for arm in ("active", "placebo") for _ in range(3)])
    scans = known.record.scans.assign(
        spacing_um="1 × 1 × 1", spacing_source="assumed", window="3 to 90", voxels="9 × 9 × 9"
    )
    scans = scans.assign(dej_after_unblinding=scans["scan_id"] == 1, dej_in_queue=True)
    scans.loc[0, ["dej_editor", "spacing_um"]] = ["Bo", "2 × 1 × 1"]
    look = {"reader": ["Bo"], "marked": [5], "cannot_tell": [1], "twice": [2], "seconds": [9.0]}
    pairs = {"reader_a": "Bo", "reader_b": "Bo", "a_um": [60.0, 62.0, 64.0], "distance_um": 2.0}
    seen = {"looks": pd.DataFrame(look), "pairs": pd.DataFrame(pairs | {"b_um": [61.0, 62, 62]})}
    told = words_of(
        Methods(1).answer(replace(known, record=replace(known.record, scans=scans, **seen)))
    )
    for words in (
        "12 scans by line-field confocal optical coherence tomography (LC-OCT) were stored",
        "1 × 1 × 1 (11), 2 × 1 × 1 (1) (assumed, since their files do not say: 12)",
        "mapped to 0 to 255",
        "given by Ada (11) and Bo (1)",
        "12 of them were marked in the blinded queue",
        "Bo marked 5 scans there, could not tell 1 and saw 2 again without knowing it.",
        "Bo, second − first look: over 3 pairs the surfaces lie 2.0 µm apart on average",
        "1 DEJ was given after the study was unblinded",
    ):
        assert words in told, words
