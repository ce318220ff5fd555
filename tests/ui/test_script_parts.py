"""The code of a comparison on a page."""

from streamlit.testing.v1 import AppTest

from dermdash.reporting.script import write_script
from dermdash.stats.comparison import compare
from tests.support.scores import paper
from tests.support.scripts import ARMS


def page(rows: int) -> None:
    """What `show_code` shows of the paper's groups, given the first rows of their table."""
    from dermdash.stats.comparison import compare
    from dermdash.ui.script_parts import show_code
    from tests.support.scores import paper
    from tests.support.scripts import ARMS

    show_code(compare(paper(), ARMS), paper()[:rows], source="a test")


def test_the_code_stands_beside_its_downloads() -> None:
    """Lost: the result could not be checked by anybody else."""
    app = AppTest.from_function(page, args=(36,), default_timeout=30).run()
    assert not app.exception
    script = write_script(compare(paper(), ARMS), paper(), source="a test")
    (code,) = app.code
    assert code.value == script.text.rstrip()
    assert [button.label for button in app.get("download_button")] == [
        "Script and table as ZIP",
        "Script as PY",
        "Table as CSV",
    ]


def test_a_table_that_was_not_compared_gets_a_sentence() -> None:
    """Lost: a traceback would stand in the place of the code."""
    app = AppTest.from_function(page, args=(24,), default_timeout=30).run()
    assert not app.exception
    assert not app.code
    words = app.caption[0].value.replace("\\", "")
    assert words.startswith("No script: the table's arms and visits (2 and 1) are not those")
