"""An error that a client sees, as a response, as a frame and as a text."""

from __future__ import annotations

import pytest

from cartesia_emulator.errors import ApiError, reason


@pytest.mark.parametrize(
    ("status", "phrase"), [(404, "Not Found"), (429, "Too Many Requests"), (520, "Unknown Error")]
)
def test_a_status_has_its_phrase(status: int, phrase: str) -> None:
    assert reason(status) == phrase
    assert ApiError(status, "why").title == phrase


def test_an_error_has_a_body_a_frame_and_a_text() -> None:
    error = ApiError(400, "speed: 3 is outside 0.6..1.5.", code="bad", title="Bad", doc_url="u")
    body = {
        "error_code": "bad",
        "title": "Bad",
        "message": "speed: 3 is outside 0.6..1.5.",
        "request_id": "r1",
        "doc_url": "u",
    }
    assert error.body("r1") == body
    start = {"type": "error", "done": True, "status_code": 400}
    assert error.frame("r1", "c") == {**start, **body, "context_id": "c"}
    assert error.text == "Bad: speed: 3 is outside 0.6..1.5."
    assert str(error) == error.message


def test_what_is_not_known_is_left_out() -> None:
    error = ApiError(500, "why")
    assert set(error.body("r1")) == {"error_code", "title", "message", "request_id"}
    assert error.body("r1")["error_code"] is None
    assert "context_id" not in error.frame("r1")
    assert error.headers == {}
