"""What to know of a study before its result is believed, for pages and reports alike."""

from dermdash.reporting.words import plural


def late_dejs_sentence(n: int) -> str:
    """That DEJs were given by who may have known the arms, or nothing.

    n : DEJs that were given after the study was unblinded
    """
    if not n:
        return ""
    return (
        f"{plural(n, 'DEJ was', 'DEJs were')} given after the study was unblinded, by readers who "
        "may have known the arms."
    )


def erased_sentence(n_results_before: int) -> str:
    """That a subject is gone on whom earlier results rest, or nothing."""
    if not n_results_before:
        return ""
    return (
        "A subject was erased: what was reported before rests on data that are gone, and this is "
        "without them."
    )


def withheld_sentence(model_name: str) -> str:
    """Why scores are shown without stars and claims."""
    return (
        f"Scores are shown; stars and claims are withheld, because the model {model_name} is a "
        "demonstration and was not validated on skin."
    )
