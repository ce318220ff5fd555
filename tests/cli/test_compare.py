"""``compare``: the tests that fit a table's design, for scripts."""

import ast
import json
from pathlib import Path

import pandas as pd
import pytest

import dermdash
from dermdash.settings import load_settings
from dermdash.stats.words import NAMES
from dermdash.trial.database import open_store
from tests.support.cli import Shell
from tests.support.scores import paper, trial
from tests.support.studies import add_scan, grade_queued, make_study

KEYS = {"design", "n", "omnibus", "contrasts", "effects", "checks", "alternatives", "sentence"}
KEYS |= {"warnings", "fragile"}


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "paper.csv"
    paper().to_csv(path, index=False)
    return path


def test_arms_by_the_installed_command(shell: Shell, table: Path) -> None:
    """Lost: a nightly script would get another answer than the page."""
    done = shell.process("compare", table, "--value", "score", "--between", "arm", "--json")
    assert done.status == 0, done.err
    found = done.json
    assert set(found) >= KEYS
    assert found["omnibus"]["df"] == [2, 33]
    assert found["omnibus"]["p"] == pytest.approx(4.37e-8, rel=5e-3)
    first = found["contrasts"][0]
    assert (first["a"], first["b"], first["method"]) == ("young", "old", "tukey_hsd")
    assert first["effect"]["name"] == "hedges_g"
    assert {a["test"] for a in found["alternatives"]} == {"welch_anova", "kruskal_wallis"}
    assert found["alternatives"][0]["contrasts"][2]["p_adjusted"] == pytest.approx(0.061, abs=5e-4)
    assert {d["other"] for d in found["fragile"]} == {"games_howell", "dunn_holm"}


def test_arms_over_visits(shell: Shell, tmp_path: Path) -> None:
    """Lost: within-arm changes would stand among the results."""
    path = tmp_path / "trial.csv"
    trial(missing=2).to_csv(path, index=False)
    words = ["--value", "score", "--between", "arm", "--within", "visit", "--subject", "subject_id"]
    found = shell("compare", path, *words, "--control", "placebo", "--json").json
    assert found["design"] == "arms x visits"
    assert found["omnibus"]["test"] == "mmrm"
    assert {row["arm"] for row in found["within_arm"]} == {"active", "placebo"}
    assert all("p" not in row for row in found["within_arm"])
    text = shell("compare", path, *words, "--control", "placebo").out
    assert text.startswith("At D56, baseline-adjusted mean score was")


def test_a_study_of_the_store(shell: Shell, tmp_path: Path) -> None:
    """Lost: whoever has a study would have to export and describe it first."""
    with open_store(load_settings()) as store:
        study = make_study(store)
        grades = {"P1": 1.5, "P2": 1.8, "P3": 2.2, "A1": 2.6, "A2": 2.9, "A3": 3.4}
        for subject in grades:
            arm = "placebo" if subject.startswith("P") else "active"
            for visit in ("D0", "D28"):
                add_scan(store, study, tmp_path, subject, arm=arm, visit=visit)
        grade_queued(store, grades)
    found = shell("compare", "--study", "Night cream", "--json")
    assert found.status == 2
    assert "vary" in found.sentence or "equal" in found.sentence
    with open_store(load_settings()) as store, store.read() as tx:
        from dermdash.trial.gradings import profiles

        assert profiles(tx, study)["subject_id"].nunique() == 6


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "give a TABLE.csv or --study NAME"),
        (["TABLE"], "the outcome is not named"),
        (["TABLE", "--value", "score"], "nothing is compared"),
        (["TABLE", "--value", "height", "--between", "arm"], "no column 'height'"),
        (["TABLE", "--value", "arm", "--between", "subject_id"], "is no number"),
        (["TABLE", "--value", "score", "--within", "arm"], "name the column of the subjects"),
        (["TABLE", "--value", "score", "--between", "arm", "--alpha", "2"], "alpha=2"),
        (["none.csv", "--value", "score", "--between", "arm"], "cannot be read"),
        (["--study", "x"], "holds no store yet"),
        (["--study", "x", "--between", "arm"], "a study has its own arms, visits and subjects"),
        (["TABLE", "--study", "x"], "give a TABLE.csv or --study NAME"),
        (["TABLE", "--value", "score", "--between", "arm", "--alpha", "nan"], "alpha=nan"),
        (["TABLE", "--value", "score", "--between", "arm", "--control", "x"], "choose from"),
    ],
)
def test_bad_questions_are_one_sentence(
    shell: Shell, table: Path, words: list[str], sentence: str
) -> None:
    """Lost: a slip would end in a traceback, or worse in an answer."""
    done = shell("compare", *[table if word == "TABLE" else word for word in words])
    assert done.status == 2
    assert sentence in done.sentence


KEYS_OF = {
    "omnibus": {"test", "statistic", "df", "p"},
    "contrasts": {
        "a",
        "b",
        "difference",
        "ci_low",
        "ci_high",
        "p",
        "p_adjusted",
        "method",
        "effect",
    },
    "effects": {"name", "value", "ci_low", "ci_high"},
    "checks": {"test", "statistic", "p"},
    "alternatives": {"test", "statistic", "df", "p", "contrasts"},
}


@pytest.mark.parametrize("arms", ["ab", "abc"])
def test_small_arms_give_whole_json(shell: Shell, tmp_path: Path, arms: str) -> None:
    """Lost: an interval without an end would be written as Infinity, which is no JSON."""
    path = tmp_path / "few.csv"
    rows = [f"{arm};{n},{n + 2 * place}" for place, arm in enumerate(arms) for n in range(2)]
    path.write_text("\r\n".join(["arm;score", *rows]), encoding="utf-16")
    words = ["compare", path, "--value", "score", "--between", "arm"]
    done = shell(*words, "--json")
    assert (done.status, done.err) == (0, "")

    def refuse(token: str) -> None:
        pytest.fail(f"{token} is no JSON")

    found = json.loads(done.out, parse_constant=refuse)
    assert set(found) >= KEYS
    for key, wanted in KEYS_OF.items():
        for one in [found[key]] if key == "omnibus" else found[key]:
            assert set(one) >= wanted, key
    ranks = next(a for a in found["alternatives"] if a["test"] == "kruskal_wallis")
    assert ranks["contrasts"][0]["ci_low"] is None
    assert set(found["contrasts"][0]["effect"] or KEYS_OF["effects"]) >= KEYS_OF["effects"]
    text = shell(*words).out
    assert text.startswith(found["sentence"])
    assert "nan" not in text


def test_each_name_that_an_answer_may_hold_is_in_the_document() -> None:
    """Lost: whoever reads the JSON would meet a test that no document names."""
    text = (Path(dermdash.__file__).parents[1] / "docs" / "command-line.md").read_text("utf-8")
    stats = Path(dermdash.__file__).parent / "stats"
    effects = {
        first.value
        for path in (stats / "effects.py", stats / "two_arms.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Effect", "_eta")
        and isinstance(first := node.args[0], ast.Constant)
    }
    assert {"eta_squared", "cohen_dz", "probability_of_superiority"} <= effects
    missing = [name for name in sorted({*NAMES, *effects}) if f"`{name}`" not in text]
    assert not missing


def test_a_table_of_two_scans_a_subject_is_refused(shell: Shell, tmp_path: Path) -> None:
    """Lost: scans would count as people."""
    path = tmp_path / "twice.csv"
    pd.concat([paper(), paper()]).to_csv(path, index=False)
    words = ["--value", "score", "--between", "arm", "--subject", "subject_id"]
    assert "average each subject's scans first" in shell("compare", path, *words).sentence
