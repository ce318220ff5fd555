"""How scans were read and marked: a report's methods are written from this."""

from collections.abc import Callable

import pandas as pd

from dermdash.identity import User
from dermdash.imaging.control_points import Point
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading
from dermdash.trial.database import Store
from dermdash.trial.marking_queue import Ask
from dermdash.trial.markings import keep_marking, open_queue
from dermdash.trial.scans import set_dej
from dermdash.trial.studies import ArmSpec, SiteSpec, add_subject, create_study
from dermdash.trial.study_facts import allocation_table, scan_facts
from dermdash.trial.subjects import set_subject

PutScan = Callable[..., int]

HERE = [Point(250, 612, 40.0)]


def facts(store: Store, study: int) -> pd.DataFrame:
    with store.read() as tx:
        return scan_facts(tx, study).set_index("scan_id")


def test_each_scan_has_one_row_of_what_was_done_to_it(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """Lost: a DEJ given twice would count its scan twice, or the first one would be named."""
    reading = Reading(axes="yzx", spacing_um=(1.0, 0.9, 0.9), window=(3.0, 90.0))
    one = put_scan("S01", reading=reading, spacing_source="given")
    two = put_scan("S02", dej=None, dej_source=None)
    with store.write(by=User("Bo")) as tx:
        set_dej(tx, one, Dej.plane(42), source="edited")
    found = facts(store, study)
    assert list(found.index) == [one, two]
    row = found.loc[one]
    assert (row["spacing_um"], row["window"], row["axes"]) == ("1 × 0.9 × 0.9", "3 to 90", "yzx")
    assert (row["dej_editor"], row["dej_kind"]) == ("Bo (not verified)", "plane")
    assert row["voxels"] == "120 × 500 × 1224"
    assert pd.isna(found.loc[two, "dej_editor"])
    assert found["graded_at"].isna().all()


def test_a_dej_of_the_blinded_queue_is_told_from_one_of_the_scan_s_page(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    """Lost: methods would call a DEJ blinded that was marked knowing the subject."""
    one = put_scan("S01", dej=None, dej_source=None)
    other = put_scan("S02")
    with store.write(by=ada) as tx:
        open_queue(tx, study)
        keep_marking(tx, Ask(one, 1), HERE)
    assert facts(store, study)["dej_in_queue"].to_dict() == {one: True, other: False}
    with store.write(by=ada) as tx:
        set_dej(tx, one, Dej.plane(50), source="edited")
    assert not facts(store, study).loc[one, "dej_in_queue"]


def test_allocations_are_of_subjects_or_of_their_sides(
    store: Store, study: int, put_scan: PutScan, ada: User
) -> None:
    put_scan("S01", arm="placebo")
    with store.write(by=ada) as tx:
        add_subject(tx, study, "S02")
        whole = allocation_table(tx, study)
    assert whole["subject_id"].tolist() == ["S01"]
    assert whole["arm"].tolist() == ["placebo"]
    assert whole["site"].isna().all()
    with store.write(by=ada) as tx:
        faces = create_study(
            tx,
            name="Half faces",
            kind="hemi_face",
            arms=[ArmSpec("a"), ArmSpec("b")],
            sites=[SiteSpec("left", "left"), SiteSpec("right", "right")],
        )
        add_subject(tx, faces, "F1")
        set_subject(tx, faces, "F1", arm="b", site="left")
        set_subject(tx, faces, "F1", arm="a", site="right")
        sides = allocation_table(tx, faces)
    assert list(zip(sides["site"], sides["arm"], strict=True)) == [("left", "b"), ("right", "a")]


def test_a_study_without_scans_has_no_rows(store: Store, study: int) -> None:
    assert facts(store, study).empty
