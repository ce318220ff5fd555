"""Names in letters that a font lacks must be readable, and must not say something else."""

from hypothesis import given
from hypothesis import strategies as st

from dermdash.reporting.figures.print.fonts import known_letters
from dermdash.reporting.formats.letters import LEFT_TO_RIGHT, Letters


def test_letters_that_the_font_has_stay_as_they_are() -> None:
    """A reader would see codes in the place of µ, é, ł or ≥."""
    letters = Letters(known_letters())
    for text in ("Été 20 µm ≥ 3 − 1 łódź", "ψυχή", "S-001", ""):
        assert letters.fit(text) == text
    assert letters.missing == ()


def test_each_lacking_letter_is_listed_once() -> None:
    """A reader could not look up what U+808C was."""
    letters = Letters(known_letters())
    assert letters.fit("肌 and 肌✨") == "U+808C and U+808C U+2728"
    assert letters.missing == (
        ("U+2728", "sparkles"),
        ("U+808C", "cjk unified ideograph-808c"),
    )


def test_what_turns_the_reading_direction_is_shown() -> None:
    """``1.20`` behind an override reads as ``02.1``."""
    assert Letters(known_letters()).fit("\u202e1.20") == "U+202E1.20"
    assert Letters(known_letters()).fit("a\x00b\ud800") == "aU+0000bU+D800"


def test_a_difference_of_names_from_right_to_left_keeps_its_sides() -> None:
    """``a − b`` would be seen as ``b − a``, and its sign would mean the opposite."""
    fitted = Letters(known_letters()).fit("לפני − אחרי 0.31")
    assert fitted == f"לפני{LEFT_TO_RIGHT} − אחרי{LEFT_TO_RIGHT} 0.31"
    assert Letters(known_letters()).fit("قبل العلاج: 12") == f"قبل العلاج{LEFT_TO_RIGHT}: 12"


@given(st.text())
def test_whatever_is_written_can_be_shown_and_is_not_changed_twice(text: str) -> None:
    """One letter that the font lacks, and no PDF comes at all."""
    letters = Letters(known_letters())
    fitted = letters.fit(text)
    assert all(ord(letter) in known_letters() or letter in "\n\u200e" for letter in fitted)
    assert Letters(known_letters()).fit(fitted).replace(LEFT_TO_RIGHT, "") == fitted.replace(
        LEFT_TO_RIGHT, ""
    )
