"""Every page of the app with every tab, as one visitor gets it: elements, files, addresses."""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
SHELL = ROOT / "dermdash/ui/shell.py"


@dataclass
class Heard:
    """What went to a visitor's browser.

    said : by page and tab, all bytes of all elements
    charts : by page and tab, the charts as they are drawn
    files : by name, what a press on a download button gives
    """

    said: dict[str, bytes] = field(default_factory=dict)
    charts: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def tells(self, word: str) -> list[str]:
        """Where a word stands, whatever its case: pages with tabs, names of files, files."""
        wanted = word.casefold().encode()
        pages = [place for place, said in self.said.items() if wanted in said.lower()]
        files = [
            name
            for name, content in self.files.items()
            if wanted in content.lower() or word.casefold() in name.casefold()
        ]
        return pages + files


def navigation() -> list[str]:
    """The places of all pages, as the shell names them."""
    texts = (
        node.value
        for node in ast.walk(ast.parse(SHELL.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return [text for text in texts if text.endswith(".py") and "/" in text]


def crawl(*, name: str, queries: dict[str, dict[str, str]] | None = None) -> Heard:
    """Open every page, then every tab that runs only when it is opened.

    queries : by page, what its address holds for a second look at it
    """
    heard = Heard()
    with _download_buttons(heard.files):
        for page in navigation():
            looks = [{}, *([queries[page]] if queries and page in queries else [])]
            for query in looks:
                _open(heard, page, name, query)
    return heard


def _open(heard: Heard, page: str, name: str, query: dict[str, str]) -> None:
    app = AppTest.from_file(str(SHELL), default_timeout=120)
    app.session_state["name"] = name
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page(str(ROOT / "pages" / page))
    app.run()
    place = f"{page} {query or ''}".strip()
    _listen(heard, app, place)
    for key, labels in _lazy_tabs(app):
        for label in labels:
            app.session_state[key] = label
            app.run()
            _listen(heard, app, f"{place} > {label}")


def _listen(heard: Heard, app: AppTest, place: str) -> None:
    assert not app.exception, (place, app.exception)
    nodes = [node for node in app._tree if getattr(node, "proto", None) is not None]
    address = repr(dict(app.query_params)).encode()
    heard.said[place] = b"\n".join([address, *(node.proto.SerializeToString() for node in nodes)])
    heard.charts[place] = [node.proto.spec for node in nodes if node.type == "plotly_chart"]


def _lazy_tabs(app: AppTest) -> list[tuple[str, list[str]]]:
    """Tabs with a key, of which only the open one runs, and the labels of the others."""
    return [
        (node.key, [child.label for child in node.children.values()][1:])
        for node in app._tree
        if node.type == "tab_container" and node.key in app.session_state
    ]


@contextmanager
def _download_buttons(files: dict[str, bytes]) -> Iterator[None]:
    """Keep what every download button would give; pictures as SVG, whose text is text."""

    def keeping(real: Callable[..., Any]) -> Callable[..., Any]:
        def button(*args: Any, **options: Any) -> Any:
            given = dict(zip(("label", "data", "file_name", "mime"), own(args), strict=False))
            given |= options
            name, data = str(given.get("file_name")), given.get("data")
            if not name.endswith(".png") and name not in files:
                content = data() if callable(data) else data
                files[name] = content.encode() if isinstance(content, str) else bytes(content)
            return real(*args, **options)

        def own(args: tuple[Any, ...]) -> tuple[Any, ...]:
            return args[1:] if args and isinstance(args[0], DeltaGenerator) else args

        return button

    method, function = DeltaGenerator.download_button, st.download_button
    with (
        patch.object(DeltaGenerator, "download_button", keeping(method)),
        patch.object(st, "download_button", keeping(function)),
    ):
        yield
