"""TIFF in the wild: what a person's instrument wrote comes back as it was, or is refused."""

import contextlib
import os
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from dermdash.errors import VolumeError
from dermdash.imaging.readers import open_map, open_tiff, write_tiff
from dermdash.imaging.volume import Reading, read_volume
from tests.support.volumes import texture

VOXELS = texture()
Write = Callable[[Path, NDArray[Any]], None]


def written(**options: Any) -> Write:
    return lambda path, voxels: tifffile.imwrite(path, voxels, **options)


def page_by_page(**options: Any) -> Write:
    def write(path: Path, voxels: NDArray[Any]) -> None:
        with tifffile.TiffWriter(path) as tiff:
            for page in voxels:
                tiff.write(page, **options)

    return write


def in_chunks(path: Path, voxels: NDArray[Any]) -> None:
    with tifffile.TiffWriter(path) as tiff:
        for start in range(0, len(voxels), 6):
            tiff.write(voxels[start : start + 6])


def pyramid(path: Path, voxels: NDArray[Any]) -> None:
    with tifffile.TiffWriter(path, ome=True) as tiff:
        tiff.write(voxels, subifds=1, tile=(16, 16), metadata={"axes": "ZYX"})
        tiff.write(voxels[:, ::2, ::2], subfiletype=1, tile=(16, 16))


def behind_a_thumbnail(path: Path, voxels: NDArray[Any]) -> None:
    with tifffile.TiffWriter(path) as tiff:
        tiff.write(voxels[0, ::2, ::2], subfiletype=1, metadata=None)
        for page in voxels:
            tiff.write(page, metadata=None)


def by_opencv(path: Path, voxels: NDArray[Any]) -> None:
    assert cv2.imwritemulti(str(path), list(voxels))


def by_pillow(**options: Any) -> Write:
    def write(path: Path, voxels: NDArray[Any]) -> None:
        from PIL import Image

        first, *others = (Image.fromarray(page) for page in voxels)
        first.save(path, save_all=True, append_images=others, **options)

    return write


FORMS: dict[str, Write] = {
    "plain": written(metadata=None),
    "tifffile": written(),
    "big-endian": written(byteorder=">"),
    "imagej": written(imagej=True),
    "imagej-time": written(imagej=True, metadata={"axes": "TYX"}),
    "imagej-channels": written(imagej=True, metadata={"axes": "CYX"}),
    "ome": written(ome=True),
    "bigtiff": written(bigtiff=True),
    "bigtiff-big-endian": written(bigtiff=True, byteorder=">", metadata=None),
    "strips": written(rowsperstrip=7),
    "tiles": written(tile=(16, 32)),
    "deep-tiles": written(tile=(8, 16, 32), volumetric=True, compression="zlib"),
    "planar": written(planarconfig="separate", photometric="minisblack"),
    "planar-lzw": written(planarconfig="separate", photometric="minisblack", compression="lzw"),
    **{
        name: written(compression=name)
        for name in ("lzw", "zlib", "deflate", "zstd", "packbits", "lzma")
    },
    **{
        f"{name}-predictor": written(compression=name, predictor=2)
        for name in ("lzw", "zlib", "zstd")
    },
    "lzw-strips": written(compression="lzw", rowsperstrip=7, metadata=None),
    "zlib-tiles-ome": written(compression="zlib", tile=(16, 16), ome=True),
    "page-by-page": page_by_page(),
    "page-by-page-plain": page_by_page(metadata=None),
    "page-by-page-contiguous": page_by_page(contiguous=True),
    "page-by-page-lzw": page_by_page(compression="lzw"),
    "chunks": in_chunks,
    "pyramid": pyramid,
    "thumbnail": behind_a_thumbnail,
    "opencv": by_opencv,
    "pillow": by_pillow(),
    "pillow-lzw": by_pillow(compression="tiff_lzw"),
    "pillow-deflate": by_pillow(compression="tiff_adobe_deflate"),
}


@pytest.mark.parametrize("form", FORMS)
def test_reads_what_was_written(form: str, tmp_path: Path) -> None:
    """Lost: a scan saved in this form could not be graded, or with its voxels out of place."""
    FORMS[form](tmp_path / "scan.tif", VOXELS)
    volume = read_volume(tmp_path / "scan.tif")
    assert volume.shape == VOXELS.shape
    assert np.array_equal(volume.layers(0, 24), VOXELS)
    assert np.array_equal(volume.layers(5, 7), VOXELS[5:7])
    assert np.array_equal(volume.b_scan(49), VOXELS[:, 49])


@pytest.mark.parametrize("compression", [None, "zstd"])
@pytest.mark.parametrize("axes", ["zyx", "yzx", "xyz", "zxy", "yxz", "xzy"])
def test_reads_pages_of_any_order(axes: str, compression: str | None, tmp_path: Path) -> None:
    """Lost: files whose pages are B-scans would be graded sideways."""
    turned = VOXELS.transpose(["zyx".index(axis) for axis in axes])
    tifffile.imwrite(tmp_path / "scan.tif", turned, compression=compression)
    volume = read_volume(tmp_path / "scan.tif", Reading(axes=axes))
    assert np.array_equal(volume.layers(3, 20), VOXELS[3:20])
    assert np.array_equal(volume.en_face(23), VOXELS[23])
    assert np.array_equal(volume.b_scan(7), VOXELS[:, 7])


def test_reads_the_order_that_the_file_names(tmp_path: Path) -> None:
    """Lost: a file that says that its pages are B-scans would have to be told so again."""
    turned = VOXELS.transpose(1, 0, 2)
    tifffile.imwrite(tmp_path / "scan.tif", turned, metadata={"axes": "YZX"})
    volume = read_volume(tmp_path / "scan.tif")
    assert volume.reading.axes == "yzx"
    assert np.array_equal(volume.layers(0, 24), VOXELS)


def test_turns_white_to_black(tmp_path: Path) -> None:
    """Lost: inverted files would be graded as negatives."""
    tifffile.imwrite(tmp_path / "scan.tif", VOXELS, photometric="miniswhite")
    assert np.array_equal(read_volume(tmp_path / "scan.tif").layers(0, 24), 255 - VOXELS)


def test_reads_imagej_stacks_with_a_lookup_table(tmp_path: Path) -> None:
    """Lost: stacks saved from ImageJ under a display colour could not be graded."""
    table = np.stack([np.arange(256, dtype=np.uint16) * 257] * 3)
    tifffile.imwrite(
        tmp_path / "scan.tif", VOXELS, photometric="palette", colormap=table, description=IMAGEJ
    )
    assert np.array_equal(read_volume(tmp_path / "scan.tif").layers(0, 24), VOXELS)


IMAGEJ = "ImageJ=1.54f\nimages=24\nslices=24\nunit=micron\nspacing=1.5\n"


def test_reads_imagej_stacks_of_one_directory(tmp_path: Path) -> None:
    """Lost: ImageJ's files over 4 GB, which name their first page only, would be refused."""
    path = tmp_path / "scan.tif"
    tifffile.imwrite(path, VOXELS[0], description=IMAGEJ, metadata=None)
    with path.open("ab") as file:
        file.write(VOXELS[1:].tobytes())
    offset = first_voxel_offset(path)
    assert offset + VOXELS[0].size == path.stat().st_size - VOXELS[1:].size
    volume = read_volume(path)
    assert volume.spacing_um[0] == 1.5
    assert np.array_equal(volume.layers(0, 24), VOXELS)


def first_voxel_offset(path: Path) -> int:
    with tifffile.TiffFile(path) as tiff:
        return int(tiff.pages.first.dataoffsets[0])


@pytest.mark.parametrize("axes", ["zyx", "yzx"])
def test_reads_no_page_that_is_not_needed(
    axes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost: grading would read 300 layers for 72, and memory and time would grow fourfold."""
    from dermdash.imaging import readers

    voxels = texture((300, 20, 30))
    turned = voxels.transpose(["zyx".index(axis) for axis in axes])
    tifffile.imwrite(tmp_path / "scan.tif", turned)
    n_bytes = 0
    fill = readers.fill

    def counting_fill(plane: NDArray[Any], *place: Any) -> None:
        nonlocal n_bytes
        n_bytes += plane.nbytes
        fill(plane, *place)

    monkeypatch.setattr(readers, "fill", counting_fill)
    volume = read_volume(tmp_path / "scan.tif", Reading(axes=axes))
    assert n_bytes == 0
    volume.layers(61, 133)
    assert n_bytes == 72 * 20 * 30


def test_decodes_no_page_that_is_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost: grading a compressed volume would decode 300 layers for 72."""
    tifffile.imwrite(tmp_path / "scan.tif", texture((300, 20, 30)), compression="zlib")
    decoded = []
    asarray = tifffile.TiffPage.asarray  # that of frames goes through it

    def counting(page: Any, **options: Any) -> Any:
        decoded.append(page.index)
        return asarray(page, **options)

    monkeypatch.setattr(tifffile.TiffPage, "asarray", counting)
    read_volume(tmp_path / "scan.tif").layers(61, 133)
    assert decoded == list(range(61, 133))


def test_writes_what_it_reads(tmp_path: Path) -> None:
    """Lost: phantoms would not keep their voxels or spacing, here or in ImageJ."""
    write_tiff(tmp_path / "phantom.tif", VOXELS, spacing_um=(1.1, 1.2, 1.3))
    volume = read_volume(tmp_path / "phantom.tif")
    assert volume.spacing_um == (1.1, 1.2, 1.3)
    assert volume.spacing_source == "tags"
    assert np.array_equal(volume.layers(0, 24), VOXELS)
    with tifffile.TiffFile(tmp_path / "phantom.tif") as tiff:
        assert tiff.is_imagej


def test_a_map_is_one_page(tmp_path: Path) -> None:
    """Lost: a volume given as a DEJ map would be taken for its first page."""
    tifffile.imwrite(tmp_path / "map.tif", VOXELS[0].astype(np.float32))
    assert np.array_equal(open_map(tmp_path / "map.tif"), VOXELS[0])
    tifffile.imwrite(tmp_path / "stack.tif", VOXELS)
    with pytest.raises(VolumeError, match="one page"):
        open_map(tmp_path / "stack.tif")


def test_files_of_installed_libraries_are_read_or_refused_in_words() -> None:
    """Lost: a TIFF of unknown origin could end in a traceback."""
    roots = {sysconfig.get_paths()[name] for name in ("purelib", "stdlib")}
    files = [
        Path(folder) / name
        for root in roots
        for folder, _, names in os.walk(root)
        for name in names
        if name.lower().endswith((".tif", ".tiff", ".lsm", ".stk"))
    ]
    for path in files:
        with contextlib.suppress(VolumeError):
            stack = open_tiff(path)
            assert stack.read(slice(0, 1), slice(None)).shape[1:] == stack.shape[1:]
