"""The voice changer and infill: recordings up, speech down, over both faces."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import (
    AudioChunk,
    AudioFormat,
    ConfigurationError,
    Done,
    File,
    InternalServerError,
    StreamTruncatedError,
)

from .conftest import each, settle, within

if TYPE_CHECKING:
    from pathlib import Path

    import respx

    from cartesia_emulator import Emulator

    from .conftest import Face

SSE = {"content-type": "text/event-stream"}
RAW = {"content-type": "audio/raw"}
CHUNK = {
    "data": b64encode(b"\0\1\2\3").decode(),
    "done": False,
    "sample_rate": 24000,
    "status_code": 206,
    "step_time": 1.5,
}
DONE = {"done": True, "status_code": 200}


def events(*frames: dict[str, Any]) -> bytes:
    return b"".join(b"data: %b\n\n" % json.dumps(frame).encode() for frame in frames)


def form_of(request: httpx.Request) -> bytes:
    return request.read()


def test_the_form_of_the_voice_changer(face: Face, service: respx.Router, tmp_path: Path) -> None:
    """The recording goes up with the members of the format as fields of their own."""
    route = service.post("/voice-changer/bytes").respond(
        content=b"ID3", headers={"content-type": "audio/mpeg", "x-request-id": "r1"}
    )
    clip = tmp_path / "ada.wav"
    clip.write_bytes(b"RIFF...")
    mp3 = AudioFormat("mp3", None, 44100, 128000)
    audio = face.call("voice_changer.generate", clip, voice="v1", output_format=mp3, then="collect")
    assert (audio.data, audio.format, audio.request_id) == (b"ID3", mp3, "r1")
    form = form_of(route.calls.last.request)
    for name, value in (
        ("voice[id]", b"v1"),
        ("output_format[container]", b"mp3"),
        ("output_format[sample_rate]", b"44100"),
        ("output_format[bit_rate]", b"128000"),
    ):
        assert b'name="%b"\r\n\r\n%b\r\n' % (name.encode(), value) in form
    assert b'name="clip"; filename="ada.wav"' in form
    assert b"encoding]" not in form


def test_events_without_a_type(face: Face, service: respx.Router) -> None:
    """Chunks and the end of the voice changer do not say their type, and come as our events."""
    service.post("/voice-changer/sse").respond(content=events(CHUNK, DONE), headers=SSE)

    async def story(client: Any) -> None:
        async with within(client.voice_changer.generate_sse(b"RIFF", voice={"id": "v"})) as stream:
            chunk, end = [event async for event in each(stream)]
        assert isinstance(chunk, AudioChunk)
        assert (chunk.data, chunk.step_time) == (b"\0\1\2\3", 1.5)
        assert chunk.extra == {"sample_rate": 24000}
        assert end == Done()

    face.drive(story)


def test_changed_speech_that_breaks_off(face: Face, service: respx.Router) -> None:
    """Without an event whose done is true, it was cut."""
    service.post("/voice-changer/sse").respond(content=events(CHUNK), headers=SSE)
    with pytest.raises(StreamTruncatedError):
        face.call("voice_changer.generate_sse", b"RIFF", voice="v", then="collect")


@pytest.mark.parametrize("typed", [True, False])
def test_an_error_event(face: Face, service: respx.Router, *, typed: bool) -> None:
    """An error ends the stream, whether it has a type or not."""
    error = {"done": True, "status_code": 500, "message": "Broken"} | (
        {"type": "error"} if typed else {}
    )
    service.post("/voice-changer/sse").respond(content=events(CHUNK, error), headers=SSE)
    with pytest.raises(InternalServerError, match="Broken"):
        face.call("voice_changer.generate_sse", b"RIFF", voice="v", then="collect")


def test_the_form_of_infill(face: Face, service: respx.Router) -> None:
    """One recording is enough, and what is not given is not sent."""
    route = service.post("/infill/bytes").respond(content=b"ab", headers=RAW)
    audio = face.call(
        "tts.infill", "Hi", voice="v1", language="en", right_audio=File(b"RIFF", "b.wav"),
        then="collect",
    )  # fmt: skip
    assert audio.data == b"ab"
    form = form_of(route.calls.last.request)
    for name, value in (
        ("transcript", b"Hi"),
        ("voice_id", b"v1"),
        ("language", b"en"),
        ("model_id", b"sonic-latest"),
        ("output_format[container]", b"raw"),
        ("output_format[encoding]", b"pcm_s16le"),
        ("output_format[sample_rate]", b"24000"),
    ):
        assert b'name="%b"\r\n\r\n%b\r\n' % (name.encode(), value) in form
    assert b'name="right_audio"; filename="b.wav"' in form
    assert b"left_audio" not in form


@pytest.mark.parametrize(
    ("call", "kwargs"),
    [
        ("voice_changer.generate", {"clip": b"x", "voice": ""}),
        ("voice_changer.generate", {"clip": b"x", "voice": "v", "output_format": {"container": 1}}),
        ("voice_changer.generate_sse", {"clip": b"x", "voice": {}}),
        ("tts.infill", {"transcript": "Hi", "voice": "v", "language": "en"}),
        ("tts.infill", {"transcript": " ", "voice": "v", "language": "en", "left_audio": b"x"}),
    ],
)
def test_nothing_is_sent_that_cannot_work(face: Face, call: str, kwargs: dict[str, Any]) -> None:
    """A call that cannot work raises before the network is touched."""
    with pytest.raises(ConfigurationError):
        face.call(call, **kwargs, then="collect")


def test_a_refused_recording_is_sent_again(
    face: Face, service: respx.Router, tmp_path: Path
) -> None:
    """The file stays open for the next try, which begins at its start."""
    clip = tmp_path / "ada.wav"
    clip.write_bytes(b"RIFF...")
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.read() if face.name == "blocking" else request.content)
        busy = httpx.Response(429, headers={"retry-after": "0.05"})
        return busy if len(bodies) == 1 else httpx.Response(200, content=b"ab", headers=RAW)

    service.post("/voice-changer/bytes").mock(side_effect=answer)
    assert face.call("voice_changer.generate", clip, voice="v", then="collect").data == b"ab"
    assert [b"RIFF..." in body for body in bodies] == [True, True]


def test_with_the_emulator(face: Face, emulator: Emulator, tmp_path: Path) -> None:
    """A recording is changed and joined by a service that really speaks."""

    async def story(client: Any) -> None:
        voice = (await settle(client.voices.list(limit=1))).data[0].id
        told: list[tuple[int, int | None]] = []
        spoken = await settle(client.tts.generate("Hello there.", voice=voice).collect())
        clip = tmp_path / "clip.wav"
        spoken.save(clip)
        for call in (client.voice_changer.generate, client.voice_changer.generate_sse):
            stream = call(clip, voice=voice, options={"progress": lambda *now: told.append(now)})
            changed = await settle(stream.collect())
            assert changed.duration > 0.2
        assert told[-1][0] == told[-1][1]
        wav = AudioFormat("wav", "pcm_s16le", 24000)
        stream = client.tts.infill(
            "and", voice=voice, language="en", left_audio=clip, right_audio=clip, output_format=wav
        )
        await settle(stream.save(tmp_path / "infill.wav"))
        assert (tmp_path / "infill.wav").read_bytes().startswith(b"RIFF")

    face.drive(story, emulator.api_key, base_url=emulator.base_url)
