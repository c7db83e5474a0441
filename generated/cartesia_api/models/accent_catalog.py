from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import Reader, checked, list_of, read_object
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model

from ..models.accent import Accent

_READ_ACCENTS: Final[Reader[list[Accent]]] = list_of(Accent.from_dict)


@define(kw_only=True)
class AccentCatalog(Model):
    """The catalog of accents.

    Attributes:
        accents: Every accent, sorted by id.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    accents: list[Accent]
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({"accents": self.accents}, self.additional_properties)

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
        model.accents = checked("accents", pop("accents", UNSET), _READ_ACCENTS)
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
