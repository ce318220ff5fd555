import os
import signal
import subprocess
import sys
import time

import pytest
from filelock import Timeout

from dermdash.settings import Settings
from dermdash.trial.jobs import (
    worker_alive,
    worker_lock,
)

HOLDER = """
import sys, time
from pathlib import Path
from dermdash.settings import Settings
from dermdash.trial.jobs import worker_lock
with worker_lock(Settings(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_is_dropped_when_its_holder_is_killed(settings: Settings) -> None:
    """After a kill -9 no worker could start until somebody removes a file."""
    assert not worker_alive(settings)
    command = [sys.executable, "-c", HOLDER, str(settings.home)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder.stdout:
        holder.stdout.readline()
        assert worker_alive(settings)
        with pytest.raises(Timeout), worker_lock(settings, timeout=0.1):
            pass
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    assert not worker_alive(settings)
    with worker_lock(settings):
        assert worker_alive(settings)


def test_looking_for_a_worker_does_not_keep_one_from_starting(settings: Settings) -> None:
    """Each page asks twice a second: the worker could find the lock taken and give up."""
    settings.home.mkdir()
    looker = subprocess.Popen([sys.executable, "-c", LOOKER, str(settings.home)])
    try:
        deadline = time.monotonic() + 30
        while not (settings.home / "looking").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        for _ in range(20):
            with worker_lock(settings):
                pass
    finally:
        looker.kill()
        looker.wait()


LOOKER = """
import sys
from pathlib import Path
from dermdash.settings import Settings
from dermdash.trial.jobs import worker_alive
home = Path(sys.argv[1])
while True:
    worker_alive(Settings(home))
    (home / "looking").touch()
"""
