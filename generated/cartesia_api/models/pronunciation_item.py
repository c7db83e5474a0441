from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import checked, read_bool, read_object, read_str
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset


@define(kw_only=True)
class PronunciationItem(Model):
    """A text and its pronunciation. An older document also has a field `pronunciation`, which the
    server no longer uses.

    Attributes:
        text: Text to replace.
        alias: Replacement for the text, as words that sound like it or as phonemes.
        case_sensitive: True replaces only this capitalisation of the text. The server assumes
            false; for sonic-3.6 that means every capitalisation.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    text: str
    alias: str
    case_sensitive: bool | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"text": self.text, "alias": self.alias, "case_sensitive": self.case_sensitive},
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
        value = pop("text", UNSET)
        model.text = value if type(value) is str else checked("text", value, read_str)
        value = pop("alias", UNSET)
        model.alias = value if type(value) is str else checked("alias", value, read_str)
        value = pop("case_sensitive", UNSET)
        model.case_sensitive = (
            value
            if type(value) is bool or value is UNSET
            else checked("case_sensitive", value, read_bool)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
