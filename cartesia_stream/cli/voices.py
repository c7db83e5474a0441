"""The commands ``voices`` and ``clone``."""

from __future__ import annotations

import argparse
import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from .. import UNSET, Cartesia, ConfigurationError
from .batch import Batch
from .client import recording, uploading
from .output import json_line, line, table

if TYPE_CHECKING:
    from ..models import GenderPresentation, Voice

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_WIDTHS: Final = (36, 16, 5, 14)
_PAGE: Final = 100


class ListArguments(argparse.Namespace):
    """Arguments of ``voices list``."""

    query: str | None
    language: str | None
    gender: GenderPresentation | None
    mine: bool
    limit: int | None
    json: bool
    timeout: float | None


class GetArguments(argparse.Namespace):
    """Arguments of ``voices get``."""

    voice: str
    json: bool
    timeout: float | None


class UpdateArguments(argparse.Namespace):
    """Arguments of ``voices update``."""

    voice: str
    name: str | None
    description: str | None
    gender: GenderPresentation | None
    json: bool
    timeout: float | None


class DeleteArguments(argparse.Namespace):
    """Arguments of ``voices delete``."""

    voices: list[str]
    timeout: float | None


class CloneArguments(argparse.Namespace):
    """Arguments of ``clone``."""

    clip: str
    name: str
    language: str
    description: str | None
    json: bool
    timeout: float | None


def run_list(args: ListArguments) -> None:
    """List voices, page by page."""
    with Cartesia(timeout=args.timeout) as client:
        found = client.voices.iter_all(
            limit=min(args.limit or _PAGE, _PAGE),
            q=args.query or UNSET,
            language=args.language or UNSET,
            gender=args.gender or UNSET,
            is_owner=args.mine or UNSET,
        )
        voices = islice(found, args.limit)
        if args.json:
            for voice in voices:
                json_line(voice.to_dict())
        else:
            table(map(_row, voices), _WIDTHS)


def run_get(args: GetArguments) -> None:
    """Show a voice."""
    with Cartesia(timeout=args.timeout) as client:
        _show(client.voices.get(find_voice(client, args.voice)), as_json=args.json)


def run_update(args: UpdateArguments) -> None:
    """Change a voice and show it."""
    if args.name is None and args.description is None and args.gender is None:
        raise ConfigurationError("nothing to change: give --name, --description or --gender")
    with Cartesia(timeout=args.timeout) as client:
        voice = client.voices.update(
            _checked_id(args.voice),
            name=UNSET if args.name is None else args.name,
            description=UNSET if args.description is None else args.description,
            gender=args.gender or UNSET,
        )
    _show(voice, as_json=args.json)


def run_delete(args: DeleteArguments) -> int:
    """Delete voices by their ids.

    Returns:
        0, or 1 if one of several voices could not be deleted.
    """
    batch = Batch()
    voices = [_checked_id(voice) for voice in args.voices]
    with Cartesia(timeout=args.timeout) as client:
        for _ in batch.results(voices, client.voices.delete):
            pass
    return batch.status


def run_clone(args: CloneArguments) -> None:
    """Create a voice from a recording and print its id."""
    with (
        Cartesia(timeout=args.timeout) as client,
        recording(args.clip) as clip,
        uploading(args.clip) as options,
    ):
        voice = client.voices.clone(
            clip=clip,
            name=args.name,
            language=args.language,
            description=args.description or UNSET,
            options=options,
        )
    if args.json:
        json_line(voice.to_dict())
    else:
        line(voice.id)


def find_voice(client: Cartesia, wanted: str | None) -> str:
    """Return the id of a voice given by id or name; for None, the first voice of the list.

    Names are compared without case. Part of a name is enough if it matches one voice only.

    Raises:
        ConfigurationError: If no voice or more than one matches.
    """
    if wanted is None:
        voices = client.voices.list(limit=1).data
        if not voices:
            raise ConfigurationError("the service lists no voices")
        return voices[0].id
    if _ID.fullmatch(wanted):
        return wanted
    found = client.voices.list(q=wanted, limit=_PAGE).data
    named = [voice for voice in found if wanted.casefold() in voice.name.casefold()]
    exact = [voice for voice in named if wanted.casefold() == voice.name.casefold()]
    fitting = exact or named
    if not fitting:
        raise ConfigurationError(
            f"no voice is named {wanted!r}; list them with cartesia-stream voices list"
        )
    if len(fitting) > 1:
        some = ", ".join(f"{voice.name} ({voice.id})" for voice in fitting[:3])
        raise ConfigurationError(f"{len(fitting)} voices are named {wanted!r}, such as {some}")
    return fitting[0].id


def _checked_id(voice: str) -> str:
    if not _ID.fullmatch(voice):
        raise ConfigurationError(
            f"{voice!r} is not the id of a voice; list the ids with cartesia-stream voices list"
        )
    return voice


def _row(voice: Voice) -> tuple[str, ...]:
    about = voice.tagline or voice.description
    return voice.id, voice.name, voice.language, voice.gender or "", " ".join(about.split())


def _show(voice: Voice, *, as_json: bool) -> None:
    if as_json:
        json_line(voice.to_dict())
        return
    fields = {
        "id": voice.id,
        "name": voice.name,
        "tagline": voice.tagline,
        "description": voice.description,
        "language": voice.language,
        "locales": ", ".join(locale.locale for locale in voice.locales),
        "accent": voice.accent,
        "gender": voice.gender,
        "access": voice.access,
        "yours": "yes" if voice.is_owner else "no",
        "created": f"{voice.created_at:%Y-%m-%d}",
    }
    table(((name, str(value)) for name, value in fields.items() if value), (11,))
