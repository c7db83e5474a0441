"""``/datasets``: datasets and the files in them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from ..state.collection import Collection
from ..state.files import Dataset, DatasetFile
from .paging import Paging

if TYPE_CHECKING:
    from ..backend import Backend
    from ..wire.call import Call


class _Wanted(msgspec.Struct, frozen=True):
    """Body of creating and updating a dataset; both members are required."""

    name: str
    description: str


async def list_datasets(backend: Backend, call: Call) -> web.Response:
    """GET /datasets/."""
    page = Paging.of(call).cut(backend.state.datasets.all())
    return call.json(page.answer(Dataset.public))


async def create_dataset(backend: Backend, call: Call) -> web.Response:
    """POST /datasets/."""
    wanted = call.read(_Wanted)
    dataset = Dataset(
        id=f"ds_{uuid.uuid4()}",
        name=wanted.name,
        description=wanted.description,
        created_at=datetime.now(UTC),
        files=Collection("file"),
    )
    return call.json(backend.state.datasets.add(dataset).public())


async def get_dataset(backend: Backend, call: Call) -> web.Response:
    """GET /datasets/{id}."""
    return call.json(_dataset(backend, call).public())


async def update_dataset(backend: Backend, call: Call) -> web.Response:
    """PATCH /datasets/{id}: answers without a body."""
    dataset, wanted = _dataset(backend, call), call.read(_Wanted)
    backend.state.datasets.add(
        msgspec.structs.replace(dataset, name=wanted.name, description=wanted.description)
    )
    return web.Response(status=204)


async def delete_dataset(backend: Backend, call: Call) -> web.Response:
    """DELETE /datasets/{id}: its files go with it."""
    backend.state.datasets.remove(call.path("dataset_id"))
    return web.Response(status=204)


async def list_files(backend: Backend, call: Call) -> web.Response:
    """GET /datasets/{id}/files."""
    page = Paging.of(call).cut(_dataset(backend, call).files.all())
    return call.json(page.answer(DatasetFile.public))


async def upload_file(backend: Backend, call: Call) -> web.Response:
    """POST /datasets/{id}/files: answers without a body."""
    dataset, form = _dataset(backend, call), call.form()
    file = form.upload("file")
    dataset.files.add(
        DatasetFile(
            id=f"file_{uuid.uuid4().hex[:22]}",
            filename=file.filename or "file",
            data=file.data,
            purpose=form.text("purpose"),
            created_at=datetime.now(UTC),
        )
    )
    return web.Response(status=204)


async def delete_file(backend: Backend, call: Call) -> web.Response:
    """DELETE /datasets/{id}/files/{file_id}."""
    _dataset(backend, call).files.remove(call.path("file_id"))
    return web.Response(status=204)


def _dataset(backend: Backend, call: Call) -> Dataset:
    return backend.state.datasets.get(call.path("dataset_id"))
