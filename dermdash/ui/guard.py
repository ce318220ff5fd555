"""What each page opens with: a store that is in order, and who is at work."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from getpass import getuser
from urllib.parse import quote, unquote

import streamlit as st

from dermdash.errors import DermdashError, InputError
from dermdash.identity import User
from dermdash.settings import Settings, load_settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.transaction import Transaction
from dermdash.ui.cells import plain
from dermdash.ui.server import sign_in_configured

COOKIE = "dermdash_name"
YEAR_S = 365 * 24 * 3600
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Access:
    """A page's way to the store.

    user : None until somebody gave a name; reading needs none
    """

    store: Store
    user: User | None

    def read(self) -> AbstractContextManager[Transaction]:
        return self.store.read()

    def write(self) -> AbstractContextManager[Transaction]:
        if self.user is None:
            raise InputError("who writes is not known; give your name first")
        return self.store.write(by=self.user)


def guard() -> Access:
    """Open the store, or stop the page with the one sentence that says why not.

    Where sign-in is configured, nothing is shown to whom it does not vouch for.
    """
    if sign_in_configured() and not st.user.is_logged_in:
        st.title("dermdash")
        st.button("Sign in", type="primary", on_click=st.login)
        st.stop()
    try:
        store = open_cached_store(load_settings())
    except DermdashError as error:
        refuse(error)
        st.stop()
    return Access(store, _user())


def known(access: Access, *, place: str = "page") -> bool:
    """Whether a name is known; asks for it where not, in the place of what needs it.

    place : tells the forms of one page apart
    """
    if access.user is not None:
        return True
    with st.form(f"who_{place}", width=460):
        st.markdown("**Who is at work?** Each entry in the store records who made it.")
        name = st.text_input(
            "Your name", value=_system_name(), max_chars=LONGEST_NAME, key=f"name_{place}"
        )
        st.caption("Asked once on this browser. Without a sign-in it is marked *not verified*.")
        if st.form_submit_button("Remember my name", type="primary"):
            if cleaned := _clean(name):
                st.session_state["name"] = cleaned
                st.rerun()
            st.error("A name is needed; write the one your colleagues know.")
    return False


def pressed_by(access: Access, pressed: bool, *, place: str) -> bool:
    """Whether a button was pressed by somebody whose name is known; else the name is asked for.

    The question stands until it is answered, also in the runs that follow the press.
    """
    asking = f"asking_{place}"
    if access.user is not None:
        st.session_state.pop(asking, None)
        return pressed
    if pressed:
        st.session_state[asking] = True
    if st.session_state.get(asking):
        known(access, place=place)
    return False


def remember(access: Access) -> None:
    """Keep the name in the browser, so that it is asked only once."""
    if access.user and unquote(st.context.cookies.get(COOKIE, "")) != access.user.name:
        cookie = f"{COOKIE}={quote(access.user.name)}; path=/; max-age={YEAR_S}; SameSite=Strict"
        st.html(f"<script>document.cookie = '{cookie}'</script>", unsafe_allow_javascript=True)


def forget() -> None:
    """Ask for the name again."""
    st.session_state["name"] = ""


def refuse(why: DermdashError | str) -> None:
    """Show the one sentence that says what cannot be done, and what would be."""
    st.error(plain(why), icon=":material/block:")


@contextmanager
def refusals() -> Iterator[None]:
    """Show what is refused as its one sentence, and go on with the page."""
    try:
        yield
    except DermdashError as error:
        refuse(error)


@st.cache_resource(max_entries=4, show_spinner="Opening the store", on_release=Store.close)
def open_cached_store(settings: Settings) -> Store:
    """The store of a data folder, opened once for all sessions."""
    return open_store(settings)


def _user() -> User | None:
    if sign_in_configured():
        name = str(st.user.get("email") or st.user.get("name"))
        return User(name, verified=True, signed_in=True)
    if "name" not in st.session_state:
        st.session_state["name"] = _clean(unquote(st.context.cookies.get(COOKIE, "")))
    name = st.session_state["name"]
    return User(name) if name else None


def _clean(name: str | None) -> str:
    """One line of printable characters."""
    printable = "".join(c if c.isprintable() else " " for c in name or "")
    return " ".join(printable.split())[:LONGEST_NAME]


def _system_name() -> str:
    try:
        return getuser()
    except (KeyError, OSError):
        return ""
