"""Access tokens: fetched once for all who wait, and renewed when they are rejected."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from cartesia_stream import ConfigurationError
from cartesia_stream._aio.credentials import AsyncCredentials

from ..scenarios.loops import NEW_LOOP, run_on


class Settings:
    """Settings with a token."""

    def with_token(self, token: str) -> Any:
        if not token:
            raise ConfigurationError("the token is empty", option="token")
        return SimpleNamespace(api_key=token)


@pytest.fixture
def config() -> Any:
    return Settings()


class Source:
    """Tokens, counted from 1; each comes a moment later."""

    def __init__(self, *errors: Exception) -> None:
        self.count = 0
        self._errors = list(errors)

    async def __call__(self) -> str:
        await asyncio.sleep(0)
        if self._errors:
            raise self._errors.pop(0)
        self.count += 1
        return f"token {self.count}"


@pytest.fixture(params=NEW_LOOP)
def run(request: pytest.FixtureRequest) -> Any:
    return run_on(request.param)


def test_fixed_credentials_stay_as_they_are(run: Any, config: Any) -> None:
    async def main() -> None:
        credentials = AsyncCredentials(None)
        assert await credentials.bearer(config) is config
        assert not await credentials.renew("anything")

    run(main())


def test_callers_at_once_share_one_token(run: Any, config: Any) -> None:
    async def main() -> None:
        source = Source()
        credentials = AsyncCredentials(source)
        found = await asyncio.gather(*(credentials.bearer(config) for _ in range(5)))
        assert {settings.api_key for settings in found} == {"token 1"}
        assert source.count == 1

    run(main())


def test_a_rejected_token_is_renewed_once(run: Any, config: Any) -> None:
    async def main() -> None:
        source = Source()
        credentials = AsyncCredentials(source)
        await credentials.bearer(config)
        for _ in range(3):  # callers that used the same token
            assert await credentials.renew("token 1")
        assert (await credentials.bearer(config)).api_key == "token 2"
        assert await credentials.renew("token 1")  # one more, late
        assert (await credentials.bearer(config)).api_key == "token 2"

    run(main())


def test_a_failure_is_that_of_its_caller_and_the_next_one_tries_again(
    run: Any, config: Any
) -> None:
    async def main() -> None:
        credentials = AsyncCredentials(Source(KeyError("down")))
        with pytest.raises(KeyError):
            await credentials.bearer(config)
        assert (await credentials.bearer(config)).api_key == "token 1"

    run(main())


def test_a_second_loop_has_a_lock_of_its_own_and_the_same_token(run: Any, config: Any) -> None:
    credentials = AsyncCredentials(Source())
    for _ in range(2):
        assert run(credentials.bearer(config)).api_key == "token 1"
        assert len(credentials._mutexes) == 1


def test_a_token_near_its_expiry_is_renewed(
    run: Any, config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "cartesia_stream._aio.credentials"
    monkeypatch.setattr(f"{module}.lease", lambda token, **_: Lease(token, stale=token[-1] == "1"))
    credentials = AsyncCredentials(Source())
    found = [run(credentials.bearer(config)).api_key for _ in range(3)]
    assert found == ["token 1", "token 2", "token 2"]


class Lease(SimpleNamespace):
    def __init__(self, token: str, *, stale: bool) -> None:
        super().__init__(token=token, is_fresh=lambda now: not stale)
