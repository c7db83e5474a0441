"""Files that appear when they are whole."""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, TypeAlias, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    Refusal: TypeAlias = Callable[[str], Exception]

SaveTarget: TypeAlias = str | os.PathLike[str] | IO[bytes]
"""A path, or a file that is open for writing bytes."""

# Names of files that are open already: to replace these would do nothing for those who read them.
_OPEN: Final = ("/dev/std", "/dev/fd/", "/proc/")
_DESCRIPTORS: Final = "/proc/self/fd"


@contextmanager
def writing(target: SaveTarget, refused: Refusal = ValueError) -> Generator[IO[bytes]]:
    """Open a path as `replacing` does, or take a file that is open for writing bytes.

    Your own file stays open, and keeps what was written before an error.

    Args:
        target: Where to write.
        refused: Makes the error for a target that cannot be written to.
    """
    if isinstance(target, str | os.PathLike):
        with replacing(target, refused) as file:
            yield file
        return
    _check_file(target, refused)
    yield target
    if callable(flush := getattr(target, "flush", None)):
        flush()


def write_all(file: IO[bytes], data: bytes) -> None:
    """Write all bytes, also to a file without a buffer, which may take fewer at a time."""
    rest: bytes | memoryview = data
    while True:
        written = cast("object", file.write(rest))
        if (written is None and isinstance(file, io.RawIOBase)) or (rest and written == 0):
            raise BlockingIOError(errno.EAGAIN, "the file does not take more at the moment")
        if not isinstance(written, int) or written >= len(rest):
            return  # a file of yours may return None
        rest = memoryview(rest)[written:]


def start_of(file: IO[bytes]) -> int | None:
    """Return the position in a file, or None if what is written cannot be changed later."""
    if not (callable(seekable := getattr(file, "seekable", None)) and seekable()):
        return None
    return None if _appends(file) else file.tell()


def _appends(file: IO[bytes]) -> bool:
    """Whether the file is open for appending, so that all writes go to its end."""
    mode: object = getattr(file, "mode", "")
    if isinstance(mode, str) and "a" in mode:
        return True
    try:
        from fcntl import F_GETFL, fcntl

        return bool(fcntl(file.fileno(), F_GETFL) & os.O_APPEND)
    except (ImportError, AttributeError, OSError, ValueError):  # not on Windows; not of BytesIO
        return False


def _check_file(file: object, refused: Refusal) -> None:
    kind = type(file).__name__
    write: object = getattr(file, "write", None)
    if not callable(write):
        raise refused(f"expected a path or a file open for writing bytes, got {kind}")
    if getattr(file, "closed", False) is True:
        raise refused("the file is closed")
    if isinstance(file, io.TextIOBase) or getattr(file, "encoding", None) is not None:
        raise refused(f"the file ({kind}) takes text; open it for writing bytes, with mode 'wb'")
    writable: object = getattr(file, "writable", None)
    if callable(writable) and writable() is False:
        raise refused("the file is not open for writing; open it with mode 'wb'")

    from inspect import iscoroutinefunction

    if iscoroutinefunction(write):
        raise refused(f"the file ({kind}) is asynchronous; give its path instead")


@contextmanager
def replacing(path: str | os.PathLike[str], refused: Refusal = ValueError) -> Generator[IO[bytes]]:
    """Write a file that replaces the one at the path when the block ends without an error.

    After an error the old file is untouched and the new one is removed. Where the system can, the
    new file has no name until it is whole, so that even a killed process leaves nothing behind. A
    file that was there keeps its mode, its owner and its links. A device or a pipe is written to.

    Args:
        path: Path of the file.
        refused: Makes the error for a path that cannot be a file.

    Raises:
        OSError: If the file cannot be written.
    """
    name = os.fspath(path)
    found = _status(name, refused)
    if name.startswith(_OPEN) or (found is not None and not stat.S_ISREG(found.st_mode)):
        with Path(name).open("wb") as device:
            yield device
        return
    if found is not None and not _may_write(name):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), name)
    target = Path(name).resolve()  # follow a link, to replace the file it points to
    try:
        file, part = _create(target.parent)
    except OSError as error:
        if found is None:
            raise OSError(error.errno, error.strerror, name) from None
        # A file may be written to in a folder that takes no new files.
        from tempfile import TemporaryFile

        with TemporaryFile() as file:
            yield file
            _copy(file, target)
        return
    try:
        with file:
            yield file
            file.flush()
            if found is not None and not _replaceable(file, target, found):
                _copy(file, target)
                return
            if part is None:
                part = _hidden(target.parent)
                _give_name(file, part)
        try:
            part.replace(target)
        except OSError:
            if found is None:
                raise
            with part.open("rb") as file:
                _copy(file, target)
    finally:
        if part is not None:
            with suppress(OSError):
                part.unlink()


def _status(name: object, refused: Refusal) -> os.stat_result | None:
    """Return the status of the file at a path, or None if a file can be created there."""
    if not isinstance(name, str) or not name:
        raise refused(f"{name!r} is not the path of a file")
    path = Path(name)
    try:
        found = path.stat()
    except FileNotFoundError:
        folder = path.resolve().parent
        if not folder.is_dir():
            raise refused(f"{folder}: there is no such folder") from None
        if name.endswith(("/", os.sep)):
            raise refused(f"{name} is the name of a folder; add that of a file") from None
        return None
    except NotADirectoryError:
        raise refused(f"{name}: a part of this path is a file, not a folder") from None
    except ValueError:
        raise refused(f"{name!r} cannot be the path of a file") from None
    if stat.S_ISDIR(found.st_mode):
        raise refused(f"{name} is a folder; add the name of a file")
    return found


def _may_write(name: str) -> bool:
    return os.access(name, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _create(folder: Path) -> tuple[IO[bytes], Path | None]:
    """Create a file and return it with its path; None if it has no name."""
    unnamed: int = getattr(os, "O_TMPFILE", 0)
    if unnamed and Path(_DESCRIPTORS).is_dir():
        with suppress(OSError):  # not every file system can
            return os.fdopen(os.open(folder, unnamed | os.O_RDWR, 0o666), "w+b"), None
    part = _hidden(folder)
    return part.open("x+b"), part


def _hidden(folder: Path) -> Path:
    return folder / f".{secrets.token_hex(8)}.part"


def _give_name(file: IO[bytes], part: Path) -> None:
    folder = os.open(part.parent, os.O_PATH)
    try:
        # With a descriptor of the folder, Python follows the link to the file that is open.
        source = f"{_DESCRIPTORS}/{file.fileno()}"
        os.link(source, part.name, dst_dir_fd=folder, follow_symlinks=True)
    except OSError:  # the system forbids it
        part.touch(exist_ok=False)
        _copy(file, part)
    finally:
        os.close(folder)


def _replaceable(file: IO[bytes], target: Path, found: os.stat_result) -> bool:
    """Give the new file the mode of the old one; return False if they still differ for others."""
    new = os.fstat(file.fileno())
    owners = (new.st_uid, new.st_gid) == (found.st_uid, found.st_gid)
    if not owners or found.st_nlink > 1 or _has_attributes(target):
        return False
    if hasattr(os, "fchmod"):
        try:
            os.fchmod(file.fileno(), stat.S_IMODE(found.st_mode))
        except OSError:
            return False
    return True


def _has_attributes(target: Path) -> bool:
    """Whether the file has attributes, such as a list of who may read it."""
    if not hasattr(os, "listxattr"):
        return False
    try:
        return any(not name.startswith("security.") for name in os.listxattr(target))
    except OSError:
        return False


def _copy(file: IO[bytes], target: Path) -> None:
    """Write a file over another one, which stays the same file."""
    from shutil import copyfileobj

    file.seek(0)
    with target.open("wb") as old:
        copyfileobj(file, old)
