"""Settings of a v0 client: its base URL, and where it sends the key."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import APIConnectionError, APIStatusError, ConfigurationError, Timeouts
from cartesia_stream._protocol.session import Session
from cartesia_stream.v0._config import ConfigV0, base_url_of, escaped
from cartesia_stream.v0._session import InterruptSession, InterruptWebSocket, PlainWebSocket

KEY = "sk_car/planted?&="
HOSTS = st.sampled_from(
    [
        "api.example.com",
        "localhost",
        "a.localhost",
        "127.0.0.1",
        "10.0.0.1",
        "[::1]",
        "[2001:db8::1]",
    ]
)
PORTS = st.sampled_from(["", ":80", ":8443"])
PATHS = st.lists(st.sampled_from(["a", "b", "v0", "v1"]), max_size=3).map("/".join)
SCHEMES = st.sampled_from(["", "http://", "https://", "ws://", "wss://", "HTTPS://"])


def config(**changes: Any) -> ConfigV0:
    given: dict[str, Any] = {
        "api_key": KEY,
        "host": "https://api.example.com",
        "api_version": "v0",
        "interrupts": False,
        "timeouts": Timeouts(),
        "environ": {},
    }
    return ConfigV0(**given | changes)


@given(SCHEMES, HOSTS, PORTS, PATHS, st.sampled_from(["v0", "/v1/", "v0/experimental", ""]))
def test_a_base_url_ends_with_the_version_once(
    scheme: str, host: str, port: str, path: str, version: str
) -> None:
    url = base_url_of(f"{scheme}{host}{port}/{path}", version)
    parts = urlsplit(url)
    assert parts.netloc == f"{host}{port}"
    assert parts.scheme in ("http", "https")
    if scheme:
        assert parts.scheme.endswith("s") == scheme.lower().startswith(("https", "wss"))
    named, bare = parts.path.strip("/").split("/"), version.strip("/")
    assert "" not in named or named == [""]
    if "/" not in bare:
        assert not bare or named[-1] == bare
        assert base_url_of(url, version) == url


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("::1", "http://[::1]/v0"),
        ("2001:db8::1", "https://[2001:db8::1]/v0"),
        ("[::1]:8000", "http://[::1]:8000/v0"),
        (" localhost:8000\n", "http://localhost:8000/v0"),
        ("notlocalhost", "https://notlocalhost/v0"),
        ("LOCALHOST", "http://LOCALHOST/v0"),
        ("0.0.0.0", "https://0.0.0.0/v0"),
    ],
)
def test_without_a_scheme_only_this_machine_is_reached_in_the_clear(host: str, url: str) -> None:
    assert base_url_of(host, "v0") == url


@pytest.mark.parametrize("host", ["", "https://", "[:", "a b", "ftp://host"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError):
        config(host=host)


def test_the_key_travels_in_a_header_unless_the_service_wants_the_query() -> None:
    plain = config()
    assert plain.headers["X-API-Key"] == KEY
    assert plain.socket_params == ()
    query = plain.with_key_in_query()
    assert query.socket_params == (("api_key", KEY),)
    assert type(query) is ConfigV0
    assert plain.socket_params == ()  # as it was
    assert query.base_url == plain.base_url


def test_the_key_comes_from_the_environment() -> None:
    assert config(api_key=None, environ={"CARTESIA_API_KEY": "sk_1"}).api_key == "sk_1"
    with pytest.raises(ConfigurationError, match="CARTESIA_API_KEY"):
        config(api_key=None)


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_handshake_that_found_no_key_is_tried_with_the_query_once(status: int) -> None:
    error = APIStatusError.class_for(status)("no", status_code=status)
    assert config().wants_query(error)
    assert not config().with_key_in_query().wants_query(error)


@pytest.mark.parametrize(
    "error",
    [
        APIConnectionError("lost"),
        *(APIStatusError("no", status_code=status) for status in (404, 429, 500, 503)),
    ],
    ids=lambda error: getattr(error, "status_code", "connection"),
)
def test_other_failures_are_not_about_the_key(error: Any) -> None:
    assert not config().wants_query(error)


@pytest.mark.parametrize(
    ("interrupts", "path", "session", "websocket"),
    [
        (False, "/audio/websocket", Session, PlainWebSocket),
        (True, "/experimental/audio/websocket", InterruptSession, InterruptWebSocket),
    ],
)
def test_each_socket_has_its_path_and_its_protocol(
    interrupts: bool, path: str, session: type, websocket: type
) -> None:
    made = config(interrupts=interrupts)
    assert made.socket_path == path
    opened = made.session(now=1.0)
    assert type(opened) is session
    assert type(opened.websocket) is websocket
    assert opened.next_tick() == 21


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_key_is_escaped_as_in_a_query(key: str) -> None:
    assert "/" not in escaped(key)
    assert parse_qsl(f"api_key={escaped(key)}", keep_blank_values=True) == [("api_key", key)]
