"""``/agents/metrics``: metrics of agents' calls, and their results.

The service asks a language model. Here a metric is the share of the words of its prompt that were
said in the call. Adding a metric to an agent measures its past calls, because the emulator never
receives new ones.
"""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from ..errors import ApiError
from ..state.agents import Metric, MetricResult, measure
from .agents import agent_of
from .paging import Paging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..backend import Backend
    from ..wire.call import Call

__all__ = ["as_csv"]

MAX_ROWS: Final = 100_000
_NAME: Final = re.compile(r"[a-z0-9_.-]+")


class _Create(msgspec.Struct, frozen=True):
    name: str
    prompt: str
    display_name: str | None = None


async def list_metrics(backend: Backend, call: Call) -> web.Response:
    """GET /agents/metrics: forwards only."""
    page = Paging.of(call, backwards=False).cut(backend.state.metrics.all())
    return call.json(page.answer(msgspec.structs.asdict))


async def create_metric(backend: Backend, call: Call) -> web.Response:
    """POST /agents/metrics."""
    wanted = call.read(_Create)
    if not _NAME.fullmatch(wanted.name):
        raise ApiError(400, "name: use lower-case letters, digits, '_', '-' and '.' only.")
    if any(metric.name == wanted.name for metric in backend.state.metrics.all()):
        raise ApiError(409, f"name: there is a metric {wanted.name!r} already.")
    metric = Metric(
        id=f"metric_{uuid.uuid4()}",
        name=wanted.name,
        display_name=wanted.display_name,
        prompt=wanted.prompt,
        created_at=datetime.now(UTC),
    )
    return call.json(msgspec.structs.asdict(backend.state.metrics.add(metric)))


async def get_metric(backend: Backend, call: Call) -> web.Response:
    """GET /agents/metrics/{metric_id}."""
    return call.json(msgspec.structs.asdict(_metric(backend, call)))


async def add_metric(backend: Backend, call: Call) -> web.Response:
    """POST /agents/{agent_id}/metrics/{metric_id}."""
    agent, metric = agent_of(backend, call), _metric(backend, call)
    backend.state.attached.add((agent.id, metric.id))
    results = backend.state.results
    done = {item.call_id for item in results.all() if item.metric_id == metric.id}
    for record in reversed(backend.state.calls.all()):
        if record.agent_id == agent.id and record.status == "completed" and record.id not in done:
            results.add(measure(metric, record, datetime.now(UTC)))
    return web.Response(status=204)


async def remove_metric(backend: Backend, call: Call) -> web.Response:
    """DELETE /agents/{agent_id}/metrics/{metric_id}: results stay."""
    agent, metric = agent_of(backend, call), _metric(backend, call)
    if (agent.id, metric.id) not in backend.state.attached:
        raise ApiError(404, f"Agent {agent.id!r} has no metric {metric.id!r}.")
    backend.state.attached.discard((agent.id, metric.id))
    return web.Response(status=204)


async def list_results(backend: Backend, call: Call) -> web.Response:
    """GET /agents/metrics/results."""
    keep = _Filter.of(call)
    page = Paging.of(call).cut(backend.state.results.all(), keep.keeps)
    return call.json(page.answer(MetricResult.public))


async def export_results(backend: Backend, call: Call) -> web.Response:
    """GET /agents/metrics/results/export."""
    keep = _Filter.of(call)
    rows = [result for result in backend.state.results.all() if keep.keeps(result)]
    return web.Response(text=as_csv(rows), content_type="text/csv")


def as_csv(results: Sequence[MetricResult]) -> str:
    """Write results as CSV with a header row.

    Raises:
        ApiError: 404 for no results, 400 for more than `MAX_ROWS`.
    """
    if not results:
        raise ApiError(404, "No results match.")
    if len(results) > MAX_ROWS:
        raise ApiError(400, f"More than {MAX_ROWS} results match; narrow the filters.")
    rows = [result.public() for result in results]
    for row in rows:
        row["jsonResult"] = msgspec.json.encode(row["jsonResult"]).decode()
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]))
    table.writeheader()
    table.writerows(msgspec.to_builtins(rows))
    return text.getvalue()


class _Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Filters of a listing of results; both dates are inclusive."""

    same: tuple[tuple[str, str], ...]
    start: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, call: Call) -> _Filter:
        names = ("agent_id", "call_id", "deployment_id", "metric_id")
        same = tuple((name, value) for name in names if (value := call.query(name)))
        return cls(same=same, start=_date(call, "start_date"), end=_date(call, "end_date"))

    def keeps(self, result: MetricResult) -> bool:
        return (
            all(getattr(result, name) == value for name, value in self.same)
            and (self.start is None or result.created_at >= self.start)
            and (self.end is None or result.created_at <= self.end)
        )


def _date(call: Call, name: str) -> datetime | None:
    value = call.request.query.get(name)
    if value is None:
        return None
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        raise ApiError(400, f"{name}: {value!r} is not a date of ISO 8601.") from None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _metric(backend: Backend, call: Call) -> Metric:
    return backend.state.metrics.get(call.path("metric_id"))
