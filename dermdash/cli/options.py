"""Options that several commands share, and how their text becomes values."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dermdash.errors import InputError

if TYPE_CHECKING:
    from dermdash.imaging.volume import Reading

AsJson = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on standard output, nothing else.")
]
StudyName = Annotated[str, typer.Option("--study", help="The study's name.")]
Axes = Annotated[
    str | None,
    typer.Option(help="Order of the file's axes, such as zyx (en-face pages) or yzx (B-scans)."),
]
SpacingUm = Annotated[
    str | None,
    typer.Option(metavar="Z,Y,X", help="Voxel size in um where the file does not hold it."),
]
Window = Annotated[
    str | None,
    typer.Option(metavar="LO,HI", help="Grey values shown as black and white (not for uint8)."),
]


def numbers(text: str, *, option: str, form: str) -> tuple[float, ...]:
    """The finite numbers of a list such as ``1,1.2,1.2``, as many as ``form`` names.

    Raises
    ------
    InputError
        Not numbers, not finite, or not as many.

    >>> numbers("0, 255", option="--window", form="LO,HI")
    (0.0, 255.0)
    """
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != len(form.split(",")) or not all(map(math.isfinite, values)):
        raise InputError(f"{option} {text!r} is not of the form {form}; write numbers and commas")
    return values


def existing_folder(path: Path) -> Path:
    """The file's folder, which must be there before anything is computed.

    Raises
    ------
    InputError
        The folder is missing, or the path itself names a folder.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file to write")
    if not path.absolute().parent.is_dir():
        raise InputError(f"the folder of {path} does not exist; make it first")
    return path.absolute().parent


def reading(axes: str | None, spacing_um: str | None, window: str | None) -> "Reading":
    """How to read a volume, from what was typed; None leaves a part to the file.

    Raises
    ------
    InputError
        Text that is no list of numbers, or values that no volume has.
    """
    from dermdash.imaging.volume import Reading

    spacing = numbers(spacing_um, option="--spacing-um", form="Z,Y,X") if spacing_um else None
    grey = numbers(window, option="--window", form="LO,HI") if window else None
    return Reading(
        axes=axes,
        spacing_um=(spacing[0], spacing[1], spacing[2]) if spacing else None,
        window=(grey[0], grey[1]) if grey else None,
    )
