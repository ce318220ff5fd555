"""A report as one HTML file: figures that answer to the pointer, nothing fetched from anywhere."""

import hashlib
import json
from base64 import b64encode
from collections.abc import Sequence
from importlib.resources import files

from dermdash.reporting.blocks import Figure, names_of
from dermdash.reporting.figures import screen
from dermdash.reporting.figures.screen.embedded import figure_values, library_script
from dermdash.reporting.formats.files import blocks_of, number_blocks
from dermdash.reporting.formats.office import ink
from dermdash.reporting.formats.visible import visible
from dermdash.reporting.formats.web_blocks import section_html
from dermdash.reporting.formats.web_html import Html, data_url, join, raw, tag
from dermdash.reporting.report import Report

HERE = files("dermdash.reporting.formats")


def write(report: Report) -> bytes:
    """The report as a page in UTF-8: the same bytes for the same report."""
    scripts = _scripts(report)
    page = join(
        Html("<!doctype html>\n"),
        tag("html", _head(report, scripts), _body(report, scripts), lang="en"),
    )
    return f"{page}\n".encode()


def _head(report: Report, scripts: Sequence[str]) -> Html:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(scripts)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="generator", content=report.software),
        tag("title", f"{report.title} · {report.mark}" if report.mark else report.title),
        raw("style", _style(report)),
    )


def _body(report: Report, scripts: Sequence[str]) -> Html:
    sections = number_blocks(report)
    return tag(
        "body",
        tag("a", "To the report", href="#report", class_="skip"),
        tag("div", report.mark, class_="ribbon", role="note") if report.mark else Html(),
        tag(
            "div",
            _contents(report),
            tag(
                "main",
                _header(report),
                *(section_html(report, content, blocks) for content, blocks in sections),
                tag("footer", f"{report.title}. Made by {report.made_by}, {report.made}."),
                id="report",
            ),
            class_="frame",
        ),
        _figures(report),
        *(raw("script", script) for script in scripts),
        class_="marked" if report.mark else None,
    )


def _contents(report: Report) -> Html:
    items = (
        tag("li", tag("a", tag("span", content.title), href=f"#section-{place}"))
        for place, content in enumerate(report.sections, start=1)
    )
    held = tag("details", tag("summary", "Contents"), tag("ol", *items), open=True)
    return tag("nav", held, class_="contents", aria_label="Contents")


def _header(report: Report) -> Html:
    brand = report.brand
    logo = Html()
    if brand.logo:
        logo = tag(
            "img", src=data_url(brand.logo, "image/png"), alt=f"Logo {brand.company}".strip()
        )
    facts = (
        ("Studies", names_of(report.studies)),
        ("Made by", report.made_by),
        ("Made at", report.made),
        ("Software", report.software),
    )
    return tag(
        "header",
        tag("p", logo, brand.company, class_="brand") if logo or brand.company else Html(),
        tag("h1", report.title),
        tag("dl", *(join(tag("dt", name), tag("dd", what)) for name, what in facts if what)),
    )


def _figures(report: Report) -> Html:
    """What the script draws, as values that no browser runs."""
    figures = {
        f"live-{one.number}": figure_values(one.block.on(screen))
        for one in blocks_of(report, Figure)
    }
    text = json.dumps(figures, separators=(",", ":")).replace("<", "\\u003c")
    return raw("script", text, type="application/json", id="figures") if figures else Html()


def _scripts(report: Report) -> list[str]:
    """Ours, and the library of the figures where there are any."""
    names = ["web_contents.js"]
    library = []
    if next(blocks_of(report, Figure), None) is not None:
        library = [library_script()]
        names.append("web.js")
    return [*library, *(_own(name) for name in names)]


def _policy(scripts: Sequence[str]) -> str:
    """No network, no plugins, no forms, and no script but the ones that stand here."""
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _style(report: Report) -> str:
    """The look, in the brand's accent; the mark and the number on each printed page."""
    mark = "".join(f"\\{ord(letter):06x}" for letter in visible(report.mark))
    return (
        f":root{{--brand:{ink(report.brand.accent)}}}\n"
        f"@page{{margin:20mm 18mm;@top-right{{content:'{mark}';font:600 7pt sans-serif;"
        "color:#7d5200}@bottom-right{content:counter(page);font:8pt sans-serif;color:#5b5863}}\n"
        f"{_own('web.css')}"
    )


def _own(name: str) -> str:
    return HERE.joinpath(name).read_text(encoding="utf-8")
