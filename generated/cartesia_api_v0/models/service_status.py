from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from ..types import Model, encode_object, read_bool, read_object, read_str, take


@define(kw_only=True)
class ServiceStatus(Model):
    """Health of the service.

    Attributes:
        ok: True when the service is up.
        version: Version of the service.
        additional_properties: Fields that the document does not know.
    """

    ok: bool
    version: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"ok": self.ok, "version": self.version}, self.additional_properties)

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, object]) -> Self:
        """Make the model from a JSON object.

        Raises:
            DecodeError: If a field is missing or of another type. It names the field, not the value.
        """
        data = read_object(src_dict)
        model = cls(ok=take(data, "ok", read_bool), version=take(data, "version", read_str))
        model.additional_properties = data
        return model
