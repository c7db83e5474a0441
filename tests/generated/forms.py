"""Multipart forms, parsed by an independent parser of the standard library."""

from __future__ import annotations

import email.parser
import email.policy
from typing import NamedTuple


class Part(NamedTuple):
    """One part of a form."""

    name: str
    file_name: str | None
    content: bytes


def parse_form(content_type: str, body: bytes) -> list[Part]:
    """Return the parts of a form in their order."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    parts = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert isinstance(name, str)
        assert isinstance(content, bytes)
        parts.append(Part(name, part.get_filename(), content))
    return parts
