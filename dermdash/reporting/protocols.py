"""A reading protocol in words, for pages and reports alike."""

from collections.abc import Mapping

from dermdash.reporting.words import plural
from dermdash.stats.places import RULE
from dermdash.trial.protocols import Protocol


def protocol_words(protocol: Protocol) -> str:
    """A protocol in one line, such as a methods section would have it."""
    sampling = protocol.sampling
    patches = "as many patches as fit"
    if sampling.crops is not None:
        patches = plural(sampling.crops, "patch", "patches")
    return (
        f"model {protocol.model_name} ({protocol.model_digest[:12]}, {protocol.model_use}); layers "
        f"0 to {sampling.thickness_um - 1} µm under the DEJ with a margin of {sampling.margin_um} "
        f"µm; {patches} of 400 µm a layer"
    )


def standing_on(read: Mapping[str, Protocol | None]) -> tuple[str, ...]:
    """Which reading protocol a result stands on, and how scans became a subject's score.

    read : each study's protocol, by the study's name
    """
    known = {name: protocol for name, protocol in read.items() if protocol is not None}
    sentences: list[str] = []
    for name, protocol in known.items():
        whose = f" of {name}" if len(known) > 1 else ""
        words = (
            f"Version {protocol.version} of the reading protocol{whose}: {protocol_words(protocol)}"
        )
        sentences.append(f"{words}. {RULE}" if not sentences else f"{words}.")
    return tuple(sentences)
