"""Bodies of any size: uploads and downloads in flat memory, with progress, never half a file."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import (
    APIConnectionError,
    AsyncCartesia,
    AsyncDownload,
    ConfigurationError,
    Download,
    LocalStateError,
    NotFoundError,
    RemoteProtocolError,
    StreamTruncatedError,
)

from ..scenarios.peer import Conversation, Peer
from .conftest import each, settle, within
from .loopback import MIB

if TYPE_CHECKING:
    from pathlib import Path

    import respx

    from .conftest import Face
    from .loopback import Loopback

MEMORY = """
import asyncio, resource, sys
from cartesia_stream import AsyncCartesia, Cartesia

face, what, url, path = sys.argv[1:]
seen = []


def told(now, total=None):
    seen[:] = [now, total]


def blocking():
    with Cartesia("k", base_url=url) as client:
        client.status.get()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if what == "upload":
            client.stt.transcribe(file=path, model="m", options={"progress": told})
        elif what == "speech":
            client.tts.generate("Hi", voice="v").save(path, progress=told)
        else:
            with client.agents.calls.download_audio("c") as download:
                download.save(path, progress=told)
        return before


async def asyncio_():
    async with AsyncCartesia("k", base_url=url) as client:
        await client.status.get()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if what == "upload":
            await client.stt.transcribe(file=path, model="m", options={"progress": told})
        elif what == "speech":
            await client.tts.generate("Hi", voice="v").save(path, progress=told)
        else:
            async with client.agents.calls.download_audio("c") as download:
                await download.save(path, progress=told)
        return before


before = blocking() if face == "blocking" else asyncio.run(asyncio_())
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
unit = 1 if sys.platform == "darwin" else 1024
print((after - before) * unit, *seen)
"""


def grown(face: Face, what: str, loopback: Loopback, path: Path) -> tuple[int, list[str]]:
    """Bytes of memory that it took, and the last progress."""
    run = subprocess.run(
        [sys.executable, "-c", MEMORY, face.name, what, loopback.url, str(path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    growth, *seen = run.stdout.split()
    return int(growth), seen


@pytest.mark.slow  # it is huge
@pytest.mark.timeout(180)
def test_a_huge_upload_takes_no_memory(face: Face, loopback: Loopback, tmp_path: Path) -> None:
    """500 MB go up from the disk in flat memory, and progress ends with all of them."""
    path = tmp_path / "huge.wav"
    with path.open("wb") as file:
        file.truncate(500 * MIB)
    growth, (sent, total) = grown(face, "upload", loopback, path)
    assert growth < 30 * MIB
    assert int(sent) == int(total) == loopback.swallowed > 500 * MIB


@pytest.mark.slow  # it is huge
@pytest.mark.timeout(180)
@pytest.mark.parametrize("what", ["download", "speech"])
def test_a_huge_download_takes_no_memory(
    face: Face, loopback: Loopback, tmp_path: Path, what: str
) -> None:
    """A long generation or a recording is written to disk in flat memory."""
    loopback.size = 300 * MIB
    path = tmp_path / "long.wav"
    growth, (received, _) = grown(face, what, loopback, path)
    assert growth < 30 * MIB
    assert int(received) == loopback.size
    assert path.stat().st_size == loopback.size + (44 if what == "speech" else 0)
    path.unlink()


def test_progress_of_an_upload(face: Face, loopback: Loopback, tmp_path: Path) -> None:
    """Progress grows to the size of the body, whatever kind the upload is."""
    path = tmp_path / "clip.wav"
    path.write_bytes(bytes(300_000))

    async def story(client: Any) -> None:
        told: list[tuple[int, int | None]] = []
        with path.open("rb") as file:
            for upload in (path, path.read_bytes(), file):
                told.clear()
                await settle(
                    client.stt.transcribe(
                        file=upload, model="m", options={"progress": lambda *now: told.append(now)}
                    )
                )
                assert told == sorted(told)
                assert told[-1] == (loopback.swallowed, loopback.swallowed)
                assert len(told) > 3

    face.drive(story, base_url=loopback.url)


def test_progress_may_end_an_upload(face: Face, loopback: Loopback) -> None:
    """What progress raises ends the call, and the client goes on with the next."""

    def progress(sent: int, total: int | None) -> None:
        raise RuntimeError("enough")

    async def story(client: Any) -> None:
        with pytest.raises(RuntimeError, match="enough"):
            await settle(
                client.stt.transcribe(file=bytes(9999), model="m", options={"progress": progress})
            )
        assert (await settle(client.status.get())).ok

    face.drive(story, base_url=loopback.url)


def test_a_download(face: Face, loopback: Loopback, tmp_path: Path) -> None:
    """A download knows its type, size and id, and is read in pieces, whole or into a file."""

    async def story(client: Any) -> None:
        calls = client.agents.calls
        async with within(calls.download_audio("c1")) as download:
            assert isinstance(download, AsyncDownload if face.name == "asyncio" else Download)
            known = (download.content_type, download.size, download.request_id)
            assert known == ("audio/wav", MIB, "r1")
            assert sum([len(piece) async for piece in each(download)]) == MIB
            assert await settle(download.read()) == b""
        async with within(calls.download_audio("c1")) as download:
            assert await settle(download.read()) == bytes(MIB)
        told: list[tuple[int, int | None]] = []
        async with within(calls.download_audio("c1")) as download:
            path = tmp_path / "call.wav"
            saved = await settle(download.save(path, progress=lambda *now: told.append(now)))
            assert saved == path
        assert path.stat().st_size == MIB
        assert told[-1] == (MIB, MIB)
        with pytest.raises(LocalStateError):
            await settle(download.read())

    face.drive(story, base_url=loopback.url)


def test_a_download_that_breaks_off_leaves_no_file(
    face: Face, loopback: Loopback, tmp_path: Path
) -> None:
    """The error is ours, inside of the block as well, and what was there before stays."""
    loopback.cut_after = MIB // 2
    path = tmp_path / "call.wav"
    path.write_bytes(b"before")

    async def story(client: Any) -> None:
        async with within(client.agents.calls.download_audio("c1")) as download:
            with pytest.raises(StreamTruncatedError):
                await settle(download.save(path))
        with pytest.raises(APIConnectionError):
            await settle(client.tts.generate("Hi", voice="v").save(tmp_path / "hi.wav"))

    face.drive(story, base_url=loopback.url)
    assert [entry.name for entry in tmp_path.iterdir()] == ["call.wav"]
    assert path.read_bytes() == b"before"


def test_progress_may_end_a_download(face: Face, loopback: Loopback, tmp_path: Path) -> None:
    """An exception of the callback leaves nothing behind."""

    def progress(*now: object) -> None:
        raise RuntimeError("enough")

    async def story(client: Any) -> None:
        with pytest.raises(RuntimeError, match="enough"):
            async with within(client.agents.calls.download_audio("c1")) as download:
                await settle(download.save(tmp_path / "a.wav", progress=progress))
        stream = client.tts.generate("Hi", voice="v")
        with pytest.raises(RuntimeError, match="enough"):
            await settle(stream.save(tmp_path / "b.wav", progress=progress))
        await settle(stream.aclose() if face.name == "asyncio" else stream.close())

    face.drive(story, base_url=loopback.url)
    assert list(tmp_path.iterdir()) == []


def test_cancellation_leaves_no_file(loopback: Loopback, tmp_path: Path) -> None:
    """A task that is cancelled while it saves leaves nothing behind."""
    loopback.size = 200 * MIB

    async def main() -> None:
        async with AsyncCartesia("k", base_url=loopback.url) as client:
            started = asyncio.Event()

            async def save() -> None:
                async with client.agents.calls.download_audio("c1") as download:
                    await download.save(tmp_path / "a.wav", progress=lambda *now: started.set())

            task = asyncio.create_task(save())
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


def test_errors_of_downloads(face: Face, service: respx.Router) -> None:
    """A refused download raises before its block runs."""
    service.get("/agents/calls/c1/audio").respond(404, json={"message": "No"})

    async def story(client: Any) -> None:
        with pytest.raises(NotFoundError):
            async with within(client.agents.calls.download_audio("c1")):
                pytest.fail("the block must not run")

    face.drive(story)


def test_a_download_that_cannot_be_decoded(face: Face, loopback: Loopback) -> None:
    """What the HTTP library raises while a body is read comes as our error."""
    loopback.encoding = "gzip"

    async def story(client: Any) -> None:
        async with within(client.agents.calls.download_audio("c1")) as download:
            assert download.size is None
            with pytest.raises(RemoteProtocolError):
                await settle(download.read())

    face.drive(story, base_url=loopback.url)


def test_an_upload_that_is_not_there(face: Face, tmp_path: Path) -> None:
    """Nothing is sent if a recording cannot be opened."""

    async def story(client: Any) -> None:
        missing = tmp_path / "none.wav"
        with pytest.raises(FileNotFoundError):
            await settle(client.voice_changer.generate(missing, voice="v").collect())
        with pytest.raises(FileNotFoundError):
            await settle(
                client.tts.infill("Hi", voice="v", language="en", left_audio=missing).collect()
            )

    face.drive(story, base_url="http://127.0.0.1:9")


def test_end_of_the_connection_is_no_end_of_a_download(face: Face, tmp_path: Path) -> None:
    """A file whose length nobody told may be cut anywhere: nothing of it is left."""

    def script(peer: Conversation) -> None:
        peer.read_call()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\n\r\nRIFF")

    async def story(client: Any) -> None:
        async with within(client.agents.calls.download_audio("c1")) as download:
            with pytest.raises(StreamTruncatedError):
                await settle(download.save(tmp_path / "x.wav"))

    with Peer(script) as peer:
        face.drive(story, base_url=peer.base_url)
    assert list(tmp_path.iterdir()) == []


def halting(peer: Conversation) -> None:
    """A file with a pause in the middle."""
    peer.read_call()
    peer.stream("audio/wav")
    peer.piece(b"RIFF")
    peer.pause(0.3)
    peer.piece(b"rest")
    peer.piece(b"")


def test_a_cancelled_read_of_a_download_loses_nothing() -> None:
    """The next one goes on with the piece that was waited for."""

    async def main() -> None:
        async with (
            AsyncCartesia("key", base_url=peer.base_url) as client,
            client.agents.calls.download_audio("c1") as download,
        ):
            pieces = aiter(download)
            assert await anext(pieces) == b"RIFF"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(pieces), 0.05)
            assert [piece async for piece in pieces] == [b"rest"]

    with Peer(halting) as peer:
        asyncio.run(main())


@pytest.mark.parametrize("how", ["read", "save"])
def test_rest_of_a_download_is_not_taken_for_the_whole(tmp_path: Path, how: str) -> None:
    """After a cancelled `read` or `save`, which had the start, everything raises."""

    async def main() -> None:
        async with (
            AsyncCartesia("key", base_url=peer.base_url) as client,
            client.agents.calls.download_audio("c1") as download,
        ):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(
                    download.read() if how == "read" else download.save(tmp_path / "x"), 0.15
                )
            with pytest.raises(LocalStateError):
                await download.read()
            with pytest.raises(LocalStateError):
                await download.save(tmp_path / "x")

    with Peer(halting) as peer:
        asyncio.run(main())
    assert list(tmp_path.iterdir()) == []


HEAD = b"RIFF%bWAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data%b"
OPEN_WAV = HEAD % (b"\xff" * 4, b"\xff" * 4) + b"\1\2" * 50
TRUE_WAV = HEAD % ((136).to_bytes(4, "little"), (100).to_bytes(4, "little")) + b"\1\2" * 50


def streamed(peer: Conversation, kind: str) -> None:
    """A file in small pieces, whose length was not known when it began."""
    peer.read_call()
    peer.stream(kind)
    for at in range(0, len(OPEN_WAV), 10):
        peer.piece(OPEN_WAV[at : at + 10])
    peer.send(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("kind", "kept"),
    [("audio/wav", TRUE_WAV), ("audio/x-wav", TRUE_WAV), ("application/octet-stream", OPEN_WAV)],
)
def test_a_recording_that_is_kept_states_its_length(
    face: Face, kind: str, kept: bytes, tmp_path: Path
) -> None:
    """Read or saved, to a path or an open file; iterated over, and any other file, it stays."""

    async def story(client: Any) -> None:
        calls = client.agents.calls
        async with within(calls.download_audio("c")) as download:
            assert await settle(download.read()) == kept
        async with within(calls.download_audio("c")) as download:
            assert await settle(download.save(tmp_path / "a.wav")) == tmp_path / "a.wav"
        assert (tmp_path / "a.wav").read_bytes() == kept
        memory = io.BytesIO(b"front")
        memory.seek(0, io.SEEK_END)
        async with within(calls.download_audio("c")) as download:
            assert await settle(download.save(memory)) is None
        assert memory.getvalue() == b"front" + kept
        async with within(calls.download_audio("c")) as download:
            assert b"".join([piece async for piece in each(download)]) == OPEN_WAV

    with Peer(*[lambda peer: streamed(peer, kind)] * 4) as peer:
        face.drive(story, base_url=peer.base_url)


@pytest.mark.parametrize("target", [None, 3, b"a", io.StringIO(), "", "nowhere/a.wav", "."])
def test_what_a_download_cannot_be_saved_to(
    face: Face, loopback: Loopback, target: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is one typed error, whatever is wrong."""
    monkeypatch.chdir(tmp_path)

    async def story(client: Any) -> None:
        async with within(client.agents.calls.download_audio("c1")) as download:
            with pytest.raises(ConfigurationError) as caught:
                await settle(download.save(target))
            assert caught.value.option == "path"

    face.drive(story, base_url=loopback.url)
    assert list(tmp_path.iterdir()) == []
