"""Audio in the form that a program needs, on every transport and both faces."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cartesia_stream import (
    TELEPHONY,
    Audio,
    AudioFormat,
    Cartesia,
    ConfigurationError,
    LocalStateError,
    StreamTruncatedError,
)

from .faces import VOICE, speak

if TYPE_CHECKING:
    from cartesia_emulator import Emulator

    from .faces import Face

TEXT = "One two three four."
TRANSPORTS = ("websocket", "sse", "bytes")
SILENCE = {"pcm_s16le": b"\0\0", "pcm_f32le": b"\0" * 4, "pcm_mulaw": b"\xff", "pcm_alaw": b"\xd5"}


@pytest.mark.parametrize("encoding", SILENCE)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_blocks_of_one_length(
    client: Cartesia, emulator: Emulator, transport: str, encoding: Any
) -> None:
    """The same audio in whole blocks of 20 ms; the last one ends in silence."""
    fmt = AudioFormat("raw", encoding, 8000)
    whole = speak(client, transport, TEXT, output_format=fmt).collect()
    if fmt.sample_bytes > 1:
        emulator.inject("split-sample")
    stream = speak(client, transport, TEXT, output_format=fmt)
    blocks = list(stream.audio(frame_ms=20))
    assert {len(block) for block in blocks} == {fmt.nbytes(0.02)}
    joined = b"".join(blocks)
    assert joined[: len(whole.data)] == whole.data
    padding = joined[len(whole.data) :]
    assert len(padding) < fmt.nbytes(0.02)
    assert padding == SILENCE[encoding] * (len(padding) // fmt.sample_bytes)
    assert stream.duration == whole.duration
    assert list(whole.blocks(frame_ms=20)) == blocks


def test_blocks_of_a_context(client: Cartesia) -> None:
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE, output_format=TELEPHONY)
        context.push(TEXT)
        context.no_more_inputs()
        blocks = list(context.receive().audio(frame_ms=30))
    assert {len(block) for block in blocks} == {240}


def test_only_blocks_that_were_handed_out_count(client: Cartesia) -> None:
    """`duration` and `heard` grow block by block, though a chunk holds many blocks."""
    stream = client.tts.speak(TEXT, voice=VOICE, add_timestamps=True)
    heard = list[str]()
    for number, _ in enumerate(stream.audio(frame_ms=1), 1):
        if stream.stats.outcome is None:
            assert stream.duration == pytest.approx(number / 1000)
        heard.append(stream.heard(math.inf))
        here = [word for word in stream.words if word.end <= stream.duration + 0.02]
        assert len(heard[-1].split()) == len(here)
    assert "One two" in heard
    assert heard[-1] == TEXT


def test_a_loop_over_blocks_that_was_left_can_be_gone_on_with(client: Cartesia) -> None:
    """With the same arguments; with others, a part of the audio would be lost."""
    whole = client.tts.speak(TEXT, voice=VOICE).collect()
    stream = client.tts.speak(TEXT, voice=VOICE)
    first = next(stream.audio(frame_ms=1))
    for way in (stream.audio, lambda: stream.audio(frame_ms=2), stream.collect):
        with pytest.raises(LocalStateError, match="go on with the same arguments"):
            way()
    rest = b"".join(stream.audio(frame_ms=1))
    assert (first + rest)[: len(whole.data)] == whole.data


@pytest.mark.parametrize("way", ["cancel", "close"])
def test_stopping_drops_the_blocks_that_wait(client: Cartesia, way: str) -> None:
    stream = client.tts.speak(TEXT, voice=VOICE)
    blocks = stream.audio(frame_ms=1)
    next(blocks)
    getattr(stream, way)()
    assert list(blocks) == []
    assert stream.duration == pytest.approx(0.001)
    assert stream.heard(math.inf) == ""


def test_blocks_before_an_error(face: Face, emulator: Emulator) -> None:
    """All audio that arrived comes first, the last block padded; then each read raises."""
    client = face.client(emulator, max_retries=0)
    emulator.inject("drop", after=2, path="/tts/websocket")
    stream = client.tts.speak(TEXT, voice=VOICE)
    blocks, joined = stream.audio(frame_ms=1000), b""
    with pytest.raises(StreamTruncatedError) as caught:
        for block in blocks:
            assert len(block) == 48000
            joined += block
    assert 0 < caught.value.nbytes <= len(joined)
    assert not any(joined[caught.value.nbytes :])
    with pytest.raises(StreamTruncatedError):
        next(blocks)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("encoding", SILENCE)
def test_audio_is_converted_while_it_arrives(
    client: Cartesia, emulator: Emulator, transport: str, encoding: Any
) -> None:
    """To a sample rate and an encoding, in blocks of 20 ms, as finished audio is converted."""
    form: Any = {"sample_rate": 16000, "encoding": encoding, "frame_ms": 20}
    fmt = AudioFormat("raw", encoding, 16000)
    whole = speak(client, transport, TEXT).collect()
    emulator.inject("split-sample")
    stream = speak(client, transport, TEXT)
    blocks = list(stream.audio(**form))
    assert {len(block) for block in blocks} == {fmt.nbytes(0.02)}
    assert blocks == list(whole.blocks(**form))
    assert stream.duration == pytest.approx(whole.duration, abs=1 / 16000)
    audio = Audio(data=b"".join(blocks), format=fmt)
    assert emulator.heard(audio.wav()) == TEXT
    converted = whole.convert(sample_rate=16000, encoding=encoding)
    assert audio.data.startswith(converted.data)


def test_a_context_is_converted(client: Cartesia, emulator: Emulator) -> None:
    """And `heard` counts what was handed out, not what the resampler holds."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE, add_timestamps=True)
        context.push(TEXT)
        context.no_more_inputs()
        stream = context.receive()
        seconds, data = 0.0, b""
        for block in stream.audio(sample_rate=8000):
            seconds += len(block) / 16000
            data += block
            assert stream.duration == pytest.approx(seconds, abs=1 / 8000)
            ended = [word for word in stream.words if word.end <= seconds + 0.021]
            assert len(stream.heard(math.inf).split()) <= len(ended)
    assert stream.heard(math.inf) == TEXT
    audio = Audio(data=data, format=AudioFormat("raw", "pcm_s16le", 8000))
    assert emulator.heard(audio.wav()) == TEXT


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_mp3_while_it_arrives(client: Cartesia, emulator: Emulator, transport: str) -> None:
    """Also where the service has raw audio alone."""
    stream = speak(client, transport, TEXT)
    blocks = list(stream.audio(encoding="mp3"))
    assert len(blocks) > 1
    assert all(blocks)
    assert emulator.heard(b"".join(blocks)) == TEXT
    assert stream.duration == pytest.approx(stream.stats.audio_seconds)


@pytest.mark.parametrize("upload", ["array", "wav", "mp3"])
def test_audio_is_a_recording(client: Cartesia, emulator: Emulator, upload: str) -> None:
    """For transcription, cloning and the voice changer: of an array, or as it was spoken."""
    fmt = AudioFormat("mp3", None, 44100, 128000) if upload == "mp3" else AudioFormat("wav")
    clip = client.tts.generate(TEXT, voice=VOICE, output_format=fmt).collect()
    if upload == "array":
        clip = Audio.from_array(np.asarray(clip), clip.format.sample_rate)
    assert client.stt.transcribe(file=clip, model="ink-whisper").text == TEXT
    changed = client.voice_changer.generate(clip, voice=VOICE).collect()
    assert emulator.heard(changed.wav()) == TEXT
    clone = client.voices.clone(clip=clip, name="Mine", language="en")
    client.voices.delete(clone.id)


def test_an_array_has_no_rate(client: Cartesia, emulator: Emulator) -> None:
    """The error says how to give it one, and nothing is sent."""
    array: Any = np.zeros(100, np.int16)
    emulator.clear_requests()
    with pytest.raises(ConfigurationError, match=r"Audio.from_array\(array, sample_rate\)"):
        client.stt.transcribe(file=array, model="ink-whisper")
    assert emulator.requests == ()


@pytest.mark.parametrize(
    ("chosen", "option"),
    [
        ({"frame_ms": 0}, "frame_ms"),
        ({"sample_rate": 100}, "sample_rate"),
        ({"encoding": "opus"}, "encoding"),
    ],
)
def test_a_wrong_form_is_an_error_at_once(
    client: Cartesia, chosen: dict[str, Any], option: str
) -> None:
    """The stream can then be read otherwise."""
    stream = client.tts.speak(TEXT, voice=VOICE)
    with pytest.raises(ConfigurationError) as caught:
        stream.audio(**chosen)
    assert caught.value.option == option
    assert b"".join(stream.audio())


@pytest.mark.parametrize("container", ["wav", "mp3"])
def test_files_have_no_blocks(client: Cartesia, container: str) -> None:
    """Of a finished file, the samples have."""
    fmt = AudioFormat("wav") if container == "wav" else AudioFormat("mp3", None, 44100, 128000)
    stream = client.tts.generate(TEXT, voice=VOICE, output_format=fmt)
    with pytest.raises(ConfigurationError, match="ask for raw audio"):
        stream.audio(frame_ms=20)
    audio = stream.collect()
    if container == "wav":
        raw = client.tts.generate(TEXT, voice=VOICE).collect()
        assert list(audio.blocks(frame_ms=20)) == list(raw.blocks(frame_ms=20))
        assert b"".join(audio.blocks()) == raw.data
    else:
        with pytest.raises(ConfigurationError, match="ask for raw audio"):
            audio.blocks(frame_ms=20)
