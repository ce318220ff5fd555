"""Slices of stored volumes, read once and kept for the next look; keyed by content."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from dermdash.imaging.dej import Dej
from dermdash.imaging.resident import Key, ResidentVolumes
from dermdash.imaging.slab import planes_at
from dermdash.imaging.volume import Volume
from dermdash.trial.scans import Scan

KEPT = 24  # slices of 0.4 to 0.6 MB


def open_scan(scan: Scan) -> Volume:
    """The scan's volume, as it was read when it was stored.

    Raises
    ------
    VolumeError, StoreError
        Its file is missing, damaged, or not the one that was registered.
    """
    return scan.open()


@st.cache_resource(show_spinner=False)
def resident_volumes() -> ResidentVolumes:
    """The volumes that are held ready for whoever marks."""
    return ResidentVolumes()


def hold(scan: Scan) -> Volume:
    """The scan's volume with its voxels at hand, for slice after slice of it.

    Raises
    ------
    VolumeError, StoreError
        As `open_scan`.
    """
    return resident_volumes().get(_key(scan), scan.open)


def expect(scan: Scan) -> None:
    """Make a scan's volume ready in the background."""
    resident_volumes().expect(_key(scan), scan.open)


def let_go(scan: Scan) -> None:
    """Nobody marks this scan any more."""
    resident_volumes().release(_key(scan))


def b_scan(scan: Scan, y: int) -> NDArray[np.uint8]:
    """The section of index y: (z, x) uint8."""
    return _b_scan(scan.volume_sha256, str(scan.reading), y, scan)


def layer(scan: Scan, dej: Dej, depth_um: int) -> NDArray[np.uint8]:
    """The layer at a depth under the DEJ, following it: (y, x) uint8."""
    return _layer(scan.volume_sha256, str(scan.reading), dej.digest, depth_um, scan, dej)


def dej_line(dej: Dej, y: int) -> NDArray[np.float64] | float:
    """The DEJ's depth along the section of index y, as it is followed: one, or (x,) µm."""
    if dej.map_um is None:
        return float(dej.depth_um or 0.0)
    line: NDArray[np.float64] = dej.map_um[y].astype(np.float64)
    return line


def _key(scan: Scan) -> Key:
    return scan.volume_sha256, scan.reading


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _b_scan(sha256: str, reading: str, y: int, _scan: Scan) -> NDArray[np.uint8]:
    return open_scan(_scan).b_scan(y)


@st.cache_data(max_entries=KEPT, show_spinner=False)
def _layer(
    sha256: str, reading: str, dej_digest: str, depth_um: int, _scan: Scan, _dej: Dej
) -> NDArray[np.uint8]:
    plane = planes_at(open_scan(_scan), _dej, depth_um, depth_um)[0]
    rounded: NDArray[np.uint8] = np.rint(plane).astype(np.uint8)
    return rounded
