"""Responders on screen."""

from collections.abc import Mapping

import plotly.graph_objects as go

from dermdash.reporting.figures.data import SCORE_NAMES, as_named, wrapped
from dermdash.reporting.figures.data_responders import ResponderPoints, responded
from dermdash.reporting.figures.screen.style import ACCENT, MARGINS, NEUTRAL, faint, places
from dermdash.stats.responders import SLACK


def responder_points(
    points: ResponderPoints,
    arm_colours: Mapping[str, str],
    *,
    score: str,
    visit: str,
    height: int = 400,
) -> go.Figure:
    """A point a subject's change: full where it reaches the threshold, hollow where it does not.

    The band is what measurement error alone can show (smallest detectable change).
    """
    figure = go.Figure()
    if points.sdc is not None:
        figure.add_hrect(
            y0=-points.sdc,
            y1=points.sdc,
            fillcolor=faint(ACCENT),
            line={"width": 0},
            layer="below",
        )
    way = 1 if points.threshold > 0 else -1
    for place, arm in enumerate(points.arms):
        reached = way * arm.change >= abs(points.threshold) - SLACK
        colour = arm_colours[arm.arm]
        figure.add_scatter(
            x=place + arm.offset,
            y=arm.change,
            mode="markers",
            marker={
                "size": 10,
                "symbol": ["circle" if yes else "circle-open" for yes in reached],
                "color": colour,
                "line": {"color": colour, "width": 1.5},
            },
            customdata=[as_named(subject) for subject in arm.subject_id],
            hovertemplate="%{customdata}: %{y:+.2f}<extra></extra>",
            showlegend=False,
        )
    figure.add_hline(y=0, line={"color": NEUTRAL, "width": 1, "dash": "dot"})
    figure.add_hline(
        y=points.threshold,
        line={"color": NEUTRAL, "width": 1.5},
        annotation={
            "text": f"threshold {points.threshold:+.2f}".replace("-", "−"),
            "xanchor": "right",
        },
    )
    figure.update_layout(height=height, margin={**MARGINS, "b": 64})
    places(
        figure,
        [f"{wrapped(arm.arm)}<br>{responded(arm)}" for arm in points.arms],
    )
    figure.update_yaxes(
        title=f"change in {SCORE_NAMES[score]} by {as_named(visit)}",
        range=[-points.reach, points.reach],
        zeroline=False,
    )
    return figure
