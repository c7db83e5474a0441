"""``/emulator``: the emulator's own operations, its status and its faults."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import ApiError
from ..faults import FAULTS, descriptions, make_fault
from ..studio import engines
from ..wire.requests import decode

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call


async def health(backend: Backend, call: Call) -> web.Response:
    """GET /emulator: the engines that run and how busy they are."""
    try:
        release = version("cartesia-stream")
    except PackageNotFoundError:
        release = "unknown"
    studio, about = backend.studio, descriptions()
    return call.json(
        {
            "version": release,
            "synthesizer": studio.synthesizer.name,
            "recognizer": studio.recognizer.name,
            "engines": engines.listed(),
            "open_sockets": backend.sockets.taken,
            "active_contexts": backend.contexts.taken,
            "active_transcriptions": backend.transcriptions.taken,
            "requests_served": backend.requests_served,
            "armed_faults": len(backend.faults),
            "known_faults": sorted(FAULTS),
            "faults": [
                {"name": name, "default": kind.default, "where": kind.where, "about": about[name]}
                for name, kind in FAULTS.items()
            ],
        }
    )


class _FaultOrder(msgspec.Struct, frozen=True):
    name: str
    value: str | int | float | None = None
    after: int = 0
    times: int | None = 1
    path: str | None = None
    options: dict[str, Any] = {}


async def arm_faults(backend: Backend, call: Call) -> web.Response:
    """POST /emulator/faults: one fault or a list of them."""
    listed = call.body.lstrip().startswith(b"[")
    orders = decode(call.body, list[_FaultOrder]) if listed else [decode(call.body, _FaultOrder)]
    try:
        faults = [
            make_fault(o.name, o.value, after=o.after, times=o.times, path=o.path, **o.options)
            for o in orders
        ]
    except ValueError as error:
        raise ApiError(400, str(error)) from error
    for fault in faults:
        backend.faults.arm(fault)
    return call.json({"armed": len(backend.faults)})


async def clear_faults(backend: Backend, call: Call) -> web.Response:
    """DELETE /emulator/faults."""
    backend.faults.clear()
    return call.json({"armed": 0})
