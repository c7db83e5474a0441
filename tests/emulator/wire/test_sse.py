"""Event streams: every way to write them gives the same events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_emulator.faults import FAULTS, Fault
from cartesia_emulator.wire.sse import EventWriter
from cartesia_stream._protocol.sse import EventStreamParser

STYLES = sorted(name for name in FAULTS if name.startswith("sse-"))
PAYLOADS = st.text("ab:é{} \\", min_size=1, max_size=6).map(str.encode)
EVENTS = st.lists(st.tuples(st.sampled_from(["chunk", "done", ""]), PAYLOADS), max_size=3)


def written(events: list[tuple[str, bytes]], *styles: str) -> list[bytes]:
    writer = EventWriter(Fault(name=style) for style in styles)
    return [piece for name, payload in events for piece in writer.event(name, payload)]


@given(EVENTS, st.sets(st.sampled_from(STYLES), max_size=4))
def test_every_style_says_the_same(events: list[tuple[str, bytes]], styles: set[str]) -> None:
    if "sse-no-space" in styles:  # a blank at the start of a payload would be taken for the space
        events = [(name, payload.lstrip() or b"x") for name, payload in events]
    parser = EventStreamParser()
    pieces = written(events, *styles)
    read = [data for piece in pieces for data in parser.receive_data(piece)]
    assert read == [payload for _, payload in events]
    lines = b"".join(pieces).removeprefix(b"\xef\xbb\xbf").splitlines()
    fields = [line.partition(b":") for line in lines]
    # a name belongs to the data of the line after it
    before = [b"", *(value.strip() if name == b"event" else b"" for name, _, value in fields)]
    names = [before[at].decode() for at, field in enumerate(fields) if field[0] == b"data"]
    if "sse-no-event" in styles:
        assert set(names) <= {""}
    else:
        assert names == [name for name, _ in events]


@pytest.mark.parametrize(
    ("style", "pieces"),
    [
        (None, [b"event: done\ndata: {}\n\n"]),
        ("sse-no-space", [b"event:done\ndata:{}\n\n"]),
        ("sse-no-event", [b"data: {}\n\n"]),
        ("sse-comments", [b": keep-alive\n\n:\nevent: done\ndata: {}\n\n"]),
        ("sse-crlf", [b"event: done\r\ndata: {}\r\n\r\n"]),
        ("sse-cr", [b"event: done\rdata: {}\r\r"]),
        ("sse-bom", [b"\xef\xbb\xbfevent: done\ndata: {}\n\n"]),
        ("sse-crlf-split", [b"event: done\r", b"\n", b"data: {}\r", b"\n", b"\r", b"\n"]),
        ("sse-byte-by-byte", [bytes([byte]) for byte in b"event: done\ndata: {}\n\n"]),
    ],
)
def test_each_style(style: str | None, pieces: list[bytes]) -> None:
    assert written([("done", b"{}")], *filter(None, [style])) == pieces


def test_every_style_is_tested() -> None:
    (mark,) = test_each_style.pytestmark  # type: ignore[attr-defined]  # of the decorator
    assert {style for style, _ in mark.args[1]} == {None, *STYLES}


def test_a_byte_order_mark_comes_once() -> None:
    assert b"".join(written([("", b"1"), ("", b"2")], "sse-bom")).count(b"\xef\xbb\xbf") == 1
