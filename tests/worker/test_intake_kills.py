"""Files on their way into the store, under real kills: none is lost, none is stored twice."""

from pathlib import Path

from tests.support.killing import Intake


def test_an_intake_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    """A power cut during the intake of a trial would cost files, or double them."""
    intake = Intake(tmp_path, victims=("worker", "engine", "import"), seed=3, processes=1)
    out = intake.run(times=3, files=4)
    assert out.wrong == []
    assert (out.scans, out.volumes, out.gradings) == (out.offered,) * 3
    assert out.kills.total() == 3
