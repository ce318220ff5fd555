"""A figure on a page, and the files in which it can be taken away."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from dermdash.reporting.figures import print as printed
from dermdash.reporting.figures import screen

FILES: tuple[tuple[printed.FileKind, str], ...] = (
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
)


def show_figure(draw: Callable[[Any], Any], *, name: str, key: str, mark: str = "") -> None:
    """A figure on the page with its PNG and SVG under it, drawn for paper at the click.

    draw : makes the figure with the functions of the room that it is given, ``figures.screen`` or
        ``figures.print``, which have the same names: ``lambda on: on.qq_plot(plot)``
    name : of the files, without ending; key : of the chart, unlike any other on the page
    mark : what is printed under the files, as ``ribbon.mark`` gives it
    """
    st.plotly_chart(draw(screen), config=screen.toolbar(name), key=key)
    downloads(draw, name=name, key=key, mark=mark)


def downloads(draw: Callable[[Any], Any], *, name: str, key: str, mark: str = "") -> None:
    """The buttons alone; as in ``show_figure``."""
    with st.container(horizontal=True, gap="small", key=f"files {key}"):
        for kind, mime in FILES:
            st.download_button(
                kind.upper(),
                partial(_file, draw, kind, mark),
                f"{name}.{kind}",
                mime,
                key=f"{kind} {key}",
                on_click="ignore",
                type="tertiary",
                icon=":material/image:",
                help=f"The figure as {kind.upper()}, for documents and slides",
            )


def _file(draw: Callable[[Any], Any], kind: printed.FileKind, mark: str) -> bytes:
    return printed.save(draw(printed), kind, mark=mark)
