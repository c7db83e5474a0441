"""The defects found in the official client 4.2.0, each as a promise that this one keeps.

The numbers are those of the list in which they were collected. Most have closer tests elsewhere;
here each stands alone, in the words of the complaint.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cartesia_stream import (
    AsyncCartesia,
    AudioChunk,
    BadRequestError,
    BufferOverflowError,
    Cancelled,
    Cartesia,
    CartesiaError,
    ConfigurationError,
    RateLimitError,
    StreamTruncatedError,
    UnknownEvent,
)

from .faces import VOICE, Background, eventually, sockets

if TYPE_CHECKING:
    from cartesia_emulator import Emulator
    from cartesia_stream import SpeechEvent

    from .conftest import MakeEmulator, MakePeer
    from .faces import Face
    from .peer import Conversation

ROOT = Path(__file__).parents[2]


def test_d1_speech_after_a_dead_socket_has_a_new_one(
    face: Face, make_emulator: MakeEmulator
) -> None:
    """D1: there, "reconnect on send" returned the same dead socket."""
    emulator = make_emulator(idle_timeout_s=0.1)
    client = face.client(emulator)
    client.tts.speak("Hello.", voice=VOICE).collect()
    assert eventually(lambda: not any(driver.usable for driver in sockets(client)))
    assert client.tts.speak("Hello.", voice=VOICE).collect().data


@pytest.mark.parametrize("fault", ["drop", "close"])
def test_d2_connection_lost_in_mid_generation_is_no_hang(
    client: Cartesia, emulator: Emulator, fault: str
) -> None:
    """D2: there, the async `receive` waited for ever."""
    emulator.inject(fault, 1000 if fault == "close" else None, after=1)
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push("Hello there. ")
        context.no_more_inputs()
        error = Background(lambda: list(context.receive())).error(2)
    assert isinstance(error, StreamTruncatedError)


def test_d3_truncated_audio_never_looks_complete(client: Cartesia, emulator: Emulator) -> None:
    """D3: there, a clean close in mid-generation ended the iteration normally."""
    emulator.inject("close", 1000, after=1)
    heard = b""
    with pytest.raises(StreamTruncatedError) as caught:
        for block in client.tts.speak("Hello there.", voice=VOICE).audio():
            heard += block
    assert caught.value.nbytes == len(heard) > 0


def test_d4_cancel_ends_a_waiting_receive(face: Face, make_emulator: MakeEmulator) -> None:
    """D4: there, a task that iterated `receive` hung after `cancel` in another one."""
    client = face.client(make_emulator(realtime=1.0))
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push("A long sentence to be cancelled. " * 20)
        reader = Background(lambda: list(context.receive()))
        time.sleep(0.2)
        context.cancel()
        assert isinstance(reader.result(2)[-1], Cancelled)


def test_d5_error_without_context_ends_the_contexts(client: Cartesia, emulator: Emulator) -> None:
    """D5: there, an error frame that named no context reached none."""
    emulator.inject("error-without-context", 400)
    stream = client.tts.speak("Hello.", voice=VOICE)
    assert isinstance(Background(stream.collect).error(2), BadRequestError)


def test_d6_refused_handshake_is_typed_and_retried(client: Cartesia, emulator: Emulator) -> None:
    """D6: there, it was the socket library's exception after one try, Retry-After ignored."""
    emulator.inject("handshake-status", 429, times=1, retry_after=0.2)
    before = time.monotonic()
    assert client.tts.speak("Hello.", voice=VOICE).collect().data
    assert time.monotonic() - before > 0.2
    emulator.inject("handshake-status", 429, times=None)
    with pytest.raises(RateLimitError) as caught:
        client.tts.websocket_connect()
    assert isinstance(caught.value, CartesiaError)


def test_d7_buffers_are_bounded(face: Face, make_peer: MakePeer) -> None:
    """D7: there, 8,000 chunks piled up behind a reader that never read."""

    def script(peer: Conversation) -> None:
        peer.accept()
        context_id = peer.message()["context_id"]
        for _ in range(1000):
            peer.chunk(context_id)
        peer.hold()

    client = face.client(make_peer(script).base_url, max_buffer_bytes=10_000)
    stream = client.tts.speak("Hello.", voice=VOICE)
    time.sleep(0.2)
    events: list[SpeechEvent] = []
    with pytest.raises(BufferOverflowError):
        events.extend(stream)
    assert len(events) <= 50


def test_d8_unknown_event_has_a_type_of_its_own(client: Cartesia, emulator: Emulator) -> None:
    """D8: there, it came as an instance of the chunk's class with a wrong `.type`."""
    emulator.inject("unknown-type")
    unknown = [e for e in client.tts.speak("Hello.", voice=VOICE) if isinstance(e, UnknownEvent)]
    assert [event.name for event in unknown] == ["aurora"]
    assert not isinstance(unknown[0], AudioChunk)


def test_d10_debug_log_keeps_the_key(
    client: Cartesia, emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    """D10: there, the log of the handshake showed the key at DEBUG."""
    caplog.set_level(logging.DEBUG)
    for name in ("websockets.client", "httpx", "httpcore", "asyncio", "cartesia_stream"):
        caplog.set_level(logging.DEBUG, logger=name)
    client.tts.speak("Hello.", voice=VOICE).collect()
    client.tts.generate_sse("Hello.", voice=VOICE).collect()
    client.tts.generate("Hello.", voice=VOICE).collect()
    ours = [r for r in caplog.records if not r.name.startswith("cartesia_emulator")]
    told = [record.getMessage() for record in ours] + [str(vars(record)) for record in ours]
    assert emulator.api_key not in "\n".join(told)


@pytest.mark.parametrize("kind", [Cartesia, AsyncCartesia])
def test_d11_key_comes_from_the_environment(
    kind: type[Cartesia | AsyncCartesia], monkeypatch: pytest.MonkeyPatch
) -> None:
    """D11: there, the variable was not read, and a missing key failed at the first call."""
    with pytest.raises(ConfigurationError) as caught:
        kind()
    assert caught.value.option == "api_key"
    monkeypatch.setenv("CARTESIA_API_KEY", "sk_from_environment")
    assert kind()._config.headers["Authorization"] == "Bearer sk_from_environment"


def test_d12_misspelt_option_is_seen_by_the_type_checker() -> None:
    """D12: there, `push(typo=1)` passed both checkers.

    Both read misuse.py, see tests/typing: a comment there that ignores no error is an error.
    """
    misuse = (ROOT / "tests" / "typing" / "misuse.py").read_text(encoding="utf-8")
    for call in ('.push("Hi", typo=1)', '.context(voice="v", typo=1)'):
        ignored = "  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]\n"
        assert call + ignored in misuse


def test_d13_sockets_have_the_options_of_calls(face: Face) -> None:
    """D13: there, the typed options of a socket knew no proxy and no open timeout."""
    with pytest.raises(ConfigurationError, match="the proxy URL must be"):
        face.client("http://a.invalid", proxy="socks4://a").tts.websocket_connect()
