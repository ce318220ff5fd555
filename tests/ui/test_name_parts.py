"""A pattern made by example: the parts of one name, marked, read all names like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import TableError
from dermdash.ui.name_parts import IGNORED, ROLES, guess_roles, pattern_of, split_name
from dermdash.ui.naming import FIELDS, read_name
from tests.support.trials import study_of

WORD = st.text(st.characters(whitelist_categories=["L", "N"]), min_size=1, max_size=8)


@given(
    st.lists(WORD, min_size=2, max_size=6), st.sampled_from(["_", " ", "/", ".", "_("]), st.data()
)
def test_the_name_that_gave_the_pattern_is_read_as_it_was_marked(
    words: list[str], separator: str, data: st.DataObject
) -> None:
    """What was marked on one name would come out otherwise, for all of them."""
    name = separator.join(words) + ".tif"
    tokens = split_name(name)
    assert tokens[::2] == words
    fields = data.draw(st.permutations([*FIELDS, IGNORED, IGNORED]))[: len(words)]
    if fields.count(IGNORED) == len(words):
        fields[0] = "subject"
    expected = {role: word for role, word in zip(fields, words, strict=True) if role != IGNORED}
    number = expected.get("replicate", "1")
    if number.isdecimal():
        assert read_name(name, pattern_of(tokens, fields)) == expected


@pytest.mark.parametrize(
    ("name", "roles", "pattern"),
    [
        ("S01_D28_cheek-left.tif", "subject visit site", "{subject}_{visit}_{site}"),
        ("P7 T28 forehead r2.ome.tif", "subject visit site replicate", None),
        ("cheek S07 (D28).tif", "site subject visit", "{site} {subject} ({visit})"),
        ("acme_S01_D0_cheek.tif", "ignored subject visit site", "*_{subject}_{visit}_{site}"),
        (
            "export/20260501_S03_D0_placebo.tif",
            "ignored ignored subject visit arm",
            "*_{subject}_{visit}_{arm}",
        ),
    ],
)
def test_parts_are_guessed_from_the_study_and_from_habit(
    name: str, roles: str, pattern: str | None
) -> None:
    """Each part of each lab's names would have to be marked by hand."""
    study = study_of()
    guessed = guess_roles(split_name(name), study)
    if pattern is not None:
        assert " ".join(guessed) == roles
        assert pattern_of(split_name(name), guessed) == pattern
    assert set(guessed) <= set(ROLES)


def test_folders_are_read_where_they_say_something() -> None:
    """A lab that sorts by subject and visit would have to rename each file."""
    tokens = split_name("May/S01/D28/cheek.tif")
    pattern = pattern_of(tokens, [IGNORED, "subject", "visit", "site"])
    assert pattern == "{subject}/{visit}/{site}"
    assert read_name("June/S02/D0/chin.tif", pattern) == {
        "subject": "S02",
        "visit": "D0",
        "site": "chin",
    }


def test_hyphens_separate_only_where_wanted() -> None:
    """``cheek-left`` would fall in two, or ``S01-D0-cheek`` could not be read."""
    assert split_name("S01-D0-cheek.tif")[::2] == ["S01-D0-cheek"]
    assert split_name("S01-D0-cheek.tif", at_hyphens=True)[::2] == ["S01", "D0", "cheek"]


@given(st.text(max_size=60))
def test_any_name_can_be_taken_as_the_example(name: str) -> None:
    """A strange name would break the page on which it has to be dealt with."""
    for at_hyphens in (False, True):
        tokens = split_name(name, at_hyphens=at_hyphens)
        roles = guess_roles(tokens, study_of())
        assert len(roles) == len(tokens[::2])
        try:
            read_name(name, pattern_of(tokens, roles))
        except TableError:
            continue
