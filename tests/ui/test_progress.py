"""The worker's state in words."""

import pytest

from dermdash.trial.queue import QueueSummary
from dermdash.ui.progress import worker_sentence


@pytest.mark.parametrize(
    ("summary", "alive", "by_server", "sentence"),
    [
        (QueueSummary(0, 0, 2, 0.0), True, True, "idle"),
        (QueueSummary(33, 1, 0, 125.0), True, True, "34 jobs left, about 2 min"),
        (QueueSummary(0, 1, 0, None), True, True, "1 job left"),
        (QueueSummary(0, 0, 0, 0.0), False, True, "starting"),
        (QueueSummary(3, 0, 0, None), False, True, "starting, 3 jobs left"),
        (
            QueueSummary(3, 0, 0, None),
            False,
            False,
            "not running: start it with `dermdash work` (3 jobs left)",
        ),
    ],
)
def test_the_state_is_one_line_with_its_remedy(
    summary: QueueSummary, alive: bool, by_server: bool, sentence: str
) -> None:
    """A worker that stands still would look like one that works."""
    assert worker_sentence(summary, alive=alive, started_by_server=by_server) == sentence
