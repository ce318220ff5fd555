"""Sections of a report as HTML."""

import re
from collections.abc import Sequence

import pandas as pd

from dermdash.reporting.blocks import (
    MISSING,
    Attachment,
    Bullets,
    Column,
    Content,
    Figure,
    Paragraph,
    Picture,
    Table,
)
from dermdash.reporting.figures import print as printed
from dermdash.reporting.formats.files import Numbered, safe_name
from dermdash.reporting.formats.frames import marked_frame, table_frame
from dermdash.reporting.formats.web_html import Html, data_url, join, tag
from dermdash.reporting.report import Report
from dermdash.reporting.tables import csv_bytes

NUMBER = re.compile(r"[<>]?\s?[−+-]?\d*[.,]?\d+(\s?%)?")
NUMBERS = "number-cell"
SHORT = 14  # letters that stay on one line
LONG = 40  # rows from which a table scrolls in a box of its own
LARGEST = 400_000  # bytes of a file that the page carries; larger ones travel with the ZIP


def section_html(report: Report, content: Content, blocks: Sequence[Numbered]) -> Html:
    """A section with its heading, its answer and all that stands in it."""
    place = blocks[0].place if blocks else report.sections.index(content) + 1
    heading = tag(
        "h2",
        tag("span", str(place), class_="number"),
        content.title,
        id=f"heading-{place}",
    )
    said = any(isinstance(one.block, Paragraph) and one.block.style == "lead" for one in blocks)
    lead = Html() if said else tag("p", content.message, class_="lead")
    attached = [one for one in blocks if isinstance(one.block, Attachment)]
    return tag(
        "section",
        heading,
        lead,
        *(block_html(report, one) for one in blocks if not isinstance(one.block, Attachment)),
        _files(report, attached) if attached else Html(),
        id=f"section-{place}",
        aria_labelledby=f"heading-{place}",
    )


def block_html(report: Report, one: Numbered) -> Html:
    """One block; attachments are listed at the end of their section."""
    block = one.block
    if isinstance(block, Paragraph):
        role = "note" if block.style == "warning" else None
        return tag(
            "p", block.text, class_=None if block.style == "body" else block.style, role=role
        )
    if isinstance(block, Bullets):
        return tag("ul", *(tag("li", item) for item in block.items))
    if isinstance(block, Table):
        return _table(report, one, block)
    if isinstance(block, Figure):
        return _figure(report, one, block)
    return _picture(report, one, block)


def _figure(report: Report, one: Numbered, figure: Figure) -> Html:
    """The picture for paper, whose place the drawing takes where scripts run."""
    svg = printed.save(figure.on(printed), "svg", mark=report.mark)
    live = tag("div", class_="live", id=f"live-{one.number}", role="img", aria_label=figure.alt)
    picture = tag("a", "Picture (SVG)", class_="picture", download=f"{one.name}.svg", hidden=True)
    numbers = _csv_link("Numbers (CSV)", one.name, figure.data, report.mark)
    return tag(
        "figure",
        tag("div", live, class_="roll"),
        tag("img", class_="still", src=data_url(svg, "image/svg+xml"), alt=figure.alt),
        _caption(one, figure.caption),
        _under(report, join(picture, numbers)),
        id=one.name,
        class_="drawing",
    )


def _picture(report: Report, one: Numbered, picture: Picture) -> Html:
    image = tag("img", class_="still", src=data_url(picture.png, "image/png"), alt=picture.alt)
    caption = _caption(one, picture.caption)
    return tag("figure", image, caption, _under(report, Html()), id=one.name, class_="picture")


def _table(report: Report, one: Numbered, table: Table) -> Html:
    texts = table.texts()
    classes = [
        _class(column, [row[place] for row in texts]) for place, column in enumerate(table.columns)
    ]

    def cell(words: str, place: int) -> Html:
        if place == 0 and classes[0] != NUMBERS:
            return tag("th", words, scope="row", class_=classes[0])
        return tag("td", words, class_=classes[place])

    head = (
        tag("th", column.name, scope="col", class_=name)
        for column, name in zip(table.columns, classes, strict=True)
    )
    rows = (tag("tr", *(cell(words, place) for place, words in enumerate(row))) for row in texts)
    long = len(table.rows) > LONG
    return tag(
        "figure",
        _caption(one, table.caption),
        tag(
            "div",
            tag("table", tag("thead", tag("tr", *head)), tag("tbody", *rows)),
            class_="scroll long" if long else "scroll",
            role="region",
            tabindex=0,
            aria_label=f"{one.title}: {table.caption}",
        ),
        tag("p", table.note, class_="note") if table.note else Html(),
        _under(report, _csv_link("Table (CSV)", one.name, table_frame(table), report.mark)),
        id=one.name,
        class_="table",
    )


def _class(column: Column, texts: Sequence[str]) -> str | None:
    """How a column stands: numbers at the right, be they printed already such as ``< .001``."""
    known = [text for text in texts if text not in ("", MISSING)]
    if column.numeric or (known and all(NUMBER.fullmatch(text) for text in known)):
        return NUMBERS
    return "words" if max(map(len, known), default=0) > SHORT else None


def _caption(one: Numbered, words: str) -> Html:
    return tag("figcaption", tag("b", one.title), words)


def _under(report: Report, links: Html) -> Html:
    mark = tag("span", report.mark, class_="mark") if report.mark else Html()
    return tag("div", tag("span", links, class_="links"), mark, class_="under")


def _files(report: Report, attached: Sequence[Numbered]) -> Html:
    items = []
    for one in attached:
        name = safe_name(one.block.name)
        if isinstance(one.block.content, str):
            content = one.block.content.encode("utf-8", "surrogatepass")
            link = _link(name, name, content, "text/plain")
        else:
            link = _csv_link(f"{name}.csv", name, one.block.content, report.mark)
        items.append(tag("li", link, f" {one.block.about}"))
    return join(tag("h3", "Files of this section"), tag("ul", *items, class_="files"))


def _csv_link(label: str, name: str, frame: pd.DataFrame, mark: str) -> Html:
    return _link(label, f"{name}.csv", csv_bytes(marked_frame(frame, mark)), "text/csv")


def _link(label: str, name: str, content: bytes, mime: str) -> Html:
    if len(content) > LARGEST:
        return tag("span", f"{label}: {len(content) / 1e6:.1f} MB, in the ZIP.")
    return tag("a", label, download=name, href=data_url(content, mime))
