import io
from collections.abc import Callable

import numpy as np
import pytest

from dermdash.errors import ModelError, VolumeError
from dermdash.identity import User
from dermdash.imaging.volume import Reading
from dermdash.settings import Settings
from dermdash.trial.database import Store
from dermdash.trial.protocols import current_protocol
from dermdash.trial.scans import (
    NewScan,
    store_scan,
)
from dermdash.trial.studies import ArmSpec, create_study

PutScan = Callable[..., int]
SURFACE = np.linspace(30, 50, 500 * 1224, dtype=np.float32).reshape(500, 1224)


def test_the_first_scan_fixes_the_crops(store: Store, put_scan: PutScan) -> None:
    """Scores from one and from three crops would stand side by side in one study."""
    put_scan("S01", shape=(120, 400, 800))
    with store.read() as tx:
        protocol = current_protocol(tx, 1)
        assert protocol is not None
        assert (protocol.sampling.crops, protocol.sampling.margin_um) == (2, 10)
    put_scan("S02", shape=(120, 500, 1224))
    with pytest.raises(VolumeError, match="holds 1 crops"):
        put_scan("S03", shape=(120, 400, 400))
    with store.read() as tx:
        assert current_protocol(tx, 1) == protocol


def test_without_any_model_the_sentence_says_so(
    store: Store, ada: User, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan would wait for ever for a model that is not there."""
    monkeypatch.setattr(Settings, "model_folders", property(lambda self: (self.home / "models",)))
    volume = store.vault.store_file(io.BytesIO(b"a"))
    new = NewScan("S1", None, "D0", "cheek", None, None, reading)
    with store.write(by=ada) as tx:
        study_id = create_study(tx, name="s", kind="cohorts", arms=[ArmSpec("a")])
        with pytest.raises(ModelError, match="no model"):
            store_scan(tx, study_id, volume, new, shape=(120, 500, 1224))
