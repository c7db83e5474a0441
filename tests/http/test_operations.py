"""Requests for speech over HTTP: their arguments, bodies and decoders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cartesia_runtime.errors import ResponseDecodeError
from cartesia_runtime.files import File, Uploads

from cartesia_stream import AudioFormat, ConfigurationError, RemoteProtocolError
from cartesia_stream._http.operations import (
    Change,
    Infill,
    SpeechRequest,
    bytes_request,
    parsed,
    sse_request,
)
from cartesia_stream._protocol.response import (
    AudioDecoder,
    EventStreamDecoder,
    UntypedEventStreamDecoder,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MP3 = AudioFormat("mp3", None, 44100, 128000)
CLIP = File(b"RIFF", "clip.wav")
VOICE = {"mode": "id", "id": "v1"}


def infill(**changes: Any) -> Infill:
    given: dict[str, Any] = {
        "transcript": "and",
        "voice": "v1",
        "language": "en",
        "model_id": "sonic-3",
        "output_format": MP3,
        "recordings": {"left_audio": CLIP, "right_audio": None},
    }
    return Infill.of(**given | changes)


def form_of(speech: SpeechRequest) -> dict[str, Any]:
    """The parts of a form: the content of each, or its name where it is a file."""
    return {name: part[0] or part[1] for name, part in speech.request.files or []}


def test_speech_as_bytes() -> None:
    speech = bytes_request("Hi", VOICE, {"model_id": "sonic-3", "output_format": MP3}, None)
    request = speech.request
    assert (request.method, request.path) == ("POST", "/tts/bytes")
    assert (speech.decoder, speech.transcript, speech.format) == (AudioDecoder, "Hi", MP3)
    assert speech.model_id == "sonic-3"
    assert request.json is not None
    assert request.json["output_format"] == MP3.to_wire()


@pytest.mark.parametrize("context_id", [None, "c1"])
def test_speech_as_events(context_id: str | None) -> None:
    speech = sse_request("Hi", "v1", {"add_timestamps": True}, context_id, None)
    request = speech.request
    assert (request.path, request.accept) == ("/tts/sse", "text/event-stream")
    assert speech.decoder is EventStreamDecoder
    assert speech.context_id == context_id
    assert request.json is not None
    assert request.json["add_timestamps"] is True
    assert request.json.get("context_id") == context_id


@pytest.mark.parametrize(
    ("events", "path", "decoder"),
    [
        (False, "/voice-changer/bytes", AudioDecoder),
        (True, "/voice-changer/sse", UntypedEventStreamDecoder),
    ],
)
def test_the_voice_changer(*, events: bool, path: str, decoder: type) -> None:
    """Its form has the recording and a field for each part of the format."""
    speech = Change.of(CLIP, VOICE, MP3, events=events).request(Uploads(), None)
    assert (speech.request.path, speech.decoder, speech.format) == (path, decoder, MP3)
    assert speech.model_id is None
    assert form_of(speech) == {
        "clip": "clip.wav",
        "voice[id]": b"v1",
        "output_format[container]": b"mp3",
        "output_format[sample_rate]": b"44100",
        "output_format[bit_rate]": b"128000",
    }


def test_infill_between_recordings() -> None:
    """A recording that is not there has no part in the form."""
    speech = infill().request(Uploads(), None)
    assert (speech.request.path, speech.decoder) == ("/infill/bytes", AudioDecoder)
    form = form_of(speech)
    assert form["left_audio"] == "clip.wav"
    assert "right_audio" not in form
    assert (form["transcript"], form["voice_id"]) == (b"and", b"v1")


@pytest.mark.parametrize(
    ("build", "option"),
    [
        (lambda: bytes_request("", "v1", {}, None), "transcript"),
        (lambda: sse_request("Hi", "", {}, None, None), "voice"),
        (
            lambda: sse_request("Hi", "v1", {"output_format": MP3}, None, None),
            "output_format.container",
        ),
        (lambda: Change.of(CLIP, "", MP3), "voice"),
        (lambda: Change.of(CLIP, "v1", {"container": "flac"}), "output_format"),
        (lambda: infill(recordings={"left_audio": None}), "left_audio"),
        (lambda: infill(transcript=""), "transcript"),
    ],
)
def test_an_argument_that_cannot_work_is_named(build: Callable[[], object], option: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build()
    assert caught.value.option == option


def test_a_malformed_response_is_not_quoted() -> None:
    """The error has the id of the request, and neither the payload nor a cause that quotes it."""

    def parse(response: httpx.Response) -> object:
        raise ResponseDecodeError("voices_get", "expected an object")

    response = httpx.Response(200, text="private", headers={"x-request-id": "r1"})
    with pytest.raises(RemoteProtocolError, match="does not match the OpenAPI") as caught:
        parsed(response, parse)
    assert caught.value.request_id == "r1"
    assert caught.value.__cause__ is None
    assert "private" not in str(caught.value)
    assert parsed(response, lambda response: response.text) == "private"
