"""The 38 defects that are on record for package cartesia 0.0.6: none is left."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import math
import re
import socket
import threading
import tomllib
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    ConfigurationError,
    InternalServerError,
    NotFoundError,
    RemoteProtocolError,
    StreamTruncatedError,
    v0,
)
from cartesia_stream._protocol import link
from cartesia_stream.v0 import AsyncCartesiaTTS, CartesiaTTS, _frames, retry_on_connection_error
from cartesia_stream.v0._aio import retry as aio_retry
from cartesia_stream.v0._config import base_url_of
from cartesia_stream.v0._frames import ObjectStream

from ..scenarios.faces import at_once
from ..scenarios.peer import PING, Conversation, unused_port
from .faces import KEY, V0Face
from .talk import (
    DONE,
    SPEECH,
    VOICE,
    Frame,
    answer,
    chunk,
    leave,
    request,
    speaking,
    stream,
    tell,
    wire,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cartesia_emulator import Emulator

    from ..scenarios.conftest import MakeEmulator, MakePeer
    from ..scenarios.loops import Run

ROOT = Path(__file__).parents[2]
GOOD = stream(wire(chunk(b"12"), chunk(b"34")))


def over_http(client: Any, **changes: Any) -> Any:
    return client.generate(**{**SPEECH, "websocket": False, **changes})


def over_socket(client: Any, **changes: Any) -> Any:
    return client.generate(**{**SPEECH, **changes})


def taken(pieces: Iterator[Any]) -> tuple[list[bytes], BaseException | None]:
    """What comes out of a generator, and what it raises."""
    got: list[bytes] = []
    try:
        got.extend(piece["audio"] for piece in pieces)
    except Exception as error:
        return got, error
    return got, None


# --- retries


@pytest.mark.parametrize("streamed", [True, False])
def test_defect_01_a_stream_that_does_not_open_is_tried_again(
    face: V0Face, make_peer: MakePeer, streamed: bool
) -> None:
    peer = make_peer(leave, answer("503 Busy"), GOOD)
    said = over_http(face.client(peer.base_url), stream=streamed)
    audio = b"".join(piece["audio"] for piece in said) if streamed else said["audio"]
    assert audio == b"1234"
    assert peer.connections == 3


def test_defect_01_attempts_end(face: V0Face, make_peer: MakePeer) -> None:
    peer = make_peer(leave)
    with pytest.raises(APIConnectionError) as caught:
        over_http(face.client(peer.base_url), stream=True)
    assert str(caught.value) == "Exception occurred after 3 tries."
    assert isinstance(caught.value.__cause__, APIConnectionError)
    assert peer.connections == v0.MAX_RETRIES == 3


def test_defect_02_audio_is_never_repeated(face: V0Face, make_peer: MakePeer) -> None:
    peer = make_peer(stream(wire(chunk(b"12"), chunk(b"34")), cut=True))
    got, error = taken(over_http(face.client(peer.base_url), stream=True))
    assert got == [b"12", b"34"]
    assert isinstance(error, StreamTruncatedError)
    assert (error.chunks, error.nbytes, peer.connections) == (2, 4, 1)


# --- the stream over HTTP


def test_defect_03_a_character_may_be_split(face: V0Face, make_peer: MakePeer) -> None:
    frame = {**chunk(b"12"), "note": "é€😀"}
    data = json.dumps(frame, ensure_ascii=False).encode()
    peer = make_peer(stream(*[data[at : at + 1] for at in range(len(data))]))
    assert over_http(face.client(peer.base_url))["audio"] == b"12"


@pytest.mark.parametrize(
    ("between", "ends"),
    [
        (b"", False),
        (b"} }\n", False),
        (b": a comment with a {\n", False),
        (wire({"done": False, "meter": {"depth": {"of": 2}}}), False),
        (wire(DONE, {"never": "read"}), True),
    ],
    ids=["nothing", "stray brace", "comment", "inner objects", "end"],
)
def test_defect_04_braces_do_not_mislead(
    face: V0Face, make_peer: MakePeer, between: bytes, ends: bool
) -> None:
    first = {"note": 'a } in a "string" {', "more": {"inner": [{}]}, **chunk(b"12")}
    peer = make_peer(stream(wire(first), between, wire(chunk(b"34"), before="", after="")))
    assert over_http(face.client(peer.base_url))["audio"] == (b"12" if ends else b"1234")


def test_defect_04_an_error_in_the_stream_is_raised(face: V0Face, make_peer: MakePeer) -> None:
    frame = {"error": "voice exploded"}
    peer = make_peer(stream(wire(chunk(b"12"), frame)))
    got, error = taken(over_http(face.client(peer.base_url), stream=True))
    assert got == [b"12"]
    assert isinstance(error, ValueError)
    assert isinstance(error, APIStatusError)
    assert str(error) == f"Failed to generate audio. {frame}"
    assert str(error.__cause__) == "Error generating audio:\nvoice exploded"


@pytest.mark.parametrize(
    "script",
    [
        stream(wire(chunk(b"12")), b'data: {"data": "AAAA'),
        stream(wire(chunk(b"12")), b'{"data": "AAAA', cut=True),
        stream(wire(chunk(b"12")), cut=True),
        stream(wire(chunk(b"12", done=False), chunk(b"34", done=False))),
        stream(),
        stream(b": nothing but a comment\n\n"),
    ],
    ids=["object", "object and framing", "framing", "no end", "empty", "comment"],
)
def test_defect_05_what_is_cut_raises(
    face: V0Face, make_peer: MakePeer, script: Callable[[Conversation], None]
) -> None:
    with pytest.raises(StreamTruncatedError):
        over_http(face.client(make_peer(script).base_url))


def test_defect_05_a_generation_without_audio_raises(face: V0Face, make_peer: MakePeer) -> None:
    with pytest.raises(RemoteProtocolError, match="without any audio"):
        over_socket(face.client(make_peer(speaking([DONE])).base_url))


# --- the socket


def test_defect_06_the_socket_stays_open(face: V0Face, make_peer: MakePeer) -> None:
    peer = make_peer(speaking(*[[chunk(b"12"), DONE]] * 3))
    client = face.client(peer.base_url)
    for _ in range(2):
        assert over_socket(client)["audio"] == b"12"
    assert [piece["audio"] for piece in over_socket(client, stream=True)] == [b"12"]
    assert peer.connections == 1


def head_of(peer: Conversation) -> str:
    return peer.request.decode("latin-1")


def test_defect_07_the_key_is_in_no_url(face: V0Face, make_peer: MakePeer) -> None:
    heads: list[str] = []

    def script(peer: Conversation) -> None:
        peer.accept()
        heads.append(head_of(peer))
        tell(peer, {"context_id": peer.message()["context_id"], **chunk(b"12"), "done": True})
        peer.hold()

    assert over_socket(face.client(make_peer(script).base_url))["audio"] == b"12"
    (head,) = heads
    assert head.startswith("GET /v0/audio/websocket HTTP/1.1\r\n")
    assert f"X-API-Key: {KEY}\r\n" in head
    assert "Cartesia-Version" not in head


def test_defect_07_where_the_query_is_demanded_it_is_escaped_and_kept_secret(
    face: V0Face, make_peer: MakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    """The service says no to the header; from then on every socket asks with the query at once."""
    key, escaped = "sk_a&b=c/d?e", "sk_a%26b%3Dc%2Fd%3Fe"
    lines: list[str] = []

    def refusing(peer: Conversation) -> None:
        lines.append(request(peer)[0])
        peer.respond("403 Forbidden")

    def accepting(peer: Conversation) -> None:
        peer.accept()
        lines.append(head_of(peer).split("\r\n")[0])
        tell(peer, {"context_id": peer.message()["context_id"], **chunk(b"12"), "done": True})
        peer.message()
        peer.close_frame(1011, f"/v0/audio/websocket?api_key={escaped} and {key}")

    caplog.set_level(logging.DEBUG)
    client = face.client(make_peer(refusing, accepting, refusing).base_url, key=key)
    assert over_socket(client)["audio"] == b"12"
    with pytest.raises(StreamTruncatedError) as broken:
        over_socket(client)
    with pytest.raises(APIStatusError) as refused:
        over_socket(client)
    path = "GET /v0/audio/websocket"
    query = f"{path}?api_key={escaped} HTTP/1.1"
    assert lines == [f"{path} HTTP/1.1", query, query]
    told = [*traceback.format_exception(broken.value), *traceback.format_exception(refused.value)]
    told += [repr(client), repr(vars(broken.value)), repr(vars(refused.value)), caplog.text]
    assert not [text for text in told if key in text or escaped in text]


def test_defect_07_a_wrong_key_is_an_authentication_error(
    face: V0Face, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = face.client(emulator.base_url, key="sk_test_wrong")
    with pytest.raises(AuthenticationError):
        over_socket(client)
    with pytest.raises(AuthenticationError):
        face.voices(client)


@pytest.mark.parametrize("kind", [CartesiaTTS, AsyncCartesiaTTS])
def test_defect_07_no_key_is_noticed_at_once(kind: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError, match="CARTESIA_API_KEY"):
        kind()


@pytest.mark.parametrize("more", [{}, {"done": True}, {"done": False}])
@pytest.mark.parametrize("named", [True, False])
def test_defect_08_error_frames_are_raised(
    face: V0Face, make_peer: MakePeer, more: Frame, named: bool
) -> None:
    frame: Frame = {"error": "no such voice", **more}
    if named:
        frame["context_id"] = "c1"

    def fail(peer: Conversation, message: Frame) -> None:
        tell(peer, frame)

    peer = make_peer(speaking(fail, [chunk(b"12"), DONE]))
    client = face.client(peer.base_url)
    got, error = taken(client._generate_ws(SPEECH, context_id="c1"))
    assert got == []
    assert isinstance(error, RuntimeError)
    assert isinstance(error, APIStatusError)
    assert str(error) == f"Failed to generate audio. {frame}"
    assert isinstance(error.__cause__, RuntimeError)
    assert str(error.__cause__) == "Error generating audio:\nno such voice"
    assert over_socket(client)["audio"] == b"12"  # the socket was not to blame
    assert peer.connections == 1


@pytest.mark.parametrize("before", [0, 2])
@pytest.mark.parametrize("code", [1011, 1006])
def test_defect_09_a_dropped_socket_is_named(
    face: V0Face, make_peer: MakePeer, before: int, code: int
) -> None:
    def drop(peer: Conversation, message: Frame) -> None:
        for _ in range(before):
            tell(peer, {"context_id": message["context_id"], **chunk(b"12")})
        if code == 1006:
            peer.reset()
        else:
            peer.close_frame(code, "going down")

    got, error = taken(over_socket(face.client(make_peer(speaking(drop)).base_url), stream=True))
    assert got == [b"12"] * before or code == 1006  # a reset may overtake what came before it
    assert isinstance(error, StreamTruncatedError)
    assert isinstance(error, RuntimeError)
    assert str(error).startswith("Failed to generate audio. ")
    assert isinstance(error.__cause__, APIConnectionError)
    if code == 1011:
        assert "code 1011 (going down)" in str(error)


def test_defect_10_a_failed_transcription_says_why(face: V0Face, make_peer: MakePeer) -> None:
    peer = make_peer(answer("400 Bad Request", b"too short", "X-Request-Id: r1"))
    with pytest.raises(ValueError, match="Failed to transcribe") as caught:
        face.client(peer.base_url).transcribe(b"RIFF")
    assert str(caught.value) == "Failed to transcribe audio. Error: too short"
    assert isinstance(caught.value, APIStatusError)
    assert (caught.value.status_code, caught.value.request_id) == (400, "r1")


def test_defect_11_files_are_closed(
    face: V0Face, make_peer: MakePeer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"RIFF")
    opened: list[Any] = []
    open_path = Path.open

    def noted(path: Path, *arguments: Any, **named: Any) -> Any:
        opened.append(open_path(path, *arguments, **named))
        return opened[-1]

    monkeypatch.setattr(Path, "open", noted)
    peer = make_peer(answer("200 OK", {"embedding": VOICE}), answer("500 Oh"))
    client = face.client(peer.base_url)
    assert face.embedding(client, filepath=str(clip)) == VOICE
    with pytest.raises(ValueError, match="Status Code: 500"):
        face.embedding(client, filepath=str(clip))
    assert len(opened) == 2
    assert all(isinstance(file, io.BufferedReader) and file.closed for file in opened)


# --- retries again


def lookups(face: V0Face, client: Any, tmp_path: Path) -> dict[str, Callable[[], object]]:
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"RIFF")
    return {
        "voices": lambda: face.voices(client),
        "id": lambda: face.embedding(client, voice_id="a"),
        "clip": lambda: face.embedding(client, filepath=clip),
        "link": lambda: face.embedding(client, link="https://youtube.com/a"),
        "transcribe": lambda: client.transcribe(b"RIFF"),
        "speech": lambda: over_http(client),
    }


ANSWERS: dict[str, Callable[[Conversation], None]] = {
    "voices": answer("200 OK", []),
    "id": answer("200 OK", {"embedding": VOICE}),
    "clip": answer("200 OK", {"embedding": VOICE}),
    "link": answer("200 OK", {"embedding": VOICE}),
    "transcribe": answer("200 OK", {"text": "Hello."}),
    "speech": GOOD,
}
REPEATABLE = {"voices", "id", "transcribe", "speech"}


@pytest.mark.parametrize("call", ANSWERS)
@pytest.mark.parametrize("trouble", ["dropped", "503", "429"])
def test_defect_12_what_is_safe_is_tried_again(
    face: V0Face, make_peer: MakePeer, tmp_path: Path, call: str, trouble: str
) -> None:
    """After a refusal everything; after a failure of unknown effect what may be done twice."""
    busy = answer("429 Too Many Requests", b"", "Retry-After: 0")
    first = {"dropped": leave, "503": answer("503 Busy"), "429": busy}[trouble]
    peer = make_peer(first, ANSWERS[call])
    ask = lookups(face, face.client(peer.base_url), tmp_path)[call]
    if trouble == "429" or call in REPEATABLE:
        ask()
        assert peer.connections == 2
    else:
        with pytest.raises((InternalServerError, APIConnectionError)) as caught:
            ask()
        assert peer.connections == 1
        assert "tries" not in str(caught.value)


@pytest.mark.parametrize("call", ANSWERS)
def test_defect_12_connections_that_are_never_made_are_tried_three_times(
    face: V0Face, tmp_path: Path, call: str
) -> None:
    client = face.client(f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(APIConnectionError) as caught:
        lookups(face, client, tmp_path)[call]()
    expected = "cannot connect" if call == "voices" else "Exception occurred after 3 tries."
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("api.cartesia.ai", "https://api.cartesia.ai/v0"),
        ("api.cartesia.ai:8443", "https://api.cartesia.ai:8443/v0"),
        ("mylocalhost.example.com", "https://mylocalhost.example.com/v0"),
        ("localhost.example.com", "https://localhost.example.com/v0"),
        ("localhost", "http://localhost/v0"),
        ("localhost:8000", "http://localhost:8000/v0"),
        ("app.localhost:8000", "http://app.localhost:8000/v0"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000/v0"),
        ("127.1.2.3", "http://127.1.2.3/v0"),
        ("[::1]:8000", "http://[::1]:8000/v0"),
        ("::1", "http://[::1]/v0"),
        ("10.0.0.1", "https://10.0.0.1/v0"),
        ("https://api.cartesia.ai", "https://api.cartesia.ai/v0"),
        ("https://localhost", "https://localhost/v0"),
        ("http://proxy.example.com/a/b/", "http://proxy.example.com/a/b/v0"),
        ("wss://api.cartesia.ai", "https://api.cartesia.ai/v0"),
        ("WS://localhost:1/", "http://localhost:1/v0"),
        ("https://api.cartesia.ai/v0", "https://api.cartesia.ai/v0"),
        ("proxy.example.com/path", "https://proxy.example.com/path/v0"),
    ],
)
def test_defect_13_any_form_of_the_base_url_works(host: str, expected: str) -> None:
    assert base_url_of(host, "v0") == expected


@pytest.mark.parametrize("form", ["127.0.0.1:{}", "localhost:{}", "http://127.0.0.1:{}/v0/"])
def test_defect_13_on_both_transports(face: V0Face, make_peer: MakePeer, form: str) -> None:
    peer = make_peer(GOOD, speaking([chunk(b"12"), DONE]))
    client = face.client(form.format(peer.port))
    assert over_http(client)["audio"] == b"1234"
    assert over_socket(client)["audio"] == b"12"


@pytest.mark.parametrize("url", ["ftp://host", "http://", "host name", "http://a:b", "https://[:"])
def test_defect_13_what_is_no_url_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", url)
    with pytest.raises(ConfigurationError, match="base_url"):
        CartesiaTTS(api_key=KEY)


# --- lookups


def test_defect_14_voices_that_share_a_name_are_reachable(
    face: V0Face, make_peer: MakePeer
) -> None:
    found = [{"id": name, "name": "Jane", "description": name} for name in ("a", "b")]
    client = face.client(make_peer(answer("200 OK", found)).base_url)
    assert client.list_voices() == found
    assert face.voices(client) == {"Jane": found[1]}


def test_defect_15_lookups_need_not_block_the_loop(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run: Run
) -> None:
    """The server waits for a task of the same loop before it answers."""
    turned = threading.Event()
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"RIFF")

    def script(peer: Conversation) -> None:
        line, _, _ = request(peer)
        assert turned.wait(20)
        turned.clear()
        peer.respond("200 OK", b"[]" if "/voices " in line else json.dumps(both).encode())

    both = {"embedding": VOICE, "text": "Hello."}
    monkeypatch.setenv("CARTESIA_BASE_URL", make_peer(script).base_url)

    async def main() -> None:
        async with AsyncCartesiaTTS(api_key=KEY) as client:
            for work in (
                client.aget_voices(skip_embeddings=False),
                client.list_voices(skip_embeddings=False),
                client.aget_voice_embedding(voice_id="a"),
                client.aget_voice_embedding(filepath=clip),
                client.aget_voice_embedding(link="https://youtube.com/a"),
                client.transcribe(clip),
            ):
                task: asyncio.Task[object] = asyncio.create_task(work)
                await asyncio.sleep(0.02)
                assert not task.done()
                turned.set()
                assert await task in ({}, [], VOICE, "Hello.")

    run(main())


def test_defect_16_long_streams_are_not_cut(
    face: V0Face, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each gap is within the timeout, and all of them together are not."""
    monkeypatch.setattr(v0, "DEFAULT_TIMEOUT", 1.2)

    def slow(peer: Conversation) -> None:
        request(peer)
        peer.stream("text/event-stream")
        for _ in range(5):
            peer.piece(wire(chunk(b"12")))
            peer.pause(0.3)
        peer.piece(b"")

    def slow_frames(peer: Conversation, message: Frame) -> None:
        for frame in [*[chunk(b"12")] * 5, DONE]:
            tell(peer, {"context_id": message["context_id"], **frame})
            peer.pause(0.3)

    client = face.client(make_peer(slow, speaking(slow_frames)).base_url)
    assert over_http(client)["audio"] == b"12" * 5
    assert over_socket(client)["audio"] == b"12" * 5


def test_defect_17_generations_are_told_apart(face: V0Face, make_peer: MakePeer) -> None:
    """The server answers two generations at once, chunk by chunk."""

    def script(peer: Conversation) -> None:
        peer.accept()
        asked = [peer.message() for _ in range(2)]
        for _ in range(3):
            for message in asked:
                data: Any = message["data"]
                said = data["transcript"].encode()
                tell(peer, {"context_id": message["context_id"], **chunk(said)})
        for message in asked:
            tell(peer, {"context_id": message["context_id"], **DONE})
        peer.hold()

    peer = make_peer(script)
    client = face.client(peer.base_url)
    first, second = (over_socket(client, transcript=text, stream=True) for text in ("one", "two"))
    pieces = [(next(first)["audio"], next(second)["audio"]) for _ in range(3)]
    assert pieces == [(b"one", b"two")] * 3
    assert (taken(first), taken(second)) == (([], None), ([], None))
    assert peer.connections == 1


def test_defect_17_many_at_once(face: V0Face, emulator: Emulator) -> None:
    client = face.client(emulator)
    texts = [f"This is the sentence with the number {number}." for number in range(6)]
    together = at_once(*[lambda text=text: over_socket(client, transcript=text) for text in texts])
    assert together == [over_socket(client, transcript=text) for text in texts]


def test_defect_18_with_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    client = AsyncCartesiaTTS(api_key=KEY)
    with pytest.raises(TypeError, match="async with"), client:  # type: ignore[attr-defined]
        pass


@pytest.mark.parametrize("kind", [CartesiaTTS, AsyncCartesiaTTS])
def test_defect_19_a_positional_argument_is_one_error(kind: Any) -> None:
    """A second one, in a finalizer, would be a warning, and that would fail this test."""
    with pytest.raises(TypeError) as caught:
        kind("key")
    assert caught.value.__context__ is None
    del caught
    gc.collect()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"chunk_time": math.nan}, "`chunk_time` must be between 0.1 and 0.5"),
        ({"chunk_time": True}, "`chunk_time` must be between 0.1 and 0.5"),
        ({"chunk_time": "0.2"}, "`chunk_time` must be between 0.1 and 0.5"),
        ({"duration": -1}, "`duration` must be a number of seconds above 0"),
        ({"duration": 0}, "`duration` must be a number of seconds above 0"),
        ({"duration": math.inf}, "`duration` must be a number of seconds above 0"),
        ({"duration": 0.3, "chunk_time": 0.3}, "`duration` must be greater than chunk_time"),
        ({"transcript": None}, "'NoneType' object has no attribute 'strip'"),
        ({"transcript": b"Hello."}, "'bytes' object has no attribute 'strip'"),
        ({"voice": VOICE[:-1]}, "`voice` must have 192 numbers, not 191"),
        ({"voice": "Jane"}, "`voice` must be an embedding, a list of numbers, not str"),
        ({"voice": 5}, "`voice` must be an embedding, a list of numbers, not int"),
        ({"voice": [*VOICE[:-1], math.nan]}, "`voice` must have finite numbers only"),
        ({"voice": [*VOICE[:-1], "1"]}, "`voice` must have finite numbers only"),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_defect_20_arguments_are_checked(
    face: V0Face, change: dict[str, Any], message: str, streamed: bool
) -> None:
    """Before anything is sent: there is no server at all."""
    client = face.client("http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match=f"^{re.escape(message)}$") as caught:
        over_socket(client, **change, stream=streamed)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, AttributeError) == ("transcript" in change)


def test_defect_21_an_empty_model_is_not_sent(face: V0Face, make_peer: MakePeer) -> None:
    asked: list[Any] = []

    def note(peer: Conversation, message: Frame) -> None:
        asked.append(message["data"])
        tell(peer, {"context_id": message["context_id"], **chunk(), "done": True})

    client = face.client(make_peer(speaking(note, note)).base_url)
    over_socket(client)
    over_socket(client, model_id="upbeat-moon")
    assert asked == [
        {"transcript": "Hello there.", "voice": VOICE, "output_format": "fp32"},
        {
            "transcript": "Hello there.",
            "voice": VOICE,
            "output_format": "fp32",
            "model_id": "upbeat-moon",
        },
    ]


@pytest.mark.parametrize("said", [0, 1])
@pytest.mark.parametrize("websocket", [True, False])
def test_defect_22_a_silent_server_does_not_hang(
    face: V0Face,
    make_peer: MakePeer,
    monkeypatch: pytest.MonkeyPatch,
    said: int,
    websocket: bool,
) -> None:
    monkeypatch.setattr(v0, "DEFAULT_TIMEOUT", 0.5)

    def silent(peer: Conversation) -> None:
        request(peer)
        peer.stream("text/event-stream")
        for _ in range(said):
            peer.piece(wire(chunk(b"12")))
        peer.hold()

    def silent_socket(peer: Conversation, message: Frame) -> None:
        for _ in range(said):
            tell(peer, {"context_id": message["context_id"], **chunk(b"12")})

    script = speaking(silent_socket) if websocket else silent
    pieces = over_socket(face.client(make_peer(script).base_url), websocket=websocket, stream=True)
    got, error = taken(pieces)
    assert got == [b"12"] * said
    assert isinstance(error, APITimeoutError)
    assert error.phase == ("idle" if said else "first_audio")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("404 Not Found", b"no such voice", NotFoundError),
        ("422 No", b'{"detail":[{"loc":["body"],"msg":"bad","type":"t"}]}', APIStatusError),
        ("401 No", b'{"error":"who are you?"}', AuthenticationError),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_defect_23_refusals_are_typed_and_come_at_once(
    face: V0Face,
    make_peer: MakePeer,
    status: str,
    body: bytes,
    kind: type[APIStatusError],
    streamed: bool,
) -> None:
    peer = make_peer(answer(status, body, "X-Request-Id: r1"))
    with pytest.raises(ValueError, match="Failed to generate audio") as caught:
        over_http(face.client(peer.base_url), stream=streamed)
    error = caught.value
    assert isinstance(error, kind)
    assert str(error) == f"Failed to generate audio. {body.decode()}"
    assert (error.status_code, error.body, error.request_id) == (
        int(status[:3]),
        body.decode(),
        "r1",
    )
    assert peer.connections == 1


def test_defect_24_a_client_can_be_used_in_another_loop(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """After its loop is over, and without having been closed there."""
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    client = AsyncCartesiaTTS(api_key=emulator.api_key)

    async def speak(*, last: bool) -> tuple[Any, Any]:
        said = await client.generate(**SPEECH), await client.generate(**SPEECH, websocket=False)
        if last:
            await client.close()
        return said

    with warnings.catch_warnings():  # what the closed loop left open
        warnings.simplefilter("ignore", ResourceWarning)
        first = run(speak(last=False))
        second = run(speak(last=True))
        gc.collect()
    assert first == second


def test_defect_25_ids_are_escaped(face: V0Face, make_peer: MakePeer) -> None:
    lines: list[str] = []

    def script(peer: Conversation) -> None:
        lines.append(request(peer)[0])
        peer.respond("200 OK", json.dumps({"embedding": VOICE}).encode())

    client = face.client(make_peer(script).base_url)
    face.embedding(client, voice_id="a/../b?x=1")
    face.embedding(client, link="https://youtube.com/?a=b&c=ü")
    with pytest.raises(ConfigurationError):
        face.embedding(client, voice_id="..")
    assert lines == [
        "GET /v0/voices/embedding/a%2F..%2Fb%3Fx%3D1 HTTP/1.1",
        "POST /v0/voices/clone/url?link=https%3A%2F%2Fyoutube.com%2F%3Fa%3Db%26c%3D%C3%BC HTTP/1.1",
    ]


# --- what is held open


@pytest.mark.parametrize("interrupts", [True, False])
def test_defect_26_closing_a_generation_stops_it_and_keeps_the_socket(
    face: V0Face, make_peer: MakePeer, interrupts: bool
) -> None:
    """The rest of what the service had on its way is dropped."""
    heard: list[Frame] = []

    def endless(peer: Conversation, message: Frame) -> None:
        named = {"context_id": message["context_id"]}
        tell(peer, named | chunk(b"12"))
        if interrupts:
            heard.append(peer.message())
        tell(peer, named | chunk(b"34"))
        tell(peer, named | DONE)

    peer = make_peer(speaking(endless, [chunk(b"56"), DONE]))
    client = face.client(peer.base_url, experimental_ws_handle_interrupts=interrupts)
    first = client._generate_ws(SPEECH, context_id="c1")
    assert next(first)["audio"] == b"12"
    first.close()
    second = over_socket(client, stream=True)
    assert next(second)["audio"] == b"56"
    second.close()
    assert heard == ([{"context_id": "c1", "action": "cancel"}] if interrupts else [])
    assert peer.connections == 1


def test_defect_27_calls_share_connections(face: V0Face, make_peer: MakePeer) -> None:
    def script(peer: Conversation) -> None:
        while True:
            line, _, _ = request(peer)
            body = b"[]" if "/voices?" in line else json.dumps({"embedding": VOICE}).encode()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    peer = make_peer(script)
    client = face.client(peer.base_url)
    for _ in range(3):
        face.voices(client)
        face.embedding(client, voice_id="a")
    assert peer.connections == 1


def one_endless(gone: threading.Event) -> Callable[[Conversation], None]:
    """A stream that goes on until the client is gone."""

    def script(peer: Conversation) -> None:
        request(peer)
        peer.stream("text/event-stream")
        peer.piece(wire(chunk(b"12")))
        try:
            peer.read(1)
        except OSError:
            gone.set()

    return script


def test_defect_27_a_response_is_closed_with_its_generator(
    face: V0Face, make_peer: MakePeer
) -> None:
    gone = threading.Event()
    pieces = over_http(face.client(make_peer(one_endless(gone)).base_url), stream=True)
    assert next(pieces)["audio"] == b"12"
    assert not gone.is_set()
    pieces.close()
    assert gone.wait(10)


def test_defect_27_also_before_its_first_chunk(face: V0Face, make_peer: MakePeer) -> None:
    gone = threading.Event()
    over_http(face.client(make_peer(one_endless(gone)).base_url), stream=True).close()
    assert gone.wait(10)


@pytest.mark.parametrize("kind", [CartesiaTTS, AsyncCartesiaTTS])
def test_defect_28_nothing_happens_at_collection(kind: type) -> None:
    assert not [base for base in kind.__mro__ if "__del__" in vars(base)]


def test_defect_29_time_is_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    """No byte is looked at twice, however small the pieces are."""
    looked_at = 0

    class Counting:
        def __init__(self, pattern: re.Pattern[bytes]) -> None:
            self._pattern = pattern

        def search(self, buffer: bytearray, start: int) -> re.Match[bytes] | None:
            nonlocal looked_at
            found = self._pattern.search(buffer, start)
            looked_at += (len(buffer) if found is None else found.end()) - start
            return found

    for name in ("_BETWEEN", "_IN_OBJECT", "_IN_STRING", "_LINE_END"):
        monkeypatch.setattr(_frames, name, Counting(getattr(_frames, name)))
    data = wire(chunk(b"x" * 30000), {"deep": [{"a": "}{"}] * 100}, chunk(b"x" * 30000))
    parser = ObjectStream()
    found = [frame for at in range(len(data)) for frame in parser.receive_data(data[at : at + 1])]
    assert len(found) == 3
    assert 0.9 * len(data) < looked_at <= 1.1 * len(data)


def test_defect_30_a_silent_socket_is_pinged(
    face: V0Face, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that answers nothing is given up: the generation fails long before its own deadline."""
    monkeypatch.setattr(link, "PING_INTERVAL_S", 0.2)
    monkeypatch.setattr(link, "PING_TIMEOUT_S", 0.2)
    pinged = threading.Event()

    def dead(peer: Conversation, message: Frame) -> None:
        if peer.frame()[0] == PING:
            pinged.set()

    got, error = taken(over_socket(face.client(make_peer(speaking(dead)).base_url), stream=True))
    assert pinged.is_set()
    assert got == []
    assert isinstance(error, StreamTruncatedError)
    assert "not even the answer to a ping" in str(error)


def test_defect_31_no_socket_is_opened_for_http(face: V0Face, make_peer: MakePeer) -> None:
    peer = make_peer(GOOD)
    with face.client(peer.base_url) as client:
        assert over_http(client)["audio"] == b"1234"
    assert peer.connections == 1


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (b"RIFF....", "input.wav", "audio/wav"),
        (b"ID3.", "input.mp3", "audio/mpeg"),
        (b"OggS", "input.ogg", "audio/ogg"),
        (b"\0\0\0\x20ftypM4A", "input.m4a", "audio/mp4"),
        (b"????", "input", "application/octet-stream"),
        ("speech.flac", "speech.flac", "audio/"),
    ],
)
def test_defect_32_recordings_have_their_own_name_and_type(
    face: V0Face, make_peer: MakePeer, tmp_path: Path, data: bytes | str, name: str, kind: str
) -> None:
    """And a transcription is asked for again, in both clients."""
    bodies: list[bytes] = []

    def script(peer: Conversation) -> None:
        bodies.append(request(peer)[2])
        peer.respond("200 OK", b'{"text": "Hello."}')

    recording: bytes | str = data if isinstance(data, bytes) else str(tmp_path / data)
    if isinstance(recording, str):
        Path(recording).write_bytes(b"fLaC")
    peer = make_peer(leave, script)
    assert face.client(peer.base_url).transcribe(recording) == "Hello."
    (body,) = bodies
    assert f'name="clip"; filename="{name}"'.encode() in body
    assert f"Content-Type: {kind}".encode() in body


@pytest.mark.parametrize("second", [22050, 0, "44100", None])
@pytest.mark.parametrize("websocket", [True, False])
def test_defect_33_the_rate_of_every_chunk_counts(
    face: V0Face, make_peer: MakePeer, second: Any, websocket: bool
) -> None:
    frames = [chunk(b"12"), chunk(b"34", second), DONE]
    peer = make_peer(speaking(frames) if websocket else stream(wire(*frames)))
    with pytest.raises(RemoteProtocolError, match=r"sampling.rate"):
        over_socket(face.client(peer.base_url), websocket=websocket)


def test_defect_34_the_texts_are_explained(face: V0Face, make_peer: MakePeer) -> None:
    """The old texts stay, and a note says what they mean."""
    client = face.client(make_peer(answer("404 Not Found", b"no")).base_url)
    with pytest.raises(NotFoundError) as missing:
        face.embedding(client, voice_id="a")
    assert str(missing.value) == "Failed to clone voice. Status Code: 404\nError: no"
    assert "No voice was cloned" in missing.value.__notes__[0]
    for arguments in ({}, {"voice_id": "a", "link": "b"}):
        with pytest.raises(ConfigurationError) as unclear:
            face.embedding(client, **arguments)
        assert str(unclear.value) == (
            "Exactly one of `voice_id`, `filepath` or `url` should be specified."
        )
        assert "`link`" in unclear.value.__notes__[0]


# --- the package


def test_defect_35_no_test_framework_and_one_http_library_at_run_time() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.split(r"[<>=\[; ]", line)[0] for line in project["dependencies"]}
    assert names & {"httpx", "requests", "aiohttp", "urllib3"} == {"httpx"}
    assert not {name for name in names if "pytest" in name}


@pytest.mark.parametrize("module", ["sync", "aio"])
def test_defect_36_the_decorator_works_without_a_logger(
    module: str, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def flaky(result: str) -> str:
        calls.append(1)
        if len(calls) % 3:
            raise ConnectionResetError
        return result

    async def aflaky(result: str) -> str:
        return flaky(result)

    def run(**settings: Any) -> str:
        if module == "sync":
            return retry_on_connection_error(backoff_factor=0, **settings)(flaky)("done")
        again = aio_retry.retry_on_connection_error(backoff_factor=0, **settings)
        return asyncio.run(again(aflaky)("done"))

    assert run() == "done"
    assert not caplog.records
    assert run(logger=logging.getLogger("mine")) == "done"
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    assert len(calls) == 6


def test_defect_36_the_routes_are_those_that_are_used(face: V0Face, make_peer: MakePeer) -> None:
    heads: list[str] = []

    def script(peer: Conversation) -> None:
        answer = peer.acceptance()
        heads.append(head_of(peer).split(" ")[1])
        peer.send(answer)
        peer.hold()

    peer = make_peer(script)
    for interrupts in (False, True):
        face.client(peer.base_url, experimental_ws_handle_interrupts=interrupts).refresh_websocket()
    assert heads == ["/v0/audio/websocket", "/v0/experimental/audio/websocket"]


def test_defect_37_leaving_a_loop_early_closes_the_response(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """Also when it is the task that ends, and not the generator that is closed."""
    gone = threading.Event()
    monkeypatch.setenv("CARTESIA_BASE_URL", make_peer(one_endless(gone)).base_url)

    async def main() -> None:
        async with AsyncCartesiaTTS(api_key=KEY) as client:

            async def listen() -> None:
                async for _ in await client.generate(**SPEECH, websocket=False, stream=True):
                    first.set()

            first = asyncio.Event()
            task = asyncio.create_task(listen())
            await first.wait()
            task.cancel()
            await asyncio.wait([task])
            assert await asyncio.to_thread(gone.wait, 10)

    run(main())


def test_defect_38_tests_need_no_network_and_no_key(
    face: V0Face, make_emulator: MakeEmulator
) -> None:
    """No test here can look a host up, and yet all that v0 could do is done."""
    with pytest.raises(AssertionError, match="a test looks"):
        socket.getaddrinfo("api.cartesia.ai", 443)
    client = face.client(make_emulator())
    voice = face.voices(client)["Graham"]
    said = over_socket(client, voice=face.embedding(client, voice_id=voice["id"]))
    assert len(said["audio"]) > 44100


def test_each_recorded_defect_has_a_test() -> None:
    found = {re.match(r"test_defect_(\d\d)_", name) for name in globals()} - {None}
    assert {int(match[1]) for match in found if match} == set(range(1, 39))
