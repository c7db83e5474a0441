"""Encode Python values as JSON, query strings, forms and path segments."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from .files import File
from .models import UNSET, Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .files import RequestFiles


def encode(value: object) -> object:
    """Return a value as JSON-compatible types.

    Raises:
        TypeError: If JSON cannot express the value.
    """
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict | Mapping):
        mapping = cast("Mapping[str, object]", value)
        return {name: encode(item) for name, item in mapping.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in cast("Iterable[object]", value)]
    raise TypeError(f"cannot send a value of type {type(value).__name__} as JSON")


def encode_object(fields: Mapping[str, object], extra: Mapping[str, object]) -> dict[str, object]:
    """Return a JSON object of all fields except those that are UNSET; `fields` win over `extra`."""
    encoded = {name: encode(value) for name, value in extra.items()}
    encoded.update((name, encode(value)) for name, value in fields.items() if value is not UNSET)
    return encoded


def encode_text(value: object) -> str:
    """Return one value as text for a query or a form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _flat(fields: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield each field, and each item of a list; skip None, which forms cannot express."""
    for name, value in fields.items():
        is_list = isinstance(value, list | tuple)
        for item in cast("Iterable[object]", value) if is_list else (value,):
            if item is not UNSET and item is not None:
                yield name, item


def encode_query(fields: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Return the fields as pairs of a query string."""
    return tuple((name, encode_text(value)) for name, value in _flat(fields))


def encode_parts(fields: Mapping[str, object], extra: Mapping[str, object]) -> RequestFiles:
    """Return the fields as parts of a multipart form; `fields` win over `extra`."""
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
        ValueError: If the value is empty, "." or "..", which would change the path.
    """
    if value in {"", ".", ".."}:
        raise ValueError(f"{name} must not be empty, '.' or '..'")
    return quote(str(value), safe="")
