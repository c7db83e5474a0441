"""The response of a call, recorded beside its result."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from cartesia_stream import ConfigurationError
from cartesia_stream._http.with_response import ResponseRecorder


def response(status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(
        status, headers={name.replace("_", "-"): headers[name] for name in headers}
    )


def test_the_last_response_of_a_call_is_recorded() -> None:
    with ResponseRecorder() as recorder:
        ResponseRecorder.note(response(200, x_request_id="r1"))
        ResponseRecorder.note(response(206, x_request_id="r2"))
    answer = recorder.answer("data")
    assert (answer.data, answer.status_code, answer.request_id) == ("data", 206, "r2")
    assert answer.headers["X-Request-Id"] == "r2"


def test_responses_after_the_call_are_not_recorded() -> None:
    with ResponseRecorder() as recorder:
        pass
    ResponseRecorder.note(response())
    with pytest.raises(ConfigurationError, match="no HTTP request"):
        recorder.answer(None)


def test_calls_inside_each_other_record_their_own() -> None:
    with ResponseRecorder() as outer:
        ResponseRecorder.note(response(201))
        with ResponseRecorder() as inner:
            ResponseRecorder.note(response(202))
    assert (outer.answer(0).status_code, inner.answer(0).status_code) == (201, 202)


def test_calls_beside_each_other_record_their_own() -> None:
    async def call(status: int) -> int:
        with ResponseRecorder() as recorder:
            await asyncio.sleep(0)
            ResponseRecorder.note(response(status))
            await asyncio.sleep(0)
            return recorder.answer(None).status_code

    async def both() -> list[int]:
        return list(await asyncio.gather(call(200), call(201)))

    assert asyncio.run(both()) == [200, 201]
