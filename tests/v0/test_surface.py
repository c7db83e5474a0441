"""What old code sees of the module: names, signatures, values, warnings and helpers."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import logging
import re
import subprocess
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import (
    APIConnectionError,
    APIStatusError,
    ConfigurationError,
    LocalStateError,
    RemoteProtocolError,
    v0,
)
from cartesia_stream.v0 import (
    AsyncCartesiaTTS,
    CartesiaTTS,
    convert_response,
    retry_on_connection_error,
    retry_on_connection_error_async,
    update_buffer,
)
from cartesia_stream.v0._failures import connection_errors

from ..scenarios.faces import eventually, own_threads
from .faces import KEY
from .talk import DONE, SPEECH, VOICE, Frame, answer, chunk, leave, speaking, stream, tell, wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from cartesia_emulator import Emulator

    from ..scenarios.conftest import MakePeer
    from ..scenarios.peer import Conversation

ROOT = Path(__file__).parents[2]

quietly = pytest.mark.filterwarnings("ignore:.*the v0 API:DeprecationWarning")
both = pytest.mark.parametrize("kind", [CartesiaTTS, AsyncCartesiaTTS])


# --- names and signatures


def test_names() -> None:
    assert v0.__all__ == sorted(v0.__all__, key=lambda name: (not name.isupper(), name))
    assert all(hasattr(v0, name) for name in v0.__all__)
    assert (v0.DEFAULT_MODEL_ID, v0.DEFAULT_BASE_URL) == ("", "api.cartesia.ai")
    assert (v0.DEFAULT_API_VERSION, v0.DEFAULT_TIMEOUT) == ("v0", 30)
    assert (v0.DEFAULT_NUM_CONNECTIONS, v0.BACKOFF_FACTOR, v0.MAX_RETRIES) == (10, 1, 3)


SIGNATURES = {
    "__init__": "self, *, api_key=None, experimental_ws_handle_interrupts=False",
    "get_voices": "self, skip_embeddings=True",
    "get_voice_embedding": "self, *, voice_id=None, filepath=None, link=None",
    "refresh_websocket": "self",
    "generate": (
        "self, *, transcript, voice, model_id='', duration=None, chunk_time=None, stream=False, "
        "websocket=True, output_format='fp32'"
    ),
    "transcribe": "self, raw_audio",
    "prepare_audio_and_headers": "self, raw_audio",
    "close": "self",
    "_check_inputs": "self, transcript, duration, chunk_time",
    "_generate_ws": "self, body, *, context_id=None",
}
COROUTINES = {"refresh_websocket", "close", "generate", "transcribe"}


@both
@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures(kind: type, name: str) -> None:
    function = getattr(kind, name)
    signature = inspect.signature(function)
    parameters = [
        p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()
    ]
    bare = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    assert str(bare) == f"({SIGNATURES[name]})"
    is_async = kind is AsyncCartesiaTTS and name in COROUTINES
    assert inspect.iscoroutinefunction(function) == is_async


def test_importing_the_package_does_not_import_the_alpha() -> None:
    code = "import sys, cartesia_stream; print([n for n in sys.modules if 'v0' in n])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_alpha_loads_no_http_library() -> None:
    code = (
        "import sys, cartesia_stream.v0; print('httpx' in sys.modules, 'websockets' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"


@both
@quietly
def test_attributes(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = kind(api_key=KEY)
    assert client.base_url == "api.cartesia.ai"
    assert (client.api_key, client.api_version, client.websocket) == (KEY, "v0", None)
    assert client.headers == {"X-API-Key": KEY, "Content-Type": "application/json"}
    assert client.experimental_ws_handle_interrupts is False
    assert repr(client) == f"{kind.__name__}('https://api.cartesia.ai/v0')"
    assert client.prepare_audio_and_headers(b"data") == (b"data", {"X-API-Key": KEY})
    monkeypatch.setenv("CARTESIA_BASE_URL", "http://localhost:1/x")
    monkeypatch.setenv("CARTESIA_API_VERSION", "v1")
    monkeypatch.setenv("CARTESIA_API_KEY", "sk_other")
    client = kind(experimental_ws_handle_interrupts=True)
    assert (client.base_url, client.api_version) == ("http://localhost:1/x", "v1")
    assert (client.api_key, client.experimental_ws_handle_interrupts) == ("sk_other", True)
    assert repr(client) == f"{kind.__name__}('http://localhost:1/x/v1')"


@quietly
def test_recordings_are_read(tmp_path: Path) -> None:
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"RIFF")
    assert CartesiaTTS(api_key=KEY).prepare_audio_and_headers(str(clip))[0] == b"RIFF"


# --- the socket as an attribute


@quietly
def test_the_socket_is_none_until_it_is_needed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    client = CartesiaTTS(api_key=emulator.api_key)
    client.generate(**SPEECH, websocket=False)
    assert client.websocket is None
    client.refresh_websocket()
    websocket = client.websocket
    assert websocket is not None
    number = websocket.socket.fileno()
    client.refresh_websocket()
    assert (websocket.socket.fileno(), websocket.closed) == (number, False)
    client.close()
    client.close()
    assert (websocket.socket.fileno(), websocket.closed) == (-1, True)
    assert client.websocket is None
    assert not own_threads()
    client.refresh_websocket()
    assert not websocket.closed
    client.close()


@quietly
def test_looking_at_the_socket_in_a_block_opens_it(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = make_peer(speaking())
    monkeypatch.setenv("CARTESIA_BASE_URL", peer.base_url)
    with CartesiaTTS(api_key=KEY) as client:
        websocket = client.websocket
        assert peer.connections == 0
        assert websocket is not None
        assert websocket.socket.fileno() > 0
        assert websocket.socket.fileno() > 0
        assert peer.connections == 1
    assert websocket.closed


@quietly
def test_a_lost_socket_is_opened_again(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(peer: Conversation) -> None:
        peer.accept()
        tell(peer, {"context_id": peer.message()["context_id"], **chunk(b"12"), "done": True})
        peer.close_frame(1001)

    monkeypatch.setenv("CARTESIA_BASE_URL", (peer := make_peer(once)).base_url)
    with CartesiaTTS(api_key=KEY) as client:
        for _ in range(3):
            assert client.generate(**SPEECH)["audio"] == b"12"
            websocket: Any = client.websocket
            assert eventually(partial(getattr, websocket, "closed"))
    assert peer.connections == 3


# --- shapes


@quietly
@pytest.mark.parametrize(
    ("output_format", "sample_bytes", "rate"),
    [
        ("fp32", 4, 44100),
        ("pcm", 2, 44100),
        *[(f"fp32_{rate}", 4, rate) for rate in (16000, 22050, 44100)],
        *[(f"pcm_{rate}", 2, rate) for rate in (16000, 22050, 44100)],
        ("mulaw_8000", 1, 8000),
        (None, 4, 44100),
    ],
)
@pytest.mark.parametrize("websocket", [True, False])
def test_output_formats(
    emulator: Emulator,
    monkeypatch: pytest.MonkeyPatch,
    output_format: Any,
    sample_bytes: int,
    rate: int,
    websocket: bool,
) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    with CartesiaTTS(api_key=emulator.api_key) as client:
        said = client.generate(**SPEECH, output_format=output_format, websocket=websocket)
        reference = client.generate(**SPEECH, output_format="pcm_16000")
    assert said["sampling_rate"] == rate
    seconds = len(said["audio"]) / sample_bytes / rate
    assert seconds == pytest.approx(len(reference["audio"]) / 2 / 16000, abs=0.01)


@quietly
def test_a_format_that_is_none_is_left_to_the_service(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    with CartesiaTTS(api_key=emulator.api_key) as client:
        with pytest.raises(ValueError, match="output_format") as over_http:
            client.generate(**SPEECH, output_format="mp3", websocket=False)
        with pytest.raises(RuntimeError, match="output_format") as over_socket:
            client.generate(**SPEECH, output_format="mp3")
    assert isinstance(over_http.value, APIStatusError)
    assert isinstance(over_socket.value, APIStatusError)


@quietly
def test_silence_is_no_error(make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text without a word may have no audio; the rate is then that of the format."""
    monkeypatch.setenv("CARTESIA_BASE_URL", make_peer(speaking([DONE])).base_url)
    with CartesiaTTS(api_key=KEY) as client:
        said = client.generate(transcript="...", voice=None, output_format="pcm_16000")
    assert said == {"audio": b"", "sampling_rate": 16000}


@quietly
@pytest.mark.parametrize("text", [False, True])
def test_embeddings_may_be_strings(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch, text: bool
) -> None:
    embedding = json.dumps(VOICE) if text else VOICE
    listed = {"id": "a", "name": "Ada", "description": "Calm.", "embedding": embedding}
    peer = make_peer(
        answer("200 OK", [listed]),
        answer("200 OK", {"embedding": embedding}),
        answer("200 OK", {"embedding": "no numbers"}),
        answer("200 OK", {"embedded": VOICE}),
        answer("200 OK", b"<html>"),
    )
    monkeypatch.setenv("CARTESIA_BASE_URL", peer.base_url)
    with CartesiaTTS(api_key=KEY) as client:
        assert client.get_voices(skip_embeddings=False) == {"Ada": {**listed, "embedding": VOICE}}
        assert client.get_voice_embedding(voice_id="a") == VOICE
        for _ in range(3):
            with pytest.raises(RemoteProtocolError):
                client.get_voice_embedding(voice_id="a")


@quietly
def test_refused_voices(make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = make_peer(answer("403 No", b'{"detail": "not yours"}'))
    monkeypatch.setenv("CARTESIA_BASE_URL", peer.base_url)
    with CartesiaTTS(api_key=KEY) as client, pytest.raises(ValueError, match="voices") as caught:
        client.get_voices()
    assert str(caught.value) == 'Failed to get voices. Error: {"detail": "not yours"}'
    assert type(caught.value).__name__ == "PermissionDeniedError"
    assert isinstance(caught.value, APIStatusError)
    assert caught.value.status_code == 403


# --- warnings


def migrating() -> list[str]:
    return (ROOT / "docs" / "migrating.md").read_text("utf-8").splitlines()


def uses(kind: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Each use that warns, by the name in the warning."""
    yield "", lambda client: kind(api_key=KEY)
    yield ".get_voices", lambda client: client.get_voices()
    yield ".get_voice_embedding", lambda client: client.get_voice_embedding(voice_id="a")
    yield ".generate", lambda client: client.generate(**SPEECH, websocket=False)
    yield ".transcribe", lambda client: client.transcribe(b"RIFF")


@both
def test_each_use_warns_and_names_the_line_to_read(
    kind: Any, make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The warning is one of the caller's line, and the page has a row for it in that section."""
    answers = [
        answer("200 OK", []),
        answer("200 OK", {"embedding": VOICE}),
        stream(wire(chunk())),
        answer("200 OK", {"text": "Hello."}),
    ]
    monkeypatch.setenv("CARTESIA_BASE_URL", make_peer(*answers).base_url)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")

        async def main() -> list[str]:
            client = kind(api_key=KEY)
            caught.clear()
            named = []
            for name, use in uses(kind):
                made = use(client)
                if inspect.iscoroutine(made):
                    made = await made
                named.append(f"{kind.__name__}{name}")
            closing = client.close()
            if inspect.iscoroutine(closing):
                await closing
            return named

        named = asyncio.run(main())
    assert [w.category for w in caught] == [DeprecationWarning] * len(named)
    assert {w.filename for w in caught} == {__file__}
    lines = migrating()
    for name, warning in zip(named, caught, strict=True):
        found = re.search(r"see (\S+) in docs/migrating\.md#(\S+)$", str(warning.message))
        assert found is not None
        assert found[1] == name
        headings = [re.sub(r"[^a-z]+", "-", line.lower()).strip("-") for line in lines]
        at = headings.index(found[2])
        rows = lines[at : next(i for i in range(at + 1, len(lines)) if lines[i].startswith("#"))]
        assert any(row.startswith("|") and name in row for row in rows), name


# --- helpers


def test_update_buffer() -> None:
    """Any chunking; half a character waits in the buffer."""
    frames: list[Frame] = [{**chunk(b"12"), "note": "é}€"}, {**chunk(b"34"), **DONE}, DONE]
    data = "".join(json.dumps(frame, ensure_ascii=False) for frame in frames).encode()
    buffer, got = "", []
    for at in range(len(data)):
        buffer, outputs = update_buffer(buffer, data[at : at + 1])
        got += outputs
    assert got == [
        {"audio": b"12", "sampling_rate": 44100},
        {"audio": b"34", "sampling_rate": 44100},
    ]
    assert buffer == ""


@given(data=st.binary(max_size=60))
def test_update_buffer_takes_any_bytes_and_ends(data: bytes) -> None:
    """A brace where none belongs made the old one go on for ever."""
    try:
        rest, outputs = update_buffer("", b"}" + data)
    except RemoteProtocolError:
        return
    assert outputs == []
    assert rest.encode("utf-8", "surrogateescape") in data


def test_update_buffer_raises_errors() -> None:
    with pytest.raises(ValueError, match="no such voice") as caught:
        update_buffer("", b'data: {"error": "no such voice"}')
    assert isinstance(caught.value, APIStatusError)


def test_convert_response() -> None:
    response = chunk(b"12", 8000, context_id="c")
    assert convert_response(response, False) == {"audio": b"12", "sampling_rate": 8000}
    assert convert_response(response, True) == {
        "audio": b"12",
        "sampling_rate": 8000,
        "context_id": "c",
    }
    for wrong in ({}, {"data": "?", "sampling_rate": 1}, {"data": base64.b64encode(b"1").decode()}):
        with pytest.raises(RemoteProtocolError):
            convert_response(wrong, False)


class Flaky:
    """Fails so often with a kind of error, after so many items."""

    def __init__(self, *errors: BaseException, after: int = 0) -> None:
        self.errors = list(errors)
        self.after = after
        self.calls = 0

    def items(self) -> Iterator[int]:
        self.calls += 1
        for number in range(3):
            if self.errors and number == self.after:
                raise self.errors.pop(0)
            yield number

    async def aitems(self) -> AsyncIterator[int]:
        for number in self.items():
            yield number

    def call(self) -> list[int]:
        return list(self.items())

    async def acall(self) -> list[int]:
        return list(self.items())


def ways(flaky: Flaky, **settings: Any) -> dict[str, Callable[[], list[int]]]:
    again = retry_on_connection_error(backoff_factor=0, **settings)
    aagain = retry_on_connection_error_async(backoff_factor=0, **settings)

    def items() -> Iterator[int]:
        yield from flaky.items()

    async def aitems() -> AsyncIterator[int]:
        async for number in flaky.aitems():
            yield number

    async def collected() -> list[int]:
        return [number async for number in aagain(aitems)()]

    async def called() -> list[int]:
        return await aagain(flaky.acall)()

    return {
        "call": again(flaky.call),
        "items": lambda: list(again(items)()),
        "acall": lambda: asyncio.run(called()),
        "aitems": lambda: asyncio.run(collected()),
    }


@pytest.mark.parametrize("way", ["call", "items", "acall", "aitems"])
@pytest.mark.parametrize("error", [ConnectionResetError(), TimeoutError(), APIConnectionError("x")])
def test_the_decorators_try_again(way: str, error: Exception) -> None:
    flaky = Flaky(error, error)
    assert ways(flaky)[way]() == [0, 1, 2]
    assert flaky.calls == 3


@pytest.mark.parametrize("way", ["call", "items", "acall", "aitems"])
def test_the_decorators_give_up(way: str, caplog: pytest.LogCaptureFixture) -> None:
    first = ConnectionResetError()
    flaky = Flaky(*[first] * 5)
    with pytest.raises(Exception, match=r"^Exception occurred after 2 tries\.$") as caught:
        ways(flaky, max_retries=2, logger=logging.getLogger("mine"))[way]()
    assert caught.value.__cause__ is first
    assert isinstance(caught.value, APIConnectionError)
    assert flaky.calls == 2
    assert [record.name for record in caplog.records] == ["mine"]


@pytest.mark.parametrize("way", ["items", "aitems"])
def test_the_decorators_repeat_nothing_that_was_handed_out(way: str) -> None:
    error = ConnectionResetError()
    flaky = Flaky(error, after=1)
    with pytest.raises(ConnectionResetError) as caught:
        ways(flaky)[way]()
    assert caught.value is error
    assert flaky.calls == 1


@pytest.mark.parametrize("way", ["call", "items", "acall", "aitems"])
def test_the_decorators_leave_other_errors_alone(way: str) -> None:
    flaky = Flaky(FileNotFoundError())
    with pytest.raises(FileNotFoundError):
        ways(flaky)[way]()
    assert flaky.calls == 1


def test_what_the_decorators_catch_follows_what_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    monkeypatch.delitem(sys.modules, "requests", raising=False)
    assert issubclass(httpx.ConnectError, connection_errors())
    monkeypatch.delitem(sys.modules, "httpx")
    assert not issubclass(httpx.ConnectError, connection_errors())


# --- the rest


@quietly
def test_an_id_is_used_once(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Late frames of the former generation could reach the new one."""
    monkeypatch.setenv("CARTESIA_BASE_URL", emulator.base_url)
    with CartesiaTTS(api_key=emulator.api_key) as client:
        assert list(client._generate_ws(SPEECH, context_id="c"))
        with pytest.raises(LocalStateError, match="was already used"):
            list(client._generate_ws(SPEECH, context_id="c"))


@quietly
def test_a_body_that_cannot_be_sent_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with CartesiaTTS(api_key=KEY) as client, pytest.raises(ConfigurationError):
        client.generate(transcript="a\ud800", voice=None, websocket=False)


@quietly
def test_errors_are_of_one_class_each(make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", make_peer(answer("404 No", b"no")).base_url)
    kinds = set()
    with CartesiaTTS(api_key=KEY) as client:
        for _ in range(2):
            with pytest.raises(ValueError, match="no") as caught:
                client.get_voices()
            kinds.add(type(caught.value))
    assert len(kinds) == 1


@quietly
def test_listing_voices_has_its_own_error(
    make_peer: MakePeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", make_peer(leave).base_url)
    with CartesiaTTS(api_key=KEY) as client, pytest.raises(APIConnectionError) as caught:
        client.list_voices()
    assert "tries" not in str(caught.value)
