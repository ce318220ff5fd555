"""Are these files what I think they are?"""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from streamlit.testing.v1 import AppTest

from dermdash.trial.database import Store
from dermdash.trial.jobs import job_table
from dermdash.trial.scans import get_scan, scan_table
from tests.pages.conftest import OpenPage, press, said
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
    app = press(app, "Store and grade 2 scans")
    assert not app.exception
    assert "Stored 2 scans" in said(app)
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
    assert verdicts(app)[1:] == ["the subject is missing; write it", "ready, DEJ later"]
    app = press(app, "Store 1 scan")
    with store.read() as tx:
        assert list(scan_table(tx, study)["subject_id"]) == ["S01", "S02"]
    assert len(verdicts(app)) == 2
    app = press(app, "Remove 2 others")
    assert "intake" in app.session_state
    assert verdicts(app) == []


def test_one_file_twice_in_the_table_needs_a_person(
    open_page: OpenPage, study: int, tmp_path: Path
) -> None:
    """The same scan under two subjects would count as two."""
    one = write_small(tmp_path / "S01_D0_cheek.tif")
    two = write_small(tmp_path / "S02_D0_cheek.tif")
    app = upload(open_page(PAGE), one, two)
    assert verdicts(app) == ["this file is in the table twice; untick one"] * 2


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
    press(app, "Remove 1 other")
    assert not [file for file in store.settings.vault.rglob("*") if file.is_file()]


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
    press(app, "Store 1 scan")
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
    press(app, "Store and grade 1 scan")
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
    app = upload(open_page(PAGE), volume, name=name)
    assert not app.exception
    shown = app.session_state["intake"].candidates[0].name
    assert "/" not in shown
    assert "\n" not in shown
    assert len(shown) <= 120
    assert set(tmp_path.rglob("*.tif")) - before == {volume}


def test_a_pattern_reads_other_names(open_page: OpenPage, study: int, tmp_path: Path) -> None:
    """A lab's own way of naming files would have to be changed."""
    app = upload(open_page(PAGE), write_small(tmp_path / "cheek S07 (D28).tif"))
    app.text_input(key="pattern").set_value("{site} {subject} ({visit})").run()
    app = press(app, "Read all names by this pattern")
    assert verdicts(app) == ["ready, DEJ later"]
    row = app.session_state["intake"].cells.iloc[0]
    assert (row["subject_id"], row["visit"], row["site"]) == ("S07", "D28", "cheek")


def test_a_pattern_that_cannot_be_used_gets_one_sentence(open_page: OpenPage, study: int) -> None:
    """A typing error in the pattern would break the page."""
    app = open_page(PAGE)
    app.text_input(key="pattern").set_value("{who}_{visit}").run()
    assert not app.exception
    assert "{who} is unknown" in said(app)


def test_files_in_the_inbox_need_no_upload(
    open_page: OpenPage, study: int, store: Store, home: Path
) -> None:
    """Ten gigabytes would have to pass through a browser."""
    inbox = home / "inbox"
    inbox.mkdir()
    write_small(inbox / "S01_D0_cheek.tif")
    app = press(open_page(PAGE), "Take in 1 file")
    assert verdicts(app) == ["ready, DEJ later"]
    assert not list(inbox.iterdir())


def test_without_a_study_the_page_says_what_to_do(open_page: OpenPage) -> None:
    """A newcomer would upload into nothing."""
    app = press(open_page(PAGE), "Create your first study")
    assert app.title[0].value == "Your first study"


def _say_spacing(app: AppTest) -> AppTest:
    if any(b.label == "Use for 1 file" for b in app.button):
        return press(app, "Use for 1 file")
    return app
