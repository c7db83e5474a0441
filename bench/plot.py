"""Draws the results as SVG: a few lines or bars need no library."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from bench.rows import COUNTS, FLOODS, LONG

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.results import Result
    from bench.rows import Client

WIDTH: Final = 720
HEIGHT: Final = 400
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 50
NAMES: Final = 290  # width of the names of bars
COLOURS: Final = {
    "ours": "#0b7285",
    "official": "#c92a2a",
    "bare": "#e67700",
    "limit": "#5f3dc4",
    "floor": "#868e96",
}
DASHES: Final = ("", "6 4", "2 3", "10 3 2 3")


@dataclass(frozen=True)
class Series:
    """A line of a chart.

    Attributes:
        name: For the legend.
        side: Whose it is, which decides on its colour.
        points: Its points, x and y.
        dash: Which of `DASHES`.
    """

    name: str
    side: str
    points: Sequence[tuple[float, float]]
    dash: int = 0


@dataclass(frozen=True)
class Axis:
    """A range of values, and where they are drawn.

    Attributes:
        label: What it shows.
        low: The first value.
        high: The last one.
        start: Where the first one is drawn.
        stop: Where the last one is drawn.
        log: Whether each decade is equally long.
    """

    label: str
    low: float
    high: float
    start: float
    stop: float
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value is drawn."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        part = (self._scaled(value) - low) / (high - low or 1.0)
        return self.start + part * (self.stop - self.start)

    def ticks(self) -> list[float]:
        """Round values in the range."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            steps = (1, 2, 5) if last - first < 3 else (1,)
            every = [step * 10.0**power for power in range(first, last + 1) for step in steps]
        else:
            step = 10.0 ** math.floor(math.log10(max(self.high - self.low, 1e-9)))
            step *= next(
                part for part in (0.2, 0.5, 1, 2) if (self.high - self.low) / (step * part) <= 7
            )
            every = [step * count for count in range(math.ceil(self.high / step) + 1)]
        return [tick for tick in every if self.low <= tick <= self.high]

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value


def text(x: float, y: float, words: str, *, anchor: str = "middle", extra: str = "") -> str:
    """A piece of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(words)}</text>'


def sheet(title: str, height: float, body: Sequence[str]) -> str:
    """A whole drawing on white."""
    box = f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="sans-serif" font-size="12"'
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {box}>',
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>',
            text(WIDTH / 2, 20, title, extra=' font-size="14" font-weight="bold"'),
            *body,
            "</svg>",
            "",
        )
    )


def span(values: Sequence[float], *, log: bool) -> tuple[float, float]:
    """The range of an axis: from zero, or without it where decades are drawn."""
    return (min(values) / 1.2, max(values) * 1.2) if log else (0.0, max(values) * 1.1)


def lines(
    title: str,
    labels: tuple[str, str],
    series: Sequence[Series],
    *,
    log: tuple[bool, bool] = (False, False),
) -> str:
    """A chart of lines."""
    xs = [x for one in series for x, _ in one.points]
    ys = [y for one in series for _, y in one.points]
    x_axis = Axis(labels[0], *span(xs, log=log[0]), LEFT, WIDTH - RIGHT - 150, log[0])
    y_axis = Axis(labels[1], *span(ys, log=log[1]), HEIGHT - BOTTOM, TOP, log[1])
    body = grid(x_axis, y_axis)
    for index, one in enumerate(series):
        points = " ".join(f"{x_axis.place(x):.1f},{y_axis.place(y):.1f}" for x, y in one.points)
        stroke = f'stroke="{COLOURS[one.side]}" stroke-dasharray="{DASHES[one.dash]}"'
        body.append(f'<polyline points="{points}" fill="none" stroke-width="2" {stroke}/>')
        y = TOP + 10 + 18 * index
        body.append(
            f'<line x1="{WIDTH - RIGHT - 140}" y1="{y}" x2="{WIDTH - RIGHT - 112}" y2="{y}" '
            f'stroke-width="2" {stroke}/>'
        )
        body.append(text(WIDTH - RIGHT - 106, y + 4, one.name, anchor="start"))
    return sheet(title, HEIGHT, body)


def grid(x_axis: Axis, y_axis: Axis) -> list[str]:
    """Both axes with their ticks and labels."""
    body = []
    for tick in x_axis.ticks():
        x = x_axis.place(tick)
        body.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#dee2e6"/>')
        body.append(text(x, HEIGHT - BOTTOM + 16, f"{tick:,.10g}"))
    for tick in y_axis.ticks():
        y = y_axis.place(tick)
        body.append(f'<path d="M{LEFT} {y:.1f}H{x_axis.stop}" stroke="#dee2e6"/>')
        body.append(text(LEFT - 6, y + 4, f"{tick:,.10g}", anchor="end"))
    body.append(text((x_axis.start + x_axis.stop) / 2, HEIGHT - 12, x_axis.label))
    middle = (y_axis.start + y_axis.stop) / 2
    turned = f' transform="rotate(-90 16 {middle:.1f})"'
    body.append(text(16, middle, y_axis.label, extra=turned))
    return body


def rectangle(x: float, y: float, width: float, side: str) -> str:
    """A bar in the colour of a side."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="10"'
    return f'<rect {place} fill="{COLOURS[side]}"/>'


def bars(title: str, unit: str, rows: Sequence[tuple[str, Mapping[str, float]]]) -> str:
    """A chart of horizontal bars, grouped."""
    sides = list(dict.fromkeys(side for _, values in rows for side in values))
    wide = max(value for _, values in rows for value in values.values())
    axis = Axis(unit, 0.0, wide, NAMES, WIDTH - 80)
    body, y = [], float(TOP)
    for index, side in enumerate(sides):
        body.append(rectangle(NAMES + 90 * index, y - 8, 10, side))
        body.append(text(NAMES + 15 + 90 * index, y + 1, side, anchor="start"))
    for label, values in rows:
        y += 14
        body.append(text(NAMES - 10, y + 6 * len(values) + 4, label, anchor="end"))
        for side, value in values.items():
            length = axis.place(value) - axis.start
            body.append(rectangle(NAMES, y, length, side))
            body.append(text(NAMES + 6 + length, y + 9, f"{value:.1f} {unit}", anchor="start"))
            y += 12
    return sheet(title, y + 20, body)


def draw(
    results: Sequence[Result],
    delays: Mapping[Client, Sequence[float]],
    growth: Mapping[Client, Sequence[int]],
) -> dict[str, str]:
    """The drawings of what was measured, by the name of their file."""
    found = {result.row.name: result for result in results}
    drawings = {}
    floods = [found[row.name] for row in FLOODS if row.name in found]
    if floods:
        drawings["bench-chunk.svg"] = chunk_costs(floods)
    if delays:
        drawings["bench-latency.svg"] = latencies(delays)
    if f"scale-{COUNTS[-1]}" in found:
        drawings["bench-scaling.svg"] = scaling(found)
    if growth:
        drawings["bench-memory.svg"] = memory(growth)
    return drawings


def chunk_costs(results: Sequence[Result]) -> str:
    """CPU per chunk in the floods."""
    return bars(
        "CPU per chunk, the server sends as fast as it can",
        "µs",
        [
            (
                result.row.what,
                {
                    "official": statistics.median(result.theirs or [0.0]),
                    "ours": statistics.median(result.ours),
                },
            )
            for result in results
        ],
    )


def latencies(delays: Mapping[Client, Sequence[float]]) -> str:
    """How the added latency is spread over the contexts of a paced load."""
    series = []
    used: dict[str, int] = {}
    for client, medians in sorted(delays.items(), key=lambda item: item[0].adapter):
        ordered = sorted(medians)
        points = [(value, (at + 1) / len(ordered) * 100) for at, value in enumerate(ordered)]
        adapter = client.adapter.replace("sync-threads", "sync-ws")
        dash = used.setdefault(adapter, len(used))
        name = f"{client.side} {adapter}"
        series.append(Series(name, client.side, points, dash % len(DASHES)))
    return lines(
        "Added latency at real-time pace: the median of each of 100 contexts",
        ("µs from sent to handed out", "% of the contexts"),
        series,
        log=(True, False),
    )


def scaling(found: Mapping[str, Result]) -> str:
    """CPU per chunk over the number of contexts."""
    ours: list[tuple[float, float]] = []
    official: list[tuple[float, float]] = []
    for count in COUNTS[1:]:
        result = found[f"scale-{count}"]
        if not ours:
            ours.append((1, statistics.median(result.theirs or [0.0])))
        ours.append((count, statistics.median(result.ours)))
        if "official" in result.references:
            official.append((count, statistics.median(result.references["official"])))
    if "ws-async-1" in found:
        official.insert(0, (1, statistics.median(found["ws-async-1"].theirs or [0.0])))
    series = [Series("ours", "ours", ours)]
    if official:
        series.append(Series("official", "official", official))
    return lines(
        "CPU per chunk over the number of contexts on one socket, WS async, flood",
        ("contexts", "µs"),
        series,
        log=(True, False),
    )


def memory(growth: Mapping[Client, Sequence[int]]) -> str:
    """Memory in use along a long stream."""
    series = [
        Series(
            f"{client.side} {client.adapter}",
            client.side,
            [
                ((at + 1) / len(values) * LONG.chunks, value / (1 << 20))
                for at, value in enumerate(values)
            ],
            int(client.adapter.startswith("sync")),
        )
        for client, values in growth.items()
    ]
    return lines("Memory in use along one stream, WS", ("chunks read", "MB"), series)
