"""Clicks in the pictures of a scan: a place in the field, or a depth in a section."""

from collections.abc import Callable
from typing import Any

import streamlit as st

KEY = "mark_click"
SCRIPT = """
export default function ({ setTriggerValue }) {
  const area = document.querySelector('.st-key-marking');
  if (!area) return;
  area.onmousedown = (event) => event.target.tagName === 'IMG' && event.preventDefault();
  area.onclick = (event) => {
    if (event.target.tagName !== 'IMG') return;
    document.querySelector(':focus')?.blur();  // so that the arrow keys move the line, not a slider
    const box = event.target.getBoundingClientRect();
    setTriggerValue('clicked', [
      [...area.querySelectorAll('img')].indexOf(event.target),
      (event.clientX - box.left) / box.width,
      (event.clientY - box.top) / box.height,
    ]);
  };
}
"""


def listen(clicked: Callable[[int, float, float], None]) -> None:
    """Hear clicks in the pictures of ``marking``.

    clicked : takes the picture's number, and where in it, as shares of its width and height
    """

    def heard() -> None:
        if (place := parse(st.session_state[KEY].get("clicked"))) is not None:
            clicked(*place)

    with st.container(key="mark_listener"):
        _component()(key=KEY, on_clicked_change=heard)


def parse(value: Any) -> tuple[int, float, float] | None:
    """What the browser sent, where it is a click in one of three pictures; else None.

    >>> parse([2, 0.25, 0.5])
    (2, 0.25, 0.5)
    >>> parse(["2", 0.25]), parse([3, 0.1, 0.1]), parse([0, 1.5, 0.1])
    (None, None, None)
    """
    match value:
        case [int(number), int() | float() as across, int() | float() as down] if (
            0 <= number <= 2 and 0 <= across <= 1 and 0 <= down <= 1
        ):
            return number, float(across), float(down)
    return None


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., Any]:
    return st.components.v2.component("dermdash_picture_clicks", js=SCRIPT)
