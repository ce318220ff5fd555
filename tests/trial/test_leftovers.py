import io
from collections.abc import Callable

import numpy as np
import pytest

from dermdash.errors import StoreError
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading
from dermdash.trial.database import Store
from dermdash.trial.leftovers import discard_volume
from dermdash.trial.scans import (
    NewScan,
    get_scan,
    store_scan,
)

PutScan = Callable[..., int]
SURFACE = np.linspace(30, 50, 500 * 1224, dtype=np.float32).reshape(500, 1224)


def test_a_file_without_a_scan_can_be_discarded_and_no_other(
    store: Store, put_scan: PutScan, ada: User, study: int, reading: Reading
) -> None:
    """Refused uploads would fill the disk, or a scan would lose its voxels."""
    scan_id = put_scan(dej=Dej.surface(SURFACE))
    loose = store.vault.store_file(io.BytesIO(b"refused"))
    with store.write(by=ada) as tx:
        scan = get_scan(tx, scan_id)
        assert not discard_volume(tx, scan.volume_sha256)
        assert discard_volume(tx, loose.sha256)
    assert scan.path.exists()
    assert not loose.path.exists()
    new = NewScan("S9", "active", "D0", "cheek", None, None, reading)
    with pytest.raises(StoreError, match="store it again"), store.write(by=ada) as tx:
        store_scan(tx, study, loose, new, shape=(120, 500, 1224))
