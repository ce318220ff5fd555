"""A visitor without a browser: opens a page's address and hears what the server sends."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page showed: the kinds of its elements, and all that was said in them."""

    elements: tuple[str, ...]
    said: bytes


def visit(url: str, page: str, *, seconds: float = 60) -> Seen:
    """Open a page as the first thing of a new session, and wait until it has run."""
    state = ClientState(query_string="", page_name=page, page_script_hash="")
    elements, said = [], b""
    address = url.replace("http://", "ws://") + "/_stcore/stream"
    with connect(address, origin=url, max_size=None) as session:
        session.send(BackMsg(rerun_script=state).SerializeToString())
        while True:
            data = session.recv(seconds)
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            if message.WhichOneof("type") == "delta":
                elements.append(message.delta.new_element.WhichOneof("type") or "block")
                said += data
            if message.WhichOneof("type") == "script_finished":
                return Seen(tuple(elements), said)


def ask(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[int, str]:
    """One request; its status and text, refused or not."""
    request = Request(url, data=body, method=method, headers=dict(headers or {}))
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode("utf-8", "replace")
