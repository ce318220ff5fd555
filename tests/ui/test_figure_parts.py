"""A figure under which its files stand."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dermdash.reporting.figures import print as printed
from dermdash.ui import figure_parts
from tests.support.drawings import texts


def page() -> None:
    from dermdash.ui.figure_parts import show_figure
    from tests.support.drawings import Numbers

    study = Numbers()
    show_figure(
        lambda on: on.sensitivity_curve(study.shifts, difference="a − b"),
        name="Night cream DEJ sensitivity",
        key="sensitivity",
        mark="SYNTHETIC",
    )


def test_each_figure_has_two_files() -> None:
    """A figure could be looked at only."""
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
    buttons = [element.proto for element in app.get("download_button")]
    assert [button.label for button in buttons] == ["PNG", "SVG"]


def test_the_files_are_drawn_at_the_click(monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a page would wait for files that nobody asked for."""
    kept: list[tuple[Any, str]] = []
    monkeypatch.setattr(
        figure_parts.st,
        "download_button",
        lambda label, data, name, *_, **__: kept.append((data, name)),
    )
    rooms: list[Any] = []

    def draw(on: Any) -> Any:
        rooms.append(on)
        from tests.support.drawings import Numbers

        return on.sensitivity_curve(Numbers().shifts, difference="a − b")

    figure_parts.downloads(draw, name="n", key="k", mark="SYNTHETIC")
    assert rooms == []
    assert [name for _, name in kept] == ["n.png", "n.svg"]
    assert kept[0][0]().startswith(b"\x89PNG")
    assert b"<svg" in kept[1][0]()
    assert rooms == [printed, printed]
    figure = draw(printed)
    printed.save(figure, "svg", mark="SYNTHETIC")
    assert "SYNTHETIC" in texts(figure)
