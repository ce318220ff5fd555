"""The running server: its gate, its worker, and what is left of both when it is killed."""

import asyncio
import json
import os
import signal
import socket
import tomllib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from starlette.types import Message, Receive, Scope, Send
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from dermdash.settings import Settings
from dermdash.trial import jobs
from dermdash.trial.audit import history
from dermdash.trial.database import open_store
from dermdash.trial.jobs import queue_summary
from dermdash.trial.scans import scan_table
from dermdash.ui.server import LOCAL_ONLY, SIGN_IN_FIRST, Gate
from tests.support.processes import (
    ROOT,
    Server,
    end,
    engine_pids,
    gone,
    server,
    start_server,
    wait_until,
)
from tests.support.scans import store_scans, write_volumes
from tests.support.visitor import ask, visit

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*/*.py"))
SECRET = "a secret of thirty-two characters"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Settings]]:
    """A server without sign-in."""
    folder = tmp_path_factory.mktemp("plain")
    settings = Settings(folder / "home", processes=1)
    with server(settings, folder / "server.log") as running:
        yield running, settings


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a sign-in configured, at which nobody has signed in."""
    folder = tmp_path_factory.mktemp("guarded")
    secrets = folder / "secrets.toml"
    secrets.write_text(
        f'[auth]\ncookie_secret = "{SECRET}"\nclient_id = "dermdash"\nclient_secret = "x"\n'
        'redirect_uri = "http://localhost/oauth2callback"\n'
        'server_metadata_url = "http://localhost:9/.well-known/openid-configuration"\n',
        encoding="utf-8",
    )
    settings = Settings(folder / "home", worker="external")
    with server(settings, folder / "server.log", secrets=secrets) as running:
        yield running


def signed(user: dict[str, object], secret: str = SECRET) -> dict[str, str]:
    """The cookie that Streamlit sets after a sign-in."""
    value = create_signed_value(secret, "_streamlit_user", json.dumps(user)).decode()
    return {"Cookie": f"_streamlit_user={value}"}


def test_it_listens_on_localhost_only(plain: tuple[Server, Settings]) -> None:
    """Without a sign-in, everybody on the hospital's network would read the trial."""
    listening = [
        connection.laddr.ip
        for connection in psutil.Process(plain[0].pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening
    assert set(listening) <= {"127.0.0.1", "::1"}


def test_another_name_for_this_machine_is_refused(plain: tuple[Server, Settings]) -> None:
    """A web page that rebinds its own name to 127.0.0.1 could read the trial by the browser."""
    url = plain[0].url
    assert ask(url)[0] == 200
    assert ask(url, headers={"Host": "evil.example:8501"}) == (403, LOCAL_ONLY)
    here = socket.create_connection(("127.0.0.1", plain[0].port))
    with here, pytest.raises(InvalidStatus, match="403"):
        connect("ws://evil.example/_stcore/stream", sock=here, origin="http://evil.example")


def answer(client: tuple[str, int] | None, kind: str = "http", host: str = "localhost") -> str:
    """What the gate says to a connection from there: a refusal, or "let in"."""

    async def pages(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "let in"})

    async def ask_gate() -> str:
        said: list[Message] = []

        async def send(message: Message) -> None:
            said.append(message)

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        headers = [(b"host", host.encode())]
        scope = {"type": kind, "path": "/", "headers": headers, "client": client, "method": "GET"}
        await Gate(pages)(scope | {"query_string": b"", "server": (host, 80)}, receive, send)
        return str(said[-1].get("reason") or said[-1].get("body", b"let in").decode())

    return asyncio.run(ask_gate())


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_other_machines_are_refused_in_one_sentence(kind: str) -> None:
    """Whoever opens the port by mistake must not open the trial with it."""
    for client in (("10.0.0.7", 1), ("192.0.2.7", 1), ("2001:db8::7", 1), None):
        assert answer(client, kind) == LOCAL_ONLY
    for client in (("127.0.0.1", 1), ("::1", 1), ("::ffff:127.0.0.1", 1)):
        assert answer(client, kind) == "let in"
    assert answer(("127.0.0.1", 1), kind, host="[::1]:8501") == "let in"
    assert answer(("127.0.0.1", 1), kind, host="evil.example") == LOCAL_ONLY


def test_every_page_runs_and_loads_no_inference(plain: tuple[Server, Settings]) -> None:
    """A server that loads TensorFlow or LiteRT answers each click six times slower."""
    running, _ = plain
    for page in PAGES:
        seen = visit(running.url, page)
        assert len(seen.elements) > 1
        assert "exception" not in seen.elements, (page, seen.said)
        assert ask(f"{running.url}/{page}")[0] == 200
    loaded = Path(f"/proc/{running.pid}/maps").read_text(encoding="utf-8")
    assert "streamlit" in Path(f"/proc/{running.pid}/cmdline").read_text(encoding="utf-8")
    assert [
        name for name in ("tensorflow", "ai_edge_litert", "keras", "torch") if name in loaded
    ] == []


def test_every_page_is_behind_the_sign_in(guarded: Server) -> None:
    """A page that opens by its own address, without the shell, shows the trial to anybody."""
    for page in ["", *PAGES, "upload", "pages/start/home"]:
        seen = visit(guarded.url, page)
        assert b"Sign in" in seen.said, page
        assert set(seen.elements) <= {"heading", "button", "html", "block", "markdown", "empty"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/_stcore/upload_file/session/file"),
        ("DELETE", "/_stcore/upload_file/session/file"),
        ("GET", "/media/0123456789abcdef.png"),
        ("HEAD", "/media/0123456789abcdef.png"),
        ("GET", "/media/%2e%2e/0123456789abcdef.png"),
    ],
)
def test_files_and_pictures_need_a_sign_in(guarded: Server, method: str, path: str) -> None:
    """A visitor held at the sign-in could fill the memory, or read other people's pictures."""
    url = guarded.url + path
    body = b"x" * 100 if method == "PUT" else None
    inside = {"is_logged_in": True, "name": "Ada", "origin": guarded.url}
    refused = [
        {},
        signed(inside, "another secret of thirty-two chars"),
        signed({"is_logged_in": False}),
        {"Cookie": "_streamlit_user=garbage"},
        {"Cookie": f"_streamlit_user={json.dumps(inside)}"},
    ]
    for headers in refused:
        status, text = ask(url, method=method, headers=headers, body=body)
        assert status == 403
        assert text == ("" if method == "HEAD" else SIGN_IN_FIRST)
    status, text = ask(url, method=method, headers=signed(inside), body=body)
    assert text != SIGN_IN_FIRST
    assert method != "GET" or status in (400, 404)


def test_what_a_sign_in_needs_is_served_before_it(guarded: Server) -> None:
    """A sign-in page that cannot load its own script locks everybody out."""
    assert ask(guarded.url)[0] == 200
    assert ask(f"{guarded.url}/_stcore/health")[0] == 200
    assert guarded.worker_pid() is None  # DERMDASH_WORKER=external


def test_a_killed_worker_is_replaced_and_goes_on(
    plain: tuple[Server, Settings], tmp_path: Path
) -> None:
    """A worker lost over night must not be found lost in the morning."""
    running, settings = plain
    with open_store(settings) as store:

        def graded() -> int:
            with store.read() as tx:
                return int((scan_table(tx)["state"] == "graded").sum())

        first = running.worker_pid()
        assert first is not None
        store_scans(store, write_volumes(tmp_path, 4))
        wait_until(lambda: graded() >= 1, what="a first grading")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: running.worker_pid() not in (None, first), what="a new worker")
        wait_until(lambda: graded() == 4, what="all gradings")
        with store.read() as tx:
            written = history(tx, entity="grading")
    assert list(written["act"]) == ["added"] * 4
    assert "the worker ended (status -9)" in running.log.read_text(encoding="utf-8")


def test_a_killed_server_leaves_its_work_to_the_next(tmp_path: Path) -> None:
    """After a power cut the next start must find all that was reported, and do the rest."""
    settings = Settings(tmp_path / "home", processes=2)
    log = tmp_path / "server.log"
    running = start_server(settings, log)
    with open_store(settings) as store:

        def graded() -> int:
            with store.read() as tx:
                return int((scan_table(tx)["state"] == "graded").sum())

        ids = store_scans(store, write_volumes(tmp_path, 8))
        wait_until(lambda: graded() >= 2, what="two gradings")
        worker_pid = running.worker_pid()
        assert worker_pid is not None
        processes = [worker_pid, *engine_pids(worker_pid)]
        running.process.kill()
        before = graded()
        end(running.process)
        wait_until(lambda: all(map(gone, processes)), seconds=15, what="its worker ends")
        assert not jobs.worker_alive(settings)
        with store.read() as tx:
            assert queue_summary(tx).running == 0
        with server(settings, log) as following:
            wait_until(lambda: graded() == len(ids), what="the rest is graded")
            assert graded() >= before
            with store.read() as tx:
                written = history(tx, entity="grading")
            assert list(written["act"]) == ["added"] * len(ids)
            assert written["entity"].is_unique
            last = following.worker_pid()
            assert last is not None
    assert gone(last), "a server that is stopped takes its worker along"


def test_a_store_from_the_future_is_told_on_the_page(tmp_path: Path) -> None:
    """Who starts an old version on new data needs the reason, not an empty browser."""
    settings = Settings(tmp_path / "home", worker="external")
    settings.home.mkdir()
    settings.database.write_bytes(b"not a database, by no means" * 100)
    log = tmp_path / "server.log"
    with server(settings, log) as running:
        seen = visit(running.url, "")
        assert b"is not a database" in seen.said
        assert "alert" in seen.elements
    told = log.read_text(encoding="utf-8")
    assert "is not a database" in told
    assert "Traceback" not in told


def test_the_configuration_holds_what_production_needs() -> None:
    """Each of these was a default that leaks, lags or refuses a volume of ordinary size."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "localhost"
    assert config["server"]["maxUploadSize"] >= 1024
    assert config["server"]["fileWatcherType"] == "none"
    assert config["client"]["showErrorDetails"] == "none"
    assert config["browser"]["gatherUsageStats"] is False
