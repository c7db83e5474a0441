from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    list_of,
    read_bool,
    read_float,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

_READ_DESCRIPTION: Final[Reader[None | str]] = either(read_str, read_null)
_READ_USER_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_IS_PUBLIC: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_CREATED_AT: Final[Reader[None | str]] = either(read_str, read_null)
_READ_EMBEDDING: Final[Reader[list[float] | None | str]] = either(
    list_of(read_float), either(read_str, read_null)
)


@define(kw_only=True)
class Voice(Model):
    """A voice, with all fields or the selected ones. Only `id` and `name` are required, because
    the clients need them.

    Attributes:
        id: Id of the voice.
        name: Name of the voice. Several voices may have the same name.
        description: What the voice is like.
        user_id: Id of the owner, null for public voices.
        is_public: True when everybody may use the voice.
        created_at: When the voice was created.
        embedding: The 192 numbers of its embedding, or a string that holds them as a JSON
            array.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    id: str
    name: str
    description: None | str | Unset = UNSET
    user_id: None | str | Unset = UNSET
    is_public: bool | None | Unset = UNSET
    created_at: None | str | Unset = UNSET
    embedding: list[float] | None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "id": self.id,
                "name": self.name,
                "description": self.description,
                "user_id": self.user_id,
                "is_public": self.is_public,
                "created_at": self.created_at,
                "embedding": self.embedding,
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
        value = pop("name", UNSET)
        model.name = value if type(value) is str else checked("name", value, read_str)
        value = pop("description", UNSET)
        model.description = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("description", value, _READ_DESCRIPTION)
        )
        value = pop("user_id", UNSET)
        model.user_id = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("user_id", value, _READ_USER_ID)
        )
        value = pop("is_public", UNSET)
        model.is_public = (
            value
            if type(value) is bool or value is None or value is UNSET
            else checked("is_public", value, _READ_IS_PUBLIC)
        )
        value = pop("created_at", UNSET)
        model.created_at = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("created_at", value, _READ_CREATED_AT)
        )
        model.embedding = checked_optional("embedding", pop("embedding", UNSET), _READ_EMBEDDING)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
