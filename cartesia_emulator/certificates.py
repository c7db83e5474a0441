"""A certificate for this machine, from an authority that is made for it and then forgotten."""

from __future__ import annotations

import ipaddress
import shutil
import ssl
import tempfile
import weakref
from pathlib import Path

from .extras import install

__all__ = ["Certificate"]


class Certificate:
    """A certificate for loopback names and one host; its file lives as long as the object.

    Args:
        host: The address the server listens on.

    Raises:
        ImportError: If the package ``trustme`` is missing.
    """

    def __init__(self, host: str) -> None:
        try:
            import trustme
        except ImportError as error:
            raise ImportError(f"TLS needs the package trustme: {install('tls')}") from error
        authority = trustme.CA()
        names = dict.fromkeys(("localhost", "127.0.0.1", "::1", host))
        pair = authority.issue_cert(*filter(_can_be_named, names))
        folder = Path(tempfile.mkdtemp(prefix="cartesia-emulator-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.cafile: Path = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.cafile))
        self.server_context: ssl.SSLContext = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        chain = folder / "server.pem"
        pair.private_key_and_cert_chain_pem.write_to_path(str(chain))
        self.server_context.load_cert_chain(chain)
        chain.unlink()  # the key is only in memory from here on


def _can_be_named(host: str) -> bool:
    """Whether a certificate can be for this host; ``0.0.0.0`` and ``::`` are every address."""
    try:
        return not ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return bool(host)
