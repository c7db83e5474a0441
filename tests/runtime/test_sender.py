"""Requests."""

from __future__ import annotations

import io
import os

import pytest
from cartesia_runtime.sender import Request


@pytest.mark.parametrize(
    ("method", "idempotent"), [("GET", True), ("DELETE", True), ("POST", False), ("PATCH", False)]
)
def test_idempotence_follows_the_method(method: str, *, idempotent: bool) -> None:
    request = Request(operation="x", method=method, path="/")
    assert request.is_idempotent is idempotent
    assert Request(operation="x", method=method, path="/", idempotent=True).is_idempotent


def test_a_pipe_cannot_be_sent_again() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as pipe, os.fdopen(write, "wb"):
        for payload, replayable in ((b"x", True), (io.BytesIO(b"x"), True), (pipe, False)):
            request = Request(
                operation="x", method="POST", path="/", files=[("clip", ("a", payload, None))]
            )
            assert request.replayable is replayable
    assert Request(operation="x", method="GET", path="/").replayable


def test_request_repr_hides_the_body() -> None:
    request = Request(operation="x", method="POST", path="/", json={"transcript": "private"})
    assert "private" not in repr(request)
