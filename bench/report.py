"""Results as tables and as docs/performance.md."""

from __future__ import annotations

import json
import os
import statistics
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from bench.machine import ROOT, description, today
from bench.plot import draw
from bench.results import Result
from bench.rows import SECTIONS, Client, chosen
from bench.stats import compare

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


TEMPLATE: Final = ROOT / "bench" / "performance.md"
PAGE: Final = ROOT / "docs" / "performance.md"
KEPT: Final = ROOT / "build" / "bench.json"
SDK: Final = "4.2.0"
UNITS: Final = {"us": "µs", "ms": "ms", "mb": "MB", "kb": "KB", "percent": "%"}
PACKAGES: Final = ("httpx", "websockets", "msgspec", "pybase64", "httpcore")
HEAD: Final = ("what", "row", "ours", "other", "ratio", "quartiles", "at most", "stretch", "")


def number(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def with_unit(value: float, figure: str) -> str:
    """A figure with the unit that its name ends with."""
    unit = UNITS.get(figure.rpartition("_")[2])
    return f"{number(value)} {unit}" if unit else number(value)


def bar(value: float | None) -> str:
    """A bar, or nothing."""
    return "" if value is None else f"{value:.2f}"


def row_of(cells: Iterable[str]) -> str:
    """A line of a table."""
    return "| " + " | ".join(cells) + " |"


def table_head() -> list[str]:
    """The first two lines of the table."""
    return [row_of(HEAD), "|---|---|" + "---:|" * 6 + "---|"]


def line(result: Result) -> str:
    """A result as a line of the table."""
    row = result.row
    ours = with_unit(statistics.median(result.ours), row.figure)
    other = ratio = spread = ""
    if result.theirs is not None:
        found = compare(result.ours, result.theirs)
        other, ratio = with_unit(found.theirs, row.figure), f"{found.ratio:.3f}"
        spread = f"{found.low:.3f}-{found.high:.3f}"
    judged = {"": "", "met": "met", "stretch": "met, stretch", "missed": "**missed**"}
    bars = bar(row.at_most), bar(row.stretch)
    name = f"`{row.name}`"
    return row_of((row.what, name, ours, other, ratio, spread, *bars, judged[result.verdict]))


def table(results: Iterable[Result]) -> str:
    """Results as a table."""
    return "\n".join([*table_head(), *map(line, results)])


def references(results: Iterable[Result]) -> str:
    """What is possible, beside what we reach, each as a ratio to the official SDK where it ran."""
    sides = ("ours", "bare", "limit", "floor", "official")
    lines = [row_of(("what", *sides)), "|---|" + "---:|" * len(sides)]
    for result in results:
        if not result.references:
            continue
        against = result.row.against
        found = {"ours": result.ours, **result.references}
        if against is not None and result.theirs is not None:
            found[against.side] = result.theirs
        cells = [
            with_unit(statistics.median(found[side]), result.row.figure) if side in found else ""
            for side in sides
        ]
        lines.append(row_of((result.row.what, *cells)))
    return "\n".join(lines)


def facts(repetitions: int, arguments: Sequence[str]) -> str:
    """Machine, versions, date and command."""
    command = " ".join(("python bench/run.py", *arguments))
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return "\n".join(
        (
            f"- Machine: {description()}. Server and client have a core each.",
            f"- Other work: a load of {os.getloadavg()[0]:.1f} at the end; 1 would be ours alone.",
            f"- Ours {version('cartesia-stream')} with {packages}; official SDK {SDK}.",
            f"- {today()}, `{command}`, {repetitions} repetitions.",
        )
    )


@dataclass(frozen=True)
class Report:
    """All that a page is made of.

    Attributes:
        results: The rows.
        latencies: By client: the median delay of each context of a paced load, in microseconds.
        growth: By client: bytes of memory in use along a long stream.
        facts: Machine, versions, date and command, for the page.
    """

    results: list[Result]
    latencies: dict[Client, list[float]]
    growth: dict[Client, list[int]]
    facts: str

    def save(self, path: Path) -> None:
        """Keep it, so that the page can be written anew when the prose has changed."""
        plain = {
            "results": [
                {
                    "row": one.row.name,
                    "ours": one.ours,
                    "theirs": one.theirs,
                    "references": one.references,
                }
                for one in self.results
            ],
            "latencies": [[asdict(client), found] for client, found in self.latencies.items()],
            "growth": [[asdict(client), found] for client, found in self.growth.items()],
            "facts": self.facts,
        }
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(plain, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Report:
        """What was kept."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            [
                Result(row, one["ours"], one["theirs"], one["references"])
                for one in plain["results"]
                for row in chosen([one["row"]])
            ],
            {Client(**client): found for client, found in plain["latencies"]},
            {Client(**client): found for client, found in plain["growth"]},
            plain["facts"],
        )

    def write(self) -> None:
        """Fill the template: its prose stays, its marks become tables and drawings."""
        PAGE.write_text(self.page(), encoding="utf-8")
        drawings = draw(self.results, self.latencies, self.growth)
        for name, drawing in drawings.items():
            (PAGE.parent / name).write_text(drawing, encoding="utf-8")

    def page(self) -> str:
        """The text of the page."""
        text = TEMPLATE.read_text(encoding="utf-8")
        marks = {"facts": self.facts, "references": references(self.results)}
        for name, members in SECTIONS.items():
            names = {row.name for row in members}
            marks[name] = table(one for one in self.results if one.row.name in names)
        for name, value in marks.items():
            text = text.replace(f"<!-- {name} -->", value)
        return text
