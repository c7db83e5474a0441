"""``/v0/audio``: speech over HTTP, transcription, keys and refusals."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import numpy as np
import pytest

from cartesia_emulator.audio.pcm import decode, wav_bytes
from cartesia_emulator.hearing.tone import ToneRecognizer
from cartesia_emulator.v0.requests import FORMATS

TEXT = "One two three. Four five six."


def objects(response: httpx.Response) -> list[Any]:
    """The JSON objects of a stream, whatever is around them."""
    assert response.status_code == 200, response.text
    lines = (line.removeprefix("data:") for line in response.text.splitlines())
    return [json.loads(line) for line in lines if line]


def audio(found: list[Any]) -> bytes:
    return b"".join(base64.b64decode(item["data"]) for item in found if "data" in item)


def sse(v0: Any, transcript: str = TEXT, **changes: Any) -> list[Any]:
    return objects(v0.http.post("/audio/sse", json=v0.body(transcript, **changes)))


def test_the_stream_says_the_text(v0: Any) -> None:
    found = sse(v0)
    assert {item["sampling_rate"] for item in found} == {16000}
    assert v0.bench.heard(audio(found), 16000) == TEXT
    assert [item["length"] for item in found] == [len(audio([item])) // 2 for item in found]
    assert all(isinstance(item["step_time"], int) for item in found)


def test_the_default_stream_is_malformed_and_has_no_end(v0: Any) -> None:
    """Fields of events, but no empty line that would end one, so a parser gives none out."""
    response = v0.http.post("/audio/sse", json=v0.body(TEXT))
    assert response.headers["content-type"] == "text/event-stream"
    assert all(line.startswith("data: {") for line in response.text.splitlines())
    assert all("done" not in item for item in objects(response))


def test_the_stream_can_be_bare_objects(make_v0: Any) -> None:
    v0 = make_v0(v0_events="bare")
    response = v0.http.post("/audio/sse", json=v0.body(TEXT))
    assert all(line.startswith("{") for line in response.text.splitlines())
    assert v0.bench.heard(audio(objects(response)), 16000) == TEXT


def test_the_stream_can_conform(make_v0: Any) -> None:
    v0 = make_v0(v0_events="conforming")
    response = v0.http.post("/audio/sse", json=v0.body(TEXT))
    *events, rest = response.text.split("\n\n")
    assert rest == ""
    assert all(event.startswith("data: {") and "\n" not in event for event in events)
    found = objects(response)
    assert v0.bench.heard(audio(found), 16000) == TEXT
    assert {item["done"] for item in found[:-1]} == {False}
    assert found[-1] == {"done": True}


def test_the_oldest_stream_has_one_format(v0: Any) -> None:
    response = v0.http.post("/audio/stream", json=v0.body(TEXT))
    found = objects(response)
    assert {item["sampling_rate"] for item in found} == {44100}
    assert v0.bench.heard(audio(found), 44100, "pcm_f32le") == TEXT


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_says_the_text(v0: Any, name: str) -> None:
    found = sse(v0, output_format=name)
    (rate,) = {item["sampling_rate"] for item in found}
    kind, _, number = name.partition("_")
    assert rate == int(number or "44100")
    encoding = {"fp32": "pcm_f32le", "pcm": "pcm_s16le", "mulaw": "pcm_mulaw"}[kind]
    assert ToneRecognizer().transcribe(decode(audio(found), encoding), rate).text == TEXT


def test_the_default_format_is_float_at_44100(v0: Any) -> None:
    found = sse(v0, output_format=None)
    assert found[0]["sampling_rate"] == 44100
    assert np.abs(np.frombuffer(audio(found), "<f4")).max() <= 1


@pytest.mark.parametrize(("chunk_time", "samples"), [(None, 1600), (0.1, 1600), (0.5, 8000)])
def test_chunks_last_as_long_as_asked(v0: Any, chunk_time: float, samples: int) -> None:
    found = sse(v0, chunk_time=chunk_time)
    assert {item["length"] for item in found[:-1]} == {samples}
    assert 0 < found[-1]["length"] <= samples


@pytest.mark.parametrize(("duration", "samples"), [(1, 16000), (0.25, 4000), (0, 0)])
def test_speech_is_cut_at_its_longest_duration(v0: Any, duration: float, samples: int) -> None:
    whole, cut = audio(sse(v0)), audio(sse(v0, duration=duration))
    assert cut == whole[: 2 * samples]


@pytest.mark.parametrize("duration", [60, 1e308])
def test_speech_shorter_than_its_longest_duration_is_whole(v0: Any, duration: float) -> None:
    assert audio(sse(v0, duration=duration)) == audio(sse(v0))


def test_any_numbers_are_a_voice(v0: Any) -> None:
    """As the documentation promised; extremes are cut to what can be heard."""
    for voice in ([0.1] * 192, [-1e300] * 192, [1e300, *[0] * 191], None):
        assert v0.bench.heard(audio(sse(v0, voice=voice)), 16000) == TEXT


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        ({"transcript": None}, ["body", "transcript"]),
        ({"voice": [1.0] * 191}, ["body", "voice"]),
        ({"voice": ["x"] * 192}, ["body", "voice", 0]),
        ({"voice": "Milo"}, ["body", "voice"]),
        ({"chunk_time": 0.05}, ["body", "chunk_time"]),
        ({"chunk_time": 0.6}, ["body", "chunk_time"]),
        ({"duration": -1}, ["body", "duration"]),
    ],
)
def test_fields_that_are_wrong_are_named(v0: Any, changes: Any, loc: list[Any]) -> None:
    response = v0.http.post("/audio/sse", json=v0.body() | changes)
    assert response.status_code == 422
    (problem,) = response.json()["detail"]
    assert problem["loc"] == loc
    assert problem.keys() == {"loc", "msg", "type"}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"transcript":"x","voice":[NaN]}']
)
def test_a_body_that_is_no_request_is_refused(v0: Any, content: bytes) -> None:
    response = v0.http.post("/audio/sse", content=content)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"][0] == "body"


def test_a_transcript_must_be_there(v0: Any) -> None:
    response = v0.http.post("/audio/sse", json={})
    (problem,) = response.json()["detail"]
    assert problem["loc"] == ["body", "transcript"]
    assert problem["type"] == "value_error.missing"


@pytest.mark.parametrize(
    ("field", "value"),
    [("transcript", " \n"), ("model_id", "none"), ("output_format", "mp3")],
)
def test_what_cannot_be_spoken_is_refused_in_text(v0: Any, field: str, value: str) -> None:
    response = v0.http.post("/audio/sse", json=v0.body() | {field: value})
    assert response.status_code == 400
    assert response.text.startswith(f"{field}: ")
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("model", ["", "upbeat-moon", "genial-planet-1346"])
def test_models_of_the_alpha_are_known(v0: Any, model: str) -> None:
    assert v0.bench.heard(audio(sse(v0, model_id=model)), 16000) == TEXT


def test_a_recording_is_transcribed(v0: Any) -> None:
    samples = decode(audio(sse(v0)), "pcm_s16le")
    files = {"clip": ("input.wav", wav_bytes(samples, 16000))}
    assert v0.http.post("/audio/transcriptions", files=files).json() == {"text": TEXT}


def test_what_is_no_recording_is_refused(v0: Any) -> None:
    noise = v0.http.post("/audio/transcriptions", files={"clip": ("input.wav", b"x")})
    assert (noise.status_code, noise.text[:5]) == (400, "clip:")
    nothing = v0.http.post("/audio/transcriptions", files={"other": b"x"})
    assert nothing.json()["detail"][0]["loc"] == ["body", "clip"]


def test_the_key_is_the_key_of_the_alpha(v0: Any) -> None:
    """In its header or the query; what newer services take is not known."""
    key = v0.bench.emulator.api_key
    url = f"{v0.bench.emulator.base_url}/v0/voices"
    plain = httpx.Client(verify=False)
    with plain:
        for headers in ({}, {"Authorization": f"Bearer {key}"}, {"X-API-Key": "None"}):
            refused = plain.get(url, headers=headers)
            assert refused.status_code == 401
            assert refused.text.startswith("Invalid API key")
            assert key not in refused.text
        assert plain.get(url, headers={"X-API-Key": key}).status_code == 200
        assert plain.get(url, params={"api_key": key}).status_code == 200
    assert key not in repr(v0.bench.emulator.requests)


def test_unknown_routes_and_methods_are_refused_in_text(v0: Any) -> None:
    unknown = v0.http.get("/nothing")
    assert (unknown.status_code, unknown.text) == (404, "There is no GET /v0/nothing here.")
    wrong = v0.http.delete("/voices")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET")


def test_status_needs_neither_key_nor_version(v0: Any) -> None:
    for path in ("/status", "/v0"):
        answer = httpx.get(f"{v0.bench.emulator.base_url}{path}", verify=False)
        assert answer.json()["ok"] is True


def test_too_many_speeches_at_once_are_refused_in_text(make_v0: Any) -> None:
    v0 = make_v0(concurrency=1, realtime=1)
    with v0.http.stream("POST", "/audio/sse", json=v0.body(TEXT)) as running:
        assert running.status_code == 200
        refused = v0.http.post("/audio/sse", json=v0.body())
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.text.startswith("Too many")
