"""Apply faults to frames: frames in, actions for the connection out.

One `Mangler` serves one context, event stream or audio body. `transport` and `streaming` carry the
actions out on sockets.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..faults import Fault

    Translate: TypeAlias = Callable[[dict[str, object]], dict[str, object] | None]
    """Turns a frame of today's API into the one to send, or None to send none."""

__all__ = [
    "Abort",
    "Action",
    "Close",
    "Fragments",
    "Half",
    "Mangler",
    "Pause",
    "Send",
    "Stop",
    "Translate",
    "plain_error",
    "untyped",
]


class Send(msgspec.Struct, frozen=True):
    """Send this as one frame."""

    payload: bytes
    event: str = ""


class Fragments(msgspec.Struct, frozen=True):
    """Send this as one message in fragments, with a ping between."""

    payload: bytes


class Half(msgspec.Struct, frozen=True):
    """Send the first half of this frame; end the connection."""

    payload: bytes
    event: str = ""


class Pause(msgspec.Struct, frozen=True):
    """Send nothing for some seconds; None is forever."""

    seconds: float | None


class Abort(msgspec.Struct, frozen=True):
    """Reset the connection."""


class Close(msgspec.Struct, frozen=True):
    """Close the connection with this code; None closes it without a close frame."""

    code: int | None


class Stop(msgspec.Struct, frozen=True):
    """Send nothing more on this context or stream, as if it were complete."""


Action: TypeAlias = Send | Fragments | Half | Pause | Abort | Close | Stop

# Faults of one moment: each applies at the first possible frame once `after` have passed.
_ENDING = ("drop", "truncate", "close", "half-frame")


class Mangler:
    """Applies the faults of one context or stream to its frames.

    Args:
        faults: The faults to apply.
        translate: Turns each frame into the one to send; by default they are sent as given.
    """

    def __init__(self, faults: Iterable[Fault] = (), *, translate: Translate | None = None) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        self._translate = translate
        self._sent = 0
        self._spent: set[str] = set()
        self._held = b""
        self._last_chunk: dict[str, object] | None = None

    def silences(self) -> bool:
        """Whether a fault drops all audio."""
        return self.has("empty-audio")

    def has(self, name: str) -> bool:
        """Whether a fault of the whole stream applies."""
        return any(fault.name == name for fault in self.faults)

    def once(self, name: str) -> Fault | None:
        """Take a fault that is due before the next frame; it happens only once."""
        return self._once(name)

    def frame(self, frame: dict[str, object], audio: bytes | None = None) -> Iterator[Action]:
        """Return the actions for one frame.

        Args:
            frame: The frame as it would be sent.
            audio: The audio in the frame, if it is a chunk.
        """
        final = frame["type"] == "done"
        yield from self._extra(frame, final=final)
        yield from self._interrupt(frame, final=final)
        if final:
            yield from self._done(frame)
            return
        if audio is not None:
            self._last_chunk = frame
            frame = self._chunk(frame, audio)
        yield from self._send(frame)

    def body(self, chunk: bytes) -> Iterator[Action]:
        """Return the actions for one chunk of an audio body."""
        yield from self._interrupt(None)
        self._sent += 1
        yield Send(self._unaligned(chunk))

    def body_end(self) -> Iterator[Action]:
        """Return the actions for the end of an audio body."""
        if self._held:
            yield Send(self._held)
        yield from self._interrupt(None, final=True)

    def stream_end(self, frame: dict[str, object]) -> Iterator[Action]:
        """Return the actions for the end of a stream whose end has no frame of its own.

        Args:
            frame: What all frames of the stream have in common.
        """
        yield from self._extra(frame, final=True)
        yield from self._interrupt(None, final=True)

    def _extra(self, frame: dict[str, object], *, final: bool) -> Iterator[Action]:
        """Send the extra frames of faults before this one."""
        if self._once("unknown-type", final=final):
            yield from self._send({**_common(frame), "type": "aurora", "glow": 0.5})
        if self._once("stale-context", final=final):
            chunk = {"data": "AAAAAA==", "step_time": 1.0, "context_id": "stale-context"}
            yield from self._send({**_common(frame), "type": "chunk", **chunk})
        if fault := self._once("error", final=final):
            yield from self._fail(fault, frame, named=True)
        if fault := self._once("error-without-context", final=final):
            yield from self._fail(fault, frame, named=False)

    def _fail(self, fault: Fault, frame: dict[str, object], *, named: bool) -> Iterator[Action]:
        context_id = frame.get("context_id")
        error = fault.error().frame(
            "00000000-0000-4000-8000-000000000000",
            context_id if named and isinstance(context_id, str) else None,
        )
        yield from self._send(error)
        yield Stop()

    def _interrupt(
        self, frame: dict[str, object] | None, *, final: bool = False
    ) -> Iterator[Action]:
        """Apply faults that interrupt the stream; a short stream meets them at its last frame."""
        if fault := self._once("stall", final=final):
            yield Pause(fault.seconds)
        if fault := self._once(*_ENDING, final=final):
            match fault.name:
                case "drop":
                    yield Abort()
                case "half-frame" if frame and (payload := self._encode(frame)):
                    yield Half(payload, str(frame["type"]))
                case "close" if fault.value != "none":
                    yield Close(fault.number)
                case _:
                    yield Close(None)

    def _chunk(self, frame: dict[str, object], audio: bytes) -> dict[str, object]:
        if self._once("missing-data"):
            return {key: value for key, value in frame.items() if key != "data"}
        if self._once("bad-base64"):
            return frame | {"data": "*not base64*"}
        if fault := self._once("oversize-frame"):
            return frame | {"data": _b64(bytes(fault.number))}
        if self.has("split-sample"):
            return frame | {"data": _b64(self._unaligned(audio))}
        return frame

    def _done(self, frame: dict[str, object]) -> Iterator[Action]:
        if self._held:
            chunk = (self._last_chunk or frame) | {"data": _b64(self._held)}
            self._held = b""
            yield from self._send(chunk)
        if self.has("no-done"):
            yield Stop()
            return
        yield from self._send(frame)
        if self.has("done-twice"):
            yield from self._send(frame)
        if self.has("late-frames-after-done"):
            late = {"type": "chunk", "data": "AAAAAA==", "step_time": 1.0}
            yield from self._send({**_common(frame), **late})

    def _send(self, frame: dict[str, object]) -> Iterator[Action]:
        payload, event = self._encode(frame), str(frame["type"])
        if payload is None:
            return
        due = self._sent
        self._sent += 1
        if self._once("bad-utf8", at=due):
            payload = payload[:-1] + b',"note":"\xff\xfe"}'
        elif self._once("bad-json", at=due):
            payload = payload[:-1]
        yield Fragments(payload) if self.has("fragment") else Send(payload, event)

    def _encode(self, frame: dict[str, object]) -> bytes | None:
        sent = frame if self._translate is None else self._translate(frame)
        return None if sent is None else encode_json(sent, self.faults)

    def _unaligned(self, audio: bytes) -> bytes:
        """Move the last byte of every chunk to the next one."""
        if not self.has("split-sample") or not audio:
            return audio
        data = self._held + audio
        self._held = data[-1:]
        return data[:-1]

    def _once(self, *names: str, at: int | None = None, final: bool = False) -> Fault | None:
        due = self._sent if at is None else at
        for fault in self.faults:
            ready = fault.after <= due or final
            if fault.name in names and ready and fault.name not in self._spent:
                self._spent.add(fault.name)
                return fault
        return None


def untyped(frame: dict[str, object]) -> dict[str, object]:
    """Drop ``type`` from chunks and the last frame, as the voice changer does."""
    if frame["type"] not in ("chunk", "done"):
        return frame
    return {key: value for key, value in frame.items() if key != "type"}


def plain_error(frame: dict[str, object]) -> dict[str, object]:
    """Turn an error frame into that of older versions, whose ``error`` is a text."""
    if frame["type"] != "error":
        return frame
    kept = {name: frame[name] for name in _PLAIN_ERROR if name in frame}
    return kept | {"error": f"{frame['title']}: {frame['message']}"}


_PLAIN_ERROR = ("type", "done", "status_code", "context_id")


def encode_json(value: dict[str, object] | list[object], faults: Iterable[Fault]) -> bytes:
    """Encode a JSON object or array, with the faults that affect JSON objects."""
    names = {fault.name for fault in faults}
    if not isinstance(value, dict):
        return msgspec.json.encode(value)
    if "extra-fields" in names:
        value = {"$schema": None, **value, "aurora": {"glow": [1, None, {"deep": True}]}}
    if "reordered-json" not in names:
        return msgspec.json.encode(value)
    plain = msgspec.to_builtins(value)
    text = json.dumps(dict(reversed(plain.items())), indent=1, separators=(" , ", " : "))
    return text.replace("\n", " ").replace("/", "\\/").encode()


def _common(frame: dict[str, object]) -> dict[str, object]:
    context_id = frame.get("context_id")
    shared: dict[str, object] = {"done": False, "status_code": 206}
    return shared if context_id is None else shared | {"context_id": context_id}


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
