"""A study as it is typed into a form, or begun from its roster."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import streamlit as st

from dermdash.errors import DermdashError, DesignError
from dermdash.identity import may
from dermdash.stats.days import parse_day
from dermdash.trial.blinding import seal_arms
from dermdash.trial.dates import DayOrder
from dermdash.trial.design import side_of
from dermdash.trial.roster import Verdict, apply_roster, has_sides, roster_arms
from dermdash.trial.roster_file import RosterFile
from dermdash.trial.studies import ArmSpec, Kind, SiteSpec, VisitSpec, create_study
from dermdash.trial.transaction import Transaction
from dermdash.ui.guard import Access, known, refuse
from dermdash.ui.pickers import KINDS, choose_study
from dermdash.ui.roster_import import ask_order, put_away, show_verdicts, take_file

FILE = "new_study_roster"


@dataclass(frozen=True, slots=True)
class NewStudy:
    """A study as it was typed into the form."""

    name: str
    kind: Kind
    arms: tuple[ArmSpec, ...]
    visits: tuple[VisitSpec, ...]
    sites: tuple[SiteSpec, ...] = ()

    @classmethod
    def read(
        cls,
        name: str,
        kind: Kind,
        *,
        arms: str,
        control: str,
        visits: str,
        sites: str = "",
        target: int | None = None,
    ) -> Self:
        """Read names separated by commas; the first visit by day is the baseline.

        target : subjects wanted in each arm

        Raises
        ------
        DesignError
            A visit holds no day, the control is not one of the arms, or sides have no site.

        >>> NewStudy.read("S", "cohorts", arms="a, b", control="", visits="D0").visits
        (VisitSpec(name='D0', day=0, is_baseline=True),)
        >>> NewStudy.read("S", "hemi_face", arms="a, b", control="", visits="", sites="cheek").sites
        (SiteSpec(name='cheek-left', side='left'), SiteSpec(name='cheek-right', side='right'))
        """
        names, control = split(arms), control.strip()
        if control and control not in names:
            raise DesignError(
                f"control {control!r} is not one of the arms ({', '.join(names) or 'none'}); "
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
            tuple(ArmSpec(arm, is_control=arm == control, target_n=target) for arm in names),
            tuple(VisitSpec(v, d, is_baseline=n == 0) for n, (d, v) in enumerate(ordered)),
            _sites(kind, split(sites)),
        )


def new_study(access: Access) -> None:
    """A form of a few fields; a roster file takes the place of typing the arms."""
    if not known(access):
        return
    left, right = st.columns(2)
    turn = _turn()
    name = left.text_input(
        "Name", max_chars=80, placeholder="Firming serum, spring", key=f"new_name_{turn}"
    )
    file: RosterFile | None = st.session_state.get(FILE)
    sided = file is not None and has_sides(file)
    kinds: list[Kind] = ["hemi_face"] if sided else list(KINDS)
    kind = right.selectbox("Design", kinds, format_func=KINDS.__getitem__, key=f"new_kind_{turn}")
    if file is None:
        arms = left.text_input("Arms", placeholder="placebo, active", key=f"new_arms_{turn}")
    else:
        arms = ", ".join(roster_arms(file))
        left.text_input("Arms", arms, disabled=True, help="As the roster names them")
    control = right.text_input(
        "Control arm",
        placeholder="placebo",
        help="Leave empty where no arm is a control.",
        key=f"new_control_{turn}",
    )
    visits = left.text_input(
        "Visits",
        placeholder="D0, D28, D56",
        help="The day is read from D28, W4, M1 or Y1; the first is the baseline.",
        key=f"new_visits_{turn}",
    )
    sites = right.text_input(
        "Sites",
        placeholder="cheek",
        help="In a hemi-face study each site gets a left and a right side.",
        key=f"new_sites_{turn}",
    )
    target = left.number_input(
        "Subjects wanted in each arm",
        1,
        100_000,
        None,
        step=1,
        placeholder="24",
        key=f"new_target_{turn}",
    )
    blind = _ask_blinded(access, kind)

    def read() -> NewStudy:
        given = {"arms": arms, "control": control, "visits": visits, "sites": sites}
        return NewStudy.read(name, kind, **given, target=target)

    with st.expander(
        "Begin with a roster file", icon=":material/upload_file:", expanded=bool(file)
    ):
        st.caption("It brings the arms and the subjects, with their covariates.")
        take_file(FILE, hemi_face=kind == "hemi_face")
        if st.session_state.get(FILE) is not file:
            st.rerun()  # so that the fields above show what it says
        order = ask_order(file, FILE) if file is not None else None
        if file is not None:
            _preview(access, file, read, order)
    if st.button("Create study", type="primary", icon=":material/add:"):
        try:
            wanted = read()
            with access.write() as tx:
                create(tx, wanted, file, order=order, blind=blind)
        except DermdashError as error:
            refuse(error)
            return
        st.session_state.pop(FILE, None)
        st.session_state["new_study_turn"] = turn + 1
        choose_study(" ".join(wanted.name.split()))
        st.rerun()


def create(
    tx: Transaction,
    wanted: NewStudy,
    file: RosterFile | None = None,
    *,
    order: DayOrder | None = None,
    blind: bool = False,
) -> tuple[Verdict, ...]:
    """Make the study, with its roster where there is a file, and seal its arms where asked."""
    verdicts: tuple[Verdict, ...] = ()
    with tx.all_or_nothing():
        study_id = create_study(
            tx,
            name=wanted.name,
            kind=wanted.kind,
            arms=wanted.arms,
            visits=wanted.visits,
            sites=wanted.sites,
        )
        if file is not None:
            verdicts = apply_roster(tx, study_id, file, order=order)
        if blind:
            seal_arms(tx, study_id)
    return verdicts


def split(text: str) -> list[str]:
    """Names between commas, without doubles.

    >>> split(" D0, D28,,D0 ")
    ['D0', 'D28']
    """
    return list(dict.fromkeys(part for raw in text.split(",") if (part := " ".join(raw.split()))))


def _ask_blinded(access: Access, kind: Kind) -> bool:
    """Whether arms go by codes from the start; only an administrator can say so."""
    allowed = may(access.user, "blind a study", access.store.settings.administrators)
    return st.checkbox(
        "Blinded: arms are shown by code until unblinding",
        value=allowed and kind != "cohorts",
        disabled=not allowed,
        help="Names of the arms are sealed as soon as the study is created, and no page, file or "
        "command shows them before it is unblinded."
        + ("" if allowed else " Ask an administrator to do so."),
        key=f"new_blinded_{kind}_{_turn()}",
    )


def _preview(
    access: Access, file: RosterFile, read: Callable[[], NewStudy], order: DayOrder | None
) -> None:
    """What each row would do in the new study, found by making it and giving it up."""
    try:
        wanted = replace(read(), name="(preview)")
        with access.write() as tx:
            attempt = tx.session.begin_nested()
            try:
                verdicts = create(tx, wanted, file, order=order)
            finally:
                attempt.rollback()
    except DermdashError as error:
        refuse(error)
    else:
        show_verdicts(file, verdicts, FILE)
    put_away(FILE)


def _sites(kind: Kind, names: list[str]) -> tuple[SiteSpec, ...]:
    """The sites of these names; in a hemi-face study each with its two sides."""
    if kind != "hemi_face":
        return tuple(SiteSpec(name) for name in names)
    if not names:
        raise DesignError("a hemi-face study compares two sides and names no site; write cheek")
    return tuple(
        SiteSpec(name, side_of(name)) if side_of(name) else SiteSpec(f"{name}-{side}", side)
        for name in names
        for side in (("left", "right") if side_of(name) is None else ("",))
    )


def _turn() -> int:
    """Counts the studies made here, so that each begins with an empty form."""
    return int(st.session_state.setdefault("new_study_turn", 0))
