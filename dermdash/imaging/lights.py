"""A volume's read-outs as traffic lights: each a number, its limits, and why they are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from dermdash.imaging.quality import MAX_STEP_UM, Quality

Colour = Literal["green", "amber", "red", "not measured"]
ORDER: tuple[Colour, ...] = ("not measured", "green", "amber", "red")

SATURATED = 0.10, 0.25
LOST_LAYERS = 0, 2
CONTRAST = 25, 12
DERMIS_TO_UM = 130.0  # an epidermis of 60 µm, the thinnest usual one, and 70 µm of dermis


HIGH, LOW, BLACK = "Saturated voxels", "Voxels at 0", "Black layers"
REPEATED, SIGNAL, SPREAD = "Repeated layers", "Usable signal", "Contrast"
WHY_HIGH = (
    "bright fibres fill 10 to 30 % of a layer: beyond 10 % more than their cores are lost, beyond "
    "25 % whole fibres merge"
)
WHY_LOW = "what is 0 holds no structure; limits as for saturated voxels"
WHY_LOST = (
    "a patch is made of three neighbouring layers, so one lost layer spoils three depths; more "
    "than two tell of a fault in recording or export"
)
WHY_SIGNAL = (
    "beyond, neighbouring layers share less structure than half the amplitude of their noise "
    "(correlation 0.2 at 4 µm)"
)
WHY_DEPTH = "the DEJ and the slab of the protocol need this depth"
WHY_DEPTH_UNKNOWN = "an epidermis of 60 µm and 70 µm of dermis need this depth"
WHY_SPREAD = (
    "under 25 levels between the darkest and the brightest twentieth, each level is over 4 % of "
    "what can be seen; median of the layers with signal"
)


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


def colours(quality: Quality, *, needed_um: float | None = None) -> dict[str, Colour]:
    """The colour of each read-out by its name; ``lights`` says them in words."""
    return {
        HIGH: _colour(quality.saturated_high, *SATURATED),
        LOW: _colour(quality.saturated_low, *SATURATED),
        BLACK: _colour(len(quality.black_layers), *LOST_LAYERS),
        REPEATED: _colour(len(quality.repeated_layers), *LOST_LAYERS),
        SIGNAL: _signal_colour(quality, _needed(quality, needed_um)),
        SPREAD: _colour(-quality.contrast, -CONTRAST[0], -CONTRAST[1]),
    }


def worst(judged: Mapping[str, Colour]) -> tuple[str, Colour]:
    """The read-out that decides, and its colour: the first of the worst.

    >>> worst({"a": "green", "b": "amber", "c": "amber"})
    ('b', 'amber')
    """
    return max(judged.items(), key=lambda item: ORDER.index(item[1]))


def lights(quality: Quality, *, needed_um: float | None = None) -> tuple[Light, ...]:
    """Judge a volume's read-outs, in words.

    needed_um : the depth down to which layers are graded, where the DEJ is known; else 130 µm, or
        the whole volume where it is shallower
    """
    green, amber = SATURATED
    step_um, share = quality.layer_step_um, f"green up to {green:.0%}, red over {amber:.0%}"
    lost = f"green at {LOST_LAYERS[0]}, red over {LOST_LAYERS[1]}"
    needed = _needed(quality, needed_um)
    known = needed_um is not None
    words = {
        HIGH: (f"{quality.saturated_high:.1%}", share, WHY_HIGH),
        LOW: (f"{quality.saturated_low:.1%}", share, WHY_LOW),
        BLACK: (_layers(quality.black_layers, step_um), lost, WHY_LOST),
        REPEATED: (_layers(quality.repeated_layers, step_um), lost, WHY_LOST),
        SIGNAL: (
            _signal(quality),
            f"green from {needed:.0f} µm, red under {needed / 2:.0f} µm",
            f"{WHY_SIGNAL}; {WHY_DEPTH if known else WHY_DEPTH_UNKNOWN}",
        ),
        SPREAD: (
            f"{quality.contrast:.0f} of 255 grey levels",
            f"green from {CONTRAST[0]}, red under {CONTRAST[1]}",
            WHY_SPREAD,
        ),
    }
    judged = colours(quality, needed_um=needed_um)
    return tuple(Light(name, judged[name], *said) for name, said in words.items())


def _layers(layers: Sequence[int], step_um: float) -> str:
    where = ", ".join(f"{z * step_um:.0f}" for z in layers[:5])
    more = ", ..." if len(layers) > 5 else ""
    return f"{len(layers)}" + (f" (at {where}{more} µm)" if layers else "")


def _signal(quality: Quality) -> str:
    if quality.layer_step_um > MAX_STEP_UM:
        return f"layers lie {quality.layer_step_um:g} µm apart, over {MAX_STEP_UM:g}"
    if quality.signal_from_um is None or quality.signal_to_um is None:
        return "none"
    return f"{quality.signal_from_um:.0f} to {quality.signal_to_um:.0f} µm"


def _signal_colour(quality: Quality, needed_um: float) -> Colour:
    if quality.layer_step_um > MAX_STEP_UM:
        return "not measured"
    if quality.signal_to_um is None:
        return "red"
    return _colour(-quality.signal_to_um, -needed_um, -needed_um / 2)


def _needed(quality: Quality, needed_um: float | None) -> float:
    return min(needed_um or DERMIS_TO_UM, quality.depth_um)


def _colour(value: float, green: float, amber: float) -> Colour:
    """Low is good: green up to the first limit, amber up to the second."""
    return "green" if value <= green else "amber" if value <= amber else "red"
