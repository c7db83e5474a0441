"""Stored files, and datasets with files of their own."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import msgspec

from .collection import USER_ID, Collection

__all__ = ["Dataset", "DatasetFile", "FileStore", "StoredFile", "new_file_id"]


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file with its content."""

    id: str
    filename: str
    purpose: str
    data: bytes
    created_at: datetime

    def public(self) -> dict[str, object]:
        """Return it as the API shows it."""
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
    """Make an id for a new file."""
    return f"file_{uuid.uuid4().hex[:22]}"


class FileStore(Collection[StoredFile]):
    """The stored files."""

    def __init__(self) -> None:
        super().__init__("file")

    def keep(
        self, filename: str, data: bytes, purpose: str, ident: str | None = None
    ) -> StoredFile:
        """Store a file, under the given id or a new one."""
        return self.add(
            StoredFile(
                id=ident or new_file_id(),
                filename=filename,
                purpose=purpose,
                data=data,
                created_at=datetime.now(UTC),
            )
        )


class DatasetFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a dataset with its content."""

    id: str
    filename: str
    data: bytes
    purpose: str | None
    created_at: datetime

    def public(self) -> dict[str, object]:
        """Return it as the API shows it."""
        return {
            "id": self.id,
            "filename": self.filename,
            "size": len(self.data),
            "created_at": self.created_at,
        }


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset; its files are a collection of their own."""

    id: str
    name: str
    description: str
    created_at: datetime
    files: Collection[DatasetFile]

    def public(self) -> dict[str, object]:
        """Return it as the API shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "created_at": self.created_at,
        }
