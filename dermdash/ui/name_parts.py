"""A pattern of file names, made by example: the parts of one name, and what each of them is."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from dermdash.stats.days import parse_day
from dermdash.trial.studies import Study
from dermdash.ui.naming import FIELDS

IGNORED = "ignored"
ROLES = (*FIELDS, IGNORED)
SEPARATORS = r"[/_\s.,;+@#()\[\]]+"
NUMBERED = re.compile(r"([^\W\d_]*)(\d{1,3})")


def split_name(name: str, *, at_hyphens: bool = False) -> list[str]:
    """The parts of a name without its suffix, each followed by what separates it from the next.

    >>> split_name("S01_D28_cheek-left.tif")
    ['S01', '_', 'D28', '_', 'cheek-left']
    >>> split_name("May/cheek S07 (D28).tif", at_hyphens=True)
    ['May', '/', 'cheek', ' ', 'S07', ' (', 'D28', ')']
    """
    stem = re.sub(r"(\.ome)?\.tiff?$", "", str(PurePosixPath(name)), flags=re.IGNORECASE)
    separators = SEPARATORS.replace("[", "[-", 1) if at_hyphens else SEPARATORS
    tokens = re.split(f"({separators})", stem)
    return tokens[:-1] if not tokens[-1] else tokens


def guess_roles(tokens: Sequence[str], study: Study) -> list[str]:
    """What each part is likely to be, by the study's own names and by how names are written.

    Each field is given once: what could be a second one is ignored.
    """
    folders = "".join(tokens).count("/")
    known = {
        "visit": {visit.name.casefold() for visit in study.visits},
        "site": {site.name.casefold() for site in study.sites},
        "arm": {arm.name.casefold() for arm in study.arms},
    }
    parts = tokens[::2]
    roles = [""] * len(parts)
    for place, part in enumerate(parts):
        if folders > "".join(tokens[: 2 * place]).count("/") or not part:
            roles[place] = IGNORED
        else:
            roles[place] = _known(part, known, taken=roles)
    for place, part in enumerate(parts):
        roles[place] = roles[place] or _guess(part, taken=roles)
    return roles


def pattern_of(tokens: Sequence[str], roles: Sequence[str]) -> str:
    """The pattern that reads names like this one.

    Parts next to each other that are the same make one field; folders that say nothing are left
    out.

    >>> pattern_of(["x", "_", "S1", "_", "cheek", "_", "left"],
    ...            ["ignored", "subject", "site", "site"])
    '*_{subject}_{site}'
    >>> pattern_of(["May", "/", "S1", "_r", "2"], ["ignored", "subject", "replicate"])
    '{subject}_r{replicate}'
    """
    parts, behind = list(tokens[::2]), [*tokens[1::2], ""]
    pairs = list(zip(parts, behind, roles, strict=False))
    named = 0
    for place, (_, token, role) in enumerate(pairs):
        if role != IGNORED:
            break
        if "/" in token:
            named = place + 1
    pairs = pairs[named:]
    text = ""
    for place, (part, token, role) in enumerate(pairs):
        goes_on = place + 1 < len(pairs) and pairs[place + 1][2] == role != IGNORED
        begins = place == 0 or pairs[place - 1][2] != role or role == IGNORED
        text += (_field(role, part) if begins else "") + ("" if goes_on else token)
    return text


def _field(role: str, part: str) -> str:
    if role == IGNORED:
        return "*" if part else ""
    numbered = NUMBERED.fullmatch(part) if role == "replicate" else None
    return f"{numbered[1] if numbered else ''}{{{role}}}"


def _known(part: str, known: dict[str, set[str]], *, taken: Sequence[str]) -> str:
    fields = (field for field, names in known.items() if part.casefold() in names)
    return next((field for field in fields if field not in taken), "")


def _guess(part: str, *, taken: Sequence[str]) -> str:
    free = [field for field in FIELDS if field not in taken]
    if "visit" in free and parse_day(part) is not None and not part.isdecimal():
        return "visit"
    if "subject" in free:
        return "subject" if any(map(str.isdigit, part)) and not _is_date(part) else IGNORED
    if "replicate" in free and NUMBERED.fullmatch(part) and len(part) <= 4:
        return "replicate"
    if part.replace("-", "").isalpha() and "site" in free:
        return "site"
    return IGNORED


def _is_date(part: str) -> bool:
    return bool(re.fullmatch(r"(19|20)\d{2}[-.]?\d{0,2}[-.]?\d{0,2}", part))
