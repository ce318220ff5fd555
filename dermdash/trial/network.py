"""Refuse a database where SQLite's locks do not hold: on a network share."""

import re
from pathlib import Path

from dermdash.errors import StoreError

MOUNTS = Path("/proc/mounts")
SHARES = re.compile(
    r"nfs\d*|cifs|smb\w*|afs|ceph|glusterfs|lustre|beegfs|ncpfs|davfs\w*"
    r"|fuse\.(sshfs|s3fs|rclone|gcsfuse|davfs\w*|glusterfs|ceph\w*|smb\w*|nfs\w*)"
)


def refuse_network_share(folder: Path, *, mounts: str | None = None) -> None:
    """Raise where ``folder`` lies on a network share, whose locks SQLite cannot trust.

    mounts : the text of ``/proc/mounts``; read where the system has it

    Raises
    ------
    StoreError
    """
    if mounts is None:
        if not MOUNTS.exists():
            return
        mounts = MOUNTS.read_text(errors="surrogateescape")
    kind = _kind_of(folder.resolve(), mounts)
    if SHARES.fullmatch(kind):
        raise StoreError(
            f"DERMDASH_HOME={folder} lies on a network share ({kind}), where a database can be "
            "damaged; choose a folder on a disk of this machine"
        )


def _kind_of(folder: Path, mounts: str) -> str:
    """The file system's type at the deepest mount point above the folder; the last one wins."""
    depth, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1]))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            depth, kind = len(point.parts), fields[2]
    return kind
