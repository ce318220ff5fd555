"""A table must fit its page whatever its columns are called."""

from hypothesis import given
from hypothesis import strategies as st

from dermdash.reporting.formats.pdf_tables import (
    BREAK,
    INSET_MM,
    LANDSCAPE_MM,
    MM_A_POINT,
    PORTRAIT_MM,
    breakable,
    column_groups,
    lay_out,
)


def test_a_small_table_keeps_large_letters_and_stands_upright() -> None:
    """Two columns of numbers do not need seven points."""
    layout = lay_out(["Arm", "Mean"], [["placebo", "2.10"], ["active", "2.34"]])
    assert (layout.size_pt, layout.turned) == (9.5, False)
    assert sum(layout.widths_mm) < PORTRAIT_MM


def test_many_columns_turn_the_page() -> None:
    """Numbers of fifteen columns would run into each other."""
    layout = lay_out([f"Column {n}" for n in range(15)], [["0.1234567"] * 15])
    assert layout.turned
    assert layout.size_pt < 9


def test_a_long_column_gets_the_room_that_numbers_do_not_need() -> None:
    """A sentence of a warning would stand a word a line beside an empty column."""
    layout = lay_out(["What", "p"], [["a sentence of many words " * 4, ".046"]])
    assert layout.widths_mm[0] > 5 * layout.widths_mm[1]


def test_a_table_of_sixty_columns_is_printed_in_parts_that_can_be_read() -> None:
    """Numbers would be broken into single digits, each of them a wrong number."""
    head, row = [f"c{n}" for n in range(60)], ["0.50"] * 60
    groups = column_groups(head, [row])
    assert len(groups) > 1
    assert [place for group in groups for place in group if place] == list(range(1, 60))
    for group in groups:
        layout = lay_out([head[place] for place in group], [[row[place] for place in group]])
        rooms = [(width - INSET_MM) / (layout.size_pt * MM_A_POINT) for width in layout.widths_mm]
        assert not [room for room in rooms if BREAK in breakable("0.50", room)]
    assert column_groups(head[:9], [row[:9]]) == [list(range(9))]


CELLS = st.text(alphabet="aW− .-µ肌", max_size=60)


@given(st.integers(1, 30).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n),
                                                      min_size=1, max_size=4)))  # fmt: skip
def test_no_table_is_wider_than_its_page(rows: list[list[str]]) -> None:
    """What stands outside the paper is not printed."""
    layout = lay_out(rows[0], rows[1:])
    assert sum(layout.widths_mm) <= (LANDSCAPE_MM if layout.turned else PORTRAIT_MM) + 0.5
    assert all(width > 0 for width in layout.widths_mm)


@given(st.text(), st.floats(1, 50))
def test_a_break_changes_no_letter(text: str, room: float) -> None:
    """A digest that is copied out of the table must still be the digest."""
    text = text.replace(BREAK, "")
    assert breakable(text, room).replace(BREAK, "") == text


def test_ordinary_words_stay_whole_in_a_full_table() -> None:
    """``Dunnet-t`` in a narrow column looks like a fault of the numbers beside it."""
    head = ["Difference", "Estimate", "CI low", "p adjusted", "Test", "Effect size"]
    row = ["active − placebo " * 3, "−0.49", "0.26", "< .001", "Dunnett", "Hedges' g 2.75 " * 4]
    layout = lay_out(head, [row])
    for cell, width in zip(row, layout.widths_mm, strict=True):
        room = (width - INSET_MM) / (layout.size_pt * MM_A_POINT)
        assert BREAK not in breakable(cell, room), cell
