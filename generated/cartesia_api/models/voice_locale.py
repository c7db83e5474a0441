from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_bool, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model


@define(kw_only=True)
class VoiceLocale(Model):
    """A locale that a voice speaks.

    Attributes:
        locale: BCP 47 tag of language and region, such as `en-GB`.
        is_native: True when the voice speaks it without an accent.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    locale: str
    is_native: bool
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"locale": self.locale, "is_native": self.is_native}, self.additional_properties
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
        value = pop("locale", UNSET)
        model.locale = value if type(value) is str else checked("locale", value, read_str)
        value = pop("is_native", UNSET)
        model.is_native = value if type(value) is bool else checked("is_native", value, read_bool)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
