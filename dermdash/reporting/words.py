"""Words that pages and reports share."""


def plural(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> plural(1, "scan"), plural(2, "scan"), plural(1, "scan waits", "scans wait")
    ('1 scan', '2 scans', '1 scan waits')
    """
    return f"{count} {one}" if count == 1 else f"{count} {many or one + 's'}"
