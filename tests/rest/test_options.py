"""Clients with other options, options of one call, and responses with their headers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import (
    APITimeoutError,
    AsyncCartesia,
    Cartesia,
    ConfigurationError,
    InternalServerError,
    LocalStateError,
    Response,
    Timeouts,
)

from .conftest import settle

if TYPE_CHECKING:
    import respx

    from cartesia_emulator import Emulator

    from .conftest import Face
    from .loopback import Loopback

UP = {"ok": True, "version": "x"}
AUDIO = httpx.Response(200, content=b"ab", headers={"content-type": "audio/raw"})


def test_other_options(face: Face, service: respx.Router) -> None:
    """The new client has the given options and otherwise those of the original, which keeps its."""
    route = service.get("/").respond(503)

    async def story(client: Any) -> None:
        other = client.with_options(
            timeout=3, max_retries=0, headers={"x-trace": "b", "X-Two": "2"}
        )
        assert type(other) is type(client)
        for one in (other, client):
            with pytest.raises(InternalServerError):
                await settle(one.status.get())

    face.drive(story, headers={"X-Trace": "a"}, max_retries=1)
    requests = [call.request for call in route.calls]
    assert [request.headers["x-trace"] for request in requests] == ["b", "a", "a"]
    assert [request.headers.get("x-two") for request in requests] == ["2", None, None]
    assert [request.extensions["timeout"]["read"] for request in requests] == [3, 60, 60]
    keys = {request.headers["authorization"] for request in requests}
    assert len(keys) == 1


def test_options_of_options(face: Face, service: respx.Router) -> None:
    """They add up, and never replace the key."""
    route = service.get("/").respond(json=UP)

    async def story(client: Any) -> None:
        other = client.with_options(headers={"X-One": "1", "Authorization": "no"})
        await settle(other.with_options(timeout=Timeouts(read=7)).status.get())

    face.drive(story)
    request = route.calls.last.request
    assert request.headers["x-one"] == "1"
    assert request.headers["authorization"] == "Bearer sk_car_planted"
    assert request.extensions["timeout"]["read"] == 7


def test_connections_are_shared(face: Face, loopback: Loopback) -> None:
    """All of them use the same connection, and closing one closes all."""

    async def story(client: Any) -> None:
        others = [client.with_options(headers={"X-Number": str(n)}) for n in range(3)]
        for one in (*others, client):
            await settle(one.status.get())
        assert loopback.connections == 1
        await settle(others[0].aclose() if face.name == "asyncio" else others[0].close())
        for one in (*others, client):
            with pytest.raises(LocalStateError):
                await settle(one.status.get())

    face.drive(story, base_url=loopback.url)


def test_sockets_are_shared(face: Face, emulator: Emulator) -> None:
    """Speech of a client with other options goes over the socket that is open."""

    async def story(client: Any) -> None:
        voice = (await settle(client.voices.list(limit=1))).data[0].id
        for one in (client, client.with_options(max_retries=0)):
            assert (await settle(one.tts.speak("Hello.", voice=voice).collect())).duration > 0
        assert client._transports.pool is one._transports.pool

    face.drive(story, emulator.api_key, base_url=emulator.base_url)


def test_deadlines_hold_on_sockets_that_are_shared(face: Face, emulator: Emulator) -> None:
    """Speech keeps the deadlines of the client that it was asked of, on whichever socket."""

    async def story(client: Any) -> None:
        voice = (await settle(client.voices.list(limit=1))).data[0].id
        emulator.inject("stall", after=1)
        hasty = client.with_options(timeout=Timeouts(idle=0.5), max_retries=0)
        with pytest.raises(APITimeoutError) as caught:
            await settle(hasty.tts.speak("Hello.", voice=voice).collect())
        assert (caught.value.phase, caught.value.seconds) == ("idle", 0.5)
        emulator.clear_faults()
        assert (await settle(client.tts.speak("Hello.", voice=voice).collect())).duration > 0

    face.drive(story, emulator.api_key, base_url=emulator.base_url, timeout=Timeouts(idle=40))


def test_malformed_options(face: Face) -> None:
    """They are checked as those of a client are."""

    async def story(client: Any) -> None:
        with pytest.raises(ConfigurationError):
            client.with_options(headers={"X-Bad": "a\r\nb"})
        with pytest.raises(ConfigurationError):
            client.with_options(timeout=-1)

    face.drive(story)


@pytest.mark.parametrize("call", ["status", "generate_sse"])
def test_headers_that_a_client_must_not_bring(face: Face, service: respx.Router, call: str) -> None:
    """They are refused by its first call, before anything is sent."""

    async def story(client: Any) -> None:
        client = client.with_options(headers={"Transfer-Encoding": "chunked"})
        with pytest.raises(ConfigurationError, match="Transfer-Encoding"):
            if call == "status":
                await settle(client.status.get())
            await settle(getattr(client.tts, call)("Hi", voice="v").collect())

    face.drive(story)
    assert not service.calls


@pytest.mark.parametrize("call", ["generate", "generate_sse", "infill", "changed", "status"])
def test_headers_that_a_call_must_not_bring(face: Face, service: respx.Router, call: str) -> None:
    """They are refused at the call, before anything is sent."""
    options = {"headers": {"Content-Length": "3"}}
    calls: dict[str, Any] = {
        "generate": lambda client: client.tts.generate("Hi", voice="v", options=options),
        "generate_sse": lambda client: client.tts.generate_sse("Hi", voice="v", options=options),
        "infill": lambda client: client.tts.infill(
            "Hi", voice="v", language="en", left_audio=b"a", options=options
        ),
        "changed": lambda client: client.voice_changer.generate(b"a", voice="v", options=options),
    }

    async def story(client: Any) -> None:
        with pytest.raises(ConfigurationError, match="Content-Length"):
            if call == "status":
                await settle(client.status.get(options=options))
            calls[call](client)

    face.drive(story)
    assert not service.calls


@pytest.mark.parametrize("call", ["generate", "generate_sse"])
def test_options_of_speech(face: Face, service: respx.Router, call: str) -> None:
    """Speech over HTTP takes options as any call does."""
    route = service.post().respond(503)
    options = {"timeout": 4.0, "headers": {"X-Trace": "1"}}

    async def story(client: Any) -> None:
        with pytest.raises(InternalServerError):
            await settle(getattr(client.tts, call)("Hi", voice="v", options=options).collect())

    face.drive(story)
    request = route.calls.last.request
    assert request.headers["x-trace"] == "1"
    assert request.extensions["timeout"]["read"] == 4.0
    assert b"x-trace" not in request.content.lower()


# --- responses


def test_a_result_with_its_response(face: Face, service: respx.Router) -> None:
    """The result stays typed, and the status, the headers and the id come with it."""
    service.get("/").respond(
        json=UP, headers=[("X-Request-ID", "r7"), ("X-Many", "a"), ("X-Many", "b")]
    )

    async def story(client: Any) -> None:
        response = await settle(client.with_response(client.status.get))
        assert isinstance(response, Response)
        assert response.data.ok
        assert (response.status_code, response.request_id) == (200, "r7")
        assert response.headers["X-Many"] == response.headers["x-many"] == "a, b"
        assert "X-REQUEST-ID" in response.headers
        assert "x-none" not in response.headers
        assert "x-many" in list(response.headers)
        assert len(response.headers) >= 3
        with pytest.raises(AttributeError):
            setattr(response, "data", None)  # noqa: B010 (a type checker would refuse it)

    face.drive(story)


def test_arguments_are_handed_on(face: Face, service: respx.Router) -> None:
    """Positional and keyword arguments reach the call; its errors come out."""
    route = service.delete("/voices/v1").respond(204)
    service.get("/").respond(503)

    async def story(client: Any) -> None:
        options = {"headers": {"X-Trace": "1"}}
        response = await settle(client.with_response(client.voices.delete, "v1", options=options))
        assert (response.data, response.status_code, response.request_id) == (None, 204, None)
        assert route.calls.last.request.headers["x-trace"] == "1"
        with pytest.raises(InternalServerError):
            await settle(client.with_response(client.status.get, options={"max_retries": 0}))

    face.drive(story)


def test_the_response_of_speech(face: Face, service: respx.Router) -> None:
    """Speech that streams tells its headers before it is read."""
    service.post("/tts/bytes").mock(return_value=AUDIO)

    async def story(client: Any) -> None:
        response = await settle(client.with_response(client.tts.generate, "Hi", voice="v"))
        assert response.headers["content-type"] == "audio/raw"
        assert (await settle(response.data.collect())).data == b"ab"

    face.drive(story)


def test_a_call_without_a_response(face: Face) -> None:
    """What sends nothing has no response."""

    async def story(client: Any) -> None:
        async def nothing() -> None:
            pass

        call = nothing if face.name == "asyncio" else (lambda: None)
        with pytest.raises(ConfigurationError, match="no HTTP request"):
            await settle(client.with_response(call))

    face.drive(story)


def test_calls_side_by_side_keep_their_responses(respx_mock: respx.Router) -> None:
    """Each task has the response of its own call."""
    for number in range(5):
        respx_mock.delete(f"https://api.cartesia.ai/voices/v{number}").respond(
            204, headers={"x-request-id": f"r{number}"}
        )

    async def main() -> None:
        async with AsyncCartesia("k") as client:
            responses = await asyncio.gather(
                *(client.with_response(client.voices.delete, f"v{n}") for n in range(5))
            )
        assert [response.request_id for response in responses] == [f"r{n}" for n in range(5)]

    asyncio.run(main())


def test_what_is_shown() -> None:
    """A client with other options shows as little as the original."""
    with Cartesia("sk_car_planted") as client:
        other = client.with_options(max_retries=0)
        assert repr(other) == repr(client)
        assert "planted" not in f"{vars(other)}"
