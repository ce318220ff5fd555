"""A volume's read-outs as traffic lights: each a number, its limits, and why they are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from dermdash.imaging.quality import MAX_STEP_UM, Quality

Colour = Literal["green", "amber", "red", "not measured"]
ORDER: tuple[Colour, ...] = ("not measured", "green", "amber", "red")

SATURATED = 0.10, 0.25
LOST_LAYERS = 0, 2
CONTRAST = 25, 12
DERMIS_TO_UM = 130.0  # an epidermis of 60 µm, the thinnest usual one, and 70 µm of dermis


@dataclass(frozen=True, slots=True)
class Light:
    """One read-out judged.

    name : of what was read; value and limits : in words, with their unit
    why : what the limits stand on
    """

    name: str
    colour: Colour
    value: str
    limits: str
    why: str


def lights(quality: Quality, *, needed_um: float | None = None) -> tuple[Light, ...]:
    """Judge a volume's read-outs.

    needed_um : the depth down to which layers are graded, where the DEJ is known; else 130 µm, or
        the whole volume where it is shallower
    """
    clipped = (
        "bright fibres fill 10 to 30 % of a layer: beyond 10 % more than their cores are lost, "
        "beyond 25 % whole fibres merge"
    )
    shadow = "what is 0 holds no structure; limits as for bright voxels"
    lost = (
        "a patch is made of three neighbouring layers, so one lost layer spoils three depths; "
        "more than two tell of a fault in recording or export"
    )
    return (
        _share("Saturated voxels", quality.saturated_high, clipped),
        _share("Voxels at 0", quality.saturated_low, shadow),
        _layers("Black layers", quality.black_layers, quality.layer_step_um, lost),
        _layers("Repeated layers", quality.repeated_layers, quality.layer_step_um, lost),
        _signal(quality, needed_um),
        Light(
            "Contrast",
            _colour(-quality.contrast, -CONTRAST[0], -CONTRAST[1]),
            f"{quality.contrast:.0f} of 255 grey levels",
            f"green from {CONTRAST[0]}, red under {CONTRAST[1]}",
            "under 25 levels between the darkest and the brightest twentieth, each level is over "
            "4 % of what can be seen; median of the layers with signal",
        ),
    )


def worst(judged: Sequence[Light]) -> Light:
    """The light that decides: the first of the worst colour."""
    return max(judged, key=lambda light: ORDER.index(light.colour))


def _share(name: str, share: float, why: str) -> Light:
    green, amber = SATURATED
    return Light(
        name,
        _colour(share, green, amber),
        f"{share:.1%}",
        f"green up to {green:.0%}, red over {amber:.0%}",
        why,
    )


def _layers(name: str, layers: Sequence[int], step_um: float, why: str) -> Light:
    where = ", ".join(f"{z * step_um:.0f}" for z in layers[:5])
    more = ", ..." if len(layers) > 5 else ""
    return Light(
        name,
        _colour(len(layers), *LOST_LAYERS),
        f"{len(layers)}" + (f" (at {where}{more} µm)" if layers else ""),
        f"green at {LOST_LAYERS[0]}, red over {LOST_LAYERS[1]}",
        why,
    )


def _signal(quality: Quality, needed_um: float | None) -> Light:
    """Where the signal ends against the depth that is graded."""
    name, needed = "Usable signal", min(needed_um or DERMIS_TO_UM, quality.depth_um)
    why = (
        "below, neighbouring layers have less in common than half the amplitude of their noise "
        "(correlation 0.2 at 4 µm); "
        + (
            "the DEJ and the slab of the protocol need this depth"
            if needed_um is not None
            else "an epidermis of 60 µm and 70 µm of dermis need this depth"
        )
    )
    limits = f"green from {needed:.0f} µm, red under {needed / 2:.0f} µm"
    if quality.layer_step_um > MAX_STEP_UM:
        words = f"layers lie {quality.layer_step_um:g} µm apart"
        return Light(name, "not measured", words, f"measured up to {MAX_STEP_UM:g} µm", why)
    end, start = quality.signal_to_um, quality.signal_from_um
    if end is None or start is None:
        return Light(name, "red", "none", limits, why)
    return Light(
        name, _colour(-end, -needed, -needed / 2), f"{start:.0f} to {end:.0f} µm", limits, why
    )


def _colour(value: float, green: float, amber: float) -> Colour:
    """Low is good: green up to the first limit, amber up to the second."""
    return "green" if value <= green else "amber" if value <= amber else "red"
