"""An inbox taken in as its page does it, without the page: look at all, ask for all that is new."""

from pathlib import Path

from dermdash.errors import DermdashError
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.looks import FileLook
from dermdash.trial.contents import asked_contents, stored_files
from dermdash.trial.database import Store
from dermdash.trial.inbox import list_inbox
from dermdash.trial.intake import FoundFile, Way, request_scan, try_scans
from dermdash.trial.looks import find_looks, request_looks
from dermdash.trial.scans import NewScan
from dermdash.ui.naming import read_name

ADA = User("Ada")


def look_at_inbox(store: Store) -> int:
    """Queue a look at each file that needs one, and count those that are not looked at yet."""
    files = list_inbox(store.settings).files
    with store.write(by=ADA) as tx:
        request_looks(tx, files)
        return len(files) - len(find_looks(tx, files))


def ask_for_inbox(
    store: Store, study_id: int, *, way: Way = "register", dej_um: float | None = None
) -> int:
    """Queue the storing of each file that is looked at, ready and new; count them."""
    with store.read() as tx:
        looks = find_looks(tx, list_inbox(store.settings).files)
        contents = [look.sha256 for look in looks.values() if look.sha256]
        there = stored_files(tx, study_id, contents).keys() | asked_contents(tx, study_id)
    ready = [
        (found_file(path, look), _scan(path, look, dej_um))
        for path, look in sorted(looks.items())
        if not look.problem and look.sha256 not in there
    ]
    with store.write(by=ADA) as tx:
        for file, new in ready:
            request_scan(tx, study_id, file, new, way=way)
    return len(ready)


def judge_inbox(store: Store, study_id: int) -> int:
    """Try all files that were looked at, and count those that could be stored."""
    with store.write(by=ADA) as tx:
        looks = find_looks(tx, list_inbox(store.settings).files)
        scans = [(found_file(p, look), _scan(p, look, None)) for p, look in looks.items()]
        answers = try_scans(tx, study_id, scans)
    return sum(not isinstance(answer, DermdashError) for answer in answers)


def found_file(path: Path, look: FileLook) -> FoundFile:
    assert look.sha256 is not None
    assert look.shape is not None
    return FoundFile(path, look.bytes, look.mtime_ns, look.sha256, look.shape)


def _scan(path: Path, look: FileLook, dej_um: float | None) -> NewScan:
    named = read_name(path.name)
    assert look.reading is not None
    return NewScan(
        named["subject"],
        "active",
        named["visit"],
        named["site"],
        None if dej_um is None else Dej.plane(dej_um),
        None if dej_um is None else "manual",
        look.reading,
        file_name=path.name,
        spacing_source=look.spacing_source,
    )
