"""Who acts: every write records a user; a few acts are an administrator's.

Who is an administrator stands in ``DERMDASH_ADMINISTRATORS``. Where it is empty, everybody at a
machine without a sign-in is one, and behind a sign-in nobody is.
"""

import getpass
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from dermdash.errors import InputError

Role = Literal["administrator", "member"]
Act = Literal[
    "blind a study",
    "read the seal",
    "allocate arms that are sealed",
    "write a plan while arms are sealed",
    "unblind a study",
    "reopen a study",
    "erase a subject",
]


UNVERIFIED = " (not verified)"


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the worker, as the audit names them.

    name : as typed or as the system knows it
    verified : whether a sign-in, or the operating system, vouched for the name
    signed_in : whether that was a sign-in
    """

    name: str
    verified: bool = False
    signed_in: bool = False

    def __str__(self) -> str:
        return self.name if self.verified else f"{self.name}{UNVERIFIED}"


WORKER = User("worker", verified=True)


def system_user() -> User:
    """The user of the operating system, who acts on the command line."""
    try:
        return User(getpass.getuser(), verified=True)
    except (KeyError, OSError):  # a process without an entry in the user database
        return User("unknown")


def role_of(user: User | None, administrators: Collection[str]) -> Role:
    """
    administrators : their names, or what a sign-in knows them by

    >>> role_of(User("Ada"), ["ada"]), role_of(User("Bo"), ["ada"]), role_of(User("Bo"), [])
    ('administrator', 'member', 'administrator')
    >>> role_of(User("bo@example.org", verified=True, signed_in=True), [])
    'member'
    """
    if user is None or user == WORKER:
        return "member"
    if administrators:
        name = user.name.removesuffix(UNVERIFIED).casefold()
        named = name in {one.casefold() for one in administrators}
        return "administrator" if named else "member"
    return "member" if user.signed_in else "administrator"


def may(user: User | None, act: Act, administrators: Collection[str]) -> bool:
    """Whether a user may do what only an administrator may: each `Act` is such a thing."""
    return role_of(user, administrators) == "administrator"


def require(user: User | None, act: Act, administrators: Collection[str]) -> None:
    """Refuse what a user may not do.

    Raises
    ------
    InputError
        In one sentence: whose act it is, and whom to ask.
    """
    if not may(user, act, administrators):
        raise InputError(refusal(user, act, administrators))


def refusal(user: User | None, act: Act, administrators: Collection[str]) -> str:
    """
    >>> refusal(User("Bo"), "read the seal", ["ada"])
    'Bo (not verified) may not read the seal; ask an administrator: ada'
    """
    who = "whoever gave no name" if user is None else str(user)
    remedy = (
        f"ask an administrator: {', '.join(administrators)}"
        if administrators
        else "name administrators in DERMDASH_ADMINISTRATORS, separated by commas"
    )
    return f"{who} may not {act}; {remedy}"
