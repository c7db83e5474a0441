"""Encode Python values as JSON, query strings, forms and path segments."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import quote
from uuid import UUID

from .errors import EncodeError
from .files import File
from .models import UNSET, Model
from .text import whole_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .files import FilePart, RequestFiles

T = TypeVar("T")


def encode(value: object) -> object:
    """Return a value as JSON-compatible types.

    Raises:
        EncodeError: If JSON cannot express the value.
    """
    try:
        return _encoded(value)
    except RecursionError:
        raise EncodeError("is nested too deeply") from None


def _encoded(value: object) -> object:
    if isinstance(value, str):
        return whole_text(value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise EncodeError(f"JSON cannot express {value}")
        return value
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict | Mapping):
        mapping = cast("Mapping[object, object]", value)
        return {_key(name): _inside(str(name), item, _encoded) for name, item in mapping.items()}
    if isinstance(value, list | tuple):
        items = cast("Iterable[object]", value)
        return [_inside(f"[{number}]", item, _encoded) for number, item in enumerate(items)]
    raise EncodeError(f"cannot send a value of type {type(value).__name__} as JSON")


def _key(name: object) -> str:
    if not isinstance(name, str):
        raise EncodeError(f"a name must be a string, not {type(name).__name__}")
    return whole_text(name)


def _inside(place: str, value: object, convert: Callable[[object], T]) -> T:
    """Convert the value at a place; an error says where it is."""
    try:
        return convert(value)
    except EncodeError as error:
        raise error.inside(place) from None


def encode_object(fields: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Return a JSON object of all fields except those that are UNSET; `fields` win over `extra`."""
    encoded = {_key(name): _inside(name, value, encode) for name, value in extra.items()}
    for name, value in fields.items():
        if value is not UNSET:
            encoded[name] = _inside(name, value, encode)
    return encoded


def encode_text(value: object) -> str:
    """Return one value as text for a query or a form.

    Raises:
        EncodeError: If it has no text form.
    """
    if isinstance(value, str):
        return whole_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float | UUID):
        return str(value)
    hint = "; pass its id" if isinstance(getattr(value, "id", None), str) else ""
    raise EncodeError(f"cannot send a value of type {type(value).__name__} as text{hint}")


def _flat(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield each field, and each item of a list; skip None, which forms cannot express."""
    for name, value in fields.items():
        is_list = isinstance(value, list | tuple)
        for item in cast("Iterable[object]", value) if is_list else (value,):
            if item is not UNSET and item is not None:
                yield name, item


def encode_query(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the fields as pairs of a query string."""
    return tuple((name, _inside(name, value, encode_text)) for name, value in _flat(fields))


def encode_parts(fields: Mapping[str, object], extra: Mapping[str, object]) -> RequestFiles:
    """Return the fields as parts of a multipart form; `fields` win over `extra`."""
    return [(name, _inside(name, value, _part)) for name, value in _flat({**extra, **fields})]


def _part(value: object) -> FilePart:
    if isinstance(value, File):
        return value.to_part()
    if isinstance(value, Model | Mapping | list):
        fields = encode(cast("object", value))
        return (None, json.dumps(fields).encode(), "application/json")
    return (None, encode_text(value).encode(), None)


def encode_segment(name: str, value: object) -> str:
    """Return a value as one segment of a path.

    Raises:
        EncodeError: If the value is not text or a number, or if it is empty, "." or "..", which
            would change the path.
    """
    text = _inside(name, value, encode_text)
    if text in {"", ".", ".."}:
        raise EncodeError("must not be empty, '.' or '..'", name)
    return quote(text, safe="")
