"""What ``doctor`` finds, and what it advises."""

from __future__ import annotations

import socket
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_emulator import Emulator
from cartesia_stream.cli import doctor

if TYPE_CHECKING:
    from .conftest import Run

CHECKS = ["versions", "extras", "event loop", "key", "service", "proxy", "connection", "status"]
CHECKS += ["latency", "clock", "access", "speech", "hearing", "async"]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def examine(run: Run, status: int) -> dict[str, dict[str, Any]]:
    """Run the command and return the last finding of each check by its name."""
    result = run("doctor", "--json", "--timeout", "5")
    assert result.status == status
    assert not result.stderr
    return {finding["check"]: finding for finding in result.objects}


def test_a_healthy_setup(emulator: Emulator, run: Run) -> None:
    """Every check passes, on both event loops, and no speech was made."""
    findings = examine(run, 0)
    assert list(findings) == CHECKS
    assert {finding["state"] for finding in findings.values()} <= {"ok", "note"}
    assert "asyncio" in findings["async"]["text"]
    assert not any(b"transcript" in (seen.body or b"") for seen in emulator.requests)


def test_the_findings_are_lines_of_text(emulator: Emulator, run: Run) -> None:
    result = run("doctor")
    assert result.status == 0
    assert result.lines[0].startswith("ok       versions     cartesia-stream ")
    assert result.lines[-1] == "all is well"


def test_without_a_key_the_service_is_still_checked(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CARTESIA_API_KEY")
    findings = examine(run, 1)
    assert findings["key"]["state"] == "failed"
    assert findings["key"]["advice"] == "set CARTESIA_API_KEY to your API key"
    assert findings["status"]["state"] == "ok"
    assert findings["access"] == {
        "check": "access",
        "state": "skipped",
        "text": "it needs a key",
        "advice": "",
    }


def test_a_key_with_a_line_break(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_API_KEY", "sk_car_planted\n")
    key = examine(run, 1)["key"]
    assert key["state"] == "failed"
    assert "line breaks" in key["text"]


def test_a_key_that_the_service_does_not_know(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_API_KEY", "mistaken")
    findings = examine(run, 1)
    assert findings["key"]["state"] == "note"
    assert findings["access"]["state"] == "failed"
    assert "does not know this key" in findings["access"]["advice"]
    assert findings["speech"]["text"] == "the key was not accepted"


def test_a_host_that_does_not_exist(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", "https://service.invalid")
    findings = examine(run, 1)
    assert findings["name"]["state"] == "failed"
    assert "DNS" in findings["name"]["advice"]
    assert findings["async"]["text"] == "the service cannot be reached"
    assert "connection" not in findings


def test_a_port_where_nobody_listens(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        monkeypatch.setenv("CARTESIA_BASE_URL", f"http://127.0.0.1:{port}")
        connection = examine(run, 1)["connection"]
    assert connection["state"] == "failed"
    assert f"127.0.0.1:{port}" in connection["text"]


def test_a_base_url_that_is_malformed(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", "ftp://127.0.0.1")
    service = examine(run, 1)["service"]
    assert service["state"] == "failed"
    assert service["advice"] == "correct CARTESIA_BASE_URL, or unset it"


def test_a_certificate_that_is_not_trusted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(engine="tone", tls=True) as secure:
        monkeypatch.setenv("CARTESIA_BASE_URL", secure.base_url)
        monkeypatch.setenv("CARTESIA_API_KEY", secure.api_key)
        certificate = examine(run, 1)["certificate"]
    assert certificate["state"] == "failed"
    assert "SSL_CERT_FILE" in certificate["advice"]


def test_a_proxy_that_is_not_there(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its login is in no output."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        monkeypatch.setenv("HTTP_PROXY", f"http://user:secret@127.0.0.1:{port}")
        result = run("doctor", "--timeout", "5")
    assert result.status == 1
    assert f"http://127.0.0.1:{port}, with a login" in result.stdout.decode()
    assert b"secret" not in result.stdout


def test_a_plan_whose_listeners_are_in_use(emulator: Emulator, run: Run) -> None:
    emulator.inject("handshake-status", 429, path="/stt/websocket", times=None)
    hearing = examine(run, 1)["hearing"]
    assert hearing["state"] == "failed"
    assert "limit" in hearing["advice"]


def test_a_clock_that_is_wrong(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "parsedate_to_datetime", lambda _: datetime(2020, 1, 1, tzinfo=UTC))
    clock = examine(run, 0)["clock"]
    assert clock["state"] == "note"
    assert "ahead of the service" in clock["text"]
    assert clock["advice"].startswith("set the clock")
