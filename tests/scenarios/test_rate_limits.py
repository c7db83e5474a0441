"""429 is not always about the plan's limit on contexts: what waits, how long, and for whom."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from cartesia_stream import RateLimitError, Timeouts

from .faces import AT_ONCE_S, Background, eventually, speak

if TYPE_CHECKING:
    from cartesia_stream import Cartesia

    from .conftest import MakePeer
    from .faces import Face
    from .peer import Conversation

AUDIO: Final = b"\0\1" * 100
TRANSPORTS: Final = ("websocket", "sse", "bytes")
REFUSED: Final = (*TRANSPORTS, "handshake")

OTHER: Final[dict[str, dict[str, Any]]] = {
    "no credits": {"error_code": "quota_exceeded", "message": "No credits are left."},
    "an unknown code": {"error_code": "concurrency_of_something_else", "message": "Concurrency."},
    "null": {"error_code": None, "title": "Too Many Requests", "message": "Slow down."},
    "no code": {"message": "no"},
    "a code of another type": {"error_code": 7, "message": "no"},
}
PLAN: Final[dict[str, dict[str, Any]]] = {
    "its code": {"error_code": "concurrency_limited", "message": "All contexts are in use."},
    "its words": {"title": "Too Many Requests", "message": "Concurrency limit reached."},
}


class Service:
    """A service that refuses the first requests for speech, and counts them all.

    Args:
        where: What it refuses: a transport, or the handshake.
        refusals: How many requests it refuses.
        error: The fields of the refusal.
        headers: Headers of a refusal over HTTP.
    """

    def __init__(
        self, where: str, refusals: int, error: dict[str, Any], *headers: str, body: bytes = b""
    ) -> None:
        self._where = where
        self._refusals = refusals
        self._error = {"title": "T", **error}
        self._headers = headers
        self._body = body or json.dumps(self._error).encode()
        self.requests = 0

    def __call__(self, peer: Conversation) -> None:
        head = peer.read_request()
        peer.put_back(head)
        if b"/tts/websocket" in head:
            self._socket(peer)
            return
        peer.read_call()
        if self._refuses("bytes" if b"/tts/bytes" in head else "sse"):
            peer.respond("429 Too Many Requests", self._body, *self._headers)
        elif b"/tts/bytes" in head:
            peer.respond("200 OK", AUDIO, "Content-Type: audio/raw")
        else:
            chunk = b'data: {"type":"chunk","data":"AAEAAQ=="}\n\ndata: {"type":"done"}\n\n'
            peer.respond("200 OK", chunk, "Content-Type: text/event-stream")

    def _socket(self, peer: Conversation) -> None:
        if self._refuses("handshake"):
            peer.read_request()
            peer.respond("429 Too Many Requests", self._body, *self._headers)
            return
        peer.accept()
        while True:
            message = peer.message()
            if not message.get("transcript"):
                continue
            context_id = message["context_id"]
            if self._refuses("websocket"):
                peer.tell("error", context_id, **{**self._error, "status_code": 429})
            else:
                peer.chunk(context_id, AUDIO)
                peer.tell("done", context_id)

    def _refuses(self, transport: str) -> bool:
        if transport != self._where:
            return False
        self.requests += 1
        return self.requests <= self._refusals


def say(client: Cartesia, where: str) -> bytes:
    """Speech over a transport; ``handshake`` is that of a socket."""
    return speak(client, "websocket" if where == "handshake" else where, "Hello.").collect().data


@pytest.mark.parametrize("where", REFUSED)
@pytest.mark.parametrize("error", OTHER.values(), ids=OTHER.keys())
def test_any_other_refusal_follows_the_retries(
    face: Face, make_peer: MakePeer, where: str, error: dict[str, Any]
) -> None:
    """It does not wait in the queue for a slot, which would not help."""
    service = Service(where, 99, error)
    client = face.client(make_peer(service).base_url, max_retries=2)
    before = time.monotonic()
    with pytest.raises(RateLimitError) as raised:
        say(client, where)
    assert time.monotonic() - before < AT_ONCE_S
    assert service.requests == 3
    assert not raised.value.concurrency_limited
    service.requests = 97  # two more refusals are left
    assert say(client, where)


@pytest.mark.parametrize("where", REFUSED)
def test_a_refusal_in_plain_text_follows_the_retries(
    face: Face, make_peer: MakePeer, where: str
) -> None:
    """Older versions answer with a sentence."""
    if where == "websocket":
        service = Service(where, 99, {"error": "Too Many Requests: slow down"})
    else:
        service = Service(where, 99, {}, body=b"Too Many Requests: slow down")
    client = face.client(make_peer(service).base_url, max_retries=1)
    with pytest.raises(RateLimitError):
        say(client, where)
    assert service.requests == 2


@pytest.mark.parametrize("where", TRANSPORTS)
@pytest.mark.parametrize("error", PLAN.values(), ids=PLAN.keys())
def test_the_plans_limit_waits_for_a_slot(
    face: Face, make_peer: MakePeer, where: str, error: dict[str, Any]
) -> None:
    """However often it is refused: the wait is bounded by `queue`, not by the retries."""
    service = Service(where, 2, error, "Retry-After: 0.01")
    client = face.client(make_peer(service).base_url, max_retries=1)
    assert say(client, where)
    assert service.requests == 3


@pytest.mark.parametrize("where", ["sse", "bytes", "handshake"])
@pytest.mark.parametrize("error", [OTHER["no credits"], OTHER["no code"], PLAN["its code"]])
@pytest.mark.parametrize("header", ["Retry-After: 61", "Retry-After-Ms: 3600000"])
def test_a_wait_above_a_minute_is_the_callers(
    face: Face, make_peer: MakePeer, where: str, error: dict[str, Any], header: str
) -> None:
    """The error comes at once, after one request, and says how long the wait would be."""
    service = Service(where, 99, error, header)
    client = face.client(make_peer(service).base_url, max_retries=2)
    before = time.monotonic()
    with pytest.raises(RateLimitError) as raised:
        say(client, where)
    assert time.monotonic() - before < AT_ONCE_S
    assert raised.value.retry_after in (61, 3600)
    assert service.requests == 1


def test_a_wait_until_a_date(face: Face, make_peer: MakePeer) -> None:
    """The date of the answer tells how far away the other one is; no local clock is needed."""
    date = ("Date: Tue, 01 Jan 2030 10:00:00 GMT", "Retry-After: Tue, 01 Jan 2030 10:30:00 GMT")
    service = Service("sse", 99, OTHER["no credits"], *date)
    client = face.client(make_peer(service).base_url)
    with pytest.raises(RateLimitError) as raised:
        say(client, "sse")
    assert (raised.value.retry_after, service.requests) == (1800, 1)


def test_a_wait_past_the_deadline_of_the_queue(face: Face, make_peer: MakePeer) -> None:
    """A slot that cannot come in time is not waited for."""
    service = Service("sse", 99, PLAN["its code"], "Retry-After: 20")
    client = face.client(make_peer(service).base_url, timeout=Timeouts(queue=10))
    before = time.monotonic()
    with pytest.raises(RateLimitError) as raised:
        say(client, "sse")
    assert time.monotonic() - before < AT_ONCE_S
    assert raised.value.retry_after == 20


@pytest.mark.parametrize("where", ["sse", "bytes", "handshake"])
def test_neighbours_are_not_held_up(face: Face, make_peer: MakePeer, where: str) -> None:
    """Who waits before another try holds no slot of the plan, and no lock of the sockets."""
    other = "bytes" if where == "sse" else "sse"
    service = Service(where, 1, OTHER["no credits"], "Retry-After: 2")
    client = face.client(make_peer(service).base_url, max_concurrency=1)
    waiting = Background(lambda: say(client, where))
    assert eventually(lambda: service.requests == 1)
    for _ in range(2):
        assert say(client, other)
    assert service.requests == 1
    assert waiting.result()


@pytest.mark.parametrize("error", [OTHER["no credits"], PLAN["its code"]])
def test_neighbours_of_a_long_wait(face: Face, make_peer: MakePeer, error: dict[str, Any]) -> None:
    """Nobody waits behind a call that was refused for an hour."""
    service = Service("sse", 1, error, "Retry-After: 3600")
    client = face.client(make_peer(service).base_url, max_concurrency=1)
    with pytest.raises(RateLimitError):
        say(client, "sse")
    before = time.monotonic()
    assert say(client, "bytes")
    assert say(client, "sse")
    assert time.monotonic() - before < AT_ONCE_S


def test_a_call_that_is_no_speech(face: Face, make_peer: MakePeer) -> None:
    """It follows the same rules, whatever the code says: it takes no slot."""
    for error in (OTHER["no credits"], PLAN["its code"]):
        answers: list[str] = []

        def script(
            peer: Conversation, error: dict[str, Any] = error, answers: list[str] = answers
        ) -> None:
            peer.read_call()
            answers.append("429")
            peer.respond("429 Too Many Requests", json.dumps(error).encode())

        client = face.client(make_peer(script).base_url, max_retries=1)
        with pytest.raises(RateLimitError):
            client.voices.list(limit=1)
        assert len(answers) == 2


def test_a_context_raises_each_refusal(face: Face, make_peer: MakePeer) -> None:
    """What a context was told is the caller's; other contexts of the socket go on."""
    client = face.client(make_peer(Service("websocket", 1, OTHER["no credits"])).base_url)
    with client.tts.websocket_connect() as connection:
        refused, other = connection.context(voice="v"), connection.context(voice="v")
        for context in (refused, other):
            context.push("Hello.")
            context.no_more_inputs()
        with pytest.raises(RateLimitError):
            refused.receive().collect()
        assert other.receive().collect().data == AUDIO
