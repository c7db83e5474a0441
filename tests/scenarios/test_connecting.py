"""Reaching the service: refusals, retries, deadlines, TLS and proxies."""

from __future__ import annotations

import base64
import json
import logging
import socket
import ssl
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    CartesiaError,
    ConnectionClosedError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteProtocolError,
    Timeouts,
)

from .faces import AT_ONCE_S, VOICE, Background
from .peer import Conversation, unused_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_emulator import Emulator
    from cartesia_stream import Cartesia

    from .conftest import MakePeer
    from .faces import Face

# Self-signed, for localhost and 127.0.0.1, valid until 2126, and of no use anywhere else:
#   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 \
#     -subj "/CN=cartesia-stream test" -addext "subjectAltName=DNS:localhost,IP:127.0.0.1" \
#     -addext "basicConstraints=critical,CA:TRUE" -keyout key.pem -out certificate.pem
CERTIFICATES = Path(__file__).with_name("certificates")
KEY = "sk_test_key"  # what `Face.client` uses with a base URL


def answer_speech(peer: Conversation) -> None:
    """Take a handshake and answer one request with one chunk."""
    peer.accept()
    speak_once(peer)


def speak_once(peer: Conversation) -> None:
    context_id = peer.message()["context_id"]
    peer.chunk(context_id)
    peer.tell("done", context_id)
    peer.frame()  # the close frame
    peer.close_frame(1000)


def spoken(client: Cartesia) -> bytes:
    return client.tts.speak("Hello.", voice=VOICE).collect().data


# --- refusals


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, APIStatusError),
        (401, AuthenticationError),
        (403, PermissionDeniedError),
        (404, NotFoundError),
        (418, APIStatusError),
        (429, RateLimitError),
        (500, InternalServerError),
        (520, InternalServerError),
    ],
)
def test_refused_handshake_is_the_error_that_http_gives(
    face: Face, emulator: Emulator, status: int, expected: type[APIStatusError]
) -> None:
    """A handshake refused with a status raises the class, code and texts of an HTTP call."""
    client = face.client(emulator, max_retries=0)
    details: dict[str, Any] = {"title": "No", "message": "Not today.", "doc_url": "https://a.b/c"}
    emulator.inject("status", status, times=3, code="no_way", **details)
    caught = []
    for call in (client.tts.websocket_connect, lambda: spoken(client), client.voices.list):
        with pytest.raises(expected) as raised:
            call()
        caught.append(raised.value)
    for error in caught:
        assert (error.status_code, error.error_code) == (status, "no_way")
        assert (error.title, error.message) == ("No", "Not today.")
        assert error.doc_url == details["doc_url"]
        assert error.request_id


def test_wrong_key_is_an_authentication_error(face: Face, emulator: Emulator) -> None:
    """The service's own 401 arrives as such; it is not tried again."""
    client = face.client(emulator, api_key="sk_other")
    with pytest.raises(AuthenticationError):
        spoken(client)
    assert len(emulator.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_handshake_is_tried_again_after_a_passing_refusal(
    client: Cartesia, emulator: Emulator, status: int
) -> None:
    """Two refusals that may pass are forgotten: the third try speaks."""
    emulator.inject("handshake-status", status, times=2)
    assert spoken(client)
    assert [request.status for request in emulator.requests[:2]] == [status] * 2


def test_retries_of_a_handshake_end(client: Cartesia, emulator: Emulator) -> None:
    """After the last retry the error is raised."""
    emulator.inject("handshake-status", 503, times=None)
    with pytest.raises(InternalServerError):
        spoken(client)
    assert len(emulator.requests) == 3


def test_handshake_waits_as_long_as_it_is_asked_to(client: Cartesia, emulator: Emulator) -> None:
    """Retry-After is obeyed, and the attribute says it."""
    emulator.inject("handshake-status", 429, times=1, retry_after=0.3)
    before = time.monotonic()
    assert spoken(client)
    assert time.monotonic() - before > 0.3
    emulator.inject("handshake-status", 429, times=None, retry_after=3600)
    with pytest.raises(RateLimitError) as caught:
        client.tts.websocket_connect()  # an hour is too long to wait
    assert caught.value.retry_after == 3600


def test_refusal_without_json_is_typed_all_the_same(face: Face, emulator: Emulator) -> None:
    """A proxy's HTML page with status 502 is an `InternalServerError` without the page."""
    client = face.client(emulator, max_retries=0)
    emulator.inject("html", 502, path="/tts/websocket")
    with pytest.raises(InternalServerError) as caught:
        spoken(client)
    assert "<" not in str(caught.value)


def chunked_refusal(peer: Conversation) -> None:
    peer.read_request()
    body = json.dumps({"message": "Who are you?"}).encode()
    head = "HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n"
    peer.send(head.encode() + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))


def unframed_refusal(peer: Conversation) -> None:
    peer.read_request()
    peer.send(b'HTTP/1.1 401 Unauthorized\r\n\r\n{"message":')
    peer.pause(0.05)
    peer.send(b'"Who are you?"}')


@pytest.mark.parametrize("script", [chunked_refusal, unframed_refusal])
def test_refusal_however_framed(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    """A refusal's body is read whether it comes in chunks or up to the end of the connection."""
    client = face.client(make_peer(script).base_url, max_retries=0)
    with pytest.raises(AuthenticationError, match="Who are you"):
        spoken(client)


# --- what is no WebSocket server


def not_http(peer: Conversation) -> None:
    peer.read_request()
    peer.send(b"220 mail.example ESMTP\r\n\r\n")
    peer.hold()


def endless_header(peer: Conversation) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 101 Switching Protocols\r\nX: " + b"a" * 110_000)
    peer.hold()


def wrong_accept(peer: Conversation) -> None:
    peer.send(peer.acceptance().replace(b"Accept: ", b"Accept: x"))
    peer.hold()


@pytest.mark.parametrize("script", [not_http, endless_header, wrong_accept])
def test_answer_that_is_no_handshake(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    """What does not answer as a WebSocket server does broke the contract; it is not asked again."""
    peer = make_peer(script)
    with pytest.raises(RemoteProtocolError):
        spoken(face.client(peer.base_url))
    assert peer.connections == 1


def hang_up_at_once(peer: Conversation) -> None:
    peer.end()


def hang_up_after_request(peer: Conversation) -> None:
    peer.read_request()


def hang_up_in_headers(peer: Conversation) -> None:
    peer.send(peer.acceptance()[:40])


def reset_after_request(peer: Conversation) -> None:
    peer.read_request()
    peer.reset()


def close_at_once(peer: Conversation) -> None:
    peer.send(peer.acceptance() + b"\x88\x02\x03\xe8")  # one packet
    peer.hold()


BROKEN_HANDSHAKES = [
    close_at_once,
    hang_up_at_once,
    hang_up_after_request,
    hang_up_in_headers,
    reset_after_request,
]


@pytest.mark.parametrize("script", BROKEN_HANDSHAKES)
def test_handshake_that_breaks_off(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    """A connection that ends in the handshake is a connection error at once, retried as such."""
    peer = make_peer(script)
    before = time.monotonic()
    with pytest.raises(APIConnectionError) as caught:
        spoken(face.client(peer.base_url, max_retries=1))
    assert not isinstance(caught.value, APITimeoutError)
    assert time.monotonic() - before < AT_ONCE_S
    assert peer.connections == 2


@pytest.mark.parametrize("script", BROKEN_HANDSHAKES)
def test_next_try_succeeds_where_the_first_broke_off(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    """One broken handshake is not noticed by the caller."""
    peer = make_peer(script, answer_speech)
    assert spoken(face.client(peer.base_url)) == b"\0\1" * 100


STATUS = b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"ok":true,"version":"1"}'


def hang_up_on_the_second_request(peer: Conversation) -> None:
    peer.read_call()
    peer.send(STATUS)
    peer.read_request()
    peer.end()


def reset_on_the_second_request(peer: Conversation) -> None:
    peer.read_call()
    peer.send(STATUS)
    peer.read_request()
    peer.reset()


def accept_the_second_request(peer: Conversation) -> None:
    peer.read_call()
    peer.send(STATUS)
    answer_speech(peer)


@pytest.mark.parametrize("script", [hang_up_on_the_second_request, reset_on_the_second_request])
def test_idle_connection_that_ends_costs_a_handshake_nothing(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    """A handshake on the connection of a call goes on with a new one, also without retries."""
    peer = make_peer(script, answer_speech)
    client = face.client(peer.base_url, max_retries=0)
    assert client.status.get().ok
    assert spoken(client) == b"\0\1" * 100
    assert peer.connections == 2


def test_handshake_reuses_the_connection_of_a_call(face: Face, make_peer: MakePeer) -> None:
    """A socket that is opened soon after a call needs no other connection."""
    peer = make_peer(accept_the_second_request)
    client = face.client(peer.base_url, max_retries=0)
    assert client.status.get().ok
    assert spoken(client) == b"\0\1" * 100
    assert peer.connections == 1


# --- deadlines


def silence(peer: Conversation) -> None:
    peer.hold()


def slow_drip(peer: Conversation) -> None:
    """A handshake byte by byte, each well within any deadline for one read."""
    for byte in peer.acceptance():
        peer.send(bytes([byte]))
        if not peer.pause(0.05):
            return


@pytest.mark.parametrize("script", [silence, slow_drip])
def test_handshake_is_bounded_by_the_connect_deadline(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    """The deadline covers the whole handshake, so dripping bytes do not stretch it."""
    client = face.client(make_peer(script).base_url, timeout=Timeouts(connect=0.4), max_retries=0)
    before = time.monotonic()
    with pytest.raises(APITimeoutError) as caught:
        client.tts.websocket_connect()
    assert time.monotonic() - before < AT_ONCE_S
    assert caught.value.phase == "connect"


@pytest.fixture
def full_backlog() -> Any:
    """A port that takes no more connections: its queue is full and nobody accepts."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        for _ in range(4):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
            waiting.append(sock)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for sock in waiting:
            sock.close()


def test_connection_that_is_never_accepted(face: Face, full_backlog: str) -> None:
    """A host that does not answer meets the connect deadline, on every transport."""
    client = face.client(full_backlog, timeout=Timeouts(connect=0.3), max_retries=0)
    for call in (client.tts.websocket_connect, client.voices.list):
        with pytest.raises(APITimeoutError) as caught:
            call()
        assert caught.value.phase == "connect"
        assert not caught.value.request_sent


def test_refused_connection(face: Face) -> None:
    """Nobody listening is a connection error that says that nothing was sent."""
    client = face.client(f"http://127.0.0.1:{unused_port()}", max_retries=1)
    for call in (client.tts.websocket_connect, client.voices.list):
        with pytest.raises(APIConnectionError) as caught:
            call()
        assert not caught.value.request_sent
        assert caught.value.retryable


def test_unknown_host(face: Face) -> None:
    """A name that does not resolve is a connection error."""
    client = face.client("http://nowhere.invalid", max_retries=0)
    for call in (client.tts.websocket_connect, client.voices.list):
        with pytest.raises(APIConnectionError) as caught:
            call()
        assert not caught.value.request_sent


# --- TLS


@pytest.fixture
def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / "certificate.pem", CERTIFICATES / "key.pem")
    return context


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names the test certificate as the root to trust."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "certificate.pem"))


def secure_front(emulator: Emulator) -> Callable[[Conversation], None]:
    """TLS in front of the emulator."""
    host, _, port = emulator.base_url.removeprefix("http://").partition(":")
    return lambda peer: peer.relay((host, int(port)))


@pytest.mark.usefixtures("trusted")
def test_tls_carries_sockets_and_calls(
    face: Face, emulator: Emulator, make_peer: MakePeer, server_tls: ssl.SSLContext
) -> None:
    """With its certificate trusted, an https:// base URL serves all transports alike."""
    peer = make_peer(secure_front(emulator), tls=server_tls)
    client = face.client(peer.base_url, api_key=emulator.api_key)
    text = "A rather long text goes through TLS. " * 20
    over_socket = client.tts.speak(text, voice=VOICE).collect()
    assert over_socket.data == client.tts.generate(text, voice=VOICE).collect().data
    assert over_socket.data == client.tts.generate_sse(text, voice=VOICE).collect().data


@pytest.mark.usefixtures("trusted")
def test_socket_over_tls_outlives_a_cancel(
    face: Face, emulator: Emulator, make_peer: MakePeer, server_tls: ssl.SSLContext
) -> None:
    """Cancelling in mid-speech leaves the TLS connection in order for the next context."""
    peer = make_peer(secure_front(emulator), tls=server_tls)
    client = face.client(peer.base_url, api_key=emulator.api_key)
    for _ in range(5):
        with client.tts.speak("A text to be left early. " * 50, voice=VOICE) as stream:
            next(iter(stream))
    assert spoken(client)
    assert peer.connections == 1


def test_untrusted_certificate_is_refused(
    face: Face, make_peer: MakePeer, server_tls: ssl.SSLContext
) -> None:
    """A certificate that nobody vouches for is an error at once, and no key was sent."""
    requests: list[bytes] = []
    peer = make_peer(lambda peer: requests.append(peer.read_request()), tls=server_tls)
    client = face.client(peer.base_url, max_retries=2)
    calls: list[Callable[[], object]] = [client.tts.websocket_connect, client.voices.list]
    for count, call in enumerate(calls, 1):
        with pytest.raises(APIConnectionError, match=r"(?i)certificate") as caught:
            call()
        assert not caught.value.retryable
        assert peer.connections == count
    assert requests == []


@pytest.mark.usefixtures("trusted")
def test_certificate_of_another_host_is_refused(
    face: Face, make_peer: MakePeer, server_tls: ssl.SSLContext
) -> None:
    """The name is checked, not only the signature."""
    peer = make_peer(silence, tls=server_tls)
    proxy = make_peer(proxy_to(peer.host, peer.port))
    client = face.client(f"https://other.invalid:{peer.port}", proxy=proxy.base_url, max_retries=0)
    for call in (client.tts.websocket_connect, client.voices.list):
        with pytest.raises(APIConnectionError, match=r"(?i)certificate|hostname"):
            call()


# --- proxies


def proxy_to(
    host: str, port: int, heads: list[bytes] | None = None
) -> Callable[[Conversation], None]:
    """A proxy that leads every tunnel to one address."""

    def script(peer: Conversation) -> None:
        head = peer.read_request()
        if heads is not None:
            heads.append(head)
        peer.send(b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n")
        peer.relay((host, port))

    return script


def test_socket_goes_through_a_proxy(face: Face, emulator: Emulator, make_peer: MakePeer) -> None:
    """The socket asks the proxy for a tunnel to the service, with the proxy's own credentials."""
    heads: list[bytes] = []
    host, _, port = emulator.base_url.removeprefix("http://").partition(":")
    proxy = make_peer(proxy_to(host, int(port), heads))
    url = f"http://user:p%40ss@{proxy.host}:{proxy.port}"
    client = face.client("http://service.invalid", api_key=emulator.api_key, proxy=url)
    assert spoken(client)
    assert heads[0].startswith(b"CONNECT service.invalid:80 HTTP/1.1\r\n")
    login = base64.b64encode(b"user:p@ss")
    assert b"Proxy-Authorization: Basic " + login in heads[0]
    assert emulator.api_key.encode() not in heads[0]


@pytest.mark.usefixtures("trusted")
def test_tls_runs_inside_the_tunnel(
    face: Face, emulator: Emulator, make_peer: MakePeer, server_tls: ssl.SSLContext
) -> None:
    """With https:// the proxy carries TLS between client and service, for every transport."""
    service = make_peer(secure_front(emulator), tls=server_tls)
    heads: list[bytes] = []
    proxy = make_peer(proxy_to(service.host, service.port, heads))
    client = face.client("https://localhost:9", api_key=emulator.api_key, proxy=proxy.base_url)
    assert spoken(client) == client.tts.generate("Hello.", voice=VOICE).collect().data
    assert all(head.startswith(b"CONNECT localhost:9 ") for head in heads)
    assert not any(emulator.api_key.encode() in head for head in heads)


def test_environment_names_the_proxy(
    face: Face, emulator: Emulator, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`HTTP_PROXY` is obeyed by sockets, and `NO_PROXY` excepts hosts."""
    host, _, port = emulator.base_url.removeprefix("http://").partition(":")
    proxy = make_peer(proxy_to(host, int(port)))
    monkeypatch.setenv("http_proxy", proxy.base_url)
    assert spoken(face.client("http://service.invalid", api_key=emulator.api_key))
    assert proxy.connections == 1
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert spoken(face.client(emulator))
    assert proxy.connections == 1


def refuse_tunnel(peer: Conversation) -> None:
    peer.read_request()
    peer.respond("407 Proxy Authentication Required")


def hang_up_on_tunnel(peer: Conversation) -> None:
    peer.read_request()


def endless_proxy(peer: Conversation) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000)
    peer.hold()


@pytest.mark.parametrize(
    ("script", "why"),
    [(refuse_tunnel, "407"), (hang_up_on_tunnel, "closed"), (endless_proxy, "proxy")],
)
def test_proxy_that_refuses(
    face: Face, make_peer: MakePeer, script: Callable[[Conversation], None], why: str
) -> None:
    """A tunnel that is refused is a connection error that names the proxy; nothing was sent."""
    proxy = make_peer(script)
    client = face.client("http://service.invalid", proxy=proxy.base_url, max_retries=0)
    with pytest.raises(APIConnectionError, match=why) as caught:
        spoken(client)
    assert not caught.value.request_sent


def test_proxy_that_says_nothing(face: Face, make_peer: MakePeer) -> None:
    """The connect deadline covers the proxy too."""
    client = face.client(
        "http://service.invalid",
        proxy=make_peer(silence).base_url,
        timeout=Timeouts(connect=0.3),
        max_retries=0,
    )
    with pytest.raises(APITimeoutError) as caught:
        spoken(client)
    assert caught.value.phase == "connect"


# --- the key stays here


def echo_in_body(peer: Conversation) -> None:
    head = peer.read_request().decode()
    peer.respond("401 Unauthorized", json.dumps({"message": head}).encode())


def echo_in_text(peer: Conversation) -> None:
    peer.respond("403 Forbidden", peer.read_request())


def echo_in_status(peer: Conversation) -> None:
    peer.read_request()
    peer.respond(f"418 {KEY}")


def echo_in_header(peer: Conversation) -> None:
    peer.send(peer.acceptance().replace(b"Upgrade: websocket", f"Upgrade: {KEY}".encode()))
    peer.hold()


def echo_in_close_reason(peer: Conversation) -> None:
    peer.accept()
    peer.message()
    peer.close_frame(4001, f"bad key {KEY}")
    peer.hold()


def echo_in_error_frame(peer: Conversation) -> None:
    peer.accept()
    context_id = peer.message()["context_id"]
    peer.tell("error", context_id, message=f"bad key {KEY}", title=KEY, error_code=KEY)
    peer.hold()


@pytest.mark.parametrize(
    "script",
    [
        echo_in_body,
        echo_in_text,
        echo_in_status,
        echo_in_header,
        echo_in_close_reason,
        echo_in_error_frame,
    ],
)
def test_key_is_in_no_error_and_no_log(
    face: Face,
    make_peer: MakePeer,
    script: Callable[[Conversation], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that echoes the key finds it nowhere: not in errors, tracebacks, reprs or logs."""
    caplog.set_level(logging.DEBUG)
    client = face.client(make_peer(script).base_url, max_retries=0)
    with pytest.raises(CartesiaError) as caught:
        spoken(client)
    told = [repr(client), repr(caught.value), caplog.text]
    told += traceback.format_exception(caught.value)
    link: BaseException | None = caught.value
    while link is not None:
        told += [str(value) for value in vars(link).values()]
        link = link.__cause__ or link.__context__
    assert KEY not in "\n".join(told)


def test_key_travels_in_the_header_alone(client: Cartesia, emulator: Emulator) -> None:
    """Neither the URL nor a frame of the socket carries the key."""
    assert spoken(client)
    (request,) = emulator.requests
    assert request.headers["authorization"] == f"Bearer {emulator.api_key}"
    assert emulator.api_key not in f"{request.path}{request.query}{request.frames}"


# --- closing while connecting


def test_client_can_be_closed_while_it_connects(face: Face, make_peer: MakePeer) -> None:
    """Closing does not wait for a connection that is being made; that one is dropped."""
    peer = make_peer(silence)
    client = face.client(peer.base_url, timeout=Timeouts(connect=6), max_retries=0)
    connecting = Background(lambda: spoken(client))
    while not peer.connections:
        time.sleep(0.01)
    before = time.monotonic()
    client.close()
    assert time.monotonic() - before < AT_ONCE_S
    assert isinstance(connecting.error(), CartesiaError)


def test_connection_made_after_the_client_closed_is_dropped(
    face: Face, make_peer: MakePeer
) -> None:
    """A handshake that completes after `close` does not leave an open socket behind."""

    def late(peer: Conversation) -> None:
        answer = peer.acceptance()
        peer.pause(0.3)
        peer.send(answer)
        assert peer.frame()[0] == 8
        peer.close_frame(1000)

    peer = make_peer(late)
    client = face.client(peer.base_url)
    connecting = Background(lambda: spoken(client))
    while not peer.connections:
        time.sleep(0.01)
    client.close()
    assert isinstance(connecting.error(), CartesiaError)
    assert not isinstance(connecting.error(), ConnectionClosedError)
