"""What tests share."""

import sys
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings

from tests.support.cluster import dask_cluster, wait_for_workers

# Folders and files of tests that kill processes, or wait for them by the clock.
ALONE = {"browser", "worker", "test_engine.py", "test_kills.py", "test_server.py"}

# A busy machine is slow, not wrong.
settings.register_profile("dermdash", deadline=None)
settings.load_profile("dermdash")


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """A page under test takes the place of the main module, which new processes would run again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def dask_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running Dask scheduler with two workers."""
    with dask_cluster(tmp_path_factory.mktemp("dask")) as address:
        wait_for_workers(address, 2)
        yield address


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark what needs the machine for itself, and put last what burdens the tests after it.

    Once TensorFlow is imported, each run of a page clears Keras' session and takes seconds longer;
    a browser's driver keeps an event loop in this thread until the session ends. The order is set
    after every plugin has set its own.
    """
    for item in items:
        if not ALONE.isdisjoint(item.path.parts):
            item.add_marker(pytest.mark.alone)
    yield
    late = ("grading", "learning", "browser")

    def place(item: pytest.Item) -> int:
        return max((late.index(part) + 1 for part in item.path.parts if part in late), default=0)

    items.sort(key=place)
