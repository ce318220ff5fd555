"""Figures within a file that somebody opens without this program."""

import json
from typing import Any

import plotly.graph_objects as go


def library_script() -> str:
    """plotly.js, whole, as the text of one script."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def figure_values(figure: go.Figure) -> dict[str, Any]:
    """What plotly.js draws, as plain values: ``data`` and ``layout``, without a template.

    The same figure gives the same values; numbers keep all their digits.
    """
    bare = go.Figure(figure)
    bare.layout.template = None
    values = json.loads(bare.to_json(engine="json"))
    values["layout"].pop("template", None)
    return {"data": values["data"], "layout": values["layout"]}
