"""Options in, wire fields out: what cannot work is refused before a byte is sent."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cartesia_stream import (
    PCM_16K,
    PCM_24K,
    AudioFormat,
    ConfigurationError,
    ContextOptions,
)
from cartesia_stream._http.operations import SpeechRequest, bytes_request, sse_request
from cartesia_stream._protocol.fields import check_transcript, speech_fields
from cartesia_stream._protocol.response import AudioDecoder, EventStreamDecoder

MP3 = AudioFormat("mp3", None, 44100, 128000)


def test_defaults() -> None:
    """A voice is all that must be given; the rest is the newest model and raw 24 kHz samples."""
    fields, fmt = speech_fields("v", {}, "context")
    assert fmt == PCM_24K
    assert fields == {
        "model_id": "sonic-latest",
        "voice": "v",
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000},
    }


def test_options_are_sent_as_given() -> None:
    """Every option is a field; one that is None is left out, and so is a None inside."""
    options: Any = {
        "model_id": "m",
        "output_format": PCM_16K.to_wire(),
        "language": None,
        "locale": "en-GB",
        "add_timestamps": False,
        "max_buffer_delay_ms": 0,
        "generation_config": {"speed": 0.6, "volume": None, "emotion": "calm"},
    }
    fields, fmt = speech_fields({"id": "v", "mode": "id"}, options, "context")
    assert fmt == PCM_16K
    assert fields == {
        "model_id": "m",
        "voice": {"id": "v", "mode": "id"},
        "output_format": PCM_16K.to_wire(),
        "locale": "en-GB",
        "add_timestamps": False,
        "max_buffer_delay_ms": 0,
        "generation_config": {"speed": 0.6, "emotion": "calm"},
    }


BAD_NUMBERS = [math.nan, math.inf, -math.inf, True, "1", []]


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"language": "en", "locale": "en-GB"}, "locale"),
        ({"output_format": MP3}, "output_format.container"),
        ({"output_format": AudioFormat("wav")}, "output_format.container"),
        ({"output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 1}},
         "output_format.sample_rate"),
        ({"output_format": None}, "output_format"),
        ({"generation_config": "fast"}, "generation_config"),
        *(({"max_buffer_delay_ms": value}, "max_buffer_delay_ms")
          for value in (*BAD_NUMBERS, -1, 5001, 10.5)),
        *(({"generation_config": {"speed": value}}, "generation_config.speed")
          for value in (*BAD_NUMBERS, 0.59, 1.51, 0)),
        *(({"generation_config": {"volume": value}}, "generation_config.volume")
          for value in (*BAD_NUMBERS, 0.49, 2.01)),
    ],
)  # fmt: skip
def test_impossible_options(options: Any, option: str) -> None:
    """An option out of range, of a wrong kind or against another is refused by its name."""
    with pytest.raises(ConfigurationError) as caught:
        speech_fields("v", options, "context")
    assert caught.value.option == option


@pytest.mark.parametrize(
    "options",
    [
        {"max_buffer_delay_ms": 5000},
        {"generation_config": {"speed": 1.5, "volume": 2}},
        {"generation_config": {"speed": 0.6, "volume": 0.5}},
        {"generation_config": {}},
    ],
)
def test_bounds_are_included(options: ContextOptions) -> None:
    """The ends of a range are in it."""
    assert speech_fields("v", options, "context")[0]["voice"] == "v"


@pytest.mark.parametrize("voice", ["", "  ", None, 5, {}, {"id": ""}, {"id": 5}, ["v"]])
def test_missing_voices(voice: Any) -> None:
    """Speech needs a voice id, alone or as the wire writes it."""
    with pytest.raises(ConfigurationError) as caught:
        speech_fields(voice, {}, "context")
    assert caught.value.option == "voice"


@pytest.mark.parametrize("text", ["", " ", "\n\t", None, 5, b"Hello", ["Hello"]])
def test_missing_transcripts(text: Any) -> None:
    """An utterance needs a text, and a text is a string."""
    with pytest.raises(ConfigurationError) as caught:
        check_transcript(text)
    assert caught.value.option == "transcript"


@pytest.mark.parametrize("text", ["Hello", " Hello ", "...", "\u3053"])
def test_transcripts_are_sent_verbatim(text: str) -> None:
    """Nothing is trimmed or changed."""
    assert check_transcript(text) == text


def test_bytes_requests_take_every_container() -> None:
    """Only the plain HTTP call can ask for mp3 and wav."""
    request = bytes_request("Hi", "v", {"output_format": MP3}, None)
    assert isinstance(request, SpeechRequest)
    assert (request.decoder, request.format, request.transcript) == (AudioDecoder, MP3, "Hi")
    assert (request.request.method, request.request.path) == ("POST", "/tts/bytes")
    assert request.request.is_idempotent is False


def test_sse_requests_carry_their_context() -> None:
    """A context id goes along if one was given."""
    request = sse_request("Hi", "v", {"add_timestamps": True}, "c", None)
    assert request.decoder is EventStreamDecoder
    assert (request.request.method, request.request.path) == ("POST", "/tts/sse")
    body = request.request.json
    assert body is not None
    assert (body["context_id"], body["add_timestamps"]) == ("c", True)
    body = sse_request("Hi", "v", {}, None, None).request.json
    assert body is not None
    assert "context_id" not in body
