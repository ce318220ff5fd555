"""What was reported as stored is there, whenever the process that stored it is killed."""

import random
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from dermdash.trial.database import Store, open_store
from dermdash.trial.scans import get_scan, scan_table

STORER = """
import io, os, sys
from pathlib import Path
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading
from dermdash.settings import Settings
from dermdash.trial.database import open_store
from dermdash.trial.scans import NewScan, store_scan
reading = Reading("zyx", (1.0, 1.0, 1.0), (0.0, 255.0))
with open_store(Settings(Path(sys.argv[1]))) as store:
    for number in range(10_000):
        volume = store.vault.store_file(io.BytesIO(os.urandom(300_000)))
        subject = f"{sys.argv[2]}-{number}"
        new = NewScan(subject, "active", "D0", "cheek", Dej.plane(40), "file", reading)
        with store.write(by=User("storer")) as tx:
            scan_id = store_scan(tx, 1, volume, new, shape=(120, 500, 1224)).scan_id
        print(scan_id, volume.sha256, flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_nothing_reported_as_stored_is_lost(store: Store, study: int, seed: int) -> None:
    """An upload that the page called stored would be gone, or a row would have no file."""
    command = [sys.executable, "-c", STORER, str(store.settings.home), f"S{seed}"]
    storer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert storer.stdout is not None
    with storer.stdout as lines:
        reported = [lines.readline()]
        time.sleep(random.Random(seed).uniform(0.05, 0.4))
        storer.kill()
        reported += lines.readlines()
    storer.wait()
    told = {int(line.split()[0]): line.split()[1] for line in reported if line.endswith("\n")}
    assert told
    with open_store(store.settings) as again, again.read() as tx:
        table = scan_table(tx).set_index("scan_id")
        assert set(told) <= set(table.index)
        assert len(table) - len(told) <= 1  # at most one was committed and not yet reported
        for scan_id, sha256 in table.volume_sha256.items():
            assert again.vault.verify(str(sha256))
            assert told.get(int(str(scan_id)), sha256) == sha256
        assert set(table.state) == {"queued"}
        check = tx.session.connection().exec_driver_sql("pragma integrity_check").scalar()
        assert check == "ok"
        assert not list(again.vault.incoming.iterdir())


def test_a_write_that_dies_before_its_commit_leaves_nothing(
    store: Store, put_scan: Callable[..., int]
) -> None:
    """Half a scan, without its job, would wait for a grading that nobody was asked for."""
    put_scan("S1")
    whole = "shape=(120, 500, 1224)).scan_id"
    killed = STORER.replace(whole, f"{whole}\n            os.kill(os.getpid(), 9)")
    ended = subprocess.run(
        [sys.executable, "-c", killed, str(store.settings.home), "S9"], check=False
    )
    assert ended.returncode == -9
    with store.read() as tx:
        assert scan_table(tx).subject_id.tolist() == ["S1"]
        assert get_scan(tx, 1).state == "queued"
