"""Measures our client beside the official SDK, in turn, and holds the ratios against the bars.

    python bench/run.py                             # everything
    python bench/run.py --only ws-async-1           # rows whose name begins so, or a section
    python bench/run.py --only ws --repetitions 3 --references
    python bench/run.py --write                     # docs/performance.md and its drawings
    python bench/run.py --render                    # the same anew, after bench/performance.md

Sections are flood, paced, starts, uvloop, scaling, others and listening.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from bench.drive import Outcome
from bench.processes import Emulating, Server, Worker, compile_tree, ready, start
from bench.report import KEPT, Report, facts, line, table_head
from bench.results import Result
from bench.rows import PACED, SKIPPED, Client, Order, Row, chosen
from bench.stats import delays, percentile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.plan import Load

Figures = dict[str, float]

REPETITIONS: Final = 9
QUICK: Final = 3
WARM_CHUNKS: Final = 60
FRESH: Final = ("hold", "growth", "idle")  # what a process can tell only once


class Bench:
    """Measures rows with one server.

    Args:
        server: The load server.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._workers: dict[tuple[Client, bool], Worker] = {}
        self._known: dict[tuple[Client, Order, int], Figures] = {}
        self._compared: object = None  # what the last row compared
        self.latencies: dict[Client, list[float]] = {}
        """Median delay of each context of the last paced load of a client, in microseconds."""
        self.growth: dict[Client, list[int]] = {}
        """Memory of a client along a long stream."""

    def measure(self, row: Row, repetitions: int, *, references: bool) -> Result:
        """All figures of a row; the clients take turns, and the order of the turns changes."""
        ours, theirs = (row.ours, row.order), (row.against, row.baseline or row.order)
        if self._compared != (ours, theirs):  # the machine may have become slower since
            self._compared = ours, theirs
            self._known.clear()
        others = [(client, row.order) for client in row.references] if references else []
        samples: dict[tuple[Client, Order], list[float]] = {}
        for repetition in range(min(repetitions, row.repetitions)):
            turns = [ours, *([] if theirs[0] is None else [theirs]), *others]
            for client, order in turns if repetition % 2 else reversed(turns):
                assert client is not None
                figures = self._figures(client, order, repetition)
                samples.setdefault((client, order), []).append(figures[row.figure])
        self._dismiss()
        against = None if theirs[0] is None else samples[theirs[0], theirs[1]]
        return Result(
            row,
            samples[ours],
            against,
            {client.side: samples[client, order] for client, order in others},
        )

    def profile(self, row: Row) -> None:
        """Have our client tell where its time goes."""
        with Worker(row.ours, tls=row.order.tls, profile=True) as worker:
            worker.do(row.order, self._server.url(row.order.load, tls=row.order.tls))

    def _figures(self, client: Client, order: Order, repetition: int) -> Figures:
        """Rows in a row that differ in the figure alone share a measurement."""
        key = (client, order, repetition)
        if key not in self._known:
            self._known[key] = self._take(client, order)
        return self._known[key]

    def _take(self, client: Client, order: Order) -> Figures:
        load = order.load
        if order.do == "ready":
            return ready(client)
        if order.do in ("latency", "errors"):
            return self._emulated(client, order)
        url = self._server.url(load, tls=order.tls)
        if order.do == "start":
            return {"start_ms": start(client, load, url) * 1e3}
        worker = self._worker(client, order)
        found = worker.do(order, url)
        match order.do:
            case "stream":
                return self._stream_figures(client, load, url, Outcome(**cast("Any", found)))
            case "growth":
                taken = self.growth[client] = cast("list[int]", found)
                return {"growth": taken[-1] / taken[len(taken) // 10]}
            case "hear":
                return {"cpu_us": Outcome(**cast("Any", found)).cpu_s / load.total * 1e6}
            case "hold" | "idle":
                return {"bytes_kb": cast("float", found) / 1024}
            case _:
                return {"seconds_us": cast("float", found) * 1e6}

    def _emulated(self, client: Client, order: Order) -> Figures:
        """Figures that an emulator is needed for; no core is its own, for it takes all it gets."""
        with Emulating() as emulator:
            found = self._worker(client, order).do(order, emulator.url)
        if order.do == "errors":
            return cast("Figures", found)
        return {
            f"{name}_p{percent}_ms": percentile(seconds, percent) * 1e3
            for name, seconds in cast("dict[str, list[float]]", found).items()
            for percent in (50, 95)
        }

    def _stream_figures(self, client: Client, load: Load, url: str, found: Outcome) -> Figures:
        figures = {
            "cpu_us": found.cpu_s / load.total * 1e6,
            "left_percent": (1 - found.cpu_s / (load.chunks * load.period)) * 100,
        }
        if load.pace == "real":
            taken = delays(self._server.sent(url), found.arrivals, SKIPPED)
            every = [delay * 1e6 for context in taken for delay in context]
            if load == PACED and client.loop == "asyncio":  # one line of a drawing for each client
                self.latencies[client] = [percentile(context, 50) * 1e6 for context in taken]
            figures |= {"p50_us": percentile(every, 50), "p99_us": percentile(every, 99)}
        return figures

    def _worker(self, client: Client, order: Order) -> Worker:
        """The process of a client, which has had a little of the load already."""
        key = (client, order.tls)
        if order.do in FRESH and key in self._workers:
            self._workers.pop(key).close()
        if key not in self._workers:
            self._workers[key] = Worker(client, tls=order.tls)
            if order.do in ("stream", "hear"):
                chunks = max(1, min(order.load.chunks, WARM_CHUNKS // order.load.contexts))
                warm = replace(order, load=replace(order.load, chunks=chunks, pace="flood"))
                self._workers[key].do(warm, self._server.url(warm.load, tls=order.tls))
        return self._workers[key]

    def _dismiss(self) -> None:
        """End the processes, so that each row has new ones."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()


def run(bench: Bench, rows: Iterable[Row], repetitions: int, *, references: bool) -> list[Result]:
    """Measure rows and print each when it is there."""
    print("\n".join(table_head()))
    results = []
    for row in rows:
        results.append(bench.measure(row, repetitions, references=references))
        print(line(results[-1]), flush=True)
    return results


def main() -> int:
    """Measure what was chosen."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", default=[], help="a row, its start, a section")
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} repetitions")
    parser.add_argument("--references", action="store_true", help="measure what is possible, too")
    parser.add_argument("--first", action="store_true", help="before other processes; needs root")
    parser.add_argument("--profile", action="store_true", help="tell where our time goes instead")
    parser.add_argument("--list", action="store_true", help="name the rows")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--render", action="store_true", help="write it from the last --write")
    parser.add_argument("--json", type=Path, help="write every figure to a file")
    options = parser.parse_args()
    try:
        rows = chosen(options.only)
    except ValueError as error:
        parser.error(str(error))
    if options.list:
        print("\n".join(f"{row.name:20} {row.what}" for row in rows))
        return 0
    if options.render:
        Report.load(KEPT).write()
        return 0
    repetitions = QUICK if options.quick else options.repetitions
    if options.first:
        os.nice(-15)  # the server and the clients inherit it
    compile_tree()
    with Server() as server:
        bench = Bench(server)
        if options.profile:
            for row in rows:
                print(row.what, flush=True)
                bench.profile(row)
            return 0
        results = run(bench, rows, repetitions, references=options.references)
    report = Report(results, bench.latencies, bench.growth, facts(repetitions, sys.argv[1:]))
    if options.json:
        report.save(options.json)
    if options.write:
        report.save(KEPT)
        report.write()
    missed = [result.row.name for result in results if result.verdict == "missed"]
    print(f"\n{len(results)} rows, {len(missed)} missed: {' '.join(missed)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
