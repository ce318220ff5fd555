"""What to do next in a study."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dermdash.ui.cells import plural
from dermdash.ui.places import result_page


@dataclass(frozen=True, slots=True)
class Step:
    """What a study needs next: why, as a button, and the page that does it."""

    reason: str
    verb: str
    icon: str
    page: str


def next_step(counts: Mapping[str, Any], *, making: int = 0) -> Step:
    """The one thing to do next, from a row of ``list_studies``.

    making : scans that are still being made

    >>> next_step({"n_scans": 0}).verb
    'Add scans'
    >>> next_step({"n_scans": 9, "n_no_dej": 2, "state": "locked"}).verb
    'See the result'
    """
    if counts.get("state", "collecting") != "collecting":
        page = result_page(str(counts.get("kind", "cohorts")))
        return Step("The data are locked", "See the result", "bar_chart", page)
    match counts:
        case {"n_scans": 0} if not making:
            step = Step("No scans yet", "Add scans", "upload_file", "data/add_scans.py")
        case _ if making:
            reason = plural(making, "scan is being made", "scans are being made")
            step = Step(reason, "Watch the queue", "pending", "tools/queue.py")
        case {"n_no_dej": waiting} if waiting:
            reason = plural(waiting, "scan waits for a DEJ", "scans wait for a DEJ")
            step = Step(reason, "Mark the DEJ", "edit", "data/mark_dej.py")
        case {"n_cannot_tell": unclear} if unclear:
            reason = plural(unclear, "scan has", "scans have") + " a DEJ that no reader could tell"
            step = Step(reason, "Decide about them", "help", "data/scan.py")
        case {"n_failed": failed} if failed:
            reason = plural(failed, "grading failed", "gradings failed")
            step = Step(reason, "See why", "error", "tools/queue.py")
        case {"n_queued": queued} if queued:
            reason = plural(queued, "scan is being graded", "scans are being graded")
            step = Step(reason, "Watch the queue", "pending", "tools/queue.py")
        case _:
            page = result_page(str(counts.get("kind", "cohorts")))
            step = Step("All scans are graded", "See the result", "bar_chart", page)
    return step
