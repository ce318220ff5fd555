"""The distance between voxels as TIFF tags tell it: ImageJ, OME, tifffile and resolution tags."""

import math
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

Spacing = tuple[float | None, float | None, float | None]

UNITS_UM = {
    "nm": 1e-3,
    "nanometer": 1e-3,
    "um": 1.0,
    "µm": 1.0,
    "micron": 1.0,
    "micrometer": 1.0,
    "mm": 1e3,
    "millimeter": 1e3,
    "cm": 1e4,
    "centimeter": 1e4,
    "m": 1e6,
    "meter": 1e6,
    "inch": 25_400.0,
    "in": 25_400.0,
}
# A 1-7 µm field of view of 400 px is a microscope's; 72 to 1200 dpi (353 to 21 µm) is a printer's.
PLAUSIBLE_UM = (0.05, 20.0)


def spacing_of(
    *,
    imagej: Mapping[str, Any] | None,
    shaped: Mapping[str, Any] | None,
    ome_xml: str | None,
    resolution: tuple[object, object, int],
) -> Spacing:
    """Spacing between pages, rows and columns in µm, None where the file does not say.

    imagej, shaped : the description as ImageJ or tifffile write it
    ome_xml : the description as OME writes it
    resolution : voxels per unit along rows and columns, as (numerator, denominator), and the
        unit (1 none, 2 inch, 3 cm)

    A value that no microscope has (default tags of 72 dpi, a spacing of 0) counts as unsaid.

    >>> spacing_of(imagej={"unit": "micron", "spacing": 1.1}, shaped=None, ome_xml=None,
    ...            resolution=((1, 2), (1, 2), 1))
    (1.1, 2.0, 2.0)
    >>> spacing_of(imagej=None, shaped=None, ome_xml=None, resolution=((72, 1), (72, 1), 2))
    (None, None, None)
    """
    spacing = _ome(ome_xml) if ome_xml else _described(imagej or shaped or {}, resolution)
    low, high = PLAUSIBLE_UM
    z, y, x = (round(um, 6) if um is not None and low <= um <= high else None for um in spacing)
    return z, y, x


def unit_um(unit: object) -> float | None:
    """A unit of length in µm.

    >>> unit_um("\\\\u00B5m"), unit_um("Microns"), unit_um("pixel")
    (1.0, 1.0, None)
    """
    if not isinstance(unit, str):
        return None
    word = unit.strip().replace("\\u00B5", "µ").replace("\\u00b5", "µ").replace("μ", "µ")
    word = word.lower().replace("metre", "meter")
    return UNITS_UM.get(word) or UNITS_UM.get(word.removesuffix("s"))


def _described(description: Mapping[str, Any], resolution: tuple[object, object, int]) -> Spacing:
    per_row, per_column = _ratio(resolution[0]), _ratio(resolution[1])
    tag_unit = {2: 25_400.0, 3: 10_000.0}.get(resolution[2], 0.0)
    unit = unit_um(description.get("unit"))
    if unit is None:
        return None, _spacing(per_row, tag_unit), _spacing(per_column, tag_unit)
    # ImageJ leaves out what is 1, and gives y and z a unit of their own only where they differ.
    z_unit = unit_um(description.get("zunit")) or unit
    y_unit = unit_um(description.get("yunit")) or unit
    spacing = _number(description.get("spacing", 1.0))
    return (
        spacing * z_unit if spacing is not None else None,
        _spacing(per_row or 1.0, y_unit),
        _spacing(per_column or 1.0, unit),
    )


def _ratio(value: object) -> float:
    """Value of a rational tag, 0 where it is missing or impossible."""
    match value:
        case (int() as numerator, int() as denominator) if denominator:
            return numerator / denominator
    return 0.0


def _spacing(per_unit: float, unit: float) -> float | None:
    return unit / per_unit if per_unit > 0 and unit > 0 else None


def _ome(xml: str) -> Spacing:
    try:
        root = ElementTree.fromstring(xml)
    except (ElementTree.ParseError, ValueError):
        return None, None, None
    for element in root.iter():
        if re.sub(r"^\{.*\}", "", element.tag) == "Pixels":
            z, y, x = (_ome_length(element.attrib, axis) for axis in "ZYX")
            return z, y, x
    return None, None, None


def _ome_length(attributes: Mapping[str, str], axis: str) -> float | None:
    value = _number(attributes.get(f"PhysicalSize{axis}"))
    unit = unit_um(attributes.get(f"PhysicalSize{axis}Unit", "µm"))
    return value * unit if value is not None and unit is not None else None


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
