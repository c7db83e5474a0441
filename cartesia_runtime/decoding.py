"""Decode JSON into typed values.

A reader is a function that takes a JSON value and returns a typed value, or raises a `DecodeError`.
The error names the place of the problem but not the value, which may be private.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import msgspec

from .errors import DecodeError, ResponseDecodeError
from .files import File
from .models import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Collection

    from .sender import Response

S = TypeVar("S")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# Any, because `from_dict` of a model is also a reader, and takes only a mapping.
Reader: TypeAlias = Callable[[Any], T_co]


def decode(operation: str, response: Response, read: Reader[T]) -> T:
    """Decode the JSON body of a successful response.

    Raises:
        ResponseDecodeError: If the body is not JSON, or does not match the API's schema.
    """
    try:
        return read(decode_json(response.content))
    except DecodeError as error:
        reason = str(error)
    except (ValueError, RecursionError):
        kind = response.headers.get("content-type", "no content type").partition(";")[0]
        reason = f"the body is not JSON ({kind})"
    # Raised outside the handlers, so that the error has no context: a JSON error quotes the body.
    raise ResponseDecodeError(operation, reason)


def decode_json(content: bytes) -> object:
    """Parse JSON with msgspec, or with `json` if msgspec rejects it, such as NaN or UTF-16.

    Raises:
        ValueError: If the content is not JSON.
        RecursionError: If it is nested too deeply.
    """
    with suppress(ValueError):
        return msgspec.json.decode(content)
    return cast("object", json.loads(content))


def _got(value: object) -> str:
    return f", got {'null' if value is None else type(value).__name__}"


def _expected(what: str, value: object) -> DecodeError:
    return DecodeError(f"expected {what}{_got(value)}")


def read_object(value: object) -> dict[str, Any]:
    """Read a JSON object into a new dict."""
    if type(value) is dict:  # faster than an isinstance check of an abstract class
        return cast("dict[str, Any]", value).copy()
    if not isinstance(value, Mapping):
        raise _expected("an object", value)
    return dict(cast("Mapping[str, Any]", value))


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
    """Return any JSON value as it is."""
    return value


def read_datetime(value: object) -> dt.datetime:
    """Read a date and time in ISO 8601."""
    text = read_str(value)
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        raise DecodeError("expected a date and time in ISO 8601") from None


def read_date(value: object) -> dt.date:
    """Read a date in ISO 8601."""
    text = read_str(value)
    try:
        return dt.date.fromisoformat(text)
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
    """Return a reader of one fixed value."""

    def read(value: object) -> T:
        if value != expected or type(value) is not type(expected):
            raise DecodeError(f"expected {expected!r}")
        return expected

    return read


def member(value: object, values: Collection[T], name: str) -> T:
    """Read a value of a closed enumeration."""
    for known in values:
        if value == known and type(value) is type(known):
            return known
    known_values = ", ".join(map(str, values)) if len(values) < 10 else f"the values of {name}"
    raise DecodeError(f"expected one of {known_values}")


def list_of(read: Reader[T]) -> Reader[list[T]]:
    """Return a reader of a list."""

    def read_list(value: object) -> list[T]:
        if not isinstance(value, list):
            raise _expected("a list", value)
        items: list[T] = []
        try:
            for item in cast("list[object]", value):
                items.append(read(item))  # noqa: PERF401 (the error needs the number of items)
        except DecodeError as error:
            raise error.inside(f"[{len(items)}]") from None
        return items

    return read_list


def either(first: Reader[T], second: Reader[S]) -> Reader[T | S]:
    """Return a reader that tries the first reader, then the second."""

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
    """Return a reader of objects; the value of the field `tag` selects the reader."""

    def read(value: object) -> T:
        reader = readers.get(str(read_object(value).get(tag)))
        if reader is None:
            raise DecodeError(f"expected one of {', '.join(readers)}", tag)
        return reader(value)

    return read


def checked(name: str, value: object, read: Reader[T]) -> T:
    """Read a required field of a JSON object; UNSET stands for a missing field."""
    if value is UNSET:
        raise DecodeError("missing", name)
    try:
        return read(value)
    except DecodeError as error:
        raise error.inside(name) from None


def checked_optional(name: str, value: object, read: Reader[T]) -> T | Unset:
    """Read an optional field of a JSON object; UNSET stands for a missing field."""
    return UNSET if value is UNSET else checked(name, value, read)
