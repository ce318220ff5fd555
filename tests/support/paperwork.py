"""Cards and reports without a worker's process: the same calls, here and now."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from dermdash.analysis.planned import Asked
from dermdash.grading.model import Model, load_model, model_digest
from dermdash.identity import WORKER
from dermdash.reporting.cards.changes import Changes
from dermdash.reporting.cards.question import question_to_json
from dermdash.trial.database import Store
from dermdash.trial.jobs import Job, finish, take
from dermdash.trial.kinds import Call
from dermdash.trial.paper import CARD, REPORT
from dermdash.worker_kinds import ALL_KINDS
from tests.support.studies import add_scan, grade_visits, make_study

CHANGES = Asked("expected_grade", over_visits=True)


def changes_question(study_id: int, **asked: Any) -> dict[str, Any]:
    """*Before / after* as a card keeps its question."""
    return question_to_json(Changes(study_id, replace(CHANGES, **asked)))


def begin_jobs(store: Store, *kinds: str, n: int = 100) -> list[tuple[Job, Call | None]]:
    """Take what waits, as the worker does, and prepare it."""
    with store.write(by=WORKER) as tx:
        begun = []
        for job in take(tx, n, kinds=kinds):
            call = ALL_KINDS[job.kind].prepare(tx, job)
            if call is None:
                finish(tx, job.job_id)
            begun.append((job, call))
    return begun


def end_jobs(store: Store, begun: Sequence[tuple[Job, Call | None]]) -> None:
    """Compute what was prepared, and write what comes of it."""
    for job, call in begun:
        if call is None:
            continue
        function, args = call
        result = function(*args)
        with store.write(by=WORKER) as tx:
            if finish(tx, job.job_id):
                ALL_KINDS[job.kind].finish(tx, job, result)


def do_jobs(store: Store, *kinds: str) -> int:
    """Do all that is asked of reports, in its order, and count it."""
    n_done = 0
    while begun := begin_jobs(store, *(kinds or (CARD, REPORT))):
        end_jobs(store, begun)
        n_done += len(begun)
    return n_done


def put_model(folder: Path, name: str, *, use: str) -> Model:
    """A model folder whose digest is right and whose network is not there."""
    own, grader = folder / name, name.encode()
    own.mkdir(parents=True)
    (own / "grader.tflite").write_bytes(grader)
    card = {
        "name": name,
        "use": use,
        "statement": "for tests",
        "classes": ["1", "2", "3", "4"],
        "temperature": 1.0,
        "input": {"crop_um": 400},
        "digest": model_digest(grader, 1.0),
    }
    (own / "card.json").write_text(json.dumps(card))
    return load_model(own)


def large_trial(store: Store, folder: Path, n_arm: int) -> int:
    """A graded trial of two arms of so many subjects, their changes drawn by chance."""
    study, rng = make_study(store, "Large", synthetic=True), np.random.default_rng(0)
    scores: dict[str, dict[str, float]] = {"D0": {}, "D28": {}}
    for number in range(2 * n_arm):
        subject, arm = f"S{number:03d}", ("placebo", "active")[number % 2]
        for visit in scores:
            add_scan(store, study, folder, subject, arm=arm, visit=visit)
        scores["D0"][subject] = float(rng.uniform(1.8, 2.4))
        scores["D28"][subject] = scores["D0"][subject] + float(
            rng.normal(0.4 * (arm == "active"), 0.2)
        )
    grade_visits(store, scores)
    return study
