"""Private roots and client certificates, given once, hold for calls and sockets."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import APIConnectionError

from .conftest import our_transport
from .peers import HOST, Proxy, Service

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from ..scenarios.faces import Face
    from .conftest import HttpClient, Way
    from .peers import Certificates


@pytest.fixture(params=["ssl_context", "http_client", "transport"])
def give(
    request: pytest.FixtureRequest, face: Face, http_client: HttpClient
) -> Callable[[ssl.SSLContext], dict[str, Any]]:
    """Each way to give TLS: to our client, to a client of `httpx`, to our transport in one."""
    ways: dict[str, Callable[[ssl.SSLContext], dict[str, Any]]] = {
        "ssl_context": lambda tls: {"ssl_context": tls},
        "http_client": lambda tls: {"http_client": http_client(verify=tls)},
        "transport": lambda tls: {
            "http_client": http_client(transport=our_transport(face, ssl_context=tls))
        },
    }
    return ways[request.param]


def test_private_root(
    face: Face, start: Any, certificates: Certificates, give: Any, way: Way
) -> None:
    """Who trusts the root reaches the service."""
    service = start(Service(tls=certificates.server()))
    assert way(face.client(service.base_url, **give(certificates.client())))
    assert len(service.heard) == 1


def test_client_certificate(
    face: Face, start: Any, certificates: Certificates, give: Any, way: Way
) -> None:
    """Who presents a certificate to a service that demands one reaches it."""
    service = start(Service(tls=certificates.server(demands=True)))
    assert way(face.client(service.base_url, **give(certificates.client(presents=True))))
    assert len(service.heard) == 1


def test_client_certificate_that_is_missing(
    face: Face, start: Any, certificates: Certificates, give: Any, way: Way
) -> None:
    """Who presents none is refused as by the network, and the key goes nowhere."""
    service = start(Service(tls=certificates.server(demands=True)))
    client = face.client(service.base_url, max_retries=0, **give(certificates.client()))
    with pytest.raises(APIConnectionError):
        way(client)
    assert service.heard == []


def test_root_that_is_not_trusted(
    face: Face, start: Any, certificates: Certificates, way: Way
) -> None:
    """Without the root there is an error at once that names the certificate."""
    service = start(Service(tls=certificates.server()))
    with pytest.raises(APIConnectionError, match=r"(?i)certificate") as caught:
        way(face.client(service.base_url, max_retries=2))
    assert not caught.value.retryable
    assert service.heard == []
    assert service.connections == 1


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_root_and_certificate_through_a_proxy(
    face: Face, start: Any, certificates: Certificates, scheme: str, way: Way
) -> None:
    """`ssl_context` holds for the service behind a proxy, and for an `https://` proxy itself."""
    service = start(Service(tls=certificates.server(demands=True)))
    tls = certificates.server(demands=True) if scheme == "https" else None
    proxy = start(Proxy(service, scheme=scheme, tls=tls))
    client = face.client(
        f"https://{HOST}", ssl_context=certificates.client(presents=True), proxy=proxy.url
    )
    assert way(client)
    assert proxy.asked == [f"{HOST}:443"]
    assert len(service.heard) == 1


def test_one_context_for_many_clients(face: Face, start: Any, certificates: Certificates) -> None:
    """A context may serve many clients, and is left as it was given."""
    service = start(Service(tls=certificates.server()))
    tls = certificates.client()
    before = tls.verify_mode, tls.check_hostname, tls.options, tls.minimum_version
    for _ in range(2):
        assert face.client(service.base_url, ssl_context=tls).status.get().version
    assert (tls.verify_mode, tls.check_hostname, tls.options, tls.minimum_version) == before


PROGRAM = """
import sys
from cartesia_stream import Cartesia

with Cartesia("sk_test_key", base_url=sys.argv[1], max_retries=0) as client:
    print(client.status.get().version)
    print(client.tts.speak("Hello.", voice="v").collect().nbytes)
"""


def test_root_from_the_environment(start: Any, certificates: Certificates) -> None:
    """`SSL_CERT_FILE` names the roots to trust, for calls and sockets."""
    service = start(Service(tls=certificates.server()))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM, service.base_url],
        env=os.environ | {"SSL_CERT_FILE": certificates.root},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["1", "200"], done.stderr
