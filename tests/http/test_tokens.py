"""What a token tells about its end."""

import base64
import json

import pytest

from cartesia_stream._http.tokens import lease


def token(**claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"head.{payload}.signature"


@pytest.mark.parametrize(("lasts", "renewed_after"), [(600, 570), (10, 8), (3600, 3570)])
def test_it_is_renewed_ahead_of_its_end(lasts: float, renewed_after: float) -> None:
    """A fifth of its life ahead, and half a minute at most, whatever the clock of the service."""
    held = lease(token(iat=5000, exp=5000 + lasts), now=100.0, today=9e9)
    assert held.renew_at == pytest.approx(100.0 + renewed_after)
    assert held.is_fresh(99.0 + renewed_after)
    assert not held.is_fresh(101.0 + renewed_after)


def test_without_a_time_of_issue_the_own_clock_counts() -> None:
    assert lease(token(exp=1010), now=50.0, today=1000.0).renew_at == pytest.approx(58.0)


@pytest.mark.parametrize(
    "text",
    ["opaque", "a.b", "a.!!.c", "a.e30.c", token(exp="soon"), token(iat=5, exp=5), token(exp=1)],
)
def test_what_tells_nothing_is_good_until_it_is_refused(text: str) -> None:
    held = lease(text, now=0.0, today=1000.0)
    assert held.renew_at is None
    assert held.is_fresh(1e9)
