"""The sockets that listen, with the exact engine: audio time, so that nothing waits."""

from __future__ import annotations

import json
import struct
from itertools import pairwise
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from cartesia_emulator.audio import pcm
from cartesia_emulator.audio.rates import resample

TURNS = "/stt/turns/websocket"
MANUAL = "/stt/websocket"
SECOND = bytes(32000)
Frames = list[dict[str, Any]]


def said(bench: Any, text: str, rate: int = 16000) -> bytes:
    """Speech in 16-bit samples."""
    fmt = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}
    answer = bench.http.post("/tts/bytes", json=bench.speech(text, output_format=fmt))
    samples = resample(pcm.decode(answer.content, "pcm_s16le"), 24000, rate)
    return pcm.encode(samples, "pcm_s16le")


def ears(bench: Any, path: str, fault: str | None = None, **query: Any) -> ClientConnection:
    """An open socket."""
    query = {"model": "ink-2", "encoding": "pcm_s16le", "sample_rate": 16000} | query
    url = httpx.URL(bench.url(path), params=query)
    headers = bench.headers | ({"X-Emulator-Fault": fault} if fault else {})
    socket: ClientConnection = bench.enter(connect(str(url), additional_headers=headers))
    return socket


def hear(socket: ClientConnection, *messages: bytes | str, step: int = 3200) -> Frames:
    """Send audio in pieces and words, and return all frames up to the end of the connection."""
    for message in messages:
        if isinstance(message, str):
            socket.send(message)
        else:
            for at in range(0, len(message), step):
                socket.send(message[at : at + step])
    return rest(socket)


def rest(socket: ClientConnection) -> Frames:
    frames: Frames = []
    try:
        while True:
            frames.append(json.loads(socket.recv(timeout=30)))
    except ConnectionClosed:
        return frames


def kinds(frames: Frames) -> list[str]:
    """Types in order, repetitions folded."""
    names = [frame["type"] for frame in frames]
    return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]


def finals(frames: Frames) -> list[str]:
    return [frame["text"] for frame in frames if frame.get("is_final")]


def ends(frames: Frames) -> list[str]:
    return [frame["transcript"] for frame in frames if frame["type"] == "turn.end"]


CLOSE = json.dumps({"type": "close"})


# --- manual finalize


@pytest.mark.parametrize("rate", [8000, 16000, 24000, 48000])
def test_finalize_gives_the_text_of_what_came_before_it(bench: Any, rate: int) -> None:
    """To the last letter, although a resampler holds the end of the audio back."""
    audio = said(bench, "Hello there, my friend.", rate)
    frames = hear(
        ears(bench, MANUAL, sample_rate=rate), audio, "finalize", audio, "finalize", "close"
    )
    assert finals(frames) == ["Hello there, my friend.", " Hello there, my friend."]
    assert [frame["type"] for frame in frames].count("flush_done") == 2
    assert frames[-1]["type"] == "done"
    assert len({frame["request_id"] for frame in frames}) == 1


def test_partial_text_grows_and_is_never_revised(bench: Any) -> None:
    frames = hear(ears(bench, MANUAL), said(bench, "Hello there, my friend."), "close")
    partials = [frame["text"] for frame in frames if frame.get("is_final") is False]
    assert len(partials) > 3
    for shorter, longer in zip(partials, [*partials[1:], *finals(frames)], strict=True):
        assert longer.startswith(shorter)


def test_words_have_times_on_the_line_of_the_connection(bench: Any) -> None:
    hello = said(bench, "Hello there.")
    frames = hear(ears(bench, MANUAL, model="ink-whisper"), hello, "finalize", hello, "close")
    first, second = (frame for frame in frames if frame.get("is_final"))
    length = len(hello) / 32000
    assert [word["word"] for word in second["words"]] == ["Hello", "there."]
    assert second["words"][0]["start"] == pytest.approx(
        first["words"][0]["start"] + length, abs=1e-3
    )
    assert first["duration"] == pytest.approx(length)


def test_words_as_columns(bench: Any) -> None:
    socket = ears(bench, MANUAL, fault="word-columns", model="ink-whisper")
    frames = hear(socket, said(bench, "Hello there."), "close")
    (final,) = (frame for frame in frames if frame.get("is_final"))
    (columns,) = final["words"]
    assert columns["words"] == ["Hello", "there."]


def test_ink_2_has_no_words(bench: Any) -> None:
    frames = hear(ears(bench, MANUAL), said(bench, "Hello there."), "close")
    assert all("words" not in frame for frame in frames)


def test_silence_ends_a_text_without_finalize(bench: Any) -> None:
    audio = said(bench, "Hello.") + 3 * SECOND + said(bench, "And on.")
    frames = hear(ears(bench, MANUAL), audio, "done")
    assert finals(frames) == ["Hello.", " And on."]
    durations = [frame["duration"] for frame in frames if frame.get("is_final")]
    assert sum(durations) == pytest.approx(len(audio) / 32000)


def test_max_silence_has_an_effect(bench: Any) -> None:
    audio = said(bench, "Hello.") + SECOND + said(bench, "And on.")
    whisper: dict[str, Any] = {"model": "ink-whisper", "max_silence_duration_secs": 0.5}
    assert finals(hear(ears(bench, MANUAL), audio, "close")) == ["Hello.And on."]
    assert finals(hear(ears(bench, MANUAL, **whisper), audio, "close")) == ["Hello.", " And on."]


def test_finalize_of_nothing_is_answered(bench: Any) -> None:
    frames = hear(ears(bench, MANUAL), "finalize", SECOND, "finalize", "finalize", "done")
    assert [frame["type"] for frame in frames] == ["flush_done"] * 3 + ["done"]


@pytest.mark.parametrize("message", ["nonsense", '{"type": "finalize"}'])
def test_words_nobody_knows_are_refused_and_the_socket_lives(bench: Any, message: str) -> None:
    frames = hear(ears(bench, MANUAL), message, said(bench, "Hello."), "close")
    assert frames[0]["type"] == "error"
    assert frames[0]["status_code"] == 400
    assert finals(frames) == ["Hello."]


def test_messages_may_split_a_sample(bench: Any) -> None:
    frames = hear(ears(bench, MANUAL), said(bench, "Hello there."), "close", step=333)
    assert finals(frames) == ["Hello there."]


@pytest.mark.parametrize(
    "encoding", ["pcm_s32le", "pcm_f32le", "pcm_f16le", "pcm_mulaw", "pcm_alaw"]
)
def test_every_encoding(bench: Any, encoding: str) -> None:
    samples = pcm.decode(said(bench, "Hello there."), "pcm_s16le")
    if encoding == "pcm_s32le":
        audio = b"".join(struct.pack("<i", int(x * 0x7FFF0000)) for x in samples.tolist())
    elif encoding == "pcm_f16le":
        audio = samples.astype("<f2").tobytes()
    else:
        audio = pcm.encode(samples, encoding)
    assert finals(hear(ears(bench, MANUAL, encoding=encoding), audio, "close")) == ["Hello there."]


# --- turns


def test_turns_in_their_order(bench: Any) -> None:
    audio = SECOND + said(bench, "Hello there.") + SECOND + said(bench, "I am fine.") + SECOND
    frames = hear(ears(bench, TURNS), audio, CLOSE)
    turn = ["turn.start", "turn.update", "turn.eager_end", "turn.end"]
    assert kinds(frames) == ["connected", *turn, *turn]
    assert ends(frames) == ["Hello there.", " I am fine."]
    text = ""
    for frame in frames:
        if frame["type"] == "turn.start":
            text = ""
        else:
            now = frame.get("transcript", "")
            assert now.startswith(text)
            text = now


def test_a_pause_in_a_turn_is_an_eager_end_that_is_taken_back(bench: Any) -> None:
    pause = SECOND[: 32000 * 55 // 100 // 2 * 2]
    audio = said(bench, "Hello.") + pause + said(bench, "It is me.") + SECOND
    frames = hear(ears(bench, TURNS), audio, CLOSE)
    assert [name for name in kinds(frames) if name != "turn.update"] == [
        *("connected", "turn.start", "turn.eager_end", "turn.resume", "turn.eager_end", "turn.end")
    ]
    assert ends(frames) == ["Hello.It is me."]


@pytest.mark.parametrize(
    ("settings", "pause_s", "turns"),
    [
        ({}, 0.6, 1),
        ({}, 0.9, 2),
        ({"turn_end_threshold": 0.05}, 0.9, 1),
        ({"turn_end_threshold": 0.3}, 0.6, 2),
        ({"turn_end_threshold": 0.05, "turn_end_timeout_ms": 640}, 0.9, 2),
    ],
)
def test_thresholds_have_an_effect(
    bench: Any, settings: dict[str, Any], pause_s: float, turns: int
) -> None:
    audio = said(bench, "Hello.") + bytes(int(pause_s * 16000) * 2) + said(bench, "It is me.")
    assert len(ends(hear(ears(bench, TURNS, **settings), audio, CLOSE))) == turns


def test_start_threshold_decides_how_soon_a_turn_begins(bench: Any) -> None:
    def first_start(threshold: float) -> int:
        socket = ears(bench, TURNS, turn_start_threshold=threshold)
        audio = said(bench, "Hello.")
        for count in range(1, 60):
            socket.send(audio[(count - 1) * 640 : count * 640])
            socket.send("?")  # is answered by an error, after the frames of the audio
            while (frame := json.loads(socket.recv(timeout=5)))["type"] != "error":
                if frame["type"] == "turn.start":
                    return count
        raise AssertionError

    assert first_start(0.5) < first_start(0.8) < first_start(0.9)


def test_configuration_changes_in_mid_stream(bench: Any) -> None:
    patient = json.dumps({"type": "config", "turn": {"end_threshold": 0.05, "unknown": 1}})
    audio = said(bench, "Hello.") + SECOND[:28800] + said(bench, "It is me.")
    assert len(ends(hear(ears(bench, TURNS), audio, patient, audio, CLOSE))) == 2


@pytest.mark.parametrize(
    "change",
    [{"end_threshold": 0.45}, {"end_timeout_ms": 5}, {"start_threshold": "high"}, None],
)
def test_a_wrong_configuration_changes_nothing(bench: Any, change: Any) -> None:
    wrong = json.dumps({"type": "config", "turn": change})
    frames = hear(ears(bench, TURNS), wrong, said(bench, "Hello."), CLOSE)
    assert kinds(frames)[:2] == ["connected", "error"]
    assert ends(frames) == ["Hello."]


@pytest.mark.parametrize("close", [CLOSE, json.dumps({"type": "done"})])
def test_close_ends_the_open_turn_and_then_the_connection(bench: Any, close: str) -> None:
    socket = ears(bench, TURNS)
    frames = hear(socket, said(bench, "Hello there."), close)
    assert frames[-1]["type"] == "turn.end"
    assert socket.close_code == 1000


@pytest.mark.parametrize(
    "message",
    ["finalize", '{"type": "finalize"}', '{"a":' * 100_000, "[" * 100_000],
    ids=["word", "object", "deep object", "deep list"],
)
def test_finalize_is_no_command_for_turns(bench: Any, message: str) -> None:
    frames = hear(ears(bench, TURNS), message, CLOSE)
    assert frames[1]["status_code"] == 400
    assert "Unrecognized message type" in frames[1]["message"]


# --- handshakes


@pytest.mark.parametrize(
    "query",
    [
        {"model": "ink-9"},
        {"encoding": "mp3"},
        {"sample_rate": "fast"},
        {"language": "fr"},
        {"language": "xx", "model": "ink-whisper"},
        {"keyterm": ["a"] * 101},
        {"keyterm": ["a" * 1201]},
        {"keyterm": ["a"], "model": "ink-whisper"},
        {"min_volume": 0.5},
        {"min_volume": 2, "model": "ink-whisper"},
    ],
)
def test_wrong_settings_are_refused(bench: Any, query: dict[str, Any]) -> None:
    with pytest.raises(InvalidStatus) as caught:
        ears(bench, MANUAL, **query)
    assert caught.value.response.status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"model": "ink-whisper"},
        {"turn_start_threshold": 0.95},
        {"turn_end_threshold": 0.45},
        {"keyterm": ["a"] * 101},
    ],
)
@pytest.mark.parametrize("version", ["2025-04-16", "2026-08-14"])
def test_wrong_settings_of_turns_are_told_in_place_of_connected(
    bench: Any, query: dict[str, Any], version: str
) -> None:
    (frame,) = rest(ears(bench, TURNS, cartesia_version=version, **query))
    assert frame["type"] == "error"
    assert ("status_code" in frame) is (version == "2026-08-14")
    assert isinstance(frame.get("error", ""), str)


def test_what_real_peers_send_is_taken(bench: Any) -> None:
    """Keys in other headers, an old version, terms with both ways to write a space, pings."""
    url = bench.url(TURNS) + (
        "?model=ink-2&encoding=pcm_s16le&sample_rate=16000&keyterm=Ink+2&keyterm=Moon%20shine"
    )
    headers = {"x-api-key": bench.emulator.api_key, "cartesia-version": "2025-04-16"}
    with connect(url, additional_headers=headers) as socket:
        socket.send(said(bench, "Hello."))
        socket.ping().wait(5)
        socket.send(CLOSE)
        assert ends(rest(socket)) == ["Hello."]
    (recorded,) = (call for call in bench.emulator.requests if call.path == TURNS)
    assert [value for name, value in recorded.query if name == "keyterm"] == ["Ink 2", "Moon shine"]


@pytest.mark.parametrize("name", ["X-API-Key", "x-api-key", "X-Api-Key", "Authorization"])
@pytest.mark.parametrize("path", [MANUAL, TURNS])
@pytest.mark.parametrize("version", ["2025-04-16", "2026-03-01", "2026-08-14"])
def test_keys_and_versions_as_peers_send_them(
    bench: Any, path: str, name: str, version: str
) -> None:
    """LiveKit sends the oldest version on both sockets, Pipecat another, the SDKs the newest."""
    key = bench.emulator.api_key
    headers = {name: f"Bearer {key}" if name == "Authorization" else key}
    url = f"{bench.url(path)}?model=ink-2&encoding=pcm_s16le&sample_rate=16000"
    with connect(url, additional_headers=headers | {"Cartesia-Version": version}) as socket:
        assert socket.response is not None
        assert socket.response.headers["X-Request-ID"]
        frames = hear(socket, said(bench, "Hello."), "close" if path == MANUAL else CLOSE)
    assert (finals if path == MANUAL else ends)(frames) == ["Hello."]


def test_the_version_in_the_query_goes_before_that_in_the_header(bench: Any) -> None:
    """Errors have the shape of that version."""
    query = "model=ink-2&encoding=pcm_s16le&sample_rate=16000&cartesia_version=2025-04-16"
    headers = bench.headers | {"Cartesia-Version": "2026-08-14"}
    with connect(f"{bench.url(MANUAL)}?{query}", additional_headers=headers) as socket:
        (error, *_) = hear(socket, "nonsense", "close")
    assert isinstance(error["error"], str)
    assert "status_code" not in error


@pytest.mark.parametrize("parameter", ["api_key", "access_token"])
def test_a_browser_has_no_headers(bench: Any, parameter: str) -> None:
    """The JS SDK sends the key in the query there."""
    query = "model=ink-2&encoding=pcm_s16le&sample_rate=16000&cartesia_version=2026-08-14"
    key = bench.emulator.api_key
    if parameter == "access_token":
        grants = {"grants": {"stt": True}, "expires_in": 60}
        key = bench.http.post("/access-token", json=grants).json()["token"]
    with connect(f"{bench.url(TURNS)}?{query}&{parameter}={key}") as socket:
        assert kinds(hear(socket, CLOSE)) == ["connected"]


def test_all_options_of_whisper_at_once(bench: Any) -> None:
    socket = ears(
        bench,
        MANUAL,
        model="ink-whisper",
        language="en",
        min_volume=0.1,
        max_silence_duration_secs=0.4,
    )
    assert finals(hear(socket, said(bench, "Hello."), "finalize", "done")) == ["Hello."]


def test_audio_before_connected_and_a_close_while_it_is_recognised(bench: Any) -> None:
    """Nobody waits for a word of the server: all audio, then the close, at once."""
    for step in (3200, 333, 1 << 20):
        frames = hear(ears(bench, TURNS), said(bench, "Hello there."), CLOSE, step=step)
        assert frames[0]["type"] == "connected"
        assert ends(frames) == ["Hello there."]


@pytest.mark.parametrize("rate", [24000, 48000])
def test_turns_at_the_rates_of_browsers(bench: Any, rate: int) -> None:
    audio = said(bench, "Hello there.", rate)
    assert ends(hear(ears(bench, TURNS, sample_rate=rate), audio, CLOSE)) == ["Hello there."]


def test_configuration_may_come_at_any_moment(bench: Any) -> None:
    """Before any audio, within a turn, in the pause after it, and with nothing in it."""
    config = json.dumps({"type": "config", "turn": {"end_timeout_ms": 3000}})
    empty = json.dumps({"type": "config", "turn": {}})
    audio = said(bench, "Hello there.")
    half = len(audio) // 4 * 2
    frames = hear(
        ears(bench, TURNS), config, audio[:half], config, audio[half:], empty, SECOND, config, CLOSE
    )
    assert "error" not in kinds(frames)
    assert ends(frames) == ["Hello there."]


def test_a_token_in_the_query_opens_a_socket(bench: Any) -> None:
    grants = {"grants": {"stt": True}, "expires_in": 60}
    token = bench.http.post("/access-token", json=grants).json()["token"]
    query = f"?model=ink-2&encoding=pcm_s16le&sample_rate=16000&access_token={token}"
    with connect(f"{bench.url(MANUAL)}{query}&cartesia_version=2026-03-01") as socket:
        assert kinds(hear(socket, "close")) == ["done"]


def test_a_client_that_leaves_at_once_is_no_failure(
    bench: Any, caplog: pytest.LogCaptureFixture
) -> None:
    socket = ears(bench, MANUAL)
    socket.send(said(bench, "Hello there."))
    socket.send("done")
    socket.close()
    assert bench.http.get("/emulator").is_success
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_an_open_socket_takes_a_slot(make_bench: Any) -> None:
    bench = make_bench(stt_concurrency=1)
    first = ears(bench, MANUAL)
    with pytest.raises(InvalidStatus) as caught:
        ears(bench, TURNS)
    assert caught.value.response.status_code == 429
    assert b"concurrency_limited" in caught.value.response.body
    assert kinds(hear(first, "close")) == ["done"]
    assert kinds(hear(ears(bench, TURNS), CLOSE)) == ["connected"]


def test_an_idle_socket_is_closed(make_bench: Any) -> None:
    bench = make_bench(stt_idle_timeout_s=0.1)
    socket = ears(bench, TURNS)
    assert kinds(rest(socket)) == ["connected"]
    assert socket.close_code == 1001


# --- faults


@pytest.mark.parametrize("path", [MANUAL, TURNS])
def test_the_connection_drops_after_so_much_audio(bench: Any, path: str) -> None:
    socket = ears(bench, path, fault="drop-after-audio=5")
    for _ in range(5):
        socket.send(SECOND[:3200])
    rest(socket)
    assert socket.close_code == 1006
    recorded = bench.emulator.requests[-1]
    assert recorded.audio_bytes == 5 * 3200


def test_faults_of_streams_apply(bench: Any) -> None:
    audio = said(bench, "Hello there.")
    frames = hear(ears(bench, MANUAL, fault="unknown-type; after=1"), audio, "close")
    assert frames[1]["type"] == "aurora"
    frames = hear(ears(bench, MANUAL, fault="no-flush-done"), audio, "finalize", "close")
    assert "flush_done" not in kinds(frames)
    frames = hear(ears(bench, MANUAL, fault="no-done"), audio, "close")
    assert "done" not in kinds(frames)
    frames = hear(ears(bench, TURNS, fault="no-turn-start, turn-ids"), audio, CLOSE)
    assert "turn.start" not in kinds(frames)
    assert frames[-1]["turn_id"] == "turn-1"
    frames = hear(ears(bench, TURNS, fault="error=503; after=2"), audio, CLOSE)
    assert frames[-1]["status_code"] == 503
    frames = hear(ears(bench, TURNS, fault="revised-turn; after=3"), audio, CLOSE)
    updates = [frame["transcript"] for frame in frames if frame["type"] == "turn.update"]
    assert not all(b.startswith(a) for a, b in pairwise(updates))


# --- speech


def test_speech_is_recognised_and_never_revised(make_bench: Any) -> None:
    """With the models, on both sockets."""
    bench = make_bench(engine="speech")
    bench.http.timeout = 60
    audio = said(bench, "The quick brown fox jumps over the lazy dog. It barks.")
    frames = hear(ears(bench, TURNS), audio, CLOSE)
    heard = " ".join("".join(ends(frames)).split())
    assert heard.lower().startswith("the quick brown fox jumps over the lazy dog")
    frames = hear(ears(bench, MANUAL), audio, "finalize", "close")
    assert "lazy dog" in "".join(finals(frames))
