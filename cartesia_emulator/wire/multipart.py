"""Parse ``multipart/form-data`` bodies that are in memory (RFC 7578)."""

from __future__ import annotations

from email.parser import BytesHeaderParser, HeaderParser
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ApiError

if TYPE_CHECKING:
    from collections.abc import ItemsView, Sequence

__all__ = ["Form", "Part"]


class Part(NamedTuple):
    """One part: its bytes and, for a file, its name."""

    data: bytes
    filename: str | None


class Form:
    """The parts of a form by name.

    Raises:
        ApiError: 415 for another content type, 400 for a body that breaks the format.
    """

    def __init__(self, content_type: str, body: bytes) -> None:
        self._parts: dict[str, list[Part]] = {}
        for raw in _split(body, _boundary(content_type)):
            name, part = _read(raw)
            self._parts.setdefault(name, []).append(part)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def items(self) -> ItemsView[str, list[Part]]:
        """Return all parts by name."""
        return self._parts.items()

    def upload(self, name: str) -> Part:
        """Return a required file.

        Raises:
            ApiError: 400, if it is missing or empty.
        """
        for part in self._parts.get(name, []):
            if part.data:
                return part
        raise ApiError(400, f"{name}: a file is required here.")

    def file(self, name: str) -> bytes:
        """Return the bytes of a required file; see `upload`."""
        return self.upload(name).data

    def text(self, name: str) -> str | None:
        """Return a text field; an empty one counts as absent."""
        return next(iter(self.texts(name)), "") or None

    def texts(self, name: str) -> Sequence[str]:
        """Return all values of a repeated text field."""
        try:
            return [part.data.decode() for part in self._parts.get(name, [])]
        except UnicodeDecodeError:
            raise ApiError(400, f"{name}: the text is not UTF-8.") from None

    def required(self, name: str) -> str:
        """Return a required text field.

        Raises:
            ApiError: 400, if it is missing or empty.
        """
        value = self.text(name)
        if value is None:
            raise ApiError(400, f"{name}: this field is required.")
        return value


def _boundary(content_type: str) -> bytes:
    message = BytesHeaderParser().parsebytes(f"Content-Type: {content_type}\n\n".encode())
    if message.get_content_type() != "multipart/form-data":
        raise ApiError(415, "Send this request as multipart/form-data.")
    boundary = message.get_boundary()
    if not boundary:
        raise ApiError(400, "The multipart content type has no boundary.")
    return boundary.encode()


def _split(body: bytes, boundary: bytes) -> list[bytes]:
    # The first delimiter needs no line break before it; giving it one makes all alike.
    _, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if not parts or not parts[-1].startswith(b"--"):
        raise ApiError(400, "The multipart body is incomplete.")
    return parts[:-1]


def _read(raw: bytes) -> tuple[str, Part]:
    # Blanks may pad the delimiter; then its line ends.
    head, found, data = raw.partition(b"\r\n\r\n")
    # File names are bare UTF-8 (RFC 7578, section 5.1.3), which parsers of bytes do not expect.
    text = head.lstrip(b" \t").removeprefix(b"\r\n").decode("utf-8", "replace")
    headers = HeaderParser().parsestr(text)
    name = headers.get_param("name", header="content-disposition")
    if not found or not isinstance(name, str):
        raise ApiError(400, "A part of the multipart body has no name.")
    return name, Part(data, headers.get_filename())
