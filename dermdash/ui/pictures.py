"""Pictures of a scan for the page: WebP, and what spoke for a patch's grade."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dermdash.reporting.slices import (
    CHOSEN_COLOUR,
    DEJ_COLOUR,
    LONGEST_PX,
    Rgb,
    b_scan_picture,
    en_face_picture,
    isotropic,
)

__all__ = [
    "CHOSEN_COLOUR",
    "DEJ_COLOUR",
    "LONGEST_PX",
    "Rgb",
    "activation_picture",
    "b_scan_picture",
    "en_face_picture",
    "isotropic",
    "webp",
]


def activation_picture(
    patch: NDArray[np.uint8], activation: NDArray[np.float32], *, colour: str
) -> Rgb:
    """A patch under the places that spoke for a grade, brightest where they spoke loudest.

    patch : (224, 224, 3) uint8; its middle channel is shown
    activation : (7, 7) float32, of one grade; only what speaks for it is coloured
    """
    side = patch.shape[0]
    positive = np.clip(activation, 0, None)
    strength = positive / max(float(positive.max()), 1e-9)
    small = Image.fromarray((255 * strength).astype(np.uint8))
    mask = np.asarray(small.resize((side, side), Image.Resampling.BICUBIC), float)[..., None] / 255
    tint = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)
    grey = np.repeat(patch[..., 1:2].astype(float), 3, axis=2)
    mixed: Rgb = np.clip(grey * (1 - 0.6 * mask) + 0.6 * mask * tint, 0, 255).astype(np.uint8)
    return mixed


def webp(picture: Rgb, *, quality: int = 82) -> str:
    """The picture as a data address: Streamlit would make a PNG, ten times the size, of it."""
    target = io.BytesIO()
    Image.fromarray(picture).save(target, "WEBP", quality=quality, method=2)
    return "data:image/webp;base64," + base64.b64encode(target.getvalue()).decode()
