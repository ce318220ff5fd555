"""The designs that can be planned, each as a small picture."""

from dataclasses import dataclass

WIDTH, HEIGHT = 150, 62
GREY, BLUE, ORANGE, GREEN = "#8a8a8a", "#0072b2", "#e69f00", "#009e73"
SPREAD = (-13, -6, -2, 3, 8, 14)  # of the points around a mean, in pixels
SIDEWAYS = (0, -5, 4, -3, 5, -1)


@dataclass(frozen=True, slots=True)
class Picture:
    """A design to choose: its name, what it asks, and what it looks like.

    svg : 150 x 62 pixels, readable on light and dark paper
    """

    key: str
    name: str
    asks: str
    svg: str


def _svg(*parts: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}">{"".join(parts)}</svg>'
    )


def _group(x: float, mean: float, colour: str) -> str:
    """Points around a mean."""
    points = "".join(
        f'<circle cx="{x + aside}" cy="{mean + up}" r="2.4" fill="{colour}" opacity="0.75"/>'
        for aside, up in zip(SIDEWAYS, SPREAD, strict=True)
    )
    return points + _line([(x - 12, mean), (x + 12, mean)], colour, 2.2)


def _line(points: list[tuple[float, float]], colour: str, width: float) -> str:
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _pair(before: float, after: float) -> str:
    ends = ((48, before), (102, after))
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="2.6" fill="{BLUE}"/>' for x, y in ends)
    return _line([*ends], BLUE, 1.2) + dots


def _visits(heights: tuple[float, float, float], colour: str) -> str:
    places = list(zip((28.0, 75.0, 122.0), heights, strict=True))
    dots = "".join(f'<circle cx="{x}" cy="{y}" r="3.2" fill="{colour}"/>' for x, y in places)
    return _line(places, colour, 2.2) + dots


PICTURES = (
    Picture(
        "two_arms",
        "Two arms",
        "Do two groups differ at one visit?",
        _svg(_group(50, 38, GREY), _group(100, 22, BLUE)),
    ),
    Picture(
        "arms",
        "Several arms",
        "Which of several groups differ?",
        _svg(_group(27, 40, GREY), _group(75, 31, BLUE), _group(123, 21, ORANGE)),
    ),
    Picture(
        "paired",
        "Paired",
        "Before against after, or one side against the other",
        _svg(*(_pair(b, a) for b, a in ((54, 40), (46, 36), (40, 22), (30, 24), (22, 9)))),
    ),
    Picture(
        "change",
        "Change against a control",
        "Do arms differ at a later visit, given each baseline?",
        _svg(_visits((44, 43, 45), GREY), _visits((45, 30, 15), BLUE)),
    ),
)
