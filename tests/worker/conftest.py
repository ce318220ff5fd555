"""Stores with volumes, on each of the engines."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dermdash.settings import Settings
from dermdash.trial.database import Store, open_store
from tests.support.cluster import wait_for_workers
from tests.support.scans import write_volumes

SCANS = 10


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_volumes(tmp_path_factory.mktemp("volumes"), SCANS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", processes=2)


@pytest.fixture(params=["local", "dask"])
def any_settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The same store with each of the engines."""
    if request.param == "local":
        return settings
    address = request.getfixturevalue("dask_address")
    wait_for_workers(address, 2)
    return replace(settings, engine=address)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings) as opened:
        yield opened


@pytest.fixture
def any_store(any_settings: Settings) -> Iterator[Store]:
    with open_store(any_settings) as opened:
        yield opened
