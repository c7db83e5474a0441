"""What is measured, and the bars that it is held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from bench.plan import MANY_CONTEXTS, Load

Voicing = Literal["stream", "first-audio", "cold", "hold", "growth", "voices", "ready", "start"]
Listening = Literal["hear", "idle", "latency", "errors"]
Do = Voicing | Listening
Loop = Literal["asyncio", "uvloop"]
TOTAL: Final = 6400  # chunks of a flood: half a second of the official SDK
ONE: Final = Load(1)
SKIPPED: Final = 5  # chunks of each context that do not count for delays: everybody warms up


@dataclass(frozen=True)
class Client:
    """A client as a worker can be told to be it.

    Attributes:
        side: Module of `bench.adapters`.
        adapter: Name in it.
        loop: The event loop of an adapter on asyncio.
    """

    side: str
    adapter: str
    loop: Loop = "asyncio"


@dataclass(frozen=True)
class Order:
    """What a client is told to do."""

    do: Do
    load: Load = ONE
    times: int = 1
    tls: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the table: a figure of ours over the same figure of another client or load.

    Attributes:
        name: To choose it by.
        what: For the table.
        figure: Which of the figures that the order yields.
        ours: Our client.
        order: What it does.
        against: What it is compared with; None shows the figure alone.
        baseline: What that does, if it is something else.
        at_most: The bar for the ratio.
        stretch: A bar that is hoped for.
        references: Other clients that show what is possible.
        repetitions: At most so many, for what takes long and varies little.
    """

    name: str
    what: str
    figure: str
    ours: Client
    order: Order
    against: Client | None
    baseline: Order | None = None
    at_most: float | None = None
    stretch: float | None = None
    references: tuple[Client, ...] = ()
    repetitions: int = 99


def _flood(
    name: str,
    what: str,
    adapter: str,
    load: Load,
    bars: tuple[float | None, float | None] = (None, None),
    *,
    tls: bool = False,
    official: str | None = None,
    references: bool = False,
) -> Row:
    """CPU per chunk while the server sends as fast as it can."""
    others = ("bare", "limit", "floor") if references else ()
    load = replace(load, chunks=TOTAL // load.contexts)
    return Row(
        name=name,
        what=what,
        figure="cpu_us",
        ours=Client("ours", adapter),
        order=Order("stream", load, tls=tls),
        against=Client("official", official or adapter),
        at_most=bars[0],
        stretch=bars[1],
        references=tuple(Client(side, adapter) for side in others),
    )


MANY: Final = Load(32)
PACED: Final = Load(100, 100, pace="real")
POOLED: Final = Load(1000, 100, pace="real")
POOLED_LARGE: Final = Load(1000, 25, 17640, "real")
WAITING: Final = Load(100, 1, pace="hold")
SINGLE: Final = Load(1, 1)
LONG: Final = Load(1, 12_000, pace="brisk")

FLOODS: Final = (
    _flood("ws-async-1", "WS async, 1 context", "async-ws", ONE, (0.15, 0.09), references=True),
    _flood("ws-async-32", "WS async, 32 contexts", "async-ws", MANY, (0.16, 0.09), references=True),
    _flood("ws-async-640", "WS async, 640 B", "async-ws", Load(1, size=640), (0.16, 0.08)),
    _flood("ws-async-17640", "WS async, 17,640 B", "async-ws", Load(1, size=17640), (0.12, 0.08)),
    _flood("ws-sync-1", "WS sync, 1 context", "sync-ws", ONE, (0.15, 0.08), references=True),
    _flood("ws-sync-32", "WS sync, 32 contexts", "sync-ws", MANY, (0.16, 0.08), references=True),
    _flood(
        "ws-async-deflate",
        "WS async, the server accepts compression",
        "async-ws",
        Load(1, deflate=True),
        (0.15, 0.08),
    ),
    _flood(
        "sse-async-1",
        "SSE async, 1 stream",
        "async-sse",
        ONE,
        (0.18, 0.12),
        references=True,
    ),
    _flood(
        "sse-async-32",
        "SSE async, 32 streams",
        "async-sse",
        MANY,
        (0.18, 0.12),
        references=True,
    ),
    _flood("sse-sync-1", "SSE sync, 1 stream", "sync-sse", ONE, (0.25, 0.15), references=True),
    _flood("sse-sync-32", "SSE sync, 32 streams", "sync-sse", MANY, (0.30, 0.15), references=True),
)
OTHERS: Final = (
    _flood("speak-async-1", "`speak`, async, 1", "async-speak", ONE, official="async-ws"),
    _flood("speak-async-32", "`speak`, async, 32", "async-speak", MANY, official="async-ws"),
    _flood("speak-sync-1", "`speak`, sync, 1", "sync-speak", ONE, official="sync-ws"),
    _flood("ws-async-blanks", "WS async, blanks in the JSON", "async-ws", Load(layout="blanks")),
    _flood("ws-async-reversed", "WS async, fields reversed", "async-ws", Load(layout="reversed")),
    _flood(
        "ws-sync-threads", "WS sync, 32, a thread each", "sync-threads", MANY, official="sync-ws"
    ),
    _flood("bytes-async", "plain bytes, async", "async-bytes", ONE),
    _flood("bytes-sync", "plain bytes, sync", "sync-bytes", ONE),
    _flood("tls-ws-async-1", "WS async, 1 context, TLS", "async-ws", ONE, tls=True),
    _flood("tls-ws-async-32", "WS async, 32 contexts, TLS", "async-ws", MANY, tls=True),
    _flood("tls-ws-sync-1", "WS sync, 1 context, TLS", "sync-ws", ONE, tls=True),
    _flood("tls-sse-async-1", "SSE async, 1 stream, TLS", "async-sse", ONE, tls=True),
    _flood("tls-sse-sync-1", "SSE sync, 1 stream, TLS", "sync-sse", ONE, tls=True),
)


def _ours(adapter: str) -> Client:
    return Client("ours", adapter)


def _official(adapter: str) -> Client:
    return Client("official", adapter)


def _floor(adapter: str) -> Client:
    return Client("floor", adapter)


_LIVE = Order("stream", PACED)
_FIRST = Order("first-audio", SINGLE, times=200)
_COLD = Order("cold", SINGLE, times=5)
_HOLD = Order("hold", WAITING)
_PAGE = Order("voices", times=30)
_FIRST_TLS = Order("first-audio", SINGLE, times=200, tls=True)

PACED_ROWS: Final = (
    Row(
        "paced-ws-async",
        "WS async, added latency p50",
        "p50_us",
        _ours("async-ws"),
        _LIVE,
        _official("async-ws"),
        at_most=0.55,
        stretch=0.40,
        references=(Client("bare", "async-ws"), Client("limit", "async-ws"), _floor("async-ws")),
    ),
    Row(
        "paced-ws-async-cpu",
        "WS async, CPU per chunk",
        "cpu_us",
        _ours("async-ws"),
        _LIVE,
        _official("async-ws"),
        at_most=0.60,
        stretch=0.40,
        references=(Client("bare", "async-ws"), Client("limit", "async-ws"), _floor("async-ws")),
    ),
    *(
        Row(
            f"paced-{adapter}",
            f"{what}, latency p50 against the floor",
            "p50_us",
            _ours(threads),
            _LIVE,
            _floor(adapter),
            at_most=2.5,
            stretch=1.5,
            references=(_official(adapter),),
        )
        for adapter, threads, what in (
            ("sync-ws", "sync-threads", "WS sync"),
            ("async-sse", "async-sse", "SSE async"),
            ("sync-sse", "sync-sse", "SSE sync"),
        )
    ),
)
STARTS: Final = (
    Row(
        "first-ws",
        "first audio warm, WS",
        "seconds_us",
        _ours("async-ws"),
        _FIRST,
        _official("async-ws"),
        at_most=0.50,
        stretch=0.38,
    ),
    Row(
        "first-sse",
        "first audio warm, SSE",
        "seconds_us",
        _ours("async-sse"),
        _FIRST,
        _official("async-sse"),
        at_most=0.50,
        stretch=0.20,
    ),
    Row(
        "first-ws-sync",
        "first audio warm, WS sync",
        "seconds_us",
        _ours("sync-ws"),
        _FIRST,
        _official("sync-ws"),
    ),
    Row(
        "first-sse-sync",
        "first audio warm, SSE sync",
        "seconds_us",
        _ours("sync-sse"),
        _FIRST,
        _official("sync-sse"),
    ),
    Row(
        "first-ws-tls",
        "first audio warm, WS, TLS",
        "seconds_us",
        _ours("async-ws"),
        _FIRST_TLS,
        _official("async-ws"),
    ),
    Row(
        "cold-ws",
        "first audio cold, WS, plain http",
        "seconds_us",
        _ours("async-ws"),
        _COLD,
        _official("async-ws"),
        at_most=0.10,
        stretch=0.04,
    ),
    Row(
        "cold-sse",
        "first audio cold, SSE, plain http",
        "seconds_us",
        _ours("async-sse"),
        _COLD,
        _official("async-sse"),
        at_most=0.10,
        stretch=0.04,
    ),
    Row(
        "ready",
        "import and a client ready",
        "ready_ms",
        _ours("sync-ws"),
        Order("ready"),
        _official("sync-ws"),
        at_most=0.40,
        stretch=0.30,
    ),
    Row(
        "memory",
        "memory that this adds",
        "memory_mb",
        _ours("sync-ws"),
        Order("ready"),
        _official("sync-ws"),
        at_most=0.60,
        stretch=0.45,
    ),
    Row(
        "start",
        "process start to first audio, WS async",
        "start_ms",
        _ours("async-ws"),
        Order("start", SINGLE),
        _official("async-ws"),
        at_most=0.60,  # 0.45 until the handshake became a request of httpx, which is imported
        stretch=0.30,
    ),
    Row(
        "hold-ws",
        "memory per open stream, 100 open, WS async",
        "bytes_kb",
        _ours("async-ws"),
        _HOLD,
        _official("async-ws"),
        at_most=0.80,
        stretch=0.40,
    ),
    Row(
        "hold-speak",
        "memory per open stream, 100 open, `speak` over a pool",
        "bytes_kb",
        _ours("async-pool"),
        _HOLD,
        _official("async-ws"),
        at_most=1.0,
    ),
    Row(
        "hold-sse",
        "memory per open stream, 100 open, SSE async",
        "bytes_kb",
        _ours("async-sse"),
        _HOLD,
        _official("async-sse"),
        at_most=0.60,
        stretch=0.40,
    ),
    Row(
        "voices",
        "a page of 100 voices, CPU",
        "seconds_us",
        _ours("sync-sse"),
        _PAGE,
        _official("sync-sse"),
        at_most=0.06,
        stretch=0.02,
    ),
)

COUNTS: Final = (1, 10, 100, 1000)


def _scale(count: int) -> Order:
    return Order("stream", Load(count, max(100, TOTAL // count)))


SCALING: Final = (
    *(
        Row(
            f"scale-{count}",
            f"WS async, flood, CPU per chunk, {count:,} contexts against 1",
            "cpu_us",
            _ours("async-ws"),
            _scale(count),
            _ours("async-ws"),
            baseline=_scale(1),
            at_most=1.3,
            references=(_official("async-ws"),) if count < MANY_CONTEXTS else (),
            repetitions=5,
        )
        for count in COUNTS[1:]
    ),
    *(
        Row(
            f"scale-real-{count}",
            f"WS async at real-time pace, CPU per chunk, {count:,} contexts against 1",
            "cpu_us",
            _ours("async-ws"),
            Order("stream", Load(count, 100, pace="real")),
            _ours("async-ws"),
            baseline=Order("stream", Load(1, 100, pace="real")),
            at_most=1.3,
            repetitions=3,
        )
        for count in COUNTS[1:]
    ),
    *(
        Row(
            f"growth-{face}",
            f"memory after 12,000 chunks against 1,200, WS {face}",
            "growth",
            _ours(f"{face}-ws"),
            Order("growth", LONG),
            None,
            at_most=1.05,
            references=(_official(f"{face}-ws"),),
            repetitions=3,
        )
        for face in ("async", "sync")
    ),
    *(
        Row(
            f"{name}-{figure.partition('_')[0]}",
            f"1,000 contexts over a pool at real-time pace, {load.period * 1000:g} ms each: {what}",
            figure,
            _ours("async-pool"),
            Order("stream", load),
            None,
            repetitions=3,
        )
        for name, load in (("pool-1000", POOLED), ("pool-1000-large", POOLED_LARGE))
        for figure, what in (
            ("left_percent", "what is left of the core"),
            ("cpu_us", "CPU per chunk"),
            ("p50_us", "added latency p50"),
            ("p99_us", "added latency p99"),
        )
    ),
)


HEARD: Final = Load(1, 3000, 3200)
SPOKEN: Final = Load(50, 50, 3200, "real")
IDLE: Final = Load(200, 1, 3200, "hold")
_SOCKETS: Final = (("listen", "turns"), ("dictate", "manual finalize"))

LISTENING: Final = (
    *(
        Row(
            f"hear-{face}-{name}",
            f"{what}, {face}, CPU per 100 ms of audio",
            "cpu_us",
            _ours(f"{face}-{name}"),
            Order("hear", HEARD),
            _official(f"{face}-{name}"),
            at_most=0.30,
        )
        for face in ("async", "sync")
        for name, what in _SOCKETS
    ),
    *(
        Row(
            f"hear-real-{name}",
            f"{what}, async, 50 listeners at real-time pace, CPU per 100 ms of audio",
            "cpu_us",
            _ours(f"async-{name}"),
            Order("hear", SPOKEN),
            _official(f"async-{name}"),
            repetitions=3,
        )
        for name, what in _SOCKETS
    ),
    *(
        Row(
            f"hear-idle-{name}",
            f"memory of an idle listener, {what}, async",
            "bytes_kb",
            _ours(f"async-{name}"),
            Order("idle", IDLE),
            _official(f"async-{name}"),
        )
        for name, what in _SOCKETS
    ),
    *(
        Row(
            f"hear-{name}-{count}-{percent}",
            f"emulator, {count} listeners: {what}, p{percent}",
            f"{name}_p{percent}_ms",
            _ours("async-listen"),
            Order("latency", Load(count)),
            None,
            repetitions=1,
        )
        for count in (1, 5)
        for name, what in (("final", "finalize to text"), ("turn", "end of speech to end of turn"))
        for percent in (50, 95)
    ),
    *(
        Row(
            f"hear-errors-{way}",
            f"emulator: words in a hundred that are wrong, {way}",
            f"{way}_percent",
            _ours("async-listen"),
            Order("errors"),
            None,
            at_most=3.0,
            repetitions=1,
        )
        for way in ("batch", "manual", "turns")
    ),
)


def _on_uvloop(row: Row) -> Row:
    """The same with both clients on uvloop; without bars, which were set for asyncio."""
    assert row.against is not None
    return replace(
        row,
        name=f"uvloop-{row.name}",
        ours=replace(row.ours, loop="uvloop"),
        against=replace(row.against, loop="uvloop"),
        at_most=None,
        stretch=None,
        references=(),
    )


_TWICE: Final = (
    "ws-async-1",
    "ws-async-32",
    "sse-async-1",
    "paced-ws-async",
    "first-ws",
    "first-sse",
    "cold-ws",
    "cold-sse",
)
UVLOOP: Final = tuple(
    _on_uvloop(row) for row in (*FLOODS, *PACED_ROWS, *STARTS) if row.name in _TWICE
)

SECTIONS: Final[dict[str, tuple[Row, ...]]] = {
    "flood": FLOODS,
    "paced": PACED_ROWS,
    "starts": STARTS,
    "uvloop": UVLOOP,
    "scaling": SCALING,
    "others": OTHERS,
    "listening": LISTENING,
}


def chosen(names: list[str]) -> list[Row]:
    """Rows that a name is the name, the start of the name or the section of; all without any.

    Raises:
        ValueError: If a name fits none.
    """
    rows = [row for section in SECTIONS.values() for row in section]
    if not names:
        return rows
    for name in names:
        if name not in SECTIONS and not any(row.name.startswith(name) for row in rows):
            raise ValueError(f"no row is called {name}: {' '.join(row.name for row in rows)}")
    exact = {row.name for row in rows}
    return [
        row
        for section, members in SECTIONS.items()
        for row in members
        if any(
            row.name == name if name in exact else name == section or row.name.startswith(name)
            for name in names
        )
    ]
