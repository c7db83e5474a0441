from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field

from ..types import (
    UNSET,
    Model,
    Reader,
    Unset,
    either,
    encode_object,
    list_of,
    read_bool,
    read_float,
    read_null,
    read_object,
    read_str,
    take,
    take_optional,
)

_READ_DESCRIPTION: Final[Reader[None | str]] = either(read_str, read_null)
_READ_USER_ID: Final[Reader[None | str]] = either(read_str, read_null)
_READ_IS_PUBLIC: Final[Reader[bool | None]] = either(read_bool, read_null)
_READ_CREATED_AT: Final[Reader[None | str]] = either(read_str, read_null)
_READ_EMBEDDING: Final[Reader[list[float] | None | str]] = either(
    list_of(read_float), either(read_str, read_null)
)


@define(kw_only=True)
class Voice(Model):
    """A voice, with all fields or the selected ones. Only `id` and `name` are required, which the
    clients cannot do without.

    Attributes:
        id: Id of the voice.
        name: Name of the voice. Several voices may have the same.
        description: What the voice is like.
        user_id: Id of the owner, null for public voices.
        is_public: True when everybody may use it.
        created_at: When it was made.
        embedding: The 192 numbers of its embedding, or a string that holds them as a JSON
            array.
        additional_properties: Fields that the document does not know.
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
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(
            id=take(data, "id", read_str),
            name=take(data, "name", read_str),
            description=take_optional(data, "description", _READ_DESCRIPTION),
            user_id=take_optional(data, "user_id", _READ_USER_ID),
            is_public=take_optional(data, "is_public", _READ_IS_PUBLIC),
            created_at=take_optional(data, "created_at", _READ_CREATED_AT),
            embedding=take_optional(data, "embedding", _READ_EMBEDDING),
        )
        model.additional_properties = data
        return model
