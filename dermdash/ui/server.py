"""Around the pages: the store and its worker for as long as the server lives, and the gate.

Streamlit asks the pages to guard themselves; uploads and pictures have addresses of their own.
The gate stands before all of them.
"""

import asyncio
import json
import logging
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import IPv6Address, ip_address

import streamlit as st
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value

from dermdash.errors import DermdashError
from dermdash.settings import Settings, load_settings
from dermdash.trial.database import open_store

LOG = logging.getLogger("dermdash.server")

# Not -m: spawned processes import their parent's main module again, and are to know no store.
WORKER = (sys.executable, "-c", "from dermdash.worker import main; raise SystemExit(main())")
PATIENCE_S = 10.0  # for a worker to give its jobs back; also the age from which one counts as sound
LONGEST_PAUSE_S = 30.0

USER_COOKIE = "_streamlit_user"
GUARDED = ("/_stcore/upload_file", "/media/")
LOCAL_ONLY = (
    "Without a sign-in this app is served to its own machine only; open it there as "
    "http://localhost, or configure a sign-in ([auth] in .streamlit/secrets.toml).\n"
)
SIGN_IN_FIRST = "Sign in first; files and pictures are served to signed-in users only.\n"


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Bring the store up to date before the first visitor, and keep one worker beside the server.

    What is wrong with the store is told here and by every page; the server starts all the same.
    """
    external = False
    try:
        settings = load_settings()
        external = settings.worker == "external"
        await asyncio.to_thread(_migrate, settings)
    except DermdashError as error:
        LOG.error("%s", error)
    keeper = None if external else asyncio.create_task(keep_worker())
    try:
        yield
    finally:
        if keeper is not None:
            keeper.cancel()
            with suppress(asyncio.CancelledError):
                await keeper


async def keep_worker() -> None:
    """Start the worker, and start it again whenever it ends; when cancelled, end it."""
    pause_s = 0.1
    while True:
        begin = time.monotonic()
        # The worker ends when this pipe closes, so it outlives not even a killed server.
        worker = await asyncio.create_subprocess_exec(
            *WORKER, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        try:
            status = await worker.wait()
        finally:
            if worker.returncode is None:
                await _end(worker)
        if time.monotonic() - begin > PATIENCE_S:
            pause_s = 0.1
        LOG.warning("the worker ended (status %s); it starts again in %.1f s", status, pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


class Gate:
    """Refuses what comes from another machine or, where a sign-in is configured, from nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        refusal = _refusal(HTTPConnection(scope))
        if refusal is None:
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": refusal})
        return await PlainTextResponse(refusal, status_code=403)(scope, receive, send)


def sign_in_configured() -> bool:
    """Whether ``[auth]`` stands in ``.streamlit/secrets.toml``."""
    return bool(st.secrets.load_if_toml_exists() and st.secrets.get("auth"))


def _migrate(settings: Settings) -> None:
    open_store(settings).close()


async def _end(worker: asyncio.subprocess.Process) -> None:
    worker.terminate()
    try:
        await asyncio.wait_for(worker.wait(), PATIENCE_S)
    except TimeoutError:
        worker.kill()


def _refusal(connection: HTTPConnection) -> str | None:
    """Why this connection is refused, in one sentence."""
    if not sign_in_configured():
        here = connection.client is not None and _is_local(connection.client.host)
        return None if here and _is_local(connection.url.hostname) else LOCAL_ONLY
    path = connection.scope["path"]
    if any(part in path for part in GUARDED) and not _signed_in(connection):
        return SIGN_IN_FIRST
    return None


def _is_local(host: str | None) -> bool:
    """
    >>> [_is_local(host) for host in ("127.0.0.1", "::ffff:127.0.0.1", "localhost", "10.0.0.7")]
    [True, True, True, False]
    """
    try:
        address = ip_address(host or "")
    except ValueError:
        return host == "localhost"
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_loopback


def _signed_in(connection: HTTPConnection) -> bool:
    """Whether the connection carries the user cookie that Streamlit signs after a sign-in."""
    secret, cookies = get_cookie_secret(), connection.cookies

    def signed(name: str) -> bytes | None:
        value = cookies.get(name, "").encode("latin-1", "replace")
        return decode_signed_value(secret, name, value)

    try:
        user = json.loads(get_cookie_with_chunks(signed, USER_COOKIE) or b"{}")
    except ValueError:
        return False
    return isinstance(user, dict) and user.get("is_logged_in") is True
