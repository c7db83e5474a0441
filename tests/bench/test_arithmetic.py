"""The figures of the benchmark: what is compared with what, and how it is summed up."""

from __future__ import annotations

import itertools
import re
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import frames, plan, plot, report, rows, stats
from bench.plan import Check, Load, Sum, WrongAudioError
from bench.results import Result

if TYPE_CHECKING:
    from pathlib import Path

LAYOUTS: tuple[plan.Layout, ...] = ("compact", "blanks", "reversed")
PLAIN = Load(3, 5, 640)
FIGURE = rows.chosen(["ws-async-1"])[0]


def payloads(data: bytes) -> list[tuple[int, bytes]]:
    """The first byte and the payload of each frame of a server."""
    found = []
    while data:
        length, head = data[1], 2
        if length == 126:
            length, head = int.from_bytes(data[2:4], "big"), 4
        elif length == 127:
            length, head = int.from_bytes(data[2:10], "big"), 10
        found.append((data[0], data[head : head + length]))
        data = data[head + length :]
    return found


# --- ratios


def test_a_ratio_is_the_median_of_the_ratios_of_each_repetition() -> None:
    """Not the ratio of the medians: noise that strikes a whole repetition falls out."""
    found = stats.compare([1.0, 20.0, 3.0], [10.0, 100.0, 10.0])
    assert (found.ours, found.theirs, found.ratio) == (3.0, 10.0, 0.2)
    assert (found.low, found.high) == pytest.approx((0.15, 0.25))


def test_figures_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        stats.compare([1.0], [1.0, 2.0])


def test_one_repetition_is_its_own_quartiles() -> None:
    assert stats.quartiles([0.5]) == (0.5, 0.5)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_lie_between_the_extremes(values: list[float]) -> None:
    assert stats.percentile(values, 0) == min(values)
    assert stats.percentile(values, 100) == max(values)
    assert min(values) <= stats.percentile(values, 50) <= max(values)


def test_a_percentile_is_interpolated() -> None:
    assert stats.percentile([4.0, 1.0, 2.0, 3.0], 50) == 2.5


@pytest.mark.parametrize(
    ("value", "expected"), [(0.09, "stretch"), (0.1, "met"), (0.15, "met"), (0.16, "missed")]
)
def test_a_bar_that_is_reached_is_met(value: float, expected: str) -> None:
    assert stats.verdict(value, 0.15, 0.09) == expected


def test_without_bars_there_is_no_verdict() -> None:
    assert stats.verdict(9.0, None, None) == ""


def test_delays_leave_out_the_first_chunks_of_each_context() -> None:
    sent, arrivals = [[1.0, 2.0, 3.0]] * 2, [[1.5, 2.5, 3.5], [2.0, 3.0, 4.0]]
    assert stats.delays(sent, arrivals, 1) == [[0.5, 0.5], [1.0, 1.0]]


def test_delays_need_everything_that_was_sent() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        stats.delays([[1.0, 2.0]], [[1.5]], 0)


# --- loads and their audio


@pytest.mark.parametrize(
    "load", [Load(), Load(100, 7, 640, "real", "blanks", deflate=True), Load(1, 1, pace="hold")]
)
def test_a_path_names_a_load(load: Load) -> None:
    assert Load.of_path(load.path(12)) == load


@pytest.mark.parametrize("path", ["/1.fast.1.1.640.compact.plain", "/1.flood.1.1.640.odd.plain"])
def test_other_paths_name_none(path: str) -> None:
    with pytest.raises(ValueError, match=path):
        Load.of_path(path)


def test_the_id_of_a_context_tells_its_number_and_serial() -> None:
    name = plan.context_id(255, 31)
    assert (plan.serial_of(name), plan.number_of(name)) == (255, 31)
    assert len(name) == len(plan.context_id(0, 999)) == 36


def test_every_chunk_is_checked() -> None:
    check = Check(PLAIN, 1)
    audio = list(itertools.islice(itertools.cycle(plan.blocks(PLAIN, 1)), PLAIN.chunks))
    for block in audio:
        check.take_timed(block)
    check.finish()
    assert check.arrivals == sorted(check.arrivals)
    assert len(check.arrivals) == 5


def test_audio_of_a_neighbour_is_wrong() -> None:
    with pytest.raises(WrongAudioError):
        Check(PLAIN, 1).take(plan.blocks(PLAIN, 2)[0])


def test_a_chunk_that_is_left_out_is_noticed() -> None:
    check = Check(PLAIN, 0)
    check.take(plan.blocks(PLAIN, 0)[0])
    with pytest.raises(WrongAudioError):
        check.finish()
    with pytest.raises(WrongAudioError):
        check.take(plan.blocks(PLAIN, 0)[2])


def test_a_sum_does_not_mind_how_audio_is_cut() -> None:
    whole = b"".join(plan.blocks(PLAIN, 0)[:5])
    total = Sum(PLAIN, 0)
    for place in range(0, len(whole), 1000):
        total.take(whole[place : place + 1000])
    total.finish()
    total.take(b"more")
    with pytest.raises(WrongAudioError):
        total.finish()


# --- what the server sends


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("chunks", [1, 5, 100])
def test_batches_are_the_chunks_of_each_context_in_turn(layout: plan.Layout, chunks: int) -> None:
    load = Load(3, chunks, 640, layout=layout)
    sent = payloads(b"".join(frames.batches(load, "ws", (0, 1, 2))))
    expected = [
        frames.chunk(load, number, plan.blocks(load, number)[index % plan.cycle_of(load)])
        for index in range(chunks)
        for number in range(3)
    ]
    assert sent == [(0x81, payload) for payload in expected]


def test_compressed_frames_unpack_one_by_one() -> None:
    load = Load(2, 70, 640, deflate=True)
    sent = payloads(b"".join(frames.batches(load, "deflate", (0, 1))))
    assert {first for first, _ in sent} == {0xC1}
    unpacked = [zlib.decompressobj(wbits=-15).decompress(payload) for _, payload in sent]
    plain = payloads(b"".join(frames.batches(load, "ws", (0, 1))))
    assert unpacked == [payload for _, payload in plain]


def test_frames_of_a_load_are_equally_long() -> None:
    for wire in ("ws", "sse"):
        sizes = {
            len(frame) for number in (0, 31) for frame in frames.chunks(Load(32), wire, number)
        }
        assert sizes == {frames.chunk_size(Load(32), wire)}


def test_layouts_differ_in_nothing_but_the_text() -> None:
    import json

    block = plan.blocks(PLAIN, 0)[0]
    texts = [frames.chunk(Load(size=640, layout=name), 0, block) for name in LAYOUTS]
    assert len(set(texts)) == 3
    assert [json.loads(text) for text in texts] == [json.loads(texts[0])] * 3


# --- rows and the page


def test_rows_are_chosen_by_name_start_or_section() -> None:
    everything = rows.chosen([])
    names = [row.name for row in everything]
    assert len(set(names)) == len(names)
    assert [row.name for row in rows.chosen(["ws-async-1"])] == ["ws-async-1"]
    assert {row.name for row in rows.chosen(["tls", "ws-sync-1"])} > {"ws-sync-1", "tls-ws-async-1"}
    assert rows.chosen(["flood"]) == list(rows.FLOODS)
    with pytest.raises(ValueError, match="no row is called nothing"):
        rows.chosen(["nothing"])


def test_a_line_shows_the_ratio_and_the_verdict() -> None:
    result = Result(FIGURE, [10.0, 11.0, 12.0], [100.0, 100.0, 100.0])
    cells = [cell.strip() for cell in report.line(result).strip("|").split("|")]
    assert cells[2:6] == ["11.0 µs", "100 µs", "0.110", "0.105-0.115"]
    assert cells[-1] == "met"


def test_a_missed_bar_stands_out() -> None:
    assert "**missed**" in report.line(Result(FIGURE, [50.0], [100.0]))


def test_a_figure_alone_is_its_own_value() -> None:
    (row,) = rows.chosen(["growth-async"])
    assert Result(row, [1.0, 1.2, 1.01]).value == 1.01


def test_references_stand_beside_ours() -> None:
    result = Result(FIGURE, [10.0], [100.0], {"limit": [5.0], "floor": [1.0]})
    last = report.references([result, Result(FIGURE, [1.0], [1.0])]).splitlines()
    assert last[2:] == ["| WS async, 1 context | 10.0 µs |  | 5.00 µs | 1.00 µs | 100 µs |"]


def test_the_template_has_a_place_for_every_section() -> None:
    marks = set(re.findall("<!-- (\\w+) -->", report.TEMPLATE.read_text(encoding="utf-8")))
    assert marks == {*rows.SECTIONS, "facts", "references"}


@pytest.mark.parametrize(("low", "high", "log"), [(0.0, 93.0, False), (40.0, 2e6, True)])
def test_ticks_lie_on_the_axis(low: float, high: float, log: bool) -> None:
    axis = plot.Axis("", low, high, 0, 100, log)
    ticks = axis.ticks()
    assert 3 <= len(ticks) <= 12
    assert [axis.place(low), axis.place(high)] == pytest.approx([0, 100])
    assert all(0 <= axis.place(tick) <= 100 for tick in ticks)


def test_drawings_are_made_of_what_was_measured() -> None:
    import xml.etree.ElementTree as ET

    results = [
        Result(row, [10.0], None if row.against is None else [100.0], {"official": [99.0]})
        for row in rows.chosen([])
    ]
    delays = {rows.Client("ours", "async-ws"): [90.0, 80.0, 100.0]}
    growth = {rows.Client("ours", "sync-ws"): [1 << 25, 1 << 26]}
    drawings = plot.draw(results, delays, growth)
    assert set(drawings) == set(
        re.findall(r"\((bench-\w+\.svg)\)", report.TEMPLATE.read_text(encoding="utf-8"))
    )
    for drawing in drawings.values():
        assert ET.fromstring(drawing).tag.endswith("svg")
    assert plot.draw([], {}, {}) == {}


def test_a_kept_report_gives_the_same_page(tmp_path: Path) -> None:
    client = rows.Client("ours", "async-ws")
    result = Result(FIGURE, [10.0], [100.0], {"limit": [5.0]})
    made = report.Report([result], {client: [1.0]}, {client: [2]}, report.facts(3, ["--quick"]))
    made.save(tmp_path / "kept.json")
    kept = report.Report.load(tmp_path / "kept.json")
    assert kept == made
    assert kept.page() == made.page()
    assert "python bench/run.py --quick" in made.page()
    assert report.line(result) in made.page()
