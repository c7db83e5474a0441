"""`Cassette`: a server on loopback that records the service, or answers in its place.

Clients need only its address, so it works for every client and transport: calls, event streams and
sockets. It replays what was sent and in which order, without the pauses between.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import ssl
from typing import TYPE_CHECKING, Final, Self, cast

import aiohttp
import certifi
import websockets.asyncio.client
import websockets.exceptions
from aiohttp import WSMsgType, web
from yarl import URL

from ..errors import ApiError
from ..loops import LoopThread
from .matching import (
    AudioDigests,
    Hearing,
    Said,
    Speech,
    Track,
    differences,
    request_key,
    tracks_of,
)
from .tape import Redactor, Tape, message, readable, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    Exchange = dict[str, object]

__all__ = ["SERVICE", "Cassette"]

SERVICE: Final = "https://api.cartesia.ai"
REPLAY_KEY: Final = "sk_car_replay"
_NOT_FORWARDED: Final = frozenset(
    {"host", "connection", "content-length", "transfer-encoding", "accept-encoding", "upgrade"}
    | {"expect", "sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"}
)
_KEPT: Final = ("content-type", "content-disposition", "x-request-id", "retry-after")
_KEPT_ALL: Final = (*_KEPT, "retry-after-ms", "x-should-retry")
_ABNORMAL: Final = 1006
_WAIT_S: Final = 30.0


class Cassette:
    """A recording, and a local server that makes it or replays it.

    Args:
        path: The file that ends with ``.yaml``; audio goes into a file beside it.
        record: Whether to record the service, and not to replay.
        service: The service to record.
        api_key: The key that clients should send: the real one to record.

    Raises:
        FileNotFoundError: If there is nothing to replay.
        ValueError: If the file is no cassette, or was damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        record: bool,
        service: str = SERVICE,
        api_key: str = REPLAY_KEY,
    ) -> None:
        self.path: Path = path
        self.api_key = api_key
        self.base_url: str = ""
        self.problems: list[str] = []
        """What went wrong, each as a text for a person: requests that are not in the cassette."""
        self._tape = Tape(path)
        if not record:
            self._tape.load()
            self._tape.check()
        answer = _Recorder(self, self._tape, service) if record else _Player(self, self._tape)
        self._answer: _Recorder | _Player = answer
        self._thread = LoopThread("cassette", self._serve)

    def __repr__(self) -> str:
        return f"<Cassette {self.path.name} {self.base_url or 'stopped'}>"

    def save(self, path: Path | None = None, *, test: str = "") -> None:
        """Write what was recorded.

        Args:
            path: The file, if it is another one by now.
            test: The test that made the recording.
        """
        self._tape.path = self.path = path or self.path
        self._tape.test = test
        self._answer.finish()
        self._tape.save()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._thread.stop()

    async def _serve(self) -> None:
        async with self._answer:
            app = web.Application(client_max_size=1 << 30)
            app.router.add_route("*", "/{tail:.*}", self._route)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
            await runner.setup()
            try:
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                self.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
                await self._thread.ready()
                await self._answer.close()
            finally:
                await runner.cleanup()

    async def _route(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await self._answer.socket(request)
            return await self._answer.call(request)
        except _ProblemError as problem:
            self.problems.append(problem.message)
            error = ApiError(problem.status, problem.message, code="cassette")
            return web.json_response(error.body("cassette"), status=error.status)
        except ConnectionError:
            return web.Response()  # the client has left


class _ProblemError(Exception):
    """What a cassette cannot answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class _Side:
    """What recording and replaying have in common: the tasks of open sockets."""

    def __init__(self, cassette: Cassette, tape: Tape) -> None:
        self.cassette = cassette
        self.tape = tape
        self._open: set[web.WebSocketResponse] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return

    def finish(self) -> None:
        """Prepare the tape for the file."""

    async def close(self) -> None:
        """Close all sockets."""
        await asyncio.gather(*(socket.close() for socket in self._open), return_exceptions=True)

    async def accept(self, request: web.Request, headers: object) -> web.WebSocketResponse:
        """Accept the handshake of a client."""
        socket = web.WebSocketResponse(max_msg_size=0, compress=False)
        socket.headers.update(_kept(headers))
        await socket.prepare(request)
        self._open.add(socket)
        return socket


class _Recorder(_Side):
    """Forwards to the service and keeps what it answers."""

    def __init__(self, cassette: Cassette, tape: Tape, service: str) -> None:
        super().__init__(cassette, tape)
        self._service = service.rstrip("/")
        self._redactor = Redactor([cassette.api_key])
        self._contexts: dict[str, str] = {}

    async def __aenter__(self) -> Self:
        trusted = os.environ.get("SSL_CERT_FILE") or certifi.where()
        self._tls = ssl.create_default_context(cafile=trusted)
        connector = aiohttp.TCPConnector(ssl=self._tls, limit=0)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_WAIT_S)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, trust_env=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    def finish(self) -> None:
        """Redact what was said before a secret was known."""
        self.tape.exchanges = cast(
            "list[Exchange]", self._redactor.value(cast("object", self.tape.exchanges))
        )

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Forward a call, and its answer piece by piece."""
        body = await request.read()
        exchange = self._begin(request)
        sent = readable(self.tape, self._redactor, request.headers.get("Content-Type", ""), body)
        if sent:
            exchange["send"] = self._renamed(sent)
        headers = _forwarded(request) | {"Accept-Encoding": "identity"}
        url = URL(self._service + request.raw_path, encoded=True)
        pieces: list[bytes] = []
        broken = False
        try:
            async with self._session.request(
                request.method, url, headers=headers, data=body or None, allow_redirects=False
            ) as response:
                answer = web.StreamResponse(status=response.status, reason=response.reason)
                answer.headers.update(_kept(response.headers))
                await answer.prepare(request)
                try:
                    async for piece in response.content.iter_any():
                        pieces.append(piece)
                        await answer.write(piece)
                    await answer.write_eof()
                except (aiohttp.ClientError, ConnectionError):
                    broken = True
                    _abort(request)
        except aiohttp.ClientError as error:
            raise self._unreachable(error) from error
        kind = response.headers.get("Content-Type", "")
        exchange |= {"status": response.status, "headers": _kept(response.headers)}
        got = readable(self.tape, self._redactor, kind, b"".join(pieces))
        if got:
            exchange["receive"] = self._renamed(got)
        if broken:
            exchange["broken"] = True  # by the service, or by a client that left
        self.tape.exchanges.append(exchange)
        return answer

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Forward a handshake, and the messages of both sides."""
        exchange = self._begin(request)
        url = "ws" + self._service.removeprefix("http") + request.raw_path
        tls = self._tls if url.startswith("wss:") else None
        try:
            service = await websockets.asyncio.client.connect(
                url,
                additional_headers=_forwarded(request),
                user_agent_header=None,
                ssl=tls,
                compression=None,
                max_size=None,
                open_timeout=_WAIT_S,
            )
        except websockets.exceptions.InvalidStatus as refusal:
            response = refusal.response
            kind = response.headers.get("Content-Type", "")
            body = bytes(response.body or b"")
            exchange |= {"status": response.status_code, "headers": _kept(response.headers)}
            exchange["receive"] = readable(self.tape, self._redactor, kind, body)
            self.tape.exchanges.append(exchange)
            headers = _kept(response.headers)
            return web.Response(status=response.status_code, body=body, headers=headers)
        except (OSError, websockets.exceptions.WebSocketException) as error:
            raise self._unreachable(error) from error
        messages: list[Exchange] = []
        assert service.response is not None
        accepted = service.response.headers
        exchange |= {"status": 101, "headers": _kept(accepted), "messages": messages}
        self.tape.exchanges.append(exchange)
        socket = await self.accept(request, accepted)
        forwarding = asyncio.create_task(self._forward(socket, service, messages))
        try:
            with contextlib.suppress(websockets.exceptions.ConnectionClosed, ConnectionError):
                async for received in service:
                    if isinstance(received, bytes):
                        messages.append({"receive": {"audio": self.tape.keep(received)}})
                        await socket.send_bytes(received)
                    else:
                        kept = message(self.tape, self._redactor, received)
                        messages.append({"receive": self._renamed(kept)})
                        await socket.send_str(received)
            if not socket.closed and not forwarding.done():
                code = service.close_code or _ABNORMAL
                messages.append({"close": code, "reason": service.close_reason or ""})
                await _close(request, socket, code, service.close_reason or "")
        finally:
            forwarding.cancel()
            await asyncio.gather(forwarding, return_exceptions=True)
            await service.close()
            self._open.discard(socket)
        return socket

    async def _forward(
        self,
        socket: web.WebSocketResponse,
        service: websockets.asyncio.client.ClientConnection,
        messages: list[Exchange],
    ) -> None:
        """Forward what the client sends; audio that it sends at a stretch is one entry."""
        digest = hashlib.sha256()
        async for item in socket:
            if item.type is WSMsgType.TEXT:
                text = cast("str", item.data)
                kept = message(self.tape, self._redactor, text)
                messages.append({"send": self._renamed(kept)})
                await service.send(text)
            elif item.type is WSMsgType.BINARY:
                data = cast("bytes", item.data)
                digest.update(data)
                last = messages[-1].get("send") if messages else None
                joined: Exchange = cast("Exchange", last) if isinstance(last, dict) else {}
                if "audio_bytes" not in joined:
                    joined = {"audio_bytes": 0}
                    messages.append({"send": joined})
                joined["audio_bytes"] = cast("int", joined["audio_bytes"]) + len(data)
                joined["sha256"] = digest.hexdigest()
                await service.send(data)
        await service.close()

    def _begin(self, request: web.Request) -> Exchange:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        self._redactor.add(token if scheme.lower() == "bearer" else None)
        self._redactor.add(request.headers.get("X-API-Key"))
        for name in ("api_key", "access_token"):
            self._redactor.add(request.query.get(name))
        exchange: Exchange = {"request": self._redactor.text(f"{request.method} {request.path}")}
        if query := _query(request):
            exchange["query"] = self._redactor.value(query)
        return exchange

    def _renamed(self, value: object) -> object:
        """Number the ids of contexts, so that a new recording differs little from the last."""
        if isinstance(value, list):
            return [self._renamed(item) for item in cast("list[object]", value)]
        if not isinstance(value, dict):
            return value
        fields = cast("Exchange", value)
        renamed = {name: self._renamed(item) for name, item in fields.items()}
        if isinstance(ident := fields.get("context_id"), str):
            number = f"context-{len(self._contexts) + 1}"
            renamed["context_id"] = self._contexts.setdefault(ident, number)
        return renamed

    def _unreachable(self, error: BaseException) -> _ProblemError:
        reason = self._redactor.text(f"{type(error).__name__}: {error}")
        return _ProblemError(f"recording: {self._service} cannot be reached: {reason}", 502)


class _Player(_Side):
    """Answers from the cassette."""

    def __init__(self, cassette: Cassette, tape: Tape) -> None:
        super().__init__(cassette, tape)
        self._calls: list[tuple[int, str, Exchange]] = []
        self._handshakes: dict[str, list[Exchange]] = {}
        self._refused: dict[str, int] = {}
        self._tracks: dict[str, list[Track]] = {}
        self._used: set[int] = set()
        for number, exchange in enumerate(tape.exchanges, start=1):
            key = request_key(str(exchange["request"]), exchange.get("query"), exchange.get("send"))
            if "messages" in exchange or exchange.get("status") == 101:
                messages = cast("list[Exchange]", exchange.get("messages") or [])
                self._tracks.setdefault(key, []).extend(tracks_of(number, messages))
            self._calls.append((number, key, exchange))
            self._handshakes.setdefault(key, []).append(exchange)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer a call by the first entry for it that has not been used."""
        kind = request.headers.get("Content-Type", "")
        scratch = Tape(self.tape.path)
        sent = readable(scratch, self._redactor(request), kind, await request.read())
        exchange = self._find(request, sent)
        headers = _headers(exchange)
        answer = web.StreamResponse(status=cast("int", exchange["status"]), headers=headers)
        await answer.prepare(request)
        received = cast("Exchange", exchange.get("receive") or {})
        ident = _context_id(sent)
        if "events" in received:
            for event in cast("list[Exchange]", received["events"]):
                await answer.write(self._event(event, ident))
        else:
            await answer.write(written(self.tape, received))
        if exchange.get("broken"):
            _abort(request)
        else:
            await answer.write_eof()
        return answer

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """Answer a handshake as recorded, then each context by the track that begins alike."""
        redactor = self._redactor(request)
        name = redactor.text(f"GET {request.path}")
        query = redactor.value(_query(request))
        key = request_key(name, query or None, None)
        known = self._handshakes.get(key)
        if not known:
            raise self._missing(name, query, None)
        turn = self._refused.get(key, 0)
        self._refused[key] = turn + 1
        accepted = [exchange for exchange in known if exchange["status"] == 101]
        exchange = known[turn] if turn < len(known) else (accepted or known)[-1]
        headers = _headers(exchange)
        if exchange["status"] != 101:
            body = written(self.tape, cast("Exchange", exchange.get("receive") or {}))
            status = cast("int", exchange["status"])
            return web.Response(status=status, body=body, headers=headers)
        socket = await self.accept(request, headers)
        conversation = _Conversation(self, request, socket, self._tracks.get(key, []))
        try:
            await conversation.run()
        finally:
            self._open.discard(socket)
        return socket

    def missing_track(self, request: str, tracks: list[Track], said: Said) -> str:
        """Describe a context that is not in the cassette."""
        asked = said.fields()
        nearest = self._nearest([(t.number, t.whole.fields(), t.taken) for t in tracks], asked)
        return f"{request}: this is not in the cassette {self.tape.path}. {nearest}"

    def _redactor(self, request: web.Request) -> Redactor:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        bearer = token if scheme.lower() == "bearer" else ""
        query = (request.query.get(name, "") for name in ("api_key", "access_token"))
        return Redactor([bearer, request.headers.get("X-API-Key", ""), *query])

    def _find(self, request: web.Request, sent: Exchange) -> Exchange:
        redactor = self._redactor(request)
        name = redactor.text(f"{request.method} {request.path}")
        query = redactor.value(_query(request))
        key = request_key(name, query or None, sent or None)
        for number, recorded, exchange in self._calls:
            if recorded == key and number not in self._used:
                self._used.add(number)
                return exchange
        raise self._missing(name, query, sent)

    def _missing(self, name: str, query: object, sent: Exchange | None) -> _ProblemError:
        asked: Exchange = {"query": query or {}, "send": sent or {}}
        alike: list[tuple[int, Exchange, bool]] = []
        for number, _, entry in self._calls:
            if entry["request"] == name:
                recorded: Exchange = {n: entry.get(n) or {} for n in ("query", "send")}
                alike.append((number, recorded, number in self._used))
        nearest = self._nearest(alike, asked)
        return _ProblemError(f"{name}: this is not in the cassette {self.tape.path}. {nearest}")

    def _nearest(self, entries: list[tuple[int, Exchange, bool]], asked: Exchange) -> str:
        advice = "Record it with --cartesia-record=all."
        if not entries:
            paths = sorted({str(exchange["request"]) for exchange in self.tape.exchanges})
            return f"It has no entry for this path, only {', '.join(paths)}. {advice}"
        number, recorded, used = min(
            entries, key=lambda entry: (len(differences(entry[1], asked, 1000)), entry[2])
        )
        lines = differences(recorded, asked)
        if not lines:
            times = "it has been used already" if used else "it was taken by another one"
            return f"Entry {number} is the same, but {times}: the recording has no more. {advice}"
        changes = "".join(f"\n  {line}" for line in lines)
        return f"The nearest is entry {number}:{changes}\n{advice}"

    def _event(self, event: Exchange, context_id: str | None) -> bytes:
        lines = [f"{name}: {event[name]}" for name in ("event", "id", "retry") if name in event]
        data = written(self.tape, _with_context(event, context_id)).decode()
        if "json" in event or "text" in event:
            lines += [f"data: {line}" for line in data.split("\n")]
        return ("\n".join(lines) + "\n\n").encode()


class _Conversation:
    """One socket of a client, and the tracks that it has taken."""

    def __init__(
        self,
        player: _Player,
        request: web.Request,
        socket: web.WebSocketResponse,
        tracks: list[Track],
    ) -> None:
        self._player = player
        self._request = request
        self._socket = socket
        self._tracks = tracks
        self._said: dict[str | None, Said] = {}
        self._taken: dict[str | None, Track] = {}
        self._sent: dict[str | None, int] = {}
        places = (at for t in tracks if isinstance(t.whole, Hearing) for at in t.whole.digests)
        self._digests = AudioDigests(places)

    async def run(self) -> None:
        """Serve the socket until it closes."""
        # Sockets that listen may speak first.
        if any(track.context_id is None for track in self._tracks):
            await self._go_on(None, Hearing())
        async for item in self._socket:
            if item.type is WSMsgType.BINARY:
                hearing = cast("Hearing", self._said.setdefault(None, Hearing()))
                self._digests.feed(hearing, cast("bytes", item.data))
                await self._go_on(None, hearing)
            elif item.type is WSMsgType.TEXT:
                await self._text(cast("str", item.data))

    async def _text(self, text: str) -> None:
        redactor = Redactor([self._player.cassette.api_key])
        kept = message(Tape(self._player.tape.path), redactor, text)
        content = cast("Exchange", kept["json"]) if isinstance(kept.get("json"), dict) else {}
        ident = content.get("context_id")
        if isinstance(ident, str):
            speech = cast("Speech", self._said.setdefault(ident, Speech()))
            speech.add({name: item for name, item in content.items() if name != "context_id"})
            await self._go_on(ident, speech)
        else:
            hearing = cast("Hearing", self._said.setdefault(None, Hearing()))
            hearing.add(kept)
            await self._go_on(None, hearing)

    async def _go_on(self, ident: str | None, said: Said) -> None:
        """Send what the service answered to as much as the client has said by now."""
        self._said[ident] = said
        track = self._taken.get(ident)
        if track is None:
            kind = type(said)
            free = [t for t in self._tracks if not t.taken and isinstance(t.whole, kind)]
            fitting = [t for t in free if said.agrees(t.whole)]
            if not fitting:
                await self._miss(ident, said)
                return
            # Take one only when it must speak: by then, contexts that begin alike differ.
            due = [t for t in fitting if t.answers and said.covers(t.answers[0][0])]
            if not due:
                return
            track = self._taken[ident] = due[0]
            track.taken = True
        elif not said.agrees(track.whole):
            await self._miss(ident, said)
            return
        place = self._sent.get(ident, 0)
        if isinstance(said, Speech) and said.cancelled:
            # The client wants no more of what was recorded before its cancel.
            while (
                place < len(track.answers) and not cast("Speech", track.answers[place][0]).cancelled
            ):
                place += 1
        while place < len(track.answers) and said.covers(track.answers[place][0]):
            entry = track.answers[place][1]
            place += 1
            self._sent[ident] = place
            await self._answer(entry, ident)
        self._sent[ident] = place

    async def _answer(self, entry: Exchange, ident: str | None) -> None:
        if "close" in entry:
            code, reason = cast("int", entry["close"]), str(entry.get("reason") or "")
            await _close(self._request, self._socket, code, reason)
            return
        value = _with_context(cast("Exchange", entry["receive"]), ident)
        data = written(self._player.tape, value)
        if self._socket.closed:
            return
        if "audio" in value:
            await self._socket.send_bytes(data)
        else:
            await self._socket.send_str(data.decode())

    async def _miss(self, ident: str | None, said: Said) -> None:
        if isinstance(said, Speech) and said.cancelled:
            return
        name = f"GET {self._request.path}"
        kind = type(said)
        tracks = [track for track in self._tracks if isinstance(track.whole, kind)]
        problem = self._player.missing_track(name, tracks, said)
        if problem not in self._player.cassette.problems:
            self._player.cassette.problems.append(problem)
        frame = ApiError(400, problem, code="cassette").frame("cassette", ident)
        if not self._socket.closed:
            await self._socket.send_str(json.dumps(frame))
            if ident is None:
                await self._socket.close(code=1008)


def _with_context(value: Exchange, context_id: str | None) -> Exchange:
    """Return a frame for the context of this run."""
    content = value.get("json")
    if context_id is None or not isinstance(content, dict) or "context_id" not in content:
        return value
    return value | {"json": cast("Exchange", content) | {"context_id": context_id}}


def _context_id(sent: Exchange) -> str | None:
    content = sent.get("json")
    ident = cast("Exchange", content).get("context_id") if isinstance(content, dict) else None
    return ident if isinstance(ident, str) else None


def _query(request: web.Request) -> dict[str, object]:
    """Return the query; a name that repeats has a list of values."""
    query: dict[str, object] = {}
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        query[name] = values[0] if len(values) == 1 else list[object](values)
    return query


def _forwarded(request: web.Request) -> dict[str, str]:
    return {k: v for k, v in request.headers.items() if k.lower() not in _NOT_FORWARDED}


def _headers(exchange: Exchange) -> dict[str, str]:
    """Return recorded headers as texts, also when someone has edited them as numbers."""
    headers = cast("Mapping[str, object]", exchange.get("headers") or {})
    return {name: str(value) for name, value in headers.items()}


def _kept(headers: object) -> dict[str, str]:
    """Return the headers that a cassette keeps; no cookie and no key is among them."""
    named = {str(k).lower(): str(v) for k, v in cast("Mapping[str, str]", headers).items()}
    return {name: named[name] for name in _KEPT_ALL if name in named}


async def _close(
    request: web.Request, socket: web.WebSocketResponse, code: int, reason: str
) -> None:
    if code == _ABNORMAL:
        _abort(request)
    else:
        await socket.close(code=code, message=reason.encode())


def _abort(request: web.Request) -> None:
    """Break the connection, as it broke when it was recorded."""
    if request.transport is not None:
        request.transport.abort()
