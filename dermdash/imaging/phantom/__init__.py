"""Synthetic LC-OCT volumes with known truth."""

from dermdash.imaging.phantom.optics import Physics
from dermdash.imaging.phantom.phantom import (
    Phantom,
    make_dermis_slab,
    make_phantom,
    quality_by_depth,
    write_phantom,
)

__all__ = [
    "Phantom",
    "Physics",
    "make_dermis_slab",
    "make_phantom",
    "quality_by_depth",
    "write_phantom",
]
