"""A store in a fresh folder, with a model that exists only on paper, and hands to fill it."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from dermdash.grading.model import Model, load_model, model_digest
from dermdash.grading.profile import Grading
from dermdash.identity import WORKER, User
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading
from dermdash.settings import Settings
from dermdash.trial.blinding import seal_arms
from dermdash.trial.database import Store, open_store
from dermdash.trial.gradings import GradingRequest, set_protocol, write_grading
from dermdash.trial.jobs import finish, take
from dermdash.trial.plans import lock_plan, write_plan
from dermdash.trial.questions import blank_plan
from dermdash.trial.renderings import Draft, keep_rendering
from dermdash.trial.reports import add_card, add_text, create_report
from dermdash.trial.results import ResultKey, keep_result, software_version
from dermdash.trial.scans import NewScan, store_scan
from dermdash.trial.schema import (
    ArmRow,
    CovariateRow,
    InboxFileRow,
    MarkingRow,
    QualityRow,
    ScanRow,
    SealedArmRow,
    StudyEventRow,
)
from dermdash.trial.studies import ArmSpec, SiteSpec, VisitSpec, create_study, get_study
from tests.support.seals import swapping_seed

PutScan = Callable[..., int]


@pytest.fixture
def ada() -> User:
    return User("ada", verified=True)


@pytest.fixture
def reading() -> Reading:
    return Reading(axes="zyx", spacing_um=(1.0, 1.0, 1.0), window=(0.0, 255.0))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Ada is the administrator."""
    return Settings(tmp_path / "home", processes=1, administrators=("Ada",))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as opened:
        yield opened


@pytest.fixture
def make_model(tmp_path: Path) -> Callable[[str], Model]:
    """A model folder whose digest is right and whose network is not there."""

    def make(name: str, temperature: float = 1.0) -> Model:
        folder = tmp_path / "models" / f"{name}-{temperature}"
        folder.mkdir(parents=True)
        grader = name.encode()
        (folder / "grader.tflite").write_bytes(grader)
        card = {
            "name": name,
            "use": "demonstration",
            "statement": "for tests",
            "classes": ["1", "2", "3", "4"],
            "temperature": temperature,
            "input": {"crop_um": 400},
            "digest": model_digest(grader, temperature),
        }
        (folder / "card.json").write_text(json.dumps(card))
        return load_model(folder)

    return make


@pytest.fixture
def model(make_model: Callable[[str], Model]) -> Model:
    return make_model("paper")


@pytest.fixture
def study(store: Store, ada: User, model: Model) -> int:
    """The id of a study with two arms, two visits and a protocol."""
    with store.write(by=ada) as tx:
        study_id = create_study(
            tx,
            name="Serum",
            kind="before_after",
            arms=[ArmSpec("placebo", is_control=True), ArmSpec("active")],
            visits=[VisitSpec("D0", 0, is_baseline=True), VisitSpec("D28", 28)],
            sites=[SiteSpec("cheek")],
        )
        set_protocol(tx, study_id, model=model)
    return study_id


@pytest.fixture
def put_scan(store: Store, study: int, ada: User, reading: Reading) -> PutScan:
    """Store a scan of made-up bytes in its own transaction and return its id."""

    def put(subject: str = "S01", **changes: Any) -> int:
        content = changes.pop("content", f"{subject} {changes}".encode())
        shape = changes.pop("shape", (120, 500, 1224))
        study_id = changes.pop("study_id", study)
        volume = store.vault.store_file(io.BytesIO(content))
        parts = {
            "arm": "active",
            "visit": "D0",
            "site": "cheek",
            "dej": Dej.plane(40),
            "dej_source": "manual",
            "reading": reading,
        }
        new = NewScan(subject, **(parts | changes))
        with store.write(by=ada) as tx:
            return store_scan(tx, study_id, volume, new, shape=shape).scan_id

    return put


@pytest.fixture
def make_grading(model: Model) -> Callable[..., Grading]:
    def make(seed: int = 0, *, digest: str = model.digest, crops: int = 3) -> Grading:
        rng = np.random.default_rng(seed)
        probabilities = rng.dirichlet(np.ones(4), size=(90, crops)).astype(np.float32)
        return Grading(probabilities, np.arange(-10, 80, dtype=np.int16), digest)

    return make


@pytest.fixture
def keep_answer(store: Store, study: int, ada: User) -> Callable[[], None]:
    """Plan the study, lock the plan, and keep a result that follows it."""

    def keep() -> None:
        with store.write(by=ada) as tx:
            plan = replace(blank_plan(get_study(tx, study)), primary=("active", "placebo", "D28"))
            lock_plan(tx, study, write_plan(tx, study, plan))
            key = ResultKey(study, {"asked": "all"}, 1, "0" * 64, software_version())
            keep_result(tx, key, {"difference": 0.5})

    return keep


@pytest.fixture
def keep_conduct(store: Store, study: int, ada: User) -> Callable[[], None]:
    """A row in each table of the study's conduct, once a scan is there."""

    def keep() -> None:
        with store.write(by=ada) as tx:
            scan = tx.session.scalars(select(ScanRow).order_by(ScanRow.id)).first()
            assert scan is not None
            arm = tx.session.scalars(select(ArmRow)).first()
            assert arm is not None
            sha256, by_ada = scan.volume_sha256, {"author": tx.author, "at": tx.at}
            tx.session.add_all(
                [
                    StudyEventRow(study_id=study, act="seal read", **by_ada),
                    SealedArmRow(
                        arm_id=arm.id,
                        study_id=study,
                        name="x",
                        label="x",
                        is_control=False,
                        colour="#000000",
                        seed=1,
                    ),
                    CovariateRow(study_id=study, name="age", kind="number"),
                    MarkingRow(
                        study_id=study,
                        scan_id=scan.id,
                        reader="Ada",
                        look=1,
                        verdict="cannot tell",
                        reason="dark",
                        at=tx.at,
                    ),
                    InboxFileRow(path="/x.tif", bytes=1, mtime_ns=1, looked_at=tx.at),
                    QualityRow(key="0" * 64, volume_sha256=sha256, reading={}, body={}, at=tx.at),
                ]
            )

    return keep


@pytest.fixture
def keep_paper(store: Store, study: int, ada: User) -> Callable[[], None]:
    """A report with a card of each kind, and a file of it."""

    def keep() -> None:
        with store.write(by=ada) as tx:
            report = create_report(tx, study, "Serum")
            add_text(tx, report, "Why", "To know.")
            add_card(tx, report, {"card": "changes", "asked": {}})
            draft = Draft(report, study, (study,), "Serum", "pdf", "x.pdf", "dermdash", "0" * 64, 0)
            keep_rendering(tx, draft, b"%PDF")

    return keep


@pytest.fixture
def grade_all(store: Store, make_grading: Callable[..., Grading]) -> Callable[[], int]:
    """Be the worker: take what is queued, write a grading for each, count them."""

    def grade() -> int:
        with store.write(by=WORKER) as tx:
            jobs = take(tx, 1000, kinds=("grading",))
        for seed, job in enumerate(jobs):
            request = GradingRequest.from_json(job.payload["request"])
            with store.write(by=WORKER) as tx:
                write_grading(tx, request, make_grading(seed, digest=request.model_digest))
                finish(tx, job.job_id)
        return len(jobs)

    return grade


@pytest.fixture
def two_graded(study: int, put_scan: PutScan, grade_all: Callable[[], int]) -> tuple[int, int, int]:
    """The study with a graded scan in each arm, and their ids."""
    scans = put_scan("S01", arm="active"), put_scan("S02", arm="placebo")
    grade_all()
    return study, *scans


@pytest.fixture
def blinded(store: Store, study: int, put_scan: PutScan, ada: User) -> int:
    """S01 in active, S02 in placebo; ``active``, made second, is A."""
    put_scan("S01", arm="active")
    put_scan("S02", arm="placebo")
    with store.write(by=ada) as tx:
        seal_arms(tx, study, seed=swapping_seed())
    return study
