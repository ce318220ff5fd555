"""A store in a fresh folder, with a model that exists only on paper."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from dermdash.grading.model import Model, load_model, model_digest
from dermdash.grading.profile import Grading
from dermdash.identity import User
from dermdash.imaging.dej import Dej
from dermdash.imaging.volume import Reading
from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from dermdash.trial.requests import GradingRequest
from dermdash.trial.scans import NewScan, ScanOutcome, store_scan
from dermdash.trial.studies import ArmSpec, VisitSpec, create_study
from dermdash.trial.transaction import Transaction

ADA = User("ada", verified=True)
SHAPE = (120, 500, 1224)
READING = Reading(axes="zyx", spacing_um=(1.0, 1.0, 1.0), window=(0.0, 255.0))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "home", processes=1)
    write_model(settings.home / "models" / "paper", b"a grader")
    return settings


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as opened:
        yield opened


@pytest.fixture
def model(settings: Settings) -> Model:
    return load_model(settings.home / "models" / "paper")


def write_model(folder: Path, grader: bytes) -> Model:
    """A model folder whose digest is right and whose network is not there."""
    folder.mkdir(parents=True)
    (folder / "grader.tflite").write_bytes(grader)
    card = {
        "name": folder.name,
        "use": "demonstration",
        "statement": "for tests",
        "classes": ["1", "2", "3", "4"],
        "temperature": 1.0,
        "input": {"crop_um": 400},
        "digest": model_digest(grader, 1.0),
    }
    (folder / "card.json").write_text(json.dumps(card))
    return load_model(folder)
