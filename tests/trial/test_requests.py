import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import DesignError, StoreError
from dermdash.grading.model import Model
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.slab import Sampling
from dermdash.imaging.volume import Reading
from dermdash.trial.database import Store
from dermdash.trial.jobs import job_table
from dermdash.trial.protocols import current_protocol, get_model
from dermdash.trial.requests import (
    GradingRequest,
    canonical_json,
    request_grading,
    request_gradings,
    set_protocol,
)
from dermdash.trial.scans import exclude_scan, get_scan, scan_table, set_dej, set_reading

PutScan = Callable[..., int]

digests = st.text("0123456789abcdef", min_size=64, max_size=64)
lengths = st.floats(0.01, 1000, allow_nan=False)
readings = st.builds(
    Reading,
    axes=st.sampled_from(["zyx", "yzx", "xyz"]),
    spacing_um=st.tuples(lengths, lengths, lengths),
    window=st.tuples(st.floats(-1e6, 0), st.floats(1, 1e6)),
)
samplings = st.builds(
    Sampling,
    thickness_um=st.integers(20, 1000),
    margin_um=st.integers(0, 100),
    crops=st.none() | st.integers(1, 3),
)
requests = st.builds(
    GradingRequest,
    volume_sha256=digests,
    reading=readings,
    dej_digest=digests,
    sampling=samplings,
    model_digest=digests,
)
scalars = st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False)
documents = st.recursive(
    scalars.filter(lambda value: value not in (float("inf"), float("-inf"))) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(list(value))}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@given(requests)
def test_a_request_comes_back_from_a_job_as_it_was(request_: GradingRequest) -> None:
    """The worker would grade something else than what was asked."""
    again = GradingRequest.from_json(json.loads(json.dumps(request_.to_json())))
    assert again == request_
    assert again.key == request_.key


@given(requests, requests)
def test_keys_are_equal_only_for_equal_requests(a: GradingRequest, b: GradingRequest) -> None:
    """A scan would show the score of another."""
    assert (a.key == b.key) == (a == b)


@given(documents)
def test_the_order_of_keys_does_not_matter(document: Any) -> None:
    """The same grading would be computed twice after a change in the code's order."""
    assert canonical_json(document) == canonical_json(reversed_keys(document))


@given(documents)
def test_canonical_json_tells_values_apart(document: Any) -> None:
    """Two different requests would share a key."""
    assert json.loads(canonical_json(document)) == document


def test_whole_numbers_and_floats_are_one() -> None:
    """A spacing of 1 and one of 1.0 would be graded twice."""
    whole = Reading("zyx", (1, 1, 1), (0, 255))
    floats = Reading("zyx", (1.0, 1.0, 1.0), (0.0, 255.0))
    assert canonical_json(whole.to_json()) == canonical_json(floats.to_json())


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_has_no_key(value: float) -> None:
    """NaN equals nothing, not even itself, and would never be found again."""
    with pytest.raises(ValueError, match="Out of range"):
        canonical_json({"a": value})


REQUEST = GradingRequest(
    volume_sha256="a" * 64,
    reading=Reading("zyx", (1.0, 1.0, 1.0), (0.0, 255.0)),
    dej_digest=Dej.plane(62).digest,
    sampling=Sampling(margin_um=10, crops=3),
    model_digest="b" * 64,
)
CHANGES = {
    "voxels": {"volume_sha256": "c" * 64},
    "axes": {"reading": replace(REQUEST.reading, axes="yzx")},
    "spacing": {"reading": replace(REQUEST.reading, spacing_um=(1.0, 1.0, 1.1))},
    "window": {"reading": replace(REQUEST.reading, window=(0.0, 254.0))},
    "dej depth": {"dej_digest": Dej.plane(62.5).digest},
    "thickness": {"sampling": replace(REQUEST.sampling, thickness_um=60)},
    "margin": {"sampling": replace(REQUEST.sampling, margin_um=0)},
    "crops": {"sampling": replace(REQUEST.sampling, crops=2)},
    "model": {"model_digest": "d" * 64},
}


@pytest.mark.parametrize("part", CHANGES)
def test_each_part_changes_the_key(part: str) -> None:
    """A score would stand although what it depends on has changed."""
    assert replace(REQUEST, **CHANGES[part]).key != REQUEST.key
    assert replace(REQUEST).key == REQUEST.key


def test_the_pipelines_version_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A corrected pipeline would go on showing the scores of the wrong one."""
    before = REQUEST.key
    monkeypatch.setattr("dermdash.imaging.slab.PIPELINE_VERSION", 2)
    assert REQUEST.key != before


def test_the_key_never_changes_by_accident() -> None:
    """After an update every stored grading would be orphaned, and a trial graded again."""
    dej = hashlib.sha256(b"plane 62.0").hexdigest()
    text = (
        f'{{"dej_digest":"{dej}","model_digest":"{"b" * 64}",'
        '"reading":{"axes":"zyx","spacing_um":[1.0,1.0,1.0],"window":[0.0,255.0]},'
        '"sampling":{"crop_um":400.0,"crops":3.0,"margin_um":10.0,"pipeline_version":1.0,'
        f'"thickness_um":70.0}},"volume_sha256":"{"a" * 64}"}}'
    )
    assert REQUEST.key == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("part", ["spacing", "dej", "model", "temperature", "sampling"])
def test_each_change_in_the_store_asks_for_one_new_grading(
    *,
    store: Store,
    put_scan: PutScan,
    grade_all: Callable[[], int],
    make_model: Callable[..., Model],
    model: Model,
    reading: Reading,
    ada: User,
    part: str,
) -> None:
    """What was graded before would be shown for what is there now."""
    scan_id = put_scan()
    assert grade_all() == 1
    with store.write(by=ada) as tx:
        before = get_scan(tx, scan_id)
        assert request_grading(tx, scan_id) == "cached"
    assert grade_all() == 0  # nothing has changed
    with store.write(by=ada) as tx:
        if part == "spacing":
            wider = replace(reading, spacing_um=(1.0, 1.0, 1.05))
            set_reading(tx, scan_id, wider, shape=(120, 500, 1224))
        elif part == "dej":
            set_dej(tx, scan_id, Dej.plane(41), source="edited")
        elif part == "model":
            set_protocol(tx, 1, model=make_model("other"))
        elif part == "temperature":
            set_protocol(tx, 1, model=make_model("paper", 1.5))
        else:
            set_protocol(tx, 1, model=model, sampling=Sampling(crops=3))
        after = get_scan(tx, scan_id)
    assert after.grading_key != before.grading_key
    assert after.state == "queued"
    assert grade_all() == 1
    with store.read() as tx:
        assert get_scan(tx, scan_id).state == "graded"
        assert tx.session.connection().exec_driver_sql("select count(*) from grading").scalar() == 2


def test_a_protocol_asks_only_for_what_counts(
    store: Store, put_scan: PutScan, make_model: Callable[..., Model], ada: User
) -> None:
    """Excluded scans would be graded for nothing, and unmarked ones would stop all others."""
    put_scan("S1")
    excluded = put_scan("S2")
    put_scan("S3", dej=None)
    with store.write(by=ada) as tx:
        exclude_scan(tx, excluded, "moved")
        assert set_protocol(tx, 1, model=make_model("other")) == 1
        assert request_gradings(tx, 1) == 1
        with pytest.raises(DesignError, match="include it"):
            request_grading(tx, excluded)
        with pytest.raises(DesignError, match="no DEJ"):
            request_grading(tx, 3)
        with pytest.raises(DesignError, match="no scan"):
            request_grading(tx, 99)


def test_protocols_are_versions_and_none_is_lost(
    store: Store, put_scan: PutScan, make_model: Callable[..., Model], ada: User
) -> None:
    """It could not be told which model an earlier result stood on."""
    put_scan()
    with store.write(by=ada) as tx:
        set_protocol(tx, 1, model=make_model("other"))
        protocol = current_protocol(tx, 1)
        assert protocol is not None
        assert (protocol.version, protocol.model_name, protocol.author) == (3, "other", "ada")
        assert protocol.model_use == "demonstration"
        assert get_model(tx, protocol.model_digest).card["statement"] == "for tests"
        versions = tx.session.connection().exec_driver_sql("select version from protocol")
        assert [version for (version,) in versions] == [1, 2, 3]
        with pytest.raises(DesignError, match="not registered"):
            get_model(tx, "0" * 64)


def test_more_crops_than_a_scan_holds_are_refused(
    store: Store, put_scan: PutScan, model: Model, ada: User
) -> None:
    """Half the study's scans could not be graded any more."""
    put_scan(shape=(120, 400, 800))
    for sampling in (Sampling(crops=3), Sampling(crops=None)):
        with pytest.raises(DesignError, match="holds 2"), store.write(by=ada) as tx:
            set_protocol(tx, 1, model=model, sampling=sampling)


def test_two_pipelines_are_never_mixed_in_a_study(
    *,
    store: Store,
    put_scan: PutScan,
    model: Model,
    ada: User,
    grade_all: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An update would grade the first subjects by the old pipeline, the last by the new."""
    put_scan("S1")
    grade_all()
    put_scan("S2")
    monkeypatch.setattr("dermdash.imaging.slab.PIPELINE_VERSION", 2)
    with pytest.raises(StoreError, match="renew the study's protocol"):
        put_scan("S3")
    with store.read() as tx:
        payload = job_payload(tx)
    with pytest.raises(StoreError, match="renew the study's protocol"):
        GradingRequest.from_json(payload["request"])
    with store.write(by=ada) as tx:
        assert set_protocol(tx, 1, model=model) == 2
        assert set(scan_table(tx).state) == {"queued"}


def job_payload(tx: Any) -> dict[str, Any]:
    (queued,) = job_table(tx, ["queued"]).query("kind == 'grading'").job_id
    row = tx.session.connection().exec_driver_sql(f"select payload from job where id = {queued}")
    payload: dict[str, Any] = json.loads(row.scalar())
    return payload
