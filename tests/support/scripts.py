"""Comparisons of each design, and their scripts run as a user runs them."""

import io
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pandas as pd

from dermdash.reporting.script import Script, write_script
from dermdash.stats.comparison import compare
from dermdash.stats.plan import Plan
from tests.support.scores import paper, trial

ARMS = Plan("score", between="arm", subject="subject_id")
VISITS = Plan("score", within="visit", subject="subject_id")
BOTH = Plan("score", between="arm", within="visit", subject="subject_id", control="placebo")
SAME = "All numbers are the ones that the page showed."  # a script's last line
PRIMARY = ("young", "old", "")


def sides() -> pd.DataFrame:
    """Two sides of twelve faces over three visits."""
    table = trial()
    return table.assign(subject_id=table["subject_id"].str[1:])


def pooled(*, linked: bool) -> pd.DataFrame:
    """Two studies, with two of the three arms in common or with none."""
    first, second = paper(), paper()
    second["subject_id"] += " again"
    second["score"] += 0.3 + 0.1 * second["score"][::-1].to_numpy()
    parts = (first, second[:24]) if linked else (first[:24], second[24:])
    return pd.concat([part.assign(study=f"study {n}") for n, part in enumerate(parts)])


def cases() -> dict[str, tuple[pd.DataFrame, Plan, str]]:
    """By name: a table, its plan, and what of scipy or statsmodels recomputes its primary test."""
    at_start, active = sides().query("visit == 'D0'"), trial().query("arm == 'active'")
    planned = replace(ARMS, primary=PRIMARY, key_secondary=(("young", "old exposed", ""),))
    return {
        "anova, tukey": (paper(), ARMS, "stats.tukey_hsd"),
        "no subjects named": (paper(), Plan("score", between="arm"), "stats.f_oneway"),
        "dunnett": (paper(), replace(ARMS, control="young"), "stats.dunnett"),
        "welch, games-howell": (paper(), replace(ARMS, equal_variances=False), "equal_var=False"),
        "planned contrasts": (paper(), planned, "sm.OLS"),
        "planned, welch": (
            paper(),
            replace(ARMS, equal_variances=False, primary=PRIMARY),
            "stats.ttest_ind",
        ),
        "pooled studies": (pooled(linked=True), replace(ARMS, block="study"), "sm.OLS"),
        "pooled, control": (
            pooled(linked=True),
            replace(ARMS, block="study", control="old"),
            "sm.OLS",
        ),
        "confounded studies": (pooled(linked=False), replace(ARMS, block="study"), "sm.OLS"),
        "two visits": (active.query("visit != 'D28'"), VISITS, "stats.ttest_rel"),
        "three visits": (active, VISITS, "AnovaRM("),
        "arms over visits": (trial(), BOTH, "sm.OLS"),
        "arms over two visits": (trial(visits=("D0", "D28")), BOTH, "sm.OLS"),
        "missing visits": (trial(missing=3), BOTH, "Neither scipy nor statsmodels has"),
        "sides": (at_start, ARMS, "stats.ttest_rel"),
        "sides over two visits": (sides().query("visit != 'D28'"), BOTH, "stats.ttest_rel"),
        "sides over visits": (sides(), BOTH, "AnovaRM("),
    }


def scripted(table: pd.DataFrame, plan: Plan, source: str = "a test") -> Script:
    return write_script(compare(table, plan), table, source=source)


def save(script: Script, folder: Path) -> Path:
    """Both files in one folder; the place of the script."""
    (folder / script.csv_name).write_bytes(script.csv_bytes)
    place = folder / script.script_name
    place.write_bytes(script.text.encode())
    return place


def run_here(script: Script, folder: Path) -> str:
    """What a script prints, run in this process: half a second sooner than in one of its own."""
    place = save(script, folder)
    printed = io.BytesIO()
    out = io.TextIOWrapper(printed, encoding="ascii", write_through=True)
    with redirect_stdout(out):
        exec(
            compile(place.read_bytes(), str(place), "exec"),
            {"__name__": "__main__", "__file__": str(place)},
        )
    return printed.getvalue().decode()
