"""Clients with short-lived access tokens in place of a key."""

from __future__ import annotations

import asyncio
import io
import logging
import traceback
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cartesia_stream import (
    AsyncCartesia,
    AuthenticationError,
    ConfigurationError,
    PermissionDeniedError,
)

from .conftest import settle, within

if TYPE_CHECKING:
    from collections.abc import Callable

    import respx

    from cartesia_emulator import Emulator

    from .conftest import Face

UP = httpx.Response(200, json={"ok": True, "version": "x"})
NO = httpx.Response(401, json={"message": "expired"})


class Mint:
    """Hands out numbered tokens, and counts them."""

    def __init__(self, face: Face) -> None:
        self.count = 0
        self.source: Callable[[], Any] = self.afetch if face.name == "asyncio" else self.fetch

    def fetch(self) -> str:
        self.count += 1
        return f"planted-{self.count}"

    async def afetch(self) -> str:
        return self.fetch()


def test_a_token_in_place_of_a_key(face: Face, service: respx.Router) -> None:
    """A token is sent as a key would be."""
    route = service.get("/").mock(return_value=UP)

    async def story(client: Any) -> None:
        await settle(client.status.get())

    face.drive(story, token="t.o.k")
    assert route.calls.last.request.headers["authorization"] == "Bearer t.o.k"


def test_a_token_from_a_function(face: Face, service: respx.Router) -> None:
    """The function is asked when a token is needed first, and not again while that is good."""
    route = service.get("/").mock(return_value=UP)
    mint = Mint(face)

    async def story(client: Any) -> None:
        assert mint.count == 0
        for _ in range(3):
            await settle(client.status.get())
        await settle(client.with_options(max_retries=0).status.get())

    face.drive(story, token=mint.source)
    assert mint.count == 1
    assert {call.request.headers["authorization"] for call in route.calls} == {"Bearer planted-1"}


def test_a_refused_token_is_renewed_once(face: Face, service: respx.Router) -> None:
    """After a 401 the call is made again with a new token, and a second 401 is raised."""
    route = service.post("/access-token").mock(
        side_effect=[NO, httpx.Response(200, json={"token": "t"}), NO, NO]
    )
    mint = Mint(face)

    async def story(client: Any) -> None:
        assert (await settle(client.access_token.create())).token == "t"
        with pytest.raises(AuthenticationError):
            await settle(client.access_token.create())

    face.drive(story, token=mint.source)
    sent = [call.request.headers["authorization"] for call in route.calls]
    assert sent == [f"Bearer planted-{number}" for number in (1, 2, 2, 3)]


@pytest.mark.parametrize("token", ["planted", None])
def test_a_refused_key_or_fixed_token_is_final(
    face: Face, service: respx.Router, token: str | None
) -> None:
    """There is no other to try with."""
    route = service.get("/").mock(return_value=NO)

    async def story(client: Any) -> None:
        with pytest.raises(AuthenticationError):
            await settle(client.status.get())

    face.drive(story, **({} if token is None else {"token": token}))
    assert route.call_count == 1


def test_a_pipe_is_not_sent_again_with_a_new_token(face: Face, service: respx.Router) -> None:
    """A body that cannot be rewound is sent once."""

    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    route = service.post("/stt").mock(return_value=NO)

    async def story(client: Any) -> None:
        with pytest.raises(AuthenticationError):
            await settle(client.stt.transcribe(file=Pipe(b"\0\0"), model="m"))

    face.drive(story, token=Mint(face).source)
    assert route.call_count == 1


@pytest.mark.parametrize("token", ["", "a b", "a\n", "é"])
def test_malformed_tokens(face: Face, token: str) -> None:
    """A token is checked as a key is, also when a function gives it."""
    with pytest.raises(ConfigurationError):
        face.client(token=token)

    async def give() -> str:
        return token

    async def story(client: Any) -> None:
        with pytest.raises(ConfigurationError) as caught:
            await settle(client.status.get())
        assert not token.strip() or token not in str(caught.value)

    face.drive(story, token=give if face.name == "asyncio" else (lambda: token))


def test_a_function_of_the_other_kind(face: Face, service: respx.Router) -> None:
    """It is an error that says what to change, and no request is sent."""
    mint = Mint(face)
    other = mint.fetch if face.name == "asyncio" else mint.afetch

    async def story(client: Any) -> None:
        with pytest.raises(ConfigurationError, match="token: define it with") as raised:
            await settle(client.status.get())
        assert raised.value.option == "token"

    face.drive(story, token=other)
    assert not service.calls


def test_key_and_token_are_too_much(face: Face, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both given is an error; the environment's key gives way to a token."""
    with pytest.raises(ConfigurationError, match="not both"):
        face.client("k", token="t")
    monkeypatch.setenv("CARTESIA_API_KEY", "from-environment")

    async def story(client: Any) -> None:
        assert client._config.api_key == "t"

    face.drive(story, token="t")


def test_a_token_is_nowhere_to_be_seen(
    face: Face, service: respx.Router, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the service echoes, no error, representation or log has the token."""
    caplog.set_level(logging.DEBUG)
    service.get("/").respond(400, json={"message": "bad token planted-1"})
    texts: list[str] = []

    async def story(client: Any) -> None:
        with pytest.raises(Exception) as caught:
            await settle(client.status.get())
        texts.extend(traceback.format_exception(caught.value))
        texts.append(f"{client!r} {vars(client)} {client._connections.credentials!r}")

    face.drive(story, token=Mint(face).source)
    assert all("planted-1" not in text for text in [*texts, caplog.text])


def test_tokens_of_a_client_with_a_key(face: Face, emulator: Emulator) -> None:
    """A client with tokens speaks over HTTP and sockets and transcribes, and no more than that."""
    emulator_settings: dict[str, Any] = {"base_url": emulator.base_url}

    async def story(server: Any) -> None:
        voice = (await settle(server.voices.list(limit=1))).data[0].id
        source = server.token_source(tts=True, stt=True, expires_in=60)
        async with within(face.client(token=source, **emulator_settings)) as client:
            for call in (client.tts.generate, client.tts.generate_sse):
                assert (await settle(call("Hello.", voice=voice).collect())).duration > 0
            spoken = await settle(client.tts.speak("Hello.", voice=voice).collect())
            heard = await settle(client.stt.transcribe(file=spoken.wav(), model="ink-whisper"))
            assert isinstance(heard.text, str)
            with pytest.raises(PermissionDeniedError):
                await settle(client.voices.list())

    face.drive(story, emulator.api_key, **emulator_settings)


def test_sockets_renew_a_refused_token(face: Face, emulator: Emulator) -> None:
    """A handshake that is refused is tried again with a new token, once."""

    async def story(server: Any) -> None:
        voice = (await settle(server.voices.list(limit=1))).data[0].id
        good = await settle(server.token_source(tts=True)())
        given: list[str] = []

        def fetch() -> str:
            given.append(good if given else "expired")
            return given[-1]

        async def afetch() -> str:
            return fetch()

        source = afetch if face.name == "asyncio" else fetch
        async with within(face.client(token=source, base_url=emulator.base_url)) as client:
            assert (await settle(client.tts.speak("Hi.", voice=voice).collect())).duration > 0
        assert given == ["expired", good]

    face.drive(story, emulator.api_key, base_url=emulator.base_url)


def test_a_second_event_loop_uses_the_same_source() -> None:
    """Callers that wait for a token in one loop leave nothing behind that hinders the next."""
    asked = 0

    async def fetch() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)  # the others come meanwhile
        return f"t{asked}"

    client = AsyncCartesia(token=fetch)
    credentials = client._connections.credentials

    async def call() -> set[str]:
        callers = [credentials.bearer(client._config) for _ in range(8)]
        return {config.api_key for config in await asyncio.gather(*callers)}

    async def refused() -> bool:
        return all(await asyncio.gather(*(credentials.renew("t1") for _ in range(8))))

    assert asyncio.run(call()) == {"t1"}
    assert asyncio.run(refused())
    assert asyncio.run(call()) == {"t2"}


def test_a_loop_that_ended_in_the_middle_does_not_lock_out_the_next() -> None:
    """A fetch that was under way when its loop closed is made again."""
    stuck: list[asyncio.Future[str]] = []

    async def fetch() -> str:
        if not stuck:
            stuck.append(asyncio.get_running_loop().create_future())
            return await stuck[0]
        return "second"

    client = AsyncCartesia(token=fetch)
    credentials = client._connections.credentials
    loop = asyncio.new_event_loop()
    fetching = loop.create_task(credentials.bearer(client._config))
    loop.run_until_complete(asyncio.sleep(0))
    assert stuck
    assert asyncio.run(credentials.bearer(client._config)).api_key == "second"
    fetching.cancel()
    loop.run_until_complete(asyncio.wait([fetching]))
    loop.close()
