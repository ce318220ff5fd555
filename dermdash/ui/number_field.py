"""A number that somebody enters."""

import streamlit as st


def number_field(
    label: str,
    value: float,
    key: str,
    *,
    step: float = 1,
    form: str | None = None,
    width: int | None = None,
    help: str | None = None,  # noqa: A002
) -> float:
    """A number that is judged where it is used, so that a bad one gets its sentence.

    It stands in the address, so that what was planned can be passed on as a link.
    """
    entered = st.number_input(
        label,
        value=value,
        step=step,
        format=form,
        key=key,
        help=help,
        persist_state="session",
        bind="query-params",
        width=width or "stretch",
    )
    return float(value if entered is None else entered)
