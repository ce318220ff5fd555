"""The store that a command reads, and a study in it by name."""

from typing import TYPE_CHECKING

from dermdash.errors import DesignError, StoreError
from dermdash.settings import Settings

if TYPE_CHECKING:
    from dermdash.trial.transaction import Transaction


def filled(settings: Settings) -> Settings:
    """The settings of a data folder that holds a store already."""
    if not settings.database.exists():
        raise StoreError(f"{settings.home} holds no store yet; set DERMDASH_HOME to one that does")
    return settings


def study_named(tx: "Transaction", name: str) -> int:
    """The id of the study of this name.

    Raises
    ------
    DesignError
        The store has no such study.
    """
    from dermdash.trial.studies import find_study, list_studies

    study_id = find_study(tx, name)
    if study_id is None:
        known = ", ".join(list_studies(tx)["study"]) or "none yet"
        raise DesignError(f"study {name!r} is not in this store; its studies are: {known}")
    return study_id
