"""A study as it is typed into a form."""

from dataclasses import dataclass
from typing import Self

import streamlit as st

from dermdash.errors import DesignError
from dermdash.stats.days import parse_day
from dermdash.trial.studies import ArmSpec, Kind, VisitSpec, create_study
from dermdash.ui.guard import Access, known, refusals
from dermdash.ui.pickers import KINDS, choose_study


@dataclass(frozen=True, slots=True)
class NewStudy:
    """A study as it was typed into the form."""

    name: str
    kind: Kind
    arms: tuple[ArmSpec, ...]
    visits: tuple[VisitSpec, ...]

    @classmethod
    def read(cls, name: str, kind: Kind, *, arms: str, control: str, visits: str) -> Self:
        """Read names separated by commas; the first visit by day is the baseline.

        Raises
        ------
        DesignError
            A visit holds no day, or the control is not one of the arms.

        >>> NewStudy.read("S", "cohorts", arms="a, b", control="", visits="D0").visits
        (VisitSpec(name='D0', day=0, is_baseline=True),)
        """
        names, control = split(arms), control.strip()
        if control and control not in names:
            raise DesignError(
                f"control {control!r} is not one of the arms ({arms.strip() or 'none'}); "
                "write it as there"
            )
        days = {visit: parse_day(visit) for visit in split(visits) or ["D0"]}
        for visit, day in days.items():
            if day is None:
                raise DesignError(f"visit={visit} holds no day; name it by its day, as D28 or W4")
        ordered = sorted((day, visit) for visit, day in days.items() if day is not None)
        return cls(
            name,
            kind,
            tuple(ArmSpec(arm, is_control=arm == control) for arm in names),
            tuple(VisitSpec(v, d, is_baseline=n == 0) for n, (d, v) in enumerate(ordered)),
        )


def new_study(access: Access) -> None:
    """A form of five fields."""
    if not known(access):
        return
    with st.form("new_study", enter_to_submit=False):
        left, right = st.columns(2)
        name = left.text_input("Name", max_chars=80, placeholder="Firming serum, spring")
        kind = right.selectbox("Design", list(KINDS), format_func=KINDS.__getitem__)
        arms = left.text_input("Arms", placeholder="placebo, active")
        control = right.text_input(
            "Control arm", placeholder="placebo", help="Leave empty where no arm is a control."
        )
        visits = st.text_input(
            "Visits", placeholder="D0, D28, D56", help="The day is read from D28, W4, M1 or Y1."
        )
        if st.form_submit_button("Create study", type="primary", icon=":material/add:"):
            with refusals():
                wanted = NewStudy.read(name, kind, arms=arms, control=control, visits=visits)
                with access.write() as tx:
                    create_study(
                        tx, name=wanted.name, kind=kind, arms=wanted.arms, visits=wanted.visits
                    )
                choose_study(wanted.name)
                st.rerun()


def split(text: str) -> list[str]:
    """Names between commas, without doubles.

    >>> split(" D0, D28,,D0 ")
    ['D0', 'D28']
    """
    return list(dict.fromkeys(part for raw in text.split(",") if (part := " ".join(raw.split()))))
