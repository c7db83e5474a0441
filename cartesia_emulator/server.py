"""The web application: one port for REST, event streams and websockets, v0 included."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from typing import TYPE_CHECKING

from aiohttp import web

from .browsers import Browsers
from .catalog import VERSIONS
from .errors import ApiError, reason
from .faults import parse_header
from .routes import ROUTES, Route, patterns
from .v0.errors import refusal as v0_refusal
from .wire import transport
from .wire.call import Call
from .wire.mangle import encode_json
from .wire.recording import RecordedRequest
from .wire.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .backend import Backend

__all__ = ["Server"]

log: logging.Logger = logging.getLogger("cartesia_emulator")


class Server:
    """The aiohttp application over one backend, which listens on ``host``."""

    def __init__(self, backend: Backend, host: str) -> None:
        self._backend = backend
        self._browsers = Browsers(host, backend.options.allow_hosts)
        self._tasks: set[asyncio.Task[object]] = set()
        options = backend.options
        self._uploads = Uploads(options.max_upload_bytes, options.read_timeout_s)
        # No middlewares: aiohttp caches their handlers, with the application, when it has stopped.
        self.app: web.Application = web.Application()
        self.app.on_response_prepare.append(self._browsers.sign)
        for route in ROUTES:
            for path in patterns(route.path):
                self.app.router.add_route(route.method, path, self._entry(route))
        self._resources = [*self.app.router.resources()]
        self.app.router.add_route("*", "/{path:.*}", self._entry(None))

    async def close(self) -> None:
        """Cancel every request in progress, sockets and streams included."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _entry(self, route: Route | None) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def entry(request: web.Request) -> web.StreamResponse:
            return await self._guard(request, route)

        return entry

    async def _guard(self, request: web.Request, route: Route | None) -> web.StreamResponse:
        """Answer preflights; refuse other sites' pages, and requests without a route."""
        try:
            self._browsers.check(request)
            preflight = self._browsers.preflight(request)
            if preflight is None and route is None:
                raise await self._without_route(request)
        except ApiError as error:
            return await self._refuse_early(request, error)
        if preflight is not None or route is None:
            return web.Response(status=204, headers=preflight)
        return await self._serve(request, route)

    async def _without_route(self, request: web.Request) -> ApiError:
        """Return the error for a request whose path is unknown, or does not take its method."""
        methods: set[str] = set()
        for resource in self._resources:
            methods |= (await resource.resolve(request))[1]
        if not methods:
            return ApiError(404, f"There is no {request.method} {request.path} here.")
        message = f"{request.path} does not take {request.method}."
        return ApiError(405, message, headers={"Allow": ", ".join(sorted(methods))})

    async def _refuse_early(self, request: web.Request, refusal: ApiError) -> web.StreamResponse:
        """Record a request and answer it with an error in the shape of all others."""

        async def refuse(backend: Backend, call: Call) -> web.StreamResponse:
            raise refusal

        route = Route(request.method, request.path, refuse, "open", versioned=False)
        return await self._serve(request, route)

    async def _serve(self, request: web.Request, route: Route) -> web.StreamResponse:
        call = self._open(request)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        begun = time.perf_counter()
        try:
            response = await self._answer(call, route)
        finally:
            self._tasks.discard(task)
            call.drop_upload()
            self._backend.requests_served += 1
        if not response.prepared:
            response.headers.setdefault("X-Request-ID", call.id)
        call.record.status = response.status
        spent = (time.perf_counter() - begun) * 1000
        log.debug("%s %s %d %.1f ms", request.method, request.path, response.status, spent)
        return response

    def _open(self, request: web.Request) -> Call:
        record = RecordedRequest(
            method=request.method,
            path=request.path,
            query=tuple(request.query.items()),
            headers={name.lower(): value for name, value in request.headers.items()},
            request_id=str(uuid.uuid4()),
        )
        self._backend.recorder.add(record)
        return Call(request, record.request_id, record)

    async def _answer(self, call: Call, route: Route) -> web.StreamResponse:
        try:
            call.body = await self._uploads.read(call)
            self._backend.recorder.add_body(call.record, call.body)
            self._backend.keys.check(call.request, route.access)
            self._check_version(call, route)
            self._collect_faults(call, route)
            faulty = await self._faulty_response(call, route)
            return faulty if faulty is not None else await route.handler(self._backend, call)
        except ApiError as error:
            return _refuse(call, error)
        except (transport.Gone, ConnectionError):
            # The connection is closed; whatever is returned here goes nowhere.
            return web.Response() if call.response is None else call.response
        except Exception:
            log.exception("request failed: %s %s", call.request.method, call.request.path)
            return _refuse(call, ApiError(500, "The emulator failed; its log says why."))

    def _check_version(self, call: Call, route: Route) -> None:
        if not route.versioned:
            return
        headers, query = call.request.headers, call.request.query
        version = headers.get("Cartesia-Version")
        if route.where == "handshake":
            version = query.get("cartesia_version", version)
        if not version:
            raise ApiError(400, "Cartesia-Version: this header is required.")
        if version not in VERSIONS:
            known = ", ".join(VERSIONS)
            raise ApiError(400, f"Cartesia-Version: {version!r} is not one of {known}.")

    def _collect_faults(self, call: Call, route: Route) -> None:
        asked = parse_header(call.request.headers.get("X-Emulator-Fault", ""))
        path = call.request.path
        if path.startswith("/emulator"):
            return
        armed = self._backend.faults.take(route.where, path)
        if route.where == "handshake":
            # Those for contexts are picked up when contexts open.
            call.faults = (*asked, *armed)
        else:
            call.faults = (*(f for f in asked if f.applies(route.where, path)), *armed)

    async def _faulty_response(self, call: Call, route: Route) -> web.Response | None:
        """Return the response that a fault sends in place of the real one."""
        if slow := call.find("slow-headers"):
            await transport.pause(slow.seconds)
        for fault in call.faults:
            if not fault.applies(route.where, call.request.path):
                continue
            if fault.name in ("status", "handshake-status"):
                raise fault.error()
            if fault.name == "html":
                page = f"<html><body><h1>{fault.number} {reason(fault.number)}</h1></body></html>"
                return web.Response(status=fault.number, text=page, content_type="text/html")
            if fault.name == "empty-body":
                return web.Response(status=fault.number)
            if fault.name == "error-200":
                return _refusal(call, ApiError(500, "A fault was asked for."), status=200)
            if fault.name == "drop" and route.where == "http":
                await transport.abort(call.request)
                raise transport.Gone
        return None


def _refuse(call: Call, error: ApiError) -> web.StreamResponse:
    """Send an error, or close the connection if the response has already begun."""
    if call.response is not None and call.response.prepared:
        transport.hang_up(call.request)
        return call.response
    return _refusal(call, error)


def _refusal(call: Call, error: ApiError, status: int | None = None) -> web.Response:
    """Return the error response in the shape of the API that was called."""
    if call.request.path.startswith("/v0/"):
        return v0_refusal(error, status or error.status)
    if call.plain_errors:
        return web.Response(
            status=status or error.status,
            reason=error.title.splitlines()[0] or None,
            text=error.text,
            headers=error.headers,
        )
    return web.Response(
        status=status or error.status,
        # Numbers outside the registry (520) have no phrase of their own.
        reason=error.title.splitlines()[0] or None,
        body=encode_json(error.body(call.id), call.faults),
        content_type="application/json",
        headers=error.headers,
    )
