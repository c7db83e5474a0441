"""Keys, addresses, headers and deadlines: checked once, before a byte is sent."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from cartesia_stream import DEFAULT_TIMEOUTS, ConfigurationError, Timeouts
from cartesia_stream._http.config import (
    DEFAULT_API_VERSION,
    DEFAULT_BASE_URL,
    USER_AGENT,
    Config,
    check_host,
    check_options,
    check_sendable,
)

KEY = "sk_car_planted"


def make(environ: dict[str, str] | None = None, **changes: Any) -> Config:
    arguments: dict[str, Any] = {
        "api_key": KEY,
        "base_url": None,
        "api_version": DEFAULT_API_VERSION,
        "timeouts": None,
        "headers": None,
        "max_buffer_bytes": 1,
    }
    return Config(**(arguments | changes), environ=environ or {})


@pytest.mark.parametrize(
    "key",
    [
        "",
        " ",
        "a b",
        f" {KEY}",
        f"{KEY}\n",
        f"{KEY}\r\nX: 1",
        "a\tb",
        "a\0b",
        "schlüssel",
        "a\x7fb",
    ],
)
def test_malformed_keys(key: str) -> None:
    """A key that cannot be one is refused at once, and not repeated in the message."""
    with pytest.raises(ConfigurationError) as caught:
        make(api_key=key)
    assert caught.value.option == "api_key"
    assert not key.strip() or key.strip() not in str(caught.value)


def test_the_environment_fills_in() -> None:
    """Key and address come from the environment; an argument wins over it."""
    environ = {"CARTESIA_API_KEY": "k1", "CARTESIA_BASE_URL": "http://localhost:1/"}
    config = make(environ, api_key=None)
    assert (config.api_key, config.base_url) == ("k1", "http://localhost:1")
    config = make(environ, api_key="k2", base_url="https://x")
    assert (config.api_key, config.base_url) == ("k2", "https://x")
    assert make().base_url == DEFAULT_BASE_URL == "https://api.cartesia.ai"
    with pytest.raises(ConfigurationError, match="pass api_key or set CARTESIA_API_KEY"):
        make(api_key=None)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://api.cartesia.ai", "https://api.cartesia.ai"),
        ("https://host:8443/", "https://host:8443"),
        ("http://127.0.0.1:80//", "http://127.0.0.1:80"),
        ("http://[::1]:5/proxy/v1/", "http://[::1]:5/proxy/v1"),
        ("HTTPS://Host", "https://Host"),
    ],
)
def test_base_urls(url: str, base: str) -> None:
    """Calls and sockets live below the same address, however it was written."""
    config = make(base_url=url)
    assert config.base_url == base
    assert (config.socket_path, config.socket_params) == ("/tts/websocket", ())


@pytest.mark.parametrize(
    "url",
    [
        "api.cartesia.ai",
        "ftp://host",
        "ws://host",
        "https://",
        "https:///path",
        "https://host:0",
        "https://host:99999",
        "https://host:port",
        "https://[::1",
        "https://user@host",
        "https://user:pass@host",
        "https://user:pass@host:99999",
        "https://host?key=1",
        "https://host#top",
        "https://host\n",
        "https://ho st",
        "x",
    ],
)
def test_malformed_addresses(url: str) -> None:
    """An address that cannot work is refused at once; credentials in it are not repeated."""
    with pytest.raises(ConfigurationError) as caught:
        make(base_url=url)
    assert caught.value.option == "base_url"
    assert "pass" not in str(caught.value)


def test_headers() -> None:
    """Every request carries key, version and our name; other headers go along."""
    assert make(headers={"X-Trace": "1"}).headers == {
        "User-Agent": USER_AGENT,
        "Cartesia-Version": "2026-08-14",
        "X-Trace": "1",
        "Authorization": f"Bearer {KEY}",
    }


def test_headers_are_told_apart_without_case() -> None:
    """A header given in another case replaces ours, but for the key, which is always sent once."""
    headers = make(headers={"user-agent": "mine", "AUTHORIZATION": "theirs"}).headers
    assert headers == {
        "Cartesia-Version": "2026-08-14",
        "user-agent": "mine",
        "Authorization": f"Bearer {KEY}",
    }


@pytest.mark.parametrize(
    "headers",
    [{"X": "a\r\nY: b"}, {"X": "ü"}, {"X\r\nY": "b"}, {"X Y": "b"}, {"": "b"}, {"X:": ""}],
)
def test_malformed_headers(headers: dict[str, str]) -> None:
    """A header that would break out of its line is refused."""
    with pytest.raises(ConfigurationError, match="characters that are not allowed"):
        make(headers=headers)


@pytest.mark.parametrize(
    "name",
    [
        "Content-Length",
        "transfer-encoding",
        "CONNECTION",
        "Upgrade",
        "Keep-Alive",
        "TE",
        "Trailer",
        "HTTP2-Settings",
        "Proxy-Connection",
        "Proxy-Authorization",
        "Sec-WebSocket-Key",
        "Sec-WebSocket-Extensions",
    ],
)
def test_headers_of_the_connection(name: str) -> None:
    """A header that says where a message ends, or is for the next hop, is refused by its name."""
    given = {name: "1"}
    for headers in (given, make(headers=given).headers):
        with pytest.raises(ConfigurationError, match="belongs to the connection") as caught:
            check_sendable(headers)
        assert caught.value.option == name
        assert name in str(caught.value)
    with pytest.raises(ConfigurationError, match="belongs to the connection"):
        check_options({"headers": given})


@pytest.mark.parametrize("headers", [{"X": 5}, {"X": None}, {"X": b"a"}, {b"X": "a"}, {5: "a"}])
def test_headers_of_another_type(headers: Any) -> None:
    for give in (
        lambda: make(headers=headers),
        lambda: make().with_options(timeouts=None, headers=headers),
        lambda: check_options({"headers": headers}),
    ):
        with pytest.raises(ConfigurationError, match="the name and the value must be strings"):
            give()


@pytest.mark.parametrize("headers", [[("X", "a")], "X: a", 5])
def test_headers_that_are_no_mapping(headers: Any) -> None:
    with pytest.raises(ConfigurationError, match="must be a mapping") as caught:
        make(headers=headers)
    assert caught.value.option == "headers"


def test_a_header_given_twice() -> None:
    """Names that differ in case are one header, and the last one given counts."""
    headers = make(headers={"Host": "a", "X-Trace": "1", "x-trace": "2", "host": "b"}).headers
    assert [(name, headers[name]) for name in ("host", "x-trace")] == [
        ("host", "b"),
        ("x-trace", "2"),
    ]
    assert not {"Host", "X-Trace"} & headers.keys()


def test_malformed_version() -> None:
    """The API version is a header too."""
    with pytest.raises(ConfigurationError, match="Cartesia-Version"):
        make(api_version="2026\n")
    with pytest.raises(ConfigurationError, match="Cartesia-Version"):
        make(api_version=None)


def test_the_key_is_not_shown() -> None:
    """A configuration prints its address only."""
    assert repr(make()) == "Config('https://api.cartesia.ai')"


@pytest.mark.parametrize("given", [3, httpx.Timeout(3)])
def test_one_number_bounds_every_wait(given: float | httpx.Timeout) -> None:
    """Except the wait for the caller's own text; the closing handshake keeps its shorter one."""
    timeouts = make(timeouts=given).timeouts
    assert timeouts == Timeouts(
        **dict.fromkeys(Timeouts.__struct_fields__, 3) | {"input": 60, "close": 2}
    )
    assert make(timeouts=0.5).timeouts.close == 0.5


def test_deadlines_of_httpx() -> None:
    """Each bounds the waits that are most like it."""
    timeouts = make(timeouts=httpx.Timeout(connect=1, read=2, write=None, pool=4)).timeouts
    assert timeouts == Timeouts(
        connect=1,
        read=2,
        write=None,
        pool=4,
        queue=4,
        input=60,
        close=1,
        first_audio=2,
        idle=2,
        final=2,
        drain=2,
    )
    assert make().timeouts is DEFAULT_TIMEOUTS
    assert make(timeouts=timeouts).timeouts is timeouts


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, "5"])
@pytest.mark.parametrize("name", Timeouts.__struct_fields__)
def test_impossible_deadlines(name: str, value: Any) -> None:
    """A deadline is a finite number above 0, or None, which must be chosen."""
    with pytest.raises(ConfigurationError) as caught:
        Timeouts(**{name: value})
    assert caught.value.option == name
    assert getattr(Timeouts(**{name: None}), name) is None


def test_every_wait_has_a_default_bound() -> None:
    """No wait is endless unless it was asked for."""
    assert all(getattr(DEFAULT_TIMEOUTS, name) for name in Timeouts.__struct_fields__)


@pytest.mark.parametrize(
    "host",
    ["localhost", "a-b.example", "example.com.", "127.0.0.1", "::1", "b\xfccher.example", "a_b.c"],
)
def test_hosts(host: str) -> None:
    check_host(host, "base_url")


@pytest.mark.parametrize(
    "host", ["", ".", "a..b", f"{'a' * 64}.com", "\u24d4.com", "\u2100.com", "\xfc" * 64]
)
def test_names_that_no_host_has(host: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_host(host, "base_url")
    assert caught.value.option == "base_url"
