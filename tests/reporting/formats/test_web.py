"""The page that is mailed: one file, nothing executed but its own script, nothing fetched."""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.reporting.blocks import Attachment, Column, Content, Paragraph, Table
from dermdash.reporting.formats.web_blocks import LARGEST
from dermdash.reporting.formats.web_html import Html, join, raw, tag
from dermdash.reporting.report import Report, render
from tests.support.reports import MARK, NASTY, nasty_report, png, sample_report

VOID = {"br", "img", "meta"}


class Page(HTMLParser):
    """Elements with their attributes, their nesting, and the texts between them."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self._open: list[str] = []
        self.feed(content.decode())
        self.close()
        assert self._open == []

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, dict(attributes)))
        if name not in VOID:
            self._open.append(name)

    def handle_endtag(self, name: str) -> None:
        assert self._open.pop() == name

    def handle_data(self, words: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts.append((self.elements[-1][1], words))
        elif self._open and self._open[-1] != "style":
            self.texts.append(words)

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for one, attributes in self.elements if one == name]


def page(report: Report) -> Page:
    return Page(render(report, "html"))


def words_only(*blocks: object, title: str = "Part") -> Report:
    """A quick report without figures."""
    return replace(sample_report(rows=1), contents=(Content(title, "Said.", blocks),))  # type: ignore[arg-type]


def test_the_same_report_gives_the_same_bytes() -> None:
    """Lost: nobody could tell whether a page is the one that was kept."""
    assert render(sample_report(), "html") == render(sample_report(), "html")


def test_nothing_is_fetched_and_no_script_runs_but_its_own() -> None:
    """Lost: opening a report would tell a server, or run what somebody wrote as a name."""
    found = page(nasty_report())
    policy = next(
        one["content"] or ""
        for one in found.all("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    run = [text for attributes, text in found.scripts if "type" not in attributes]
    digests = [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run]
    assert rules["script-src"].split() == [f"'sha256-{digest}'" for digest in digests]
    for name, attributes in found.elements:
        assert not [key for key in attributes if key.startswith("on")], name
        for key in ("src", "href"):
            assert (attributes.get(key) or "#").startswith(("#", "data:")), (name, key)
    assert {"link", "iframe", "object", "embed", "form", "base"}.isdisjoint(
        name for name, _ in found.elements
    )


def test_hostile_names_are_words() -> None:
    """Lost: a name could be markup, end a script or turn a line around."""
    found = page(nasty_report())
    text = " ".join(found.texts)
    for name in NASTY:
        assert name in text.replace("\u200e", "")
    data = next(text for attributes, text in found.scripts if "type" in attributes)
    assert "<" not in data
    kept = json.loads(data)
    assert {trace["name"] for trace in kept["live-2"]["data"]} >= {
        "&lt;script&gt;alert(1)&lt;/script&gt; (n = 12)",
        '#import "x": * (n = 12)',
    }
    turned = page(words_only(Paragraph("a\u202eb\x00 \ud800")))
    assert "aU+202EbU+0000 U+D800" in turned.texts


def test_a_difference_of_names_from_right_to_left_keeps_its_sides() -> None:
    """Lost: ``a − b`` would be read as ``b − a``."""
    found = page(words_only(Paragraph("قبل العلاج − active")))
    assert "قبل العلاج\u200e − active" in found.texts


def test_the_mark_stands_over_the_page_and_at_each_figure_and_table() -> None:
    """Lost: a figure of a demonstration could pass for one of skin."""
    report = sample_report()
    found = page(report)
    n_shown = len(found.all("figure"))
    assert n_shown == 6
    assert found.texts.count(MARK) == n_shown + 1
    marked = [one for one in found.all("div") if one.get("class") == "ribbon"]
    assert [one["role"] for one in marked] == ["note"]
    stills = [one["src"] or "" for one in found.all("img") if one.get("class") == "still"]
    drawn = [b64decode(one.partition(",")[2]) for one in stills if "svg" in one[:20]]
    assert len(drawn) == 2
    assert all(b'id="mark"' in svg for svg in drawn)
    plain = page(replace(report, mark=""))
    assert not [one for one in plain.all("div") if one.get("class") == "ribbon"]


def test_figures_tables_and_contents_can_be_found_by_all() -> None:
    """Lost: who cannot see the page, or uses no mouse, would not find their way."""
    found = page(sample_report())
    identities = [one["id"] for _, one in found.elements if one.get("id")]
    assert len(identities) == len(set(identities))
    for link in found.all("a"):
        if (link.get("href") or "").startswith("#"):
            assert (link["href"] or "")[1:] in identities
    assert all(one.get("alt") for one in found.all("img"))
    drawn = [one for one in found.all("div") if one.get("class") == "live"]
    assert [one["aria-label"] for one in drawn] == [
        "A column an arm, depth below the DEJ downwards.",
        "Two lines that rise over the visits.",
    ]
    assert all(one.get("scope") for one in found.all("th"))
    regions = [one for one in found.all("div") if one.get("role") == "region"]
    assert [one["tabindex"] for one in regions] == ["0", "0", "0"]
    assert found.all("html") == [{"lang": "en"}]
    numbers = [text for text in found.texts if re.fullmatch(r"(Figure|Table) \d", text)]
    assert sorted(numbers) == ["Figure 1", "Figure 2", "Figure 3", "Table 1", "Table 2", "Table 3"]


def test_numbers_stand_right_and_as_they_are_printed() -> None:
    """Lost: columns of numbers could not be compared at a glance."""
    found = page(sample_report(rows=3))
    cells = [one for one in found.all("td") if one.get("class") == "number-cell"]
    assert len(cells) == 2 * 2 + 3 * 2
    assert {"0.31", ".018", "–", "Difference", "Expected grade"} <= set(found.texts)
    assert len(found.all("th")) == 3 + 2 + 4 + 3 + 2 + 2  # names of columns, and of rows
    printed = Table(
        "Printed",
        (Column("p"), Column("Change"), Column("Days"), Column("n", "count")),
        (("< .001", "−0.20", "D0", 3), (".046", "1.25", "28", None), ("–", "–", "–", 1)),
    )
    kinds = [one.get("class") for one in page(words_only(printed)).all("th")[:4]]
    assert kinds == ["number-cell", "number-cell", None, "number-cell"]


def test_files_travel_with_the_page_unless_they_are_large() -> None:
    """Lost: the numbers of a figure would be asked for by mail, or no mail would take the page."""
    found = page(sample_report())
    files = {one["download"]: one.get("href") for one in found.all("a") if "download" in one}
    assert set(files) == {
        *("figure-01.svg", "figure-01.csv", "figure-02.svg", "figure-02.csv"),
        *("table-01.csv", "table-02.csv", "table-03.csv"),
        *("scores.csv", "script.py", "settings.json"),
    }
    script = b64decode((files["script.py"] or "").partition(",")[2])
    assert script == b"print('same')\n"
    scores = b64decode((files["scores.csv"] or "").partition(",")[2]).decode()
    assert scores.splitlines()[0] == "subject_id,arm,visit,expected_grade,report_mark"
    large = Attachment("large.json", " " * (LARGEST + 1), "Much.")
    assert "large.json: 0.4 MB, in the ZIP." in page(words_only(large)).texts


def test_a_report_without_figures_carries_no_library() -> None:
    """Lost: five megabytes in each mail, for nothing."""
    content = render(words_only(Paragraph("Words.")), "html")
    assert len(content) < 60_000
    assert len(render(sample_report(), "html")) < 6_000_000


def test_the_message_leads_where_no_paragraph_does() -> None:
    """Lost: a section would begin without its answer, or say it twice."""
    assert page(words_only(Paragraph("More."))).texts.count("Said.") == 1
    assert "Said." not in page(words_only(Paragraph("Rose.", "lead"))).texts


@pytest.mark.parametrize("accent", ["#FFFFFF", "#000000", "#FFEE00"])
def test_any_accent_can_be_read_on_paper(accent: str) -> None:
    """Lost: headings of a company in pale yellow could not be read."""
    report = words_only(Paragraph("Words."))
    content = render(replace(report, brand=replace(report.brand, accent=accent)), "html").decode()
    found = re.search(r"--brand:#(\w\w)(\w\w)(\w\w)", content)
    assert found
    assert max(int(part, 16) for part in found.groups()) <= 0x80


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_any_text_comes_back_as_text(title: str, words: str) -> None:
    """Lost: one odd letter in one name, and the page is broken."""
    report = words_only(Paragraph(words), title=title)
    found = page(replace(report, title=title, made_by=words, mark=title, studies=(words,)))
    plain = page(words_only(Paragraph("Words.")))
    names = [name for name, _ in found.elements]
    expected = [name for name, _ in plain.elements]
    assert sorted(set(names)) == sorted(set(expected))
    assert len([name for name in names if name == "script"]) == 1


def test_elements_escape_all_that_is_no_element() -> None:
    """Lost: the one place where words become markup would let one through."""
    built = tag("p", "<b>", tag("i", "&"), title='"<', hidden=False)
    assert built == '<p title="&quot;&lt;">&lt;b&gt;<i>&amp;</i></p>'
    assert join(f"{built}") == join(str(built)) != built  # what was formatted is text again
    assert isinstance(built, Html)
    with pytest.raises(ValueError, match="own end"):
        raw("script", "'</SCRIPT>'")


def test_data_of_odd_tables_and_pictures() -> None:
    """Lost: a table without rows, or a logo alone, would be an error."""
    report = words_only(Attachment("empty", pd.DataFrame({"x": []}), "Nobody."))
    content = render(replace(report, brand=replace(report.brand, logo=png(), company="")), "html")
    assert b'alt="Logo"' in content
