"""Read-outs are asked once a volume and reading, and belong to every scan of it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.imaging.quality import Quality
from dermdash.imaging.volume import Reading
from dermdash.trial.database import Store
from dermdash.trial.jobs import Job, take
from dermdash.trial.kinds import KINDS
from dermdash.trial.protocols import STUDY_SAMPLING
from dermdash.trial.qualities import (
    get_qualities,
    get_quality,
    request_qualities,
    write_quality,
)
from dermdash.trial.queue import count_queued
from dermdash.trial.scans import get_scan, set_dej, set_reading

PutScan = Callable[..., int]
GOOD = Quality(
    saturated_high=0.01,
    saturated_low=0.0,
    black_layers=(),
    repeated_layers=(),
    signal_from_um=0.0,
    signal_to_um=115.0,
    contrast=90.0,
    mean_grey=80.0,
    depth_um=119.0,
    layer_step_um=1.0,
)


def answer(store: Store, quality: Quality) -> int:
    """Be the worker: write the same read-outs for all that waits."""
    with store.write(by=WORKER) as tx:
        jobs = take(tx, 100, kinds=("quality",))
        for job in jobs:
            KINDS["quality"].finish(tx, job, quality)
    return len(jobs)


def test_a_stored_scan_is_read_once(store: Store, put_scan: PutScan, study: int) -> None:
    """Bad volumes would be found when they are graded; or every scan be read again and again."""
    one = put_scan("S01", content=b"same")
    with store.read() as tx:
        assert count_queued(tx, ["quality"]) == 1
        assert get_quality(tx, one) == (None, 110.0)
        assert get_qualities(tx, study)["quality"].isna().tolist() == [True]
    assert answer(store, GOOD) == 1
    with store.write(by=WORKER) as tx:
        assert request_qualities(tx, study) == 0
        found, needed_um = get_quality(tx, one)
        assert found == GOOD
        assert needed_um == 40 + STUDY_SAMPLING.thickness_um
    two = put_scan("S02", study_id=study, content=b"other")
    answer(store, replace(GOOD, black_layers=(3, 4, 5)))
    with store.read() as tx:
        table = get_qualities(tx, study).set_index("scan_id")
    assert table["quality"].to_dict() == {one: "green", two: "red"}
    assert table["quality_of"].tolist() == ["Saturated voxels", "Black layers"]
    assert table["n_black_layers"].tolist() == [0, 3]


def test_a_deeper_dej_needs_a_deeper_signal(
    store: Store, put_scan: PutScan, study: int, ada: User
) -> None:
    """A slab that reaches into noise would be green."""
    scan_id = put_scan("S01")
    answer(store, GOOD)
    with store.write(by=ada) as tx:
        set_dej(tx, scan_id, Dej.plane(48), source="edited")
    with store.read() as tx:
        assert get_qualities(tx, study)[["quality", "quality_of"]].to_numpy().tolist() == [
            ["amber", "Usable signal"]
        ]


def test_a_corrected_reading_is_read_anew(
    store: Store, put_scan: PutScan, study: int, ada: User, reading: Reading
) -> None:
    """Read-outs in wrong micrometres would stay beside the scan."""
    scan_id = put_scan("S01")
    answer(store, GOOD)
    with store.write(by=ada) as tx:
        finer = replace(reading, spacing_um=(0.9, 1.0, 1.0))
        set_reading(tx, scan_id, finer, shape=(120, 500, 1224))
        assert get_quality(tx, scan_id)[0] is None
        assert count_queued(tx, ["quality"]) == 1


def test_scans_stored_before_are_asked_for_by_the_study(
    store: Store, put_scan: PutScan, study: int, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store from before, or another version of the read-outs, would stay without lights."""
    scan_id = put_scan("S01")
    answer(store, GOOD)
    monkeypatch.setattr("dermdash.trial.qualities.QUALITY_VERSION", 99)
    with store.write(by=ada) as tx:
        assert get_quality(tx, scan_id)[0] is None
        assert request_qualities(tx, study) == 1
        assert request_qualities(tx, study) == 1  # it waits already, and is asked for once
        assert count_queued(tx, ["quality"]) == 1


def test_what_is_kept_is_not_computed_again(store: Store, put_scan: PutScan) -> None:
    """A cancelled and repeated job would read the volume twice, or write a fact twice."""
    scan_id = put_scan("S01")
    with store.write(by=WORKER) as tx:
        (job,) = take(tx, 1, kinds=("quality",))
        path, reading = KINDS["quality"].prepare(tx, job)[1]  # type: ignore[index]
        assert path == get_scan(tx, scan_id).path
        assert reading == get_scan(tx, scan_id).reading
        for _ in range(2):
            write_quality(tx, job.payload["volume_sha256"], job.payload["reading"], GOOD)
        assert isinstance(job, Job)
        assert KINDS["quality"].prepare(tx, job) is None
