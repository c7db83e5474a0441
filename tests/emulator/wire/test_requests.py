"""Requests for speech: what is rejected, with the field that is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartesia_emulator.catalog import BIT_RATES, LANGUAGES, RAW_ENCODINGS, SAMPLE_RATES, TTS_MODELS
from cartesia_emulator.errors import ApiError
from cartesia_emulator.wire.requests import (
    LONGEST_TRANSCRIPT,
    Speech,
    WireMessage,
    check_language,
    decode,
    in_range,
)

RAW = {"container": "raw", "encoding": "pcm_s16le", "sample_rate": 24000}
CONTAINERS = ("raw", "wav", "mp3")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def body(**changes: Any) -> dict[str, Any]:
    given = {"model_id": "sonic-3", "transcript": "Hi.", "voice": "v", "output_format": RAW}
    return {name: value for name, value in (given | changes).items() if value is not ...}


def request(**changes: Any) -> Speech:
    return decode(json.dumps(body(**changes)), Speech)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"transcript": ...}, "transcript: this field is required."),
        ({"output_format": {"container": "raw"}}, "output_format.sample_rate: this field is"),
        ({"transcript": 5}, "transcript: expected `str`, got `int`."),
        ({"output_format": RAW | {"sample_rate": "24000"}}, "output_format.sample_rate: expected"),
        ({"voice": {"mode": "id"}}, "voice.id: this field is required."),
        ({"generation_config": {"speed": "fast"}}, "generation_config.speed: expected"),
    ],
)
def test_what_has_not_the_form_of_a_request_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        request(**changes)
    assert caught.value.status == 400
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", b'{"a": "\xff"}', "[" * 5000, '"a"'])
def test_what_is_no_object_is_an_error(text: str | bytes) -> None:
    with pytest.raises(ApiError) as caught:
        decode(text, Speech)
    assert caught.value.status == 400


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from([*body(), "language", "speed", "context_id"]), JSON))
def test_anything_is_a_request_or_an_error_with_a_field(changes: dict[str, Any]) -> None:
    error = None
    try:
        request(**changes).check(CONTAINERS)
    except ApiError as caught:
        error = caught
    if error is not None:
        assert error.status == 400
        assert ": " in error.message or "exclude" in error.message


def test_null_and_unknown_members_are_taken() -> None:
    found = request(language=None, speed=None, aurora=1, voice={"id": "v", "mode": "id"})
    found.check(CONTAINERS)
    assert (found.voice_id, found.spoken_language, found.rate, found.volume) == ("v", "en", 1, 1)
    assert decode('{"context_id": "a", "cancel": true}', WireMessage).cancel is True


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"transcript": "a" * (LONGEST_TRANSCRIPT + 1)}, "transcript: 1000001 characters"),
        ({"context_id": "a" * 257}, "context_id: 257 characters"),
        ({"model_id": "sonic-9"}, "model_id: there is no model 'sonic-9'"),
        ({"model_id": "sonic-english"}, "model_id: 'sonic-english' has been sunsetted"),
        ({"language": "en", "locale": "en-GB"}, "language and locale exclude each other"),
        ({"language": "xx"}, "language: 'xx' is not a supported language"),
        ({"locale": "en-GBR"}, "locale: 'en-GBR' is not"),
        ({"model_id": "sonic-2", "language": "it"}, "language: model 'sonic-2' does not speak"),
        ({"normalization": "on"}, "normalization: 'on' is not"),
        ({"speed": "faster"}, "speed: 'faster' is not one of"),
        ({"generation_config": {"speed": 0.59}}, "generation_config.speed: 0.59 is outside"),
        ({"generation_config": {"volume": 2.1}}, "generation_config.volume: 2.1 is outside"),
        ({"max_buffer_delay_ms": 5001}, "max_buffer_delay_ms: 5001 is outside 0..5000"),
        ({"model_id": "sonic-2", "pronunciation_dict_id": "d"}, "pronunciation_dict_id: needs"),
        ({"output_format": RAW | {"container": "ogg"}}, "output_format.container: 'ogg' is not"),
        ({"output_format": RAW | {"sample_rate": 12000}}, "output_format.sample_rate: 12000"),
        ({"output_format": RAW | {"encoding": "pcm_s8"}}, "output_format.encoding: 'pcm_s8'"),
        ({"output_format": RAW | {"encoding": None}}, "output_format.encoding: container raw"),
        ({"output_format": RAW | {"bit_rate": 64000}}, "output_format.bit_rate: does not belong"),
        ({"output_format": RAW | {"container": "mp3"}}, "output_format.encoding: does not belong"),
        (
            {"output_format": {"container": "mp3", "sample_rate": 24000}},
            "output_format.bit_rate: container mp3 needs it",
        ),
        (
            {"output_format": {"container": "mp3", "sample_rate": 24000, "bit_rate": 1}},
            "output_format.bit_rate: 1 is not one of",
        ),
    ],
)
def test_what_the_service_rejects_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ApiError) as caught:
        request(**changes).check(CONTAINERS)
    assert caught.value.status == 400
    assert caught.value.message.startswith(message)


@given(
    model=st.sampled_from(sorted(TTS_MODELS)),
    encoding=st.sampled_from(RAW_ENCODINGS),
    rate=st.sampled_from(SAMPLE_RATES),
    bits=st.sampled_from([None, *BIT_RATES]),
    speed=st.floats(0.6, 1.5),
)
def test_every_documented_request_is_taken(
    model: str, encoding: str, rate: int, bits: int | None, speed: float
) -> None:
    raw = {"container": "wav", "encoding": encoding, "sample_rate": rate}
    mp3 = {"container": "mp3", "bit_rate": bits, "sample_rate": rate}
    config = {"speed": speed, "volume": 2.0}
    found = request(model_id=model, output_format=mp3 if bits else raw, generation_config=config)
    found.check(CONTAINERS)
    assert found.rate == speed


def test_both_settings_of_speed_count() -> None:
    found = request(speed="fast", generation_config={"speed": 1.2})
    assert found.rate == pytest.approx(1.5)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_language_may_come_with_its_country(language: str) -> None:
    for text in (language, f"{language}-XX", f"{language}_xx"):
        check_language("language", text)
    with pytest.raises(ApiError):
        check_language("language", language.upper())


@pytest.mark.parametrize("value", [None, 0.0, 1.0, 0.5])
def test_ends_of_a_range_belong_to_it(value: float | None) -> None:
    in_range("x", value, 0.0, 1.0)
    with pytest.raises(ApiError):
        in_range("x", float("nan"), 0.0, 1.0)
