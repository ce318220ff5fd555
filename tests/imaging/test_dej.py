"""The DEJ: a wrong one grades epidermis, so it is checked before anything is graded."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from dermdash.errors import DejError
from dermdash.imaging.dej import Dej, parse_depth, read_dej_map
from tests.support.volumes import ramp

VOLUME = ramp(100, (20, 30))


@pytest.mark.parametrize("depth", [-1, -0.001, float("nan"), float("inf"), "deep", None, [1, 2]])
def test_impossible_depths(depth: float) -> None:
    """Lost: a slip of the keyboard would be graded."""
    with pytest.raises(DejError, match="dej_um="):
        Dej.plane(depth)


@pytest.mark.parametrize(
    ("depth", "words"),
    [
        (340, "dej_um=340 lies below the volume (99 µm deep)"),
        (0, "leaves no layer above"),
        (0.5, "leaves no layer above"),
        (80, "leaves 19 layers in a volume 99 µm deep; at least 20"),
        (99, "leaves 0 layers"),
    ],
)
def test_depths_that_do_not_fit(depth: float, words: str) -> None:
    """Lost: a score of a few layers, or of none, would stand for the dermis."""
    with pytest.raises(DejError) as caught:
        Dej.plane(depth).check(VOLUME)
    assert words in str(caught.value)
    if depth:
        with pytest.raises(DejError):
            Dej.surface(np.full((20, 30), depth)).check(VOLUME)


@pytest.mark.parametrize(("depth", "reach"), [(1, (1, 98)), (79, (79, 20)), (50.5, (50, 48))])
def test_reach(depth: float, reach: tuple[int, int]) -> None:
    """Lost: fewer or more layers would be graded than the volume holds."""
    assert Dej.plane(depth).reach(VOLUME) == reach
    assert Dej.surface(np.full((20, 30), depth)).reach(VOLUME) == reach


def test_reach_heeds_the_spacing() -> None:
    """Lost: on a 2 µm grid half of the dermis would be missing."""
    coarse = ramp(50, (20, 30), (2.0, 1.0, 1.0))
    assert Dej.plane(30).reach(coarse) == (30, 68)


def test_one_column_outside_is_enough() -> None:
    """Lost: a map that leaves the volume somewhere would pass, smoothed."""
    depths = np.full((20, 30), 50.0)
    depths[3, 4] = 150
    with pytest.raises(DejError, match="depth=150 lies below"):
        Dej.surface(depths).check(VOLUME)
    depths[3, 4] = 0
    with pytest.raises(DejError, match="depth=0 leaves no layer above"):
        Dej.surface(depths).check(VOLUME)


def test_maps_of_another_shape() -> None:
    """Lost: a map of another scan, or a turned one, would bend the layers at random."""
    with pytest.raises(DejError, match=r"30 rows \(y\) and 20 columns \(x\), the volume 20 and 30"):
        Dej.surface(np.full((30, 20), 50.0)).check(VOLUME)


@pytest.mark.parametrize("value", [np.nan, np.inf, -3])
def test_maps_with_holes(value: float) -> None:
    """Lost: columns without a depth would be graded somewhere."""
    depths = np.full((20, 30), 50.0)
    depths[3, 4] = value
    with pytest.raises(DejError, match="DEJ map"):
        Dej.surface(depths)


def test_the_digest_is_of_the_depths() -> None:
    """Lost: an edited DEJ would show the old score, an equal one be graded again."""
    flat = np.full((20, 30), 50.0)
    assert Dej.plane(50).digest == Dej.plane(50.0).digest
    assert Dej.surface(flat).digest == Dej.surface(flat.astype(np.uint8)).digest
    other = flat.copy()
    other[0, 0] += 0.01
    digests = [Dej.plane(50), Dej.plane(50.1), Dej.surface(flat), Dej.surface(flat.T)]
    digests.append(Dej.surface(other))
    assert len({dej.digest for dej in digests}) == len(digests)


def test_a_surface_keeps_its_depths() -> None:
    """Lost: changing an array afterwards would change a DEJ that was checked."""
    depths = np.full((20, 30), 50.0, np.float32)
    dej = Dej.surface(depths)
    depths[:] = 0
    assert dej.median_um == 50
    with pytest.raises(ValueError, match="read-only"):
        dej.map_um[0, 0] = 1  # type: ignore[index]


def test_smoothing_takes_jitter_and_keeps_tilt() -> None:
    """Lost: a marked map's jitter would shear the fibres, or its tilt be flattened."""
    rng = np.random.default_rng(0)
    tilt = np.linspace(40, 60, 400)[None] + np.linspace(0, 9, 300)[:, None]
    jittered = Dej.surface(tilt + rng.normal(0, 5, tilt.shape)).smoothed((1, 1))
    assert np.abs(jittered - tilt).max() < 0.5
    for spacing, kept in ((1, tilt), (2, tilt[::2, ::2])):
        smooth = Dej.surface(kept).smoothed((spacing, spacing))
        assert np.abs(smooth - kept).max() < 1e-3
        assert smooth.dtype == np.float32


def test_folds_are_followed_and_papillae_averaged_over() -> None:
    """Lost: layers would shear the fibres under each papilla, or cut through a fold."""
    x = np.arange(1200)
    for wave_um, part in ((400, 0.78), (240, 0.5), (100, 0.02)):
        wave = 50 + 5 * np.sin(2 * np.pi * x / wave_um)[None] * np.ones((400, 1))
        smooth = Dej.surface(wave).smoothed((1, 1))[:, 200:1000]
        assert np.ptp(smooth) / 10 == pytest.approx(part, abs=0.02)


@given(st.integers(0, 99), st.floats(0, 20))
def test_smoothing_stays_within_the_marked_depths(seed: int, roughness: float) -> None:
    """Lost: a map at the volume's edge would ask for layers that are not there."""
    rng = np.random.default_rng(seed)
    marked = 30 + np.cumsum(rng.normal(0, roughness / 10, (20, 60)), axis=1).clip(-29, 40)
    smooth = Dej.surface(marked).smoothed((1, 1))
    assert marked.astype(np.float32).min() <= smooth.min()
    assert smooth.max() <= marked.astype(np.float32).max()


@pytest.mark.parametrize("kind", ["f4", "f8", "u1", "u2"])
def test_maps_from_tiff(kind: str, tmp_path: Path) -> None:
    """Lost: a DEJ drawn in another program could not be used."""
    depths = np.arange(600).reshape(20, 30) % 50 + 20
    tifffile.imwrite(tmp_path / "dej.tif", depths.astype(kind))
    assert np.array_equal(read_dej_map(tmp_path / "dej.tif", (20, 30)).map_um, depths)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("50,51.5\n52,53\n", "dej.csv"),
        ("50;51,5\r\n52;53\r\n", "dej.csv"),
        ("\ufeff50\t51.5\t\n52\t53\t\n\n", "dej.tsv"),
    ],
)
def test_maps_from_tables(text: str, name: str, tmp_path: Path) -> None:
    """Lost: tables as spreadsheets write them, in any country, could not be used."""
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert np.array_equal(read_dej_map(tmp_path / name, (2, 2)).map_um, [[50, 51.5], [52, 53]])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"50,51\n52,deep\n", "the text 'deep'"),
        (b"y,x\n50,51\n", "the text 'y'"),
        (b"50,51\n52\n", "rows differ"),
        (b"50,,51\n52,53,54\n", "no numbers"),
        (b"50,nan\n52,53\n", "no numbers"),
        (b"50,inf\n52,53\n", "no numbers"),
        (b"50,-4\n52,53\n", "goes up to -4"),
        (b"", "is empty"),
        (b"\n\n", "rows differ in length or are missing"),
        (b"\xff\xfe\x00\x00\xff", "not a CSV table"),
        (b"50,51\n52,53\n54,55\n", "3 rows (y) and 2 columns (x), the volume 2 and 2"),
    ],
)
def test_bad_tables(data: bytes, words: str, tmp_path: Path) -> None:
    """Lost: a wrong file would bend the layers, or end in a traceback."""
    (tmp_path / "dej.csv").write_bytes(data)
    with pytest.raises(DejError) as caught:
        read_dej_map(tmp_path / "dej.csv", (2, 2))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_map(tmp_path: Path) -> None:
    """Lost: a volume, a picture or a folder in a map's place would end in a traceback."""
    tifffile.imwrite(tmp_path / "stack.tif", np.zeros((5, 20, 30), np.float32))
    (tmp_path / "text.tif").write_text("50,51")
    (tmp_path / "folder.csv").mkdir()
    for name in ("stack.tif", "text.tif", "folder.csv", "none.csv", "none.tif", "x" * 300):
        with pytest.raises(DejError) as caught:
            read_dej_map(tmp_path / name)
        assert name[:20] in str(caught.value)
    with pytest.raises(DejError, match="is a device"):
        read_dej_map("/dev/zero")


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "1,2,3", "62 um"])
def test_depths_that_are_no_numbers_are_refused(text: str) -> None:
    """A DEJ that cannot be read must not become 0."""
    with pytest.raises(DejError, match="is not a number"):
        parse_depth(text, name="dej_um")
