from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_bool, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class ServiceStatus(Model):
    """Health of the service.

    Attributes:
        ok: True when the service is up.
        version: API version that the gateway uses for requests without a version.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    ok: bool
    version: str
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"ok": self.ok, "version": self.version}, self.additional_properties)

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
        value = pop("ok", UNSET)
        model.ok = value if type(value) is bool else checked("ok", value, read_bool)
        value = pop("version", UNSET)
        model.version = value if type(value) is str else checked("version", value, read_str)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
