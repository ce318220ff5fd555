"""A result beside the same question asked of other scores."""

import pandas as pd

from dermdash.reporting.other_scores import other_sentence, other_table
from dermdash.stats.comparison import Comparison, Sensitivity, compare
from dermdash.stats.plan import Plan
from tests.support.scores import with_moments


def compared(gap: float, *, a: str = "young") -> Comparison:
    scores = {a: with_moments(2 + gap, 0.3, 12, seed=1), "old": with_moments(2, 0.3, 12, seed=2)}
    table = pd.DataFrame(
        [
            {"subject_id": f"{arm}{n}", "arm": arm, "score": value}
            for arm, values in scores.items()
            for n, value in enumerate(values)
        ]
    )
    return compare(table, Plan("score", between="arm", subject="subject_id"))


def other(gap: float, **arms: str) -> Sensitivity:
    found = compared(gap, **arms)
    return Sensitivity("with 2 excluded scans back", found.omnibus, found.contrasts)


def test_a_result_that_stands_and_one_that_hangs_on_a_choice() -> None:
    """Lost: an exclusion that made the result would go unseen."""
    found = compared(0.6)
    assert other_sentence(found, other(0.5)) == (
        "With 2 excluded scans back: young − old is 0.50 (95 % CI 0.25 to 0.75; p < .001), read "
        "as the result is."
    )
    assert other_sentence(found, other(0.1)).endswith("it hangs on this choice.")
    assert other_sentence(found, other(-0.6)).endswith("it hangs on this choice.")
    assert other_sentence(compared(0.02), other(-0.02)).endswith("read as the result is.")


def test_a_difference_that_is_not_there_is_said() -> None:
    """Lost: an arm that vanished would be compared under another's name."""
    found, there = compared(0.6), other(0.6, a="middle-aged")
    assert other_sentence(found, there).endswith("young − old cannot be told.")
    assert pd.isna(other_table(found, [there])["Estimate"][1])


def test_the_table_leads_with_the_result() -> None:
    """Lost: the sensitivity would be taken for the result."""
    table = other_table(compared(0.6), [other(0.1)])
    assert table["Scores"].tolist() == ["as compared", "with 2 excluded scans back"]
    assert table["Estimate"].round(6).tolist() == [0.6, 0.1]
    assert table["below 0.05"].tolist() == [True, False]
