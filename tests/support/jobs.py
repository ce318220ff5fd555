"""A worker without processes: what is queued, done here and now."""

from collections.abc import Collection

from dermdash.errors import DermdashError
from dermdash.identity import WORKER
from dermdash.trial.database import Store
from dermdash.trial.jobs import Job, fail, finish, take
from dermdash.trial.kinds import KINDS


def do_jobs(store: Store, *kinds: str) -> list[Job]:
    """Do what is queued of these kinds, as the worker would, and return it."""
    done: list[Job] = []
    while jobs := _next(store, kinds):
        for job in jobs:
            _do(store, job)
        done += jobs
    return done


def _next(store: Store, kinds: Collection[str]) -> list[Job]:
    with store.write(by=WORKER) as tx:
        return take(tx, 100, kinds=kinds)


def _do(store: Store, job: Job) -> None:
    kind = KINDS[job.kind]
    try:
        with store.write(by=WORKER) as tx:
            call = kind.prepare(tx, job)
        function, args = call or (lambda: None, ())
        result = function(*args)
        with store.write(by=WORKER) as tx:
            finish(tx, job.job_id)
            if call is not None:
                kind.finish(tx, job, result)
        kind.settle(job)
    except DermdashError as error:
        with store.write(by=WORKER) as tx:
            fail(tx, job.job_id, str(error))
