"""Values that models and endpoints share, and their way to and from the wire."""

from __future__ import annotations

import datetime
import json
import os
import secrets
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import (
    IO,
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Literal,
    Protocol,
    TypeAlias,
    TypedDict,
    TypeVar,
    final,
)
from urllib.parse import quote

from attrs import define

if TYPE_CHECKING:
    from .errors import PagingError

S = TypeVar("S")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@final
class Unset:
    """Type of `UNSET`, which stands for a value that was left out; `None` stands for null."""

    __slots__ = ()

    # There is one instance, so that `is UNSET` always tells.
    _instance: ClassVar[Unset | None] = None

    def __new__(cls) -> Unset:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    def __copy__(self) -> Unset:
        return self

    def __deepcopy__(self, memo: object) -> Unset:
        return self

    def __reduce__(self) -> str:
        return "UNSET"


UNSET: Final[Unset] = Unset()


FileContent: TypeAlias = IO[bytes] | bytes
# What `httpx` takes for one part: (file name or None, content, content type or None).
FilePart: TypeAlias = tuple[str | None, FileContent, str | None]
RequestFiles: TypeAlias = list[tuple[str, FilePart]]


@define
class File:
    """A file to upload.

    Attributes:
        payload: The bytes, or a file open for reading them. A file is sent from its start.
        file_name: Name to send. Servers take a part without one for text.
        mime_type: Content type to send. The extension of the name decides when it is None.
    """

    payload: FileContent
    file_name: str = "upload"
    mime_type: str | None = None

    def to_part(self) -> FilePart:
        """Return the file as `httpx` takes it."""
        return (self.file_name or "upload", self.payload, self.mime_type)


UploadFile: TypeAlias = File | bytes | str | os.PathLike[str] | IO[bytes]
"""What can be uploaded: a path, the bytes, a file open for reading bytes, or a `File`."""


@final
class Uploads(ExitStack):
    """Turns uploads into files and, on exit, closes those it opened."""

    def file(self, upload: UploadFile) -> File:
        """Return the upload as a `File`. A path is opened, not read.

        Raises:
            OSError: If a path cannot be opened.
            TypeError: If the upload is none of the kinds above.
        """
        match upload:
            case File():
                return upload
            case bytes() | bytearray() | memoryview():
                return File(bytes(upload))
            case str() | os.PathLike():
                path = Path(upload)
                return File(self.enter_context(path.open("rb")), path.name)
        if not callable(getattr(upload, "read", None)):
            raise TypeError(f"expected a path, bytes or an open file, got {type(upload).__name__}")
        name = getattr(upload, "name", None)  # an int for a file opened by descriptor
        return File(upload, os.path.basename(name) if isinstance(name, str) else "upload")


Progress: TypeAlias = Callable[[int, int | None], object]
"""Told how many bytes were sent or received so far, and of how many where that is known."""


class RequestOptions(TypedDict, total=False):
    """What one call does differently from its sender.

    Attributes:
        timeout: Seconds for each phase of the call. None waits for ever.
        headers: Headers to send as well. They win over those of the sender.
        idempotent: Whether the call may be repeated after its effect is unknown.
        max_retries: How often a sender that repeats failed calls may repeat this one.
        progress: Told how much of the body was sent, of how many bytes; the framing of a form
            counts. It begins anew when the call is repeated, and what it raises ends the call.
    """

    timeout: float | None
    headers: Mapping[str, str]
    idempotent: bool
    max_retries: int
    progress: Progress


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Generator[IO[bytes]]:
    """Write a file that appears only when it is whole; a failure leaves nothing behind."""
    target = Path(path).resolve()  # a link keeps its place, and what it names is written
    if target.exists() and not target.is_file():  # a device or pipe cannot be replaced
        with target.open("wb") as file:
            yield file
        return
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


class _Received:
    """What both kinds of download know."""

    def __init__(self, headers: Mapping[str, str], request_id: str | None) -> None:
        length = headers.get("content-length", "")
        plain = headers.get("content-encoding", "identity") == "identity"
        self.content_type: str | None = headers.get("content-type")
        self.size: int | None = int(length) if plain and length.isdecimal() else None
        self.request_id: str | None = request_id


class Download(_Received):
    """A file while it arrives: iterate it for bytes, or `read` or `save` it.

    Each byte comes once, whichever way it is read.

    Attributes:
        content_type: Media type of the file, if it was told.
        size: Bytes of the whole file, if it was told.
        request_id: The id that the server gave the request, if any.
    """

    def __init__(
        self, pieces: Iterator[bytes], headers: Mapping[str, str], request_id: str | None = None
    ) -> None:
        super().__init__(headers, request_id)
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def read(self) -> bytes:
        """Return all bytes that were not read yet."""
        return b"".join([piece for piece in self])

    def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> Path:
        """Write a file while it arrives, in flat memory.

        Args:
            path: Where to. The file appears when it is whole; a failure or a cancellation leaves
                nothing behind, and what was there before stays.
            progress: Told after each piece how many bytes came, of how many.
        """
        received = 0
        with replacing(path) as file:
            for piece in self:
                file.write(piece)
                received += len(piece)
                if progress is not None:
                    progress(received, self.size)
        return Path(path)


class AsyncDownload(_Received):
    """A file while it arrives, in an event loop: iterate it for bytes, or `read` or `save` it.

    Each byte comes once, whichever way it is read.

    Attributes:
        content_type: Media type of the file, if it was told.
        size: Bytes of the whole file, if it was told.
        request_id: The id that the server gave the request, if any.
    """

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        headers: Mapping[str, str],
        request_id: str | None = None,
    ) -> None:
        super().__init__(headers, request_id)
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._pieces

    async def read(self) -> bytes:
        """Return all bytes that were not read yet."""
        return b"".join([piece async for piece in self])

    async def save(self, path: str | os.PathLike[str], *, progress: Progress | None = None) -> Path:
        """Write a file while it arrives, in flat memory.

        Args:
            path: Where to. The file appears when it is whole; a failure or a cancellation leaves
                nothing behind, and what was there before stays.
            progress: Told after each piece how many bytes came, of how many.
        """
        received = 0
        with replacing(path) as file:
            async for piece in self:
                file.write(piece)
                received += len(piece)
                if progress is not None:
                    progress(received, self.size)
        return Path(path)


class Model:
    """Base of all models. What a newer server adds is kept, and reached as `model["name"]`."""

    __slots__ = ()

    additional_properties: dict[str, object]

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object."""
        raise NotImplementedError

    @property
    def additional_keys(self) -> list[str]:
        """Names of the fields that the document does not know."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> object:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: object) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties


def encode_object(fields: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Return a JSON object of the fields that were given. They win over extra ones."""
    encoded = {name: encode(value) for name, value in extra.items()}
    encoded.update((name, encode(value)) for name, value in fields.items() if value is not UNSET)
    return encoded


def encode(value: object) -> object:
    """Return a value as JSON has it."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, dict | Mapping):
        return {name: encode(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    raise TypeError(f"cannot send a value of type {type(value).__name__} as JSON")


def encode_text(value: object) -> str:
    """Return one value as text, for a query or a form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)


def _flat(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Repeat the name of a list for each item. Queries and forms have no null: leave it out."""
    for name, value in fields.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            if item is not UNSET and item is not None:
                yield name, item


def encode_query(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the given fields as pairs of a query string."""
    return tuple((name, encode_text(value)) for name, value in _flat(fields))


def encode_parts(fields: Mapping[str, object], extra: Mapping[str, object]) -> RequestFiles:
    """Return the given fields as parts of a multipart form."""
    parts: RequestFiles = []
    for name, value in _flat({**extra, **fields}):
        if isinstance(value, File):
            parts.append((name, value.to_part()))
        elif isinstance(value, Model):
            parts.append((name, (None, json.dumps(value.to_dict()).encode(), "application/json")))
        else:
            parts.append((name, (None, encode_text(value).encode(), None)))
    return parts


def encode_segment(name: str, value: str) -> str:
    """Return a value as one segment of a path.

    Raises:
        ValueError: If the value would make the path name another resource.
    """
    if value in {"", ".", ".."}:
        raise ValueError(f"{name} must not be empty, '.' or '..'")
    return quote(str(value), safe="")


# A reader takes a JSON value and returns it typed, or raises a DecodeError that names the place and
# never the value, which may be private.

Reader: TypeAlias = Callable[[Any], T_co]


class DecodeError(ValueError):
    """A JSON value is not what the API promises.

    Attributes:
        reason: What was expected, and the kind of value there was.
        place: Where, such as `data[0].id`. Empty for the value itself.
    """

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason, place)
        self.reason = reason
        self.place = place

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason

    def inside(self, outer: str) -> DecodeError:
        """Return the error as seen from one level up."""
        dot = "." if self.place and not self.place.startswith("[") else ""
        return DecodeError(self.reason, f"{outer}{dot}{self.place}")


def _got(value: object) -> str:
    return f", got {'null' if value is None else type(value).__name__}"


def _expected(what: str, value: object) -> DecodeError:
    return DecodeError(f"expected {what}{_got(value)}")


def read_object(value: object) -> dict[str, Any]:
    """Read a JSON object into a new dict."""
    if type(value) is dict:  # asking an abstract class is slow
        return value.copy()
    if not isinstance(value, Mapping):
        raise _expected("an object", value)
    return dict(value)


def read_str(value: object) -> str:
    """Read a string."""
    if not isinstance(value, str):
        raise _expected("a string", value)
    return value


def read_bool(value: object) -> bool:
    """Read a boolean."""
    if not isinstance(value, bool):
        raise _expected("a boolean", value)
    return value


def read_int(value: object) -> int:
    """Read an integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise _expected("an integer", value)
    return value


def read_float(value: object) -> float:
    """Read a number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _expected("a number", value)
    return value


def read_any(value: object) -> object:
    """Read any JSON value."""
    return value


def read_datetime(value: object) -> datetime.datetime:
    """Read a date and time in ISO 8601."""
    if not isinstance(value, str):
        raise _expected("a string", value)
    try:
        return datetime.datetime.fromisoformat(value)
    except ValueError:
        raise DecodeError("expected a date and time in ISO 8601") from None


def read_date(value: object) -> datetime.date:
    """Read a date in ISO 8601."""
    try:
        return datetime.date.fromisoformat(read_str(value))
    except ValueError:
        raise DecodeError("expected a date in ISO 8601") from None


def read_file(value: object) -> File:
    """Read the bytes of a file."""
    if not isinstance(value, bytes):
        raise _expected("bytes", value)
    return File(value)


def read_null(value: object) -> None:
    """Read null."""
    if value is not None:
        raise _expected("null", value)


def constant(expected: T) -> Reader[T]:
    """Read one fixed value."""

    def read(value: object) -> T:
        if value != expected or type(value) is not type(expected):
            raise DecodeError(f"expected {expected!r}")
        return expected

    return read


def member(value: object, values: Collection[T], name: str) -> T:
    """Read one of the values of a closed enumeration."""
    for known in values:
        if value == known and type(value) is type(known):
            return known
    known_values = ", ".join(map(str, values)) if len(values) < 10 else f"the values of {name}"
    raise DecodeError(f"expected one of {known_values}")


def list_of(read: Reader[T]) -> Reader[list[T]]:
    """Read a list."""

    def read_list(value: object) -> list[T]:
        if not isinstance(value, list):
            raise _expected("a list", value)
        items: list[T] = []
        try:
            for item in value:
                items.append(read(item))
        except DecodeError as error:
            raise error.inside(f"[{len(items)}]") from None
        return items

    return read_list


def either(first: Reader[T], second: Reader[S]) -> Reader[T | S]:
    """Read whatever the first fitting reader makes of it."""

    def read(value: object) -> T | S:
        try:
            return first(value)
        except DecodeError as error:
            reason = str(error).removesuffix(_got(value))
        try:
            return second(value)
        except DecodeError as error:
            raise DecodeError(f"{reason} or {str(error).removeprefix('expected ')}") from None

    return read


def tagged(tag: str, readers: Mapping[str, Reader[T]]) -> Reader[T]:
    """Read an object with the reader that its tag names."""

    def read(value: object) -> T:
        reader = readers.get(str(read_object(value).get(tag)))
        if reader is None:
            raise DecodeError(f"expected one of {', '.join(readers)}", tag)
        return reader(value)

    return read


def checked(name: str, value: object, read: Reader[T]) -> T:
    """Read a required field of a JSON object; UNSET stands for none."""
    if value is UNSET:
        raise DecodeError("missing", name)
    try:
        return read(value)
    except DecodeError as error:
        raise error.inside(name) from None


def checked_optional(name: str, value: object, read: Reader[T]) -> T | Unset:
    """Read an optional field of a JSON object; UNSET stands for none."""
    return UNSET if value is UNSET else checked(name, value, read)


class HasId(Protocol):
    """An item of a page."""

    @property
    def id(self) -> str:
        """Its id, which serves as cursor."""


Item_co = TypeVar("Item_co", bound=HasId, covariant=True)


class Page(Protocol[Item_co]):
    """One page of a list, with `has_more` (a boolean), `next_page` (an id or null) or neither."""

    @property
    def data(self) -> Sequence[Item_co]:
        """The items."""


def _more_follows(page: Page[HasId]) -> bool:
    """Tell whether there may be another page. Only an empty page is sure to be the last."""
    more = getattr(page, "has_more", None)
    if more is None:
        more = getattr(page, "next_page", UNSET) is not None
    return bool(page.data) and more


def _next_cursor(
    refuse: Callable[[PagingError], Exception], operation: str, page: Page[HasId], seen: set[str]
) -> str | None:
    """Return the cursor of the next page, None behind the last.

    Raises:
        PagingError: If the cursor was used before, which would go on for ever; or what the
            sender makes of it.
    """
    if not _more_follows(page):
        return None
    cursor = page.data[-1].id
    if cursor in seen:
        from .errors import PagingError

        raise refuse(PagingError(operation))
    seen.add(cursor)
    return cursor


def paginate(
    refuse: Callable[[PagingError], Exception],
    operation: str,
    start: str | Unset,
    fetch: Callable[[str | Unset], Page[Item_co]],
) -> Iterator[Item_co]:
    """Yield the items of a page and of all that follow, fetching each when it is needed."""
    cursor: str | Unset | None = start
    seen = {start} if isinstance(start, str) else set()
    while cursor is not None:
        page = fetch(cursor)
        yield from page.data
        cursor = _next_cursor(refuse, operation, page, seen)


async def paginate_async(
    refuse: Callable[[PagingError], Exception],
    operation: str,
    start: str | Unset,
    fetch: Callable[[str | Unset], Awaitable[Page[Item_co]]],
) -> AsyncIterator[Item_co]:
    """Yield the items of a page and of all that follow, fetching each when it is needed."""
    cursor: str | Unset | None = start
    seen = {start} if isinstance(start, str) else set()
    while cursor is not None:
        page = await fetch(cursor)
        for item in page.data:
            yield item
        cursor = _next_cursor(refuse, operation, page, seen)


__all__ = [
    "UNSET",
    "AsyncDownload",
    "DecodeError",
    "Download",
    "File",
    "Model",
    "Progress",
    "RequestOptions",
    "Unset",
    "UploadFile",
    "Uploads",
    "replacing",
]
