"""All that makes a phantom again, voxel by voxel, in words that JSON knows."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dermdash.imaging.phantom.phantom import make_phantom

SPACING_UM = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The arguments of `make_phantom` that are not drawn.

    quality : one, two or 70 numbers, 1 to 4
    shape : (z, y, x) in um

    >>> recipe = Recipe(quality=(2.5,), shape=(130, 400, 400), dej_um=40, seed=7)
    >>> Recipe.from_json(recipe.to_json()) == recipe
    True
    """

    quality: tuple[float, ...]
    shape: tuple[int, int, int]
    dej_um: float | None = None
    flat: bool = False
    seed: int = 0
    subject_seed: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        nz, ny, nx = values["shape"]
        return cls(**{**values, "quality": tuple(values["quality"]), "shape": (nz, ny, nx)})


def make_phantom_file(path: Path, recipe: Recipe) -> tuple[Path, Path]:
    """What an engine's process runs: write a phantom's volume, and its DEJ map beside it.

    Returns both paths; the map is (y, x) float32 in NumPy's own format, depth in um.
    """
    from dermdash.imaging.readers import write_tiff

    phantom = make_phantom(**{**recipe.to_json(), "quality": recipe.quality})
    write_tiff(path, phantom.volume, spacing_um=SPACING_UM)
    map_path = path.with_suffix(".npy")
    np.save(map_path, phantom.dej_map_um)
    return path, map_path


def read_map(path: Path) -> NDArray[np.float32]:
    """The DEJ map that `make_phantom_file` wrote: (y, x) float32, depth in um."""
    return np.asarray(np.load(path, allow_pickle=False), np.float32)
