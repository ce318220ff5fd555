"""Where a volume's file lies: in the vault, or where it was registered."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from dermdash.errors import StoreError
from dermdash.trial.schema import VolumeRow
from dermdash.trial.transaction import Transaction
from dermdash.trial.vault import StoredVolume, Vault


@dataclass(frozen=True, slots=True)
class Outside:
    """A volume outside the vault, as it was when its content was last hashed."""

    sha256: str
    path: Path
    bytes: int
    mtime_ns: int

    def check(self) -> None:
        """Look at size and time only, which is quick.

        Raises
        ------
        StoreError
            The file is not there, or was written to since.
        """
        try:
            status = self.path.stat()
        except OSError as error:
            raise StoreError(
                f"{self.path} is not there any more ({error.strerror}); put the registered file "
                "back, or add it again from where it lies now"
            ) from error
        if (status.st_size, status.st_mtime_ns) != (self.bytes, self.mtime_ns):
            raise StoreError(
                f"{self.path} was written to since it was registered; put the registered file "
                "back, or add the new one as a scan of its own"
            )


def volume_path(tx: Transaction, sha256: str) -> Path:
    """The file of a volume: the way to it for everything that reads voxels."""
    place = tx.session.scalar(select(VolumeRow.place).where(VolumeRow.sha256 == sha256))
    return place_path(tx.vault, sha256, place)


def place_path(vault: Vault, sha256: str, place: str | None) -> Path:
    """The file at a volume's ``place``."""
    return Path(place) if place and Path(place).is_absolute() else vault.path(sha256)


def find_outside(tx: Transaction, sha256: str) -> Outside | None:
    """The volume's file outside the vault; None where the vault holds it."""
    row = tx.session.get(VolumeRow, sha256)
    if row is None or row.mtime_ns is None:
        return None
    return Outside(row.sha256, Path(row.place), row.bytes, row.mtime_ns)


def keep_volume(tx: Transaction, volume: StoredVolume) -> None:
    """Write down where a file lies; the vault goes before a place outside, a new place before one
    where the file is no more.
    """
    if not volume.path.is_file():
        where = "at its place" if volume.mtime_ns is not None else "in the vault"
        raise StoreError(f"file {volume.sha256[:12]} is not {where} any more; store it again")
    outside = volume.mtime_ns is not None
    place = str(volume.path) if outside else volume.path.relative_to(tx.vault.folder).as_posix()
    row = tx.session.get(VolumeRow, volume.sha256)
    if row is None:
        tx.session.add(
            VolumeRow(
                sha256=volume.sha256,
                bytes=volume.bytes,
                place=place,
                stored_at=tx.at,
                verified_at=tx.at,
                mtime_ns=volume.mtime_ns,
            )
        )
    elif row.mtime_ns is not None and (not outside or _left(row)):
        row.place, row.mtime_ns, row.verified_at = place, volume.mtime_ns, tx.at
    tx.session.flush()


def mark_verified(tx: Transaction, sha256: str, mtime_ns: int) -> None:
    """Write down that a file outside the vault was hashed again and is what it was."""
    row = tx.session.get_one(VolumeRow, sha256)
    row.verified_at, row.mtime_ns = tx.at, mtime_ns
    tx.session.flush()


def _left(row: VolumeRow) -> bool:
    """Whether the registered file is not at its place any more, or another one is."""
    try:
        Outside(row.sha256, Path(row.place), row.bytes, row.mtime_ns or 0).check()
    except StoreError:
        return True
    return False
