"""Figures on paper: vectors, the same bytes each time, names as written and readable."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from dermdash.errors import InputError
from dermdash.reporting.figures import print as printed
from dermdash.reporting.figures import screen
from dermdash.reporting.figures.data import DifferenceHeatmap, brackets, depth_heatmap, layer_map
from dermdash.reporting.figures.data_brackets import Bracket
from dermdash.reporting.figures.data_residuals import quantile_plot
from dermdash.reporting.figures.data_shares import class_shares
from dermdash.reporting.figures.data_subjects import subject_heatmap
from dermdash.reporting.figures.print.style import on_paper, paper
from dermdash.reporting.tables import layer_table
from dermdash.stats.plan import Plan
from dermdash.stats.residuals import residuals
from tests.support.drawings import (
    ARMS,
    COLOURS,
    SCORE,
    Numbers,
    graded,
    power_points,
    responder_changes,
    texts,
    tipping_points,
)

STUDY = Numbers()
TWO = {"placebo": "#7f7f7f", "active": "#0072b2"}
SUBJECTS, GROUPS = STUDY.cohort.subjects, STUDY.cohort.groups
SHARES = class_shares(STUDY.layers, list(ARMS))
LEFT = residuals(
    SUBJECTS.astype({"arm": "str"}), Plan(SCORE, between="arm", subject="subject_id"), "arms"
)
FIRST, SECOND, _ = ARMS
MARKS = [Bracket(a, b, "p < .001 ***") for a, b in combinations(ARMS, 2)]
DIFFERENCE = DifferenceHeatmap(
    FIRST,
    SECOND,
    ["D28", "D56"],
    np.arange(70),
    np.linspace(-1, 1, 140).reshape(70, 2),
    [(6, 5)] * 2,
)
POWER = power_points()
RESPONDERS = responder_changes(FIRST, SECOND)
TIPPING = tipping_points(FIRST, SECOND)

FIGURES: dict[str, Callable[[Any], Any]] = {
    "heatmap": lambda on: on.cohort_heatmap(depth_heatmap(STUDY.groups, list(ARMS)), score=SCORE),
    "subjects": lambda on: on.subject_heatmap(
        subject_heatmap(STUDY.cohort.profiles, list(ARMS), score=SCORE), score=SCORE
    ),
    "points": lambda on: on.subject_points(SUBJECTS, GROUPS, COLOURS, score=SCORE, brackets=MARKS),
    "bars": lambda on: on.group_bars(GROUPS, COLOURS, score=SCORE, brackets=MARKS),
    "lines": lambda on: on.group_lines(STUDY.groups, COLOURS, score=SCORE),
    "shares": lambda on: on.class_shares(SHARES),
    "shares by depth": lambda on: on.class_shares_by_depth(SHARES),
    "quantiles": lambda on: on.qq_plot(quantile_plot(LEFT.residual)),
    "residuals": lambda on: on.residual_plot(LEFT, COLOURS),
    "band": lambda on: on.difference_band(
        STUDY.along.depthwise, STUDY.along.depthwise.contrasts[0], score=SCORE
    ),
    "changes": lambda on: on.change_lines(STUDY.changes, TWO, score=SCORE),
    "spaghetti": lambda on: on.subject_lines(STUDY.cells, TWO, score=SCORE),
    "difference": lambda on: on.difference_heatmap(DIFFERENCE, score=SCORE),
    "power": lambda on: on.power_lines(POWER, score=SCORE),
    "responders": lambda on: on.responder_points(RESPONDERS, COLOURS, score=SCORE, visit="D56"),
    "tipping": lambda on: on.tipping_curve(TIPPING, score=SCORE),
    "profile": lambda on: on.depth_profile(layer_table(graded()), chosen_um=20),
    "profile of one patch": lambda on: on.depth_profile(layer_table(graded(crops=1))),
    "layers": lambda on: on.layer_grades(layer_map(graded()), chosen=(20, 1)),
    "sensitivity": lambda on: on.sensitivity_curve(STUDY.shifts, difference=f"{FIRST} − {SECOND}"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_vectors_have_the_same_bytes_each_time_and_no_date(name: str) -> None:
    """Two reports of the same results would differ, or a figure be pixels where it is enlarged."""
    draw = FIGURES[name]
    svg = printed.save(draw(printed), "svg", mark="SYNTHETIC")
    assert svg == printed.save(draw(printed), "svg", mark="SYNTHETIC")
    assert b"<image" not in svg
    assert b"dc:date" not in svg
    assert b"<text" not in svg  # letters are outlines: no font is missing anywhere
    pdf = printed.save(draw(printed), "pdf")
    assert pdf == printed.save(draw(printed), "pdf")
    assert b"CreationDate" not in pdf
    assert b"/FontFile2" in pdf
    assert b"/Subtype /Image" not in pdf


@pytest.mark.parametrize("name", FIGURES)
def test_no_words_stand_on_others_or_outside(name: str) -> None:
    """A label could not be read, with names as long as people write them."""
    figure = FIGURES[name](printed)
    figure.draw_without_rendering()
    frame, boxes = figure.bbox, _boxes(figure)
    assert boxes
    for words, box in boxes:
        assert box.x0 >= frame.x0 - 1, words
        assert box.y0 >= frame.y0 - 1, words
        assert box.x1 <= frame.x1 + 1, words
        assert box.y1 <= frame.y1 + 1, words
    for (words, box), (others, other) in combinations(boxes, 2):
        assert not _cover(box, other), (words, others)


def _boxes(figure: Any) -> list[tuple[str, Any]]:
    """Each text that shows, with the room that it takes."""
    from matplotlib.text import Text

    shown = [one for one in figure.findobj(Text) if one.get_visible() and one.get_text().strip()]
    outside = {
        id(label)
        for axes in figure.axes
        for axis, (low, high) in (
            (axes.xaxis, sorted(axes.get_xlim())),
            (axes.yaxis, sorted(axes.get_ylim())),
        )
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
        if not low <= tick.get_loc() <= high
    }
    return [(one.get_text(), one.get_window_extent()) for one in shown if id(one) not in outside]


def _cover(a: Any, b: Any, *, slack: float = 1.5) -> bool:
    wide = min(a.x1, b.x1) - max(a.x0, b.x0)
    high = min(a.y1, b.y1) - max(a.y0, b.y0)
    return bool(wide > slack and high > slack)


def test_names_are_written_as_they_are() -> None:
    """A name with dollars would become a formula, a letter without a glyph an empty box."""
    words = " ".join(texts(FIGURES["bars"](printed)))
    assert "old <b>, $x$ & not photo-exposed" in words
    assert "ältere U+808C 😀" in words


def test_each_file_opens_with_what_it_is() -> None:
    """A download would not open."""
    figure = FIGURES["changes"](printed)
    assert printed.save(figure, "png").startswith(b"\x89PNG")
    assert printed.save(figure, "pdf").startswith(b"%PDF")
    assert b"<svg" in printed.save(figure, "svg")
    with pytest.raises(InputError, match="gif"):
        printed.save(figure, "gif")  # type: ignore[arg-type]


def test_the_mark_is_printed_once_in_room_of_its_own() -> None:
    """A figure of phantoms would pass for one of skin, or the mark cover an axis."""
    figure = FIGURES["shares by depth"](printed)
    for _ in range(2):
        printed.save(figure, "svg", mark="SYNTHETIC")
    boxes = _boxes(figure)
    marks = [box for words, box in boxes if words == "SYNTHETIC"]
    assert len(marks) == 1
    assert not any(_cover(marks[0], box) for words, box in boxes if words != "SYNTHETIC")


def test_nobody_s_settings_change_a_figure_or_are_changed() -> None:
    """A user's matplotlibrc would restyle a report; a report would restyle a user's notebook."""
    import sys

    import matplotlib

    before = set(sys.modules)
    plain = printed.save(FIGURES["changes"](printed), "svg")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": "x"}):
        assert printed.save(FIGURES["changes"](printed), "svg") == plain
        assert matplotlib.rcParams["font.size"] == 30
    assert "matplotlib.pyplot" not in set(sys.modules) - before


def test_several_people_may_draw_at_once() -> None:
    """Two downloads at the same moment would take each other's settings."""
    alone = {name: printed.save(FIGURES[name](printed), "svg") for name in ("changes", "shares")}
    names = list(alone) * 3
    with ThreadPoolExecutor(4) as pool:
        files = pool.map(lambda name: printed.save(FIGURES[name](printed), "svg"), names)
        assert list(files) == [alone[name] for name in names]


def test_a_figure_of_nobody_is_empty_not_broken() -> None:
    """A study whose arm has no scans yet would show a traceback."""
    groups = GROUPS.assign(n_subjects=[6, 0, 1], mean=[3.0, np.nan, 2.0], sd=[0.3, np.nan, np.nan])
    for on in (screen, printed):
        on.group_bars(groups, COLOURS, score=SCORE, brackets=brackets([]))
        on.subject_points(SUBJECTS, groups, COLOURS, score=SCORE)
        on.class_shares(class_shares(STUDY.layers, [*ARMS, "nobody"]))
        on.class_shares_by_depth(class_shares(STUDY.layers, [*ARMS, "nobody"]))
    nobody = subject_heatmap(STUDY.cohort.profiles.iloc[:0], list(ARMS), score=SCORE)
    for on in (screen, printed):
        on.subject_heatmap(nobody, score=SCORE)
    assert "n = 0" in " ".join(texts(printed.group_bars(groups, COLOURS, score=SCORE)))


def test_every_figure_has_its_twin() -> None:
    """A figure could be seen, but not be taken into a report."""
    assert set(screen.__all__) - {"toolbar"} <= set(printed.__all__)


def test_settings_hold_while_a_figure_is_drawn() -> None:
    """A figure would be drawn in two styles."""

    @on_paper
    def draw() -> Any:
        return paper(200)[0]

    figure = draw()
    assert figure.axes[0].spines["top"].get_visible() is False
