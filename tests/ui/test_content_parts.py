"""A card's content on a page says what its report prints, and runs nothing."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from streamlit.testing.v1 import AppTest

from dermdash.reporting.blocks import Column, Content, Paragraph, Table
from dermdash.ui import content_parts
from dermdash.ui.content_parts import table_frame, words
from tests.support.reports import NASTY, result


def page() -> None:
    from dermdash.ui.content_parts import show_content
    from tests.support.reports import long_table, result

    show_content(result(), key="one", name="Night cream", mark="SYNTHETIC")
    show_content(long_table(60), key="two", name="Night cream")


def nasty_page() -> None:
    from dermdash.ui.content_parts import show_content
    from tests.support.reports import NASTY, result

    show_content(result(NASTY), key="one", name="Night cream")


def test_every_block_of_a_card_is_shown() -> None:
    """What a reader approves on the page would not be what the document holds."""
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    said = [element.value for element in app.markdown]
    assert "#### active rose 0.31 more than placebo." in said
    assert "- placebo\\: 12 subjects\n- active\\: 12 subjects" in said
    assert app.warning[0].value == "Fragile\\: 5 µm deeper it is not significant."
    assert len(app.get("plotly_chart")) == 2
    assert len(app.get("image")) == 1
    assert [table.value.shape for table in app.table] == [(2, 3)]
    assert [table.value.shape for table in app.dataframe] == [(60, 4)]
    captions = [element.value for element in app.caption]
    assert "Two-sided at .05." in captions
    labels = [element.proto.label for element in app.get("download_button")]
    assert labels == ["PNG", "SVG", "PNG", "SVG", "scores.csv", "script.py", "settings.json"]


def test_a_message_that_no_paragraph_tells_stands_first() -> None:
    """A slide would carry a title that the page never showed."""

    def plain_page() -> None:
        from dermdash.reporting.blocks import Content, Paragraph
        from dermdash.ui.content_parts import show_content

        show_content(
            Content("Flow", "12 of 14 stayed.", (Paragraph("See below."),)), key="a", name="x"
        )

    app = AppTest.from_function(plain_page).run()
    assert [one.value for one in app.markdown] == ["#### 12 of 14 stayed.", "See below."]


def test_hostile_names_stay_names() -> None:
    """A subject's or arm's name would become a heading, a link or a script."""
    app = AppTest.from_function(nasty_page, default_timeout=60).run()
    assert not app.exception
    for element in app.markdown:
        assert "<script>" not in element.value.replace("\\<", "")
    listed = next(one.value for one in app.markdown if one.value.startswith("- "))
    assert len(listed.splitlines()) == len(NASTY)
    assert app.table[0].value.shape == (len(NASTY), 3)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("3) no list", r"3\) no list"),
        ("    no code", "no code"),
        ("title\n===", "title  \n\\==="),
        ("http://x.org a@b.org", r"http\://x.org a\@b.org"),
        ("", ""),
    ],
)
def test_nothing_written_becomes_markup(written: str, shown: str) -> None:
    """A comment would be shown otherwise than in the document."""
    assert words(written) == shown


@given(some.text(some.characters(exclude_characters="\0"), max_size=60))
def test_words_keep_every_letter(text: str) -> None:
    """A name would lose a letter between page and document."""
    lines = [line.strip() for line in text.splitlines()]
    back = words(text).replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    assert back == "  \n".join(lines)


def test_numbers_stay_numbers_and_missing_stays_missing() -> None:
    """A table sorted by its p-values would be sorted as text; a gap would read as 0."""
    table = Table(
        "t",
        (Column("n", "count"), Column("p", "p"), Column("n", "text"), Column("mixed", "score")),
        ((3, 0.01, "a", 1.5), (None, None, None, "none")),
    )
    frame = table_frame(table)
    assert list(frame.columns) == ["n", "p", "n ", "mixed"]
    assert [frame[name].dtype.kind for name in ("n", "p")] == ["f", "f"]
    assert frame["n"].isna().tolist() == [False, True]
    assert frame["mixed"].tolist() == ["1.5", "none"]
    assert table_frame(Table("t", (Column("a"),), ())).shape == (0, 1)


def test_files_are_made_at_the_click(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a page would write every table of a study."""
    given_data: list[Any] = []
    monkeypatch.setattr(
        content_parts.st, "download_button", lambda *args, **_: given_data.append(args[1])
    )
    monkeypatch.setattr(content_parts, "downloads", lambda *args, **_: None)
    content_parts.show_content(result(), key="one", name="x")
    table, script, _ = (one() for one in given_data)
    assert table.startswith(b"\xef\xbb\xbfsubject_id") or table.startswith(b"subject_id")
    assert script == b"print('same')\n"


def test_a_very_long_table_still_opens() -> None:
    """A table of every layer would stop the page."""
    rows = tuple((f"S{number}", number / 7) for number in range(2500))
    many = Content("t", "", (Paragraph("x"), Table("t", (Column("s"), Column("v", "score")), rows)))
    content_parts.show_content(many, key="one", name="x")
    assert isinstance(table_frame(many.of(Table)[0]), pd.DataFrame)
