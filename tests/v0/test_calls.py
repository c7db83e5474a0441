"""Arguments and results of v0, as package 0.0.6 took and gave them."""

from __future__ import annotations

import json
import math
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from cartesia_api_v0.models.voice import Voice
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import (
    AudioChunk,
    AudioFormat,
    Cancelled,
    ConfigurationError,
    Done,
    RemoteProtocolError,
    StreamTruncatedError,
)
from cartesia_stream.v0._calls import (
    EMBEDDING_SIZE,
    Outputs,
    audio_format,
    by_name,
    check_inputs,
    check_one_source,
    convert_response,
    embedding_of,
    metadata,
    name_of_audio,
    speech_body,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VOICE = [0.5] * EMBEDDING_SIZE
NO_NUMBERS = [math.nan, math.inf, -math.inf, 10**400, "0.2", True, [0.2]]


def short(value: object) -> str:
    return repr(value)[:12]


# --- arguments


@pytest.mark.parametrize(
    ("transcript", "duration", "chunk_time", "option"),
    [
        ("Hi.", None, 0.09, "chunk_time"),
        ("Hi.", None, 0.51, "chunk_time"),
        ("Hi.", 0, None, "duration"),
        ("Hi.", -1.0, None, "duration"),
        ("Hi.", 0.2, 0.2, "duration"),
        ("", None, None, "transcript"),
        (" \n", None, None, "transcript"),
        ("", 0, 0.6, "chunk_time"),  # the first of several
        ("", 0, 0.1, "duration"),
    ],
)
def test_what_package_0_0_6_refused(
    transcript: str, duration: float | None, chunk_time: float | None, option: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"`{option}` must be") as caught:
        check_inputs(transcript, duration, chunk_time)
    assert caught.value.option == option


@pytest.mark.parametrize("value", NO_NUMBERS, ids=short)
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="`chunk_time`"):
        check_inputs("Hi.", None, value)
    with pytest.raises(ConfigurationError, match="`duration`"):
        check_inputs("Hi.", value, None)
    with pytest.raises(ConfigurationError, match="`voice` must have finite numbers only"):
        body(voice=[*VOICE[1:], value])


@given(st.none() | st.floats(0.1, 0.5), st.none() | st.floats(0.51, 1e6) | st.integers(1))
def test_what_package_0_0_6_took(chunk_time: float | None, duration: float | None) -> None:
    check_inputs("Hi.", duration if duration is None or duration < 1e300 else 1, chunk_time)


def test_a_transcript_of_another_type_is_an_attribute_error_as_before() -> None:
    with pytest.raises(AttributeError, match="'int' object has no attribute 'strip'") as caught:
        check_inputs(5, None, None)  # type: ignore[arg-type]  # to see it fail
    assert isinstance(caught.value, ConfigurationError)


def body(**changes: Any) -> dict[str, object]:
    given: dict[str, Any] = {
        "transcript": "Hi.",
        "voice": None,
        "model_id": "",
        "duration": None,
        "chunk_time": None,
        "output_format": None,
    }
    return speech_body(**given | changes)


def test_what_the_service_should_choose_is_left_out() -> None:
    assert body(output_format="") == {"transcript": "Hi.", "voice": None}
    everything = {
        "transcript": "Hi.",
        "voice": VOICE,
        "model_id": "upbeat-moon",
        "duration": 5,
        "chunk_time": 0.1,
        "output_format": "pcm",
    }
    assert body(**everything) == everything


@pytest.mark.parametrize(
    ("voice", "message"),
    [
        ("Milo", "must be an embedding, a list of numbers, not str"),
        ({"embedding": VOICE}, "must be an embedding, a list of numbers, not dict"),
        (VOICE[1:], "must have 192 numbers, not 191"),
        ([None] * EMBEDDING_SIZE, "must have finite numbers only"),
    ],
    ids=short,
)
def test_a_voice_that_is_no_embedding(voice: object, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        body(voice=voice)
    assert caught.value.option == "voice"


@pytest.mark.parametrize("sources", [("", None, ""), ("a", "b", None), ("a", "b", "c")])
def test_an_embedding_has_one_source(sources: Sequence[str | None]) -> None:
    for turn in range(3):
        with pytest.raises(ConfigurationError, match="Exactly one of"):
            check_one_source(*sources[turn:], *sources[:turn])
    for one in (("a", None, ""), (None, "a", None), ("", "", "a")):
        check_one_source(*one)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (b"RIFF\0\0\0\0WAVE", "input.wav", "audio/wav"),
        (b"ID3\4", "input.mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "input.mp3", "audio/mpeg"),
        (b"OggS", "input.ogg", "audio/ogg"),
        (b"fLaC", "input.flac", "audio/flac"),
        (b"\x1aE\xdf\xa3", "input.webm", "audio/webm"),
        (b"\0\0\0\x20ftypM4A ", "input.m4a", "audio/mp4"),
        (b"", "input", "application/octet-stream"),
        (b"hello", "input", "application/octet-stream"),
    ],
)
def test_a_recording_is_named_by_its_first_bytes(head: bytes, name: str, kind: str) -> None:
    assert name_of_audio(head) == (name, kind)


# --- results


@given(st.lists(NUMBERS, max_size=5))
def test_an_embedding_may_be_a_string(numbers: list[float]) -> None:
    assert embedding_of(numbers) is numbers
    assert embedding_of(json.dumps(numbers)) == numbers


@pytest.mark.parametrize("text", ["", "[", '["1"]', "{}", "null", "[NaN]", "[" * 5000], ids=short)
def test_an_embedding_that_is_none_is_a_broken_contract(text: str) -> None:
    with pytest.raises(RemoteProtocolError, match="a JSON array of numbers"):
        embedding_of(text)


def test_a_voice_is_a_dictionary_with_its_embedding_as_numbers() -> None:
    voice = Voice(id="1", name="Milo", embedding="[1, 0.5]")
    assert metadata(voice) == {"id": "1", "name": "Milo", "embedding": [1.0, 0.5]}
    assert metadata(Voice(id="1", name="Milo")) == {"id": "1", "name": "Milo"}


def test_the_last_of_several_voices_has_their_name() -> None:
    voices = [metadata(Voice(id=str(at), name=name)) for at, name in enumerate(["a", "b", "a"])]
    assert {name: voice["id"] for name, voice in by_name(voices).items()} == {"a": "2", "b": "1"}


@pytest.mark.parametrize(
    ("name", "encoding", "rate"),
    [
        ("fp32", "pcm_f32le", 44100),
        ("fp32_16000", "pcm_f32le", 16000),
        ("pcm", "pcm_s16le", 44100),
        ("pcm_22050", "pcm_s16le", 22050),
        ("mulaw_8000", "pcm_mulaw", 8000),
        # what the service does not know either
        *((name, "pcm_f32le", 44100) for name in ("", "mp3_44100", "pcm_7", "pcm_x", "pcm_-8000")),
        (None, "pcm_f32le", 44100),
    ],
)
def test_formats_are_strings(name: object, encoding: Any, rate: int) -> None:
    assert audio_format(name) == AudioFormat("raw", encoding, rate)


def spoken(data: bytes, rate: object = 8000) -> AudioChunk:
    return AudioChunk(data=data, extra={"sampling_rate": rate})


def test_a_chunk_becomes_an_output() -> None:
    outputs = Outputs({"output_format": "pcm_16000"}, "c")
    assert outputs.take(Done()) is None
    assert outputs.whole(b"") == {"audio": b"", "sampling_rate": 16000, "context_id": "c"}
    expected = {"audio": b"12", "sampling_rate": 8000, "context_id": "c"}
    assert outputs.take(spoken(b"12")) == expected
    assert outputs.whole(b"12") == expected  # with the rate that it had
    assert Outputs({}).take(spoken(b"12")) == {"audio": b"12", "sampling_rate": 8000}


@pytest.mark.parametrize("rate", [None, 0, -8000, 8000.0, "8000", True])
def test_a_chunk_without_a_rate_is_a_broken_contract(rate: object) -> None:
    with pytest.raises(RemoteProtocolError, match="malformed sampling_rate"):
        Outputs({}).take(spoken(b"12", rate))


def test_a_rate_does_not_change() -> None:
    outputs = Outputs({})
    outputs.take(spoken(b"12", 8000))
    outputs.take(spoken(b"12", 8000))
    with pytest.raises(RemoteProtocolError, match="changed from 8000 to 16000 Hz"):
        outputs.take(spoken(b"12", 16000))


def test_a_generation_that_was_stopped_says_how_far_it_came() -> None:
    outputs = Outputs({})
    outputs.take(spoken(b"12"))
    outputs.take(spoken(b"3456"))
    with pytest.raises(StreamTruncatedError, match="after 2 chunks and 6 bytes") as caught:
        outputs.take(Cancelled())
    assert (caught.value.chunks, caught.value.nbytes) == (2, 6)


@given(st.binary(max_size=40))
def test_an_object_of_the_service_becomes_an_output(data: bytes) -> None:
    response = {"data": b64encode(data).decode(), "sampling_rate": 8000, "context_id": "c"}
    expected = {"audio": data, "sampling_rate": 8000}
    assert convert_response(response, include_context_id=False) == expected
    assert convert_response(response, include_context_id=True) == {**expected, "context_id": "c"}


@pytest.mark.parametrize(
    "response",
    [
        {},
        {"data": "AAAA"},
        {"sampling_rate": 8000},
        {"data": "AAAA", "sampling_rate": "8000"},
        {"data": "AAAA", "sampling_rate": True},
        {"data": "A", "sampling_rate": 8000},
        {"data": "AA*AA", "sampling_rate": 8000},
        {"data": b"AAAA", "sampling_rate": 8000},
        {"data": "é", "sampling_rate": 8000},
    ],
    ids=short,
)
def test_an_object_without_audio_is_a_broken_contract(response: dict[str, object]) -> None:
    with pytest.raises(RemoteProtocolError, match="missing or malformed data"):
        convert_response(response, include_context_id=False)
