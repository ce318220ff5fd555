import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import DesignError
from dermdash.trial.design import (
    NAME_LENGTH,
    arm_code,
    arm_colour,
    clean_file_name,
    clean_name,
    new_name,
)


@given(st.text())
def test_a_name_is_clean_or_refused(name: str) -> None:
    """A name with line breaks or invisible marks would break tables, or pass for another."""
    try:
        clean = clean_name(name, "arm")
    except DesignError:
        return
    assert clean == clean_name(clean, "arm")
    assert 0 < len(clean) <= NAME_LENGTH
    assert clean == clean.strip()


@pytest.mark.parametrize("name", ["", "  ", "a" * 81, "a\u202eb", "a\x00b", "\ud800"])
def test_unusable_names_are_refused(name: str) -> None:
    """Direction marks can make one subject read as another."""
    with pytest.raises(DesignError):
        clean_name(name, "subject_id")


def test_names_that_differ_only_in_case_are_refused() -> None:
    """A typing error would split an arm in two."""
    with pytest.raises(DesignError, match="write young"):
        new_name("Young", "arm", ["old", "young"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x.tif", "x.tif"),
        ("C:\\scans\\a.tif", "a.tif"),
        ("a\nb\u202e.tif", "ab.tif"),
        ("scan 😀.tif", "scan 😀.tif"),
        ("..", "unnamed"),
        ("", "unnamed"),
        ("/", "unnamed"),
    ],
)
def test_hostile_file_names_are_shown_harmlessly(name: str, shown: str) -> None:
    """A file's name could point out of the folder or forge what a page shows."""
    assert clean_file_name(name) == shown


@given(st.text(max_size=400))
def test_any_file_name_can_be_shown(name: str) -> None:
    """A name of 300 characters, or of signs that cannot be printed, would break the upload."""
    shown = clean_file_name(name)
    assert 0 < len(shown) <= 120
    assert "/" not in shown
    assert "\\" not in shown
    assert clean_file_name(shown) == shown


def test_long_file_names_keep_their_ending() -> None:
    """The user could not tell a TIFF from a table."""
    assert clean_file_name("a" * 300 + ".tif").endswith(".tif")


def test_arms_have_colours_of_their_own_and_controls_are_grey() -> None:
    """Two arms of one colour cannot be told apart in a figure."""
    colours = [arm_colour(number, is_control=False) for number in range(7)]
    assert len(set(colours)) == 7
    grey = arm_colour(3, is_control=True)
    assert grey not in colours
    assert grey[1:3] == grey[3:5] == grey[5:]


def test_codes_of_arms_never_repeat() -> None:
    """Two arms would share a code, and blinding could not be undone."""
    codes = [arm_code(number) for number in range(800)]
    assert len(set(codes)) == 800
    assert codes[0] == "A"
