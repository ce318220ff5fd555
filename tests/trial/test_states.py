from collections.abc import Callable

import numpy as np

from dermdash.identity import WORKER, User
from dermdash.trial.database import Store
from dermdash.trial.jobs import cancel, fail, retry, take
from dermdash.trial.scans import (
    get_scan,
)

PutScan = Callable[..., int]
SURFACE = np.linspace(30, 50, 500 * 1224, dtype=np.float32).reshape(500, 1224)


def test_the_state_follows_the_job(store: Store, put_scan: PutScan, ada: User) -> None:
    """A scan would look queued after its grading has failed."""
    scan_id = put_scan()
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 1)
        assert get_scan(tx, scan_id).state == "running"
        fail(tx, job.job_id, "the layers are blank")
        scan = get_scan(tx, scan_id)
        assert (scan.state, scan.reason) == ("failed", "the layers are blank")
    with store.write(by=ada) as tx:
        retry(tx, job.job_id)
        assert (get_scan(tx, scan_id).state, get_scan(tx, scan_id).reason) == ("queued", None)
        cancel(tx, job.job_id)
        scan = get_scan(tx, scan_id)
        assert (scan.state, scan.reason) == ("failed", "cancelled by ada")
