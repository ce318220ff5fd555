"""Who, when and where a scan is, read from its file's name by a pattern."""

import re
from pathlib import PurePosixPath

from dermdash.errors import TableError

FIELDS = ("subject", "arm", "visit", "site", "replicate")
DEFAULT_PATTERN = "{subject}_{visit}_{site}"
LONGEST_PATTERN = 200


def read_name(name: str, pattern: str = DEFAULT_PATTERN) -> dict[str, str]:
    """The fields of a file's name, without its suffix; empty where the pattern does not fit.

    pattern : text with ``{subject} {arm} {visit} {site} {replicate}``; ``*`` stands for anything.
        Each field takes as few letters as the text behind it allows. With ``/`` it also reads the
        names of folders, as many as it has.

    Raises
    ------
    TableError
        The pattern names an unknown field, a field twice or none, or two fields with nothing
        between them.

    >>> read_name("S01_D28_cheek-left.tif")
    {'subject': 'S01', 'visit': 'D28', 'site': 'cheek-left'}
    >>> read_name("2024-05 S01_D0_final.ome.tif", "* {subject}_{visit}_*")
    {'subject': 'S01', 'visit': 'D0'}
    >>> read_name("holiday.tif")
    {}
    """
    rest = _stem(name, folders=pattern.strip().count("/"))
    fields: dict[str, str] = {}
    *steps, (last, ending) = _steps(pattern)
    if not rest.endswith(ending):
        return {}
    rest = rest[: len(rest) - len(ending)]
    for wildcard, literal in steps:
        before, found, behind = rest.partition(literal)
        if not found or (before and not wildcard):
            return {}
        fields[wildcard], rest = before.strip(), behind
    fields[last] = rest.strip()
    fields.pop("*", None)
    if fields.pop("", ""):
        return {}
    wanted = all(fields.values()) and fields.get("replicate", "1").isdecimal()
    return fields if wanted else {}


def _stem(name: str, *, folders: int) -> str:
    """A name without its suffix, with the last of its folders."""
    last = "/".join(PurePosixPath(name).parts[-1 - folders :])
    return re.sub(r"(\.ome)?\.tiff?$", "", last, flags=re.IGNORECASE)


def _steps(pattern: str) -> list[tuple[str, str]]:
    """Pairs of a field (or ``*``, or nothing at the start) and the text that must follow it."""
    if len(pattern) > LONGEST_PATTERN:
        raise TableError(f"the pattern has {len(pattern)} letters; write at most {LONGEST_PATTERN}")
    parts = re.split(r"(\{[^{}]*\}|\*)", pattern.strip())
    wildcards = ["", *(part.strip("{ }") for part in parts[1::2])]
    named = [wildcard for wildcard in wildcards if wildcard not in {"", "*"}]
    for field in named:
        if field not in FIELDS:
            known = ", ".join(f"{{{one}}}" for one in FIELDS)
            raise TableError(f"the pattern's {{{field}}} is unknown; use {known}")
    if not named or len(set(named)) < len(named):
        raise TableError(
            f"the pattern {pattern!r} must name each field once; an example is {DEFAULT_PATTERN}"
        )
    steps = list(zip(wildcards, parts[::2], strict=True))
    if any(not literal for _, literal in steps[1:-1]):
        raise TableError(
            f"the pattern {pattern!r} has fields with nothing between them; put a letter such as _"
        )
    return steps[0 if steps[0][1] else 1 :]
