"""The analysis plan: every choice behind a comparison, fixed before looking."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from dermdash.errors import TableError

PLAN_VERSION = 1
Secondary = Literal["fixed_sequence", "holm"]
ContrastKey = tuple[str, str, str]
Population = Literal["full_analysis", "per_protocol"]
POPULATIONS: dict[Population, str] = {
    "full_analysis": "full analysis set",
    "per_protocol": "per-protocol set",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared, and how; columns are named, never parsed as formulas.

    value : column of the outcome
    between : column of the arms; within : column of the visits; at least one of both
    subject : column of the subjects; needed with ``within``
    block : column of the studies or centres that are pooled; arms are compared within them
    control : the arm that the others are compared with; None compares all pairs
    visits : in their order; empty: by the days in their names, else as they first appear
    baseline : the visit that changes count from; None: the first
    primary_visit : the visit of the primary question; None: the last
    primary : the contrast of the primary question as (a, b, visit), visit "" where there is none;
        None leaves all contrasts exploratory
    key_secondary : contrasts tested after the primary one, by ``secondary``
    equal_variances : False puts Welch and Games-Howell in the place of ANOVA and Tukey
    alpha : two-sided; seed : of everything random
    outlier_mads : distance from the median of its cell, in scaled MADs, beyond which a value is
        flagged; flagged values stay in the analysis
    score, depth_um, unit : what the values are, in words that results repeat
    responder_threshold : change from which a subject counts as improved
    delta : largest worsening assumed of missing values in the sensitivity analysis
    population : whose scores are compared; the table holds theirs alone
    """

    value: str
    between: str | None = None
    within: str | None = None
    subject: str | None = None
    control: str | None = None
    visits: tuple[str, ...] = ()
    baseline: str | None = None
    primary_visit: str | None = None
    primary: ContrastKey | None = None
    key_secondary: tuple[ContrastKey, ...] = ()
    secondary: Secondary = "holm"
    equal_variances: bool = True
    alpha: float = 0.05
    seed: int = 0
    outlier_mads: float = 3.5  # Iglewicz & Hoaglin 1993
    score: str = "expected_grade"
    depth_um: tuple[int, int] = (0, 69)
    responder_threshold: float | None = None
    delta: float | None = None
    block: str | None = None
    population: Population = "full_analysis"

    def __post_init__(self) -> None:
        if not self.value:
            raise TableError("the plan names no value; name the column of the outcome")
        if self.between is None and self.within is None:
            raise TableError("nothing is compared; name the column of the arms or of the visits")
        if self.within is not None and self.subject is None:
            raise TableError("visits are compared within subjects; name the column of the subjects")
        if self.control is not None and self.between is None:
            raise TableError("a control is an arm; name the column of the arms, too")
        if self.block is not None and (self.between is None or self.within is not None):
            raise TableError(
                f"block={self.block!r} pools arms at one visit; name the arms, and no visits"
            )
        roles = (self.value, self.between, self.within, self.subject, self.block)
        named = [c for c in roles if c is not None]
        if len(set(named)) < len(named):
            raise TableError(f"columns {named} hold one twice; each role needs its own column")
        if not (math.isfinite(self.alpha) and 0 < self.alpha < 0.5):
            raise TableError(f"alpha={self.alpha} is no level of a test; choose one such as 0.05")
        if self.secondary not in get_args(Secondary):
            raise TableError(f"secondary={self.secondary!r} is unknown; use holm or fixed_sequence")
        if self.population not in get_args(Population):
            raise TableError(
                f"population={self.population!r} is unknown; use full_analysis or per_protocol"
            )
        if not 0 <= self.depth_um[0] < self.depth_um[1]:
            raise TableError(f"depth_um={self.depth_um} is no range; give first and last layer")

    @property
    def outcome(self) -> str:
        """The column of the outcome, as words that follow "mean".

        >>> Plan("expected_grade", between="arm").outcome, Plan("grade_mean", between="arm").outcome
        ('expected grade', 'grade')
        """
        return "grade" if self.value == "grade_mean" else self.value.replace("_", " ")

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the version of this form."""
        return {"plan_version": PLAN_VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Plan":
        """The plan that ``to_json`` gave.

        Raises
        ------
        TableError
            It was written by a newer version, or holds what no plan has.

        >>> plan = Plan("score", between="arm", primary=("active", "placebo", "D56"))
        >>> Plan.from_json(plan.to_json()) == plan
        True
        """
        version = values.get("plan_version")
        if version != PLAN_VERSION:
            raise TableError(f"plan_version={version} is not {PLAN_VERSION}; update dermdash")
        given = {key: value for key, value in values.items() if key != "plan_version"}
        unknown = set(given) - {f.name for f in fields(cls)}
        if unknown:
            raise TableError(f"the plan holds {sorted(unknown)}, which is unknown; correct it")
        plan = cls(**given)
        return replace(
            plan,
            depth_um=(int(plan.depth_um[0]), int(plan.depth_um[1])),
            visits=tuple(plan.visits),
            primary=None if plan.primary is None else _key(plan.primary),
            key_secondary=tuple(_key(key) for key in plan.key_secondary),
        )


def _key(parts: Any) -> ContrastKey:
    a, b, visit = parts
    return str(a), str(b), str(visit)
