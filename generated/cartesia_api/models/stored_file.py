from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    read_int,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.file_purpose import FilePurpose
from ..models.file_status import FileStatus

_READ_FILENAME: Final[Reader[None | str]] = either(read_str, read_null)
_READ_PURPOSE: Final[Reader[FilePurpose | None | str]] = either(read_str, read_null)
_READ_SIZE: Final[Reader[int | None]] = either(read_int, read_null)
_READ_STATUS: Final[Reader[FileStatus | None | str]] = either(read_str, read_null)
_READ_OWNER_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_CREATED_AT: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class StoredFile(Model):
    """A stored file. Sources show it only in examples, so every field except `id` may be absent.

    Attributes:
        id: Id of the file, such as `file_...`.
        filename: Name that the file was uploaded with.
        purpose: What the file is for.
        size: Size in bytes.
        status: Whether the file can be used.
        owner_id: Id of the owner.
        created_at: When the file was stored. The format of the time is not documented.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str
    filename: None | str | Unset = UNSET
    purpose: FilePurpose | None | str | Unset = UNSET
    size: int | None | Unset = UNSET
    status: FileStatus | None | str | Unset = UNSET
    owner_id: None | str | Unset = UNSET
    created_at: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "filename": self.filename,
                "purpose": self.purpose,
                "size": self.size,
                "status": self.status,
                "owner_id": self.owner_id,
                "created_at": self.created_at,
            },
            self.additional_properties,
        )

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Create the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or has another type. The message has no values.
        """
        data = read_object(src_dict)
        pop = data.pop
        # Fields are set one by one, which is quicker than a call with all of them.
        model = cls.__new__(cls)
        value = pop("id", UNSET)
        model.id = value if type(value) is str else checked("id", value, read_str)
        value = pop("filename", UNSET)
        model.filename = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("filename", value, _READ_FILENAME)
        )
        value = pop("purpose", UNSET)
        model.purpose = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("purpose", value, _READ_PURPOSE)
        )
        value = pop("size", UNSET)
        model.size = (
            value
            if type(value) is int or value is None or value is UNSET
            else checked("size", value, _READ_SIZE)
        )
        value = pop("status", UNSET)
        model.status = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("status", value, _READ_STATUS)
        )
        value = pop("owner_id", UNSET)
        model.owner_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("owner_id", value, _READ_OWNER_ID)
        )
        value = pop("created_at", UNSET)
        model.created_at = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("created_at", value, _READ_CREATED_AT)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
