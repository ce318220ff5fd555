"""What all printed figures share: paper, fonts, the grade scale, depth downwards.

matplotlib is loaded when the first figure is drawn, not when a page opens.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from io import BytesIO
from threading import RLock
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, get_args

import numpy as np
from numpy.typing import NDArray

from dermdash.errors import InputError
from dermdash.reporting.figures.data import (
    DEPTH_TITLE,
    GRADE_COLOURS,
    GRADES,
    SCORE_NAMES,
    name_lines,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.collections import QuadMesh
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure
    from matplotlib.ticker import Locator

Options = ParamSpec("Options")
FileKind = Literal["svg", "pdf", "png"]

WIDTH_MM = 170  # the text of an A4 page with margins of 20 mm
PX_PER_INCH = 96  # heights are given in pixels of a page, as on screen
DOTS_PER_INCH = 300
SEAM = 0.7  # points by which cells of a heatmap overlap, or viewers show white lines between them
ACCENT = "#5546A8"
NEUTRAL = "#6F6F6F"
MARK = "mark"
STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters on every machine
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": NEUTRAL,
    "axes.linewidth": 0.8,
    "xtick.color": NEUTRAL,
    "xtick.labelcolor": "black",
    "ytick.color": NEUTRAL,
    "ytick.labelcolor": "black",
    "legend.frameon": False,
    "lines.solid_capstyle": "round",
    "text.parse_math": False,  # a name with two $ is a name
    "axes.unicode_minus": True,
    "svg.hashsalt": "dermdash",  # the same figure, the same bytes
    "svg.fonttype": "path",
    "pdf.fonttype": 42,  # letters that can be searched and edited
}

_SETTINGS = RLock()  # matplotlib's settings are shared by all threads


@contextmanager
def _settings() -> Iterator[None]:
    """The settings of printed figures, whatever a user's own are."""
    from matplotlib import style

    with _SETTINGS, style.context(STYLE, after_reset=True):
        yield


def on_paper(draw: Callable[Options, "Figure"]) -> Callable[Options, "Figure"]:
    """Make a function draw under the settings of printed figures."""

    @wraps(draw)
    def drawn(*args: Options.args, **kwargs: Options.kwargs) -> "Figure":
        with _settings():
            return draw(*args, **kwargs)

    return drawn


def save(figure: "Figure", kind: FileKind, *, mark: str = "") -> bytes:
    """The file of a printed figure: the same bytes for the same figure, without a date.

    kind : ``svg`` and ``pdf`` are vectors, letters as outlines in one and embedded in the other;
        ``png`` has 300 dots an inch
    mark : what must be said wherever the figure goes, such as "SYNTHETIC"; printed under it

    Raises
    ------
    InputError
        The kind is unknown.
    """
    if kind not in get_args(FileKind):
        raise InputError(f"kind={kind!r} is no file of a figure; choose svg, pdf or png")
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    file = BytesIO()
    with _settings():
        if mark:
            _print_mark(figure, lettered(mark))
        figure.savefig(file, format=kind, dpi=DOTS_PER_INCH, metadata=undated)
    return file.getvalue()


def _print_mark(figure: "Figure", words: str) -> None:
    """Words at the foot, in room of their own, in the place of those of an earlier file."""
    for earlier in [one for one in figure.texts if one.get_gid() == MARK]:
        earlier.remove()
    foot = 14 / (72 * figure.get_figheight())
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(rect=(0, foot, 1, 1 - foot))  # type: ignore[call-arg]
    figure.text(0.99, foot / 3, words, ha="right", va="bottom", fontsize=7, color=NEUTRAL, gid=MARK)


def paper(height: int) -> tuple["Figure", "Axes"]:
    """A figure as wide as a page's text, with axes; ``height`` in pixels of 1/96 inch."""
    figure = sheet(height)
    return figure, figure.subplots()


def sheet(height: int) -> "Figure":
    """An empty figure as wide as a page's text."""
    from matplotlib.figure import Figure

    return Figure(figsize=(WIDTH_MM / 25.4, height / PX_PER_INCH), layout="constrained")


def lettered(words: str) -> str:
    """Words with U+XXXX in the place of letters that the font lacks.

    >>> lettered("cream ✓ 肌")
    'cream ✓ U+808C'
    """
    from matplotlib.font_manager import findfont, get_font

    known = get_font(findfont("DejaVu Sans")).get_charmap()
    return "".join(
        letter if ord(letter) in known or letter == "\n" else f"U+{ord(letter):04X}"
        for letter in words
    )


def name_on(name: str, *, width: int = 16) -> str:
    """A user's name on lines of about ``width`` letters, fit for the font."""
    return "\n".join(name_lines(lettered(name), width=width))


def upright(words: str, height: int) -> str:
    """An axis title on lines that fit beside a figure of this height."""
    return name_on(words, width=max(20, (height - 110) // 7))


def key(figure: "Figure", *, columns: int = 2) -> None:
    """The legend above the figure, of whatever has a label; long names keep to their lines."""
    handles, labels = [], []
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            if label not in labels:
                handles.append(handle)
                labels.append(label)
    if handles:
        figure.legend(handles, labels, loc="outside upper left", ncols=columns)


def grade_map(colours: str) -> tuple["Colormap", "Normalize"]:
    """The one grade scale of every heatmap: 1 to 4, mixed between whole grades."""
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    return LinearSegmentedColormap.from_list("grades", GRADE_COLOURS[colours]), Normalize(1, 4)


def grade_bar(figure: "Figure", drawn: "ScalarMappable", axes: "Axes", *, score: str) -> None:
    bar = figure.colorbar(drawn, ax=axes, ticks=list(GRADES), aspect=30, pad=0.02)
    bar.set_label(f"{SCORE_NAMES[score]} (1 to 4)")
    plain_bar(bar)


def plain_bar(bar: "Colorbar") -> None:
    """No frame, and cells that stay vectors."""
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set(rasterized=False, edgecolor="face", linewidth=SEAM)


def column(
    axes: "Axes",
    place: int,
    depth_um: NDArray[Any],
    values: NDArray[np.float64],
    *,
    scale: tuple["Colormap", "Normalize"],
    half: float = 0.46,
) -> "QuadMesh":
    """One column of a heatmap around ``place``, a cell a µm; nothing where a value is missing."""
    edges = np.append(depth_um - 0.5, depth_um[-1] + 0.5)
    colours, norm = scale
    return axes.pcolormesh(
        [place - half, place + half],
        edges,
        np.ma.masked_invalid(values)[:, None],
        cmap=colours,
        norm=norm,
        edgecolors="face",  # no white hairlines between cells
        linewidth=SEAM,
    )


def depth_down(axes: "Axes", depth_um: NDArray[Any], *, title: bool = True) -> None:
    first, last = (depth_um[0], depth_um[-1]) if len(depth_um) else (0, 69)
    axes.set_ylim(float(last) + 0.5, float(first) - 0.5)
    axes.yaxis.set_major_locator(every(10))
    if title:
        axes.set_ylabel(DEPTH_TITLE)


def places(axes: "Axes", labels: Sequence[str], *, room: float = 0.6) -> None:
    """Names under 0, 1, 2 ..."""
    axes.set_xticks(range(len(labels)), labels)
    axes.tick_params(axis="x", length=0)
    axes.set_xlim(-room, len(labels) - 1 + room)


def every(step: float) -> "Locator":
    """Ticks at the multiples of a step."""
    from matplotlib.ticker import MultipleLocator

    return MultipleLocator(step)
