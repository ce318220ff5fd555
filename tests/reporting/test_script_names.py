"""What users named things is never run: not by Python, not by a spreadsheet, not by a terminal."""

import ast
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dermdash.stats.plan import Plan
from tests.support.scores import paper, trial
from tests.support.scripts import ARMS, SAME, run_here, scripted

HOSTILE = [
    "=cmd|' /C calc'!A0",
    '"""\nimport os\n"""',
    "'''); raise SystemExit(7) #",
    "\\",
    "a\\'b\\n{0}{CSV}%s",
    "\r\n# -*- coding: utf-7 -*-\x00.",
    "'=1+1",
    "🧴 \u202eneerg\u202c",
    "\x1b[31mred",
    "nan",
]


def test_a_spreadsheet_finds_no_formula() -> None:
    """Lost: opening the table would run what somebody named an arm."""
    table = paper().replace({"arm": {"old": "=cmd|x", "young": "'=1"}}).rename(columns={"arm": "@"})
    text = scripted(table, replace(ARMS, between="@")).csv_bytes.decode()
    assert '"\'=cmd|x"' in text
    assert "\"''=1\"" in text
    assert '"\'@"' in text
    assert not [line for line in text.splitlines() if ',"=' in line or line.startswith('"=')]


def named(names: list[str]) -> tuple[pd.DataFrame, Plan, str]:
    """A trial in which users wrote all the names; three arms, two visits."""
    value, arm, visit, subject = names[:4]
    first, second, third, before, after, source, person = (name.strip() for name in names[4:])
    table = pd.concat([trial(visits=("D0", "D28")), trial(visits=("D0", "D28"), seed=2)[:24]])
    table["arm"] = [first] * 24 + [second] * 24 + [third] * 24
    table["subject_id"] = [f"{person}{n // 2}" for n in range(72)]
    table["visit"] = [before, after] * 36
    columns = {"score": value, "arm": arm, "visit": visit, "subject_id": subject}
    plan = Plan(value, arm, visit, subject, control=second, visits=(before, after))
    return table.rename(columns=columns), plan, source


def shape(text: str) -> str:
    """A script's syntax without what its strings and numbers say."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = type(node.value).__name__
            node.kind = None
        if isinstance(node, ast.Module | ast.FunctionDef):
            node.body = [one for one in node.body if not isinstance(one, ast.Expr)] or node.body
    return ast.dump(tree)


TAME = ["score", "arm", "visit", "subject", "a", "b", "c", "D0", "D28", "somewhere", "S"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.text(min_size=1), st.sampled_from(HOSTILE)), min_size=11, max_size=11))
def test_names_never_become_code(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """Lost: who names an arm could run a program on the machine of who checks the result."""
    columns, words = names[:4], [name.strip() for name in names[4:]]
    assume(len(set(columns)) == 4 and "" not in [name.strip() for name in columns])
    assume(len(set(words[:3])) == 3 and len(set(words[3:5])) == 2 and "" not in words)
    assume(not any(name.endswith("\0") for name in words))  # no name to numpy
    script = scripted(*named([*columns, *words]))
    assert shape(script.text) == shape(scripted(*named(TAME)).text)
    assert SAME in run_here(script, tmp_path_factory.mktemp("names"))


@pytest.mark.parametrize("turn", range(len(HOSTILE)))
def test_scripts_with_hostile_names_run(turn: int, tmp_path: Path) -> None:
    """Lost: a name with a quote, a line break or an emoji would leave a result unchecked."""
    turned = [HOSTILE[(turn + n) % len(HOSTILE)] for n in range(len(HOSTILE))]
    names = [*turned[:9], "\n".join(HOSTILE), turned[9]]
    printed = run_here(scripted(*named(names)), tmp_path)
    assert printed.endswith(f"{SAME}\n")
    assert "\x1b" not in printed
