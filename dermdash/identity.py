"""Who acts: every write records a user."""

import getpass
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the worker, as the audit names them.

    name : as typed or as the system knows it
    verified : whether a sign-in vouched for the name
    """

    name: str
    verified: bool = False

    def __str__(self) -> str:
        return self.name if self.verified else f"{self.name} (not verified)"


WORKER = User("worker", verified=True)


def system_user() -> User:
    """The user of the operating system, who acts on the command line."""
    try:
        return User(getpass.getuser(), verified=True)
    except (KeyError, OSError):  # a process without an entry in the user database
        return User("unknown")
