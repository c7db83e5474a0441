from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    either,
    list_of,
    read_bool,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Unset
from cartesia_runtime.paging import Page

from ..models.dataset import Dataset

_READ_DATA: Final[Reader[list[Dataset]]] = list_of(Dataset.from_dict)
_READ_NEXT_PAGE: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class DatasetPage(Page[Dataset]):
    """One page of datasets.

    Attributes:
        data: The datasets of this page.
        has_more: True when there is a next page.
        next_page: Cursor of the next page. Prefer the id of the last dataset.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    data: list[Dataset]
    has_more: bool
    next_page: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {"data": self.data, "has_more": self.has_more, "next_page": self.next_page},
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
        model.data = checked("data", pop("data", UNSET), _READ_DATA)
        value = pop("has_more", UNSET)
        model.has_more = value if type(value) is bool else checked("has_more", value, read_bool)
        value = pop("next_page", UNSET)
        model.next_page = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("next_page", value, _READ_NEXT_PAGE)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
