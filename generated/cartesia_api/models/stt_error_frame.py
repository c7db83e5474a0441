from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, Self

from attrs import define, field
from cartesia_runtime.decoding import (
    Reader,
    checked,
    constant,
    either,
    read_int,
    read_null,
    read_object,
    read_str,
)
from cartesia_runtime.encoding import encode_object
from cartesia_runtime.models import UNSET, Model, Unset

from ..models.error_code import ErrorCode

_READ_TYPE_: Final[Reader[Literal["error"]]] = constant("error")
_READ_ERROR_CODE: Final[Reader[ErrorCode | None | str]] = either(read_str, read_null)
_READ_DOC_URL: Final[Reader[None | str]] = either(read_str, read_null)


@define(kw_only=True)
class SttErrorFrame(Model):
    """A failure, on either of the two WebSockets. Sources differ on which fields are always
    present, so only `type` is required.

    Attributes:
        type_: Always `error`.
        status_code: HTTP-like status of the failure.
        error_code: Machine-readable reason; null when there is none.
        title: Short name of the failure.
        message: Description of the failure for people to read.
        request_id: Id of the request. Give it to support when you report a problem.
        error: Description of the failure; API versions before 2026-03-01 send only this.
        doc_url: Address of a page that explains the failure.
        additional_properties: Fields that the OpenAPI document does not have.
    """

    type_: Literal["error"] = "error"
    status_code: int | Unset = UNSET
    error_code: ErrorCode | None | str | Unset = UNSET
    title: str | Unset = UNSET
    message: str | Unset = UNSET
    request_id: str | Unset = UNSET
    error: str | Unset = UNSET
    doc_url: None | str | Unset = UNSET
    additional_properties: dict[str, object] = field(init=False, factory=dict)

    def to_dict(self) -> dict[str, object]:
        """Return the model as a JSON object, without the fields that are UNSET."""
        return encode_object(
            {
                "type": self.type_,
                "status_code": self.status_code,
                "error_code": self.error_code,
                "title": self.title,
                "message": self.message,
                "request_id": self.request_id,
                "error": self.error,
                "doc_url": self.doc_url,
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
        model.type_ = checked("type", pop("type", UNSET), _READ_TYPE_)
        value = pop("status_code", UNSET)
        model.status_code = (
            value
            if type(value) is int or value is UNSET
            else checked("status_code", value, read_int)
        )
        value = pop("error_code", UNSET)
        model.error_code = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("error_code", value, _READ_ERROR_CODE)
        )
        value = pop("title", UNSET)
        model.title = (
            value if type(value) is str or value is UNSET else checked("title", value, read_str)
        )
        value = pop("message", UNSET)
        model.message = (
            value if type(value) is str or value is UNSET else checked("message", value, read_str)
        )
        value = pop("request_id", UNSET)
        model.request_id = (
            value
            if type(value) is str or value is UNSET
            else checked("request_id", value, read_str)
        )
        value = pop("error", UNSET)
        model.error = (
            value if type(value) is str or value is UNSET else checked("error", value, read_str)
        )
        value = pop("doc_url", UNSET)
        model.doc_url = (
            value
            if type(value) is str or value is None or value is UNSET
            else checked("doc_url", value, _READ_DOC_URL)
        )
        model.additional_properties = data or {}  # a dict that was emptied keeps its memory
        return model
