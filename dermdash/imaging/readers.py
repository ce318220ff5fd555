"""TIFF files, as instruments and image programs write them: the only door to tifffile."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tifffile import PHOTOMETRIC, PLANARCONFIG, TiffFile, TiffFrame, TiffPage, TiffPageSeries
from tifffile import imwrite as write_pages

from dermdash.errors import StoreError, VolumeError
from dermdash.imaging.files import (
    MAX_PAGES,
    check_directories,
    check_file,
    fill,
    shown,
    understandable,
)
from dermdash.imaging.spacing import Spacing, spacing_of

MAX_PAGE_VOXELS = 2**24  # 27 full LC-OCT layers; keeps a forged header from filling the memory
MAX_VOXELS_AT_ONCE = 2**30  # where a page holds many layers; six full volumes

logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # what it finds is said by our errors


@dataclass(frozen=True, slots=True)
class TiffStack:
    """One stack of equal grey pages in a file; nothing is read until asked for.

    shape : (pages, rows, columns)
    dtype : of the voxels in the file, in its byte order
    axes : order of z, y and x where the file names it, else None
    spacing_um : between pages, rows and columns; None where the file does not say
    inverted : whether the file counts from white (0) to black
    offsets : first byte of every page where pages are stored as they are, else None
    """

    path: Path
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    axes: str | None
    spacing_um: Spacing
    inverted: bool
    offsets: tuple[int, ...] | None

    def read(self, pages: slice, rows: slice) -> NDArray[Any]:
        """Voxels of some rows of some pages, and no others where pages are stored as they are.

        Returns
        -------
        (pages, rows, columns) array of the file's type

        Raises
        ------
        VolumeError
            The file is cut off, damaged or gone.
        """
        numbers = range(*pages.indices(self.shape[0]))
        first, last, _ = rows.indices(self.shape[1])
        columns = self.shape[2]
        block = np.empty((len(numbers), last - first, columns), self.dtype)
        with understandable(self.path):
            if self.offsets is not None:
                skip = first * columns * self.dtype.itemsize
                with self.path.open("rb", buffering=0) as file:
                    for plane, number in zip(block, numbers, strict=True):
                        fill(plane, file, self.offsets[number] + skip)
            else:
                with TiffFile(self.path, _multifile=False) as tiff:
                    decoded = _decode(_pages(tiff), numbers)
                    for plane, page in zip(block, decoded, strict=True):
                        plane[...] = page[first:last]
        return block


def open_tiff(path: Path) -> TiffStack:
    """Look at a TIFF file's pages without reading voxels.

    Raises
    ------
    VolumeError
        It is no TIFF file, is damaged, or holds no single stack of grey pages.
    """
    check_file(path)
    with understandable(path):
        check_directories(path)
        with TiffFile(path, _multifile=False) as tiff:
            return _describe(path, tiff)


def open_map(path: Path) -> NDArray[Any]:
    """The values of a TIFF file of one grey page: (y, x).

    Raises
    ------
    VolumeError
        It is no TIFF file, is damaged, or holds other than one grey page.
    """
    check_file(path)
    with understandable(path):
        check_directories(path)
        with TiffFile(path, _multifile=False) as tiff:
            page = tiff.pages.first
            _check_page(shown(path), page)
            if len(tiff.pages) != 1 or len(page.shape) != 2:
                raise VolumeError(f"{shown(path)} holds several pages; a map is one page")
            _check_extent(path, tiff, _offsets(tiff), page.nbytes)
            return np.asarray(page.asarray(maxworkers=1))


def write_tiff(
    path: Path,
    volume: NDArray[np.uint8] | NDArray[np.float32],
    *,
    spacing_um: tuple[float, float, float],
) -> None:
    """Write a volume as an uncompressed stack with its spacing, as ImageJ reads and writes it.

    volume : (z, y, x) uint8, or float32 for a map
    spacing_um : between layers, rows and columns

    Raises
    ------
    StoreError
        The disk refuses.
    """
    z, y, x = spacing_um
    part = path.with_name(f".{path.name[:100]}.part")  # no half volume under the whole one's name
    try:
        write_pages(
            part,
            volume,
            imagej=True,
            resolution=(1 / x, 1 / y),
            metadata={"axes": "ZYX", "spacing": z, "unit": "um"},
        )
        part.replace(path)
    except OSError as error:
        raise StoreError(f"{shown(path)} cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _describe(path: Path, tiff: TiffFile) -> TiffStack:
    name = shown(path)
    series = _series(tiff)
    first, page = series[0], series[0].keyframe
    shapes = {(s.keyframe.shape, s.dtype) for s in series}
    if len(shapes) > 1:
        sizes = ", ".join(f"{'x'.join(map(str, s))} {d}" for s, d in sorted(shapes, key=str)[:3])
        raise VolumeError(f"{name} mixes pages of {sizes}; save pages of one size and type")
    _check_page(name, page)
    names, (*counts, rows, columns) = _layout(first)
    long = [f"{axis} {n}" for axis, n in zip(names, counts, strict=False) if n > 1]
    if len(long) > 1:
        raise VolumeError(
            f"{name} holds {len(long) + 2} axes ({', '.join(long)}, pages of {rows} x {columns}); "
            "save one channel at one time as one stack"
        )
    offsets = _offsets(tiff)
    n_pages = len(offsets) if offsets else sum(_depth(page) for page in _pages(tiff))
    if n_pages < 2:
        raise VolumeError(f"{name} holds a single page; a volume is a stack of layers")
    dtype = np.dtype(first.dtype).newbyteorder(tiff.byteorder)
    _check_extent(path, tiff, offsets, rows * columns * dtype.itemsize)
    axes = "".join(a for a, n in zip(*_layout(first), strict=True) if n > 1 or a in "XY").lower()
    return TiffStack(
        path=path,
        shape=(n_pages, rows, columns),
        dtype=dtype,
        axes=axes if sorted(axes) == ["x", "y", "z"] else None,
        spacing_um=spacing_of(
            imagej=tiff.imagej_metadata,
            shaped=tiff.shaped_metadata[0] if tiff.shaped_metadata else None,
            ome_xml=tiff.ome_metadata,
            resolution=(
                page.tags.valueof("YResolution"),
                page.tags.valueof("XResolution"),
                page.resolutionunit,
            ),
        ),
        inverted=page.photometric == PHOTOMETRIC.MINISWHITE,
        offsets=offsets,
    )


def _layout(series: TiffPageSeries) -> tuple[str, tuple[int, ...]]:
    """Axes and sizes of a series, rows and columns last (a last axis of one sample dropped)."""
    if hasattr(series, "get_axes"):  # tifffile before 2026.5, the last for Python 3.11
        axes, shape = series.get_axes(squeeze=False), series.get_shape(squeeze=False)
    else:
        axes, shape = series.axes, series.shape
    return (axes[:-1], shape[:-1]) if axes.endswith("S") else (axes, shape)


def _series(tiff: TiffFile) -> list[TiffPageSeries]:
    """The file's full-size series; thumbnails and pyramid levels are left out."""
    every = list(tiff.series(squeeze=False) if callable(tiff.series) else tiff.series)
    return [s for s in every if not s.keyframe.is_reduced] or every


def _pages(tiff: TiffFile) -> list[TiffPage | TiffFrame]:
    """The pages of the full-size series in the order of the file."""
    pages = []
    for page in (page for series in _series(tiff) for page in series):
        if page is None:
            raise VolumeError(
                f"{shown(Path(tiff.filename))} names pages that lie in other files; save all in one"
            )
        pages.append(page)
    return sorted(pages, key=lambda page: page.index)


def _decode(pages: list[TiffPage | TiffFrame], numbers: range) -> Iterator[NDArray[Any]]:
    """Decode the layers named, in order, one page in memory at a time."""
    wanted, at = iter(numbers), 0
    number = next(wanted, None)
    for page in pages:
        depth = _depth(page)
        planes = None
        while number is not None and number < at + depth:
            if planes is None:
                planes = page.asarray(maxworkers=1).reshape(depth, *page.shape[-2:])
            yield planes[number - at]
            number = next(wanted, None)
        at += depth


def _depth(page: TiffPage | TiffFrame) -> int:
    """Layers within one page: its planar samples or its depth."""
    return int(np.prod(page.shape[:-2], dtype=np.int64))


def _check_page(name: str, page: TiffPage) -> None:
    colour = page.photometric not in (
        PHOTOMETRIC.MINISBLACK,
        PHOTOMETRIC.MINISWHITE,
        PHOTOMETRIC.PALETTE,
    )
    interleaved = page.samplesperpixel > 1 and page.planarconfig == PLANARCONFIG.CONTIG
    if colour or interleaved or 1 < page.samplesperpixel <= 4:
        raise VolumeError(f"{name} holds colour pages; save it as grey values")
    if page.photometric == PHOTOMETRIC.PALETTE and not page.parent.is_imagej:
        raise VolumeError(f"{name} holds pages with a colour table; save it as grey values")
    if page.dtype is None or page.dtype.kind not in "buif":
        raise VolumeError(
            f"{name} holds {page.dtype or 'unknown'} voxels; save whole or decimal grey values"
        )
    rows, columns = page.shape[-2:]
    if rows * columns == 0:
        raise VolumeError(f"{name} has pages without voxels; export it again")
    too_deep = _depth(page) * rows * columns > MAX_VOXELS_AT_ONCE
    if rows * columns > MAX_PAGE_VOXELS or too_deep or np.prod(page.chunks) > MAX_VOXELS_AT_ONCE:
        raise VolumeError(
            f"{name} promises pages of {rows} x {columns} voxels; "
            f"at most {MAX_PAGE_VOXELS:,} a page can be read"
        )


def _offsets(tiff: TiffFile) -> tuple[int, ...] | None:
    """First byte of every page, or None where a page is compressed or in pieces."""
    series = _series(tiff)
    if len(series) == 1 and series[0].dataoffset is not None and series[0].keyframe.is_final:
        _, (*sizes, rows, columns) = _layout(series[0])
        n_bytes = rows * columns * series[0].dtype.itemsize
        n_pages = min(int(np.prod(sizes, dtype=object)), MAX_PAGES)
        return tuple(series[0].dataoffset + n * n_bytes for n in range(n_pages))
    pages = _pages(tiff)
    if not all(page.is_final for page in pages):
        return None
    return tuple(
        page.dataoffsets[0] + n * page.nbytes // _depth(page)
        for page in pages
        for n in range(_depth(page))
    )


def _check_extent(
    path: Path, tiff: TiffFile, offsets: tuple[int, ...] | None, page_bytes: int
) -> None:
    """See that the file holds every byte that its header promises."""
    size = path.stat().st_size
    if offsets is not None:
        end = max(offsets) + page_bytes
    else:
        pieces = [
            piece
            for page in _pages(tiff)
            for piece in zip(page.dataoffsets, page.databytecounts, strict=True)
        ]
        end = max(offset + count for offset, count in pieces)
        if any(count == 0 for _, count in pieces):
            raise VolumeError(f"{shown(path)} has pages without voxels; export it again")
    if end > size:
        raise VolumeError(
            f"{shown(path)} is cut off: it promises {end:,} bytes and has {size:,}; "
            "copy or export it again"
        )
