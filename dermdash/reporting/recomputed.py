"""Parts of a script that ask scipy and statsmodels for a comparison's primary tests.

Each part is fixed text: it finds the numbers in the script's TABLE, OMNIBUS and CONTRASTS, and no
name that a user wrote is ever put into it.
"""

from dermdash.stats.comparison import Comparison

GROUPS = """
groups = {arm: own["value"].to_numpy() for arm, own in TABLE.groupby("arm", sort=False)}
place = {arm: number for number, arm in enumerate(groups)}
"""

ONE_WAY = """
whole = stats.f_oneway(*groups.values(){free})
same("F", whole.statistic, OMNIBUS["statistic"])
same("p", whole.pvalue, OMNIBUS["p"])
"""

ALL_PAIRS = """
pairs = stats.tukey_hsd(*groups.values(){free})
interval = pairs.confidence_interval(1 - PLAN.alpha)
for a, b, _ in CONTRASTS:
    pair = place[a], place[b]
    agree((a, b, ""), difference=pairs.statistic[pair], p_adjusted=pairs.pvalue[pair])
    if CONTRASTS[a, b, ""]["role"] == "exploratory":
        agree((a, b, ""), ci_low=interval.low[pair], ci_high=interval.high[pair])
"""

DUNNETT = """
# scipy simulates Dunnett's distribution, dermdash integrates it: three decimals agree.
control = groups[PLAN.control]
treated = {arm: values for arm, values in groups.items() if arm != PLAN.control}
several = stats.dunnett(*treated.values(), control=control, rng=PLAN.seed)
for (arm, values), p in zip(treated.items(), several.pvalue):
    key = arm, PLAN.control, ""
    agree(key, difference=values.mean() - control.mean())
    agree(key, p_adjusted=p, apart=0.001)
"""

POOLED = """
# Each contrast alone, by the variance of all arms.
own = np.column_stack([TABLE["arm"] == arm for arm in groups]).astype(float)
fit = sm.OLS(TABLE["value"].to_numpy(), own).fit()
for a, b, _ in CONTRASTS:
    one = fit.t_test(np.array([float((arm == a) - (arm == b)) for arm in groups]))
    agree((a, b, ""), p=float(one.pvalue))
    if CONTRASTS[a, b, ""]["role"] != "exploratory":
        low, high = one.conf_int(PLAN.alpha)[0]
        agree((a, b, ""), ci_low=low, ci_high=high)
"""

WELCH = """
# Each contrast alone, by Welch's t test.
for a, b, _ in CONTRASTS:
    one = stats.ttest_ind(groups[a], groups[b], equal_var=False)
    agree((a, b, ""), p=one.pvalue)
    if CONTRASTS[a, b, ""]["role"] != "exploratory":
        low, high = one.confidence_interval(1 - PLAN.alpha)
        agree((a, b, ""), ci_low=low, ci_high=high)
"""

BLOCKS = """
arms, blocks = (list(dict.fromkeys(TABLE[role])) for role in ("arm", "block"))
by_arm = np.column_stack([TABLE["arm"] == arm for arm in arms]).astype(float)
by_block = np.column_stack([TABLE["block"] == block for block in blocks]).astype(float)
both = by_arm
for column in by_block.T:  # those that the arms and the blocks before do not give already
    if np.linalg.matrix_rank(longer := np.column_stack([both, column])) > both.shape[1]:
        both = longer
fit = sm.OLS(TABLE["value"].to_numpy(), both).fit()
{whole}
p_alone = {{}}
for a, b, _ in CONTRASTS:
    if "note" in CONTRASTS[a, b, ""]:
        continue  # confounded with the block: no other model tells such arms apart
    sides = [float((arm == a) - (arm == b)) for arm in arms]
    one = fit.t_test(np.array([*sides, *[0.0] * (both.shape[1] - len(arms))]))
    p_alone[a, b, ""] = float(one.pvalue)
    agree((a, b, ""), difference=one.effect[0], p=p_alone[a, b, ""])
"""

BLOCKS_WHOLE = """\
f, p, _ = fit.compare_f_test(sm.OLS(TABLE["value"].to_numpy(), by_block).fit())
same("F", f, OMNIBUS["statistic"])
same("p", p, OMNIBUS["p"])
"""

BLOCKS_TUKEY = """\
    q = abs(one.tvalue.item()) * 2**0.5
    agree((a, b, ""), p_adjusted=stats.studentized_range.sf(q, len(arms), fit.df_resid))
"""

PAIRED = """
wide = TABLE.pivot(index="subject", columns="{columns}", values="value").dropna()
p_alone = {{}}
for a, b, visit in CONTRASTS:
    first, second = wide[a], wide[b]
"""

PAIRED_CHANGES = """
wide = TABLE.pivot(index="subject", columns=["arm", "visit"], values="value").dropna()
p_alone = {}
for a, b, visit in CONTRASTS:
    side, other = wide[a], wide[b]
    first, second = side[visit] - side[BASELINE], other[visit] - other[BASELINE]
"""

PAIRED_NUMBERS = """\
    one = stats.ttest_rel(first, second)
    low, high = one.confidence_interval(1 - PLAN.alpha)
    p_alone[a, b, visit] = one.pvalue
    agree((a, b, visit), difference=(first - second).mean(), ci_low=low, ci_high=high, p=one.pvalue)
"""

HOLM = """\
for key, p in zip(p_alone, multipletests(list(p_alone.values()), method="holm")[1]):
    agree(key, p_adjusted=p)
"""

LAST = """\
same("t", one.statistic, OMNIBUS["statistic"])
same("p", one.pvalue, OMNIBUS["p"])
"""

REPEATED = """
scores = {scores}.to_numpy()
n, k = scores.shape
subject, visit = np.divmod(np.arange(n * k), k)
long = pd.DataFrame({{"value": scores.ravel(), "subject": subject, "visit": visit}})
whole = AnovaRM(long, "value", "subject", within=["visit"]).fit().anova_table.iloc[0]
f, df, df_error = whole["F Value"], whole["Num DF"], whole["Den DF"]
same("F", f, OMNIBUS["statistic"])
same("p", whole["Pr > F"], OMNIBUS["p"])
centred = scores - scores.mean(axis=0)
"""

SPHERICITY = """\
# Greenhouse and Geisser's epsilon, from the covariance of what is left in each subject.
centred = centred - centred.mean(axis=1, keepdims=True)
cross = centred.T @ centred
epsilon = np.trace(cross) ** 2 / ((k - 1) * np.sum(cross**2))
same("corrected p", stats.f.sf(f, epsilon * df, epsilon * df_error), OMNIBUS["p_gg"])
"""

WIDE = """
arms = list(dict.fromkeys(TABLE["arm"]))
wide = TABLE.pivot(index=["subject", "arm"], columns="visit", values="value")
"""

ANCOVA = """
for visit in dict.fromkeys(visit for _, _, visit in CONTRASTS):
    seen = wide[[BASELINE, visit]].dropna()
    arm = seen.index.get_level_values("arm")
    lines = np.column_stack([*(arm == name for name in arms), seen[BASELINE]]).astype(float)
    fit = sm.OLS(seen[visit].to_numpy(), lines).fit()
    p_alone = {}
    for a, b in ((a, b) for a, b, at in CONTRASTS if at == visit):
        sides = [float((name == a) - (name == b)) for name in arms]
        one = fit.t_test(np.array([*sides, 0.0]))
        low, high = one.conf_int(PLAN.alpha)[0]
        p_alone[a, b, visit] = p = float(one.pvalue)
        agree((a, b, visit), difference=one.effect[0], ci_low=low, ci_high=high, p=p)
"""

INTERACTION = """
# The interaction of arm and visit, by two linear models of the complete subjects.
whole = wide.dropna()
n, k = whole.shape
subject, visit = np.divmod(np.arange(n * k), k)
code = np.array([arms.index(name) for name in whole.index.get_level_values("arm")])
by_visit, by_arm = np.eye(k)[visit][:, 1:], np.eye(len(arms))[code[subject]][:, 1:]
alike = np.column_stack([np.eye(n)[subject], by_visit])
apart = np.column_stack([alike, *(by_visit * column[:, None] for column in by_arm.T)])
larger = sm.OLS(whole.to_numpy().ravel(), apart).fit()
f, p, df = larger.compare_f_test(sm.OLS(whole.to_numpy().ravel(), alike).fit())
df_error = larger.df_resid
same("F", f, OMNIBUS["statistic"])
same("p", p, OMNIBUS["p"])
centred = whole.to_numpy() - whole.groupby("arm").transform("mean").to_numpy()
"""

MMRM = """
# Neither scipy nor statsmodels has the mixed model for repeated measures (MMRM: unstructured
# covariance, REML, degrees of freedom by Kenward and Roger), so that its numbers are not recomputed
# here; R's package mmrm has it.
"""

IMPORTS = {
    "AnovaRM": "from statsmodels.stats.anova import AnovaRM",
    "multipletests": "from statsmodels.stats.multitest import multipletests",
    "np.": "import numpy as np",
    "sm.": "import statsmodels.api as sm",
    "stats.": "from scipy import stats",
}


def recompute(found: Comparison) -> str:
    """The lines that recompute a comparison's omnibus test and contrasts without dermdash."""
    parts = {
        "arms": _arms,
        "visits": _visits,
        "sides": _visits,
        "sides x visits": _side_changes,
        "arms x visits": _changes,
    }[found.design](found)
    return "".join(parts)


def imports_of(text: str) -> list[str]:
    """The imports that recomputing lines need.

    >>> imports_of("whole = stats.f_oneway(*groups.values())")
    ['from scipy import stats']
    """
    return sorted(line for use, line in IMPORTS.items() if use in text)


def _arms(found: Comparison) -> list[str]:
    if found.plan.block is not None:
        linked = all(one.note is None for one in found.contrasts)
        head = BLOCKS.format(whole=BLOCKS_WHOLE if linked else "")
        pairs = BLOCKS_TUKEY if found.plan.control is None else HOLM if linked else ""
        return [head, pairs]
    planned = any(one.role != "exploratory" for one in found.contrasts)
    welch = found.omnibus.test == "welch_anova"
    free = ", equal_var=False" if welch else ""
    alone = WELCH if welch else POOLED
    against = found.plan.control is not None and not welch
    pairs = DUNNETT if against else ALL_PAIRS.format(free=free)
    return [GROUPS, ONE_WAY.format(free=free), pairs, alone if planned else ""]


def _visits(found: Comparison) -> list[str]:
    columns = "visit" if found.design == "visits" else "arm"
    head = [PAIRED.format(columns=columns), PAIRED_NUMBERS, HOLM]
    if found.omnibus.test == "paired_t_test":
        return [*head, LAST]
    return [*head, REPEATED.format(scores="wide"), SPHERICITY]


def _side_changes(found: Comparison) -> list[str]:
    head = [PAIRED_CHANGES, PAIRED_NUMBERS, HOLM]
    if found.omnibus.test == "paired_t_test":
        return [*head, LAST]
    return [*head, REPEATED.format(scores="(side - other)"), SPHERICITY]


def _changes(found: Comparison) -> list[str]:
    mixed_model = found.contrasts[0].method == "mmrm"
    contrasts = [] if mixed_model else [ANCOVA, _indented(HOLM)]
    whole = [INTERACTION, SPHERICITY] if found.omnibus.test == "mixed_anova" else []
    table = [WIDE] if contrasts or whole else []
    return [MMRM if mixed_model else "", *table, *contrasts, *whole]


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())
