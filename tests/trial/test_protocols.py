import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dermdash.errors import DesignError, ModelError, VolumeError
from dermdash.grading.model import Model
from dermdash.identity import User
from dermdash.imaging.volume import Reading
from dermdash.settings import Settings
from dermdash.trial.audit import history
from dermdash.trial.database import Store
from dermdash.trial.jobs import job_table
from dermdash.trial.protocols import current_protocol, protocol_versions
from dermdash.trial.requests import ProtocolPreview, preview_protocol, set_protocol
from dermdash.trial.scans import NewScan, exclude_scan, get_scan, store_scan
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


def test_another_protocol_is_tried_before_it_is_saved(
    store: Store,
    put_scan: PutScan,
    grade_all: Callable[[], int],
    ada: User,
    make_model: Callable[..., Model],
) -> None:
    """Hours of grading would begin by one click; or a trial of it leave traces."""
    study = 1
    for name in ("S01", "S02", "S03"):
        last = put_scan(name)
    grade_all()
    model = make_model("paper", 1.5)
    with store.write(by=ada) as tx:
        set_protocol(tx, study, model=model)
    grade_all()
    with store.write(by=ada) as tx:
        exclude_scan(tx, last, "motion")
        before = current_protocol(tx, study)
        jobs, entries = len(job_table(tx)), len(history(tx))
    assert before is not None
    other, thinner = make_model("other"), replace(before.sampling, thickness_um=50)
    with store.write(by=ada) as tx:
        needed = preview_protocol(tx, study, model=other, sampling=before.sampling)
        assert needed == ProtocolPreview(n_queued=2, n_there=0)
        needed = preview_protocol(tx, study, model=model, sampling=before.sampling)
        assert needed == ProtocolPreview(n_queued=0, n_there=2)
        with pytest.raises(DesignError, match="does not suit scan"):
            preview_protocol(tx, study, model=model, sampling=replace(thinner, crops=None))
    with store.read() as tx:
        assert len(job_table(tx)) == jobs
        assert get_scan(tx, last - 1).state == "graded"
        assert current_protocol(tx, study) == before
        assert len(history(tx)) == entries
    with store.write(by=ada) as tx:
        set_protocol(tx, study, model=other, sampling=thinner, reason="only the upper dermis")
        versions = protocol_versions(tx, study)
    assert versions["thickness_um"].tolist()[:2] == [50, 70]
    assert versions["model"].tolist()[:2] == ["other", "paper"]
    assert versions["reason"].fillna("").tolist()[:2] == ["only the upper dermis", ""]
    assert versions["author"].tolist()[0] == "ada"
