"""A card's content on a page: the same sentences, tables and figures that its report prints."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dermdash.reporting.blocks import (
    MISSING,
    Attachment,
    Block,
    Bullets,
    Content,
    Figure,
    Form,
    Paragraph,
    Picture,
    Table,
    written,
)
from dermdash.reporting.figures import screen
from dermdash.reporting.tables import csv_bytes
from dermdash.ui.cells import plain
from dermdash.ui.figure_parts import downloads

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

READ_WHOLE = 25  # rows up to which a table is shown as a document does; longer ones scroll
STYLED = 2000  # rows up to which a long table keeps its numbers sortable


def show_content(
    content: Content, *, key: str, name: str, mark: str = "", titled: bool = False
) -> None:
    """The message, then the blocks in order; files that travel with it last.

    key : unlike any other content's on the page
    name : of the files that are taken away, without ending
    mark : printed under each figure's file, as ``ribbon.mark`` gives it
    titled : whether the title that stands above says the message already
    """
    told = titled or any(block.style == "lead" for block in content.of(Paragraph))
    if content.message and not told:
        st.markdown(f"#### {words(content.message)}")
    for number, block in enumerate(content.blocks):
        if not isinstance(block, Attachment):
            _show(block, key=f"{key}_{number}", name=f"{name} {number + 1}", mark=mark)
    attachments = content.of(Attachment)
    if attachments:
        with st.expander(
            f"Files that travel with it ({len(attachments)})", icon=":material/attach_file:"
        ):
            for number, block in enumerate(attachments):
                _attachment(block, key=f"{key}_file_{number}")


def words(text: object) -> str:
    """What somebody wrote, line by line as written: no list, heading, link or code is made of it.

    >>> words("1. S1\\n- *S2*   www.x.org")
    '1\\\\. S1  \\n\\\\- \\\\*S2\\\\*   www\\\\.x.org'
    """
    return "  \n".join(_line(line) for line in str(text).splitlines())


def table_frame(table: Table) -> pd.DataFrame:
    """A table's cells with numbers as numbers where a column has nothing else.

    Names of columns that stand twice are told apart by a blank.
    """
    names: list[str] = []
    for column in table.columns:
        name = column.name
        while name in names:
            name += " "
        names.append(name)
    cells = list(zip(*table.rows, strict=True)) or [()] * len(names)
    return pd.DataFrame(
        {
            name: _column(cells[place], column.numeric)
            for place, (name, column) in enumerate(zip(names, table.columns, strict=True))
        },
        columns=names,
    )


def _show(block: Block, *, key: str, name: str, mark: str) -> None:
    match block:
        case Paragraph():
            _paragraph(block)
        case Bullets():
            st.markdown("\n".join(f"- {words(item)}" for item in block.items))
        case Table():
            _table(block, key=key)
        case Figure():
            _figure(block, key=key, name=name, mark=mark)
        case Picture():
            st.image(block.png, caption=words(block.caption), alt=block.alt)


def _paragraph(block: Paragraph) -> None:
    if not block.text.strip():
        return
    match block.style:
        case "lead":
            st.markdown(f"#### {words(block.text)}")
        case "note":
            st.caption(words(block.text))
        case "warning":
            st.warning(words(block.text), icon=":material/warning:")
        case _:
            st.markdown(words(block.text))


def _figure(block: Figure, *, key: str, name: str, mark: str) -> None:
    st.plotly_chart(block.on(screen), config=screen.toolbar(name), key=key, alt=block.alt)
    caption, files = st.columns([3, 1])
    caption.caption(words(block.caption))
    with files:
        downloads(block.on, name=name, key=key, mark=mark)


def _table(table: Table, *, key: str) -> None:
    st.markdown(f"**{words(table.caption)}**")
    frame = table_frame(table)
    if not table.rows:
        st.caption("No rows.")
    elif len(table.rows) <= READ_WHOLE:
        shown = _as_printed(frame, table, words).format_index(plain, axis="columns")
        st.table(shown, hide_index=True, border="horizontal")
    elif len(table.rows) <= STYLED:
        st.dataframe(_as_printed(frame, table, str), hide_index=True, key=key)
    else:
        texts = pd.DataFrame(table.texts(), columns=frame.columns)
        st.dataframe(texts, hide_index=True, key=key)
    if table.note:
        st.caption(words(table.note))


def _as_printed(frame: pd.DataFrame, table: Table, shown: Callable[[str], str]) -> "Styler":
    """The cells as a document has them, over their values."""

    def writer(form: Form) -> Callable[[object], str]:
        return lambda cell: shown(written(cell, form))

    forms = (writer(column.form) for column in table.columns)
    return frame.style.format(dict(zip(frame.columns, forms, strict=True)), na_rep=MISSING)


def _attachment(block: Attachment, *, key: str) -> None:
    table = isinstance(block.content, pd.DataFrame)
    file_name = f"{block.name.removesuffix('.csv')}.csv" if table else block.name
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            plain(file_name),
            lambda: _bytes(block),
            file_name,
            key=key,
            on_click="ignore",
            type="tertiary",
            icon=":material/download:",
        )
        st.caption(words(block.about))


def _bytes(block: Attachment) -> bytes:
    if isinstance(block.content, pd.DataFrame):
        return csv_bytes(block.content)
    return block.content.encode()


def _column(cells: "tuple[object, ...]", numeric: bool) -> "pd.Series[float] | pd.Series[str]":
    if numeric and not any(isinstance(cell, str | bool) for cell in cells):
        return pd.Series(cells, dtype="float64")
    texts = [None if cell is None else written(cell, "text") for cell in cells]
    return pd.Series(texts, dtype="str")


def _line(line: str) -> str:
    escaped = plain(line.strip())
    escaped = re.sub(r"^(\d+)([.)])", r"\1\\\2", escaped)
    escaped = re.sub(r"^([-+=])", r"\\\1", escaped)
    return re.sub(r"(?i)\b(www)\.", r"\1\\.", escaped).replace("@", r"\@")
