"""Who, when and where, from a file's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.ui.naming import FIELDS, read_name

WORD = st.text(st.characters(whitelist_categories=["L", "N"]), min_size=1, max_size=12)


@given(WORD, WORD, WORD)
def test_what_was_written_by_a_pattern_is_read_back(subject: str, visit: str, site: str) -> None:
    """Scans would go to other subjects than their files say."""
    found = read_name(f"{subject}_{visit}_{site}.tif", "{subject}_{visit}_{site}")
    assert found == {"subject": subject, "visit": visit, "site": site}


@pytest.mark.parametrize(
    ("name", "pattern", "found"),
    [
        (
            "S01_D28_cheek_left.ome.tiff",
            "{subject}_{visit}_{site}",
            {"subject": "S01", "visit": "D28", "site": "cheek_left"},
        ),
        ("S01-2.TIF", "{subject}-{replicate}", {"subject": "S01", "replicate": "2"}),
        ("S01-b.tif", "{subject}-{replicate}", {}),
        ("pre S01 D0 post.tif", "pre {subject} {visit} post", {"subject": "S01", "visit": "D0"}),
        ("x pre S01 D0 post.tif", "pre {subject} {visit} post", {}),
        ("2026 S01_D0_x_y.tif", "* {subject}_{visit}_*", {"subject": "S01", "visit": "D0"}),
        ("_D0_cheek.tif", "{subject}_{visit}_{site}", {}),
        ("S01.tif", "{subject}_{visit}", {}),
        ("active/S01.tif", "{subject}", {"subject": "S01"}),
        (".tif", "{subject}", {}),
    ],
)
def test_names_and_patterns(name: str, pattern: str, found: dict[str, str]) -> None:
    """A lab's way of naming files would be misread."""
    assert read_name(name, pattern) == found


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("{who}_{visit}", "{who} is unknown; use {subject}"),
        ("{subject}_{subject}", "must name each field once"),
        ("", "must name each field once"),
        ("scan", "must name each field once"),
        ("{subject}{visit}", "nothing between them"),
        ("{}", "must name each field once"),
        ("x" * 300, "has 300 letters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, sentence: str) -> None:
    """A typing error would leave every row empty, and nobody would know why."""
    with pytest.raises(TableError) as refusal:
        read_name("S01_D0.tif", pattern)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_name_and_pattern_end_soon_and_in_words(name: str, pattern: str) -> None:
    """A strange name would hang or break the page."""
    try:
        found = read_name(name, pattern)
    except TableError:
        return
    assert set(found) <= set(FIELDS)


def test_many_wildcards_do_not_explode() -> None:
    """A hostile pattern would stop the server."""
    assert read_name("_" * 120 + "!.tif", "_".join("*" * 60) + "_{subject}?") == {}
