"""What a store is asked, statement by statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from dermdash.trial.database import Store


@contextmanager
def statements(store: Store) -> Iterator[list[tuple[str, Any]]]:
    """The questions of SQL with their values, as they come."""
    seen: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    yield seen
    event.remove(store.engine, "before_cursor_execute", note)
