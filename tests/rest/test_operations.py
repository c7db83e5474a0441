"""Each operation sends what the document says, from both faces."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import cartesia_stream
from cartesia_stream import (
    AudioFormat,
    ConfigurationError,
    Done,
    File,
    RemoteProtocolError,
    StreamTruncatedError,
    Timing,
)

if TYPE_CHECKING:
    from pathlib import Path

    import respx

    from .conftest import Face

KEY = "sk_car_planted"
VOICE: dict[str, Any] = {
    "id": "v1",
    "name": "Ada",
    "tagline": "",
    "description": "Calm.",
    "language": "en",
    "locales": [{"locale": "en-GB", "is_native": True}],
    "created_at": "2026-08-14T12:00:00+00:00",
    "is_owner": True,
    "access": "private",
    "visibility": "owner",
}
MADE = {name: value for name, value in VOICE.items() if name not in ("locales", "is_owner")} | {
    "user_id": "u1"
}
PAGE = {"data": [VOICE], "has_more": False}

JSON_CALLS: list[tuple[str, str, tuple[Any, ...], dict[str, Any], str, Any, Any]] = [
    ("status.get", "GET", (), {}, "/", None, {"ok": True, "version": "x"}),
    ("access_token.create", "POST", (), {"expires_in": 60}, "/access-token", {"expires_in": 60},
     {"token": "t"}),
    ("accents.list", "GET", (), {}, "/accents", None, {"accents": []}),
    ("voices.list", "GET", (), {"limit": 1, "q": "a b", "is_owner": True,
                                "expand": ["preview_file_url"]},
     "/voices?limit=1&q=a+b&is_owner=true&expand%5B%5D=preview_file_url", None, PAGE),
    ("voices.get", "GET", ("a/b",), {}, "/voices/a%2Fb", None, VOICE),
    ("voices.update", "PATCH", ("v1",), {"name": "Eve", "gender": None}, "/voices/v1",
     {"name": "Eve", "gender": None}, VOICE),
    ("voices.localize", "POST", (), {"voice_id": "v1", "name": "Eve", "accent": "british"},
     "/voices/localize", {"voice_id": "v1", "name": "Eve", "accent": "british"}, MADE),
    ("voices.add_accents", "PATCH", ("v1",), {"accents": ["british"]}, "/voices/v1/accents",
     {"accents": ["british"]}, VOICE),
    ("voices.delete_accent", "DELETE", ("british",), {"id": "v1"}, "/voices/v1/accents/british",
     None, VOICE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "method", "args", "kwargs", "target", "body", "answer"),
    JSON_CALLS,
    ids=[call[0] for call in JSON_CALLS],
)
def test_json_operations(
    face: Face, service: respx.Router, path: str, method: str, args: tuple[Any, ...],
    kwargs: dict[str, Any], target: str, body: Any, answer: Any,
) -> None:  # fmt: skip
    """Method, path, query, body and headers are right, and the answer comes back typed."""
    route = service.route().respond(json=answer)
    result = face.call(path, *args, **kwargs)
    request = route.calls.last.request
    assert request.method == method
    assert request.url.raw_path.decode() == target
    assert (json.loads(request.content) if request.content else None) == body
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.headers["cartesia-version"] == "2026-08-14"
    assert request.headers["user-agent"] == f"cartesia-stream/{cartesia_stream.__version__}"
    assert request.headers["accept"] == "application/json"
    assert result.to_dict() == answer


def test_delete(face: Face, service: respx.Router) -> None:
    """A deletion answers with nothing."""
    service.delete("/voices/v1").respond(204)
    assert face.call("voices.delete", "v1") is None


def test_clone(face: Face, service: respx.Router, tmp_path: Path) -> None:
    """A recording goes up as a form with its name and type, and the fields beside it."""
    clip = tmp_path / "ada.wav"
    clip.write_bytes(b"RIFF...")
    route = service.post("/voices/clone").respond(json=MADE)
    assert face.call("voices.clone", clip=clip, name="Ada", language="en").id == "v1"
    request = route.calls.last.request
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    content = request.read()
    assert b'name="clip"; filename="ada.wav"' in content
    assert b"RIFF..." in content
    assert b'name="name"\r\n\r\nAda\r\n' in content


def test_transcribe(face: Face, service: respx.Router) -> None:
    """A recording is transcribed with its encoding in the query and its options in the form."""
    route = service.post("/stt").respond(json={"type": "transcript", "text": "Hello"})
    result = face.call(
        "stt.transcribe",
        file=File(b"\0\0", "a.raw"),
        model="ink-whisper",
        encoding="pcm_s16le",
        sample_rate=16000,
        timestamp_granularities=["word"],
    )
    assert result.text == "Hello"
    request = route.calls.last.request
    assert dict(request.url.params) == {"encoding": "pcm_s16le", "sample_rate": "16000"}
    assert b'name="timestamp_granularities[]"\r\n\r\nword' in request.read()


def test_paging(face: Face, service: respx.Router) -> None:
    """All pages are walked with the last id as cursor, and no further than has_more."""
    pages = [
        httpx.Response(200, json={"data": [VOICE | {"id": name} for name in ids], "has_more": more})
        for ids, more in ((["a", "b"], True), (["c"], False))
    ]
    route = service.get("/voices").mock(side_effect=pages)
    assert [voice.id for voice in face.call("voices.iter_all", limit=2)] == ["a", "b", "c"]
    queries = [dict(call.request.url.params) for call in route.calls]
    assert queries == [{"limit": "2"}, {"limit": "2", "starting_after": "b"}]


def test_generate(face: Face, service: respx.Router) -> None:
    """Speech over plain HTTP: the body asks, and the audio of the answer is collected."""
    route = service.post("/tts/bytes").respond(
        content=b"ID3", headers={"content-type": "audio/mpeg", "x-request-id": "r1"}
    )
    fmt = AudioFormat("mp3", None, 44100, 128000)
    audio = face.call("tts.generate", "Hi", voice="v1", output_format=fmt, then="collect")
    assert (audio.data, audio.format, audio.request_id) == (b"ID3", fmt, "r1")
    request = route.calls.last.request
    assert request.headers["accept-encoding"] == "identity"
    assert json.loads(request.content) == {
        "model_id": "sonic-latest",
        "transcript": "Hi",
        "voice": "v1",
        "output_format": {"container": "mp3", "bit_rate": 128000, "sample_rate": 44100},
    }


def events(*documents: dict[str, Any]) -> bytes:
    return b"".join(b"data: %b\n\n" % json.dumps(fields).encode() for fields in documents)


CHUNK = {"type": "chunk", "data": b64encode(b"\0\1\2\3").decode(), "done": False}
WORDS = {"type": "timestamps", "word_timestamps": {"words": ["Hi"], "start": [0], "end": [1]}}
DONE = {"type": "done", "done": True}
SSE = {"content-type": "text/event-stream"}


def test_generate_sse(face: Face, service: respx.Router) -> None:
    """Speech over server-sent events: audio and word times are collected."""
    route = service.post("/tts/sse").respond(content=events(CHUNK, WORDS, DONE), headers=SSE)
    audio = face.call("tts.generate_sse", "Hi", voice="v1", add_timestamps=True, then="collect")
    assert (audio.data, audio.words) == (b"\0\1\2\3", (Timing("Hi", 0, 1),))
    assert route.calls.last.request.headers["accept"] == "text/event-stream"
    assert json.loads(route.calls.last.request.content)["add_timestamps"] is True


def test_events_of_a_stream(face: Face, service: respx.Router) -> None:
    """Iterating a stream yields its events, and done is the last."""
    service.post("/tts/sse").respond(content=events(CHUNK, DONE), headers=SSE)
    stream = "__aiter__" if face.name == "asyncio" else "__iter__"
    assert face.call("tts.generate_sse", "Hi", voice="v1", then=stream)[-1] == Done()


def test_a_stream_that_breaks_off(face: Face, service: respx.Router) -> None:
    """A stream without done is an error that says how much came."""
    service.post("/tts/sse").respond(content=events(CHUNK, WORDS), headers=SSE)
    with pytest.raises(StreamTruncatedError) as caught:
        face.call("tts.generate_sse", "Hi", voice="v1", then="collect")
    assert (caught.value.chunks, caught.value.nbytes) == (1, 4)


@pytest.mark.parametrize("call", ["tts.generate", "tts.generate_sse"])
@pytest.mark.parametrize("status", [200, 204])
def test_a_success_that_is_no_speech(
    face: Face, service: respx.Router, call: str, status: int
) -> None:
    """A page of HTML or nothing at all is not taken for audio."""
    service.post().respond(status, html="<p>Welcome</p>")
    with pytest.raises(RemoteProtocolError):
        face.call(call, "Hi", voice="v1", then="collect")


@pytest.mark.parametrize("call", ["voices.list", "accents.list", "status.get"])
@pytest.mark.parametrize("body", ["<p>Welcome</p>", "[]", "{}"])
def test_a_success_of_another_shape(
    face: Face, service: respx.Router, call: str, body: str
) -> None:
    """An answer that is not as documented raises our error, without its content."""
    service.get().respond(200, html=body)
    with pytest.raises(RemoteProtocolError) as caught:
        face.call(call)
    assert "Welcome" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "kwargs"),
    [
        ("tts.generate", {"transcript": "", "voice": "v1"}),
        ("tts.generate_sse", {"transcript": "Hi", "voice": ""}),
        ("tts.generate_sse", {"transcript": "Hi", "voice": "v", "output_format": {"container": 1}}),
        ("tts.generate", {"transcript": "\ud800", "voice": "v1"}),
    ],
)
def test_nothing_is_sent_that_cannot_work(face: Face, call: str, kwargs: dict[str, Any]) -> None:
    """A call that cannot work raises before the network is touched."""
    with pytest.raises(ConfigurationError):
        face.call(call, **kwargs, then="collect")
