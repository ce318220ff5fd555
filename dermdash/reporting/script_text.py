"""A comparison written as Python that asserts it.

What users wrote, such as names, becomes part of it as quoted strings only.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from importlib.metadata import version

import dermdash
from dermdash.reporting.recomputed import imports_of, recompute
from dermdash.stats.comparison import Comparison
from dermdash.stats.plan import Plan

LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")
OMNIBUS = ("statistic", "p", "p_gg")
EFFECT = ("value", "ci_low", "ci_high")
INTERVAL = ("difference", "ci_low", "ci_high")
VERDICT = ("p", "p_adjusted", "role", "note")
ITERATED = "1e-4"  # the mixed model is fitted by steps, which end a little apart on other machines

HEAD = '''\
"""One comparison of dermdash, to be run again: it asserts what the page showed.

    python {name}.py

It needs {name}.csv beside it, and dermdash without its extras:

    pip install {libraries} FOLDER_OF_DERMDASH
"""

import csv
import hashlib
import io
import sys
from math import isclose
from pathlib import Path
{imports}
import dermdash
from dermdash.stats.comparison import {functions}
{more_imports}from dermdash.stats.plan import Plan

SOURCE = (
{source})
{left_out}VERSION = {version}
CSV, SHA256 = {csv}, {sha256}
ROLES = {roles}  # of the table's columns

PLAN = Plan(
{plan})

# What the page showed. A difference is a − b; the third name is a visit.
SENTENCE = (
{sentence})
TEST = {test}
OMNIBUS = {omnibus}
EFFECTS = {{
{effects}}}
CONTRASTS = {{
{contrasts}}}
'''

BODY = """

def same(what, here, shown, *, apart=1e-9):
    close = isclose(here, shown, rel_tol={off}, abs_tol=apart)
    assert close, f"{{what}} is {{here}}, and {{shown}} on the page"


def agree(key, *, apart=1e-9, **numbers):
    for name, number in numbers.items():
        # A planned contrast is adjusted by its place in the plan, not within its family.
        if name != "p_adjusted" or CONTRASTS[key]["role"] == "exploratory":
            same((*key, name), number, CONTRASTS[key][name], apart=apart)


def say(words):
    print(words if words.isprintable() else ascii(words))


sys.stdout.reconfigure(encoding="utf-8")
assert dermdash.__version__ == VERSION, f"this needs dermdash {{VERSION}}"
data = Path(__file__).with_name(CSV).read_bytes()
assert hashlib.sha256(data).hexdigest() == SHA256, f"{{CSV}} is not the table that was compared"

# Each text that a spreadsheet could take for a formula has an apostrophe before it.
lines = csv.reader(io.StringIO(data.decode("utf-8", "surrogatepass"), newline=""))
header, *rows = [[cell.removeprefix("'") for cell in line] for line in lines]
TABLE = pd.DataFrame(rows, columns=ROLES, dtype="object").astype({{"value": float}})

# 1. dermdash
found = compare(TABLE.rename(columns=dict(zip(ROLES, header))), PLAN)
{fragile}say(SOURCE)
say(found.sentence)
print(found.omnibus.test, *(f"{{name}} {{getattr(found.omnibus, name):.6g}}" for name in OMNIBUS))
assert found.sentence == SENTENCE
assert found.omnibus.test == TEST
for name, shown in OMNIBUS.items():
    same(name, getattr(found.omnibus, name), shown)
for effect in found.effects:
    print(f"{{effect.name}} {{effect.value:.4f}} ({{effect.ci_low:.4f}} to {{effect.ci_high:.4f}})")
    for name, shown in EFFECTS[effect.name].items():
        same((effect.name, name), getattr(effect, name), shown)
assert [(one.a, one.b, one.visit or "") for one in found.contrasts] == list(CONTRASTS)
for one, shown in zip(found.contrasts, CONTRASTS.values()):
    where = f" at {{one.visit}}" if one.visit else ""
    say(
        f"{{one.a}} − {{one.b}}{{where}}: {{one.difference:.4f}} "
        f"({{one.ci_low:.4f}} to {{one.ci_high:.4f}}), {{one.method}} "
        f"p {{one.p:.4g}}, adjusted {{one.p_adjusted:.4g}}, {{one.note or one.role}}"
    )
    for name, number in shown.items():
        if name not in ("role", "note"):
            same((one.a, one.b, one.visit, name), getattr(one, name), number)

# 2. The same without dermdash: nothing below asks it for a number.
"""

END = """
print("All numbers are the ones that the page showed.")
"""

FRAGILE = """\
# What moving the DEJ does needs the scans' layers: quoted from the page, not recomputed.
found = also_fragile(
    found,
    [
{rows}    ],
)
"""


def script_text(
    found: Comparison, roles: Sequence[str], *, name: str, sha256: str, source: str
) -> str:
    """The script that asserts a comparison.

    roles : of the table's columns, in their order
    name : of script and table, without endings; sha256 : of the table's file
    """
    checks = recompute(found)
    quoted = _quoted(found)
    imports = sorted(["import pandas as pd", *imports_of(checks)])
    plain = [line for line in imports if line.startswith("import")]
    parts = [line for line in imports if line.startswith("from")]
    iterated = any(contrast.method == "mmrm" for contrast in found.contrasts)
    baseline = f"\nBASELINE = {_literal(found.visits[0])}\n" if "BASELINE" in checks else ""
    head = HEAD.format(
        name=name,
        libraries=" ".join(f"{library}=={version(library)}" for library in LIBRARIES),
        imports="\n" + "\n".join([*plain, *parts]) + "\n",
        functions="also_fragile, compare" if quoted else "compare",
        more_imports="from dermdash.stats.fragility import Disagreement\n" if quoted else "",
        source=_pieces(source),
        left_out="".join(
            f"# Left out before: {n} rows {' '.join(why.split())}\n"
            for why, n in found.dropped.items()
        ),
        version=_literal(dermdash.__version__),
        csv=_literal(f"{name}.csv"),
        sha256=_literal(sha256),
        roles=_literal(list(roles)),
        plan="".join(f"    {key}={_literal(value)},\n" for key, value in _chosen(found.plan)),
        sentence=_pieces(found.sentence),
        test=_literal(found.omnibus.test),
        omnibus=_literal(_present(found.omnibus, OMNIBUS)),
        effects="".join(
            f"    {_literal(one.name)}: {_literal(_present(one, EFFECT))},\n"
            for one in found.effects
        ),
        contrasts="".join(
            f"    {_literal((one.a, one.b, one.visit or ''))}: {{\n"
            f"        {_items(_present(one, INTERVAL))},\n"
            f"        {_items(_present(one, VERDICT))},\n"
            "    },\n"
            for one in found.contrasts
        ),
    )
    fragile = FRAGILE.format(rows="".join(f"        Disagreement{q},\n" for q in quoted))
    body = BODY.format(off=ITERATED if iterated else "1e-6", fragile=fragile if quoted else "")
    return head + baseline + body + checks + END


def _present(finding: object, names: Iterable[str]) -> dict[str, object]:
    """What a finding has of these, its numbers to ten digits."""
    values = {name: getattr(finding, name) for name in names}
    return {
        name: float(f"{value:.10g}") if isinstance(value, float) else value
        for name, value in values.items()
        if value is not None
    }


def _pieces(words: str) -> str:
    """A text as lines of quoted pieces."""
    pieces = re.findall(r".{1,90}(?:\s|$)|.{1,90}", words, re.DOTALL) or [""]
    return "".join(f"    {_literal(piece)}\n" for piece in pieces)


def _chosen(plan: Plan) -> list[tuple[str, object]]:
    """What the plan says beyond its defaults, and always alpha and seed."""
    return [
        (one.name, getattr(plan, one.name))
        for one in fields(plan)
        if one.default is MISSING
        or one.name in ("alpha", "seed")
        or getattr(plan, one.name) != one.default
    ]


def _quoted(found: Comparison) -> list[str]:
    """Fragile findings that other readings of the scans gave, as arguments."""
    tests = {other.test.test for other in found.alternatives} | {
        one.method for other in found.alternatives for one in other.contrasts
    }
    return [
        _literal((d.a, d.b, d.visit, d.test, d.p, d.other, d.other_p))
        for d in found.fragile
        if d.other not in tests
    ]


def _literal(value: object) -> str:
    """A value as Python text that can be nothing but this value."""
    if isinstance(value, str):
        return repr(str(value))
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, float):
        return repr(float(value)) if math.isfinite(value) else f"float('{float(value)}')"
    if isinstance(value, int):
        return repr(int(value))
    if isinstance(value, Mapping):
        return f"{{{_items(value)}}}"
    if isinstance(value, list | tuple):
        cells = ", ".join(map(_literal, value))
        comma = "," if len(value) == 1 else ""
        return f"({cells}{comma})" if isinstance(value, tuple) else f"[{cells}]"
    raise TypeError(f"{type(value).__name__} has no literal")


def _items(values: Mapping[str, object]) -> str:
    return ", ".join(f"{_literal(key)}: {_literal(cell)}" for key, cell in values.items())
