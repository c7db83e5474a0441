"""Find what a cassette has recorded for a request, a socket or a context. No network here.

Texts of a context match as a whole: it does not matter into how many messages a client cuts them.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "AudioDigests",
    "Hearing",
    "Said",
    "Speech",
    "Track",
    "differences",
    "request_key",
    "tracks_of",
]

_OF_CONTEXT: Final = frozenset({"context_id", "transcript", "continue", "flush", "cancel"})
_UNMATCHED: Final = frozenset({"context_id", "filename", "cartesia_version"})
"""Names whose values differ from run to run, or between releases of a client."""
_FLUSH, _END, _SETTINGS = "\x00flush\x00", "\x00end\x00", "\x00settings\x00"


def request_key(request: str, query: object, sent: object) -> str:
    """Return a text that is equal for equal requests."""
    return json.dumps([request, _stable(query), _stable(sent)], sort_keys=True, default=str)


def _stable(value: object) -> object:
    if isinstance(value, list):
        return [_stable(item) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {name: _stable(item) for name, item in fields.items() if name not in _UNMATCHED}
    return value


def differences(recorded: object, asked: object, limit: int = 5) -> list[str]:
    """Return in which fields two requests differ, each as one line."""
    one, other = dict(_flat("", _stable(recorded))), dict(_flat("", _stable(asked)))
    lines = [
        f"{name}: recorded {one.get(name, 'nothing')!r}, asked for {other.get(name, 'nothing')!r}"
        for name in {**one, **other}
        if one.get(name) != other.get(name)
    ]
    return lines[:limit] + ([f"and {len(lines) - limit} more"] if len(lines) > limit else [])


def _flat(name: str, value: object) -> Iterable[tuple[str, object]]:
    if isinstance(value, dict):
        for key, item in cast("dict[str, object]", value).items():
            yield from _flat(f"{name}.{key}" if name else key, item)
    elif isinstance(value, list):
        for place, item in enumerate(cast("list[object]", value)):
            yield from _flat(f"{name}[{place}]", item)
    else:
        yield name, value


class Said(ABC):
    """What a client has sent so far."""

    @abstractmethod
    def covers(self, place: Said) -> bool:
        """Whether the client has come to a place of the recording."""

    @abstractmethod
    def agrees(self, whole: Said) -> bool:
        """Whether this is the beginning of something recorded."""

    @abstractmethod
    def copy(self) -> Said:
        """Return the place as it is now."""

    @abstractmethod
    def fields(self) -> dict[str, object]:
        """Return it for a person, and for `differences`."""


@dataclass
class Speech(Said):
    """What a client has said in one context: texts, flushes and the end, as one text.

    Attributes:
        said: All of it.
        cancelled: Whether the client cancelled the context.
    """

    said: str = ""
    cancelled: bool = False
    _settings: str | None = None

    def add(self, message: Mapping[str, object]) -> None:
        """Take one message."""
        if message.get("cancel"):
            self.cancelled = True
            return
        settings = json.dumps(
            {name: item for name, item in message.items() if name not in _OF_CONTEXT},
            sort_keys=True,
        )
        if settings != self._settings:
            self.said += f"{_SETTINGS}{settings}{_SETTINGS}"
            self._settings = settings
        self.said += str(message.get("transcript") or "")
        if message.get("flush"):
            self.said += _FLUSH
        if not message.get("continue"):
            self.said += _END

    def covers(self, place: Said) -> bool:
        """See `Said`."""
        if not isinstance(place, Speech):
            return False
        return self.cancelled if place.cancelled else len(self.said) >= len(place.said)

    def agrees(self, whole: Said) -> bool:
        """See `Said`."""
        return isinstance(whole, Speech) and whole.said.startswith(self.said)

    def copy(self) -> Speech:
        """See `Said`."""
        return Speech(self.said, self.cancelled)

    def fields(self) -> dict[str, object]:
        """See `Said`."""
        fields: dict[str, object] = {"transcript": ""}
        for place, part in enumerate(self.said.split(_SETTINGS)):
            if place % 2:
                fields |= cast("dict[str, object]", json.loads(part))
            else:
                fields["transcript"] = f"{fields['transcript']}{part}"
        spoken = str(fields["transcript"])
        fields["transcript"] = spoken.replace(_FLUSH, "<flush>").replace(_END, "<end>")
        return fields


@dataclass
class Hearing(Said):
    """What a client has sent on a socket without contexts: audio, and messages between it.

    Attributes:
        nbytes: Bytes of audio.
        marks: The messages.
        digests: The SHA-256 of all audio before each place, by its number of bytes.
    """

    nbytes: int = 0
    marks: list[str] = field(default_factory=list[str])
    digests: dict[int, str] = field(default_factory=dict[int, str])

    def add(self, message: object) -> None:
        """Take one message of text."""
        self.marks.append(json.dumps(_stable(message), sort_keys=True))

    def covers(self, place: Said) -> bool:
        """See `Said`."""
        if not isinstance(place, Hearing):
            return False
        return self.nbytes >= place.nbytes and len(self.marks) >= len(place.marks)

    def agrees(self, whole: Said) -> bool:
        """See `Said`."""
        if not isinstance(whole, Hearing):
            return False
        known = all(whole.digests.get(at, digest) == digest for at, digest in self.digests.items())
        return known and whole.marks[: len(self.marks)] == self.marks

    def copy(self) -> Hearing:
        """See `Said`."""
        return Hearing(self.nbytes, list(self.marks), dict(self.digests))

    def fields(self) -> dict[str, object]:
        """See `Said`."""
        return {
            "messages": list[object](self.marks),
            "audio": dict(map(_named, self.digests.items())),
        }


def _named(place: tuple[int, str]) -> tuple[str, object]:
    return f"sha256 of the first {place[0]} bytes", place[1]


@dataclass
class Track:
    """One context of a socket, or a whole socket without contexts.

    Attributes:
        number: Which exchange it belongs to, from 1.
        context_id: The id it has in the cassette.
        whole: All that the client sent.
        answers: What the service sent, and after which words or audio.
        taken: Whether it has been replayed.
    """

    number: int
    context_id: str | None
    whole: Said
    answers: list[tuple[Said, dict[str, object]]] = field(
        default_factory=list[tuple[Said, dict[str, object]]]
    )
    taken: bool = False
    ended: bool = False


def tracks_of(number: int, messages: Iterable[dict[str, object]]) -> list[Track]:
    """Return the tracks of one recorded socket."""
    tracks: dict[str | None, Track] = {}

    def track(context_id: object) -> Track:
        key = context_id if isinstance(context_id, str) else None
        whole = Hearing() if key is None else Speech()
        return tracks.setdefault(key, Track(number, key, whole))

    for entry in messages:
        match entry:
            case {"send": {"json": {"context_id": str(key)}}}:
                cast("Speech", track(key).whole).add(_content(entry["send"]))
            case {"send": {"audio_bytes": int(nbytes), "sha256": str(digest)}}:
                hearing = cast("Hearing", track(None).whole)
                hearing.nbytes += nbytes
                hearing.digests[hearing.nbytes] = digest
            case {"send": message}:
                cast("Hearing", track(None).whole).add(message)
            case {"receive": {"json": {"context_id": str(key)}}} if key in tracks:
                tracks[key].answers.append((tracks[key].whole.copy(), entry))
                tracks[key].ended = bool(_content(entry["receive"]).get("done"))
            case {"receive": _}:
                found = track(None)
                found.answers.append((found.whole.copy(), entry))
            case _:  # the service closed the socket
                for found in tracks.values():
                    if not found.ended:
                        found.answers.append((found.whole.copy(), entry))
    return list(tracks.values())


def _content(message: object) -> Mapping[str, object]:
    return cast("dict[str, dict[str, object]]", message)["json"]


class AudioDigests:
    """The digests of a stream of audio at the places where a recording has some."""

    def __init__(self, places: Iterable[int]) -> None:
        self._places = sorted(set(places))
        self._hash = hashlib.sha256()

    def feed(self, hearing: Hearing, data: bytes) -> None:
        """Take audio that the client has sent."""
        view = memoryview(data)
        while len(view):
            due = next((at for at in self._places if at > hearing.nbytes), None)
            piece = view if due is None else view[: due - hearing.nbytes]
            self._hash.update(piece)
            hearing.nbytes += len(piece)
            view = view[len(piece) :]
            if due is not None and hearing.nbytes == due:
                hearing.digests[due] = self._hash.hexdigest()
