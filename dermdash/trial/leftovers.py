"""Files that were laid in the vault and became no scan."""

from sqlalchemy import select

from dermdash.trial.schema import DejRow, VolumeRow
from dermdash.trial.transaction import Transaction


def discard_volume(tx: Transaction, sha256: str) -> bool:
    """Remove a file from the vault that no scan and no DEJ uses; False where one does.

    Only in a transaction that writes: it keeps a scan of this file from being stored meanwhile.
    """
    assert tx.author
    used = tx.session.get(VolumeRow, sha256) is not None or tx.session.scalar(
        select(DejRow.id).where(DejRow.map_sha256 == sha256).limit(1)
    )
    if used:
        return False
    tx.vault.path(sha256).unlink(missing_ok=True)
    return True
