"""Are these files what I think they are?"""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from streamlit.testing.v1 import AppTest

from dermdash.trial.contents import latest_batch
from dermdash.trial.database import Store
from dermdash.trial.jobs import job_table
from dermdash.trial.scans import get_scan, scan_table
from tests.pages.conftest import OpenPage, press, said
from tests.support.jobs import do_jobs
from tests.support.studies import SHAPE, add_scan, make_study, write_small

PAGE = "data/add_scans.py"


@pytest.fixture
def study(store: Store) -> int:
    return make_study(store)


def upload(app: AppTest, *paths: Path, key: str = "volumes_0", name: str = "") -> AppTest:
    uploader = app.file_uploader(key=key)
    for path in paths:
        uploader.upload(name or path.name, path.read_bytes())
    return app.run()


def verdicts(app: AppTest) -> list[str]:
    """The table's verdicts, from the top."""
    assert not app.exception
    return [verdict.text for verdict in app.session_state["intake"].verdicts]


def store_all(app: AppTest, store: Store, label: str) -> AppTest:
    """Press the one button, let the worker do what it asks for, and look at the page again."""
    app = press(app, label)
    assert not app.exception
    do_jobs(store, "store")
    return app.run()


def set_depth(app: AppTest, depth_um: float) -> AppTest:
    field = next(f for f in app.number_input if f.label.startswith("One depth"))
    field.set_value(depth_um).run()
    return press(app, "Use this depth")


def test_files_are_read_by_their_names_and_stored_with_a_dej(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path
) -> None:
    """Who, when and where would have to be typed for each file."""
    files = [write_small(tmp_path / f"S0{n}_D{28 * n}_cheek.tif", seed=n) for n in (0, 1)]
    app = upload(open_page(PAGE), *files)
    assert verdicts(app) == ["ready, DEJ later", "ready, DEJ later"]
    app = set_depth(app, 15.0)
    assert verdicts(app) == ["ready", "ready"]
    app = store_all(app, store, "Store and grade 2 scans")
    assert "Stored 2 scans" in said(app)
    assert verdicts(app) == []
    with store.read() as tx:
        scans = scan_table(tx, study)
        assert list(scans["subject_id"] + scans["visit"]) == ["S00D0", "S01D28"]
        assert list(scans["state"]) == ["queued", "queued"]
        assert get_scan(tx, int(scans["scan_id"][0])).stored_by == "Ada (not verified)"


def test_nothing_is_a_scan_before_the_button(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path
) -> None:
    """A file dropped by mistake would be part of the trial."""
    upload(open_page(PAGE), write_small(tmp_path / "S01_D0_cheek.tif"))
    with store.read() as tx:
        assert scan_table(tx, study).empty


def test_the_same_scan_again_is_already_stored(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path
) -> None:
    """An upload repeated after a doubt would be stored twice."""
    add_scan(store, study, tmp_path, "S01")
    app = upload(open_page(PAGE), tmp_path / "S01_D0_cheek.tif")
    assert verdicts(app) == ["already stored"]
    assert app.subheader[0].value == "0 ready, 1 already stored"


def test_conflicts_stand_first_and_ready_rows_are_stored_without_them(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path
) -> None:
    """One bad file among thirty would hold up the others, or hide among them."""
    add_scan(store, study, tmp_path, "S01")
    good = write_small(tmp_path / "S02_D0_cheek.tif", seed=2)
    taken = write_small(tmp_path / "new" / "S01_D0_cheek.tif", seed=3)
    nameless = write_small(tmp_path / "holiday.tif", seed=4)
    app = upload(open_page(PAGE), good, taken, nameless)
    assert "taken by S01_D0_cheek.tif, another file" in verdicts(app)[0]
    assert verdicts(app)[1:] == [
        "the subject is missing; write it",
        "ready, DEJ later, new subject S02",
    ]
    app = store_all(app, store, "Store 1 scan")
    with store.read() as tx:
        assert list(scan_table(tx, study)["subject_id"]) == ["S01", "S02"]
    assert len(verdicts(app)) == 2
    app = press(app, "Remove 2 other uploads")
    assert verdicts(app) == []


def test_one_file_twice_in_the_table_needs_a_person(
    open_page: OpenPage, study: int, tmp_path: Path
) -> None:
    """The same scan under two subjects would count as two."""
    one = write_small(tmp_path / "S01_D0_cheek.tif")
    two = write_small(tmp_path / "S02_D0_cheek.tif")
    app = upload(open_page(PAGE), one, two)
    assert verdicts(app) == [
        "same file as S02_D0_cheek.tif; untick one",
        "same file as S01_D0_cheek.tif; untick one",
    ]


BAD_FILES = {
    "text": (b"no image at all", "is not a TIFF"),
    "empty": (b"", "empty"),
    "truncated": (None, "S01_D0_cheek.tif"),
}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_is_no_volume_gets_one_sentence_and_leaves_nothing(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path, kind: str
) -> None:
    """A damaged file would break the page, or lie in the vault for ever."""
    data, sentence = BAD_FILES[kind]
    path = tmp_path / "S01_D0_cheek.tif"
    if data is None:
        tifffile.imwrite(path, np.zeros((30, 400, 400), np.uint8))
        data = path.read_bytes()[:100_000]
    path.write_bytes(data)
    app = upload(open_page(PAGE), path)
    assert len(verdicts(app)) == 1
    assert sentence in verdicts(app)[0]
    press(app, "Remove 1 other upload")
    assert not [file for file in store.settings.vault.rglob("*") if file.is_file()]
    assert not [file for file in store.settings.uploads.rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((40, 400, 400, 3), np.uint8), ""),
        (np.zeros((400, 400), np.uint8), ""),
        (np.indices((100, 100, 400)).sum(axis=0).astype(np.uint8), "are too small"),
        (np.zeros((100, 400, 400), np.complex64), ""),
        (np.zeros((100, 400, 400), np.uint8), "all voxels are 0"),
    ],
    ids=["colour", "one page", "narrow", "complex", "black"],
)
def test_a_tiff_of_another_kind_gets_one_sentence(
    open_page: OpenPage, study: int, tmp_path: Path, array: np.ndarray, sentence: str
) -> None:
    """A picture of something else would be graded as skin."""
    path = tmp_path / "S01_D0_cheek.tif"
    tifffile.imwrite(path, array, compression="zlib", photometric=None if array.ndim < 4 else "rgb")
    app = upload(open_page(PAGE), path)
    app = _say_spacing(app)
    assert app.session_state["intake"].verdicts[0].kind == "you"
    assert sentence in verdicts(app)[0]
    assert "\n" not in verdicts(app)[0]


def test_the_voxel_size_is_asked_where_the_file_does_not_say_it(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path
) -> None:
    """Crops would be 400 voxels instead of 400 um, and nobody would know."""
    path = tmp_path / "S01_D0_cheek.tif"
    grey = np.indices(SHAPE).sum(axis=0).astype(np.uint8)
    tifffile.imwrite(path, grey, compression="zlib")
    app = upload(open_page(PAGE), path)
    assert verdicts(app) == ["the file does not say its voxel size; give it above"]
    app = _say_spacing(app)
    assert verdicts(app) == ["ready, DEJ later"]
    store_all(app, store, "Store 1 scan")
    with store.read() as tx:
        scan = get_scan(tx, int(scan_table(tx)["scan_id"][0]))
    assert scan.reading.spacing_um == (1.0, 1.0, 1.0)
    assert scan.spacing_source == "given"


@pytest.mark.parametrize("depth_um", [0.0, 85.0, 500.0])
def test_a_dej_that_does_not_fit_gets_one_sentence(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path, depth_um: float
) -> None:
    """A typing error in a depth would be graded."""
    app = upload(open_page(PAGE), write_small(tmp_path / "S01_D0_cheek.tif"))
    app = set_depth(app, depth_um)
    assert verdicts(app)[0].startswith("dej_um=")
    with store.read() as tx:
        assert job_table(tx).empty


def test_depths_come_by_csv_for_all_files(open_page: OpenPage, study: int, tmp_path: Path) -> None:
    """Thirty depths that were marked elsewhere would have to be typed again."""
    files = [write_small(tmp_path / f"S0{n}_D0_cheek.tif", seed=n) for n in (1, 2)]
    table = tmp_path / "depths.csv"
    table.write_text("file;dej_um\nS01_D0_cheek.tif;12,5\nelsewhere.tif;9\n")
    app = upload(upload(open_page(PAGE), *files), table, key="depths_0")
    cells = app.session_state["intake"].cells.set_index("subject_id")["dej_um"]
    assert cells["S01"] == 12.5
    assert np.isnan(cells["S02"])


def test_a_csv_without_its_columns_gets_one_sentence(
    open_page: OpenPage, study: int, tmp_path: Path
) -> None:
    """The wrong table would fill nothing in, silently."""
    table = tmp_path / "depths.csv"
    table.write_text("name,depth\nS01,12\n")
    app = upload(open_page(PAGE), table, key="depths_0")
    assert "has no column" in said(app)


def test_a_depth_map_is_taken_by_its_name_and_checked(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path
) -> None:
    """A map would be given to the wrong volume."""
    volume = write_small(tmp_path / "S01_D0_cheek.tif")
    fitting, wrong = tmp_path / "S01_D0_cheek.dej.tif", tmp_path / "S02_D0_cheek.dej.tif"
    tifffile.imwrite(fitting, np.full(SHAPE[1:], 14.0, np.float32))
    tifffile.imwrite(wrong, np.full((5, 5), 14.0, np.float32))
    app = upload(upload(open_page(PAGE), volume), wrong, key="maps_0")
    assert "No file in the table is named like the map of S02_D0_cheek" in said(app)
    app = upload(app, fitting, key="maps_1")
    assert verdicts(app) == ["ready"]
    store_all(app, store, "Store and grade 1 scan")
    with store.read() as tx:
        dej = get_scan(tx, int(scan_table(tx)["scan_id"][0])).dej
    assert dej is not None
    assert dej.kind == "surface"


@pytest.mark.parametrize(
    "name",
    ["../../x_D0_cheek.tif", "S" * 300 + "_D0_cheek.tif", "😀_D0_cheek.tif", "a\nb_D0_c.tif"],
)
def test_hostile_file_names_are_only_names(
    open_page: OpenPage, study: int, store: Store, tmp_path: Path, name: str
) -> None:
    """A file's name could write outside the vault."""
    before = set(tmp_path.rglob("*.tif"))
    volume = write_small(tmp_path / "plain.tif")
    uploads = store.settings.uploads
    app = upload(open_page(PAGE), volume, name=name)
    assert not app.exception
    shown = app.session_state["intake"].candidates[0].name
    assert "/" not in shown
    assert "\n" not in shown
    assert len(shown) <= 120
    new = set(tmp_path.rglob("*.tif")) - before - {volume}
    assert {path.parents[2] for path in new} == {uploads}


def test_a_pattern_reads_other_names_and_stays_with_the_study(
    open_page: OpenPage, study: int, tmp_path: Path
) -> None:
    """A lab's own way of naming files would have to be changed, or told at each visit."""
    app = upload(open_page(PAGE), write_small(tmp_path / "cheek S07 (D28).tif"))
    assert verdicts(app) == ["the subject is missing; write it"]
    app = press(app, "Read all names so")
    assert verdicts(app) == ["ready, DEJ later"]
    row = app.session_state["intake"].cells.iloc[0]
    assert (row["subject_id"], row["visit"], row["site"]) == ("S07", "D28", "cheek")
    again = upload(open_page(PAGE), write_small(tmp_path / "cheek S08 (D0).tif", seed=2))
    assert sorted(again.session_state["intake"].cells["subject_id"]) == ["S07", "S08"]


def test_a_pattern_that_cannot_be_used_gets_one_sentence(open_page: OpenPage, study: int) -> None:
    """A typing error in the pattern would break the page."""
    app = open_page(PAGE)
    app.segmented_control(key="pattern_by").set_value("a pattern").run()
    app.text_input(key="pattern").set_value("{who}_{visit}").run()
    assert not app.exception
    assert "{who} is unknown" in said(app)


@pytest.fixture
def inbox(home: Path) -> Path:
    folder = home / "inbox"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def test_a_full_inbox_goes_through_the_table_and_stays_where_it_is(
    open_page: OpenPage, study: int, store: Store, inbox: Path
) -> None:
    """Thirty files would be typed in one by one, and one slip among them would go unseen."""
    for number, name in enumerate(["S01_D0", "S01_D28", "May/S02_D0", "S0x_D0"]):
        write_small(inbox / f"{name}_cheek.tif", seed=number)
    copy = inbox / "S03_D0_cheek.tif"
    copy.write_bytes((inbox / "S01_D0_cheek.tif").read_bytes())
    (inbox / "note.tif").write_text("no image")
    app = open_page(PAGE)
    assert app.subheader[0].value == "0 ready, 6 being looked at"
    assert len(do_jobs(store, "look")) == 6
    app = app.run()
    assert app.subheader[0].value == "3 ready, 3 need you"
    assert "is not a TIFF" in " ".join(verdicts(app)[:3])
    assert sum("same file as" in verdict for verdict in verdicts(app)) == 2
    app = store_all(app, store, "Store 3 scans")
    assert "Stored 3 scans" in said(app)
    assert copy.exists()
    with store.read() as tx:
        scans = scan_table(tx, study)
        lie = {get_scan(tx, int(scan)).path for scan in scans["scan_id"]}
    assert sorted(scans["subject_id"]) == ["S01", "S02", "S0x"]
    assert lie == {inbox / f"{name}_cheek.tif" for name in ("S01_D28", "May/S02_D0", "S0x_D0")}
    assert len(verdicts(app)) == 3  # what is stored does not stand in the way any more
    app = app.toggle(key="show_stored").set_value(True).run()
    assert "already stored as S02 D0 cheek" in verdicts(app)


def test_two_files_for_one_place_are_both_named_and_may_be_replicates(
    open_page: OpenPage, study: int, store: Store, inbox: Path, tmp_path: Path
) -> None:
    """One of two scans would be lost, or neither could be stored."""
    add_scan(store, study, tmp_path, "S01")
    write_small(inbox / "S01_D0_cheek.tif", seed=91)
    write_small(inbox / "b" / "S02_D0_cheek.tif", seed=92)
    write_small(inbox / "c" / "S02_D0_cheek.tif", seed=93)
    open_page(PAGE)
    do_jobs(store, "look")
    app = open_page(PAGE)
    said_of = dict(
        zip([c.name for c in app.session_state["intake"].candidates], verdicts(app), strict=True)
    )
    assert "taken by S01_D0_cheek.tif" in said_of["S01_D0_cheek.tif"]
    assert said_of["b / S02_D0_cheek.tif"].startswith("c / S02_D0_cheek.tif claims this place too")
    assert said_of["c / S02_D0_cheek.tif"].startswith("b / S02_D0_cheek.tif claims this place too")
    app = press(app, "Number 2 files as further replicates")
    assert set(verdicts(app)) == {"ready, DEJ later", "ready, DEJ later, new subject S02"}
    store_all(app, store, "Store 3 scans")
    with store.read() as tx:
        table = scan_table(tx, study).sort_values(["subject_id", "replicate"])
    assert list(zip(table["subject_id"], table["replicate"], strict=True)) == [
        ("S01", 1),
        ("S01", 2),
        ("S02", 1),
        ("S02", 2),
    ]


def test_moving_takes_files_out_of_the_inbox_and_stopping_leaves_them(
    open_page: OpenPage, study: int, store: Store, inbox: Path
) -> None:
    """A stopped import would leave files in both places, or in neither."""
    files = [write_small(inbox / f"S0{n}_D0_cheek.tif", seed=n) for n in (1, 2)]
    open_page(PAGE)
    do_jobs(store, "look")
    app = open_page(PAGE)
    app = app.radio(key="way").set_value("move").run()
    app = press(app, "Store 2 scans")
    app = press(app, "Stop storing")
    assert "stopped before 2 files" in said(app)
    assert all(path.exists() for path in files)
    app = store_all(app, store, "Store 2 scans")
    assert "Stored 2 scans" in said(app)
    assert not any(path.exists() for path in files)
    with store.read() as tx:
        assert {get_scan(tx, int(scan)).outside for scan in scan_table(tx)["scan_id"]} == {None}
    assert open_page(PAGE).radio(key="way").value == "move"  # as last time


def test_a_batch_without_room_is_refused_before_anything_is_copied(
    open_page: OpenPage,
    study: int,
    store: Store,
    inbox: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The disk would fill half way, and the database with it."""
    write_small(inbox / "S01_D0_cheek.tif")
    open_page(PAGE)
    do_jobs(store, "look")
    app = open_page(PAGE)
    app = app.radio(key="way").set_value("move").run()
    monkeypatch.setattr("dermdash.trial.intake.on_one_disk", lambda path, folder: False)
    monkeypatch.setattr("dermdash.trial.vault.RESERVE", 1 << 60)
    app = press(app, "Store 1 scan")
    assert "moving 1 file needs" in said(app)
    with store.read() as tx:
        assert latest_batch(tx, study) is None


def test_without_a_study_the_page_says_what_to_do(open_page: OpenPage) -> None:
    """A newcomer would upload into nothing."""
    app = press(open_page(PAGE), "Create your first study")
    assert app.title[0].value == "Your first study"


def _say_spacing(app: AppTest) -> AppTest:
    if any(b.label == "Use for 1 file" for b in app.button):
        return press(app, "Use for 1 file")
    return app
