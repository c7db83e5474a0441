"""Files that appear when they are whole, and what else can be saved to."""

from __future__ import annotations

import asyncio
import codecs
import io
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest
from cartesia_runtime import saving
from cartesia_runtime.saving import replacing, start_of, write_all, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs O_TMPFILE")


class RefusedError(Exception):
    """A target that nothing can be saved to."""


@pytest.fixture(params=["unnamed", "hidden"])
def part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to write a part: without a name where the system can, else hidden."""
    if request.param == "hidden":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    return str(request.param)


def save(path: Path | str, data: bytes = b"new") -> None:
    with replacing(path, RefusedError) as file:
        file.write(data)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


# --- whole or not at all


@pytest.mark.usefixtures("part")
def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == {"a.bin"}


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, asyncio.CancelledError])
@pytest.mark.parametrize("old", [b"old", None])
def test_a_failure_leaves_what_was_there(
    failure: type[BaseException], old: bytes | None, tmp_path: Path
) -> None:
    path = tmp_path / "a.bin"
    if old is not None:
        path.write_bytes(old)
    with pytest.raises(failure), replacing(path) as file:
        file.write(b"half")
        raise failure
    assert names(tmp_path) == (set() if old is None else {"a.bin"})
    assert old is None or path.read_bytes() == old


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_killed_process_leaves_nothing(number: int, tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom cartesia_runtime.saving import replacing\n"
        "with replacing(sys.argv[1]) as file:\n"
        "    file.write(bytes(1 << 20)); print(flush=True); time.sleep(30)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", code, str(tmp_path / "a.bin")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        process.wait(30)
    assert names(tmp_path) == set()


# --- what a file keeps


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("umask", [0o022, 0o027, 0o002, 0o077])
def test_a_new_file_has_the_mode_of_the_umask(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        save(tmp_path / "a.bin")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a.bin") == 0o666 & ~umask


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o644, 0o666, 0o755])
def test_a_file_keeps_its_mode(kept: int, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.touch()
    path.chmod(kept)
    save(path)
    assert (mode(path), path.read_bytes()) == (kept, b"new")


@pytest.mark.usefixtures("part")
@pytest.mark.parametrize("dangling", [False, True])
@pytest.mark.parametrize("absolute", [False, True])
def test_a_link_stays_a_link(dangling: bool, absolute: bool, tmp_path: Path) -> None:
    """The file that it points to is written, in the folder where that is."""
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "a.bin", tmp_path / "link"
    link.symlink_to(target if absolute else target.relative_to(tmp_path))
    if not dangling:
        target.touch(0o640)
    save(link)
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert dangling or mode(target) == 0o640
    assert names(target.parent) == {"a.bin"}


@pytest.mark.usefixtures("part")
def test_hard_links_stay_one_file(tmp_path: Path) -> None:
    path, other = tmp_path / "a.bin", tmp_path / "b.bin"
    path.write_bytes(b"something that is longer")
    os.link(path, other)
    save(path)
    assert other.read_bytes() == b"new"
    assert path.samefile(other)
    assert names(tmp_path) == {"a.bin", "b.bin"}


@linux
@pytest.mark.usefixtures("part")
def test_a_file_keeps_its_attributes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.touch()
    try:
        os.setxattr(path, "user.origin", b"mine")
    except OSError:
        pytest.skip("the file system has no attributes")
    save(path)
    assert (os.getxattr(path, "user.origin"), path.read_bytes()) == (b"mine", b"new")


@linux
@pytest.mark.usefixtures("part")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.touch(0o640)
    os.chown(path, 1234, 4321)
    save(path)
    status = path.stat()
    assert (status.st_uid, status.st_gid, mode(path)) == (1234, 4321, 0o640)
    assert path.read_bytes() == b"new"


@pytest.mark.usefixtures("part")
def test_a_file_whose_place_cannot_be_taken_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is mounted into a container."""

    def busy(self: Path, target: Path) -> Path:
        raise OSError(16, "Device or resource busy", str(target))

    path = tmp_path / "a.bin"
    path.write_bytes(b"old and longer")
    monkeypatch.setattr(Path, "replace", busy)
    save(path)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == {"a.bin"}
    with pytest.raises(OSError, match="busy"):
        save(tmp_path / "new.bin")
    assert names(tmp_path) == {"a.bin"}


def no_new_files(folder: Path) -> tuple[IO[bytes], Path | None]:
    raise PermissionError(13, "Permission denied", str(folder / ".part"))


def test_a_folder_that_takes_no_new_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in it may be written to all the same, and not before the new one is whole."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"old and longer")
    monkeypatch.setattr(saving, "_create", no_new_files)
    with pytest.raises(KeyError), replacing(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_bytes() == b"old and longer"
    save(path)
    assert path.read_bytes() == b"new"


def test_an_error_names_the_file_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "_create", no_new_files)
    with pytest.raises(PermissionError) as caught:
        save(tmp_path / "a.bin")
    assert caught.value.filename == str(tmp_path / "a.bin")


def test_a_file_that_may_not_be_written_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *args, **named: False)  # root may do anything
    with pytest.raises(PermissionError) as caught:
        save(path)
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"old"


@linux
def test_a_system_that_forbids_to_name_the_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*args: object, **named: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", forbidden)
    save(tmp_path / "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert names(tmp_path) == {"a.bin"}


@pytest.mark.usefixtures("part")
def test_a_name_as_long_as_the_system_takes(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 251 + ".wav")
    save(path)
    assert path.read_bytes() == b"new"


# --- what is no file


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "not the path of a file"),
        ("nowhere/a.bin", "nowhere: there is no such folder"),
        ("nowhere/deeper/a.bin", "deeper: there is no such folder"),
        ("new/", "is the name of a folder"),
        ("folder", "is a folder"),
        ("folder/", "is a folder"),
        (".", "is a folder"),
        ("file/a.bin", "is a file, not a folder"),
        ("a\0b", "cannot be the path of a file"),
        ("a\ud800", "cannot be the path of a file"),
        ("lost", "gone: there is no such folder"),
    ],
)
def test_a_path_that_cannot_be_a_file(
    path: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused before anything is written."""
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("file").touch()
    Path("lost").symlink_to("gone/a.bin")
    with pytest.raises(RefusedError, match=reason):
        save(path)
    assert names(tmp_path) == {"folder", "file", "lost"}


class BytesPath:
    def __fspath__(self) -> bytes:
        return b"a.bin"


def test_a_path_of_bytes() -> None:
    path: Any = BytesPath()
    with pytest.raises(RefusedError, match="not the path"):
        save(path)


def test_a_device_is_written_to(tmp_path: Path) -> None:
    link = tmp_path / "null"
    link.symlink_to("/dev/null")
    save(link)
    assert link.is_char_device()


def test_a_named_pipe_is_written_to(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.append(path.read_bytes()))
    reader.start()
    save(path)
    reader.join(10)
    assert received == [b"new"]
    assert path.is_fifo()


@linux
@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("redirected", [False, True])
def test_an_open_file_is_written_to(path: str, redirected: bool, tmp_path: Path) -> None:
    """Whether it is a pipe or a file that the shell opened."""
    code = (
        "from cartesia_runtime.saving import replacing\n"
        f"with replacing({path!r}) as file:\n    file.write(b'new')"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", code]
    out = tmp_path / "out"
    with out.open("w+b") as file:
        target = file if redirected else subprocess.PIPE
        done = subprocess.run(command, stdout=target, env=environment, timeout=30, check=True)
        file.seek(0)
        assert (file.read() if redirected else done.stdout) == b"new"
    assert names(tmp_path) == {"out"}


# --- files of the user


class OnlyWrites:
    """The least that a file can be."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data


class ShortWrites(io.RawIOBase):
    """A file without a buffer, which takes three bytes at a time."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += bytes(data[:3])
        return min(3, len(data))


@pytest.mark.parametrize("kind", [io.BytesIO, OnlyWrites, ShortWrites])
def test_a_file_of_yours(kind: Any) -> None:
    """It gets every byte, and stays open."""
    mine = kind()
    with writing(mine, RefusedError) as file:
        write_all(file, b"0123456789")
    assert (mine.getvalue() if kind is io.BytesIO else mine.data) == b"0123456789"
    assert not getattr(mine, "closed", False)


def test_a_pipe_that_is_full(tmp_path: Path) -> None:
    """It is an error, and no silent loss."""
    receiver, sender = os.pipe()
    os.set_blocking(sender, False)
    with (
        os.fdopen(receiver, "rb"),
        os.fdopen(sender, "wb", 0) as file,
        pytest.raises(BlockingIOError),
    ):
        write_all(file, bytes(1 << 20))


def test_a_file_of_yours_is_flushed(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as mine:
        with writing(mine, RefusedError) as file:
            write_all(file, b"new")
        assert (tmp_path / "a").read_bytes() == b"new"


class Asynchronous:
    async def write(self, data: bytes) -> int:
        return len(data)


def no_files(folder: Path) -> Iterator[tuple[object, str]]:
    closed = io.BytesIO()
    closed.close()
    (folder / "read").touch()
    yield None, "got NoneType"
    yield 3, "got int"
    yield b"a.wav", "got bytes"
    yield ["a.wav"], "got list"
    yield object(), "got object"
    yield io.StringIO(), "takes text"
    yield (folder / "text").open("w"), "takes text"
    yield tempfile.NamedTemporaryFile("w"), "takes text"  # noqa: SIM115
    yield codecs.open(str(folder / "codec"), "w", "utf-8"), "takes text"  # noqa: SIM115
    yield (folder / "read").open("rb"), "not open for writing"
    yield closed, "closed"
    yield Asynchronous(), "asynchronous"


def test_what_is_no_file(tmp_path: Path) -> None:
    for target, reason in no_files(tmp_path):
        bad: Any = target
        with pytest.raises(RefusedError, match=reason), writing(bad, RefusedError):
            pytest.fail("nothing was refused")
        if hasattr(bad, "close"):
            bad.close()


def test_where_a_file_can_be_changed_later(tmp_path: Path) -> None:
    """Not in a pipe, nor in a file to which everything is appended."""
    memory = io.BytesIO(b"front")
    memory.seek(5)
    assert start_of(memory) == 5
    path = tmp_path / "a"
    with path.open("wb") as file:
        assert start_of(file) == 0
    with path.open("ab") as file:
        assert start_of(file) is None
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND), "wb") as file:
        assert start_of(file) is None
    receiver, sender = os.pipe()
    with os.fdopen(sender, "wb") as file:
        assert start_of(file) is None
    os.close(receiver)
    least: Any = OnlyWrites()
    assert start_of(least) is None
