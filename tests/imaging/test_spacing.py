"""Spacing from tags: a wrong distance between voxels moves every depth and crop."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from dermdash.errors import VolumeError
from dermdash.imaging.spacing import unit_um
from dermdash.imaging.volume import Reading, read_volume
from tests.support.volumes import texture

VOXELS = texture((24, 20, 30))


def spacing(path: Path, **options: Any) -> tuple[tuple[float, float, float], str]:
    tifffile.imwrite(path / "scan.tif", VOXELS, **options)
    volume = read_volume(path / "scan.tif")
    return volume.spacing_um, volume.spacing_source


@pytest.mark.parametrize(
    ("unit", "um"),
    [
        ("um", 1),
        ("µm", 1),
        ("\\u00B5m", 1),
        ("micron", 1),
        ("microns", 1),
        ("micrometer", 1),
        ("mm", 1000),
        ("nm", 0.001),
        ("cm", 10_000),
        ("inch", 25_400),
    ],
)
def test_imagej_units(unit: str, um: float, tmp_path: Path) -> None:
    """Lost: ImageJ's stacks would be taken for 1 µm grids, or for grids 1000 times too fine."""
    description = f"ImageJ=1.54f\nimages=24\nslices=24\nunit={unit}\nspacing={1.1 / um}\n"
    tifffile.imwrite(
        tmp_path / "scan.tif",
        VOXELS,
        description=description.encode("latin-1"),
        metadata=None,
        resolution=(um / 1.3, um / 1.2),
    )
    volume = read_volume(tmp_path / "scan.tif")
    assert volume.spacing_um == pytest.approx((1.1, 1.2, 1.3), abs=1e-5)
    assert volume.spacing_source == "tags"


def test_imagej_leaves_out_ones(tmp_path: Path) -> None:
    """Lost: a calibrated stack of 1 µm layers would be asked for its spacing."""
    found = spacing(tmp_path, imagej=True, metadata={"unit": "um"}, resolution=(0.5, 0.5))
    assert found == ((1.0, 2.0, 2.0), "tags")


def test_imagej_units_of_their_own(tmp_path: Path) -> None:
    """Lost: layers measured in mm beside rows in µm would be 1000 times too close."""
    metadata = {"unit": "um", "zunit": "mm", "spacing": 0.002}
    found = spacing(tmp_path, imagej=True, metadata=metadata, resolution=(1, 1))
    assert found == ((2.0, 1.0, 1.0), "tags")


def test_ome(tmp_path: Path) -> None:
    """Lost: OME files would lose their spacing or its units."""
    metadata = {
        "axes": "ZYX",
        "PhysicalSizeZ": 1100,
        "PhysicalSizeZUnit": "nm",
        "PhysicalSizeY": 0.0012,
        "PhysicalSizeYUnit": "mm",
        "PhysicalSizeX": 1.3,
    }
    assert spacing(tmp_path, ome=True, metadata=metadata) == ((1.1, 1.2, 1.3), "tags")


def test_ome_without_the_distance_of_layers(tmp_path: Path) -> None:
    """Lost: half a spacing would pass as a whole one, and depth would be wrong unseen."""
    metadata = {"axes": "ZYX", "PhysicalSizeY": 1.2, "PhysicalSizeX": 1.3}
    assert spacing(tmp_path, ome=True, metadata=metadata) == ((1.0, 1.2, 1.3), "assumed")


@pytest.mark.parametrize("axes", ["zyx", "yzx"])
def test_spacing_belongs_to_the_axes_as_read(axes: str, tmp_path: Path) -> None:
    """Lost: in a file of B-scans the distance between pages would be taken for depth."""
    tifffile.imwrite(
        tmp_path / "scan.tif",
        VOXELS,
        imagej=True,
        metadata={"unit": "um", "spacing": 1.5},
        resolution=(0.5, 0.8),
    )
    volume = read_volume(tmp_path / "scan.tif", Reading(axes=axes))
    by_axis = dict(zip(axes, (1.5, 1.25, 2.0), strict=True))
    assert volume.spacing_um == tuple(by_axis[axis] for axis in "zyx")


@pytest.mark.parametrize(
    ("dots", "unit"),
    [
        ((72, 72), "inch"),
        ((96, 96), "inch"),
        ((300, 300), "inch"),
        ((1, 1), "none"),
        ((1, 1), "cm"),
    ],
)
def test_a_printers_resolution_is_no_spacing(
    dots: tuple[int, int], unit: str, tmp_path: Path
) -> None:
    """Lost: default tags of 72 dpi would make a scan 43 cm wide."""
    options = {"resolution": dots, "resolutionunit": {"inch": 2, "none": 1, "cm": 3}[unit]}
    assert spacing(tmp_path, metadata=None, **options) == ((1.0, 1.0, 1.0), "assumed")


def test_a_microscopes_resolution_is_half_a_spacing(tmp_path: Path) -> None:
    """Lost: rows and columns would be assumed where the file knows them."""
    options = {"resolution": (10_000 / 1.3, 10_000 / 1.2), "resolutionunit": 3}
    found, source = spacing(tmp_path, metadata=None, **options)
    assert found == pytest.approx((1.0, 1.2, 1.3), abs=1e-5)
    assert source == "assumed"


@pytest.mark.parametrize("value", [0, -1, np.nan, 1e9])
def test_impossible_tags_count_as_unsaid(value: float, tmp_path: Path) -> None:
    """Lost: a tag of 0 µm would divide by zero somewhere down the corridor."""
    found = spacing(tmp_path, imagej=True, metadata={"unit": "um", "spacing": value})
    assert found == ((1.0, 1.0, 1.0), "assumed")


def test_what_is_given_counts(tmp_path: Path) -> None:
    """Lost: a person could not correct a wrong tag."""
    tifffile.imwrite(tmp_path / "scan.tif", VOXELS, imagej=True, metadata={"unit": "um"})
    volume = read_volume(tmp_path / "scan.tif", Reading(spacing_um=(2, 1.5, 1.5)))
    assert volume.spacing_um == (2.0, 1.5, 1.5)
    assert volume.spacing_source == "given"


@pytest.mark.parametrize("given", [(0, 1, 1), (-1, 1, 1), (1, 1, np.nan), (1, 1), (1, 1, 1e6)])
def test_given_nonsense_is_refused(given: tuple[float, ...]) -> None:
    """Lost: a slip of the keyboard would be graded."""
    with pytest.raises(VolumeError, match="no spacing"):
        Reading(spacing_um=given)  # type: ignore[arg-type]


@pytest.mark.parametrize("unit", ["pixel", "", None, 3, "furlong"])
def test_unknown_units(unit: object) -> None:
    """Lost: pixels would pass as µm."""
    assert unit_um(unit) is None
