"""A card shows later what it showed when it was made, to the last bit."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import StoreError
from dermdash.reporting.blocks import Content, Figure, Paragraph
from dermdash.reporting.figures import print as printed
from dermdash.reporting.stored_blocks import content_from_json, content_to_json
from tests.support.reports import NASTY, result


def through_text(content: Content) -> Content:
    return content_from_json(json.loads(json.dumps(content_to_json(content), allow_nan=False)))


def test_a_section_is_drawn_the_same_after_it_was_kept() -> None:
    """A report that differs from what was seen on the page cannot be trusted."""
    before = result(NASTY)
    after = through_text(before)
    assert (after.title, after.message) == (before.title, before.message)
    for one, other in zip(before.blocks, after.blocks, strict=True):
        if isinstance(one, Figure):
            assert isinstance(other, Figure)
            drawn = [printed.save(figure.on(printed), "svg") for figure in (one, other)]
            assert drawn[0] == drawn[1]
            pd.testing.assert_frame_equal(
                one.data.reset_index(drop=True), other.data, check_dtype=False
            )


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text() | st.floats(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(plain)
def test_whatever_a_figure_is_drawn_from_comes_back(value: Any) -> None:
    figure = Figure("x", {"value": value}, "", "", pd.DataFrame({"a": [1.5, np.nan]}))
    back = through_text(Content("t", "m", (figure,))).blocks[0]
    assert isinstance(back, Figure)
    assert repr(back.arguments["value"]) == repr(value)


@given(st.lists(st.floats(), max_size=6), st.lists(st.sampled_from(["b", "a", None]), max_size=6))
def test_tables_keep_types_and_gaps(numbers: list[float], names: list[str | None]) -> None:
    n = min(len(numbers), len(names))
    frame = pd.DataFrame(
        {
            "score": np.array(numbers[:n], float),
            "n": np.arange(n),
            "arm": pd.Categorical(names[:n], categories=["b", "a"], ordered=True),
            "name": pd.Series(names[:n], dtype="str"),
        }
    )
    figure = Figure("x", {"table": frame}, "", "", frame)
    back = through_text(Content("t", "m", (figure,))).blocks[0]
    assert isinstance(back, Figure)
    pd.testing.assert_frame_equal(back.arguments["table"], frame)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"form": 99, "content": {}},
        {"form": 1, "content": {"class": "os:system", "fields": {}}},
        {"form": 1, "content": {"class": "dermdash.reporting.report:render", "fields": {}}},
        {"form": 1, "content": {"class": "dermdash.reporting.blocks:Gone", "fields": {}}},
        {"form": 1, "content": "text"},
        {"form": 1, "content": {"odd": 1}},
    ],
)
def test_what_another_version_kept_is_refused_in_one_sentence(values: dict[str, Any]) -> None:
    """A card of another version must ask to be refreshed, not end the page."""
    with pytest.raises(StoreError, match="refresh it"):
        content_from_json(values)


def test_what_cannot_be_kept_is_refused_when_it_is_made() -> None:
    with pytest.raises(TypeError, match="cannot be kept"):
        content_to_json(replace(result(), blocks=(Paragraph(object()),)))  # type: ignore[arg-type]
