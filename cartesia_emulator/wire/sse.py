"""Write server-sent events, with the faults of event streams applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..faults import Fault

__all__ = ["EventWriter"]


class EventWriter:
    """Turns payloads into the bytes of an event stream, in pieces to write one by one."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._styles = {fault.name for fault in faults if fault.name.startswith("sse-")}
        self._begun = False

    def event(self, name: str, payload: bytes) -> Iterator[bytes]:
        """Yield the bytes of one event."""
        yield from self._pieces(b"".join(line + b"\n" for line in self.lines(name, payload)))

    def lines(self, name: str, payload: bytes) -> list[bytes]:
        """Return the lines of one event, with the empty line at its end."""
        space = b"" if "sse-no-space" in self._styles else b" "
        lines = [b"data:" + space + payload, b""]
        if name and "sse-no-event" not in self._styles:
            lines.insert(0, b"event:" + space + name.encode())
        if "sse-comments" in self._styles:
            lines = [b": keep-alive", b"", b":", *lines]
        return lines

    def _pieces(self, block: bytes) -> Iterator[bytes]:
        if self._styles & {"sse-crlf", "sse-crlf-split"}:
            block = block.replace(b"\n", b"\r\n")
        elif "sse-cr" in self._styles:
            block = block.replace(b"\n", b"\r")
        if not self._begun and "sse-bom" in self._styles:
            block = b"\xef\xbb\xbf" + block
        self._begun = True
        if "sse-byte-by-byte" in self._styles:
            yield from (block[place : place + 1] for place in range(len(block)))
        elif "sse-crlf-split" in self._styles:
            yield from _between_crlf(block)
        else:
            yield block


def _between_crlf(block: bytes) -> Iterator[bytes]:
    *lines, rest = block.split(b"\r\n")
    for line in lines:
        yield line + b"\r"
        yield b"\n"
    if rest:
        yield rest
