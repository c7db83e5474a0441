"""Stored files: what was uploaded, and speech that was asked to be saved."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from ..state.collection import Paging
from ..state.voices import USER_ID

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call

__all__ = ["StoredFile", "keep_file", "new_file_id"]


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file with its content."""

    id: str
    filename: str
    purpose: str
    data: bytes
    created_at: datetime

    def public(self) -> dict[str, object]:
        """What the service tells about it."""
        return {
            "id": self.id,
            "filename": self.filename,
            "purpose": self.purpose,
            "size": len(self.data),
            "status": "ready",
            "owner_id": USER_ID,
            "created_at": self.created_at,
        }


def new_file_id() -> str:
    """An id that no file has yet."""
    return f"file_{uuid.uuid4().hex[:22]}"


def keep_file(
    backend: Backend, filename: str, data: bytes, purpose: str, ident: str | None = None
) -> StoredFile:
    """Store a file, under an id that was promised or a new one."""
    return backend.state.files.add(
        StoredFile(
            id=ident or new_file_id(),
            filename=filename,
            purpose=purpose,
            data=data,
            created_at=datetime.now(UTC),
        )
    )


async def list_files(backend: Backend, call: Call) -> web.Response:
    """GET /files."""
    purpose, text = call.query("purpose"), (call.query("q") or "").casefold()
    page = Paging.of(call).cut(
        backend.state.files.all(),
        lambda file: purpose in (None, file.purpose) and text in file.filename.casefold(),
    )
    return call.json(page.answer(StoredFile.public))


async def upload_file(backend: Backend, call: Call) -> web.Response:
    """POST /files: the one operation that answers 201."""
    form = call.form()
    file = form.upload("file")
    purpose = form.required("purpose")
    stored = keep_file(backend, file.filename or "file", file.data, purpose)
    return call.json(stored.public(), status=201)


async def get_file(backend: Backend, call: Call) -> web.Response:
    """GET /files/{id}."""
    return call.json(backend.state.files.get(call.path("file_id")).public())
