"""The messages of other clients, byte for byte: the plugins of LiveKit and Pipecat, and strangers.

LiveKit 1.8.9 sends 160 ms at a time, its key as `X-API-Key` and version 2025-04-16 on both sockets;
Pipecat 1.14.0 sends what it has, ends with `done`, and leaves at once.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cartesia_emulator import Emulator
from cartesia_emulator.audio import pcm

if TYPE_CHECKING:
    from collections.abc import Iterator

MANUAL, TURNS = "/stt/websocket", "/stt/turns/websocket"
LIVEKIT_VERSION, PIPECAT_VERSION = "2025-04-16", "2026-03-01"
CLOSE = json.dumps({"type": "close"})
DONE = json.dumps({"type": "done"})
Frames = list[dict[str, Any]]


class Peer:
    """A client of one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def said(self, text: str, rate: int) -> bytes:
        """Speech in 16-bit samples."""
        answer = httpx.post(
            f"{self.emulator.base_url}/tts/bytes",
            headers={"X-API-Key": self.emulator.api_key, "Cartesia-Version": PIPECAT_VERSION},
            json={
                "model_id": "sonic-3.5",
                "transcript": text,
                "voice": {"mode": "id", "id": "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"},
                "output_format": {
                    "container": "raw",
                    "encoding": "pcm_s16le",
                    "sample_rate": 24000,
                },
            },
            timeout=60,  # a model that is loaded on a busy machine
        ).raise_for_status()
        samples = pcm.resample(pcm.decode(answer.content, "pcm_s16le"), 24000, rate)
        return pcm.encode(samples, "pcm_s16le")

    def open(self, path: str, query: str, **headers: str) -> ClientConnection:
        url = self.emulator.base_url.replace("http", "ws", 1)
        return connect(f"{url}{path}?{query}", additional_headers=headers)

    def livekit(self, path: str, rate: int, more: str = "") -> ClientConnection:
        model = "model=ink-2"
        query = f"{model}&sample_rate={rate}&encoding=pcm_s16le{more}"
        return self.open(
            path,
            query,
            **{
                "User-Agent": "LiveKit Agents",
                "X-API-Key": self.emulator.api_key,
                "Cartesia-Version": LIVEKIT_VERSION,
            },
        )

    def pipecat(self, path: str, rate: int, more: str = "") -> ClientConnection:
        query = f"model=ink-2&encoding=pcm_s16le&sample_rate={rate}{more}"
        key = {"x-api-key": self.emulator.api_key, "cartesia-version": PIPECAT_VERSION}
        return self.open(path, query, **key)


@pytest.fixture
def peer(emulator: Emulator) -> Peer:
    return Peer(emulator)


@pytest.fixture(scope="module")
def speech() -> Iterator[Peer]:
    with Emulator(engine="speech") as running:
        yield Peer(running)


def send(socket: ClientConnection, audio: bytes, size: int) -> None:
    for at in range(0, len(audio), size):
        socket.send(audio[at : at + size])


def rest(socket: ClientConnection) -> Frames:
    frames: Frames = []
    try:
        while True:
            frames.append(json.loads(socket.recv(timeout=30)))
    except ConnectionClosed:
        return frames


def text(frames: Frames) -> str:
    """All final text, verbatim."""
    return "".join(
        str(frame.get("transcript", frame.get("text", "")))
        for frame in frames
        if frame.get("is_final") or frame["type"] == "turn.end"
    )


@pytest.mark.parametrize("rate", [16000, 24000, 48000])
def test_livekit_hears_turns(peer: Peer, rate: int) -> None:
    """Audio before `connected`, a ping, and two turns."""
    with peer.livekit(TURNS, rate, "&keyterm=Ink+2&keyterm=Moon+shine") as socket:
        pause = bytes(2 * rate)
        audio = peer.said("Hello there.", rate) + pause + peer.said("I am fine.", rate) + pause
        send(socket, audio, rate * 16 // 100 * 2)
        assert socket.ping().wait(5)
        socket.send(CLOSE)
        frames = rest(socket)
    assert frames[0]["type"] == "connected"
    assert [f["transcript"] for f in frames if f["type"] == "turn.end"] == [
        "Hello there.",
        " I am fine.",
    ]


@pytest.mark.parametrize("rate", [16000, 24000, 48000])
def test_livekit_dictates(peer: Peer, rate: int) -> None:
    with peer.livekit(MANUAL, rate, "&language=en") as socket:
        send(socket, peer.said("Hello there.", rate), rate * 16 // 100 * 2)
        socket.send("finalize")
        socket.send("done")
        frames = rest(socket)
    assert text(frames) == "Hello there."
    assert [frame["type"] for frame in frames[-2:]] == ["flush_done", "done"]


@pytest.mark.parametrize("path", [MANUAL, TURNS])
def test_an_error_has_the_form_of_the_version_in_the_query(peer: Peer, path: str) -> None:
    """The version in the query wins over the header, in both directions."""
    for sent, asked, structured in (
        (PIPECAT_VERSION, LIVEKIT_VERSION, False),
        (LIVEKIT_VERSION, PIPECAT_VERSION, True),
    ):
        query = f"model=ink-2&encoding=pcm_s16le&sample_rate=16000&cartesia_version={asked}"
        key = {"X-API-KEY": peer.emulator.api_key, "Cartesia-Version": sent}
        with peer.open(path, query, **key) as socket:
            socket.send("nonsense")
            error = next(
                f for f in iter(lambda: json.loads(socket.recv(5)), {}) if f["type"] == "error"
            )
        assert ("status_code" in error) is structured
        assert ("error" in error) is not structured


@pytest.mark.parametrize("name", ["X-API-Key", "x-api-key", "X-API-KEY", "X-Api-Key"])
@pytest.mark.parametrize("path", [MANUAL, TURNS])
def test_keys_in_a_header_of_any_case(peer: Peer, path: str, name: str) -> None:
    query = f"model=ink-2&encoding=pcm_s16le&sample_rate=16000&cartesia_version={PIPECAT_VERSION}"
    with peer.open(path, query, **{name: peer.emulator.api_key}) as socket:
        socket.send(CLOSE if path == TURNS else "close")
        rest(socket)
        assert socket.close_code == 1000


def test_ink_whisper_with_its_own_options(peer: Peer) -> None:
    query = (
        "model=ink-whisper&language=en&encoding=pcm_s16le&sample_rate=16000"
        "&min_volume=0.01&max_silence_duration_secs=0.4"
    )
    headers = {"X-API-Key": peer.emulator.api_key, "Cartesia-Version": LIVEKIT_VERSION}
    with peer.open(MANUAL, query, **headers) as socket:
        audio = peer.said("Hello there.", 16000) + bytes(32000) + peer.said("And on.", 16000)
        send(socket, audio, 5120)
        socket.send("done")
        frames = rest(socket)
    finals = [frame for frame in frames if frame.get("is_final")]
    assert [frame["text"] for frame in finals] == ["Hello there.", " And on."]
    assert {frame["language"] for frame in finals} == {"en"}
    words = [word for frame in finals for word in frame["words"]]
    assert [word["word"] for word in words] == ["Hello", "there.", "And", "on."]
    starts = [word["start"] for word in words]
    assert starts == sorted(starts)
    assert words[2]["start"] > words[1]["end"] + 0.9


def test_pipecat_finalizes_whenever_it_likes(peer: Peer) -> None:
    """Twice, with no audio, and with silence only: one answer each, after the text."""
    with peer.pipecat(MANUAL, 16000, "&language=en") as socket:
        socket.send("finalize")
        send(socket, bytes(32000), 640)
        socket.send("finalize")
        send(socket, peer.said("Hello there.", 16000), 641)  # splits samples
        socket.send("finalize")
        socket.send("finalize")
        socket.send("done")
        frames = rest(socket)
    kinds = [frame["type"] for frame in frames if frame.get("is_final") is not False]
    assert kinds == ["flush_done"] * 2 + ["transcript"] + ["flush_done"] * 2 + ["done"]
    assert text(frames) == "Hello there."


@pytest.mark.parametrize("leave", ["close", "abort"])
@pytest.mark.parametrize("path", [MANUAL, TURNS])
def test_pipecat_says_done_and_leaves(
    peer: Peer, path: str, leave: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No error in the log, and the slot is free again."""
    for _ in range(3):
        with peer.pipecat(path, 16000) as socket:
            send(socket, peer.said("Hello there.", 16000), 3200)
            socket.send(DONE if path == TURNS else "done")
            if leave == "abort":
                socket.socket.close()
    with peer.pipecat(path, 16000) as socket:
        socket.send(DONE if path == TURNS else "done")
        rest(socket)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("place", ["first", "in a turn", "in a pause", "last"])
def test_configuration_at_any_moment(peer: Peer, place: str) -> None:
    config = json.dumps({"type": "config", "turn": {"end_timeout_ms": 3000.5}})
    word, pause = peer.said("Hello there.", 16000), bytes(16000)
    steps: list[tuple[str, bytes]] = [
        ("first", b""),
        ("in a turn", word[: len(word) // 2]),
        ("in a pause", word[len(word) // 2 :] + pause),
        ("last", 3 * pause),
    ]
    with peer.pipecat(TURNS, 16000) as socket:
        for name, audio in steps:
            send(socket, audio, 3200)
            if name == place:
                socket.send(config)
        socket.send(CLOSE)
        frames = rest(socket)
    assert text(frames) == "Hello there."
    assert not [frame for frame in frames if frame["type"] == "error"]


@pytest.mark.parametrize("path", [MANUAL, TURNS])
def test_a_close_while_recognition_runs_drains_it(speech: Peer, path: str) -> None:
    """With a real recogniser, which is slower than the network."""
    sentence = "The quick brown fox jumps over the lazy dog."
    with speech.pipecat(path, 16000) as socket:
        send(socket, speech.said(sentence, 16000) + bytes(48000), 3200)
        socket.send(CLOSE if path == TURNS else "close")
        frames = rest(socket)
        assert socket.close_code == 1000
    assert "lazy dog" in text(frames)
    assert frames[-1]["type"] == ("done" if path == MANUAL else "turn.end")


@pytest.mark.parametrize("path", [MANUAL, TURNS])
def test_what_comes_after_close_is_ignored(peer: Peer, path: str) -> None:
    close = CLOSE if path == TURNS else "close"
    with peer.pipecat(path, 16000) as socket:
        send(socket, peer.said("Hello there.", 16000), 3200)
        socket.send(close)
        try:
            send(socket, peer.said("Too late.", 16000), 3200)
            socket.send(close)
        except ConnectionClosed:
            pass  # it was that quick
        frames = rest(socket)
    assert text(frames) == "Hello there."
    assert not [frame for frame in frames if frame["type"] == "error"]
