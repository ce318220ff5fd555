import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from dermdash.errors import DejError, DesignError
from dermdash.grading.model import Model
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.slab import Sampling
from dermdash.imaging.volume import Reading
from dermdash.trial.database import Store
from dermdash.trial.gradings import set_protocol
from dermdash.trial.jobs import job_table
from dermdash.trial.scans import (
    NewScan,
    exclude_scan,
    find_dej,
    get_scan,
    include_scan,
    scan_table,
    set_dej,
    store_scan,
)
from dermdash.trial.studies import create_study, get_study, list_studies, subject_table

PutScan = Callable[..., int]
SURFACE = np.linspace(30, 50, 500 * 1224, dtype=np.float32).reshape(500, 1224)


def n_scans(store: Store) -> int:
    with store.read() as tx:
        return len(scan_table(tx))


def test_a_scan_comes_back_with_all_that_is_known(
    store: Store, put_scan: PutScan, reading: Reading
) -> None:
    """A score could not be traced to its file, its reading and its DEJ."""
    scan_id = put_scan(
        "S01",
        dej=Dej.surface(SURFACE),
        dej_source="file",
        file_name="../../S01 D0.tif",
        operator="ada",
        spacing_source="tags",
        covariates={"age": 31},
        content=b"voxels",
    )
    with store.read() as tx:
        scan = get_scan(tx, scan_id)
        table = scan_table(tx)
        assert subject_table(tx, scan.study_id).age.tolist() == [31]
    assert scan.path.read_bytes() == b"voxels"
    assert scan.file_name == "S01 D0.tif"
    assert scan.reading == reading
    assert scan.shape == (120, 500, 1224)
    assert scan.dej is not None
    assert scan.dej.map_um is not None
    np.testing.assert_array_equal(scan.dej.map_um, SURFACE)
    assert (scan.dej_source, scan.dej_editor, scan.spacing_source) == ("file", "ada", "tags")
    assert (scan.state, scan.reason) == ("queued", None)
    row = table.iloc[0]
    assert (row.subject_id, row.arm, row.visit, row.visit_day) == ("S01", "active", "D0", 0)
    assert row.dej_um == pytest.approx(40, abs=0.01)
    assert (row.volume_sha256, row.stored_at) == (scan.volume_sha256, scan.stored_at)


def test_the_same_file_at_the_same_place_is_stored_already(store: Store, put_scan: PutScan) -> None:
    """An import run twice would double every subject."""
    first = put_scan(content=b"a")
    assert put_scan(content=b"a") == first
    assert n_scans(store) == 1


def test_the_same_file_elsewhere_in_the_study_is_refused(store: Store, put_scan: PutScan) -> None:
    """One woman's cheek would count as two women."""
    put_scan("S01", content=b"a")
    with pytest.raises(DesignError, match="stored already as S01 D0 cheek replicate 1"):
        put_scan("S02", content=b"a")
    with pytest.raises(DesignError, match="stored already as S01"):
        put_scan("S01", content=b"a", replicate=2)
    assert n_scans(store) == 1
    with store.read() as tx:
        assert subject_table(tx, 1).subject_id.tolist() == ["S01"]


def test_another_file_at_a_taken_place_is_refused(store: Store, put_scan: PutScan) -> None:
    """A second upload would silently replace the first scan."""
    put_scan(content=b"a", file_name="first.tif")
    with pytest.raises(DesignError, match=r"taken by first\.tif"):
        put_scan(content=b"b")
    put_scan(content=b"b", replicate=2)
    assert n_scans(store) == 2


def test_two_studies_share_a_volume(
    store: Store, put_scan: PutScan, ada: User, model: Model
) -> None:
    """A control group used twice would be stored, or even graded, twice."""
    put_scan(content=b"a")
    with store.write(by=ada) as tx:
        other = create_study(tx, name="Other", kind="cohorts")
        set_protocol(tx, other, model=model, sampling=Sampling(margin_um=10))
    put_scan(content=b"a", study_id=other)
    with store.read() as tx:
        assert scan_table(tx).volume_sha256.nunique() == 1
        assert job_table(tx).kind.tolist() == ["grading", "quality"]
        assert scan_table(tx).state.tolist() == ["queued", "queued"]


def test_what_the_study_lacks_is_made(store: Store, put_scan: PutScan) -> None:
    """An import would need each subject, visit and site typed in before."""
    put_scan("S01", visit="D56", site="forearm", arm="third")
    with store.read() as tx:
        study = get_study(tx, 1)
    assert [arm.name for arm in study.arms] == ["placebo", "active", "third"]
    assert [visit.name for visit in study.visits] == ["D0", "D28", "D56"]
    assert [site.name for site in study.sites] == ["cheek", "forearm"]


def test_a_first_visit_on_day_0_is_the_baseline(
    store: Store, ada: User, reading: Reading, model: Model
) -> None:
    """Changes could not be counted in an imported study."""
    with store.write(by=ada) as tx:
        study_id = create_study(tx, name="s", kind="before_after")
    volume = store.vault.store_file(io.BytesIO(b"a"))
    new = NewScan("S1", None, "baseline", "cheek", None, None, reading)
    with store.write(by=ada) as tx:
        set_protocol(tx, study_id, model=model)
        store_scan(tx, study_id, volume, new, shape=(120, 500, 1224))
        assert get_study(tx, study_id).visits[0].is_baseline


@pytest.mark.parametrize(
    ("place", "says"),
    [
        ({"visit": "follow-up"}, "holds no day"),
        ({"visit": "W4"}, "day 28, which is D28"),
        ({"arm": "Active"}, "only in case"),
        ({"site": "Cheek"}, "only in case"),
        ({"visit": ""}, "has no name"),
        ({"subject": "s\x00"}, "control characters"),
        ({"replicate": 0}, "counts from 1"),
        ({"covariates": {"visit": 1}}, "rename it"),
    ],
)
def test_places_that_cannot_be_meant_are_refused(
    store: Store, put_scan: PutScan, place: dict[str, object], says: str
) -> None:
    """A typing error would found a new arm, visit or site."""
    subject = str(place.pop("subject", "S01"))
    with pytest.raises(DesignError, match=says):
        put_scan(subject, **place)
    assert n_scans(store) == 0
    with store.read() as tx:
        assert subject_table(tx, 1).empty


def test_unknown_subjects_are_refused_where_nothing_may_be_made(
    store: Store, study: int, ada: User, reading: Reading
) -> None:
    """A closed trial would take in a subject that was never enrolled."""
    volume = store.vault.store_file(io.BytesIO(b"a"))
    new = NewScan("S99", "active", "D0", "cheek", None, None, reading)
    with store.write(by=ada) as tx, pytest.raises(DesignError, match="S99 is unknown"):
        store_scan(tx, study, volume, new, shape=(120, 500, 1224), create_missing=False)


def test_a_subject_stays_in_its_arm(store: Store, put_scan: PutScan) -> None:
    """A slip in one row would put a woman on placebo and on active."""
    put_scan("S01", arm="active")
    with pytest.raises(DesignError, match="is in arm active, not placebo"):
        put_scan("S01", arm="placebo", visit="D28")
    put_scan("S01", arm=None, visit="D28")
    with store.read() as tx:
        assert scan_table(tx).arm.tolist() == ["active", "active"]


def test_covariates_must_not_change_on_the_way(store: Store, put_scan: PutScan) -> None:
    """The last row of an import would decide how old a woman is."""
    put_scan("S01", covariates={"age": 31})
    put_scan("S01", covariates={"age": 31, "phototype": "II"}, visit="D28")
    with pytest.raises(DesignError, match="age=32 of subject_id=S01 contradicts 31"):
        put_scan("S01", covariates={"age": 32}, replicate=2)
    with store.read() as tx:
        assert subject_table(tx, 1)[["age", "phototype"]].to_numpy().tolist() == [[31, "II"]]


def test_a_refused_row_leaves_nothing_even_in_a_larger_transaction(
    store: Store, study: int, ada: User, reading: Reading
) -> None:
    """An import that goes on after a bad row would keep its subject without a scan."""
    volume = store.vault.store_file(io.BytesIO(b"a"))
    bad = NewScan("S01", "active", "D56", "nose", Dej.plane(115), "manual", reading)
    with store.write(by=ada) as tx:
        with pytest.raises(DejError):
            store_scan(tx, study, volume, bad, shape=(120, 500, 1224))
        good = replace(bad, subject_id="S02", visit="D28", dej=Dej.plane(40))
        store_scan(tx, study, volume, good, shape=(120, 500, 1224))
    with store.read() as tx:
        assert subject_table(tx, study).subject_id.tolist() == ["S02"]
        assert [visit.name for visit in get_study(tx, study).visits] == ["D0", "D28"]


def test_an_open_reading_is_a_fault_of_the_program(put_scan: PutScan) -> None:
    """The key of a grading would not say how its voxels were read."""
    with pytest.raises(TypeError, match="nothing left open"):
        put_scan(reading=Reading())


def test_an_empty_store_has_a_table_of_scans(store: Store, study: int) -> None:
    """The first look at a new study would break."""
    with store.read() as tx:
        for table in (scan_table(tx), scan_table(tx, study)):
            assert table.empty
            assert {"dej_um": "float64", "subject_id": "str"}.items() <= dict(
                table.dtypes.astype(str)
            ).items()
        assert list_studies(tx).n_scans.tolist() == [0]


@pytest.mark.parametrize("scan_id", [0, 99, -1])
def test_a_scan_that_is_not_there_is_said(store: Store, ada: User, scan_id: int) -> None:
    """An old address in a browser would end in a traceback."""
    with store.write(by=ada) as tx:
        for attempt in (
            lambda: get_scan(tx, scan_id),
            lambda: set_dej(tx, scan_id, Dej.plane(40), source="manual"),
            lambda: exclude_scan(tx, scan_id, "x"),
            lambda: include_scan(tx, scan_id, "x"),
        ):
            with pytest.raises(DesignError, match="no scan"):
                attempt()
        with pytest.raises(DesignError, match="unknown"):
            find_dej(tx, "0" * 64)
