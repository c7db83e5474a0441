from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field
from cartesia_runtime.decoding import read_object
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import Model


@define(kw_only=True)
class MetricJson(Model):
    """The answer of a metric as a JSON object. Its fields depend on the metric.

    Attributes:
        additional_properties: Fields that the OpenAPI document does not have.
    """

    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object({}, self.additional_properties)

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
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
