"""Requests of v0, decoded and checked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cartesia_emulator.errors import ApiError
from cartesia_emulator.v0.embedding import SIZE
from cartesia_emulator.v0.errors import InvalidError
from cartesia_emulator.v0.requests import FORMATS, SpeechRequest, decode

VOICE = [0.0] * SIZE


def request(**changes: Any) -> SpeechRequest:
    return decode(json.dumps({"transcript": "Hi."} | changes), SpeechRequest)


@pytest.mark.parametrize(
    ("body", "where", "kind"),
    [
        ("{}", ["body", "transcript"], "value_error.missing"),
        ('{"transcript": 5}', ["body", "transcript"], "type_error"),
        ('{"transcript": "", "voice": [0, "x"]}', ["body", "voice"], "type_error"),
        ("[]", ["body"], "type_error"),
        ("{", ["body"], "value_error.jsondecode"),
        (b'{"transcript": "\xff"}', ["body"], "value_error.jsondecode"),
        ('{"x": ' + "[" * 5000, ["body"], "value_error.jsondecode"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_request_is_422_with_its_field(
    body: str | bytes, where: list[str], kind: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        decode(body, SpeechRequest)
    assert caught.value.status == 422
    location = caught.value.detail["loc"]
    assert isinstance(location, list)
    assert location[: len(where)] == where
    if kind != "type_error":
        assert caught.value.detail["type"] == kind


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"chunk_time": 0.05}, 422, "body.chunk_time: 0.05 is outside 0.1..0.5"),
        ({"duration": -1}, 422, "body.duration: -1.0 is outside"),
        ({"voice": VOICE[1:]}, 422, f"body.voice: must be {SIZE} numbers, not {SIZE - 1}"),
        ({"transcript": " \n"}, 400, "transcript: there is nothing to say."),
        ({"model_id": "sun"}, 400, "model_id: there is no model 'sun'."),
        ({"output_format": "mp3"}, 400, "output_format: 'mp3' is not one of fp32, "),
        ({"transcript": "a" * 1_000_001}, 400, "transcript: 1000001 characters"),
    ],
)
def test_what_cannot_be_spoken_is_named(changes: dict[str, Any], status: int, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        request(**changes).check()
    assert caught.value.status == status
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_one_of_today(name: str) -> None:
    made = request(output_format=name, voice=VOICE, duration=5, chunk_time=0.25)
    made.check()
    made.format.check(("raw",))
    kind, _, rate = name.partition("_")
    assert made.format.sample_rate == int(rate or 44100)
    assert made.format.encoding == {"fp32": "pcm_f32le", "pcm": "pcm_s16le"}.get(kind, "pcm_mulaw")
    assert (made.longest_s, made.chunk_ms) == (5.0, 250)
    assert made.as_current_request().output_format is made.format


def test_what_is_left_out_has_its_default() -> None:
    made = request(lookahead=1)  # which is ignored
    made.check()
    assert (made.longest_s, made.chunk_ms, made.shape) == (180.0, None, None)
    assert made.format is FORMATS["fp32_44100"]
    assert made.as_current_request().model_id == "upbeat-moon"
    assert request(duration=1e9).longest_s == 86400.0
