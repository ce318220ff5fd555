"""One transaction: what every function of this room takes as its first argument."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Select
from sqlalchemy.orm import Session

from dermdash.identity import UNVERIFIED, User
from dermdash.settings import Settings
from dermdash.trial.vault import Vault


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction on the store, from ``store.read()`` or ``store.write(by=user)``.

    by : who writes; None in a transaction that only reads
    at : the moment, in UTC, that all rows of this transaction carry
    """

    session: Session
    settings: Settings
    vault: Vault
    at: datetime
    by: User | None = None

    @property
    def author(self) -> str:
        if self.by is None:
            raise TypeError("this transaction only reads; open it with store.write(by=user)")
        return str(self.by)

    def all_or_nothing(self) -> AbstractContextManager[object]:
        """Undo what is written inside if it fails, and nothing else of the transaction."""
        return self.session.begin_nested()

    @contextmanager
    def because(self, reason: str) -> Iterator[None]:
        """Give the audit rows of what is written inside a reason."""
        self.session.flush()
        outer = self.session.info.get("reason")
        self.session.info["reason"] = reason
        try:
            yield
            self.session.flush()
        finally:
            self.session.info["reason"] = outer

    @contextmanager
    def on_behalf_of(self, author: str) -> Iterator["Transaction"]:
        """Write what is written inside in the name of who asked for it, as `author` gave it.

        Where nobody is named an administrator, only an unverified author counts as one: whether
        a sign-in vouched for the others is not known any more.
        """
        self.session.flush()
        outer = self.session.info["by"]
        self.session.info["by"] = author
        try:
            signed_in = not author.endswith(UNVERIFIED)
            yield replace(self, by=User(author, verified=True, signed_in=signed_in))
            self.session.flush()
        finally:
            self.session.info["by"] = outer

    def frame(self, query: Select[*tuple[Any, ...]], dtypes: dict[str, str]) -> pd.DataFrame:
        """The query's rows as a frame whose columns keep their type when empty or missing."""
        return to_frame(self.session.execute(query).all(), dtypes)


def to_frame(rows: Sequence[Sequence[Any]], dtypes: dict[str, str]) -> pd.DataFrame:
    """
    >>> to_frame([], {"subject_id": "str", "day": "Int64"}).dtypes.astype(str).to_dict()
    {'subject_id': 'str', 'day': 'Int64'}
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(dtypes)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=dtype)
            for (name, dtype), values in zip(dtypes.items(), columns, strict=True)
        }
    )
