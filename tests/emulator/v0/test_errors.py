"""Errors of v0: a text, or for 422 the fields that are wrong."""

from __future__ import annotations

import json

from cartesia_emulator.errors import ApiError
from cartesia_emulator.v0.errors import InvalidError, refusal


def test_an_invalid_field_is_json_with_its_path() -> None:
    error = InvalidError(("body", "voice", 3), "must be a number", "type_error")
    assert error.message == "body.voice.3: must be a number"
    response = refusal(error, 422)
    assert response.status == 422
    assert json.loads(response.text or "") == {
        "detail": [{"loc": ["body", "voice", 3], "msg": "must be a number", "type": "type_error"}]
    }


def test_another_error_is_a_text_with_its_headers() -> None:
    error = ApiError(429, "slower", title="Too\r\nmany", headers={"Retry-After": "1"})
    response = refusal(error, 503)
    assert (response.status, response.reason, response.text) == (503, "Too", "slower")
    assert response.headers["Retry-After"] == "1"
