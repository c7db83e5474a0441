"""Faults by name: what a network or a service can do wrong, produced on request.

A fault is plain data: a name, an optional value, how many frames pass before it (``after``), how
often it happens (``times``) and on which path. In a stream with fewer frames than ``after`` it
happens at the end; faults of a whole stream (``fragment``, ``no-done``, ``split-sample``, the
writing of JSON and of event streams) take no ``after``. There are three ways to ask for one:

- the header ``X-Emulator-Fault: name``, or ``name=value; after=3``, several with commas, on an
  HTTP request or a websocket handshake (there for each context of the socket);
- ``emulator.inject("drop", after=2, times=1, path="/tts/sse")`` in process; as a context manager
  the fault ends with the block, at the latest;
- ``POST /emulator/faults`` with ``{"name": "drop", "after": 2, ...}`` or a list of those.

Without a path, the last two aim faults that break a stream (``drop``, ``stall``, ``close``,
``half-frame``, ``fragment``, ``bad-utf8``, ``unknown-type``, ``error``, ``no-done``) at speech, so
that a test that transcribes what it heard is not struck by the fault it asked for. Name the path
to aim at another operation: ``path="/stt/websocket"``.

The sockets that listen (``/stt/websocket`` and ``/stt/turns/websocket``; ``ears`` in the table)
have the faults of ``ws`` too, except those of audio and of contexts and ``late-frames-after-done``;
each connection counts its own frames.

They apply to the routes of v0 (``/v0``) too, in the shapes of v0: a refusal is text, an error frame
is ``{"error": ...}``. ``/v0/audio/sse`` and ``/v0/audio/stream`` count as ``sse``; where they
have no last frame (see the option ``v0_events``), faults of that frame change nothing.

===========================  =============  ========================================================
name = default value         where          what happens
===========================  =============  ========================================================
status = 500                 any            this status with a structured body; options ``code``,
                                            ``title``, ``message``, ``doc-url``, ``retry-after``,
                                            ``retry-after-ms`` and ``should-retry``; on a socket,
                                            its handshake
handshake-status = 503       ws handshake   the same, for handshakes only
html = 502                   any            an HTML page with this status (200 works too)
empty-body = 204             http           this status and no body
error-200                    http           a structured error body with status 200
slow-headers = 1             any            seconds before the response begins
drop                         http, ws       the connection is reset after ``after`` frames
truncate                     body, sse      the chunked body ends without its last chunk
stall = forever              body, sse, ws  seconds without a byte; other contexts go on
close = 1011                 ws             a close frame with this code; ``none``: end of stream
half-frame                   sse, ws        half a frame, then end of stream
fragment                     ws             every message in fragments with a ping between
ignore-pings                 ws handshake   pings get no pong
bad-base64                   sse, ws        a chunk whose data is not base64
bad-utf8                     sse, ws        a frame that is not UTF-8
bad-json                     json, sse, ws  a frame or body that is not JSON
unknown-type                 sse, ws        one extra frame of a type nobody knows
extra-fields                 json, sse, ws  members nobody knows in every frame or body
missing-data                 sse, ws        a chunk without its data
stale-context                sse, ws        one extra chunk of a context nobody opened
error = 500                  sse, ws        an error frame of this status ends the context; options
                                            as for ``status``
error-without-context = 500  ws             the same frame without ``context_id``
no-done                      sse, ws        all but the ``done`` frame
done-twice                   sse, ws        two ``done`` frames
late-frames-after-done       sse, ws        a chunk after the ``done`` frame
empty-audio                  body, sse, ws  no audio; the stream ends as if all were well
oversize-frame = 2097152     sse, ws        one chunk with so many bytes of silence
split-sample                 body, sse, ws  chunks end in the middle of a sample
reordered-json               json, sse, ws  the same JSON: other order, blanks, escapes
drop-after-audio = 1         ears           the connection is reset after as many messages of audio
close-after-audio = 1        ears           the same, with a close frame (1011)
word-columns                 ears           words as columns in place of a list of words
no-flush-done                ears           ``finalize`` gets no answer
no-turn-start                ears           turns without their ``turn.start``
revised-turn                 ears           one ``turn.update`` that contradicts those before it
turn-ids                     ears           every event of a turn has a ``turn_id``
sse-cr                       sse            lines end with CR
sse-crlf                     sse            lines end with CR LF
sse-crlf-split               sse            the same, each CR and LF in packets of their own
sse-bom                      sse            a byte order mark first
sse-comments                 sse            comment lines between events
sse-no-space                 sse            no space after the colons
sse-no-event                 sse            no ``event:`` lines
sse-byte-by-byte             sse            one byte a write
===========================  =============  ========================================================
"""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

import msgspec

from .errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

__all__ = [
    "FAULTS",
    "ArmedFault",
    "Fault",
    "FaultBox",
    "Where",
    "descriptions",
    "make_fault",
    "parse_header",
]

Where: TypeAlias = Literal["http", "body", "sse", "handshake", "context", "listener"]
"""Where a fault can happen: a JSON response, an audio body, an event stream, a handshake, one
context of a websocket that speaks, or a websocket that listens."""

_EXCHANGE: Final = ("http", "body", "sse", "handshake")
_STREAMS: Final = ("sse", "context")
_JSON: Final = ("http", "sse", "context", "listener")
_SOCKETS: Final = ("context", "listener")
_EARS: Final = ("listener",)


_SPEECH: Final = frozenset({"body", "sse", "context"})


class Kind(msgspec.Struct, frozen=True):
    """Where a fault can happen, and its default value.

    ``aimed`` faults happen in speech, unless their path says otherwise.
    """

    where: tuple[Where, ...]
    default: str | None = None
    aimed: bool = False

    @property
    def aim(self) -> tuple[Where, ...]:
        """Where it happens if it has no path."""
        return tuple(where for where in self.where if where in _SPEECH or not self.aimed)


FAULTS: Final[Mapping[str, Kind]] = {
    "status": Kind(_EXCHANGE, "500"),
    "handshake-status": Kind(("handshake",), "503"),
    "html": Kind(_EXCHANGE, "502"),
    "empty-body": Kind(("http", "body", "sse"), "204"),
    "error-200": Kind(("http", "body", "sse")),
    "slow-headers": Kind(_EXCHANGE, "1"),
    "drop": Kind(("http", "body", "sse", *_SOCKETS), aimed=True),
    "truncate": Kind(("body", "sse")),
    "stall": Kind(("body", "sse", *_SOCKETS), "forever", aimed=True),
    "close": Kind(_SOCKETS, "1011", aimed=True),
    "half-frame": Kind((*_STREAMS, "listener"), aimed=True),
    "fragment": Kind(_SOCKETS, aimed=True),
    "ignore-pings": Kind(("handshake",)),
    "bad-base64": Kind(_STREAMS),
    "bad-utf8": Kind((*_STREAMS, "listener"), aimed=True),
    "bad-json": Kind(_JSON),
    "unknown-type": Kind((*_STREAMS, "listener"), aimed=True),
    "extra-fields": Kind(_JSON),
    "missing-data": Kind(_STREAMS),
    "stale-context": Kind(_STREAMS),
    "error": Kind((*_STREAMS, "listener"), "500", aimed=True),
    "error-without-context": Kind(("context",), "500"),
    "no-done": Kind((*_STREAMS, "listener"), aimed=True),
    "done-twice": Kind((*_STREAMS, "listener")),
    "late-frames-after-done": Kind(_STREAMS),
    "empty-audio": Kind(("body", "sse", "context")),
    "oversize-frame": Kind(_STREAMS, "2097152"),
    "split-sample": Kind(("body", "sse", "context")),
    "reordered-json": Kind(_JSON),
    "drop-after-audio": Kind(_EARS, "1"),
    "close-after-audio": Kind(_EARS, "1"),
    "word-columns": Kind(_EARS),
    "no-flush-done": Kind(_EARS),
    "no-turn-start": Kind(_EARS),
    "revised-turn": Kind(_EARS),
    "turn-ids": Kind(_EARS),
    "sse-cr": Kind(("sse",)),
    "sse-crlf": Kind(("sse",)),
    "sse-crlf-split": Kind(("sse",)),
    "sse-bom": Kind(("sse",)),
    "sse-comments": Kind(("sse",)),
    "sse-no-space": Kind(("sse",)),
    "sse-no-event": Kind(("sse",)),
    "sse-byte-by-byte": Kind(("sse",)),
}

_INTEGER: Final = frozenset(
    {"status", "handshake-status", "html", "empty-body", "error", "error-without-context"}
    | {"oversize-frame", "drop-after-audio", "close-after-audio"}
)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault.

    Attributes:
        name: A key of `FAULTS`.
        value: What the table calls its value; its default when None.
        after: Frames (or chunks of a body) to send unchanged before it.
        times: How often it happens; None is always.
        path: Only on this path; None is every path.
        options: Further settings, such as ``retry-after`` of ``status``.
    """

    name: str
    value: str | None = None
    after: int = 0
    times: int | None = None
    path: str | None = None
    options: dict[str, str] = {}

    def __post_init__(self) -> None:
        kind = FAULTS.get(self.name)
        if kind is None:
            raise ValueError(f"unknown fault {self.name!r}; known: {', '.join(FAULTS)}")
        for option in self.options:
            if option not in _OPTIONS:
                raise ValueError(f"unknown option {option!r}; known: {', '.join(_OPTIONS)}")
        if self.value is None and kind.default is not None:
            msgspec.structs.force_setattr(self, "value", kind.default)
        if self.after < 0 or (self.times is not None and self.times < 1):
            raise ValueError(f"{self.name}: after counts from 0 and times from 1")
        self._check_value()

    def _check_value(self) -> None:
        if self.name in _INTEGER:
            counts = self.name.endswith(("-frame", "-audio"))
            low, high = (1, 1 << 28) if counts else (200, 599)
            if not (self.value or "").isdecimal() or not low <= self.number <= high:
                raise ValueError(f"{self.name}: {self.value!r} is not a number {low}..{high}")
        elif self.name == "close" and self.value != "none":
            if not (self.value or "").isdecimal() or not 1000 <= self.number <= 4999:
                raise ValueError(f"close: {self.value!r} is neither a close code nor 'none'")
        elif self.name in ("stall", "slow-headers"):
            _ = self.seconds

    @property
    def number(self) -> int:
        """The value as an integer."""
        return int(self.value or 0)

    @property
    def seconds(self) -> float | None:
        """The value as seconds; None is forever."""
        if self.value == "forever":
            return None
        try:
            seconds = float(self.value or 0)
        except ValueError:
            seconds = -1.0
        if not 0 <= seconds < float("inf"):
            raise ValueError(f"{self.name}: {self.value!r} is not a number of seconds")
        return seconds

    def applies(self, where: Where, path: str) -> bool:
        """Whether it can happen there."""
        return where in FAULTS[self.name].where and self.path in (None, path)

    def strikes(self, where: Where, path: str) -> bool:
        """Whether it happens there if nobody asked for it in the request itself."""
        aimed = self.path is not None or where in FAULTS[self.name].aim
        return aimed and self.applies(where, path)

    def error(self) -> ApiError:
        """Return the structured error of the faults ``status`` and ``error``."""
        headers = {
            header: self.options[option]
            for option, header in _ERROR_HEADERS.items()
            if option in self.options
        }
        return ApiError(
            self.number,
            self.options.get("message", "A fault was asked for."),
            code=self.options.get("code"),
            title=self.options.get("title"),
            doc_url=self.options.get("doc-url"),
            headers=headers,
        )


_ERROR_HEADERS: Final = {
    "retry-after": "Retry-After",
    "retry-after-ms": "Retry-After-Ms",
    "should-retry": "X-Should-Retry",
}
_OPTIONS: Final = ("code", "message", "title", "doc-url", *_ERROR_HEADERS)


def descriptions() -> dict[str, str]:
    """Return what happens with each fault, as the table above says; "" where Python dropped it."""
    found = dict.fromkeys(FAULTS, "")
    name = ""
    for line in (__doc__ or "").splitlines():
        row = re.fullmatch(
            r"(?P<name>[a-z][a-z0-9-]+)(?: = \S+)? {2,}\S.*? {2,}(?P<about>\S.*)", line
        )
        if row is not None and row["name"] in FAULTS:
            name = row["name"]
            found[name] = row["about"]
        elif name and line.startswith(" " * 30):
            found[name] += f" {line.strip()}"
        else:
            name = ""
    return found


def make_fault(
    name: str,
    value: str | float | None,
    *,
    after: int,
    times: int | None,
    path: str | None,
    **options: object,
) -> Fault:
    """Make a fault from Python values; ``_`` in the names of options stands for ``-``.

    Raises:
        ValueError: For an unknown name or an invalid value.
    """
    return Fault(
        name=name,
        value=None if value is None else str(value),
        after=after,
        times=times,
        path=path,
        options={key.replace("_", "-"): str(item) for key, item in options.items()},
    )


def parse_header(header: str) -> tuple[Fault, ...]:
    """Read ``X-Emulator-Fault``.

    Raises:
        ApiError: 400, for an unknown name or an invalid value.
    """
    return tuple(_parse(part) for part in header.split(",") if part.strip())


def _parse(text: str) -> Fault:
    head, *rest = (part.strip() for part in text.split(";"))
    name, _, value = head.partition("=")
    settings = {key.strip(): item.strip() for key, _, item in (p.partition("=") for p in rest)}
    try:
        return Fault(
            name=name.strip(),
            value=value.strip() or None,
            after=int(settings.pop("after", 0)),
            times=int(times) if (times := settings.pop("times", None)) else None,
            options=settings,
        )
    except ValueError as error:
        raise ApiError(400, f"X-Emulator-Fault: {error}") from error


class ArmedFault:
    """A fault that waits to happen; as a context manager, it ends with the block."""

    def __init__(self, box: FaultBox, fault: Fault) -> None:
        self.fault = fault
        self.left: int | None = fault.times
        self._box = box

    def remove(self) -> None:
        """Remove it; do nothing if it has happened as often as it should."""
        self._box.disarm(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()


class FaultBox:
    """Faults for requests and contexts to come. Thread-safe."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._lock = threading.Lock()
        self._armed: list[ArmedFault] = []
        for fault in faults:
            self.arm(fault)

    def arm(self, fault: Fault) -> ArmedFault:
        """Add a fault."""
        armed = ArmedFault(self, fault)
        with self._lock:
            self._armed.append(armed)
        return armed

    def disarm(self, armed: ArmedFault) -> None:
        """Remove a fault, if it is still there."""
        with self._lock:
            self._armed = [other for other in self._armed if other is not armed]

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._armed.clear()

    def __len__(self) -> int:
        with self._lock:
            return len(self._armed)

    def take(self, where: Where, path: str) -> list[Fault]:
        """Take the faults of one request or context; each uses up one of its times."""
        with self._lock:
            struck = [armed for armed in self._armed if armed.fault.strikes(where, path)]
            for armed in struck:
                armed.left = None if armed.left is None else armed.left - 1
            self._armed = [armed for armed in self._armed if armed.left != 0]
        return [armed.fault for armed in struck]
