"""Multipart forms: their parts, their boundary and their files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import httpx
import pytest
from cartesia_runtime.files import File
from cartesia_api.api.stt import stt_transcribe
from cartesia_api.models import AccessTokenGrants, TranscribeRequest
from cartesia_runtime.errors import EncodeError
from cartesia_runtime.files import Uploads
from cartesia_runtime.models import UNSET

from .forms import parse_form
from .senders import built

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cartesia_runtime.files import UploadFile
    from cartesia_api.api import AsyncResources, Resources

    from .forms import Part

    Handler = Callable[[httpx.Request], httpx.Response]
    Serve = Callable[[Handler], Resources]
    AServe = Callable[[Handler], AsyncResources]

TRANSCRIPT = {"type": "transcript", "text": "Hello"}


class Server:
    """Remembers the last form it was sent."""

    def __init__(self) -> None:
        self.boundaries: list[str] = []
        self.parts: list[Part] = []
        self.query = httpx.QueryParams()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return self.take(request, request.read())

    def take(self, request: httpx.Request, body: bytes) -> httpx.Response:
        kind = request.headers["content-type"]
        self.boundaries.append(kind.partition("boundary=")[2])
        self.query = request.url.params
        self.parts = parse_form(kind, body)
        return httpx.Response(200, json=TRANSCRIPT)


def test_boundary_is_random(serve: Serve) -> None:
    server = Server()
    for _ in range(2):
        serve(server).stt.transcribe(file=b"x", model="ink-whisper")
    assert len(set(server.boundaries)) == 2
    assert all(len(boundary) >= 32 for boundary in server.boundaries)


def test_content_cannot_add_fields(serve: Serve) -> None:
    """Neither a guessed boundary in the file nor line breaks in names make another part."""
    server = Server()
    attack = b'\r\n--+++\r\nContent-Disposition: form-data; name="language"\r\n\r\nde\r\n--+++--'
    name = 'a"\r\nContent-Type: text/html\r\n\r\nx.wav'
    serve(server).stt.transcribe(file=File(attack, name), model="ink\r\n--+++\r\nwhisper")
    assert [part[0] for part in server.parts] == ["file", "model"]
    assert server.parts[0][2] == attack


def test_fields_and_query(serve: Serve) -> None:
    """What is not given is not sent; a list repeats its name."""
    server = Server()
    serve(server).stt.transcribe(
        file=b"abc",
        model="ink-whisper",
        timestamp_granularities=["word", "word"],
        encoding="pcm_s16le",
        sample_rate=16000,
    )
    assert server.parts == [
        ("file", "upload", b"abc"),
        ("model", None, b"ink-whisper"),
        ("timestamp_granularities[]", None, b"word"),
        ("timestamp_granularities[]", None, b"word"),
    ]
    assert str(server.query) == "encoding=pcm_s16le&sample_rate=16000"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.wav"
    path.write_bytes(b"RIFF....")
    return path


UPLOADS: list[tuple[str, Callable[[Path], UploadFile], str]] = [
    ("path", lambda path: path, "clip.wav"),
    ("text of a path", str, "clip.wav"),
    ("bytes", lambda path: path.read_bytes(), "upload"),
    ("stream", lambda path: io.BytesIO(path.read_bytes()), "upload"),
    ("file", lambda path: File(path.read_bytes(), "own.mp3", "audio/mpeg"), "own.mp3"),
    ("unnamed file", lambda path: File(path.read_bytes(), ""), "upload"),
]


@pytest.mark.parametrize(("kind", "make", "name"), UPLOADS)
def test_every_kind_of_upload(
    serve: Serve, clip: Path, kind: str, make: Callable[[Path], UploadFile], name: str
) -> None:
    """Each sends its bytes with a file name, which servers need to take it for a file."""
    server = Server()
    serve(server).stt.transcribe(file=make(clip), model="m")
    assert server.parts[0] == ("file", name, b"RIFF....")


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "make", "name"), UPLOADS)
async def test_every_kind_of_upload_async(
    aserve: AServe, clip: Path, kind: str, make: Callable[[Path], UploadFile], name: str
) -> None:
    server = Server()

    def handler(request: httpx.Request) -> httpx.Response:
        return server.take(request, request.content)  # MockTransport has read it

    await aserve(handler).stt.transcribe(file=make(clip), model="m")
    assert server.parts[0] == ("file", name, b"RIFF....")


def test_open_file_stays_open(serve: Serve, clip: Path) -> None:
    """A file that the caller opened is the caller's to close."""
    server = Server()
    with clip.open("rb") as file:
        serve(server).stt.transcribe(file=file, model="m")
        assert not file.closed
    assert server.parts[0] == ("file", "clip.wav", b"RIFF....")


def test_upload_can_be_sent_again(clip: Path) -> None:
    """A second attempt starts at the beginning of the file, with a boundary of its own."""
    with Uploads() as uploads, httpx.Client(base_url="https://example.com") as http:
        body = TranscribeRequest(file=uploads.file(clip), model="m")
        request = stt_transcribe.build_request(body=body)
        first, second = (built(http, request).read() for _ in range(2))
        assert request.replayable
    assert not request.replayable
    assert first != second
    assert first.count(b"RIFF....") == second.count(b"RIFF....") == 1


def test_missing_file_sends_nothing(serve: Serve, tmp_path: Path) -> None:
    resources = serve(lambda request: pytest.fail("nothing may be sent"))
    with pytest.raises(FileNotFoundError):
        resources.voices.clone(clip=tmp_path / "none.wav", name="A", language="en")
    with pytest.raises(OSError, match="none"):
        resources.voices.clone(clip=str(tmp_path / "none"), name="A", language="en")


@pytest.mark.anyio
async def test_missing_file_sends_nothing_async(aserve: AServe, tmp_path: Path) -> None:
    resources = aserve(lambda request: pytest.fail("nothing may be sent"))
    with pytest.raises(FileNotFoundError):
        await resources.voices.clone(clip=tmp_path / "none.wav", name="A", language="en")


@pytest.mark.parametrize("wrong", [5, None, UNSET, ["a"]])
def test_other_uploads_are_refused(serve: Serve, wrong: UploadFile) -> None:
    resources = serve(lambda request: pytest.fail("nothing may be sent"))
    with pytest.raises(EncodeError, match="expected a path, bytes or an open file"):
        resources.stt.transcribe(file=wrong, model="m")


def test_text_files_are_refused(serve: Serve, clip: Path) -> None:
    resources = serve(lambda request: pytest.fail("nothing may be sent"))
    with clip.open() as file, pytest.raises(TypeError):
        resources.stt.transcribe(file=file, model="m")  # type: ignore[arg-type]  # the point
