"""Commands on single volumes, without a store: ``phantom`` and ``grade``."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dermdash.cli.console import answer, say
from dermdash.cli.options import (
    AsJson,
    Axes,
    SpacingUm,
    Window,
    existing_folder,
    numbers,
    reading,
)
from dermdash.errors import DejError, InputError
from dermdash.settings import load_settings, usable_cores

if TYPE_CHECKING:
    from dermdash.grading.profile import Grading
    from dermdash.imaging.dej import Dej

AUTO = "auto"
MAX_SIDE, MAX_VOXELS = 4096, 1_000_000_000  # five full stacks: what a usual memory holds
TIFF = (".tif", ".tiff")


def phantom(
    out: Annotated[Path, typer.Argument(metavar="OUT.tif", help="The TIFF to write.")],
    *,
    quality: Annotated[
        str,
        typer.Option(
            metavar="Q or Q0:Q1",
            help="Dermal quality 1 to 4; Q0 at the DEJ and Q1 at 69 um below it.",
        ),
    ] = "2.5",
    shape: Annotated[
        str, typer.Option(metavar="Z,Y,X", help="Voxels of 1 um, depth first.")
    ] = "300,500,1224",
    dej_um: Annotated[
        str | None,
        typer.Option(metavar="D", help="Median depth of the DEJ; drawn from the seed if left out."),
    ] = None,
    flat: Annotated[bool, typer.Option("--flat", help="A flat DEJ.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same volume.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Write a synthetic volume with known truth, OUT.truth.json and OUT.dej.tif beside it."""
    from dermdash.imaging.dej import parse_depth
    from dermdash.imaging.phantom import make_phantom, write_phantom

    if out.suffix.lower() not in TIFF:
        raise InputError(f"{out.name} does not end with .tif; a phantom is written as TIFF")
    existing_folder(out)
    depth = None if dej_um is None else parse_depth(dej_um, name="--dej-um")
    made = make_phantom(
        quality=_quality(quality), shape=_shape(shape), dej_um=depth, flat=flat, seed=seed
    )
    truth = write_phantom(out, made)
    answer(
        truth,
        as_json=as_json,
        text=f"{out}: synthetic, DEJ at {truth['dej_um']:.1f} um, seed {seed}",
    )


def _quality(text: str) -> float | tuple[float, float]:
    try:
        values = [float(part) for part in text.split(":")]
    except ValueError:
        values = []
    if len(values) not in (1, 2) or not all(1 <= value <= 4 for value in values):
        raise InputError(f"--quality {text!r} is not of the form Q or Q0:Q1; grades go from 1 to 4")
    return values[0] if len(values) == 1 else (values[0], values[1])


def _shape(text: str) -> tuple[int, int, int]:
    z, y, x = numbers(text, option="--shape", form="Z,Y,X")
    if not all(value.is_integer() and value >= 1 for value in (z, y, x)):
        raise InputError(f"--shape {text!r} counts voxels; write three whole numbers above 0")
    if max(z, y, x) > MAX_SIDE or z * y * x > MAX_VOXELS:
        raise InputError(
            f"--shape {text!r} is too large; at most {MAX_SIDE} a side and {MAX_VOXELS:,} in all"
        )
    return int(z), int(y), int(x)


def grade(
    volume: Annotated[Path, typer.Argument(metavar="VOLUME", help="The TIFF stack.")],
    *,
    dej_um: Annotated[
        str | None, typer.Option(metavar="D", help="Depth of the DEJ, from the first slice.")
    ] = None,
    dej_map: Annotated[
        Path | None, typer.Option(help="Depth map of the DEJ in um: TIFF, or CSV without header.")
    ] = None,
    dej: Annotated[
        str | None,
        typer.Option(metavar=AUTO, help="Find the DEJ; not available in this version."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="Name of a model; the bundled one if left out.")
    ] = None,
    axes: Axes = None,
    spacing_um: SpacingUm = None,
    window: Window = None,
    as_json: AsJson = False,
) -> None:
    """Grade one volume under its DEJ: the score, and its profile along depth."""
    _one_dej(dej_um, dej_map, dej)
    from dermdash.grading.grader import load_grader
    from dermdash.grading.model import find_model
    from dermdash.imaging.volume import read_volume
    from dermdash.pipeline import grade_volume

    started = time.perf_counter()
    scan = read_volume(volume, reading(axes, spacing_um, window))
    surface = _given_dej(dej_um, dej_map, scan.shape[1:])
    surface.check(scan)
    chosen = find_model(model, load_settings().model_folders)
    with ThreadPoolExecutor(1) as beside:
        digest = beside.submit(lambda: scan.sha256)
        grading = grade_volume(scan, surface, load_grader(chosen.folder, threads=usable_cores()))
    if scan.spacing_source == "assumed":
        say(f"{volume.name} holds no voxel size, so 1 um is assumed; give --spacing-um Z,Y,X")
    result = _result(grading) | {
        "model": chosen.name,
        "model_digest": chosen.digest,
        "model_use": chosen.use,
        "volume_sha256": digest.result(),
        "dej_um": surface.median_um,
        "axes": scan.reading.axes,
        "spacing_um": list(scan.spacing_um),
        "spacing_source": scan.spacing_source,
        "seconds": round(time.perf_counter() - started, 3),
    }
    answer(result, as_json=as_json, text=_sentence(volume, result))


def _one_dej(dej_um: str | None, dej_map: Path | None, dej: str | None) -> None:
    """Exactly one way of saying where the dermis begins."""
    if dej == AUTO:
        raise DejError(
            "--dej auto: finding the DEJ is not available in this version; "
            "give --dej-um or --dej-map"
        )
    if dej is not None:
        raise DejError(f"--dej {dej!r} is not auto; give a depth as --dej-um or a map as --dej-map")
    if (dej_um is None) == (dej_map is None):
        raise DejError("where the dermis begins is needed once; give --dej-um or --dej-map")


def _given_dej(dej_um: str | None, dej_map: Path | None, shape_yx: tuple[int, int]) -> "Dej":
    from dermdash.imaging.dej import Dej, parse_depth, read_dej_map

    if dej_um is not None:
        return Dej.plane(parse_depth(dej_um, name="--dej-um"))
    if dej_map is None:
        raise DejError("where the dermis begins is needed; give --dej-um or --dej-map")
    return read_dej_map(dej_map, shape_yx)


def _result(grading: "Grading") -> dict[str, object]:
    from dermdash.grading.profile import depth_profile, summarize

    profile = depth_profile(grading.slab)
    summary = summarize(grading)
    rows = zip(
        profile.depth_um.tolist(),
        profile.grade_mean.tolist(),
        profile.expected_grade.tolist(),
        profile.n_patches.tolist(),
        strict=True,
    )
    return {
        "grade_mean": float(summary.grade_mean),
        "expected_grade": float(summary.expected_grade),
        "class_share": [float(share) for share in summary.class_share],
        "n_layers": int(summary.n_layers),
        "profile": [
            {"depth_um": depth, "grade_mean": mean, "expected_grade": expected, "n_patches": count}
            for depth, mean, expected, count in rows
        ],
    }


def _sentence(volume: Path, result: dict[str, object]) -> str:
    return (
        f"{volume.name}: grade_mean {result['grade_mean']:.2f}, "
        f"expected_grade {result['expected_grade']:.2f} of 4 over {result['n_layers']} layers "
        f"(model {result['model']}, {result['model_use']}, {result['seconds']:.1f} s)"
    )
