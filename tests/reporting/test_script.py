"""Show the code: a script that anybody can run says the same as the page."""

import ast
import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.analysis.comparisons import compare_subjects, subject_rows
from dermdash.errors import TableError
from dermdash.reporting.script import write_script
from dermdash.stats.comparison import beside, compare
from dermdash.stats.plan import Plan
from tests.support.environments import install, run
from tests.support.scores import paper, trial
from tests.support.scripts import ARMS, BOTH, SAME, VISITS, cases, pooled, run_here, save, scripted


@pytest.mark.parametrize("case", cases())
def test_the_script_of_each_design_runs_and_asks_others(case: str, tmp_path: Path) -> None:
    """Lost: the code that is shown would fail, or agree with nobody but ourselves."""
    table, plan, oracle = cases()[case]
    found = compare(table, plan)
    script = write_script(found, table, source="a test")
    printed = run_here(script, tmp_path)
    assert printed.startswith("a test\n")
    assert found.sentence in printed
    assert printed.endswith(f"{SAME}\n")
    ours, others = script.text.split("# 2. The same without dermdash")
    assert oracle in others
    assert "compare(" in ours
    names = {node.id for node in ast.walk(ast.parse(others.partition("\n")[2])) if _is_name(node)}
    assert not names & {"found", "compare", "dermdash"}


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def test_the_scripts_run_by_themselves_without_a_warning(tmp_path: Path) -> None:
    """Lost: they would lean on what this process had imported before."""
    places = [save(scripted(table, plan), tmp_path) for table, plan, _ in cases().values()]
    run_all = "import runpy, sys; [runpy.run_path(place) for place in sys.argv[1:]]"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", run_all, *places],
        capture_output=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    assert done.stdout.decode().count(SAME) == len(places)


@pytest.mark.timeout(600)
def test_scripts_run_in_a_bare_environment(tmp_path: Path) -> None:
    """Lost: who reads a result would have to install a server, or a training framework."""
    python = install(tmp_path / "bare")
    heavy = ["streamlit", "tensorflow", "keras", "sqlalchemy", "plotly", "cv2"]
    absent = f"import importlib.util as u; print([m for m in {heavy} if u.find_spec(m)])"
    assert run(python, "-c", absent, home=tmp_path).strip() == "[]"
    for case in ("anova, tukey", "three visits", "arms over visits"):
        place = save(scripted(*cases()[case][:2]), tmp_path)
        assert run(python, "-W", "error", str(place), home=tmp_path).splitlines()[-1] == SAME


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("'difference': 1.09", "'difference': 1.0901"),
        ("'p_adjusted': 0.04583934", "'p_adjusted': 0.04593934"),
        ("'statistic': 29.578", "'statistic': 29.579"),
        ("fell", "rose"),
    ],
)
def test_a_number_that_is_not_the_pages_is_found(was: str, becomes: str, tmp_path: Path) -> None:
    """Lost: the script would agree with anything."""
    script = scripted(paper(), ARMS)
    if was == "fell":
        was, becomes = "higher in young", "lower in young"
    assert was in script.text
    with pytest.raises(AssertionError):
        run_here(replace(script, text=script.text.replace(was, becomes)), tmp_path)


@pytest.mark.parametrize(
    ("case", "was", "becomes"),
    [
        ("anova, tukey", "f_oneway(*groups.values())", "f_oneway(*groups.values(), [1.0, 2.0])"),
        ("dunnett", "values.mean() - control.mean()", "values.mean()"),
        ("three visits", "scores.mean(axis=0)", "scores.mean()"),
        ("two visits", "wide[a], wide[b]", "wide[a], wide[b] * 1.001"),
        ("arms over visits", '*(arm == name for name in arms), seen[BASELINE]', "*(arm == name "
         "for name in arms), seen[BASELINE] ** 2"),
        ("pooled studies", 'both = longer', "pass"),
    ],
)  # fmt: skip
def test_another_answer_of_scipy_or_statsmodels_is_found(
    case: str, was: str, becomes: str, tmp_path: Path
) -> None:
    """Lost: the second opinion would be asked and not listened to."""
    script = scripted(*cases()[case][:2])
    assert was in script.text
    with pytest.raises(AssertionError, match="on the page"):
        run_here(replace(script, text=script.text.replace(was, becomes)), tmp_path)


def test_another_table_or_version_is_refused(tmp_path: Path) -> None:
    """Lost: a table saved by a spreadsheet, or another release, would be blamed on the product."""
    script = scripted(paper(), ARMS)
    with pytest.raises(AssertionError, match="is not the table that was compared"):
        run_here(replace(script, csv_bytes=script.csv_bytes.replace(b"\n", b"\r\n")), tmp_path)
    other = script.text.replace("VERSION = '", "VERSION = '9.")
    with pytest.raises(AssertionError, match=r"this needs dermdash 9\."):
        run_here(replace(script, text=other), tmp_path)


def test_the_libraries_are_pinned() -> None:
    """Lost: in five years nobody would know which scipy gave the number."""
    text = scripted(paper(), ARMS).text
    for library in ("numpy", "pandas", "scipy", "statsmodels"):
        module = __import__(library)
        assert f"{library}=={module.__version__}" in text


def test_only_what_was_compared_leaves(tmp_path: Path) -> None:
    """Lost: an arm that nobody may know yet, an age or a site would go out with the table."""
    table = paper().assign(age=57, site="cheek")
    secret = pd.DataFrame({"subject_id": ["z"], "arm": ["unblinded"], "score": [2.0]})
    found = compare(table, ARMS)
    script = write_script(found, pd.concat([table, secret]), source="a test")
    assert script.csv_bytes.decode().startswith('"subject_id","arm","score"\n')
    for word in ("unblinded", "cheek"):
        assert word not in script.text
        assert word not in script.csv_bytes.decode()
    assert SAME in run_here(script, tmp_path)


def test_rows_without_a_value_are_counted_and_stay_behind(tmp_path: Path) -> None:
    """Lost: the script would count other subjects than the page."""
    table = paper()
    table.loc[[0, 5], "score"] = np.nan
    script = scripted(table, ARMS)
    assert "# Left out before: 2 rows without a value" in script.text
    assert script.csv_bytes.count(b"\n") == 35
    assert SAME in run_here(script, tmp_path)


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    """Lost: a page whose table is sorted otherwise than what was compared gets no script."""
    found = compare(paper(), ARMS)
    script = write_script(found, paper()[::-1], source="a test")
    assert SAME in run_here(script, tmp_path)


def test_pooled_studies_share_codes(tmp_path: Path) -> None:
    """Lost: S-01 of one study would be taken for S-01 of another."""
    table = pooled(linked=True)
    table["subject_id"] = table["subject_id"].str.removesuffix(" again")
    arms = ["young", "old", "old exposed"]
    found = compare_subjects(table, "score", arms)
    script = write_script(found, subject_rows(table, "score", arms), source="a test")
    assert '"young 1 (study 0)"' in script.csv_bytes.decode()
    assert SAME in run_here(script, tmp_path)


def test_another_table_than_was_compared_gets_no_script() -> None:
    """Lost: a script would be handed out that fails."""
    found = compare(paper(), ARMS)
    with pytest.raises(
        TableError, match=r"\(2 and 1\) are not those that were compared \(3 and 1\)"
    ):
        write_script(found, paper()[:24], source="a test")


def test_what_a_moved_dej_undoes_is_quoted(tmp_path: Path) -> None:
    """Lost: the script's sentence would not be the page's."""
    found = compare(paper(), ARMS)
    moved = paper()
    moved.loc[moved["arm"] == "old exposed", "score"] += 0.3
    shown = beside(found, {"the DEJ 5 µm deeper": compare(moved, ARMS)})
    assert "the DEJ 5 µm deeper" in shown.sentence
    script = write_script(shown, paper(), source="a test")
    assert "quoted from the page, not recomputed" in script.text
    assert shown.sentence in run_here(script, tmp_path)


def test_both_files_fit_in_one_archive() -> None:
    """Lost: a script would be passed on without its table."""
    script = scripted(paper(), ARMS)
    with zipfile.ZipFile(io.BytesIO(script.zip_bytes())) as files:
        assert files.namelist() == [script.script_name, script.csv_name]
        assert files.read(script.csv_name) == script.csv_bytes
    assert script.zip_bytes() == script.zip_bytes()
    assert script.csv_name in script.text


def test_two_questions_of_one_table_are_two_scripts() -> None:
    """Lost: the second download would overwrite the first."""
    one, two = scripted(paper(), ARMS), scripted(paper(), replace(ARMS, control="young"))
    assert one.name != two.name


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(2, 20), min_size=2, max_size=5),
    spread=st.floats(0.01, 50),
    seed=st.integers(0, 1000),
    how=st.sampled_from(["tukey", "dunnett", "welch"]),
)
def test_uneven_arms_agree(
    sizes: list[int], spread: float, seed: int, how: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Lost: scipy and we would part where arms are small or many."""
    rng = np.random.default_rng(seed)
    table = pd.concat(
        pd.DataFrame({"arm": f"arm {n}", "score": rng.normal(n * spread / 5, spread, size)})
        for n, size in enumerate(sizes)
    )
    plan = Plan("score", between="arm", control="arm 0" if how == "dunnett" else None)
    script = scripted(table, replace(plan, equal_variances=how != "welch"))
    assert SAME in run_here(script, tmp_path_factory.mktemp("uneven"))


@pytest.mark.parametrize("n_visits", [2, 3, 6])
@pytest.mark.parametrize("missing", [0, 2])
@pytest.mark.parametrize("plan", [VISITS, BOTH], ids=["visits", "arms over visits"])
def test_many_visits_agree(plan: Plan, n_visits: int, missing: int, tmp_path: Path) -> None:
    """Lost: longer or incomplete trials would be checked by nobody else."""
    visits = tuple(f"D{day}" for day in range(0, 28 * n_visits, 28))
    table = trial(visits=visits, n=16, missing=missing, seed=5)
    if plan is VISITS:
        table = table[table["arm"] == "placebo"]
    assert SAME in run_here(scripted(table, plan), tmp_path)
