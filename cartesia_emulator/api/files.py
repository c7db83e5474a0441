"""``/files``: uploaded files, and speech that a request asked to save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..state.files import StoredFile
from .paging import Paging

if TYPE_CHECKING:
    from aiohttp import web

    from ..backend import Backend
    from ..wire.call import Call


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
    stored = backend.state.files.keep(file.filename or "file", file.data, purpose)
    return call.json(stored.public(), status=201)


async def get_file(backend: Backend, call: Call) -> web.Response:
    """GET /files/{id}."""
    return call.json(backend.state.files.get(call.path("file_id")).public())
