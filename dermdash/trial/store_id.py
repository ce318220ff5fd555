"""Which store this is."""

from sqlalchemy import select

from dermdash.trial.schema import StoreRow
from dermdash.trial.transaction import Transaction


def database_id(tx: Transaction) -> str:
    """The store's UUID, made with it; its backups carry the same."""
    return tx.session.scalars(select(StoreRow.id)).one()
