from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    checked_optional,
    either,
    read_int,
    read_null,
    read_object,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.access_token_grants import AccessTokenGrants

_READ_EXPIRES_IN: Final[Reader[int | None]] = either(read_int, read_null)
_READ_GRANTS: Final[Reader[AccessTokenGrants | None]] = either(
    AccessTokenGrants.from_dict, read_null
)


@define(kw_only=True)
class CreateAccessTokenRequest(Model):
    """Permissions and lifetime of the token.

    Attributes:
        expires_in: Lifetime in seconds, 1 to 3600. The server chooses when it is left out.
        grants: Endpoints that the token can use.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    expires_in: int | None | Unset = UNSET
    grants: AccessTokenGrants | None | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"expires_in": self.expires_in, "grants": self.grants}, self.additional_properties
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
        value = pop("expires_in", UNSET)
        model.expires_in = (
            value
            if type(value) is int or value is None or value is UNSET
            else checked("expires_in", value, _READ_EXPIRES_IN)
        )
        model.grants = checked_optional("grants", pop("grants", UNSET), _READ_GRANTS)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
