"""Bad files: each is refused in one sentence that names it, soon, and without filling memory."""

import contextlib
import io
import os
import resource
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from dermdash.errors import VolumeError
from dermdash.imaging.files import check_directories, shown
from dermdash.imaging.volume import read_volume
from tests.support.volumes import texture

VOXELS = texture()


@pytest.fixture(autouse=True)
def _little_memory() -> Iterator[None]:
    """A read that asks for gigabytes fails here instead of filling the machine."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + 2**30, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)


def read_all(path: Path) -> None:
    volume = read_volume(path)
    volume.layers(0, volume.shape[0])


def refusal(path: Path) -> str:
    with pytest.raises(VolumeError) as caught:
        read_all(path)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert len(sentence) < 300
    return sentence


def tiff_bytes(voxels: Any = VOXELS, **options: Any) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, voxels, **options)
    return file.getvalue()


def directories(data: bytes) -> list[tuple[int, int]]:
    """Where each page's directory starts, and where it keeps the place of the next."""
    found, offset = [], struct.unpack_from("<I", data, 4)[0]
    while offset:
        link = offset + 2 + 12 * struct.unpack_from("<H", data, offset)[0]
        found.append((offset, link))
        offset = struct.unpack_from("<I", data, link)[0]
    return found


def with_tag(data: bytes, tag: int, value: int, pages: slice = slice(None)) -> bytes:
    """Write another value (as a long) into a tag of some pages."""
    changed = bytearray(data)
    for start, link in directories(data)[pages]:
        for place in range(start + 2, link, 12):
            if struct.unpack_from("<H", data, place)[0] == tag:
                struct.pack_into("<HI", changed, place + 2, 4, 1)
                struct.pack_into("<I", changed, place + 8, value)
    return bytes(changed)


PLAIN = tiff_bytes(metadata=None)
ZLIB = tiff_bytes(metadata=None, compression="zlib")
WIDTH, HEIGHT, COMPRESSION, OFFSETS, COUNTS = 256, 257, 259, 273, 279


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"subject_id,visit\nA,D0\n", "is not a TIFF file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "is not a TIFF file"),
        (b"II*\0", "is cut off"),
        (b"II*\0\x08\0\0\0", "is cut off"),
        (b"II*\0\0\0\0\0", "holds no page"),
        (PLAIN[:5000], "is cut off"),
        (PLAIN[: len(PLAIN) // 2], "is cut off"),
        (ZLIB[: len(ZLIB) // 2], "is cut off"),
        (with_tag(with_tag(PLAIN, WIDTH, 2**31), HEIGHT, 2**31), "promises pages of 2147483648"),
        (with_tag(with_tag(ZLIB, WIDTH, 2**31), HEIGHT, 2**31), "promises pages of 2147483648"),
        (with_tag(with_tag(ZLIB, WIDTH, 4000), HEIGHT, 4000), "is a damaged TIFF file"),
        (with_tag(PLAIN, HEIGHT, 0), "without voxels"),
        (with_tag(PLAIN, COMPRESSION, 9999), "is a damaged TIFF file"),
        (with_tag(PLAIN, OFFSETS, 10**9, slice(20, 21)), "is cut off: it promises"),
        (with_tag(ZLIB, COUNTS, 0, slice(20, 21)), "without voxels"),
        (with_tag(ZLIB, COUNTS, 10**9, slice(20, 21)), "is cut off: it promises"),
    ],
)
def test_damaged_files(data: bytes, words: str, tmp_path: Path) -> None:
    """Lost: an export that broke on its way would end in a traceback or a false grade."""
    path = tmp_path / "scan.tif"
    path.write_bytes(data)
    assert words in refusal(path)
    assert "scan.tif" in refusal(path)


@pytest.mark.parametrize(
    "options",
    [
        {"imagej": True},
        {"ome": True},
        {"bigtiff": True},
        {"compression": "lzw"},
        {"tile": (16, 16)},
    ],
)
def test_cut_files_are_known_before_grading(options: dict[str, Any], tmp_path: Path) -> None:
    """Lost: a copy that stopped half way would be stored, and found out only when graded."""
    data = tiff_bytes(**options)
    for share in (0.1, 0.5, 0.97):
        (tmp_path / "scan.tif").write_bytes(data[: int(len(data) * share)])
        with pytest.raises(VolumeError, match="cut off"):
            read_volume(tmp_path / "scan.tif")


@pytest.mark.parametrize(("last", "back_to"), [(23, 0), (23, 20), (0, 0), (12, 3)])
def test_looping_directories(last: int, back_to: int, tmp_path: Path) -> None:
    """Lost: a forged file would keep a process busy for ever."""
    data, places = bytearray(PLAIN), directories(PLAIN)
    struct.pack_into("<I", data, places[last][1], places[back_to][0])
    (tmp_path / "scan.tif").write_bytes(data)
    assert "in a loop" in refusal(tmp_path / "scan.tif")


def test_a_long_chain_that_loops_late(tmp_path: Path) -> None:
    """Lost: a loop behind the first hundred pages, which parsers do not look for, would hang."""
    data = b"II*\0" + struct.pack("<I", 8)
    for number in range(300):
        following = len(data) + 6 if number < 299 else 8 + 6 * 200
        data += struct.pack("<HI", 0, following)
    (tmp_path / "scan.tif").write_bytes(data)
    with pytest.raises(VolumeError, match="loop"):
        check_directories(tmp_path / "scan.tif")


def test_too_many_pages(tmp_path: Path) -> None:
    """Lost: a forged file of a million empty pages would keep the parser busy for minutes."""
    chain = np.arange(20_002, dtype="<u4") * 6 + 14
    pages = np.zeros(len(chain), dtype=[("n", "<u2"), ("next", "<u4")])
    pages["next"] = chain
    (tmp_path / "scan.tif").write_bytes(b"II*\0" + struct.pack("<I", 8) + pages.tobytes())
    assert "over 20,000 pages" in refusal(tmp_path / "scan.tif")


def mixed(change: Callable[[Any], Any]) -> bytes:
    file = io.BytesIO()
    with tifffile.TiffWriter(file) as tiff:
        for number, page in enumerate(VOXELS):
            tiff.write(change(page) if number == 7 else page, metadata=None)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (tiff_bytes(VOXELS[0]), "holds a single page"),
        (tiff_bytes(np.zeros((24, 50, 60, 3), np.uint8), photometric="rgb"), "colour pages"),
        (
            tiff_bytes(np.zeros((24, 3, 50, 60), np.uint8), photometric="rgb", planarconfig=2),
            "colour pages",
        ),
        (
            tiff_bytes(
                VOXELS, photometric="palette", colormap=np.zeros((3, 256), np.uint16), metadata=None
            ),
            "colour table",
        ),
        (tiff_bytes(VOXELS.astype(np.complex64)), "complex64 voxels"),
        (
            tiff_bytes(
                np.zeros((2, 24, 3, 50, 60), np.uint8), imagej=True, metadata={"axes": "TZCYX"}
            ),
            "5 axes (T 2, Z 24, C 3, pages of 50 x 60)",
        ),
        (
            tiff_bytes(np.zeros((2, 24, 3, 50, 60), np.uint8), photometric="minisblack"),
            "holds 5 axes",
        ),
        (tiff_bytes(np.zeros((2, 24, 50, 60), np.uint8), ome=True), "holds 4 axes"),
        (mixed(lambda page: page[:49]), "mixes pages of 49x60 uint8, 50x60 uint8"),
        (mixed(lambda page: page.astype(np.uint16)), "mixes pages of 50x60 uint16, 50x60 uint8"),
    ],
)
def test_other_than_one_grey_stack(data: bytes, words: str, tmp_path: Path) -> None:
    """Lost: colours, times or channels would be graded as if they were layers."""
    (tmp_path / "scan.tif").write_bytes(data)
    assert words in refusal(tmp_path / "scan.tif")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_voxels_that_are_no_numbers(value: float, tmp_path: Path) -> None:
    """Lost: NaN would turn into some grey, and into a grade."""
    voxels = VOXELS.astype(np.float32)
    voxels[13, 25, 31] = value
    tifffile.imwrite(tmp_path / "scan.tif", voxels)
    assert "NaN or infinite" in refusal(tmp_path / "scan.tif")


@pytest.mark.parametrize("kind", ["u2", "i2", "f4"])
def test_blank_volumes(kind: str, tmp_path: Path) -> None:
    """Lost: an empty recording would be graded."""
    tifffile.imwrite(tmp_path / "scan.tif", np.zeros(VOXELS.shape, kind))
    assert "all voxels are 0" in refusal(tmp_path / "scan.tif")


def test_what_is_no_file(tmp_path: Path) -> None:
    """Lost: a folder, a pipe or a device in a file's place would hang or crash."""
    os.mkfifo(tmp_path / "pipe.tif")
    (tmp_path / "loop.tif").symlink_to("loop.tif")
    assert "is a folder" in refusal(tmp_path)
    assert "is a device" in refusal(tmp_path / "pipe.tif")
    assert "is a device" in refusal(Path("/dev/zero"))
    assert "is not there" in refusal(tmp_path / "none.tif")
    assert "cannot be opened" in refusal(tmp_path / "loop.tif")
    assert "cannot be opened" in refusal(Path("scan\0.tif"))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lost: a file of somebody else's would end in a traceback."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "scan.tif").write_bytes(PLAIN)
    monkeypatch.setattr(Path, "open", refuse)  # root may read everything
    assert "may not be read" in refusal(tmp_path / "scan.tif")


@pytest.mark.parametrize(
    "name", ["x" * 300 + ".tif", "😀.tif", "a\nb.tif", "../../x.tif", "\udcff.tif", "a\u202eb.tif"]
)
def test_hostile_names(name: str, tmp_path: Path) -> None:
    """Lost: a file's name could break the sentence, the terminal or the page that shows it."""
    refusal(tmp_path / name)
    assert shown(Path(name)).isprintable()
    assert len(shown(Path(name))) <= 80


@settings(max_examples=150, deadline=2000)
@given(
    form=st.sampled_from(
        [
            tiff_bytes(texture((6, 20, 30)), **options)
            for options in (
                {},
                {"imagej": True},
                {"ome": True, "compression": "lzw", "tile": (16, 16)},
                {"bigtiff": True, "metadata": None, "rowsperstrip": 7},
                {"compression": "zlib", "predictor": 2},
            )
        ]
    ),
    places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.floats(0.5, 1),
)
def test_any_damage_is_read_or_refused(
    form: bytes, places: list[tuple[float, int]], cut: float, tmp_path_factory: Any
) -> None:
    """Lost: some damage that nobody thought of would end in a traceback or a hang."""
    data = bytearray(form)
    for place, value in places:
        data[int(place**3 * (len(data) - 1))] = value
    path = tmp_path_factory.getbasetemp() / "damaged.tif"
    path.write_bytes(data[: int(len(data) * cut)])
    with contextlib.suppress(VolumeError):
        read_all(path)
